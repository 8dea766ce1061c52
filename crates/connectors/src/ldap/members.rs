//! Who is in which group, by the names of entries.

use std::collections::{BTreeMap, HashMap, HashSet};

/// What a name leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Person(u32),
    /// A group, of the scope or outside it.
    Group(u32),
    /// Neither a person of the scope nor a group.
    Outside,
}

/// A group. Without a name, it only has members that its parents have through it.
#[derive(Debug, Default)]
pub(super) struct GroupEntry {
    pub(super) id: String,
    pub(super) name: Option<String>,
    /// Positions of names.
    pub(super) members: Vec<u32>,
    /// People whom it has not by their names.
    pub(super) people: Vec<u32>,
}

/// Members of a group that are still to be read.
#[derive(Debug)]
pub(super) struct Rest {
    /// The position of the group.
    pub(super) group: usize,
    pub(super) dn: String,
    pub(super) attribute: &'static str,
    /// How many values came before.
    pub(super) from: usize,
}

/// All names of entries, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    positions: HashMap<Box<str>, u32>,
    found: Vec<Found>,
    /// Those that no scope had so far, as the server writes them.
    unknown: BTreeMap<u32, String>,
}

impl Names {
    /// Says what the name of an entry leads to; returns whether this is new.
    pub(super) fn insert(&mut self, key: String, found: Found) -> bool {
        match self.positions.get(key.as_str()).copied() {
            Some(at) => {
                let is_new = self.unknown.remove(&at).is_some();
                if is_new {
                    self.set(at, found);
                }
                is_new
            }
            None => {
                self.add(key, found);
                true
            }
        }
    }

    fn add(&mut self, key: String, found: Found) -> u32 {
        let at = u32::try_from(self.found.len()).unwrap_or(u32::MAX);
        self.positions.insert(key.into_boxed_str(), at);
        self.found.push(found);
        at
    }

    /// The position of the name of a member.
    pub(super) fn position(&mut self, key: String, text: &str) -> u32 {
        match self.positions.get(key.as_str()) {
            Some(at) => *at,
            None => {
                let at = self.add(key, Found::Outside);
                self.unknown.insert(at, text.to_owned());
                at
            }
        }
    }

    /// The names that no scope had. Until something else is known of them, they are outside.
    pub(super) fn take_unknown(&mut self) -> Vec<(u32, String)> {
        std::mem::take(&mut self.unknown).into_iter().collect()
    }

    pub(super) fn set(&mut self, at: u32, found: Found) {
        if let Some(place) = self.found.get_mut(at as usize) {
            *place = found;
        }
    }

    /// The members of a group, those of groups without names in place of these groups.
    pub(super) fn members(&self, group: usize, groups: &[GroupEntry], take: &mut dyn FnMut(Found)) {
        let (mut open, mut seen) = (vec![group], HashSet::from([group]));
        while let Some(group) = open.pop().and_then(|at| groups.get(at)) {
            group.people.iter().for_each(|person| take(Found::Person(*person)));
            for member in &group.members {
                match self.found.get(*member as usize).copied().unwrap_or(Found::Outside) {
                    Found::Group(inner) if groups.get(inner as usize).is_some_and(|it| it.name.is_none()) => {
                        if seen.insert(inner as usize) {
                            open.push(inner as usize);
                        }
                    }
                    found => take(found),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_without_names_are_replaced_by_their_members() {
        let mut names = Names::default();
        assert!(names.insert("p0".to_owned(), Found::Person(0)));
        assert!(!names.insert("p0".to_owned(), Found::Person(1)));
        let at = |names: &mut Names, key: &str| names.position(key.to_owned(), key);
        let members: Vec<u32> = ["p0", "g1", "computer"].map(|key| at(&mut names, key)).to_vec();
        assert_eq!(names.take_unknown().len(), 2);
        let group = |name: Option<&str>, members: &[u32], people: &[u32]| GroupEntry {
            id: String::new(),
            name: name.map(str::to_owned),
            members: members.to_vec(),
            people: people.to_vec(),
        };
        names.set(members[1], Found::Group(1));
        let g0 = at(&mut names, "g0");
        assert!(names.insert("g0".to_owned(), Found::Group(0)));
        assert!(names.take_unknown().is_empty());
        // Both are in each other.
        let groups = [group(Some("g0"), &members, &[]), group(None, &[members[1], g0], &[7])];
        let mut found = Vec::new();
        names.members(0, &groups, &mut |it| found.push(it));
        assert_eq!(found, [Found::Person(0), Found::Outside, Found::Person(7), Found::Group(0)]);
    }
}
