use super::super::state::{Build, Content, ObservedAction, Origin};
use super::*;
use crate::plan_json::NotRead;

const DOMAIN: &str = "acme.eu.auth0.com";
const FORCED: Progress = Progress { is_forced: true, has_written: false };

fn content(code: &str) -> Content {
    Content { code: code.to_owned(), runtime: "node22".to_owned() }
}

fn wanted(name: &str) -> Wanted {
    Wanted {
        name: name.to_owned(),
        trigger: "post-login".to_owned(),
        trigger_version: "v3".to_owned(),
        content: content(name),
        bytes: 3,
        mappings: format!("digest of {name}"),
    }
}

fn bound(names: &[&str]) -> Vec<Bound> {
    names.iter().map(|name| Bound { action_id: format!("id-{name}"), name: (*name).to_owned() }).collect()
}

fn ids(observed: &Observed) -> Vec<&str> {
    observed.bindings.iter().map(|it| it.action_id.as_str()).collect()
}

/// The slices `b-1` and `b-2` are to replace `a-1` and `a-2` among two Actions of others.
fn before() -> Observed {
    Observed { actions: vec![None, None], bindings: bound(&["x", "a-1", "a-2", "y"]) }
}

fn plan_from(observed: &Observed) -> Result<SlicesPlan, Refusal> {
    let replaced = ["id-a-1", "id-a-2"].map(|id| (id.to_owned(), format!("code of {id}")));
    let slices = vec![wanted("b-1"), wanted("b-2")];
    SlicesPlan::new(("production", DOMAIN), "claimsmith 0.1.0", slices, &replaced, observed)
}

fn plan() -> SlicesPlan {
    plan_from(&before()).expect("a plan")
}

/// What a step does to a tenant.
fn take(plan: &SlicesPlan, step: Step, now: &mut Observed) {
    if let Step::Bind(at) = step {
        let leaves = |bound: &Bound| plan.replaced.contains(&bound.action_id);
        now.bindings.retain(|bound| !leaves(bound));
        now.bindings.splice(at..at, bound(&["b-1", "b-2"]));
        return;
    }
    let at = step.at().expect("a step of an Action");
    let wanted = &plan.slices[at];
    let action = now.actions[at].get_or_insert_with(|| ObservedAction {
        id: format!("id-{}", wanted.name),
        origin: Origin::Ours,
        fits_trigger: true,
        draft: wanted.content.clone(),
        build: Build::Running,
        deployed: None,
    });
    match step {
        Step::Update(_) => (action.draft, action.build) = (wanted.content.clone(), Build::Running),
        Step::Wait(_) => action.build = Build::Built,
        Step::Deploy(_) => action.deployed = Some(action.draft.clone()),
        _ => {}
    }
}

fn after() -> Observed {
    let (plan, mut now) = (plan(), before());
    for at in [0, 1] {
        for step in [Step::Create(at), Step::Wait(at), Step::Deploy(at)] {
            take(&plan, step, &mut now);
        }
    }
    take(&plan, Step::Bind(1), &mut now);
    now
}

#[test]
fn logins_run_all_old_slices_or_all_new_ones_at_every_step() {
    let (plan, mut now) = (plan(), before());
    let mut steps = Vec::new();
    loop {
        // Decided from what there is alone, as after a kill.
        let step = plan.next(&now, Progress::default()).expect("a step");
        if step == Step::Nothing {
            break;
        }
        take(&plan, step, &mut now);
        steps.push(step);
        let flow = ids(&now);
        assert!(
            [["id-x", "id-a-1", "id-a-2", "id-y"], ["id-x", "id-b-1", "id-b-2", "id-y"]]
                .contains(&<[&str; 4]>::try_from(flow.clone()).expect("four Actions")),
            "{flow:?}"
        );
    }
    let each = |at| [Step::Create(at), Step::Wait(at), Step::Deploy(at)];
    assert_eq!(steps, [each(0).as_slice(), &each(1), &[Step::Bind(1)]].concat());
    assert_eq!(now, after());
}

#[test]
fn action_in_the_flow_is_never_changed() {
    for change in [
        (|action: &mut ObservedAction| action.draft = content("edited")) as fn(&mut ObservedAction),
        |action| action.deployed = Some(content("edited")),
    ] {
        let mut now = after();
        change(now.actions[1].as_mut().expect("the second slice"));
        for progress in [Progress::default(), FORCED] {
            let refusal = plan().next(&now, progress);
            assert_eq!(refusal, Err(Refusal::ActionChanged { name: "b-2".to_owned() }));
        }
    }
}

#[test]
fn what_is_not_ours_is_refused_even_if_forced() {
    for (change, text) in [
        ((|it| it.origin = Origin::Foreign) as fn(&mut ObservedAction), "did not build"),
        (|it| it.origin = Origin::OtherTenant("x.auth0.com".to_owned()), "built for the tenant x.auth0.com"),
        (|it| it.fits_trigger = false, "is not for the trigger post-login"),
    ] {
        let mut now = before();
        take(&plan(), Step::Create(1), &mut now);
        change(now.actions[1].as_mut().expect("the second slice"));
        for progress in [Progress::default(), FORCED] {
            let refusal = plan().next(&now, progress).expect_err("refused").to_string();
            assert!(refusal.contains(text) && refusal.contains("b-2"), "{refusal}");
        }
        plan_from(&now).expect_err("no plan either");
    }
}

#[test]
fn changes_of_others_in_the_flow_are_refused_unless_forced() {
    for (names, expected) in [
        (["x", "a-1", "a-2", "z"].as_slice(), Step::Bind(1)),
        (&["a-1", "a-2"], Step::Bind(0)),
        (&["x", "a-1", "y"], Step::Bind(1)),
        (&["x", "b-1", "a-2", "y"], Step::Bind(1)),
    ] {
        let mut now = Observed { bindings: bound(names), ..after() };
        let refusal = plan().next(&now, Progress::default());
        assert!(matches!(refusal, Err(Refusal::BindingsChanged { .. })), "{names:?}: {refusal:?}");
        assert_eq!(plan().next(&now, FORCED), Ok(expected), "{names:?}");
        now.bindings = after().bindings;
        assert_eq!(plan().next(&now, Progress::default()), Ok(Step::Nothing));
    }
}

#[test]
fn failed_build_is_tried_again_by_the_next_run_only() {
    let mut now = before();
    take(&plan(), Step::Create(0), &mut now);
    now.actions[0].as_mut().expect("the first slice").build = Build::Failed;
    assert_eq!(plan().next(&now, Progress::default()), Ok(Step::Update(0)));
    let written = Progress { is_forced: false, has_written: true };
    assert_eq!(plan().next(&now, written), Err(Refusal::BuildFailed { name: "b-1".to_owned() }));
}

#[test]
fn full_trigger_is_refused_before_anything_changes() {
    let all: Vec<String> = (0..19).map(|at| format!("x{at}")).collect();
    let names = |others: usize| -> Vec<Bound> {
        let others = all[..others].iter().map(String::as_str);
        bound(&others.chain(["a-1", "a-2"]).collect::<Vec<_>>())
    };
    plan_from(&Observed { bindings: names(18), ..before() }).expect("18 stay, and 2 take the place of 2");
    let refusal = plan_from(&Observed { bindings: names(19), ..before() });
    assert!(matches!(refusal, Err(Refusal::FullTrigger { most: 20, .. })), "{refusal:?}");
}

#[test]
fn plan_is_read_as_it_was_written_and_for_its_tenant_alone() {
    let text = plan().to_json();
    assert_eq!(SlicesPlan::from_json(&text), Some(Ok(plan())));
    for other in ["", "[]", "{\"version\":1}"] {
        assert_eq!(SlicesPlan::from_json(other), None, "{other}");
    }
    let later = text.replacen("\"version\": 1", "\"version\": 2", 1);
    assert_eq!(SlicesPlan::from_json(&later), Some(Err(PlanError::NotRead(NotRead::OtherVersion(2)))));
    let repeated = text.replacen("\"bind_at\"", "\"bind_at\": 0, \"bind_at\"", 1);
    assert_eq!(
        SlicesPlan::from_json(&repeated),
        Some(Err(PlanError::NotRead(NotRead::Repeated("bind_at".to_owned()))))
    );
    let slices = [wanted("b-1"), wanted("b-2")];
    assert_eq!(plan().check(DOMAIN, &slices), Ok(()));
    assert!(matches!(plan().check("other.eu.auth0.com", &slices), Err(PlanError::OtherTenant { .. })));
    assert!(matches!(plan().check(DOMAIN, &slices[..1]), Err(PlanError::Stale { .. })));
}

#[test]
fn action_with_other_code_than_planned_is_not_replaced() {
    let plan = plan();
    assert_eq!(plan.check_replaced("id-a-1", "a-1", "code of id-a-1"), Ok(()));
    for (id, code) in [("id-a-1", "edited"), ("id-a-3", "")] {
        let refusal = plan.check_replaced(id, "a-1", code);
        assert_eq!(refusal, Err(Refusal::ActionChanged { name: "a-1".to_owned() }), "{id}");
    }
}
