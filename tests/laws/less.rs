//! Sending less never grants more: a login in which values are missing, null, unreadable or of the wrong type has no
//! group that the login with these values lacks, except a lower group of a tier in place of a higher one.

mod change;
mod exceptions;

use std::collections::BTreeMap;

use claimsmith::event::Answer;
use claimsmith::{Bundle, Outcome, evaluate};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

pub(crate) use self::change::{Change, change};
use self::exceptions::EXCEPTIONS;
pub(crate) use self::exceptions::{Exception, Loss};
use crate::login::{Login, input, login};
use crate::reference::evaluate as refer;
use crate::world::{Matches, TIERS, World, world};

/// Whether every group of `less` is one of `more`, or is below one of `more` in its tier.
pub(crate) fn is_no_more(less: &[String], more: &[String]) -> bool {
    let has = |group: &str| more.iter().any(|it| it == group);
    less.iter().all(|group| {
        let tier = TIERS.iter().find(|(_, tier)| tier.contains(&group.as_str()));
        let higher = tier.into_iter().flat_map(|(_, tier)| tier.iter().take_while(|it| *it != group));
        has(group) || higher.into_iter().any(|it| has(it))
    })
}

/// Applies the changes one by one, without those that do not make the login less or that are exceptions.
pub(crate) fn lessen(
    world: &World,
    login: &Login,
    changes: &[Change],
    mut each: impl FnMut(&Change, Option<Exception>),
) -> Login {
    let mut less = login.clone();
    for change in changes {
        let Some(changed) = change.apply(world, &less) else { continue };
        let exception = change.exception(world, &less, &changed);
        each(change, exception);
        if exception.is_none() {
            less = changed;
        }
    }
    less
}

fn answer(bundle: &Bundle<'_>, world: &World, login: &Login) -> Answer {
    let event = login.event(world);
    let fetched = event.fetch(bundle);
    Answer::new(bundle, fetched.route(), &evaluate(bundle, &input(login, &fetched)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn sending_less_never_grants_more(
        mut world in world(),
        pairs in vec((prop_oneof![2 => login(0), 1 => login(1)], vec(change(), 1..4)), 24),
    ) {
        let bytes = world.compile().ok_or_else(|| TestCaseError::reject("no rule is left"))?;
        let bundle = Bundle::decode(&bytes).expect("the compiler's bundles decode");
        for (login, changes) in &pairs {
            let less = lessen(&world, login, changes, |_, _| ());
            let [with, without] = [login, &less].map(|login| answer(&bundle, &world, login));
            prop_assert!(
                is_no_more(&without.groups, &with.groups),
                "{:?} in place of {:?}: {:#?} {:#?} {:#?}", without.groups, with.groups, login, less, world
            );
            prop_assert!(without.outcome == Outcome::Groups || without.groups.is_empty());
            let expected = refer(&world, &less);
            prop_assert_eq!((without.reason.code(), &without.groups), (expected.reason, &expected.groups), "{:#?} {:#?}", less, world);
        }
    }
}

/// Counts for one kind of change.
#[derive(Debug, Default)]
struct Seen {
    /// Logins that have a group and keep all of theirs.
    equal: u32,
    /// Logins that lose a group.
    fewer: u32,
    /// Logins that receive a lower group of a tier instead.
    lower: u32,
    excepted: u32,
}

/// The reference keeps the law, and each kind of change occurs often enough for the law to prove something.
#[test]
fn reference_keeps_the_law_for_every_kind_of_change() {
    let mut runner = TestRunner::deterministic();
    // How often a login receives more through each exception: each has to be necessary.
    let (mut seen, mut excepted) = (BTreeMap::<String, Seen>::new(), BTreeMap::<String, u32>::new());
    let mut met = BTreeMap::<String, u32>::new();
    let (worlds, logins, changes) = (world(), login(0), change());
    for round in 0.. {
        // Some exceptions are rare.
        let has_shown =
            |exception: Exception| excepted.get(&format!("{exception:?}")).is_some_and(|it| *it > 0);
        if round >= 300 && EXCEPTIONS.iter().all(|(it, _)| it.is_by_nature() || has_shown(*it)) {
            break;
        }
        assert!(round < 3_000, "an exception is not necessary: {excepted:?}");
        let mut world = worlds.new_tree(&mut runner).expect("a world").current();
        if world.incomplete == "use-partial" {
            world.rules.retain(|rule| match &rule.matches {
                Matches::Everyone => true,
                Matches::Groups { none, .. } | Matches::Names { none, .. } => {
                    none.is_empty() && !rule.excludes
                }
            });
        }
        for _ in 0..16 {
            let login = logins.new_tree(&mut runner).expect("a login").current();
            let with = refer(&world, &login);
            // A login without groups and rules has nothing to lose.
            if with.groups.is_empty() && with.rules.is_empty() && with.reason == "ok" {
                continue;
            }
            for _ in 0..8 {
                let change = changes.new_tree(&mut runner).expect("a change").current();
                let Some(less) = change.apply(&world, &login) else { continue };
                let seen = seen.entry(change.kind()).or_default();
                if let Some(exception) = change.exception(&world, &login, &less) {
                    seen.excepted += 1;
                    let gets_more = !is_no_more(&refer(&world, &less).groups, &with.groups);
                    *excepted.entry(format!("{exception:?}")).or_default() += u32::from(gets_more);
                    continue;
                }
                let without = refer(&world, &less);
                let (more, less_groups) = (&with.groups, &without.groups);
                assert!(
                    is_no_more(less_groups, more),
                    "{less_groups:?} in place of {more:?} by {change:?}: {login:#?} {world:#?}"
                );
                if !less_groups.iter().all(|group| more.contains(group)) {
                    seen.lower += 1;
                } else if !more.is_empty() {
                    *(if less_groups == more { &mut seen.equal } else { &mut seen.fewer }) += 1;
                }
                for part in [with.reason, without.reason, world.incomplete, world.unmatched]
                    .iter()
                    .chain(with.notes.keys())
                {
                    *met.entry((*part).to_owned()).or_default() += 1;
                }
            }
        }
    }
    for kind in Change::KINDS {
        let seen = seen.get(*kind).unwrap_or_else(|| panic!("no login has less by `{kind}`"));
        let excepted = seen.excepted;
        assert!(seen.equal + seen.fewer > 20 || *kind == "cut" && excepted > 20, "`{kind}`: {seen:?}");
    }
    let sum = |count: fn(&Seen) -> u32| seen.values().map(count).sum::<u32>();
    assert!(sum(|it| it.fewer) > 1_000 && sum(|it| it.equal) > 1_000, "{seen:?}");
    let takes = |kind: &&&str| seen[**kind].fewer > 0;
    assert!(Change::KINDS.iter().filter(takes).count() > 15, "{seen:?}");
    for part in
        ["default", "over-limit", "truncated", "excluded", "stale-attributes", "unmatched", "use-partial"]
    {
        assert!(met[part] > 20, "`{part}`: {met:?}");
    }
}

/// The law and the documentation list the same exceptions.
#[test]
fn documentation_lists_every_exception() {
    let page = include_str!("../../docs/language/evaluation.md");
    let section = page.split("## What a login that sends less gets").nth(1).expect("the section");
    let table = section.split("| --- | --- |\n").nth(1).expect("the table");
    let rows = table.lines().map_while(|line| line.strip_prefix("| ")?.split(" | ").next());
    let mut expected: Vec<&str> = EXCEPTIONS.iter().map(|(exception, _)| exception.row()).collect();
    expected.dedup();
    assert_eq!(rows.collect::<Vec<_>>(), expected);
}
