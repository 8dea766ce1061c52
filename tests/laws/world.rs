//! Random platforms that use the whole language.

mod files;
mod grants;
mod platform;
mod rule;
mod source;

use std::collections::BTreeMap;

use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

pub(crate) use self::platform::{Application, Ceiling, claim_bytes};
use self::platform::{application, ceiling};
use self::rule::rule;
pub(crate) use self::rule::{Condition, Matches, Patterns, Rule, TextTest};
use self::source::source;
pub(crate) use self::source::{NameForm, Shape, Source};

/// The target groups; those with `root` in their names are protected.
pub(crate) const TARGETS: [&str; 12] = [
    "a*-viewers",
    "a-b",
    "b-a",
    "eng-admins",
    "eng-root",
    "eng-viewers",
    "ops-admins",
    "ops-root",
    "ops-viewers",
    "staff",
    "{a,b}-viewers",
    "ö-viewers",
];
/// Pairs of which a world has some: a target group, and one that it includes.
const INCLUDES: [(&str, &str); 6] = [
    ("eng-admins", "a-b"),
    ("a-b", "staff"),
    ("staff", "ö-viewers"),
    ("ops-viewers", "{a,b}-viewers"),
    ("b-a", "eng-root"),
    ("eng-viewers", "ops-admins"),
];
/// The highest first.
pub(crate) const TIERS: [(&str, &[&str]); 2] =
    [("eng", &["eng-admins", "eng-viewers"]), ("ops", &["ops-root", "ops-admins", "ops-viewers"])];
pub(crate) const APPLICATIONS: [&str; 2] = ["one", "two"];
/// By strategy, of the organization `acme`.
pub(crate) const CONNECTIONS: [(&str, &str); 3] = [("entra", "waad"), ("saml", "samlp"), ("ldap", "ad")];
/// The ids that identity providers send for the aliases.
pub(crate) const IDS: [&str; 3] = ["id-1", "id-2", "id-3"];

const PIECES: [&str; 19] = [
    "a", "b", "ab", "-", "/", "A", "B", "eng", "ops", "Ops", "viewers", "admins", "root", "ö", "Ö", "日",
    "*", "{a,b}", "${team}",
];

pub(crate) fn is_protected(target: &str) -> bool {
    target.contains("root")
}

pub(crate) fn name() -> impl Strategy<Value = String> {
    let team = || select(&["eng", "ops", "Ops", "a", "b", "a*", "{a,b}", "ö", "Ö", "nobody", "${team}"][..]);
    let role = || select(&["viewers", "admins", "root", "a", "b", "${role}"][..]);
    prop_oneof![
        3 => vec(select(&PIECES[..]), 1..4).prop_map(|pieces| pieces.concat()),
        3 => (team(), role()).prop_map(|(team, role)| format!("{team}-{role}")),
        1 => team().prop_map(|team| format!("GG/{team}")),
        1 => select(&IDS[..]).prop_map(str::to_owned),
    ]
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) applications: Vec<Application>,
    pub(crate) ceiling: Option<Ceiling>,
    /// Target groups, each with one that it includes.
    pub(crate) includes: Vec<(&'static str, &'static str)>,
    /// The sources of each connection, none if it sends no groups; if there are several, whether only the first one that is present counts.
    pub(crate) sources: Vec<(Vec<Source>, bool)>,
    pub(crate) aliases: BTreeMap<&'static str, &'static str>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) default: Vec<&'static str>,
    /// The defaults of the applications, in place of `default`; empty if they have none of their own.
    pub(crate) application_defaults: [Vec<&'static str>; 2],
    pub(crate) incomplete: &'static str,
    pub(crate) unmatched: &'static str,
    /// Of the organization, and of the platform, which it replaces.
    pub(crate) ungranted: [&'static str; 2],
    /// Whether exchanges of refresh tokens are refused if the user authenticated too long ago.
    pub(crate) refresh: bool,
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let sources = prop_oneof![
        3 => source().prop_map(|it| (vec![it], false)),
        2 => (source(), source(), any::<bool>()).prop_map(|(one, mut two, first)| {
            // There is one list of provisioned groups, and one of roles.
            if !two.is_attribute() {
                two.shape = Shape::List;
            }
            (vec![one, two], first)
        }),
    ];
    let readable = select(&["eng-viewers", "Team A", "a", "Ops-admins", "ö"][..]);
    (
        vec(application(), 2),
        option::of(ceiling()),
        vec(sources, CONNECTIONS.len()),
        btree_map(select(&IDS[..]), readable, 0..3),
        vec(rule(), 1..8),
        prop_oneof![Just(Vec::new()), subsequence(&["staff", "eng-viewers", "a-b"][..], 1..3)],
        select(&["deny", "no-groups", "use-partial"][..]),
        (
            prop_oneof![4 => Just("drop"), 1 => Just("deny")],
            prop::bool::weighted(0.2),
            [6, 3].map(|weight| prop_oneof![weight => Just("no-groups"), 1 => Just("deny")]),
            [(); 2].map(|()| prop_oneof![2 => Just(Vec::new()), 1 => subsequence(&TARGETS[..], 1..6)]),
            prop_oneof![1 => Just(Vec::new()), 1 => subsequence(&INCLUDES[..], 1..6)],
            option::weighted(0.2, (0..CONNECTIONS.len(), any::<bool>())),
        ),
    )
        .prop_map(|(applications, ceiling, sources, aliases, rules, default, incomplete, others)| {
            let (unmatched, refresh, ungranted, application_defaults, includes, without_groups) = others;
            // Partial input can lack a group that would refuse the login, so the compiler refuses this pair.
            let unmatched = if incomplete == "use-partial" { "drop" } else { unmatched };
            let mut world = World {
                applications,
                ceiling,
                includes,
                sources,
                aliases,
                rules,
                default,
                application_defaults,
                incomplete,
                unmatched,
                ungranted,
                refresh,
            };
            world.keep_ceiling_that_limits_names();
            world.keep_what_may_be_granted();
            if let Some((connection, keeps_away)) = without_groups {
                world.send_no_groups(connection);
                // Without that, the compiler refuses some rules.
                if keeps_away {
                    world.keep_away(connection);
                }
            }
            world
        })
}

impl World {
    /// Makes a connection one that sends no groups.
    pub(crate) fn send_no_groups(&mut self, connection: usize) {
        self.sources[connection] = (Vec::new(), false);
    }

    /// Keeps the rules away from a connection that the compiler would refuse there.
    pub(crate) fn keep_away(&mut self, connection: usize) {
        for rule in &mut self.rules {
            let needs_groups = match &rule.matches {
                Matches::Everyone => false,
                // A rule with a condition could be one that fires nowhere else.
                Matches::Groups { none, .. } | Matches::Names { none, .. } => {
                    rule.excludes || !none.is_empty() || rule.when.is_some()
                }
            };
            if needs_groups {
                let away = Condition::Not(Box::new(Condition::Connection(CONNECTIONS[connection].0)));
                rule.when = Some(match rule.when.take() {
                    Some(when) => Condition::All(Box::new(when), Box::new(away)),
                    None => away,
                });
            }
        }
    }
}
