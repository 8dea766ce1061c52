//! What a directory has: people, groups, and who is in which, also through groups in groups.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

/// A person of a directory.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Person {
    /// The id that stays when the person is renamed, such as `entryUUID`.
    pub id: String,
    /// Whether the directory lets the person log in.
    pub is_active: bool,
    /// The attributes, by the directory's names.
    pub attributes: Map<String, Value>,
}

/// A group of a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Group {
    /// The id that stays when the group is renamed.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// How many reasons of an incomplete read are kept: one is enough, and a file of nothing but damage has no end of them.
const MOST_REASONS: usize = 20;

/// What was read of a directory.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Directory {
    /// The people, in the order in which they were read.
    pub people: Vec<Person>,
    /// The groups, likewise.
    pub groups: Vec<Group>,
    /// Why it was not read to its end, at most 20 reasons; empty if it was.
    pub unread: Vec<String>,
    /// For each group, the positions of the people who are in it directly.
    members: Vec<Vec<u32>>,
    /// For each group, the positions of the groups that it is in directly.
    parents: Vec<Vec<u32>>,
}

/// Collects what a directory says. People, groups and memberships may come in any order.
#[derive(Debug, Default)]
pub struct DirectoryReader {
    directory: Directory,
    /// By group, in the order of the groups: the ids of its members.
    members: Vec<Vec<String>>,
    positions: HashMap<String, Position>,
    /// The ids of members that are known to be neither people nor groups of the directory.
    outside: HashSet<String>,
}

#[derive(Debug, Clone, Copy)]
enum Position {
    Person(u32),
    Group(u32),
}

impl DirectoryReader {
    /// Adds a person. An id that comes twice makes the read incomplete: a list that repeats may also leave out.
    pub fn person(&mut self, person: Person) {
        let at = Position::Person(next(self.directory.people.len()));
        self.place(&person.id, at);
        self.directory.people.push(person);
    }

    /// Adds a group, with the ids of its direct members, which are people or groups.
    pub fn group(&mut self, group: Group, members: Vec<String>) {
        let at = Position::Group(next(self.directory.groups.len()));
        self.place(&group.id, at);
        self.directory.groups.push(group);
        self.members.push(members);
    }

    /// Says that a member of groups is neither a person nor a group of the directory, such as a computer.
    pub fn outside(&mut self, id: String) {
        self.outside.insert(id);
    }

    /// Says that something could not be read, and why. The first reasons are kept.
    pub fn unread(&mut self, why: String) {
        if self.directory.unread.len() < MOST_REASONS && !self.directory.unread.contains(&why) {
            self.directory.unread.push(why);
        }
    }

    fn place(&mut self, id: &str, at: Position) {
        if id.is_empty() {
            self.unread("an entry without an id".to_owned());
        } else if self.positions.insert(id.to_owned(), at).is_some() {
            self.unread("an id that came twice".to_owned());
        }
    }

    /// What was read.
    pub fn finish(self) -> Directory {
        let mut lost = 0_usize;
        let Self { mut directory, members, positions, outside } = self;
        directory.members = vec![Vec::new(); members.len()];
        directory.parents = vec![Vec::new(); members.len()];
        for ((ids, own), group) in members.iter().zip(&mut directory.members).zip(0_u32..) {
            for id in ids {
                match positions.get(id) {
                    Some(Position::Person(person)) => own.push(*person),
                    Some(Position::Group(child)) => {
                        if let Some(parents) = directory.parents.get_mut(*child as usize) {
                            parents.push(group);
                        }
                    }
                    None if outside.contains(id) => {}
                    None => lost += 1,
                }
            }
        }
        if lost > 0 {
            directory.unread.push(format!(
                "{lost} of the members of groups are neither people nor groups that were read"
            ));
        }
        directory
    }
}

/// A directory with more than four thousand million entries does not fit into memory before it gets here.
fn next(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

impl Directory {
    /// Whether it was read to its end.
    pub fn is_complete(&self) -> bool {
        self.unread.is_empty()
    }

    /// For each person, the positions of the groups that the person is in, each once, sorted. Groups may be in each other.
    pub fn groups_of_people(&self) -> Vec<Vec<u32>> {
        let mut of_people = vec![Vec::new(); self.people.len()];
        let mut is_seen = vec![false; self.groups.len()];
        for (people, group) in self.members.iter().zip(0_u32..) {
            if people.is_empty() {
                continue;
            }
            let with_parents = self.with_parents(group, &mut is_seen);
            for person in people {
                if let Some(groups) = of_people.get_mut(*person as usize) {
                    groups.extend_from_slice(&with_parents);
                }
            }
        }
        for groups in &mut of_people {
            groups.sort_unstable();
            groups.dedup();
            groups.shrink_to_fit();
        }
        of_people
    }

    /// The names of groups, by their positions.
    pub fn names<'d>(&'d self, groups: &'d [u32]) -> impl Iterator<Item = &'d str> {
        groups.iter().filter_map(|at| self.groups.get(*at as usize)).map(|group| group.name.as_str())
    }

    /// A group, and all groups that it is in. `is_seen` is all false before and after.
    fn with_parents(&self, group: u32, is_seen: &mut [bool]) -> Vec<u32> {
        let mut found = vec![group];
        let mut at = 0;
        set(is_seen, group, true);
        while let Some(next) = found.get(at).copied() {
            at += 1;
            for parent in self.parents.get(next as usize).into_iter().flatten() {
                if is_seen.get(*parent as usize) == Some(&false) {
                    set(is_seen, *parent, true);
                    found.push(*parent);
                }
            }
        }
        found.iter().for_each(|group| set(is_seen, *group, false));
        found
    }
}

fn set(all: &mut [bool], at: u32, to: bool) {
    if let Some(place) = all.get_mut(at as usize) {
        *place = to;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn person(id: &str) -> Person {
        Person { id: id.to_owned(), is_active: true, attributes: Map::new() }
    }

    /// A directory with people `p0`, `p1` …, and groups `g0`, `g1` … with these members.
    fn directory(people: usize, groups: &[Vec<String>]) -> Directory {
        let mut reader = DirectoryReader::default();
        for (at, members) in groups.iter().enumerate() {
            let id = format!("g{at}");
            reader.group(Group { name: id.clone(), id }, members.clone());
        }
        (0..people).for_each(|at| reader.person(person(&format!("p{at}"))));
        reader.finish()
    }

    #[test]
    fn people_are_in_the_groups_of_their_groups() {
        let texts = |ids: &[&str]| ids.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let groups = [texts(&["p0", "g1"]), texts(&["p1", "g0"]), texts(&["g1", "p1", "p1"]), texts(&["p9"])];
        let directory = directory(3, &groups);
        assert_eq!(directory.groups_of_people(), [vec![0, 1, 2], vec![0, 1, 2], vec![]]);
        assert_eq!(
            directory.unread,
            ["1 of the members of groups are neither people nor groups that were read"]
        );
    }

    #[test]
    fn id_that_comes_twice_makes_a_read_incomplete() {
        let mut reader = DirectoryReader::default();
        reader.person(person("a"));
        reader.group(Group { id: "a".to_owned(), name: "a".to_owned() }, Vec::new());
        reader.person(person(""));
        let directory = reader.finish();
        assert_eq!(directory.unread, ["an id that came twice", "an entry without an id"]);
        let mut reader = DirectoryReader::default();
        (0..1000).for_each(|at| reader.unread(format!("line {at}")));
        assert_eq!(reader.finish().unread.len(), MOST_REASONS);
    }

    proptest! {
        /// The same as following memberships from each person until no group is new.
        #[test]
        fn groups_are_those_of_a_walk(
            groups in proptest::collection::vec(proptest::collection::vec((any::<bool>(), 0..6_usize), 0..5), 0..6),
        ) {
            let id = |(is_group, at): &(bool, usize)| format!("{}{at}", if *is_group { 'g' } else { 'p' });
            let groups: Vec<Vec<String>> = groups.iter().map(|members| members.iter().map(id).collect()).collect();
            let directory = directory(5, &groups);
            for (person, found) in directory.groups_of_people().iter().enumerate() {
                let mut expected: BTreeSet<usize> = BTreeSet::new();
                loop {
                    let is_in = |members: &Vec<String>| {
                        members.iter().any(|id| {
                            *id == format!("p{person}") || expected.iter().any(|group| *id == format!("g{group}"))
                        })
                    };
                    let next: BTreeSet<usize> =
                        groups.iter().enumerate().filter(|(_, members)| is_in(members)).map(|(at, _)| at).collect();
                    if next == expected {
                        break;
                    }
                    expected = next;
                }
                prop_assert_eq!(found.iter().map(|it| *it as usize).collect::<BTreeSet<_>>(), expected);
            }
        }
    }
}
