//! The bundle of one customer alone, for pages and files that the customer receives.
//!
//! It names no other organization, and no target group that the customer's rules can neither grant nor exclude: such
//! a group may be named like another customer.

use std::collections::{BTreeMap, BTreeSet};

use super::lowered::LoweredMapping;
use super::{CompiledPlatform, encode, lower};
use crate::ids::{Id as _, TargetId};
use crate::language::model::Platform;

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
    let all = &platform.model.platform;
    // Everything that it has to report was reported when the platform was compiled.
    let mut mapping = lower::lower(organization, all, platform.tenant, &mut Vec::new());
    let own = OwnGroups::of(&mapping, all);
    own.renumber(&mut mapping);
    Some(encode::encode(&own.reduce(all), platform.tenant, vec![mapping], None).bundle)
}

/// The target groups that concern one organization.
pub(super) struct OwnGroups {
    /// Positions in the platform's registry, ascending: what the mapping grants or excludes, and what these include.
    groups: BTreeSet<usize>,
    /// Those that it can grant.
    pub(super) granted: BTreeSet<usize>,
}

impl OwnGroups {
    pub(super) fn of(mapping: &LoweredMapping, platform: &Platform) -> Self {
        let with_included = |target: &TargetId| {
            let included = platform.groups.get(target.index()).map(|group| group.included.as_slice());
            core::iter::once(target.index())
                .chain(included.unwrap_or_default().iter().copied())
                .collect::<Vec<_>>()
        };
        let granting = mapping.rules.iter().filter(|rule| !rule.excludes);
        let candidates = granting.clone().flat_map(|rule| &rule.expansions).flat_map(|it| &it.candidates);
        let defaults = mapping.application_defaults.iter().flat_map(|default| &default.groups);
        let granted: BTreeSet<usize> = granting
            .flat_map(|rule| &rule.groups)
            .chain(candidates)
            .chain(&mapping.default)
            .chain(defaults)
            .flat_map(with_included)
            .collect();
        let excluded = mapping.rules.iter().filter(|rule| rule.excludes).flat_map(|rule| &rule.groups);
        let groups = granted.iter().copied().chain(excluded.map(|target| target.index())).collect();
        Self { groups, granted }
    }

    /// The position among these groups; `None` if it is not one of them.
    fn position(&self, target: usize) -> Option<usize> {
        self.groups.contains(&target).then(|| self.groups.range(..target).count())
    }

    /// Replaces the positions of target groups in the platform's registry by those among these groups.
    pub(super) fn renumber(&self, mapping: &mut LoweredMapping) {
        let positions: BTreeMap<usize, u32> = self.groups.iter().copied().zip(0..).collect();
        let renumber = |targets: &mut Vec<TargetId>| {
            *targets =
                targets.iter().filter_map(|it| positions.get(&it.index())).map(|it| TargetId(*it)).collect();
        };
        for rule in &mut mapping.rules {
            renumber(&mut rule.groups);
            rule.expansions.iter_mut().for_each(|expansion| renumber(&mut expansion.candidates));
        }
        renumber(&mut mapping.default);
        mapping.application_defaults.iter_mut().for_each(|default| renumber(&mut default.groups));
    }

    /// The platform as if these target groups were all that it has.
    pub(super) fn reduce(&self, platform: &Platform) -> Platform {
        let mut reduced = platform.clone();
        // They name other organizations.
        reduced.blocks = None;
        reduced.ceilings = Vec::new();
        let mut at = 0..;
        reduced.groups.retain(|_| at.next().is_some_and(|at| self.groups.contains(&at)));
        let names: BTreeSet<String> = reduced.groups.iter().map(|group| group.name.value.clone()).collect();
        for tier in &mut reduced.tiers {
            tier.groups.retain(|group| names.contains(&group.value));
        }
        // The order of two groups matters, that of one does not.
        reduced.tiers.retain(|tier| tier.groups.len() > 1);
        for group in &mut reduced.groups {
            group.includes.retain(|included| names.contains(&included.value));
            group.included = group.included.iter().filter_map(|at| self.position(*at)).collect();
        }
        reduced
    }
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
      - { id: never, match: { exact: Never }, exclude: acme-base }
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
        let names = ["All", "T-top", "T-mid", "T-z", "Never", "other"];
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
