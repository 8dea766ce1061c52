use super::*;
use crate::plan_json::NotRead;

const DOMAIN: &str = "acme.eu.auth0.com";

fn content(code: &str) -> Content {
    Content { code: code.to_owned(), runtime: "node22".to_owned() }
}

fn wanted() -> Wanted {
    Wanted {
        name: "claimsmith".to_owned(),
        trigger: "post-login".to_owned(),
        trigger_version: "v3".to_owned(),
        content: content("new"),
        bytes: 3,
        mappings: "abc".to_owned(),
    }
}

fn bound(names: &[&str]) -> Vec<Bound> {
    names.iter().map(|name| Bound { action_id: format!("id-{name}"), name: (*name).to_owned() }).collect()
}

fn action(draft: &str, deployed: Option<&str>) -> ObservedAction {
    ObservedAction {
        id: "id-claimsmith".to_owned(),
        origin: Origin::Ours,
        fits_trigger: true,
        draft: content(draft),
        build: Build::Built,
        deployed: deployed.map(content),
    }
}

fn observed(action: Option<ObservedAction>, names: &[&str]) -> Observed {
    Observed { actions: vec![action], bindings: bound(names) }
}

fn plan(observed: &Observed) -> Plan {
    Plan::new(("production", DOMAIN), "claimsmith 0.1.0", wanted(), observed, None).expect("a plan")
}

const FORCED: Progress = Progress { is_forced: true, has_written: false };
const WRITTEN: Progress = Progress { is_forced: false, has_written: true };

#[test]
fn steps_lead_from_what_there_is_to_what_is_wanted() {
    for (found, expected) in [
        (observed(None, &["a"]), ["create", "deploy", "bind"].as_slice()),
        (observed(Some(action("old", None)), &["a"]), &["update", "deploy", "bind"]),
        (observed(Some(action("old", Some("old"))), &["claimsmith", "a"]), &["update", "deploy"]),
        (observed(Some(action("new", Some("old"))), &["a"]), &["deploy", "bind"]),
        (observed(Some(action("new", Some("new"))), &["a"]), &["bind"]),
        (observed(Some(action("new", Some("new"))), &["a", "claimsmith"]), &[]),
    ] {
        assert_eq!(plan(&found).steps(&found).expect("steps"), expected, "{found:?}");
    }
}

#[test]
fn every_state_that_a_run_passes_is_continued() {
    let mut checked = 0;
    for found in [
        observed(None, &["a", "b"]),
        observed(Some(action("old", Some("old"))), &["a"]),
        observed(Some(action("old", Some("older"))), &["claimsmith", "a"]),
    ] {
        let plan = plan(&found);
        let mut now = found.clone();
        loop {
            let step = plan.next(&now, Progress::default()).expect("a step");
            if step == Step::Nothing {
                break;
            }
            plan.imagine(step, &mut now);
            if let Some(Some(action)) = now.actions.first_mut() {
                action.id = "id-claimsmith".to_owned();
            }
            checked += 1;
        }
        let action = now.action().expect("an Action").clone();
        assert_eq!((action.draft, action.deployed), (content("new"), Some(content("new"))));
        let expected =
            if found.bindings.len() == 2 && found.action().is_some() { 0 } else { found.bindings.len() };
        assert_eq!(now.bindings.iter().position(|it| it.name == "claimsmith"), Some(expected));
    }
    assert!(checked > 6);
}

#[test]
fn draft_is_deployed_only_when_it_is_built() {
    let found = observed(Some(action("old", Some("old"))), &["claimsmith"]);
    let plan = plan(&found);
    let with =
        |build| observed(Some(ObservedAction { build, ..action("new", Some("old")) }), &["claimsmith"]);
    assert_eq!(plan.next(&with(Build::Running), WRITTEN), Ok(Step::Wait(0)));
    assert_eq!(plan.next(&with(Build::Built), WRITTEN), Ok(Step::Deploy(0)));
    assert_eq!(plan.next(&with(Build::Failed), Progress::default()), Ok(Step::Update(0)));
    assert!(matches!(plan.next(&with(Build::Failed), WRITTEN), Err(Refusal::BuildFailed { .. })));
}

#[test]
fn changes_of_others_are_refused_unless_forced() {
    let found = observed(Some(action("old", Some("old"))), &["a", "b"]);
    let plan = plan(&found);
    let check = |now: &Observed, text: &str, forced: &Step| {
        let refusal = plan.next(now, Progress::default()).expect_err("refused").to_string();
        assert!(refusal.contains(text), "{refusal}");
        assert_eq!(plan.next(now, FORCED).as_ref(), Ok(forced));
    };
    let update = Step::Update(0);
    check(&observed(Some(action("edited", Some("old"))), &["a", "b"]), "has changed the Action", &update);
    check(&observed(Some(action("old", Some("edited"))), &["a", "b"]), "has changed the Action", &update);
    check(&observed(None, &["a", "b"]), "has deleted the Action", &Step::Create(0));
    check(
        &observed(Some(action("old", Some("old"))), &["c", "a"]),
        "removed: `b`; added: `c`; then `a`, `b`, now `c`, `a`",
        &update,
    );
    check(&observed(Some(action("old", Some("old"))), &["b", "a"]), "then `a`, `b`, now `b`, `a`", &update);
    let moved = observed(Some(action("new", Some("new"))), &["claimsmith", "a", "b"]);
    check(&moved, "added: `claimsmith`", &Step::Nothing);
    let fewer = observed(Some(action("new", Some("new"))), &["a"]);
    check(&fewer, "removed: `b`", &Step::Bind(1));
}

#[test]
fn what_is_not_ours_is_refused_even_if_forced() {
    let with = |change: fn(&mut ObservedAction)| {
        let mut action = action("old", Some("old"));
        change(&mut action);
        observed(Some(action), &["a"])
    };
    let plan = plan(&observed(Some(action("old", Some("old"))), &["a"]));
    for (now, text) in [
        (with(|it| it.origin = Origin::Foreign), "did not build"),
        (
            with(|it| it.origin = Origin::OtherTenant("x.auth0.com".to_owned())),
            "built for the tenant x.auth0.com",
        ),
        (with(|it| it.fits_trigger = false), "is not for the trigger post-login"),
    ] {
        for progress in [Progress::default(), FORCED, WRITTEN] {
            let refusal = plan.next(&now, progress).expect_err("refused").to_string();
            assert!(refusal.contains(text), "{refusal}");
        }
        Plan::new(("production", DOMAIN), "", wanted(), &now, None).expect_err("no plan either");
    }
}

#[test]
fn full_trigger_is_refused_before_anything_changes() {
    let names: Vec<String> = (0..20).map(|at| format!("a{at}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let full = Plan::new(("production", DOMAIN), "", wanted(), &observed(None, &names), None);
    assert!(matches!(full, Err(Refusal::FullTrigger { .. })), "{full:?}");
    let mut with_own = names.clone();
    with_own[3] = "claimsmith";
    let found = observed(Some(action("old", Some("old"))), &with_own);
    assert_eq!(plan(&found).steps(&found), Ok(vec!["update", "deploy"]));
}

#[test]
fn position_is_before_an_action_that_is_bound() {
    let found = observed(None, &["a", "b"]);
    let before = |name| Plan::new(("production", DOMAIN), "", wanted(), &found, Some(name));
    assert_eq!(before("b").expect("a plan").bind_at, Some(1));
    let refusal = before("c").expect_err("refused").to_string();
    assert_eq!(refusal, "`--before c` names no Action that is bound; bound are `a`, `b`");
}

#[test]
fn plan_is_read_as_it_was_written_and_for_its_tenant_alone() {
    let plan = plan(&observed(Some(action("old", None)), &["a"]));
    let text = plan.to_json();
    let read = Plan::from_json(&text).expect("a plan");
    assert_eq!(read, plan);
    assert_eq!(read.check(DOMAIN, &wanted()), Ok(()));
    let other = read.check("other.eu.auth0.com", &wanted()).expect_err("refused").to_string();
    assert_eq!(
        other,
        "it is for the tenant acme.eu.auth0.com, and not for other.eu.auth0.com; plan again for the tenant that you mean, with `--tenant`"
    );
    let stale = |change: fn(&mut Wanted)| {
        let mut now = wanted();
        change(&mut now);
        read.check(DOMAIN, &now).expect_err("refused").to_string()
    };
    assert_eq!(
        stale(|it| it.mappings = "def".to_owned()),
        "the mappings have changed since it was made; plan again"
    );
    assert!(stale(|it| it.content.code = "other".to_owned()).starts_with("another version of claimsmith"));
    for text in ["", "{}", "[]", "{\"version\":1}", &text.replacen("wanted", "wished", 1)] {
        assert_eq!(Plan::from_json(text), Err(PlanError::NotRead(NotRead::Unreadable)), "{text}");
    }
    assert_eq!(Plan::from_json("{\"version\":2}"), Err(PlanError::NotRead(NotRead::OtherVersion(2))));
}
