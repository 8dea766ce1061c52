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
    parts: Vec<ExpansionPart<'b>>,
    /// The target groups that it may grant, ascending, so sorted by name.
    candidates: Vec<TargetId>,
}

#[derive(Debug)]
enum ExpansionPart<'b> {
    Literal(&'b str),
    Capture { number: usize, case: LetterCase },
}

/// The letter case of a capture in the expansion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LetterCase {
    AsIs,
    Lower,
    Upper,
}

impl<'b> GrantExpansion<'b> {
    /// Decodes a grant from a registry of `groups` target groups; `None` if it is not well-formed.
    pub(crate) fn decode(reader: &mut Reader<'b>, groups: usize) -> Option<Self> {
        let parts = reader.list(|reader| {
            let case = match reader.byte()? {
                tag::LITERAL => return Some(ExpansionPart::Literal(reader.text()?)),
                tag::AS_IS => LetterCase::AsIs,
                tag::LOWER => LetterCase::Lower,
                tag::UPPER => LetterCase::Upper,
                _ => return None,
            };
            Some(ExpansionPart::Capture { number: reader.number()? as usize, case })
        })?;
        let candidates = reader.list(|reader| reader.id(groups))?;
        Some(Self { parts, candidates })
    }

    /// The target groups that it may grant, ascending.
    #[cfg(feature = "compiler")]
    pub(crate) fn candidates(&self) -> &[TargetId] {
        &self.candidates
    }

    /// Appends the expansion.
    pub(crate) fn expand(&self, captures: &[&[u8]], text: &mut Vec<u8>) {
        for part in &self.parts {
            match part {
                ExpansionPart::Literal(literal) => text.extend(literal.as_bytes()),
                ExpansionPart::Capture { number, case } => {
                    let capture = captures.get(*number).copied().unwrap_or_default();
                    match case {
                        LetterCase::AsIs => text.extend(capture),
                        LetterCase::Lower => case_mapping::lower_into(capture, text),
                        LetterCase::Upper => case_mapping::upper_into(capture, text),
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
