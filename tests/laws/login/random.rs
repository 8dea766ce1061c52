//! How logins are chosen.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use super::{Arrival, Entry, Exchange, FLAWS, Holder, Identity, Login, REFRESH, UNREADABLE, WAYS};
use crate::world::{APPLICATIONS, CONNECTIONS, name};

fn entry(flaws: u32) -> impl Strategy<Value = Entry> {
    let flaw = select(&FLAWS[..]);
    prop_oneof![
        20 => name().prop_map(Entry::Name),
        1 => Just(Entry::Empty),
        1 => Just(Entry::Outside),
        flaws => flaw,
    ]
}

fn arrival(flaws: u32) -> impl Strategy<Value = Arrival> {
    prop_oneof![
        20 => vec(entry(flaws), 0..8).prop_map(Arrival::Entries),
        flaws => select(&[Arrival::Absent, Arrival::Null, Arrival::Wrong, Arrival::Unreadable][..]),
    ]
}

/// One of the values; with flaws it can also be missing, or a value that leaves conditions unknown.
fn attribute(flaws: u32, values: &[Json], others: &[Json]) -> impl Strategy<Value = Option<Json>> + use<> {
    let common = [json!(null), json!({}), json!(UNREADABLE)];
    let others: Vec<Json> = others.iter().chain(&common).cloned().collect();
    let wrong = prop_oneof![1 => Just(None), 3 => select(others).prop_map(Some)];
    prop_oneof![6 => select(values.to_vec()).prop_map(Some), 1 + flaws => wrong]
}

fn holder(flaws: u32, can_be_absent: bool) -> impl Strategy<Value = Holder> {
    let metadata = |values: &[Json]| values.iter().cloned().map(Holder::Metadata).collect::<Vec<_>>();
    let known =
        metadata(&[json!({ "tier": "gold" }), json!({ "tier": "silver" }), json!({ "other": "gold" })]);
    let tiers = [json!(null), json!(7), json!(["gold"]), json!({}), json!(UNREADABLE)]
        .map(|it| json!({ "tier": it }));
    let mut unknown = metadata(&tiers);
    unknown.extend(metadata(&[json!(null), json!("gold"), json!([{ "tier": "gold" }])]));
    if can_be_absent {
        unknown.extend([Holder::Absent, Holder::Absent, Holder::Null]);
    }
    prop_oneof![6 => select(known), 1 => Just(Holder::WithoutMetadata), 1 + flaws => select(unknown)]
}

/// A list with more entries than conditions look at; `x` is one of the last two that fit, or the first that does not.
fn long_list() -> impl Strategy<Value = Json> {
    (9_998..10_001usize).prop_map(|at| {
        let mut entries = vec!["y"; 10_001];
        entries[at] = "x";
        json!(entries)
    })
}

fn exchange() -> impl Strategy<Value = Exchange> {
    let times = || [json!("1h ago"), json!("11h ago"), json!("13h ago"), json!("20h ago")];
    let time = || prop_oneof![6 => select(times().to_vec()), 1 => select(vec![json!(null), json!(7), json!("yesterday")])];
    let protocols = ["oidc-basic-profile", REFRESH, REFRESH].map(|it| Some(json!(it)));
    let protocols = [&protocols[..], &[None, None, Some(json!(null)), Some(json!([REFRESH]))]].concat();
    let method = prop_oneof![
        6 => time().prop_map(|time| json!({ "name": "mfa", "timestamp": time })),
        1 => select(vec![json!(null), json!({}), json!("1h ago")]),
    ];
    let methods = prop_oneof![3 => vec(method, 0..3).prop_map(|it| Some(json!(it))), 1 => select(vec![None, Some(json!(null))])];
    let token = prop_oneof![
        3 => time().prop_map(|time| Some(json!({ "created_at": time }))),
        2 => select(vec![None, Some(json!(null)), Some(json!({}))]),
    ];
    let session = option::of(time());
    (select(protocols), methods, session, token).prop_map(|(protocol, methods, session, token)| Exchange {
        protocol,
        methods,
        session,
        token,
    })
}

/// A sign of withheld groups.
pub(crate) fn sign() -> impl Strategy<Value = (&'static str, Json)> {
    select(vec![
        ("hasgroups", json!(true)),
        ("hasgroups", json!("true")),
        ("hasgroups", json!(null)),
        ("hasgroups", json!({})),
        ("groups:src1", json!(null)),
        ("_claim_names", json!({ "groups": "src1" })),
        ("_claim_names", json!("{\"groups\":\"src1\"}")),
        ("_claim_names", json!(null)),
        ("http://schemas.microsoft.com/claims/groups.link", json!("https://graph.example")),
        ("http://schemas:microsoft:com/claims/groups:link", json!("https://graph.example")),
    ])
}

/// `flaws` is how often a value is wrong.
pub(crate) fn login(flaws: u32) -> impl Strategy<Value = Login> {
    use Identity::{Alone, Linked, Primary, Unclear, WithoutProfile};
    let identity = prop_oneof![
        12 => select(&[Alone, Alone, Primary, Linked][..]),
        flaws => Just(WithoutProfile),
        flaws => (0..WAYS).prop_map(Unclear),
    ];
    let text = ["Finance", "Sales", "Legal"].map(Json::from);
    let department = attribute(
        flaws,
        &[&text[..], &[json!(7)]].concat(),
        &[json!(true), json!(["Sales"]), json!("Fi\u{7}nance"), json!("F".repeat(4097))],
    );
    let level = [-1.0, 0.0, 1.0, 2.0, 1.5].map(Json::from);
    let level = attribute(
        flaws,
        &level,
        &["1", "-1", "01.50", "1.", "+1", "1e0", "0000000000000001", "one", ""].map(Json::from),
    );
    let roles = attribute(
        flaws,
        &[json!(["x"]), json!(["y", 1]), json!(["z"]), json!([]), json!("x"), json!("z"), json!(2)],
        &[
            json!(true),
            json!([["x"]]),
            json!([[[[[[[[[["x"]]]]]]]]]]),
            json!(["z", null]),
            json!(["z", true]),
            json!(["x", { "x": "x" }]),
            json!([{ "x": "x" }]),
            json!(["z", UNREADABLE]),
            json!(["z\u{0}x"]),
            json!(["x", "z\u{0}"]),
            json!([1, "z\u{0}x"]),
            json!("z\u{0}x"),
        ],
    );
    let roles = prop_oneof![30 => roles, 1 => long_list().prop_map(Some)];
    let email = ["a@acme.example", "b@Acme.Test", "c@evil.acme.example", "d@else@acme.test"].map(Json::from);
    let email = attribute(flaws, &email, &[json!("acme.test"), json!("@acme.test"), json!("a@"), json!(7)]);
    let verified = attribute(flaws, &[json!(true)], &[json!(false), json!("true"), json!(1)]);
    let attributes = (department, level, roles, email, verified);
    let holders = (holder(flaws, true), holder(flaws, false), holder(flaws, false));
    let year = prop_oneof![20 => (2024..2029).prop_map(Some), flaws => Just(None)];
    let place = (0..CONNECTIONS.len(), 0..APPLICATIONS.len(), year);
    let sign = prop_oneof![
        20 => Just(None),
        1 => select(vec![json!(false), json!("false")]).prop_map(|no| Some(("hasgroups", no))),
        flaws => sign().prop_map(Some),
    ];
    (place, vec(arrival(flaws), 2), identity, sign, attributes, holders, exchange()).prop_map(
        |((connection, application, year), arrivals, identity, sign, attributes, holders, exchange)| {
            let (department, level, roles, email, verified) = attributes;
            Login {
                connection,
                application,
                arrivals,
                identity,
                sign,
                department,
                level,
                roles,
                email,
                verified,
                holders: vec![holders.0, holders.1, holders.2],
                year,
                exchange,
            }
        },
    )
}
