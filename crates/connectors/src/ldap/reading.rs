//! What is asked of a server, and what the answers mean.
//!
//! People are read first, then groups; members of groups are names of entries, of which those that neither list has are
//! looked up: a person who was renamed in between has the same id, a group outside the scope may have people, and a
//! computer is neither.

use std::collections::HashMap;

use claimsmith::compiler::directory::{DISTINGUISHED_NAME, DirectoryKind};
use claimsmith_lifecycle::directory::{Directory, DirectoryReader, Group, Person};
use serde_json::{Map, Value};

use super::Request;
use super::connection::{ANY, Connection};
use super::dn;
use super::entry::Entry;
use super::members::{Found, GroupEntry, Names, Rest};
use super::values;

/// How many groups are asked for at a time: each may have many members.
const GROUPS_AT_ONCE: u16 = 250;
/// How deep groups outside the scope may be in each other.
const MOST_ROUNDS: usize = 100;
/// The bit of `userAccountControl` that says that an account is disabled (MS-ADTS 2.2.16).
const DISABLED: u32 = 2;

/// The attributes of a group that name its members.
const MEMBERS: [&str; 2] = ["member", "uniqueMember"];
/// The attribute of a group that has the `uid` of its members (RFC 2307).
const MEMBER_UID: &str = "memberUid";
const SID: &str = "objectSid";

pub(super) struct Reading<'r> {
    request: &'r Request<'r>,
    reader: DirectoryReader,
    names: Names,
    /// The ids of the people.
    people: Vec<Box<str>>,
    groups: Vec<GroupEntry>,
    /// People by their `uid`; `None` if several have it.
    by_uid: HashMap<Box<str>, Option<u32>>,
    /// The people whose primary group has an identifier.
    by_primary_group: HashMap<Vec<u8>, Vec<u32>>,
    /// Groups of which members are left.
    rest: Vec<Rest>,
    /// How many members may not be read.
    hidden: usize,
}

impl<'r> Reading<'r> {
    pub(super) fn new(request: &'r Request<'r>) -> Self {
        Self {
            request,
            reader: DirectoryReader::default(),
            names: Names::default(),
            people: Vec::new(),
            groups: Vec::new(),
            by_uid: HashMap::new(),
            by_primary_group: HashMap::new(),
            rest: Vec::new(),
            hidden: 0,
        }
    }

    pub(super) fn unread(&mut self, why: String) {
        self.reader.unread(why);
    }

    /// Reads everything; says why it ended early.
    pub(super) async fn run(&mut self, connection: &mut Connection, page_size: u16) -> Result<(), String> {
        let search = self.request.search;
        let attributes = self.attributes_of_people();
        connection
            .search(&search.people, &attributes, page_size, &mut |entry| self.person(&entry))
            .await
            .map_err(|why| format!("people: {why}"))?;
        let attributes = self.attributes_of_groups();
        connection
            .search(&search.groups, &attributes, GROUPS_AT_ONCE, &mut |entry| self.group_of_scope(&entry))
            .await
            .map_err(|why| format!("groups: {why}"))?;
        let is_named = |group: &GroupEntry| group.name.is_some();
        if !self.groups.is_empty() && !self.groups.iter().any(is_named) {
            return Err(format!(
                "no group has the attribute `{}`, which is to be its name",
                search.group_name
            ));
        }
        self.read_rest(connection).await?;
        for _ in 0..MOST_ROUNDS {
            let unknown = self.names.take_unknown();
            if unknown.is_empty() {
                return Ok(());
            }
            self.look_up(connection, unknown).await;
            self.read_rest(connection).await?;
        }
        Err(format!("groups outside `groups` are more than {MOST_ROUNDS} deep in each other"))
    }

    fn is_active_directory(&self) -> bool {
        self.request.kind == DirectoryKind::ActiveDirectory
    }

    fn id_attribute(&self) -> &'static str {
        if self.is_active_directory() { "objectGUID" } else { "entryUUID" }
    }

    fn attributes_of_people(&self) -> Vec<&'r str> {
        let own: &[&str] = match self.is_active_directory() {
            true => &["userAccountControl", "primaryGroupID", SID],
            false => &["uid"],
        };
        let mut all = vec![self.id_attribute()];
        for name in own.iter().chain(&self.request.attributes) {
            let is_needed =
                *name != DISTINGUISHED_NAME && !all.iter().any(|it| it.eq_ignore_ascii_case(name));
            if is_needed {
                all.push(name);
            }
        }
        all
    }

    fn attributes_of_groups(&self) -> Vec<&'r str> {
        let mut all = vec![self.id_attribute(), MEMBERS[0]];
        match self.is_active_directory() {
            true => all.push(SID),
            false => all.extend([MEMBERS[1], MEMBER_UID]),
        }
        let name = self.request.search.group_name.as_str();
        if name != DISTINGUISHED_NAME && !all.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            all.push(name);
        }
        all
    }

    /// The id of an entry, which stays when it is renamed.
    fn id_of(&self, entry: &Entry) -> Option<String> {
        let id = values::text(self.id_attribute(), entry.value(self.id_attribute())?)?;
        Some(id.to_ascii_lowercase()).filter(|id| !id.is_empty())
    }

    fn person(&mut self, entry: &Entry) {
        let Some(id) = self.id_of(entry) else {
            return self.lacks("people", self.id_attribute());
        };
        let Ok(at) = u32::try_from(self.people.len()) else {
            return self.unread("more people than fit".to_owned());
        };
        let Some(key) = dn::key(&entry.dn) else {
            return self.unread("an entry with a name that is not one".to_owned());
        };
        if !self.names.insert(key, Found::Person(at)) {
            return self
                .unread("an entry came twice, or two have names that differ in letter case only".to_owned());
        }
        let is_active = if self.is_active_directory() {
            let number = |name| -> Option<u32> { str::from_utf8(entry.value(name)?).ok()?.parse().ok() };
            let Some(control) = number("userAccountControl") else {
                return self.lacks("people", "userAccountControl");
            };
            let group = || values::sid_in_domain(entry.value(SID)?, number("primaryGroupID")?);
            let Some(group) = group() else {
                return self.lacks("people", "primaryGroupID` and `objectSid");
            };
            self.by_primary_group.entry(group).or_default().push(at);
            control & DISABLED == 0
        } else {
            for uid in entry.values("uid").iter().filter_map(|uid| str::from_utf8(uid).ok()) {
                let same = self.by_uid.entry(Box::from(uid)).or_insert(Some(at));
                if *same != Some(at) {
                    *same = None;
                }
            }
            true
        };
        let attributes = self.attributes(entry);
        self.people.push(Box::from(id.as_str()));
        self.reader.person(Person { id, is_active, attributes });
    }

    /// The attributes that were asked for, by the names with which they were asked for.
    fn attributes(&mut self, entry: &Entry) -> Map<String, Value> {
        let mut attributes = Map::new();
        for name in &self.request.attributes {
            if *name == DISTINGUISHED_NAME {
                attributes.insert((*name).to_owned(), Value::String(entry.dn.clone()));
                continue;
            }
            if entry.part(name).is_some() {
                self.unread(format!("people have more values of `{name}` than the server sends at once"));
            }
            let texts: Option<Vec<Value>> =
                entry.values(name).iter().map(|value| values::text(name, value).map(Value::String)).collect();
            match texts {
                None => self.unread(format!("people have values of `{name}` that are not text")),
                Some(mut texts) if texts.len() == 1 => {
                    attributes.insert((*name).to_owned(), texts.pop().unwrap_or_default());
                }
                Some(texts) if texts.is_empty() => {}
                Some(texts) => {
                    attributes.insert((*name).to_owned(), Value::Array(texts));
                }
            }
        }
        attributes
    }

    fn lacks(&mut self, what: &str, attribute: &str) {
        self.unread(format!("{what} have no `{attribute}`, or the account may not read it"));
    }

    /// Adds a group that the scope has.
    fn group_of_scope(&mut self, entry: &Entry) {
        let Some(id) = self.id_of(entry) else {
            return self.lacks("groups", self.id_attribute());
        };
        let attribute = self.request.search.group_name.as_str();
        let name = match attribute {
            DISTINGUISHED_NAME => Some(entry.dn.clone()),
            _ => match entry.values(attribute) {
                [] => None,
                [only] => match values::text(attribute, only) {
                    Some(name) => Some(name),
                    None => {
                        return self.unread(format!("groups have values of `{attribute}` that are not text"));
                    }
                },
                _ => {
                    return self.unread(format!(
                        "groups have several values of `{attribute}`, of which one has to be the name; use another attribute, or `dn`"
                    ));
                }
            },
        };
        let Some(key) = dn::key(&entry.dn) else {
            return self.unread("an entry with a name that is not one".to_owned());
        };
        if !self.names.insert(key, Found::Group(self.next_group())) {
            return self
                .unread("an entry came twice, or two have names that differ in letter case only".to_owned());
        }
        self.add_group(entry, id, name);
    }

    fn next_group(&self) -> u32 {
        u32::try_from(self.groups.len()).unwrap_or(u32::MAX)
    }

    fn add_group(&mut self, entry: &Entry, id: String, name: Option<String>) {
        let mut group = GroupEntry { id, name, members: Vec::new(), people: Vec::new() };
        for attribute in MEMBERS {
            let (mut rest_from, mut texts) = (None, entry.values(attribute));
            if let Some((part, values)) = entry.part(attribute) {
                texts = values;
                if part.from != 0 {
                    self.unread(format!("`{attribute}` of a group does not begin with its first value"));
                }
                rest_from = part.to.map(|to| to + 1);
            }
            if let Some(from) = rest_from {
                let (dn, group) = (entry.dn.clone(), self.groups.len());
                self.rest.push(Rest { group, dn, attribute, from });
            }
            self.add_members(&mut group, texts);
        }
        for uid in entry.values(MEMBER_UID) {
            match str::from_utf8(uid).ok().and_then(|uid| self.by_uid.get(uid)) {
                Some(Some(person)) => group.people.push(*person),
                Some(None) => {
                    self.unread(
                        "several people have the same `uid`, which groups have as a member".to_owned(),
                    );
                }
                // All people of the scope were read, so it is someone else.
                None => {}
            }
        }
        if let Some(people) = entry.value(SID).and_then(|sid| self.by_primary_group.get(sid)) {
            group.people.extend_from_slice(people);
        }
        self.groups.push(group);
    }

    fn add_members(&mut self, group: &mut GroupEntry, values: &[Vec<u8>]) {
        for value in values {
            let Ok(text) = str::from_utf8(value) else {
                self.unread("a member of a group is not text".to_owned());
                continue;
            };
            let text = without_uid(text);
            match dn::key(text) {
                Some(key) => group.members.push(self.names.position(key, text)),
                None => self.unread("a member of a group is not a distinguished name".to_owned()),
            }
        }
    }

    /// Reads the members of groups that have more than one answer holds.
    async fn read_rest(&mut self, connection: &Connection) -> Result<(), String> {
        while let Some(Rest { group, dn, attribute, from }) = self.rest.pop() {
            let asked = format!("{attribute};range={from}-*");
            let found = connection.look_up(vec![((), dn.clone())], ANY, &[&asked]).await.pop();
            let failed = |why: &str| format!("members of a group: {why}");
            let entry = match found {
                Some(((), Ok(Some(entry)))) => entry,
                Some(((), Err(why))) => return Err(failed(&why)),
                _ => return Err(failed("it is not there any more, or may not be read")),
            };
            let Some((part, values)) = entry.part(attribute) else {
                return Err(failed("the server does not say the others"));
            };
            if part.from != from || values.is_empty() || part.to.is_some_and(|to| to < from) {
                return Err(failed("the server does not say the next ones"));
            }
            let mut taken = self.groups.get_mut(group).map(std::mem::take).unwrap_or_default();
            self.add_members(&mut taken, values);
            if let Some(place) = self.groups.get_mut(group) {
                *place = taken;
            }
            if let Some(to) = part.to {
                self.rest.push(Rest { group, dn, attribute, from: to + 1 });
            }
        }
        Ok(())
    }

    /// Finds out what the members are that are in none of the scopes.
    async fn look_up(&mut self, connection: &Connection, unknown: Vec<(u32, String)>) {
        let attributes = self.attributes_of_groups();
        let known = self.known_ids();
        let count = unknown.len();
        let found = connection.look_up(unknown, ANY, &attributes).await;
        if found.len() < count {
            self.unread("members of groups could not be looked up".to_owned());
        }
        let mut in_scope = [Vec::new(), Vec::new()];
        let search = self.request.search;
        let bases = [&search.people, &search.groups].map(|scope| dn::key(&scope.base));
        for (at, entry) in found {
            let entry = match entry {
                Ok(Some(entry)) => entry,
                Ok(None) => {
                    // Active Directory removes what leads to an entry together with the entry. Elsewhere, names of
                    // entries that were deleted are common, and such a member has nothing to receive.
                    if self.is_active_directory() {
                        self.hidden += 1;
                    }
                    continue;
                }
                Err(why) => {
                    self.unread(format!("members of groups: {why}"));
                    continue;
                }
            };
            if let Some(known) = self.id_of(&entry).and_then(|id| known.get(id.as_str()).copied()) {
                self.names.set(at, known);
                continue;
            }
            let key = dn::key(&entry.dn);
            for (base, in_scope) in bases.iter().zip(&mut in_scope) {
                if let (Some(key), Some(base)) = (&key, base)
                    && dn::is_below(key, base)
                {
                    in_scope.push(((), entry.dn.clone()));
                }
            }
            self.place_outside(at, &entry);
        }
        for (scope, names) in [&search.people, &search.groups].into_iter().zip(in_scope) {
            let checked = connection.look_up(names, &scope.filter, &[self.id_attribute()]).await;
            if checked.iter().any(|(_, found)| !matches!(found, Ok(None))) {
                self.unread("the directory changed while it was read; run it again".to_owned());
            }
        }
    }

    /// The people and groups by their ids.
    fn known_ids(&self) -> HashMap<Box<str>, Found> {
        let people = self.people.iter().zip(0..).map(|(id, at)| (id.clone(), Found::Person(at)));
        let groups = self.groups.iter().zip(0..).filter(|(group, _)| !group.id.is_empty());
        people.chain(groups.map(|(group, at)| (Box::from(group.id.as_str()), Found::Group(at)))).collect()
    }

    /// Adds the entry of a member that is in no scope, if it has members itself.
    fn place_outside(&mut self, at: u32, entry: &Entry) {
        let has_members = MEMBERS.iter().any(|it| !entry.values(it).is_empty() || entry.part(it).is_some())
            || !entry.values(MEMBER_UID).is_empty()
            || entry.value(SID).is_some_and(|sid| self.by_primary_group.contains_key(sid));
        if has_members {
            self.names.set(at, Found::Group(self.next_group()));
            let id = self.id_of(entry).unwrap_or_default();
            self.add_group(entry, id, None);
        }
    }

    pub(super) fn finish(mut self) -> Directory {
        if self.hidden > 0 {
            self.reader.unread(format!(
                "the account may not read {} of the members of groups; let it read them, or leave their groups out with `groups: {{ filter: … }}`",
                self.hidden
            ));
        }
        let (names, people) = (&self.names, &self.people);
        let mut ids = Vec::new();
        for (at, group) in self.groups.iter().enumerate() {
            let Some(name) = &group.name else { continue };
            ids.clear();
            names.members(at, &self.groups, &mut |found| match found {
                Found::Person(person) => {
                    ids.extend(people.get(person as usize).map(ToString::to_string));
                }
                Found::Group(group) => ids.extend(self.groups.get(group as usize).map(|it| it.id.clone())),
                Found::Outside => {}
            });
            let group = Group { id: group.id.clone(), name: name.clone() };
            self.reader.group(group, std::mem::take(&mut ids));
        }
        self.reader.finish()
    }
}

/// The name of a member without the bit string that `uniqueMember` may have after it (RFC 4517 §3.3.21).
fn without_uid(text: &str) -> &str {
    match text.rsplit_once('#') {
        Some((name, uid)) if uid.starts_with('\'') && uid.ends_with("'B") && !name.ends_with('\\') => name,
        _ => text,
    }
}
