//! The bundle of one customer alone, for pages and files that the customer receives.
//!
//! It names no other organization, and no target group that the customer's rules can neither grant nor exclude: such
//! a group may be named like another customer.

use std::collections::BTreeSet;

use super::{CompiledPlatform, encode, inspect, lower};
use crate::language::model::{Organization, Platform};

/// The bundle of a platform with one of its organizations, in which logins of that organization get the same answers.
///
/// Returns `None` if the platform's tenant has no organization with this name.
///
/// ```
/// use claimsmith::Bundle;
/// use claimsmith::compiler::compile_whole;
/// use claimsmith::compiler::one_organization::bundle_of;
/// use claimsmith::diagnostic::SourceFile;
///
/// let text = "\
/// version: 1
/// platform:
///   applications: { qlik: { clients: [client], claim: https://example.com/qlik } }
///   groups:
///     acme-viewers: { applications: [qlik], description: Reads Acme's dashboards. }
///     globex-viewers: { applications: [qlik], description: Reads Globex's dashboards. }
/// organizations:
///   acme:
///     connections: { acme-ad: { strategy: ad } }
///     rules: [{ id: all, match: { exact: Sales }, grant: acme-viewers }]
///   globex:
///     connections: { globex-ad: { strategy: ad } }
///     rules: [{ id: all, match: { exact: Sales }, grant: globex-viewers }]
/// ";
/// let file = SourceFile { path: "example.yaml".to_owned(), text: text.to_owned() };
/// let platform = compile_whole(&file).platform.expect("no errors");
/// let bundle = bundle_of(&platform, "acme").expect("an organization");
/// assert!(Bundle::decode(&bundle).is_ok());
/// assert!(!bundle.windows(6).any(|text| text == b"globex"));
/// ```
pub fn bundle_of(platform: &CompiledPlatform, name: &str) -> Option<Vec<u8>> {
    let organization = platform.organizations().find(|it| it.name == name)?;
    let kept = inspect::row_of(platform, name)?.groups.into_keys().collect();
    let reduced = reduced(&platform.model.platform, organization, &kept);
    // Everything that it has to report was reported when the platform was compiled.
    let lowered = lower::lower(organization, &reduced, platform.tenant, &mut Vec::new());
    Some(encode::encode(&reduced, platform.tenant, vec![lowered], None).bundle)
}

/// The platform as if these target groups were all that it has.
fn reduced(platform: &Platform, organization: &Organization, kept: &BTreeSet<String>) -> Platform {
    let mut reduced = platform.clone();
    // They name other organizations.
    reduced.blocks = None;
    reduced.ceilings.retain(|ceiling| ceiling.organization.value == organization.name);
    for tier in &mut reduced.tiers {
        tier.groups.retain(|group| kept.contains(&group.value));
    }
    // The order of two groups matters, that of one does not.
    reduced.tiers.retain(|tier| tier.groups.len() > 1);
    let old: Vec<usize> = (0..)
        .zip(&platform.groups)
        .filter(|(_, group)| kept.contains(&group.name.value))
        .map(|(at, _)| at)
        .collect();
    reduced.groups.retain(|group| kept.contains(&group.name.value));
    for group in &mut reduced.groups {
        group.includes.retain(|included| kept.contains(&included.value));
        // Both lists are ascending, so the new positions are too.
        group.included = group.included.iter().filter_map(|at| old.binary_search(at).ok()).collect();
    }
    reduced
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::index::Bundle;
    use crate::compiler::compile_whole;
    use crate::diagnostic::SourceFile;
    use crate::host::event::{Event, answer};

    const TEXT: &str = "\
version: 1
platform:
  applications: { qlik: { clients: [client], claim: https://example.com/qlik } }
  groups:
    acme-all: { applications: [qlik], description: All., includes: [acme-base, acme-mid] }
    acme-base: { applications: [qlik], description: Base. }
    acme-mid: { applications: [qlik], description: Mid. }
    acme-top: { applications: [qlik], description: Top. }
    initech-a: { applications: [qlik], description: A. }
    initech-z: { applications: [qlik], description: Z., includes: [initech-a] }
  tiers: { level: [acme-top, initech-z, acme-mid], other: [acme-base, initech-a] }
  ceilings: { acme: { prefix: acme- }, initech: { prefix: initech- } }
organizations:
  acme:
    organization: org_acme
    connections: { acme-ad: { strategy: ad } }
    rules:
      - { id: all, match: { exact: All }, grant: acme-all }
      - { id: named, match: { glob: \"T-${name}\" }, grant: \"acme-${name}\" }
      - { id: never, match: { exact: No }, exclude: acme-base }
  initech:
    organization: org_initech
    connections: { initech-ad: { strategy: ad } }
    rules: [{ id: z, match: { exact: Z }, grant: initech-z }]
";

    fn compiled() -> CompiledPlatform {
        let file = SourceFile { path: "whole.yaml".to_owned(), text: TEXT.to_owned() };
        compile_whole(&file).platform.expect("no errors")
    }

    #[test]
    fn bundle_of_one_answers_like_the_bundle_of_all() {
        let platform = compiled();
        let one = bundle_of(&platform, "acme").expect("an organization");
        let (all, one) =
            (Bundle::decode(&platform.bundle).expect("sound"), Bundle::decode(&one).expect("sound"));
        let names = ["All", "T-top", "T-mid", "T-z", "No", "other"];
        for chosen in 0_u32..1 << names.len() {
            let groups: Vec<&str> =
                (0..).zip(names).filter(|(at, _)| chosen & (1 << at) != 0).map(|(_, name)| name).collect();
            let event = serde_json::json!({
                "organization": { "id": "org_acme" }, "connection": { "name": "acme-ad" },
                "client": { "client_id": "client" }, "user": { "groups": groups },
            });
            let event = Event::from_json(event).expect("an event");
            let (mut expected, got) = (answer(&all, &event), answer(&one, &event));
            expected.bundle.clone_from(&got.bundle);
            assert_eq!(got, expected, "{groups:?}");
        }
    }

    #[test]
    fn bundle_of_one_names_no_other_customer() {
        let platform = compiled();
        let named = |bundle: &[u8], name: &str| bundle.windows(name.len()).any(|it| it == name.as_bytes());
        assert!(named(&platform.bundle, "initech") && named(&platform.bundle, "acme"));
        let one = bundle_of(&platform, "acme").expect("an organization");
        assert!(named(&one, "acme") && !named(&one, "initech"));
        assert!(bundle_of(&platform, "umbra").is_none());
    }
}
