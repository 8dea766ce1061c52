//! No text makes a login panic or gives it groups that no rule grants.
#![no_main]

use std::collections::BTreeSet;
use std::sync::LazyLock;

use claimsmith::Bundle;
use claimsmith::cases::Case;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::event::{Event, answer};
use claimsmith::explanation::explain;
use claimsmith_fuzz::{check_answer, sample_platform};
use libfuzzer_sys::fuzz_target;

static PLATFORM: LazyLock<CompiledPlatform> = LazyLock::new(sample_platform);

static BUNDLE: LazyLock<Bundle<'static>> =
    LazyLock::new(|| Bundle::decode(&PLATFORM.bundle).expect("the compiler's bundles decode"));

/// The events of all cases as JSON, each up to the place of its user.
static PLACES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let place = |case: &Case| {
        let mut event = case.event.clone();
        event.as_object_mut().expect("an object").remove("user");
        format!("{},\"user\":", event.to_string().strip_suffix('}').expect("an object"))
    };
    PLATFORM.cases.iter().map(place).collect()
});

fuzz_target!(|text: &str| {
    check(text);
    // The text as the user of a login that leads to a mapping.
    for place in PLACES.iter() {
        check(&format!("{place}{text}}}"));
    }
});

fn check(text: &str) {
    let Ok(event) = Event::parse(text) else { return };
    let answer = answer(&BUNDLE, &event);
    check_answer(&answer);
    assert!(answer.groups.is_sorted_by(|one, next| one < next), "{answer:?}");
    let explanation = explain(&BUNDLE, &event);
    assert_eq!(explanation.answer, answer);
    assert!(!explanation.to_string().is_empty());
    let mut granted: Vec<_> = explanation.groups.iter().flat_map(|step| &step.rules).collect();
    granted.extend(&explanation.everyone);
    let is_granted = |group: &String| granted.iter().any(|rule| rule.grants.contains(group));
    assert!(answer.groups.iter().all(is_granted), "{answer:?}");
}
