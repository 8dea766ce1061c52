//! Where a connection's groups are found in a login, and in which shape and form they arrive.
//!
//! Whatever does not have the declared shape and form makes the input *incomplete*, with a reason:
//! a value is understood or refused, never guessed at.

use super::delimited::{find, is_json_list, is_list, split};
use super::dn::AttributeOf;
use super::input::{Input, Value};
use super::name_form::{Formed, NameForm};
use crate::bundle::mapping::Mapping;
use crate::codec::reader::Reader;
use crate::limits::{MAX_GROUP_BYTES, MAX_GROUPS};
use crate::outcome::Reason;
use crate::text::invisible;
use crate::text::scan::{ScannedName, scan, scan_joined};
use crate::work;

/// Where a connection's groups are found, and how they look there.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Source<'b> {
    /// The position of what is read.
    pub read: u32,
    /// The shape that is understood there.
    pub shape: Shape<'b>,
    /// The form that each entry has.
    pub form: NameForm<'b>,
    /// Whether numbers are read as their decimal digits.
    pub numbers: bool,
    /// Whether booleans are read as `true` and `false`.
    pub booleans: bool,
    /// Whether names are rid of spaces at their ends and of invisible characters.
    pub trim: bool,
    /// Whether the host splits the string of a delimited source, because it normalizes the parts.
    pub split: bool,
    /// What it means if nothing is there.
    pub absent: Absent,
    /// So many entries mean that the list was cut; 0 if any number may arrive.
    pub cap: u32,
}

/// A shape that groups arrive in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape<'b> {
    /// An array of strings.
    List,
    /// An array of strings, or one string that is one group.
    ListOrString,
    /// One string that is one group.
    Text,
    /// One string, split at every occurrence of the delimiter.
    Delimited(&'b str),
    /// An array of objects; the named member holds the group.
    Objects(&'b str),
}

/// What an absent attribute means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "an attribute that is not there is one or the other")]
pub enum Absent {
    /// The groups were withheld: the input is incomplete.
    Incomplete,
    /// The user has no groups.
    Empty,
}

/// What several sources of one connection are together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "sources are alternatives or parts")]
pub enum Combine {
    /// The first that is there counts.
    First,
    /// All of them count, and each has to be complete.
    All,
}

/// Whose attributes are read where accounts are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_enums, reason = "a login is by one identity of one user")]
pub enum Identity {
    /// Those of the identity that logged in.
    Login,
    /// Those of the primary identity, which are the user's own.
    Primary,
}

/// The flags of a source in a bundle.
pub(crate) const NUMBERS: u8 = 1;
pub(crate) const BOOLEANS: u8 = 2;
pub(crate) const TRIM: u8 = 4;
pub(crate) const EMPTY_IF_ABSENT: u8 = 8;
pub(crate) const SPLIT: u8 = 16;

/// The upstream groups of a login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Received<'a> {
    /// The groups, in the order in which they arrived.
    pub(crate) groups: Vec<ScannedName<'a>>,
    /// How many entries were empty strings, which name no group.
    pub(crate) empty_entries: u32,
    /// How many entries were of another directory branch or domain than the source wants.
    pub(crate) outside_scope: u32,
    /// Why the input is incomplete, if it is; the groups are then those that could be read.
    pub(crate) incomplete: Option<Reason>,
    /// Whether there are more groups than a login may have: none of them is used.
    too_many: bool,
}

/// One entry of a source, as it arrived.
enum Entry<'v> {
    Name(&'v [u8]),
    /// Parts of a delimited string that are one name.
    Joined(Vec<u8>),
    Number(f64),
    Bool(bool),
    Bad(Reason),
}

/// Reads the upstream groups of a login out of the values of its sources.
///
/// `mapping` knows which names hold the delimiter of a string that is split.
pub(crate) fn read<'s, 'b: 's, 'v>(
    sources: impl Iterator<Item = &'s Source<'b>> + Clone,
    combine: Combine,
    input: &'v Input<'_>,
    mapping: &Mapping<'_>,
) -> Received<'v> {
    let mut received = Received::default();
    let present = |(_, value): &(&Source<'_>, &Value<'_>)| !matches!(value, Value::Absent);
    let all = || sources.clone().zip(&input.values);
    let chosen = match combine {
        Combine::All => None,
        Combine::First => all().find(present).or(all().next()),
    };
    // One source of several, or every one of them.
    let chosen = || chosen.into_iter().chain(all().filter(|_| chosen.is_none()));
    if chosen().all(|(source, _)| source.is_verbatim(mapping)) {
        for (source, value) in chosen() {
            received.take(source, value, mapping);
        }
        return received.bounded();
    }
    let mut derived = Vec::new();
    for (source, value) in chosen() {
        received.derive(source, value, mapping, &mut derived);
    }
    // The memory belongs to the input, so that what is received can refer to it.
    if input.derived.set(derived).is_ok()
        && let Some(names) = input.derived.get()
        && let Some((_, names)) = names.split_last()
    {
        scan_joined(names, |group| received.push(group));
    }
    received.bounded()
}

impl<'b> Source<'b> {
    /// Layout: a byte for the shape, 0 list, 1 list or string, 2 string, 3 delimited and its delimiter, 4 objects and
    /// their member; a byte for the form, 0 plain, 1 distinguished name and its attribute and the suffix, 2 domain and
    /// the domain, 3 e-mail and the spellings of the domain\*, 4 path, 5 as 1 but of a parent, where what is not asked for
    /// is empty; the flags, and the cap.
    pub(crate) fn decode(read: u32, reader: &mut Reader<'b>) -> Option<Self> {
        let shape = match reader.byte()? {
            0 => Shape::List,
            1 => Shape::ListOrString,
            2 => Shape::Text,
            3 => Shape::Delimited(reader.text().filter(|delimiter| !delimiter.is_empty())?),
            4 => Shape::Objects(reader.text()?),
            _ => return None,
        };
        let wanted = |reader: &mut Reader<'b>| Some(reader.text().map(Some)?.filter(|text| !text.is_empty()));
        let tag = reader.byte()?;
        let form = match tag {
            0 => NameForm::Plain,
            1 | 5 => NameForm::DistinguishedName {
                attribute: reader.text()?,
                of: if tag == 1 { AttributeOf::Entry } else { AttributeOf::Parent },
                below: wanted(reader)?,
            },
            2 => NameForm::Domain { domain: wanted(reader)? },
            3 => NameForm::Email { domains: reader.list(Reader::text)? },
            4 => NameForm::Path,
            _ => return None,
        };
        let flags = reader.byte().filter(|flags| *flags < 32)?;
        let [numbers, booleans, trim, empty, split] =
            [NUMBERS, BOOLEANS, TRIM, EMPTY_IF_ABSENT, SPLIT].map(|flag| flags & flag != 0);
        let absent = if empty { Absent::Empty } else { Absent::Incomplete };
        Some(Self { read, shape, form, numbers, booleans, trim, split, absent, cap: reader.number()? })
    }

    /// Whether the names that rules see are the entries as they arrived.
    fn is_verbatim(&self, mapping: &Mapping<'_>) -> bool {
        let joins = matches!(self.shape, Shape::Delimited(_)) && mapping.delimiters > 0;
        matches!(self.form, NameForm::Plain) && !self.numbers && !self.booleans && !self.trim && !joins
    }

    /// What rules see of an entry that is a string; nothing if it does not have the form.
    fn see(&self, name: &[u8]) -> Option<Vec<u8>> {
        let (mut tidied, mut seen) = (Vec::new(), Vec::new());
        match self.trim {
            true => invisible::trim_into(name, &mut tidied),
            false => tidied.extend_from_slice(name),
        }
        (self.form.ready().append(&tidied, &mut seen) == Formed::Taken).then_some(seen)
    }

    /// Calls `each` with every entry of a value; what is no entry is a bad one, with the reason.
    fn for_each_entry<'v>(
        &self,
        value: &'v Value<'_>,
        mapping: &Mapping<'_>,
        each: &mut dyn FnMut(Entry<'v>),
    ) {
        let mut count = 0;
        self.for_each_uncapped(value, mapping, &mut |entry| {
            count += 1;
            each(entry);
        });
        if self.cap > 0 && count >= self.cap {
            each(Entry::Bad(Reason::AtCap));
        }
    }

    fn for_each_uncapped<'v>(
        &self,
        value: &'v Value<'_>,
        mapping: &Mapping<'_>,
        each: &mut dyn FnMut(Entry<'v>),
    ) {
        match (value, self.shape) {
            (Value::Absent, _) if self.absent == Absent::Empty => {}
            (Value::List(entries), _) if entries.len() > MAX_GROUPS => {
                each(Entry::Bad(Reason::TooManyGroups))
            }
            (Value::Names(names), _) if names.count() > MAX_GROUPS => each(Entry::Bad(Reason::TooManyGroups)),
            (Value::List(entries), Shape::List | Shape::ListOrString) => {
                entries.iter().for_each(|entry| each(read_entry(entry)));
            }
            (Value::List(entries), Shape::Objects(field)) => {
                entries.iter().for_each(|entry| each(read_member(entry, field)));
            }
            (Value::Names(names), Shape::List | Shape::ListOrString) => {
                // A zero inside a name makes more parts than there were names.
                match names.parts().count() == names.count() {
                    true => names.parts().for_each(|name| each(Entry::Name(name))),
                    false => each(Entry::Bad(Reason::EntryMalformed)),
                }
            }
            (Value::Names(_), Shape::Objects(_)) => each(Entry::Bad(Reason::EntryType)),
            (Value::Text(text), Shape::ListOrString | Shape::Text) if is_json_list(text) => {
                each(Entry::Bad(Reason::AttributeType));
            }
            (Value::Text(_) | Value::Number(_) | Value::Bool(_), Shape::ListOrString | Shape::Text) => {
                match read_entry(value) {
                    Entry::Number(_) if !self.numbers => each(Entry::Bad(Reason::AttributeType)),
                    Entry::Bool(_) if !self.booleans => each(Entry::Bad(Reason::AttributeType)),
                    entry => each(entry),
                }
            }
            (Value::Text(joined), Shape::Delimited(delimiter)) if !is_list(joined) => {
                for_each_part(&mut split(joined, delimiter.as_bytes()), delimiter, self, mapping, each);
            }
            // The host hands parts over one by one if U+0000 is in one of them.
            (Value::List(_), Shape::Delimited(_)) if self.split => each(Entry::Bad(Reason::EntryMalformed)),
            (Value::Names(names), Shape::Delimited(delimiter)) if self.split && !is_list(names.bytes()) => {
                match names.parts().count() == names.count() {
                    true => for_each_part(&mut names.parts(), delimiter, self, mapping, each),
                    false => each(Entry::Bad(Reason::EntryMalformed)),
                }
            }
            (value, _) => each(Entry::Bad(reason_of(value))),
        }
    }
}

/// Why a value that has not the declared shape makes the input incomplete.
fn reason_of(value: &Value<'_>) -> Reason {
    match value {
        Value::Absent => Reason::AttributeAbsent,
        Value::Null => Reason::AttributeNull,
        Value::Unreadable => Reason::AttributeUnreadable,
        Value::IdentityUnclear => Reason::IdentityUnclear,
        Value::Overage => Reason::Overage,
        Value::Unavailable => Reason::ProvisionedUnavailable,
        _ => Reason::AttributeType,
    }
}

fn read_entry<'v>(entry: &'v Value<'_>) -> Entry<'v> {
    match entry {
        Value::Text(group) => Entry::Name(group),
        Value::Number(number) => Entry::Number(*number),
        Value::Bool(value) => Entry::Bool(*value),
        Value::Unreadable => Entry::Bad(Reason::AttributeUnreadable),
        _ => Entry::Bad(Reason::EntryType),
    }
}

fn read_member<'v>(entry: &'v Value<'_>, field: &str) -> Entry<'v> {
    let members = match entry {
        Value::Object(members) => members,
        Value::Unreadable => return Entry::Bad(Reason::AttributeUnreadable),
        _ => return Entry::Bad(Reason::EntryType),
    };
    match members.iter().find(|(key, _)| *key == field.as_bytes()) {
        Some((_, Value::Null)) | None => Entry::Bad(Reason::EntryUnnamed),
        Some((_, member)) => read_entry(member),
    }
}

impl<'a> Received<'a> {
    fn bounded(mut self) -> Self {
        if self.too_many {
            self.groups.clear();
        }
        self
    }

    fn fail(&mut self, reason: Reason) {
        self.too_many |= reason == Reason::TooManyGroups;
        self.incomplete.get_or_insert(reason);
    }

    /// Takes the entries of a source as they are.
    fn take(&mut self, source: &Source<'_>, value: &'a Value<'_>, mapping: &Mapping<'_>) {
        match (value, source.shape) {
            // The way of almost every login: an array of strings.
            (Value::Names(names), Shape::List | Shape::ListOrString) if names.count() <= MAX_GROUPS => {
                self.groups.reserve_exact(names.count());
                let (groups, empty_entries) = (self.groups.len(), self.empty_entries);
                let parts = names.scan(|group| self.push(group));
                // A zero inside a name makes more parts than there were names, and which of them are names is lost.
                if parts != names.count() {
                    self.groups.truncate(groups);
                    self.empty_entries = empty_entries;
                    self.fail(Reason::EntryMalformed);
                }
                if source.cap > 0 && names.count() >= source.cap as usize {
                    self.fail(Reason::AtCap);
                }
            }
            _ => source.for_each_entry(value, mapping, &mut |entry| match entry {
                Entry::Name(name) => self.push(scan(name)),
                Entry::Number(_) | Entry::Bool(_) => self.fail(Reason::EntryType),
                // Where parts are joined a source is not verbatim.
                Entry::Joined(_) => self.fail(Reason::AmbiguousSplit),
                Entry::Bad(reason) => self.fail(reason),
            }),
        }
    }

    #[inline(always)]
    fn push(&mut self, group: ScannedName<'a>) {
        let fits = (1..=MAX_GROUP_BYTES).contains(&group.name.len()) & (self.groups.len() < MAX_GROUPS);
        match fits & !group.malformed {
            true => self.groups.push(group),
            // Its name alone: what is handed on by reference lies in memory, and a login's groups need not.
            false => self.refuse(group.name),
        }
    }

    #[inline(never)]
    fn refuse(&mut self, name: &[u8]) {
        if name.is_empty() {
            self.empty_entries += 1;
        } else if name.len() > MAX_GROUP_BYTES {
            self.fail(Reason::GroupTooLong);
        } else if self.groups.len() == MAX_GROUPS {
            self.fail(Reason::TooManyGroups);
        } else {
            self.fail(Reason::EntryMalformed);
        }
    }

    /// Appends the names that rules see of a source's entries, each with a zero byte behind it.
    fn derive(
        &mut self,
        source: &Source<'_>,
        value: &'a Value<'_>,
        mapping: &Mapping<'_>,
        derived: &mut Vec<u8>,
    ) {
        let (mut text, mut trimmed) = (Vec::new(), Vec::new());
        let form = source.form.ready();
        source.for_each_entry(value, mapping, &mut |entry| {
            text.clear();
            let mut name: &[u8] = match entry {
                Entry::Name(name) => name,
                Entry::Joined(name) => {
                    text = name;
                    &text
                }
                Entry::Number(number) if source.numbers && append_integer(number, &mut text) => &text,
                Entry::Bool(true) if source.booleans => b"true",
                Entry::Bool(false) if source.booleans => b"false",
                Entry::Number(_) | Entry::Bool(_) => return self.fail(Reason::EntryType),
                Entry::Bad(reason) => return self.fail(reason),
            };
            if name.len() > MAX_GROUP_BYTES {
                return self.fail(Reason::GroupTooLong);
            }
            if source.trim && invisible::needs_trim(name) {
                trimmed.clear();
                invisible::trim_into(name, &mut trimmed);
                name = &trimmed;
            }
            if name.is_empty() {
                self.empty_entries += 1;
                return;
            }
            // A zero would end the name here and begin another.
            if scan(name).malformed {
                return self.fail(Reason::EntryMalformed);
            }
            let start = derived.len();
            match form.append(name, derived) {
                Formed::Taken if derived.get(start..).is_some_and(|name| name.contains(&0)) => {
                    derived.truncate(start);
                    self.fail(Reason::EntryMalformed);
                }
                Formed::Taken => derived.push(0),
                Formed::OutsideScope => {
                    derived.truncate(start);
                    self.outside_scope += 1;
                }
                Formed::Malformed => {
                    derived.truncate(start);
                    self.fail(Reason::EntryForm);
                }
            }
        });
    }
}

/// Appends the decimal digits of a whole number that a float holds exactly; says whether it is one.
fn append_integer(number: f64, text: &mut Vec<u8>) -> bool {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let left = number.abs() as u64;
    if !(number.abs() < EXACT && left as f64 == number.abs()) {
        return false;
    }
    if number < 0.0 {
        text.push(b'-');
    }
    let mut unit = 1;
    while left / unit > 9 {
        unit *= 10;
    }
    while unit > 0 {
        text.push(b'0' + (left / unit % 10) as u8);
        unit /= 10;
    }
    true
}

/// Calls `each` for the parts of a string that was split at `delimiter`.
///
/// Parts side by side that make a name with the delimiter in it, which the mapping knows, are that name, unless a
/// pattern matches one of them too, or other such names overlap: then the split is ambiguous.
fn for_each_part<'v>(
    parts: &mut dyn Iterator<Item = &'v [u8]>,
    delimiter: &str,
    source: &Source<'_>,
    mapping: &Mapping<'_>,
    each: &mut dyn FnMut(Entry<'v>),
) {
    let parts: Vec<&[u8]> = parts.take(MAX_GROUPS + 1).collect();
    if parts.len() > MAX_GROUPS {
        return each(Entry::Bad(Reason::TooManyGroups));
    }
    if mapping.delimiters == 0 {
        return parts.iter().for_each(|part| each(Entry::Name(part)));
    }
    let delimiter = delimiter.as_bytes();
    let knows = |name: &[u8]| {
        let seen = source.see(name);
        seen.is_some_and(|name| find(&name, delimiter).is_some() && mapping.knows(&name))
    };
    let wants = |part: &&[u8]| source.see(part).is_some_and(|name| mapping.wants(&name));
    // Where runs of parts that are a known name begin and end, in this order.
    let (mut runs, mut name) = (Vec::new(), Vec::new());
    // Appends the part at `last` to a run that begins at `first`.
    let join = |first: usize, last: usize, name: &mut Vec<u8>| {
        if first == last {
            name.clear();
        } else {
            name.extend_from_slice(delimiter);
        }
        let part = parts.get(last).copied().unwrap_or_default();
        work::count(part.len() + delimiter.len());
        name.extend_from_slice(part);
    };
    for first in 0..parts.len() {
        for last in (first..parts.len()).take(mapping.delimiters + 1) {
            join(first, last, &mut name);
            if name.len() > MAX_GROUP_BYTES {
                break;
            }
            if last > first && knows(&name) {
                runs.push((first, last));
            }
        }
    }
    let mut known = runs.as_slice();
    let mut first = 0;
    while let Some(part) = parts.get(first) {
        let here = known.iter().take_while(|(at, _)| *at == first).count();
        let (here, later) = known.split_at_checked(here).unwrap_or_default();
        let Some((_, last)) = here.last() else {
            each(Entry::Name(part));
            first += 1;
            continue;
        };
        let overlapping = later.iter().take_while(|(at, _)| at <= last).count();
        let is_wanted = parts.get(first..=*last).is_some_and(|parts| parts.iter().any(wants));
        each(match here.len() == 1 && overlapping == 0 && !is_wanted {
            true => {
                (first..=*last).for_each(|at| join(first, at, &mut name));
                Entry::Joined(name.clone())
            }
            false => Entry::Bad(Reason::AmbiguousSplit),
        });
        known = later.get(overlapping..).unwrap_or_default();
        first = last + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::append_integer;

    #[test]
    fn whole_numbers_have_digits_and_others_are_refused() {
        fn check(number: f64, expected: Option<&str>) {
            let mut text = Vec::new();
            let is_one = append_integer(number, &mut text);
            assert_eq!(is_one.then(|| String::from_utf8(text).expect("ASCII")).as_deref(), expected);
        }
        check(0.0, Some("0"));
        check(-0.0, Some("0"));
        check(4711.0, Some("4711"));
        check(-120.0, Some("-120"));
        check(9_007_199_254_740_991.0, Some("9007199254740991"));
        check(9_007_199_254_740_992.0, None);
        check(0.5, None);
        check(f64::NAN, None);
        check(f64::INFINITY, None);
    }

    #[cfg(feature = "compiler")]
    #[test]
    fn of_too_many_groups_none_is_used() {
        use crate::diagnostic::SourceFile;
        use crate::{Bundle, event};

        const PLATFORM: &str = "\
version: 1
platform:
  applications: { portal: { clients: [client], claim: 'https://claims.example.com/groups' } }
  groups: { all: { applications: [portal], description: Has a. } }
organizations:
  acme:
    connections:
      acme:
        strategy: other
        groups: [{ from: /a, shape: delimited, delimiter: ',' }, { from: /b, shape: list, absent: empty }]
        combine: all
    rules: [{ id: a, match: { exact: a }, grant: all }]
    policies: { incomplete: use-partial }
cases: []
";
        let file = SourceFile { path: "x.yaml".to_owned(), text: PLATFORM.to_owned() };
        let compiled = crate::compiler::compile_whole(&file);
        let platform = compiled.platform.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics));
        let bundle = Bundle::decode(&platform.bundle).expect("a bundle");
        let check = |delimited: usize, listed: usize, expected: (&str, &[&str], u32)| {
            let user = serde_json::json!({ "a": vec!["a"; delimited].join(","), "b": vec!["a"; listed] });
            let event = serde_json::json!({
                "client": { "client_id": "client" }, "connection": { "name": "acme" }, "user": user,
            });
            let answer =
                event::answer(&bundle, &event::Event::from_json(event).expect("an event is an object"));
            let groups: Vec<&str> = answer.groups.iter().map(String::as_str).collect();
            assert_eq!((answer.reason, groups.as_slice(), answer.received), expected, "{delimited} {listed}");
        };
        check(10_000, 0, ("ok", &["all"], 10_000));
        check(10_001, 0, ("too-many-groups", &[], 0));
        check(1, 9_999, ("ok", &["all"], 10_000));
        check(1, 10_000, ("too-many-groups", &[], 0));
        check(1, 10_001, ("too-many-groups", &[], 0));
    }
}
