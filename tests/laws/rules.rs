//! Rules that match by name or glob alone, on one source.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use claimsmith::compiler::compile;
use claimsmith::diagnostic::SourceFile;
use claimsmith::event::{Answer, Event, answer};
use claimsmith::{Bundle, Glob, Input, Outcome, Reason, boundary, evaluate, explanation};
use globset::GlobBuilder;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value as Json, json};

const TARGETS: [&str; 5] = ["admins", "editors", "finance", "readers", "stewards"];
const PIECES: [&str; 12] = ["a", "b", "ab", "-", "/", "\\", ",", "=", ".", "eng", "日", "ö"];

/// One piece of a glob whose literals are those of `PIECES`.
fn glob_piece() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        6 => select(&PIECES[..]).prop_map(|piece| piece.replace(',', "[,]")),
        3 => Just("*".to_owned()),
        2 => Just("?".to_owned()),
        1 => select(&["[ab]", "[!a]", "[a-b]", "[^b,]", "[a-ö]", "[!b-日]", "[]a]", "[a-]", "[*]"][..])
            .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        vec(vec(inner, 1..3).prop_map(|pieces| pieces.concat()), 1..4)
            .prop_map(|alternatives| format!("{{{}}}", alternatives.join(",")))
    })
}

fn glob() -> impl Strategy<Value = String> {
    vec(glob_piece(), 1..6).prop_map(|pieces| pieces.concat().replace("**", "*"))
}

fn name() -> impl Strategy<Value = String> {
    vec(select(&PIECES[..]), 1..6).prop_map(|pieces| pieces.concat())
}

/// globset works on bytes, so its `?` matches one byte. The oracle therefore replaces every character outside ASCII
/// by an ASCII one, in the same order.
fn renamed(text: &str) -> String {
    text.replace('ö', "x").replace('日', "y")
}

fn oracle(glob: &str, name: &str) -> bool {
    let built = GlobBuilder::new(&renamed(glob))
        .case_insensitive(false)
        .literal_separator(false)
        .backslash_escape(false)
        .empty_alternates(false)
        .build();
    built.expect(glob).compile_matcher().is_match(renamed(name))
}

#[derive(Clone, Debug)]
struct Rule {
    exact: Vec<String>,
    glob: Vec<String>,
    grant: BTreeSet<&'static str>,
}

fn rule() -> impl Strategy<Value = Rule> {
    let literal_end = || {
        (name(), glob(), any::<bool>()).prop_map(|(end, glob, front)| {
            if front { format!("{end}{glob}") } else { format!("{glob}{end}") }
        })
    };
    let globs = vec(literal_end().prop_map(|glob| glob.replace("**", "*")), 0..3);
    let grants = proptest::collection::btree_set(select(&TARGETS[..]), 1..4);
    (vec(name(), 1..4), globs, grants).prop_map(|(exact, glob, grant)| Rule { exact, glob, grant })
}

/// A text with a common prefix or suffix, and whether it is the prefix.
fn long_name(pieces: core::ops::Range<usize>) -> impl Strategy<Value = (String, bool)> {
    let stem = select(&["engineer", "engineers-of-the-", "eng", "x"][..]);
    let pieces = vec(select(&["a", "b", "ab", "-"][..]), pieces);
    (stem, pieces, any::<bool>()).prop_map(|(stem, pieces, front)| {
        let pieces = pieces.concat();
        (if front { format!("{stem}{pieces}") } else { format!("{pieces}{stem}") }, front)
    })
}

fn files(rules: &[(usize, &Rule)]) -> Vec<SourceFile> {
    let groups: serde_json::Map<String, Json> = TARGETS
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let application = if at % 2 == 0 { "one" } else { "two" };
            ((*name).to_owned(), json!({"applications": [application], "description": "x"}))
        })
        .collect();
    let application =
        |client: &str| json!({"clients": [client], "claim": "https://claims.example.com/groups"});
    let platform = json!({
        "version": 1,
        "applications": {"one": application("c1"), "two": application("c2")},
        "groups": groups,
    });
    let rules: Vec<Json> = rules
        .iter()
        .map(|(id, rule)| {
            json!({
                "id": format!("rule-{id:03}"),
                "match": {"exact": rule.exact, "glob": rule.glob},
                "grant": rule.grant,
            })
        })
        .collect();
    let organization = json!({
        "version": 1,
        "organization": "org_1",
        "connections": {"c": {"strategy": "waad"}},
        "rules": rules,
    });
    // JSON is YAML.
    let file = |path: &str, json: &Json| SourceFile { path: path.to_owned(), text: json.to_string() };
    vec![file("m/platform.yaml", &platform), file("m/organizations/acme.yaml", &organization)]
}

/// The bundle of these rules; `None` if the compiler refuses them.
fn bundle_of(rules: &[(usize, &Rule)]) -> Option<Vec<u8>> {
    compile(&files(rules)).platform.map(|platform| platform.bundle)
}

/// Grants `admins` for `a` and for names that begin with `b`.
static SMALL_BUNDLE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let rule = Rule { exact: vec!["a".into()], glob: vec!["b*".into()], grant: BTreeSet::from(["admins"]) };
    bundle_of(&[(0, &rule)]).expect("a fine rule")
});

fn login(groups: &Json) -> Event {
    let event = json!({
        "organization": {"id": "org_1"},
        "connection": {"name": "c"},
        "client": {"client_id": "c1"},
        "user": {"groups": groups},
    });
    Event::from_json(event).expect("an object")
}

fn numbered(rules: &[Rule]) -> Vec<(usize, &Rule)> {
    rules.iter().enumerate().collect()
}

/// The answer without the engine: every rule is compared with every group, globs by globset.
fn reference(rules: &[Rule], groups: &[String]) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (mut granted, mut fired, mut unmatched) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for group in groups {
        let mut wanted = false;
        for (at, rule) in rules.iter().enumerate() {
            if rule.exact.contains(group) || rule.glob.iter().any(|glob| oracle(glob, group)) {
                wanted = true;
                fired.insert(format!("rule-{at:03}"));
                // The application `one` has every other target group.
                granted.extend(
                    TARGETS
                        .iter()
                        .step_by(2)
                        .filter(|it| rule.grant.contains(*it))
                        .map(|it| (*it).to_owned()),
                );
            }
        }
        if !wanted {
            unmatched.insert(group.clone());
        }
    }
    (granted.into_iter().collect(), fired.into_iter().collect(), unmatched.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn glob_matches_as_globset_does(glob in glob(), names in vec(name(), 1..20)) {
        let Ok(parsed) = Glob::parse(&glob) else { return Err(TestCaseError::reject("too large")) };
        for name in names {
            prop_assert_eq!(parsed.is_match(&name), oracle(&glob, &name), "`{}` against `{}`", glob, name);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn evaluation_agrees_with_the_reference_on_rules(rules in vec(rule(), 1..8), groups in vec(name(), 0..12)) {
        let Some(bytes) = bundle_of(&numbered(&rules)) else { return Err(TestCaseError::reject("refused")) };
        let bundle = Bundle::decode(&bytes).expect("the compiler's bundles decode");
        let Answer { groups: granted, rules: fired, unmatched, reason, .. } = answer(&bundle, &login(&json!(groups)));
        prop_assert_eq!(reason, Reason::Ok);
        prop_assert_eq!((granted, fired, unmatched), reference(&rules, &groups));
    }

    #[test]
    fn evaluation_ignores_the_order_of_groups_and_rules(
        rules in vec(rule(), 1..8).prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle())),
        groups in vec(name(), 0..12).prop_flat_map(|groups| (Just(groups.clone()), Just(groups).prop_shuffle())),
    ) {
        let position = |rule: &Rule| rules.0.iter().position(|it| it.exact == rule.exact && it.glob == rule.glob && it.grant == rule.grant);
        let shuffled: Vec<_> = rules.1.iter().map(|rule| (position(rule).expect("the same rules"), rule)).collect();
        let distinct: BTreeSet<_> = shuffled.iter().map(|(at, _)| at).collect();
        prop_assume!(distinct.len() == shuffled.len());
        let Some(bytes) = bundle_of(&numbered(&rules.0)) else { return Err(TestCaseError::reject("refused")) };
        prop_assert_eq!(Some(bytes.clone()), bundle_of(&shuffled), "the order of rules");
        let bundle = Bundle::decode(&bytes).expect("the compiler's bundles decode");
        prop_assert_eq!(answer(&bundle, &login(&json!(groups.0))), answer(&bundle, &login(&json!(groups.1))), "the order of groups");
    }

    #[test]
    fn explain_agrees_with_evaluate(rules in vec(rule(), 1..8), groups in vec(name(), 0..150)) {
        let Some(bytes) = bundle_of(&numbered(&rules)) else { return Err(TestCaseError::reject("refused")) };
        let bundle = Bundle::decode(&bytes).expect("the compiler's bundles decode");
        let event = login(&json!(groups));
        let explanation = explanation::explain(&bundle, &event);
        prop_assert_eq!(&explanation.answer, &answer(&bundle, &event));
        let steps = || explanation.groups.iter().flat_map(|step| &step.rules);
        let fired: BTreeSet<_> = steps().map(|step| step.rule.clone()).collect();
        prop_assert_eq!(fired.into_iter().collect::<Vec<_>>(), explanation.answer.rules.clone());
        let granted: BTreeSet<_> = steps().flat_map(|step| step.grants.clone()).collect();
        prop_assert_eq!(granted.into_iter().collect::<Vec<_>>(), explanation.answer.groups.clone());
        let unmatched: BTreeSet<_> =
            explanation.groups.iter().filter(|step| step.rules.is_empty()).map(|step| step.group.clone()).collect();
        prop_assert_eq!(unmatched.into_iter().collect::<Vec<_>>(), explanation.answer.unmatched.clone());
    }

    #[test]
    fn damaged_bundle_is_refused(rules in vec(rule(), 1..4), at in any::<Index>(), flip in 1u8..) {
        let Some(mut bytes) = bundle_of(&numbered(&rules)) else { return Err(TestCaseError::reject("refused")) };
        let at = at.index(bytes.len());
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= flip;
        }
        Bundle::decode(&bytes).expect_err("a byte changed");
        bytes.truncate(at);
        Bundle::decode(&bytes).expect_err("it ends too early");
    }

    #[test]
    fn boundary_agrees_with_evaluate(rules in vec(rule(), 1..6), groups in vec(name(), 0..12)) {
        let Some(bytes) = bundle_of(&numbered(&rules)) else { return Err(TestCaseError::reject("refused")) };
        let bundle = Bundle::decode(&bytes).expect("the compiler's bundles decode");
        let text = |text: &str| [&(text.len() as u32).to_le_bytes()[..], text.as_bytes()].concat();
        let mut route = Vec::new();
        boundary::route((&bundle).into(), &[vec![0; 4], text("org_1"), text("c"), text("c1")].concat(), &mut route);
        prop_assert_eq!(route.len(), 4, "one value is to be read");
        let head = [&route[0].to_le_bytes()[..], &route[1].to_le_bytes(), &[0; 4], &0f64.to_le_bytes()].concat();
        let mut call = head.clone();
        call.push(6);
        call.extend((groups.len() as u32).to_le_bytes());
        for group in &groups {
            call.push(5);
            call.extend(text(group));
        }
        // The same list in the encoding that the shim uses for lists of names only.
        let mut joined = head;
        joined.push(9);
        joined.extend((groups.len() as u32).to_le_bytes());
        joined.extend(text(&groups.join("\0")));
        let mut words = Vec::new();
        boundary::evaluate((&bundle).into(), &call, &mut words);
        let event = login(&json!(groups));
        let fetched = event.fetch(&bundle);
        let login = fetched.login();
        let evaluation = evaluate(&bundle, &login);
        let head = [
            evaluation.outcome as u32,
            evaluation.reason as u32,
            evaluation.application.map_or(boundary::NONE, |application| application.0),
            evaluation.received,
            evaluation.rules.len() as u32,
            evaluation.unmatched.len() as u32,
            0,
            evaluation.groups.len() as u32,
        ];
        prop_assert_eq!(&words, &[&head[..], &evaluation.groups.iter().map(|group| group.0).collect::<Vec<_>>()].concat());
        if !groups.is_empty() {
            let mut again = Vec::new();
            boundary::evaluate((&bundle).into(), &joined, &mut again);
            prop_assert_eq!(again, words);
        }
    }
}

proptest! {
    // Few cases, because compiling many rules takes a while.
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn globs_with_common_ends_match_as_globset_does(
        ends in vec(long_name(0..6), 12..60),
        groups in vec(long_name(0..9), 1..150),
    ) {
        let glob = |(text, front): &(String, bool)| if *front { format!("{text}*") } else { format!("*{text}") };
        let rules: Vec<Rule> = ends
            .iter()
            .map(|end| Rule { exact: Vec::new(), glob: vec![glob(end)], grant: BTreeSet::from(["admins"]) })
            .collect();
        let groups: Vec<String> = groups.into_iter().map(|(text, _)| text).collect();
        let bytes = bundle_of(&numbered(&rules)).expect("fine rules");
        let bundle = Bundle::decode(&bytes).expect("the compiler's bundles decode");
        let Answer { groups: granted, rules: fired, unmatched, .. } = answer(&bundle, &login(&json!(groups)));
        prop_assert_eq!((granted, fired, unmatched), reference(&rules, &groups));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn boundary_answers_any_bytes(call in vec(any::<u8>(), 0..60), tags in vec(0u8..13, 0..40)) {
        let bundle = Bundle::decode(&SMALL_BUNDLE).expect("the compiler's bundles decode");
        let mut answer = Vec::new();
        boundary::route((&bundle).into(), &call, &mut answer);
        prop_assert!(answer.len() >= 3);
        answer.clear();
        boundary::evaluate((&bundle).into(), &call, &mut answer);
        prop_assert!(answer.len() >= 8);
        let routed = [&0u32.to_le_bytes()[..], &0u32.to_le_bytes(), &[0; 4], &0f64.to_le_bytes(), &tags].concat();
        answer.clear();
        boundary::evaluate((&bundle).into(), &routed, &mut answer);
        prop_assert!(answer.len() >= 8);
        let _ = Input::decode(&tags);
        let _ = Bundle::decode(&call);
    }

    #[test]
    fn incomplete_login_receives_nothing(groups in prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i32>().prop_map(|value| json!(value)),
        name().prop_map(|name| json!(name)),
        name().prop_map(|name| json!(["a", name, null])),
        name().prop_map(|name| json!(["a", name, 7])),
        name().prop_map(|name| json!(["a", [name]])),
        name().prop_map(|name| json!(["a", {"name": name}])),
        name().prop_map(|name| json!(["a", format!("{name}\0")])),
        name().prop_map(|name| json!({"a": name})),
    ]) {
        let bundle = Bundle::decode(&SMALL_BUNDLE).expect("the compiler's bundles decode");
        let answer = answer(&bundle, &login(&groups));
        prop_assert_eq!(answer.outcome, Outcome::Deny);
        prop_assert!(answer.reason != Reason::Ok && answer.groups.is_empty() && answer.rules.is_empty());
    }
}

#[test]
fn evaluation_ignores_the_order_of_applications() {
    let rule = Rule { exact: vec!["a".into()], glob: Vec::new(), grant: BTreeSet::from(["admins"]) };
    let files = files(&[(0, &rule)]);
    let platform = |text: &str| {
        let mut files = files.clone();
        files[0].text = text.to_owned();
        compile(&files).platform.expect("a fine platform").bundle
    };
    let claim = "claim: https://claims.example.com/groups";
    let text = |applications: [&str; 2]| {
        let groups: String = TARGETS
            .iter()
            .map(|name| format!("  {name}: {{ applications: [two, one], description: x }}\n"))
            .collect();
        format!("version: 1\napplications:\n{}\ngroups:\n{groups}", applications.join("\n"))
    };
    let one = format!("  one: {{ clients: [c1], {claim} }}");
    let two = format!("  two: {{ clients: [c2], {claim} }}");
    assert_eq!(platform(&text([&one, &two])), platform(&text([&two, &one])));
}
