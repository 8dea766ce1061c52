//! Grants that contain captures, such as `${team}-readers`.
//!
//! The expansion is a literal. It is one of the target groups that the compiler listed as candidates, or it grants
//! nothing. It is never a pattern.

use crate::codec::reader::Reader;
use crate::codec::tags::grant as tag;
use crate::ids::TargetId;
use crate::text::case_mapping;

/// A grant with captures in it.
#[derive(Debug)]
pub(crate) struct GrantExpansion<'b> {
    pieces: Vec<Piece<'b>>,
    /// The target groups that it may grant, ascending, so sorted by name.
    candidates: Vec<TargetId>,
}

#[derive(Debug)]
enum Piece<'b> {
    Literal(&'b str),
    Capture { number: usize, case: Case },
}

/// The letter case of a capture in the expansion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    AsIs,
    Lower,
    Upper,
}

impl<'b> GrantExpansion<'b> {
    /// Decodes a grant from a registry of `groups` target groups; `None` if it is not well-formed.
    pub(crate) fn decode(reader: &mut Reader<'b>, groups: usize) -> Option<Self> {
        let pieces = reader.list(|reader| {
            let case = match reader.byte()? {
                tag::LITERAL => return Some(Piece::Literal(reader.text()?)),
                tag::AS_IS => Case::AsIs,
                tag::LOWER => Case::Lower,
                tag::UPPER => Case::Upper,
                _ => return None,
            };
            Some(Piece::Capture { number: reader.number()? as usize, case })
        })?;
        let candidates = reader.list(|reader| reader.id(groups))?;
        Some(Self { pieces, candidates })
    }

    /// Appends the expansion.
    pub(crate) fn expand(&self, captures: &[&[u8]], text: &mut Vec<u8>) {
        for piece in &self.pieces {
            match piece {
                Piece::Literal(literal) => text.extend(literal.as_bytes()),
                Piece::Capture { number, case } => {
                    let capture = captures.get(*number).copied().unwrap_or_default();
                    match case {
                        Case::AsIs => text.extend(capture),
                        Case::Lower => case_mapping::lower_into(capture, text),
                        Case::Upper => case_mapping::upper_into(capture, text),
                    }
                }
            }
        }
    }

    /// The candidate with this name. `name_of` gives the names of the registry.
    pub(crate) fn find<'n>(
        &self,
        name: &[u8],
        name_of: impl Fn(TargetId) -> Option<&'n str>,
    ) -> Option<TargetId> {
        let order = |group: &TargetId| name_of(*group).unwrap_or_default().as_bytes().cmp(name);
        let at = self.candidates.binary_search_by(order).ok()?;
        self.candidates.get(at).copied()
    }
}
