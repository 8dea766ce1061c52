//! Mappings that travel as blocks: what they grant under the platform that they were signed for, and under another one.

mod less;

use std::collections::{BTreeMap, BTreeSet};

use claimsmith::compiler::{CompiledPlatform, compile};
use claimsmith::diagnostic::{Severity, SourceFile};
use claimsmith::event::{Answer, Event, answer, answer_with_block};
use claimsmith::{Block, BlockTerms, Bundle, Outcome, Reason};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::json;

use crate::login::{Login, login};
use crate::world::{APPLICATIONS, CONNECTIONS, TARGETS, TIERS, World, world};

/// A tenant and a key, which a platform needs to take blocks.
const BLOCKS: &str = "\
tenants: { only: { domain: only.eu.auth0.com } }
blocks:
  keys:
    only:
      public: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPRKJ7mrAxIPfJod2rl7cGDd4R2SpmoxE65eha8WYPoF
      protected: true
";
const ISSUED: u32 = 1_790_000_000;
/// A second before the block was issued, and one after it.
const FLOORS: [&str; 2] = ["2026-09-20T00:00:00Z", "2026-10-20T00:00:00Z"];

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 400,
        failure_persistence: None,
        max_shrink_iters: 400,
        ..ProptestConfig::default()
    }
}

/// The files with the tenant and the key.
fn with_blocks(files: Vec<SourceFile>) -> Vec<SourceFile> {
    let extend = |mut file: SourceFile| {
        if file.path.ends_with("platform.yaml") {
            file.text.push_str(BLOCKS);
        }
        file
    };
    files.into_iter().map(extend).collect()
}

fn compiled(files: &[SourceFile]) -> CompiledPlatform {
    let compilation = compile(files);
    let errors = compilation.diagnostics.iter().filter(|it| it.severity == Severity::Error);
    let errors: Vec<_> = errors.map(|it| (it.code, &it.message)).collect();
    compilation.platform.unwrap_or_else(|| panic!("{errors:?}"))
}

/// A platform whose bundle does not have the mapping of `acme`.
fn platform_bundle(platform: &CompiledPlatform) -> Vec<u8> {
    platform.bundle_with_blocks(&BTreeSet::from(["acme"]))
}

fn decoded(bytes: &[u8]) -> Bundle<'_> {
    Bundle::decode(bytes).expect("the compiler's bundles decode")
}

fn terms() -> BlockTerms<'static> {
    BlockTerms { organization: "org_acme", issued: ISSUED, may_grant_protected: true }
}

/// An event of `acme`; `None` if the login has no organization, whose metadata could hold a block.
fn event_of(login: &Login, world: &World) -> Option<Event> {
    let mut json = login.json(world);
    json["organization"] = json!({ "id": "org_acme" });
    // Conditions on metadata do not travel, so there is no need for it.
    Event::from_json(json).ok()
}

/// The same login to another client.
fn with_client(login: &Login, world: &World, client: &str) -> Event {
    let mut json = login.json(world);
    json["organization"] = json!({ "id": "org_acme" });
    json["client"] = json!({ "client_id": client });
    Event::from_json(json).expect("an event")
}

/// What does not depend on which bundle the mapping is in.
fn without_digest(answer: Answer) -> serde_json::Value {
    let mut json = serde_json::to_value(answer).expect("an answer");
    json["bundle"] = json!(null);
    json
}

/// Another platform, as its owners may have changed it after the block was signed.
#[derive(Clone, Debug)]
struct Changed {
    /// The target groups that are left; `staff` always is.
    groups: Vec<&'static str>,
    /// Target groups that are protected in any case.
    protected: Vec<&'static str>,
    /// The applications that still receive a group: positions of pairs of group and application that are gone.
    gone: Vec<usize>,
    applications: Vec<&'static str>,
    tier: Option<(&'static str, &'static str)>,
    /// The groups and the protected groups of the ceiling.
    ceiling: Option<(Vec<&'static str>, Vec<&'static str>)>,
    /// Target groups with a floor before the block was issued, or after.
    floors: Vec<(&'static str, bool)>,
    may_grant_protected: bool,
}

fn changed() -> impl Strategy<Value = Changed> {
    let some = |most: usize| subsequence(&TARGETS[..], 0..=most);
    (
        subsequence(&TARGETS[..], 3..=TARGETS.len()),
        some(4),
        proptest::collection::vec(0..TARGETS.len() * 2, 0..6),
        subsequence(&APPLICATIONS[..], 1..=2),
        option::weighted(
            0.3,
            (proptest::sample::select(&TARGETS[..]), proptest::sample::select(&TARGETS[..])),
        ),
        option::weighted(0.5, (some(TARGETS.len()), some(6))),
        some(4).prop_flat_map(|groups| {
            let after = proptest::collection::vec(any::<bool>(), groups.len());
            after.prop_map(move |after| groups.iter().copied().zip(after).collect())
        }),
        prop::bool::weighted(0.8),
    )
        .prop_map(
            |(groups, protected, gone, applications, tier, ceiling, floors, may_grant_protected)| Changed {
                groups,
                protected,
                gone,
                applications,
                tier,
                ceiling,
                floors,
                may_grant_protected,
            },
        )
}

impl Changed {
    fn has(&self, group: &str) -> bool {
        group == "staff" || self.groups.contains(&group)
    }

    fn is_protected(&self, group: &str) -> bool {
        group != "staff" && self.protected.contains(&group)
    }

    fn files(&self) -> Vec<SourceFile> {
        let mut applications = BTreeMap::new();
        for name in &self.applications {
            let claim = format!("https://claims.example.com/{name}");
            applications.insert(*name, json!({ "clients": [format!("{name}-client")], "claim": claim }));
        }
        let mut groups = BTreeMap::new();
        for (at, group) in TARGETS.iter().enumerate().filter(|(_, group)| self.has(group)) {
            let stays = |number: usize| !self.gone.contains(&(2 * at + number));
            let of = self
                .applications
                .iter()
                .enumerate()
                .filter(|(number, _)| *group == "staff" || stays(*number));
            let of: Vec<_> = of.map(|(_, name)| *name).collect();
            let of = if of.is_empty() { vec!["other"] } else { of };
            let protected = self.is_protected(group);
            groups.insert(*group, json!({ "applications": of, "description": "x", "protected": protected }));
        }
        applications.insert(
            "other",
            json!({ "clients": ["other-client"], "claim": "https://claims.example.com/other" }),
        );
        applications.insert(
            "newer",
            json!({ "clients": ["newer-client"], "claim": "https://claims.example.com/newer" }),
        );
        let mut platform = json!({ "applications": applications, "groups": groups });
        if let Some((higher, lower)) =
            self.tier.filter(|(one, two)| one != two && self.has(one) && self.has(two))
        {
            platform["tiers"] = json!({ "tier": [higher, lower] });
        }
        if let Some((groups, protected)) = &self.ceiling {
            let known = |list: &[&'static str], protected: bool| {
                let kept = list.iter().filter(|it| self.has(it) && self.is_protected(it) == protected);
                kept.copied().collect::<BTreeSet<_>>()
            };
            let mut ceiling = json!({ "groups": known(&[&groups[..], &["staff"]].concat(), false) });
            let protected = known(protected, true);
            if !protected.is_empty() {
                ceiling["protected"] = json!(protected);
            }
            platform["ceilings"] = json!({ "acme": ceiling });
        }
        let mut text = format!("version: 1\n{BLOCKS}");
        let floors = self.floors.iter().filter(|(group, _)| self.has(group));
        let floors: BTreeMap<_, _> =
            floors.map(|(group, after)| (group, FLOORS[usize::from(*after)])).collect();
        if !floors.is_empty() {
            text.push_str(&format!("  floors: {{ groups: {} }}\n", json!(floors)));
        }
        for (key, value) in platform.as_object().expect("an object") {
            text.push_str(&format!("{key}: {value}\n"));
        }
        let connections: BTreeMap<_, _> =
            CONNECTIONS.iter().map(|(name, strategy)| (name, json!({ "strategy": strategy }))).collect();
        let acme = format!(
            "version: 1\norganization: org_acme\nconnections: {}\nrules: [{{id: all, everyone: true, grant: staff}}]\n",
            json!(connections)
        );
        let file = |path: &str, text: String| SourceFile { path: path.to_owned(), text };
        vec![file("platform.yaml", text), file("organizations/acme.yaml", acme)]
    }

    /// Whether the changed platform lets the block grant a group.
    fn permits(&self, group: &str) -> bool {
        let within = match &self.ceiling {
            None => !self.is_protected(group),
            Some((groups, protected)) => {
                let listed = if self.is_protected(group) { protected } else { groups };
                group == "staff" || listed.contains(&group)
            }
        };
        let is_floored = self.floors.iter().any(|(floored, after)| *floored == group && *after);
        within && self.has(group) && !is_floored && (self.may_grant_protected || !self.is_protected(group))
    }
}

/// The world, without the rules that the compiler refuses, with the limits of an application that has none.
fn accepted(mut world: World) -> Result<World, TestCaseError> {
    world.compile().ok_or_else(|| TestCaseError::reject("no rule is left"))?;
    Ok(world)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn block_grants_what_the_embedded_mapping_grants(world in world(), logins in proptest::collection::vec(login(1), 4)) {
        let world = accepted(world)?;
        let platform = compiled(&with_blocks(world.files(&mut |_| ())));
        let Ok(block) = platform.block("acme") else { return Err(TestCaseError::reject("conditions on metadata")) };
        let (embedded, reduced) = (&platform.bundle, platform_bundle(&platform));
        let (embedded, reduced) = (decoded(embedded), decoded(&reduced));
        let block = Block::new(&reduced, decoded(&block.bundle), &terms()).expect("a block of acme");
        for login in &logins {
            let event = event_of(login, &world).expect("an event");
            let (expected, found) = (answer(&embedded, &event), answer_with_block(&reduced, &block, &event));
            prop_assert_eq!(without_digest(found), without_digest(expected));
        }
    }

    #[test]
    fn block_grants_a_subset_under_a_changed_platform(
        world in world(),
        changed in changed(),
        logins in proptest::collection::vec(login(1), 4),
    ) {
        let mut world = accepted(world)?;
        // What the block grants, whatever the applications of its time accept.
        for application in &mut world.applications {
            (application.limit, application.bytes, application.deny_ungranted) = (None, None, false);
        }
        world.ungranted = ["no-groups"; 2];
        let signed = compiled(&with_blocks(world.files(&mut |_| ())));
        let Ok(block) = signed.block("acme") else { return Err(TestCaseError::reject("conditions on metadata")) };
        let (then, now) = (platform_bundle(&signed), platform_bundle(&compiled(&changed.files())));
        let (then, now) = (decoded(&then), decoded(&now));
        let old = Block::new(&then, decoded(&block.bundle), &terms()).expect("a block of acme");
        let terms = BlockTerms { may_grant_protected: changed.may_grant_protected, ..terms() };
        let new = Block::new(&now, decoded(&block.bundle), &terms).expect("a block of acme");
        for login in &logins {
            let event = event_of(login, &world).expect("an event");
            let (before, after) = (answer_with_block(&then, &old, &event), answer_with_block(&now, &new, &event));
            prop_assert!(after.groups.iter().all(|group| before.groups.contains(group)), "{after:?} {before:?}");
            prop_assert!(after.groups.iter().all(|group| changed.permits(group)), "{after:?}");
            // The block says nothing about an application that is newer.
            let newer = answer_with_block(&now, &new, &with_client(login, &world, "newer-client"));
            let answered = (newer.reason, newer.application.as_deref(), newer.groups.len());
            prop_assert_eq!(answered, (Reason::BlockStale, Some("newer"), 0));
            if after.outcome == Outcome::Groups && before.outcome == Outcome::Groups && changed.tier.is_none() {
                let application = after.application.as_deref().expect("an application");
                let at = changed.applications.iter().position(|name| *name == application);
                let stays = |group: &str| {
                    let target = TARGETS.iter().position(|it| *it == group).expect("a target");
                    group == "staff" || at.is_some_and(|at| !changed.gone.contains(&(2 * target + at)))
                };
                let kept = before.groups.iter().filter(|group| changed.permits(group) && stays(group));
                prop_assert_eq!(after.groups.iter().collect::<Vec<_>>(), kept.collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn change_that_only_adds_takes_no_group_away(
        world in world(),
        is_new in proptest::collection::vec(prop::bool::weighted(0.3), 16),
        has_more in proptest::collection::vec((prop::bool::weighted(0.3), prop::bool::weighted(0.2)), 16),
        logins in proptest::collection::vec(login(1), 4),
    ) {
        let mut world = accepted(world)?;
        // Limits and defaults can take groups away.
        for application in &mut world.applications {
            (application.limit, application.bytes, application.deny_ungranted) = (None, None, false);
        }
        world.ungranted = ["no-groups"; 2];
        world.default.clear();
        world.application_defaults = [Vec::new(), Vec::new()];
        let mut earlier = world.clone();
        let mut is_new = is_new.iter();
        earlier.rules.retain(|_| is_new.next() != Some(&true));
        for (rule, (names, groups)) in earlier.rules.iter_mut().zip(&has_more) {
            rule.remove_last(*names, *groups);
        }
        let [earlier, later] = [&earlier, &world].map(|it| compile(&with_blocks(it.files(&mut |_| ()))).platform);
        let (Some(earlier), Some(later)) = (earlier, later) else {
            return Err(TestCaseError::reject("a mapping without rules"));
        };
        let (Ok(before), Ok(after)) = (earlier.block("acme"), later.block("acme")) else {
            return Err(TestCaseError::reject("conditions on metadata"));
        };
        if !later.only_adds("acme", &before.bundle) {
            return Ok(());
        }
        let platform = platform_bundle(&later);
        let platform = decoded(&platform);
        let block = |bundle| Block::new(&platform, bundle, &terms()).expect("a block of acme");
        let (before, after) = (block(decoded(&before.bundle)), block(decoded(&after.bundle)));
        for login in &logins {
            let event = event_of(login, &world).expect("an event");
            let [before, after] = [&before, &after].map(|block| answer_with_block(&platform, block, &event));
            for group in &before.groups {
                let is_above = |tier: &&[&str]| {
                    let own = tier.iter().position(|it| it == group);
                    let higher = own.and_then(|own| tier.get(..own)).unwrap_or_default();
                    higher.iter().any(|higher| after.groups.iter().any(|it| it == higher))
                };
                let is_kept = after.groups.contains(group) || TIERS.iter().any(|(_, tier)| is_above(tier));
                prop_assert!(is_kept, "{group}: {before:?} {after:?}");
            }
        }
    }

    #[test]
    fn block_of_another_organization_is_refused(world in world()) {
        let world = accepted(world)?;
        let platform = compiled(&with_blocks(world.files(&mut |_| ())));
        let reduced = platform_bundle(&platform);
        let block = platform.block("globex").expect("a mapping without conditions");
        prop_assert!(Block::new(&decoded(&reduced), decoded(&block.bundle), &terms()).is_none());
        prop_assert!(Block::new(&decoded(&platform.bundle), decoded(&block.bundle), &BlockTerms { organization: "org_globex", ..terms() }).is_none(), "the platform takes no blocks");
        // A bundle of several organizations is not a block.
        let terms = BlockTerms { organization: "org_acme", ..terms() };
        prop_assert!(Block::new(&decoded(&reduced), decoded(&platform.bundle), &terms).is_none());
    }
}
