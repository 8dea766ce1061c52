//! Laws for platforms that use the whole language, and for logins of every kind.

use std::collections::{BTreeMap, BTreeSet};

use claimsmith::compiler::compile;
use claimsmith::event::{Answer, Event, answer};
use claimsmith::format::format;
use claimsmith::{Bundle, NameForm, Note, Outcome, Reason, RuleId, Value, boundary, evaluate, explanation};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::login::{Arrival, Login, input, login};
use crate::reference::{self, Expected};
use crate::world::{Application, Shape, TARGETS, TIERS, World, is_protected, name, world};

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 400, ..ProptestConfig::default() }
}

/// The world without the rules that the compiler refuses, and its bundle.
fn compiled(mut world: World) -> Result<(World, Vec<u8>), TestCaseError> {
    let bytes = world.compile().ok_or_else(|| TestCaseError::reject("no rule is left"))?;
    Ok((world, bytes))
}

fn decoded(bytes: &[u8]) -> Bundle<'_> {
    Bundle::decode(bytes).expect("the compiler's bundles decode")
}

/// The answer to a login, including values that JSON cannot express.
fn answer_to(bundle: &Bundle<'_>, login: &Login, event: &Event) -> Answer {
    let fetched = event.fetch(bundle);
    Answer::new(bundle, fetched.route(), &evaluate(bundle, &input(login, &fetched)))
}

/// The part of an answer that the reference predicts.
fn predicted_part(answer: Answer) -> Expected {
    let mut notes = answer.notes;
    // The reference does not predict these notes.
    for note in [Note::UnregisteredTarget, Note::ForbiddenTarget, Note::NearMiss] {
        notes.remove(note.code());
    }
    Expected {
        outcome: answer.outcome.word(),
        reason: answer.reason.code(),
        groups: answer.groups,
        rules: answer.rules,
        unmatched: answer.unmatched,
        received: answer.received,
        notes,
    }
}

/// Shuffles lists; the number is the seed.
fn shuffle(mut number: u64) -> impl FnMut(&mut Vec<String>) {
    move |list| {
        list.sort_by_cached_key(|text| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(text.len() as u64 | 1);
            number >> 32
        });
    }
}

/// A value as the Action's shim writes it.
fn encode(value: &Value<'_>, call: &mut Vec<u8>) {
    fn text(bytes: &[u8], call: &mut Vec<u8>) {
        call.extend((bytes.len() as u32).to_le_bytes());
        call.extend(bytes);
    }
    match value {
        Value::Absent => call.push(0),
        Value::Null => call.push(1),
        Value::Bool(value) => call.push(2 + u8::from(*value)),
        Value::Number(number) => {
            call.push(4);
            call.extend(number.to_le_bytes());
        }
        Value::Text(bytes) => {
            call.push(5);
            text(bytes, call);
        }
        Value::List(entries) => {
            call.push(6);
            call.extend((entries.len() as u32).to_le_bytes());
            entries.iter().for_each(|entry| encode(entry, call));
        }
        Value::Object(members) => {
            call.push(7);
            call.extend((members.len() as u32).to_le_bytes());
            for (key, value) in members {
                text(key, call);
                encode(value, call);
            }
        }
        Value::Unreadable => call.push(8),
        Value::Names(names) => {
            call.push(9);
            call.extend((names.count() as u32).to_le_bytes());
            text(names.bytes(), call);
        }
        Value::IdentityUnclear => call.push(10),
        Value::Overage => call.push(11),
        Value::Unavailable => call.push(12),
    }
}

/// The call of the boundary that routes a login.
fn route_call(login: &claimsmith::Login<'_>) -> Vec<u8> {
    // The handle of the platform's own mappings.
    let mut call = vec![0; 4];
    for text in [login.organization, login.connection, login.client] {
        match text {
            Some(text) => {
                call.extend((text.len() as u32).to_le_bytes());
                call.extend(text.as_bytes());
            }
            None => call.extend(boundary::NONE.to_le_bytes()),
        }
    }
    call
}

fn check_boundary(bundle: &Bundle<'_>, login: &Login, event: &Event) -> Result<(), TestCaseError> {
    let fetched = event.fetch(bundle);
    let login = input(login, &fetched);
    let mut route = Vec::new();
    boundary::route(bundle.into(), &route_call(&login), &mut route);
    prop_assert_eq!(&route[3..], fetched.route().lookups(bundle).map(|lookup| lookup.0).collect::<Vec<_>>());
    prop_assert_eq!(route[2] as usize, login.input.values.len());

    let mut call: Vec<u8> = [route[0], route[1], 0].iter().flat_map(|word| word.to_le_bytes()).collect();
    call.extend(login.input.now.to_le_bytes());
    login.input.values.iter().for_each(|value| encode(value, &mut call));
    let mut words = Vec::new();
    boundary::evaluate(bundle.into(), &call, &mut words);

    let evaluation = evaluate(bundle, &login);
    let head = [
        evaluation.outcome as u32,
        evaluation.reason as u32,
        evaluation.application.map_or(boundary::NONE, |application| application.0),
        evaluation.received,
        evaluation.rules.len() as u32,
        evaluation.unmatched.len() as u32,
        evaluation.notes.len() as u32,
        evaluation.groups.len() as u32,
    ];
    let mut expected = head.to_vec();
    expected.extend(evaluation.notes.iter().flat_map(|(note, count)| [*note as u32, *count]));
    expected.extend(evaluation.groups.iter().map(|group| group.0));
    let application = evaluation.application.and_then(|at| bundle.application(at));
    if application.is_some_and(|it| it.provenance.is_some()) {
        let at = bundle.organizations().iter().position(|it| it.name == "acme").expect("acme");
        expected.extend([at as u32, evaluation.rules.len() as u32]);
        expected.extend(evaluation.rules.iter().map(|rule| rule.0));
        let id = |rule: &RuleId| {
            boundary::text(Some(bundle.into()), 0, 7 + 16 * at as u32, rule.0).expect("a rule")
        };
        let ids: Vec<String> = evaluation.rules.iter().map(id).collect();
        prop_assert_eq!(ids, Answer::new(bundle, fetched.route(), &evaluation).rules);
    }
    prop_assert_eq!(words, expected);
    Ok(())
}

fn check_explanation(bundle: &Bundle<'_>, event: &Event) -> Result<(), TestCaseError> {
    let explanation = explanation::explain(bundle, event);
    let answer = answer(bundle, event);
    prop_assert_eq!(&explanation.answer, &answer);
    prop_assert!(!explanation.to_string().is_empty());
    if answer.outcome != Outcome::Groups || answer.reason == Reason::OverLimit {
        prop_assert!(answer.groups.is_empty());
        return Ok(());
    }
    let fired = |rule: &String| answer.rules.contains(rule);
    let steps = || explanation.groups.iter().flat_map(|step| &step.rules).chain(&explanation.everyone);
    let granted: BTreeSet<&String> = steps()
        .filter(|step| fired(&step.rule) && !step.excludes)
        .flat_map(|step| &step.grants)
        .chain(&explanation.default)
        .chain(explanation.included.iter().map(|it| &it.group))
        .collect();
    let left: Vec<String> =
        granted.iter().filter(|group| !explanation.removed.contains(group)).map(|it| (*it).clone()).collect();
    prop_assert_eq!(&left, &answer.groups, "granted minus removed");
    prop_assert!(
        explanation.removed.iter().all(|group| granted.contains(group)),
        "{:?}",
        explanation.removed
    );
    // Each rule that fired has a step: a group that it matches, or a step for everyone.
    let seen: BTreeSet<&String> = steps().map(|step| &step.rule).collect();
    prop_assert!(answer.rules.iter().all(|rule| seen.contains(rule)), "{:?}", answer.rules);
    let unmatched: BTreeSet<_> = explanation
        .groups
        .iter()
        .filter(|step| step.rules.is_empty())
        .map(|step| step.group.clone())
        .collect();
    prop_assert_eq!(unmatched.into_iter().collect::<Vec<_>>(), answer.unmatched);
    Ok(())
}

/// Every group may be granted by some rule or the default, and no rule that fired excludes it.
fn check_bounds(world: &World, login: &Login, answer: &Answer) -> Result<(), TestCaseError> {
    let application: &Application = &world.applications[login.application];
    let rules = || world.rules.iter().filter(|rule| answer.rules.contains(&rule.id));
    for group in &answer.groups {
        let target = TARGETS.iter().find(|target| *target == group);
        prop_assert!(target.is_some_and(|target| application.groups.contains(target)), "`{}` escapes", group);
        let marked = rules().any(|rule| !rule.excludes && rule.protected);
        prop_assert!(world.may_grant(group, marked), "`{}` is above the ceiling", group);
        prop_assert!(!is_protected(group) || marked, "`{}` is protected", group);
        let excluded =
            |rule: &crate::world::Rule| rule.excludes && world.stated(rule).contains(group.as_str());
        prop_assert!(!rules().any(excluded), "`{}` is excluded", group);
    }
    for (_, tier) in TIERS {
        let kept = tier.iter().filter(|group| answer.groups.iter().any(|it| it == *group)).count();
        prop_assert!(kept <= 1, "several groups of one tier");
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(50))]

    #[test]
    fn evaluation_agrees_with_the_reference_on_the_whole_language(world in world(), logins in vec(prop_oneof![login(0), login(3)], 12)) {
        let (world, bytes) = compiled(world)?;
        let bundle = decoded(&bytes);
        for login in &logins {
            let event = login.event(&world);
            let answer = answer_to(&bundle, login, &event);
            check_bounds(&world, login, &answer)?;
            check_explanation(&bundle, &event)?;
            check_boundary(&bundle, login, &event)?;
            prop_assert_eq!(predicted_part(answer), reference::evaluate(&world, login), "{:#?} {:#?}", login, world);
        }
    }
}

proptest! {
    #![proptest_config(config(30))]

    #[test]
    fn evaluation_ignores_order_in_the_whole_language(
        world in world(),
        logins in vec(login(0), 6).prop_flat_map(|logins| (Just(logins.clone()), Just(logins))),
        number in any::<u64>(),
    ) {
        let (world, bytes) = compiled(world)?;
        let files = world.files(&mut shuffle(number));
        let shuffled = compile(&files);
        let other = shuffled.platform.map(|platform| platform.bundle);
        prop_assert_eq!(Some(&bytes), other.as_ref(), "{:#?}", shuffled.diagnostics);
        let bundle = decoded(&bytes);
        let (logins, mut reversed) = logins;
        for login in &mut reversed {
            for arrival in &mut login.arrivals {
                if let Arrival::Entries(entries) = arrival {
                    entries.reverse();
                }
            }
        }
        for (login, reversed) in logins.iter().zip(&reversed) {
            prop_assert_eq!(answer(&bundle, &login.event(&world)), answer(&bundle, &reversed.event(&world)));
        }
    }

    #[test]
    fn formatted_mapping_compiles_to_the_same_bundle(world in world(), number in any::<u64>()) {
        let (world, bytes) = compiled(world)?;
        let mut files = world.files(&mut shuffle(number));
        for file in &mut files {
            file.text = format(file).expect("what compiles can be formatted");
        }
        let compiled = compile(&files);
        let formatted = compiled.platform.map(|platform| platform.bundle);
        prop_assert_eq!(Some(bytes), formatted, "{:#?} {:#?}", compiled.diagnostics, files);
    }

    #[test]
    fn login_without_groups_fires_only_rules_for_everyone(world in world(), mut login in login(0)) {
        let (world, bytes) = compiled(world)?;
        let bundle = decoded(&bytes);
        login.arrivals = vec![Arrival::Entries(Vec::new()), Arrival::Entries(Vec::new())];
        let answer = answer(&bundle, &login.event(&world));
        let for_everyone: BTreeMap<_, _> =
            world.rules.iter().map(|rule| (rule.id.as_str(), matches!(rule.matches, crate::world::Matches::Everyone))).collect();
        prop_assert!(answer.rules.iter().all(|rule| for_everyone[rule.as_str()]), "{:?}", answer.rules);
    }
}

proptest! {
    #![proptest_config(config(60))]

    /// Normalizing a normalized name does not change it.
    #[test]
    fn normalization_is_idempotent(
        pieces in vec(vec(proptest::sample::select(
            &["a", "o\u{308}", "ö", "\u{308}", "\u{200b}", " ", "\u{a0}", "\u{3000}", "e\u{301}\u{323}", "\u{1e9b}\u{323}", "ｶ\u{ff9e}", "각", "\u{1100}\u{1161}", "\u{feff}", "\u{2126}", "日"][..]
        ), 1..6), 1..8),
        names in vec(name(), 0..4),
    ) {
        let names: Vec<String> = pieces.iter().map(|it| it.concat()).chain(names).collect();
        let file = |normalize: &str| claimsmith::diagnostic::SourceFile {
            path: "x.yaml".to_owned(),
            text: format!("version: 1
platform:
  applications: {{ one: {{ clients: [one-client], claim: 'https://claims.example.com/groups' }} }}
  groups: {{ all: {{ applications: [one], description: x }} }}
organizations:
  acme:
    connections: {{ c: {{ strategy: ad, groups: {{ normalize: {normalize} }} }} }}
    rules: [{{ id: x, match: {{ exact: nobody-has-this }}, grant: all }}]
cases: []
"),
        };
        for normalize in ["nfc", "trim", "[nfc, trim]"] {
            let platform = claimsmith::compiler::compile_whole(&file(normalize)).platform.expect("a platform without errors");
            let bundle = decoded(&platform.bundle);
            let normalized = |names: &[String]| {
                let event = serde_json::json!({
                    "connection": { "name": "c" }, "client": { "client_id": "one-client" }, "user": { "groups": names },
                });
                answer(&bundle, &Event::from_json(event).expect("an object"))
            };
            let mut once = normalized(&names);
            prop_assert_eq!(once.reason, Reason::Ok);
            if normalize.contains(',') {
                // Removing an invisible character can put a mark next to its letter, which the second pass composes.
                once = normalized(&once.unmatched);
            }
            let twice = normalized(&once.unmatched);
            prop_assert_eq!(&once.unmatched, &twice.unmatched, "{}", normalize);
        }
    }

    /// A form reads the same name, whatever domain or branch is around it.
    #[test]
    fn form_reads_the_name_back(name in name()) {
        let special = |char| matches!(char, ',' | '+' | '"' | '\\' | '<' | '>' | ';' | '=' | '#');
        let escaped: String = name.chars().flat_map(|char| special(char).then_some('\\').into_iter().chain([char])).collect();
        let dn = NameForm::DistinguishedName { attribute: "cn", of: claimsmith::AttributeOf::Entry, base_dn: Some("DC=acme") };
        let read = dn.read(&format!("OU=first+CN={escaped},DC=acme"));
        prop_assert_eq!(read.as_deref(), Some(name.as_str()));
        let domain = NameForm::Domain { domain: Some("ACME") };
        let read = domain.read(&format!("acme\\{name}"));
        prop_assert_eq!(read.as_deref(), Some(name.as_str()));
    }
}

/// Random worlds reach every part of the language; otherwise the laws above would prove little.
#[test]
fn random_worlds_cover_the_language() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let (mut seen, mut shapes) = (BTreeMap::<String, u32>::new(), BTreeSet::new());
    let mut count = |what: &str| *seen.entry(what.to_owned()).or_default() += 1;
    for _ in 0..480 {
        let world = world().new_tree(&mut runner).expect("a world").current();
        let Ok((world, bytes)) = compiled(world) else { continue };
        let bundle = decoded(&bytes);
        for _ in 0..6 {
            let login = login(2).new_tree(&mut runner).expect("a login").current();
            let answer = answer(&bundle, &login.event(&world));
            count(answer.outcome.word());
            count(answer.reason.code());
            answer.notes.keys().for_each(|note| count(note));
            shapes.extend(
                login.reads(&world).map(|(source, _)| format!("{:?} {:?}", source.shape, source.form)),
            );
            if answer.groups.iter().any(|group| is_protected(group)) {
                count("a protected group");
            }
            if !answer.groups.is_empty() {
                count("a group");
            }
        }
    }
    let common = [
        "a group",
        "a protected group",
        "groups",
        "deny",
        "ok",
        "unmatched",
        "ungranted",
        "over-limit",
        "excluded",
        "default",
        "expired-rule",
        "condition-unknown",
        "partial",
        "truncated",
        "forbidden-target",
        "unregistered-target",
        "entry-malformed",
        "identity-unclear",
        "overage",
    ];
    for what in common {
        assert!(seen.contains_key(what), "no login has `{what}`: {seen:?}");
    }
    assert!(seen["a group"] > 60, "{seen:?}");
    assert!(
        shapes.len() > 25 && shapes.iter().any(|it| it.starts_with(&format!("{:?}", Shape::Provisioned)))
    );
}
