//! What a platform says about blocks, the mappings that travel with their customers: what they may grant, and what a
//! host needs to verify them.

use crate::codec::reader::Reader;
use crate::collections::bit_set::BitSet;
use crate::ids::TargetId;

/// Settings for blocks, as docs/spec/bundle.md describes them.
#[derive(Debug)]
pub(crate) struct BlockSettings<'b> {
    /// Domain, floors and keys as JSON, for hosts.
    pub(crate) verification: &'b str,
    /// The groups that are granted only by an organization whose ceiling names them, in a block whose key may do so.
    protected: BitSet<TargetId>,
    /// Groups, each with the second before which a block must have been issued to not grant it.
    floors: Vec<(TargetId, u32)>,
    /// The ids of organizations that have a ceiling, each with the groups that it may grant.
    ceilings: Vec<(&'b str, BitSet<TargetId>)>,
}

impl<'b> BlockSettings<'b> {
    /// Reads the settings of a bundle with `groups` target groups; `None` if they are not well-formed.
    pub(crate) fn decode(reader: &mut Reader<'b>, groups: usize) -> Option<Self> {
        let set = |reader: &mut Reader<'b>| {
            let mut set = BitSet::new(groups);
            for _ in 0..reader.count()? {
                set.insert(reader.id(groups)?);
            }
            Some(set)
        };
        Some(Self {
            verification: reader.text()?,
            protected: set(reader)?,
            floors: reader.list(|reader| Some((reader.id(groups)?, reader.number()?)))?,
            ceilings: reader.list(|reader| Some((reader.text()?, set(reader)?)))?,
        })
    }

    /// Whether a block of an organization may grant a group.
    pub(crate) fn permits(&self, group: TargetId, terms: &BlockTerms<'_>) -> bool {
        let ceiling = self.ceilings.iter().find(|(organization, _)| *organization == terms.organization);
        let within = match ceiling {
            Some((_, groups)) => groups.contains(group),
            None => !self.protected.contains(group),
        };
        within
            && (terms.may_grant_protected || !self.protected.contains(group))
            && self.floors.iter().all(|(floored, floor)| *floored != group || terms.issued >= *floor)
    }
}

/// What a host has verified about a block.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct BlockTerms<'t> {
    /// The id of the Auth0 organization that it is for.
    pub organization: &'t str,
    /// When it was signed, in seconds since 1970.
    pub issued: u32,
    /// Whether the key that signed it may sign grants of protected groups.
    pub may_grant_protected: bool,
}
