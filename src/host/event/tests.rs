//! Reading values from an event, with the vectors that the tests of the Action's shim use too.

use core::fmt::Write;

use serde::Deserialize;
use serde_json::Value as Json;

use super::Event;
use crate::login::lookup::{Base, ListBesideSplit, Lookup};
use crate::login::value::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    #[serde(default, rename = "read")]
    lookup: LookupFields,
    /// The event, or else the value of its `user.groups`.
    event: Option<Pieces>,
    groups: Option<Pieces>,
    value: Pieces,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LookupFields {
    base: String,
    options: String,
    pointer: String,
    field: String,
    split: String,
}

impl Default for LookupFields {
    fn default() -> Self {
        let [base, pointer] = ["login", "/groups"].map(str::to_owned);
        Self { base, options: String::new(), pointer, field: String::new(), split: String::new() }
    }
}

/// A text, whole or in pieces.
#[derive(Deserialize)]
#[serde(untagged)]
enum Pieces {
    Whole(String),
    Many(Vec<Piece>),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Piece {
    Once(String),
    Often { repeat: String, times: usize },
}

impl Pieces {
    fn join(&self) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Once(text) => text.clone(),
            Piece::Often { repeat, times } => repeat.repeat(*times),
        };
        match self {
            Self::Whole(text) => text.clone(),
            Self::Many(pieces) => pieces.iter().map(piece).collect(),
        }
    }
}

impl LookupFields {
    fn lookup(&self) -> Lookup<'_> {
        let has = |option: &str| self.options.split(',').any(|given| given == option);
        let base = match self.base.as_str() {
            "login" => Base::Login,
            "user" => Base::User,
            "event" => Base::Event,
            "provisioned" => Base::Provisioned,
            other => panic!("{other}"),
        };
        let [pointer, field, split] = [&self.pointer, &self.field, &self.split].map(String::as_str);
        let [json, nfc, overage, members, values, single, nested] =
            ["json", "nfc", "overage", "members", "values", "single", "nested"].map(has);
        let list = match (has("lists"), has("entries")) {
            (true, true) => ListBesideSplit::Split,
            (true, false) => ListBesideSplit::Whole,
            _ => ListBesideSplit::Refused,
        };
        Lookup { base, json, nfc, overage, members, values, single, nested, pointer, field, split, list }
    }
}

/// Writes a value as `describeAll` of `js-shim/test/support-reading.mjs` does.
fn describe(value: &Value<'_>, out: &mut String) {
    let text = |bytes: &[u8]| Json::from(str::from_utf8(bytes).expect("UTF-8")).to_string();
    let word = match value {
        Value::Absent => "absent",
        Value::Null => "null",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Unreadable => "unreadable",
        Value::IdentityUnclear => "unclear",
        Value::Overage => "overage",
        Value::Unavailable => "unavailable",
        Value::Number(number) => {
            return write!(out, "#{:016x}", number.to_bits()).expect("memory does not fail");
        }
        Value::Text(bytes) => return out.push_str(&text(bytes)),
        Value::Names(names) => {
            return write!(out, "names {} {}", names.count(), text(names.bytes()))
                .expect("memory does not fail");
        }
        Value::List(entries) => {
            out.push('[');
            for (at, entry) in entries.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                describe(entry, out);
            }
            "]"
        }
        Value::Object(members) => {
            out.push('{');
            for (at, (key, member)) in members.iter().enumerate() {
                out.push_str(if at > 0 { "," } else { "" });
                out.push_str(&text(key));
                out.push(':');
                describe(member, out);
            }
            "}"
        }
    };
    out.push_str(word);
}

#[test]
fn event_values_equal_the_vectors() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("../../../tests/vectors/reading.json"))
        .expect("a table of vectors");
    assert!(vectors.len() > 200, "{}", vectors.len());
    let mut wrong = String::new();
    for Vector { name, lookup, event, groups, value } in &vectors {
        let event = match (event, groups) {
            (Some(event), None) => event.join(),
            (None, Some(groups)) => format!("{{\"user\":{{\"groups\":{}}}}}", groups.join()),
            _ => panic!("{name}: an event, or its groups"),
        };
        let event = Event::parse(&event).expect(name);
        let mut found = String::new();
        describe(&event.look_up(&lookup.lookup()).value(), &mut found);
        let expected = value.join();
        if found != expected {
            let short = |text: &str| text.chars().take(300).collect::<String>();
            writeln!(wrong, "{name}: {} instead of {}", short(&found), short(&expected))
                .expect("memory does not fail");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn similar_pointer_differs_in_dots_and_colons() {
    let user = r#"{ "http://schemas:example:com/claims/Group": "a", "x.y": { "z": 1, "w": 2 } }"#;
    let event = Event::parse(&format!(r#"{{ "user": {user} }}"#)).expect("an event");
    let check = |pointer: &str, expected: Option<&str>| {
        let lookup = Lookup {
            base: Base::Login,
            json: false,
            nfc: false,
            overage: false,
            members: false,
            values: false,
            single: false,
            nested: false,
            pointer,
            field: "",
            split: "",
            list: ListBesideSplit::Refused,
        };
        assert_eq!(event.similar_pointer(&lookup).as_deref(), expected, "{pointer}");
    };
    let there = "/http:~1~1schemas:example:com~1claims~1Group";
    check("/http:~1~1schemas.example.com~1claims~1Group", Some(there));
    check(there, None);
    check("/x:y/z", Some("/x.y/z"));
    check("/x:y/v", None);
    check("/x-y/z", None);
    check("/x:y/z/a", None);
}
