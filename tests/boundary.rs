//! The numbers and words at the boundary between the engine and its hosts are those of `tests/vectors/boundary.json`,
//! and the command reads the texts of a route as `tests/vectors/route.json` says.
//! `js-shim/test/boundary.test.mjs` compares the Action's shim with the same tables.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at what is wrong"
)]

use std::collections::{BTreeMap, BTreeSet};

use claimsmith::compiler::compile_whole;
use claimsmith::diagnostic::SourceFile;
use claimsmith::event::Event;
use claimsmith::{Bundle, Note, Outcome, Reason, Value, boundary};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// The handle of the platform's own mappings.
const OWN: [u8; 4] = [0; 4];

/// The texts of an event that decide which mapping and application its login has.
#[derive(Deserialize)]
struct RouteVector {
    name: String,
    event: String,
    organization: Option<String>,
    connection: Option<String>,
    client: Option<String>,
}

#[derive(Deserialize)]
struct Table {
    numbers: BTreeMap<String, u32>,
    outcomes: Vec<String>,
    tags: Vec<String>,
    /// As the engine describes them; the shim parses each.
    lookups: BTreeSet<String>,
}

impl Table {
    fn read() -> Self {
        serde_json::from_str(include_str!("vectors/boundary.json")).expect("a table")
    }

    fn number(&self, name: &str) -> u32 {
        *self.numbers.get(name).unwrap_or_else(|| panic!("no number {name}"))
    }

    fn at(&self, name: &str) -> usize {
        self.number(name) as usize
    }
}

/// A platform whose lookups are those of the table, and whose login below has another count in each word of its answer.
const PLATFORM: &str = r"
version: 1
platform:
  applications:
    wiki:
      clients: [wiki-client]
      claim: https://claims.example.com/wiki
    portal:
      clients: [portal-client]
      claim: https://claims.example.com/portal
      provenance: https://claims.example.com/portal/provenance
  groups:
    administrators: { applications: [portal], description: Administrators. }
    staff: { applications: [portal, wiki], description: Staff. }
organizations:
  acme:
    organization: org_acme
    connections:
      acme-json:
        strategy: oidc
        groups: { from: /json, shape: json, field: name, overage: none, normalize: [nfc] }
      acme-parts:
        strategy: oidc
        groups: { from: /parts, shape: delimited, delimiter: '; ', overage: none, normalize: [nfc] }
      acme-user:
        strategy: oidc
        groups:
          { from: /a~1b/list, shape: objects, field: name, identity: primary, overage: entra }
      acme-scim:
        strategy: oidc
        groups: { from: provisioned }
    rules:
      - { id: everyone, match: { glob: 'all-*' }, grant: staff }
  globex:
    organization: org_globex
    connections:
      globex: { strategy: oidc, groups: { from: /groups, shape: list, overage: none, normalize: [nfc] } }
    rules:
      - id: gold
        when: { organization-metadata: { tier: gold } }
        match: { exact: gold }
        grant: staff
      - { id: administrators, match: { exact: admins }, grant: administrators }
      - { id: staff, match: { glob: 'staff-*' }, grant: staff }
      - { id: team-a, match: { exact: staff-a }, grant: administrators }
      - { id: guests, match: { exact: guests }, grant: staff, expires: 2026-01-01 }
";

fn compile() -> Vec<u8> {
    let compilation = compile_whole(&SourceFile { path: "whole.yaml".into(), text: PLATFORM.into() });
    let findings: Vec<_> = compilation.diagnostics.iter().map(|it| &it.message).collect();
    compilation.platform.unwrap_or_else(|| panic!("{findings:#?}")).bundle
}

fn string(text: &str) -> Vec<u8> {
    [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat()
}

fn route(bundle: &Bundle<'_>, texts: [&str; 3]) -> Vec<u32> {
    let mut answer = Vec::new();
    boundary::route(bundle.into(), &[&OWN[..], &texts.map(string).concat()].concat(), &mut answer);
    answer
}

#[test]
fn tags_of_values_are_those_of_the_table() {
    let word = |number: u32| number.to_le_bytes().to_vec();
    let tags = Table::read().tags;
    for (tag, name) in tags.iter().enumerate() {
        let (content, expected) = match name.as_str() {
            "ABSENT" => (Vec::new(), Value::Absent),
            "NULL" => (Vec::new(), Value::Null),
            "FALSE" => (Vec::new(), Value::Bool(false)),
            "TRUE" => (Vec::new(), Value::Bool(true)),
            "NUMBER" => (1.5_f64.to_le_bytes().to_vec(), Value::Number(1.5)),
            "STRING" => (string("a"), Value::Text(b"a")),
            "LIST" => ([word(1), vec![0]].concat(), Value::List(vec![Value::Absent])),
            "OBJECT" => (
                [word(1), string("a"), vec![0]].concat(),
                Value::Object(vec![(b"a".as_slice(), Value::Absent)]),
            ),
            "UNREADABLE" => (Vec::new(), Value::Unreadable),
            "NAMES" => {
                let encoded = [vec![tag as u8], word(2), string("a\0b")].concat();
                assert!(matches!(Value::decode(&encoded), Some(Value::Names(names)) if names.count() == 2));
                continue;
            }
            "UNCLEAR" => (Vec::new(), Value::IdentityUnclear),
            "OVERAGE" => (Vec::new(), Value::Overage),
            "UNAVAILABLE" => (Vec::new(), Value::Unavailable),
            other => panic!("unexpected name {other}"),
        };
        let encoded = [vec![tag as u8], content].concat();
        assert_eq!(Value::decode(&encoded), Some(expected), "{name}");
    }
    assert_eq!(Value::decode(&[tags.len() as u8]), None, "there are no further tags");
}

#[test]
fn outcomes_are_those_of_the_table() {
    let outcomes = [Outcome::Groups, Outcome::Deny, Outcome::None];
    let words = outcomes.map(|outcome| match outcome {
        Outcome::Groups => "groups",
        Outcome::Deny => "deny",
        Outcome::None => "none",
    });
    assert_eq!(outcomes.map(|outcome| outcome as usize), [0, 1, 2]);
    assert_eq!(Table::read().outcomes, words);
}

#[test]
fn header_of_a_bundle_is_as_long_as_in_the_table() {
    let (table, bundle) = (Table::read(), compile());
    let (header, body) = bundle.split_at(table.at("HEADER_BYTES"));
    let digest: [u8; 32] = Sha256::digest(body).into();
    assert_eq!(header[header.len() - table.at("DIGEST_BYTES")..], digest);
    assert!(Bundle::decode_hashed(&bundle, digest).is_ok());
}

#[test]
fn lookups_are_described_as_in_the_table() {
    let (table, bytes) = (Table::read(), compile());
    let bundle = Bundle::decode(&bytes).expect("a bundle");
    let kind = table.number("TEXT_LOOKUP");
    let described: BTreeSet<String> =
        (0..).map_while(|position| boundary::text(Some((&bundle).into()), 0, kind, position)).collect();
    assert_eq!(described, table.lookups);
}

#[test]
fn reasons_have_the_numbers_of_the_table() {
    let table = Table::read();
    for reason in Reason::ALL {
        let name = reason.code().replace('-', "_").to_uppercase();
        if let Some(number) = table.numbers.get(&name) {
            assert_eq!(*number, reason as u32, "{name}");
        }
    }
}

#[test]
fn texts_of_a_route_are_read_as_in_the_vectors() {
    let vectors: Vec<RouteVector> =
        serde_json::from_str(include_str!("vectors/route.json")).expect("a table of vectors");
    assert!(vectors.len() > 10);
    let bytes = compile();
    let bundle = Bundle::decode(&bytes).expect("a bundle");
    for vector in &vectors {
        let event = Event::parse(&vector.event).expect(&vector.name);
        let fetched = event.fetch(&bundle);
        let login = fetched.login();
        assert_eq!(login.organization, vector.organization.as_deref(), "{}", vector.name);
        assert_eq!(login.connection, vector.connection.as_deref(), "{}", vector.name);
        assert_eq!(login.client, vector.client.as_deref(), "{}", vector.name);
    }
}

#[test]
fn answers_are_laid_out_as_in_the_table() {
    let (table, bytes) = (Table::read(), compile());
    let bundle = Bundle::decode(&bytes).expect("a bundle");
    let text = |kind: &str, position| boundary::text(Some((&bundle).into()), 0, table.number(kind), position);

    let routed = route(&bundle, ["org_globex", "globex", "portal-client"]);
    let lookups = &routed[table.at("ROUTE_LOOKUPS")..];
    assert_eq!(routed[table.at("ROUTE_LOOKUP_COUNT")] as usize, lookups.len());
    let lookups: Vec<_> = lookups.iter().map(|at| text("TEXT_LOOKUP", *at).expect("a lookup")).collect();
    assert!(lookups[0].starts_with("login\0nfc,\0/groups"), "{lookups:?}");
    assert!(lookups[1..].iter().all(|lookup| lookup.starts_with("event\0\0/organization")), "{lookups:?}");

    // Each word of the answer has another count.
    let names = ["admins", "staff-a", "guests", "x", "y", "z", ""];
    let values = [
        vec![9],
        (names.len() as u32).to_le_bytes().to_vec(),
        string(&names.join("\0")),
        // No metadata of the organization, and so no tier.
        vec![7, 0, 0, 0, 0],
        vec![0],
    ];
    let call = |seconds: f64| {
        let handle = [routed[0].to_le_bytes(), routed[1].to_le_bytes(), OWN].concat();
        assert_eq!(handle.len(), table.at("TIME_AT"));
        let mut answer = Vec::new();
        boundary::evaluate(
            (&bundle).into(),
            &[handle, seconds.to_le_bytes().to_vec(), values.concat()].concat(),
            &mut answer,
        );
        answer
    };
    // Before the rule for guests expires, and after it.
    let answer = call(1_700_000_000.0);
    assert_eq!(call(1_800_000_000.0)[table.at("ANSWER_RULES")], 3);
    let word = |name: &str| answer[table.at(name)];
    assert_eq!(table.outcomes[word("ANSWER_OUTCOME") as usize], "groups");
    assert_eq!(text("TEXT_REASON", word("ANSWER_REASON")).as_deref(), Some(Reason::Ok.code()));
    assert_eq!(
        text("TEXT_DELIVERY", word("ANSWER_APPLICATION")).as_deref(),
        Some(concat!(
            r#"{"claim":"https://claims.example.com/portal","id":true,"access":true,"saml":null,"#,
            r#""provenance":"https://claims.example.com/portal/provenance","joined":null}"#
        ))
    );
    assert_eq!(word("ANSWER_RECEIVED"), 6);
    assert_eq!(word("ANSWER_RULES"), 4);
    assert_eq!(word("ANSWER_UNMATCHED"), 3);

    let rest = &answer[table.at("ANSWER_NOTES")..];
    let (notes, rest) = rest.split_at(2 * word("ANSWER_NOTE_COUNT") as usize);
    let notes: Vec<_> = notes.chunks(2).map(|pair| (text("TEXT_NOTE", pair[0]), pair[1])).collect();
    assert_eq!(notes, [(Some(Note::EmptyEntry.code().to_owned()), 1)]);
    let (groups, rest) = rest.split_at(word("ANSWER_GROUP_COUNT") as usize);
    let groups: Vec<_> = groups.iter().filter_map(|at| text("TEXT_GROUP", *at)).collect();
    assert_eq!(groups, ["administrators", "staff"]);
    let [organization, count, rules @ ..] = rest else { panic!("{rest:?}") };
    assert_eq!((*organization, *count as usize), (1, rules.len()));
    let kind = table.number("TEXT_RULE") + table.number("TEXT_RULE_STEP") * organization;
    let rules: Vec<_> =
        rules.iter().filter_map(|rule| boundary::text(Some((&bundle).into()), 0, kind, *rule)).collect();
    assert_eq!(rules, ["administrators", "guests", "staff", "team-a"]);

    let unknown = route(&bundle, ["org_globex", "globex", "other-client"]);
    assert_eq!(unknown[0], table.number("NONE"));
    assert_eq!(boundary::NONE, table.number("NONE"));
}
