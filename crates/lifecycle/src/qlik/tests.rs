use serde_json::json;

use super::*;
use crate::plan_json::NotRead;

const HOST: &str = "acme.eu.qlikcloud.com";
const CLAIM: &str = "https://example.com/groups";
const POINTER: &str = "/https:~1~1example.com~1groups";

fn wanted(groups: &[&str]) -> Wanted {
    Wanted {
        application: "qlik".to_owned(),
        groups: groups.iter().map(|name| (*name).to_owned()).collect(),
        claim: Some(ClaimSpelling::pointer(CLAIM)),
    }
}

fn options(path: &str) -> Value {
    json!({ "clientId": "c", "realm": "r", "claimsMapping": { "sub": ["/sub"], "groups": [path] } })
}

fn provider(path: &str, pending: Option<Value>, verification: Verification) -> Option<ObservedProvider> {
    Some(ObservedProvider {
        id: "idp".to_owned(),
        protocol: "OIDC".to_owned(),
        provider: "auth0".to_owned(),
        options: options(path),
        pending,
        verification,
    })
}

fn observed(groups: &[&str], provider: Option<ObservedProvider>) -> Observed {
    Observed { groups: groups.iter().map(|name| ObservedGroup::of_provider(name)).collect(), provider }
}

fn fresh(groups: &[&str]) -> Observed {
    observed(groups, provider("/groups", None, Verification::Open))
}

fn plan(found: &Observed) -> Plan {
    Plan::new((HOST, Some("staging")), "claimsmith 0.1.0", wanted(&["a", "b"]), found, false).expect("a plan")
}

fn passed(groups: &[&str], sent: &[&str]) -> Verification {
    let texts = |all: &[&str]| all.iter().map(|it| (*it).to_owned()).collect();
    Verification::Passed { groups: Some(texts(groups)), sent_claims: texts(sent) }
}

const PROMOTES: RunTerms = RunTerms { is_forced: false, promotes: true };
const FORCED: RunTerms = RunTerms { is_forced: true, promotes: false };

#[test]
fn steps_lead_to_a_verification() {
    let set = "set pending options";
    for (found, expected) in [
        (fresh(&[]), ["create group a", "create group b", set].as_slice()),
        (fresh(&["b", "c"]), &["create group a", set]),
        (observed(&["a"], provider(POINTER, None, Verification::Open)), &["create group b"]),
        (observed(&["a", "b"], provider(POINTER, None, Verification::Open)), &[]),
        (observed(&["a", "b"], provider("/groups", Some(options(POINTER)), Verification::Open)), &[]),
    ] {
        assert_eq!(plan(&found).steps(&found).expect("steps"), expected);
    }
}

#[test]
fn names_that_differ_by_case_are_different_groups() {
    let found = fresh(&["A", "b"]);
    assert_eq!(plan(&found).found.missing_groups, ["a"]);
    let mut custom = fresh(&["b"]);
    custom.groups.push(ObservedGroup { name: "a".to_owned(), is_of_provider: false, is_active: true });
    assert_eq!(plan(&custom).found.missing_groups, ["a"], "a custom group is another group");
}

#[test]
fn only_what_a_person_has_verified_becomes_live() {
    let start = fresh(&["a", "b"]);
    let plan = plan(&start);
    let with =
        |verification| observed(&["a", "b"], provider("/groups", Some(options(POINTER)), verification));
    let next = |now: &Observed, terms| plan.next(now, terms);
    for terms in [RunTerms::default(), PROMOTES, FORCED] {
        assert_eq!(next(&with(Verification::Open), terms), Ok(Step::Wait(Waiting::Verify)));
        let failed = with(Verification::Failed("tokenError".to_owned()));
        assert_eq!(next(&failed, terms), Ok(Step::Wait(Waiting::VerifyAgain("tokenError".to_owned()))));
        for (verification, expected) in [
            (passed(&[], &[CLAIM]), "received the claim"),
            (passed(&[], &["sub"]), "did not receive the claim"),
            (
                Verification::Passed { groups: None, sent_claims: vec![CLAIM.to_owned()] },
                "did not find a list",
            ),
            (passed(&["a", "x"], &[CLAIM]), "shows the group `x`"),
        ] {
            let refusal = next(&with(verification), terms).expect_err("refused").to_string();
            assert!(refusal.contains(expected), "{refusal}");
        }
    }
    let good = with(passed(&["a"], &[CLAIM]));
    assert_eq!(next(&good, RunTerms::default()), Ok(Step::Wait(Waiting::Promote(vec!["a".to_owned()]))));
    assert_eq!(next(&good, PROMOTES), Ok(Step::Promote("idp".to_owned())));
    assert_eq!(
        next(&observed(&["a", "b"], provider(POINTER, None, Verification::Open)), PROMOTES),
        Ok(Step::Nothing)
    );
}

#[test]
fn changes_of_others_are_refused_unless_forced() {
    let plan = plan(&fresh(&["a", "b"]));
    let changed = |change: fn(&mut ObservedProvider)| {
        let mut now = fresh(&["a"]);
        change(now.provider.as_mut().expect("a provider"));
        now
    };
    for (now, text) in [
        (changed(|it| it.options["realm"] = json!("other")), "changed the options"),
        (changed(|it| it.pending = Some(json!({ "realm": "other" }))), "changed the pending options"),
    ] {
        let refusal = plan.next(&now, RunTerms::default()).expect_err("refused").to_string();
        assert!(refusal.contains(text), "{refusal}");
        assert!(matches!(plan.next(&now, FORCED), Ok(Step::CreateGroup(_))), "groups come first");
    }
    let other = changed(|it| it.id = "other".to_owned());
    for terms in [RunTerms::default(), FORCED] {
        assert_eq!(plan.next(&other, terms), Err(Refusal::OtherProvider));
    }
    // What is built on keeps the change.
    let mut now = changed(|it| it.options["realm"] = json!("other"));
    now.groups.push(ObservedGroup::of_provider("b"));
    let Ok(Step::SetPending(_, options)) = plan.next(&now, FORCED) else { panic!("not set") };
    assert_eq!(
        (&options["realm"], &options["claimsMapping"]["groups"]),
        (&json!("other"), &json!([POINTER]))
    );
}

#[test]
fn pending_options_of_others_are_replaced_only_on_demand() {
    let found = observed(&[], provider("/groups", Some(json!({ "realm": "theirs" })), Verification::Open));
    let new = |replaces| Plan::new((HOST, None), "", wanted(&["a"]), &found, replaces);
    assert_eq!(new(false), Err(Refusal::PendingOfOthers));
    assert_eq!(new(true).expect("a plan").steps(&found).expect("steps").len(), 2);
    let own = observed(&[], provider("/groups", Some(options(POINTER)), Verification::Open));
    assert!(Plan::new((HOST, None), "", wanted(&["a"]), &own, false).is_ok(), "those of an earlier run");
    let other_spelling = observed(&[], provider("/groups", Some(options(CLAIM)), Verification::Open));
    assert!(Plan::new((HOST, None), "", wanted(&["a"]), &other_spelling, false).is_ok(), "another try");
}

#[test]
fn plan_that_cannot_be_carried_out_is_not_made() {
    let new = |wanted: Wanted, found: &Observed| Plan::new((HOST, None), "", wanted, found, false);
    assert_eq!(new(wanted(&["a"]), &observed(&[], None)), Err(Refusal::NoProvider));
    let only_groups = Wanted { claim: None, ..wanted(&["a"]) };
    assert_eq!(new(only_groups, &observed(&[], None)).expect("a plan").found.missing_groups, ["a"]);
    let mut saml = fresh(&[]);
    saml.provider.as_mut().expect("a provider").protocol = "SAML".to_owned();
    assert!(matches!(new(wanted(&["a"]), &saml), Err(Refusal::OtherProtocol { .. })));
    let long = "ä".repeat(257);
    assert!(matches!(new(wanted(&[&long]), &fresh(&[])), Err(Refusal::LongName { .. })));
    assert!(new(wanted(&[&"ä".repeat(256)]), &fresh(&[])).is_ok());
    let names: Vec<String> = (0..10_000).map(|at| format!("g{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    assert_eq!(
        new(wanted(&["a"]), &fresh(&names)),
        Err(Refusal::TooManyGroups { there: 10_000, missing: 1 })
    );
}

#[test]
fn plan_is_read_as_it_was_written_and_for_its_tenant_alone() {
    let found = observed(&["a"], {
        let mut provider = provider("/groups", None, Verification::Open).expect("a provider");
        provider.options["clientSecret"] = json!("hunter2");
        Some(provider)
    });
    let plan = plan(&found);
    let text = plan.to_json();
    assert!(!text.contains("hunter2") && !format!("{found:?}").contains("hunter2"));
    let read = Plan::from_json(&text).expect("a plan");
    assert_eq!(read, plan);
    let wanted_now = wanted(&["a", "b"]);
    assert_eq!(read.check(HOST, &wanted_now), Ok(()));
    let other = read.check("other.eu.qlikcloud.com", &wanted_now).expect_err("refused").to_string();
    assert_eq!(other, "it is for the tenant acme.eu.qlikcloud.com, and not for other.eu.qlikcloud.com");
    assert_eq!(read.check(HOST, &wanted(&["a"])), Err(PlanError::Stale));
    for text in ["", "{}", "{\"version\":1}", &text.replacen("wanted", "wished", 1)] {
        assert_eq!(Plan::from_json(text), Err(PlanError::NotRead(NotRead::Unreadable)));
    }
    assert_eq!(Plan::from_json("{\"version\":2}"), Err(PlanError::NotRead(NotRead::OtherVersion(2))));
}

#[test]
fn digest_ignores_secrets_order_and_what_is_empty() {
    let base = digest(&json!({ "a": 1, "b": { "c": [1, 2] } }));
    assert_eq!(
        base,
        digest(&json!({ "b": { "c": [1, 2], "d": null }, "a": 1, "clientSecret": "x", "e": "" }))
    );
    for other in [json!({ "a": 2, "b": { "c": [1, 2] } }), json!({ "a": 1, "b": { "c": [2, 1] } })] {
        assert_ne!(base, digest(&other));
    }
}

#[test]
fn findings_name_what_is_not_changed() {
    let codes = |groups: &[&str], creates_groups, hours: u64| {
        let settings = Settings { creates_groups, session_minutes: hours * 60 };
        let all = findings(&wanted(&["a", "b"]), &fresh(groups), settings);
        all.into_iter().map(|it| it.code).collect::<Vec<_>>()
    };
    assert_eq!(codes(&["a", "b"], false, 12), [""; 0]);
    assert_eq!(
        codes(&["a", "b", "A"], true, 24),
        ["letter-case", "unknown-groups", "creates-groups", "long-session"]
    );
    assert_eq!(codes(&["a"], false, 8), ["missing-groups"]);
    let mut custom = fresh(&["a", "b"]);
    custom.groups.push(ObservedGroup { name: "b".to_owned(), is_of_provider: false, is_active: true });
    custom.groups[0].is_active = false;
    custom.provider.as_mut().expect("a provider").provider = "generic".to_owned();
    let settings = Settings { creates_groups: false, session_minutes: 60 };
    let all: Vec<_> =
        findings(&wanted(&["a", "b"]), &custom, settings).into_iter().map(|it| it.code).collect();
    assert_eq!(all, ["disabled-group", "custom-group", "other-provider"]);
    let many: Vec<String> = (0..12).map(|at| format!("x{at:02}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let text = &findings(&wanted(&[]), &fresh(&many), settings)[0].text;
    assert!(
        text.starts_with("12 groups of the identity provider are not in platform.yaml")
            && text.contains("`x09` and 2 more"),
        "{text}"
    );
}
