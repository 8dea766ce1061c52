//! Reads the upstream groups of a login from the values of its sources.

use super::delimited::KnownNames;
use super::entries::SourceEntry;
use super::input::Input;
use super::name_form::Formed;
use super::source::{Combine, Shape, Source};
use super::value::Value;
use crate::limits::{MAX_GROUP_BYTES, MAX_GROUPS};
use crate::outcome::Reason;
use crate::text::invisible;
use crate::text::scan::{ScannedName, scan, scan_joined};

/// The upstream groups of a login.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Received<'a> {
    /// The groups, in the order in which they arrived.
    pub(crate) groups: Vec<ScannedName<'a>>,
    /// The number of entries that were empty strings, which are not groups.
    pub(crate) empty_entries: u32,
    /// The number of entries outside the directory branch or domain that the source declares.
    pub(crate) outside_scope: u32,
    /// The number of entries that the source skips.
    pub(crate) skipped: u32,
    /// The reason if the input is incomplete; the groups are then those that could be read.
    pub(crate) incomplete: Option<Reason>,
    /// Whether there are more groups than a login may have. Then none of them is used.
    too_many: bool,
}

/// Reads the upstream groups of a login from the values of its sources.
///
/// `known` tells which names contain the delimiter of a string that is split.
pub(crate) fn read<'s, 'b: 's, 'v>(
    sources: impl Iterator<Item = &'s Source<'b>> + Clone,
    combine: Combine,
    input: &'v Input<'_>,
    known: &impl KnownNames,
) -> Received<'v> {
    let mut received = Received::default();
    let all = || sources.clone().zip(&input.values);
    let (first, count) = match combine {
        Combine::All => (0, usize::MAX),
        // If none is present, the first one decides what an absent value means.
        Combine::First => (all().position(|(_, value)| *value != Value::Absent).unwrap_or(0), 1),
    };
    let chosen = || all().skip(first).take(count);
    if chosen().all(|(source, _)| source.is_verbatim(known)) {
        for (source, value) in chosen() {
            received.take(source, value, known);
        }
        return received.bounded();
    }
    let mut derived = Vec::new();
    for (source, value) in chosen() {
        received.derive(source, value, known, &mut derived);
    }
    // The input owns the memory, so that the received names can borrow from it.
    if input.derived.set(derived).is_ok()
        && let Some(names) = input.derived.get()
        && let Some((_, names)) = names.split_last()
    {
        scan_joined(names, |group| received.push(group));
    }
    received.bounded()
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

    /// Takes the entries of a source unchanged.
    fn take(&mut self, source: &Source<'_>, value: &'a Value<'_>, known: &impl KnownNames) {
        match (value, source.shape) {
            // Almost every login: an array of strings.
            (Value::Names(names), Shape::List | Shape::ListOrString) if names.count() <= MAX_GROUPS => {
                self.groups.reserve_exact(names.count());
                let (groups, empty_entries) = (self.groups.len(), self.empty_entries);
                let parts = names.scan(|group| self.push(group));
                // A U+0000 inside a name makes more parts than there were names, so the names are unknown.
                if parts != names.count() {
                    self.groups.truncate(groups);
                    self.empty_entries = empty_entries;
                    self.fail(Reason::EntryMalformed);
                }
                if source.cap > 0 && names.count() >= source.cap as usize {
                    self.fail(Reason::AtCap);
                }
            }
            _ => source.for_each_entry(value, known, &mut |entry| match entry {
                SourceEntry::Name(name) => self.push(scan(name)),
                SourceEntry::Number(_) | SourceEntry::Bool(_) => self.fail(Reason::EntryType),
                // A source whose parts can be joined is not verbatim.
                SourceEntry::Joined(_) => self.fail(Reason::AmbiguousSplit),
                SourceEntry::OutsideScope => self.outside_scope += 1,
                SourceEntry::Null(reason) | SourceEntry::Bad(reason) => self.fail(reason),
            }),
        }
    }

    #[inline(always)]
    fn push(&mut self, group: ScannedName<'a>) {
        let fits = (1..=MAX_GROUP_BYTES).contains(&group.name.len()) & (self.groups.len() < MAX_GROUPS);
        match fits & !group.malformed {
            true => self.groups.push(group),
            // Passes the name alone: a reference to the group would force it into memory on the fast path.
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

    /// Appends the names that rules see for a source's entries, each followed by a zero byte.
    fn derive(
        &mut self,
        source: &Source<'_>,
        value: &'a Value<'_>,
        known: &impl KnownNames,
        derived: &mut Vec<u8>,
    ) {
        let (mut text, mut trimmed) = (Vec::new(), Vec::new());
        let form = source.form.ready();
        source.for_each_entry(value, known, &mut |entry| {
            text.clear();
            let mut name: &[u8] = match entry {
                SourceEntry::Name(name) => name,
                SourceEntry::Joined(name) => {
                    text = name;
                    &text
                }
                SourceEntry::Number(number) if source.numbers && append_integer(number, &mut text) => &text,
                SourceEntry::Bool(true) if source.booleans => b"true",
                SourceEntry::Bool(false) if source.booleans => b"false",
                SourceEntry::Number(_) | SourceEntry::Bool(_) => return self.fail(Reason::EntryType),
                SourceEntry::OutsideScope => {
                    self.outside_scope += 1;
                    return;
                }
                SourceEntry::Null(_) if source.skip.nulls => {
                    self.skipped += 1;
                    return;
                }
                SourceEntry::Null(reason) | SourceEntry::Bad(reason) => return self.fail(reason),
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
            // Before the name is checked: what is skipped may hold a control character.
            if source.skip.names.iter().any(|pattern| known.matches(pattern, name)) {
                self.skipped += 1;
                return;
            }
            // A zero byte would end the name here and begin another.
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
                    match source.skip.without_form {
                        true => self.skipped += 1,
                        false => self.fail(Reason::EntryForm),
                    }
                }
            }
        });
    }
}

/// Appends the decimal digits of `number` and returns true if it is an integer that a float holds exactly.
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

#[cfg(test)]
mod tests {
    use super::append_integer;

    #[test]
    fn append_integer_takes_only_exact_integers() {
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

    /// The bundle of a platform that grants `all` for the group `a` of a connection.
    #[cfg(feature = "compiler")]
    fn bundle_of(connection: &str) -> Vec<u8> {
        let platform = format!(
            "\
version: 1
platform:
  applications: {{ portal: {{ clients: [client], claim: 'https://claims.example.com/groups' }} }}
  groups: {{ all: {{ applications: [portal], description: Has a. }} }}
organizations:
  acme:
    connections:
      acme:
        {connection}
    rules: [{{ id: a, match: {{ exact: a }}, grant: all }}]
    policies: {{ incomplete: use-partial }}
cases: []
"
        );
        let file = crate::diagnostic::SourceFile { path: "x.yaml".to_owned(), text: platform };
        let compiled = crate::compiler::compile_whole(&file);
        compiled.platform.unwrap_or_else(|| panic!("{:#?}", compiled.diagnostics)).bundle
    }

    #[cfg(feature = "compiler")]
    #[test]
    fn received_has_no_groups_if_there_are_too_many() {
        use crate::{Bundle, event};

        let connection = "strategy: other
        groups: [{ from: /a, shape: delimited, delimiter: ',' }, { from: /b, shape: list, absent: empty }]
        combine: all";
        let bundle = bundle_of(connection);
        let bundle = Bundle::decode(&bundle).expect("a bundle");
        let check = |delimited: usize, listed: usize, expected: (&str, &[&str], u32)| {
            let user = serde_json::json!({ "a": vec!["a"; delimited].join(","), "b": vec!["a"; listed] });
            let event = serde_json::json!({
                "client": { "client_id": "client" }, "connection": { "name": "acme" }, "user": user,
            });
            let answer =
                event::answer(&bundle, &event::Event::from_json(event).expect("an event is an object"));
            let groups: Vec<&str> = answer.groups.iter().map(String::as_str).collect();
            assert_eq!(
                (answer.reason.code(), groups.as_slice(), answer.received),
                expected,
                "{delimited} {listed}"
            );
        };
        check(10_000, 0, ("ok", &["all"], 10_000));
        check(10_001, 0, ("too-many-groups", &[], 0));
        check(1, 9_999, ("ok", &["all"], 10_000));
        check(1, 10_000, ("too-many-groups", &[], 0));
        check(1, 10_001, ("too-many-groups", &[], 0));
    }
    #[cfg(feature = "compiler")]
    #[test]
    fn received_counts_the_parts_of_all_entries_and_the_entries_of_all_lists() {
        use crate::{Bundle, event};

        fn check(source: &str, groups: &serde_json::Value, expected: (&str, u32)) {
            let bundle = bundle_of(&format!("{{ strategy: other, groups: {{ from: /a, {source} }} }}"));
            let bundle = Bundle::decode(&bundle).expect("a bundle");
            let event = serde_json::json!({
                "client": { "client_id": "client" }, "connection": { "name": "acme" }, "user": { "a": groups },
            });
            let event = event::Event::from_json(event).expect("an event is an object");
            let answer = event::answer(&bundle, &event);
            assert_eq!((answer.reason.code(), answer.received), expected, "{source}");
        }
        let strings = |counts: &[usize]| counts.iter().map(|count| vec!["a"; *count].join(",")).collect();
        let split = "shape: list-or-string, delimiter: ','";
        check(split, &strings(&[5_000, 5_000]), ("ok", 10_000));
        check(split, &strings(&[5_000, 5_001]), ("too-many-groups", 0));
        check(split, &strings(&[10_001]), ("too-many-groups", 0));
        check(split, &strings(&[20_000, 1, 1]), ("too-many-groups", 0));
        let lists = |counts: &[usize]| counts.iter().map(|count| vec!["a"; *count]).collect();
        check("shape: list, nested: true", &lists(&[5_000, 4_998]), ("ok", 9_998));
        check("shape: list, nested: true", &lists(&[5_000, 4_999]), ("too-many-groups", 0));
        check("shape: list, nested: true", &lists(&[0; 10_000]), ("ok", 0));
        check("shape: list, nested: true", &lists(&[0; 10_001]), ("too-many-groups", 0));
        let values = |count: usize| (0..count).map(|at| (format!("m{at}"), "a".into())).collect();
        check("shape: values", &serde_json::Value::Object(values(10_000)), ("ok", 10_000));
        check("shape: values", &serde_json::Value::Object(values(10_001)), ("too-many-groups", 0));
    }
}
