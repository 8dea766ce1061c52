//! A connection that sends no groups: a rule that needs groups is refused unless its condition is false there.

use claimsmith::event::Answer;
use claimsmith::{Bundle, evaluate};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::login::{input, login};
use crate::reference::{condition_holds, evaluate as refer};
use crate::world::{CONNECTIONS, Matches, Rule, world};

/// Whether a rule excludes by group or has `none`, so that it must not apply where there are no groups.
fn needs_groups(rule: &Rule) -> bool {
    match &rule.matches {
        Matches::Everyone => false,
        Matches::Groups { none, .. } | Matches::Names { none, .. } => rule.excludes || !none.is_empty(),
    }
}

#[test]
fn conditions_keep_rules_away_that_need_groups() {
    let mut runner = TestRunner::deterministic();
    let (worlds, logins) = (world(), login(1));
    let (mut refused, mut kept, mut granted) = (0, 0, 0);
    for round in 0..400 {
        let mut world = worlds.new_tree(&mut runner).expect("a world").current();
        let connection = round % CONNECTIONS.len();
        world.send_no_groups(connection);
        if round % 4 == 0 {
            world.keep_away(connection);
        }
        let before = world.rules.iter().filter(|rule| needs_groups(rule)).count();
        let Some(bytes) = world.compile() else { continue };
        let left: Vec<&Rule> = world.rules.iter().filter(|rule| needs_groups(rule)).collect();
        refused += before - left.len();
        kept += left.len();

        let bundle = Bundle::decode(&bytes).expect("the compiler's bundles decode");
        for _ in 0..16 {
            let mut login = logins.new_tree(&mut runner).expect("a login").current();
            login.connection = connection;
            for rule in &left {
                let truth = condition_holds(rule, &login);
                let could_fire = if rule.excludes { truth != Some(false) } else { truth == Some(true) };
                assert!(!could_fire, "{rule:#?} {login:#?}");
            }
            let event = login.event(&world);
            let fetched = event.fetch(&bundle);
            let found = Answer::new(&bundle, fetched.route(), &evaluate(&bundle, &input(&login, &fetched)));
            let expected = refer(&world, &login);
            assert_eq!(
                (found.reason.code(), &found.groups),
                (expected.reason, &expected.groups),
                "{world:#?}"
            );
            assert_eq!((found.received, found.unmatched), (0, Vec::new()), "nothing is read");
            granted += found.groups.len();
        }
    }
    assert!(refused > 200 && kept > 50 && granted > 500, "{refused} refused, {kept} kept, {granted} granted");
}
