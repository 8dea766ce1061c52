//! Grants that are made of what a pattern captured.
//!
//! What comes out is a literal: it names one of the target groups that the compiler found the template may grant,
//! or it grants nothing. It is never a pattern.

use crate::codec::reader::Reader;
use crate::text::case_mapping;

/// A grant with captures in it.
#[derive(Debug)]
pub(crate) struct GrantExpansion<'b> {
    pieces: Vec<Piece<'b>>,
    /// The target groups that it may grant, by their position in the registry, ascending: sorted by name.
    candidates: Vec<u32>,
}

#[derive(Debug)]
enum Piece<'b> {
    Literal(&'b str),
    Capture { number: usize, case: Case },
}

/// What happens to the letters of a capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    AsIs,
    Lower,
    Upper,
}

impl<'b> GrantExpansion<'b> {
    /// Layout: pieces\*, each a tag byte and then 0: a text, 1 to 3 (as it is, lower, upper): the number of a capture;
    /// candidates\*, below `groups`.
    pub(crate) fn decode(reader: &mut Reader<'b>, groups: u32) -> Option<Self> {
        let pieces = reader.list(|reader| {
            let case = match reader.byte()? {
                0 => return Some(Piece::Literal(reader.text()?)),
                1 => Case::AsIs,
                2 => Case::Lower,
                3 => Case::Upper,
                _ => return None,
            };
            Some(Piece::Capture { number: reader.number()? as usize, case })
        })?;
        let candidates = reader.list(|reader| reader.number().filter(|group| *group < groups))?;
        Some(Self { pieces, candidates })
    }

    /// Appends the text that the template expands to.
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

    /// The target group of a name, if the template may grant it; `name` gives the names of the registry.
    pub(crate) fn find<'n>(&self, wanted: &[u8], name: impl Fn(u32) -> Option<&'n str>) -> Option<u32> {
        let order = |group: &u32| name(*group).unwrap_or_default().as_bytes().cmp(wanted);
        let at = self.candidates.binary_search_by(order).ok()?;
        self.candidates.get(at).copied()
    }
}
