//! No bytes make the engine panic: neither a bundle whose digest was forged nor a call across the boundary.
#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use claimsmith::cases::Case;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::event::{Event, answer};
use claimsmith::explanation::explain;
use claimsmith::{
    ApplicationId, Bundle, FORMAT_VERSION, LookupId, Note, OrganizationId, Outcome, Reason, TargetId,
    boundary,
};
use claimsmith_fuzz::{Edit, case_platforms, check_answer, damage, sample_platform};
use libfuzzer_sys::fuzz_target;

/// The magic, the version and the digest.
const HEADER: usize = 4 + 1 + 32;

static PLATFORMS: LazyLock<Vec<CompiledPlatform>> = LazyLock::new(|| {
    let mut platforms = case_platforms();
    platforms.push(sample_platform());
    platforms
});

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    /// Which real bundle is damaged.
    platform: u8,
    edits: Vec<Edit>,
    /// Which login of the platform's cases arrives.
    case: u16,
    /// The call at the boundary, and a bundle by itself.
    bytes: &'a [u8],
}

fuzz_target!(|input: Input<'_>| {
    let Input { platform, edits, case, bytes } = input;
    let platform = &PLATFORMS[usize::from(platform) % PLATFORMS.len()];
    let case = &platform.cases[usize::from(case) % platform.cases.len()];

    let _ = Bundle::decode(bytes);
    let alone = [&b"CSMB"[..], &[FORMAT_VERSION], &[0; 32], bytes].concat();
    if let Ok(bundle) = Bundle::decode_hashed(&alone, [0; 32]) {
        check_bundle(&bundle, case, bytes);
    }

    let (header, body) = platform.bundle.split_at(HEADER);
    let damaged = [header, &damage(body, &edits)].concat();
    let digest = header.last_chunk().expect("the header ends with the digest");
    if let Ok(bundle) = Bundle::decode_hashed(&damaged, *digest) {
        check_bundle(&bundle, case, bytes);
    }
});

/// The handle of the platform's own mappings.
const OWN: [u8; 4] = [0; 4];

/// Logs in with a bundle that may be damaged, through the boundary and through the public functions.
fn check_bundle(bundle: &Bundle<'_>, case: &Case, bytes: &[u8]) {
    let event = Event::from_json(case.event.clone()).expect("an object");
    check_answer(&answer(bundle, &event));
    let _ = explain(bundle, &event).to_string();

    boundary::route(bundle.into(), bytes, &mut Vec::new());
    check_evaluation(bundle, bytes);
    let texts = ["/organization/id", "/connection/name", "/client/client_id"]
        .map(|it| case.event.pointer(it)?.as_str());
    let mut words = Vec::new();
    boundary::route(bundle.into(), &[OWN.to_vec(), texts.map(encoded).concat()].concat(), &mut words);
    let (head, lookups) = words.split_first_chunk::<3>().expect("three words");
    let [application, destination, count] = *head;
    assert_eq!(lookups.len(), count as usize);
    assert!(lookups.iter().all(|lookup| bundle.lookup(LookupId(*lookup)).is_some()));
    let time = (bytes.len() as f64).to_le_bytes();
    let route = [&application.to_le_bytes()[..], &destination.to_le_bytes(), &OWN, &time].concat();
    check_evaluation(bundle, &[&route[..12], bytes].concat());
    // The bytes as an encoded value, as one string, and as an array of strings.
    let word = |number: usize| (number as u32).to_le_bytes();
    let names = bytes.iter().filter(|byte| **byte == 0).count() + 1;
    let text = [&[5], &word(bytes.len())[..], bytes].concat();
    let list = [&[9], &word(names)[..], &word(bytes.len()), bytes].concat();
    for value in [bytes, &text, &list] {
        check_evaluation(bundle, &[&route, value].concat());
        // The same for every lookup.
        check_evaluation(bundle, &[&route[..], &value.repeat(lookups.len())].concat());
    }

    for position in 0..bundle.organizations().len() as u32 {
        let _ = bundle.mapping(OrganizationId(position));
    }
    for kind in 0..32 {
        let _ = boundary::text(Some(bundle.into()), 0, kind, destination);
        let _ = boundary::text(Some(bundle.into()), 0, kind, 0);
    }
}

fn encoded(text: Option<&str>) -> Vec<u8> {
    match text {
        Some(text) => [&(text.len() as u32).to_le_bytes(), text.as_bytes()].concat(),
        None => boundary::NONE.to_le_bytes().to_vec(),
    }
}

/// What must be true of every answer at the boundary.
fn check_evaluation(bundle: &Bundle<'_>, call: &[u8]) {
    let mut words = Vec::new();
    boundary::evaluate(bundle.into(), call, &mut words);
    let (head, rest) = words.split_first_chunk::<8>().expect("eight words");
    let [outcome, reason, application, _, fired, _, notes, groups] = *head;
    assert!(outcome <= Outcome::None as u32 && (reason as usize) < Reason::ALL.len());
    assert!(application == boundary::NONE || bundle.application(ApplicationId(application)).is_some());
    let (told, rest) = rest.split_at(2 * notes as usize);
    assert!(told.chunks(2).all(|note| (note[0] as usize) < Note::ALL.len()));
    let (granted, provenance) = rest.split_at(groups as usize);
    assert!(granted.is_sorted_by(|one, next| one < next));
    assert!(granted.iter().all(|group| bundle.group_name(TargetId(*group)).is_some()));
    let is_partial = || told.chunks(2).any(|note| note[0] == Note::Partial as u32);
    let may_grant = outcome == Outcome::Groups as u32 && (reason == Reason::Ok as u32 || is_partial());
    assert!(granted.is_empty() || may_grant);
    let is_told = bundle.application(ApplicationId(application)).is_some_and(|it| it.provenance.is_some());
    let [organization, count, rules @ ..] = provenance else {
        assert!(provenance.is_empty() && !is_told);
        return;
    };
    assert!(is_told && *count == fired && rules.len() == fired as usize);
    let mapping = bundle.mapping(OrganizationId(*organization));
    let is_rule = |rule: &u32| mapping.is_some_and(|mapping| (*rule as usize) < mapping.rules().len());
    assert!(rules.iter().all(is_rule));
}
