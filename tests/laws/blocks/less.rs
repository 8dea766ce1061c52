//! A block under another platform than the one that it was signed for, at logins that send less.
//!
//! Two laws meet here. A block grants nothing that it did not grant when it was signed, so nothing takes the place of a group
//! that the platform withholds now; and a login that sends less gets no more. Both hold, apart from one case: a tier
//! of the block prefers the higher of two groups, and the platform withholds that one now. The person then has neither
//! group; a login that lacks what the higher group needs has the lower one.

use super::*;
use crate::less::{Change, change, is_no_more, lessen};

/// The answers to two logins of which the second sends less, under the changed platform, and the groups of the first when
/// the block was signed.
struct Seen {
    then: Vec<String>,
    with: Vec<String>,
    without: Vec<String>,
}

impl Seen {
    /// Whether a group of the second login is more than the first one has.
    fn is_more(&self, changed: &Changed, group: &String) -> bool {
        let is_below_of_now = changed
            .tier
            .is_some_and(|(higher, lower)| lower == group && self.with.iter().any(|it| it == higher));
        !is_no_more(std::slice::from_ref(group), &self.with) && !is_below_of_now
    }

    /// Whether a group is below one, in a tier of the block, that the first login had when the block was signed and that the
    /// platform withholds now.
    fn is_below_a_withheld_one(&self, group: &String) -> bool {
        let withheld: Vec<String> = self.then.iter().filter(|it| !self.with.contains(it)).cloned().collect();
        !self.then.contains(group) && is_no_more(std::slice::from_ref(group), &withheld)
    }
}

/// What logins with less get, of a world whose block comes to a changed platform; `None` if there is no block.
fn seen(world: &World, changed: &Changed, pairs: &[(Login, Vec<Change>)]) -> Option<Vec<Seen>> {
    let mut world = world.clone();
    world.compile()?;
    // What the block grants, whatever the applications of its time accept.
    for application in &mut world.applications {
        (application.limit, application.bytes, application.deny_ungranted) = (None, None, false);
    }
    world.ungranted = ["no-groups"; 2];
    let signed = compiled(&with_blocks(world.files(&mut |_| ())));
    let block = signed.block("acme").ok()?;
    let (then, now) = (platform_bundle(&signed), platform_bundle(&compiled(&changed.files())));
    let (then, now) = (decoded(&then), decoded(&now));
    let old = Block::new(&then, decoded(&block.bundle), &terms()).expect("a block of acme");
    let terms = BlockTerms { may_grant_protected: changed.may_grant_protected, ..terms() };
    let new = Block::new(&now, decoded(&block.bundle), &terms).expect("a block of acme");
    let pairs = pairs.iter().map(|(login, changes)| {
        let less = lessen(&world, login, changes, |_, _| ());
        let [with, without] = [login, &less].map(|it| {
            // A login without a time has an unknown clock; NaN is that value.
            event_of(it, &world).expect("an event").at(f64::NAN)
        });
        Seen {
            then: answer_with_block(&then, &old, &with).groups,
            with: answer_with_block(&now, &new, &with).groups,
            without: answer_with_block(&now, &new, &without).groups,
        }
    });
    Some(pairs.collect())
}

fn pairs() -> impl Strategy<Value = Vec<(Login, Vec<Change>)>> {
    proptest::collection::vec((login(1), proptest::collection::vec(change(), 1..4)), 8)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..config() })]

    #[test]
    fn sending_less_grants_no_more_under_a_changed_platform_but_below_a_withheld_group(
        world in world(),
        changed in changed(),
        pairs in pairs(),
    ) {
        let all = seen(&world, &changed, &pairs).ok_or_else(|| TestCaseError::reject("no block"))?;
        for seen in all {
            for group in seen.without.iter().filter(|group| seen.is_more(&changed, group)) {
                prop_assert!(
                    seen.is_below_a_withheld_one(group),
                    "{group}: {:?}, {:?} then, {:?} with less", seen.with, seen.then, seen.without
                );
            }
        }
    }
}

/// A platform with the tier, and a mapping whose block was signed under it.
fn tier(ceiling: &str) -> CompiledPlatform {
    let platform = format!(
        "version: 1\n{BLOCKS}applications: {{ one: {{ clients: [one-client], claim: https://claims.example.com/one }} }}\n\
         groups:\n  admins: {{ applications: [one], description: x }}\n  viewers: {{ applications: [one], description: x }}\n\
         tiers: {{ tier: [admins, viewers] }}\n{ceiling}"
    );
    // The block keeps its rule; a mapping that is compiled now cannot grant what is above the ceiling.
    let granted = if ceiling.is_empty() { "admins" } else { "viewers" };
    let acme = format!(
        "version: 1\norganization: org_acme\nconnections: {{ entra: {{ strategy: waad }} }}\nrules:\n\
        - {{ id: admins, everyone: true, when: {{ user: {{ attribute: /department, equals: it }} }}, grant: {granted} }}\n\
        - {{ id: viewers, everyone: true, grant: viewers }}\n"
    );
    let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
    compiled(&[file("platform.yaml", &platform), file("organizations/acme.yaml", &acme)])
}

/// The groups of a person with an attribute, by the block that was signed without a ceiling.
fn groups_in(platform: &CompiledPlatform, user: serde_json::Value) -> Vec<String> {
    let signed = tier("").block("acme").expect("a block");
    let platform = platform_bundle(platform);
    let platform = decoded(&platform);
    let block = Block::new(&platform, decoded(&signed.bundle), &terms()).expect("a block of acme");
    let event = Event::from_json(json!({
        "user": user,
        "connection": { "name": "entra", "strategy": "waad" },
        "client": { "client_id": "one-client" },
        "organization": { "id": "org_acme" },
    }));
    answer_with_block(&platform, &block, &event.expect("an event")).groups
}

#[test]
fn lower_group_does_not_take_the_place_of_one_above_a_lowered_ceiling() {
    let with = || json!({ "groups": ["x"], "department": "it" });
    let without = || json!({ "groups": ["x"] });
    let unchanged = tier("");
    assert_eq!(groups_in(&unchanged, with()), ["admins"]);
    assert_eq!(groups_in(&unchanged, without()), ["viewers"]);
    // Nothing that the block did not grant to this person; and the other keeps what it granted.
    let lowered = tier("ceilings: { acme: { groups: [viewers] } }\n");
    assert_eq!(groups_in(&lowered, with()), [""; 0]);
    assert_eq!(groups_in(&lowered, without()), ["viewers"]);
}
