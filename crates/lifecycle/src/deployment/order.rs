//! In which order the Action and the blocks of a deployment are written, so that no login is closed in between.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::blocks::BlocksPlan;
use super::refusal::Refusal;
use crate::block::{ActionReader, BlockRefusal, SignedBlock, Source};
use crate::tenant::Organization;

/// The order of a deployment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "there is no other order")]
pub enum Order {
    /// The Action, and then the blocks.
    ActionFirst,
    /// The blocks, and then the Action.
    BlocksFirst,
    /// An Action that takes old and new blocks, the blocks, and then the Action.
    InBetween,
}

impl fmt::Display for Order {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ActionFirst => "the Action, then the blocks",
            Self::BlocksFirst => "the blocks, then the Action",
            Self::InBetween => "an Action that takes old and new blocks, the blocks, then the Action",
        })
    }
}

/// An organization of a deployment.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Served<'s> {
    /// The id of the Auth0 organization.
    pub id: &'s str,
    /// Its name, for people.
    pub name: &'s str,
    /// The block that its metadata have.
    pub block: &'s Result<SignedBlock, BlockRefusal>,
    /// Whether the deployment writes another one.
    pub is_written: bool,
}

impl<'s> Served<'s> {
    /// An organization of a tenant, with what [`SignedBlock::in_metadata`] says of it.
    pub fn of(
        organization: &'s Organization,
        block: &'s Result<SignedBlock, BlockRefusal>,
        is_written: bool,
    ) -> Self {
        Self { id: &organization.id, name: &organization.name, block, is_written }
    }

    /// Name and id, for people.
    pub fn name_and_id(&self) -> String {
        format!("{} ({})", self.name, self.id)
    }
}

/// Decides the order, from the Action that logins run and the one that they are to run.
///
/// `running` is `None` if logins run no Action of ours.
pub fn order(
    running: Option<&ActionReader>,
    wanted: &ActionReader,
    organizations: &[Served<'_>],
    now: Option<f64>,
) -> Order {
    // Nothing is lost before the first Action, and it finds all blocks.
    let Some(running) = running else { return Order::BlocksFirst };
    let needs = Needs::of(running, wanted, organizations, now);
    match (needs.blocks_before, needs.action_before) {
        (true, true) => Order::InBetween,
        (true, false) => Order::BlocksFirst,
        (false, _) => Order::ActionFirst,
    }
}

/// What has to come before what, so that no login is closed in between.
#[derive(Clone, Copy, Debug)]
struct Needs {
    /// The blocks before the Action that is to run then.
    blocks_before: bool,
    /// An Action that takes the new blocks before these.
    action_before: bool,
}

impl Needs {
    fn of(
        running: &ActionReader,
        wanted: &ActionReader,
        organizations: &[Served<'_>],
        now: Option<f64>,
    ) -> Self {
        let any = |is_needed: &dyn Fn(&Served<'_>) -> bool| organizations.iter().any(is_needed);
        Self {
            blocks_before: any(&|it| it.is_written && is_lost(running, wanted, it, now)),
            // Without a mapping there are no logins that would not understand the new block.
            action_before: any(&|it| {
                it.is_written
                    && running.source(it.id, it.block, now).is_served()
                    && !running.takes_blocks_of(wanted, it.id)
            }),
        }
    }
}

/// Whether the wanted Action would close the logins of an organization as long as its block is the one that is there, or
/// give them what that block said once: the running Action may have had another mapping since.
fn is_lost(running: &ActionReader, wanted: &ActionReader, it: &Served<'_>, now: Option<f64>) -> bool {
    let then = wanted.source(it.id, it.block, now);
    match running.source(it.id, it.block, now) {
        Source::Action => then != Source::Action,
        Source::Block(verified) => match &then {
            Source::Block(then) => !running.withheld_by(wanted, it.id, (&verified, then)).is_empty(),
            _ => !then.is_served(),
        },
        Source::Nowhere(_) => matches!(then, Source::Block(_)),
    }
}

/// The target groups that the block of an organization does not grant under the wanted Action, although people would not have
/// the lower groups of their tiers in place of them. By name.
pub fn withheld(
    running: &ActionReader,
    wanted: &ActionReader,
    it: &Served<'_>,
    now: Option<f64>,
) -> Vec<String> {
    match (running.source(it.id, it.block, now), wanted.source(it.id, it.block, now)) {
        (Source::Block(own), Source::Block(theirs)) => running.withheld_by(wanted, it.id, (&own, &theirs)),
        _ => Vec::new(),
    }
}

/// The organizations that wait for a block before the wanted Action may be deployed, by id.
pub fn waiting<'o>(
    running: &ActionReader,
    wanted: &ActionReader,
    organizations: &[Served<'o>],
    now: Option<f64>,
) -> Vec<&'o str> {
    let waits = |it: &&Served<'o>| it.is_written && is_lost(running, wanted, it, now);
    organizations.iter().filter(waits).map(|it| it.id).collect()
}

impl BlocksPlan {
    /// Decides order and closures again, from what there is when the plan is carried out, and refuses it if others are
    /// needed than it says. Blocks that an earlier run of the plan has written are not `is_written`.
    ///
    /// `running` is what logins run; `None` if they run no Action of ours.
    ///
    /// # Errors
    ///
    /// If the order of the plan would close logins in between, or if it closes other organizations than it says.
    pub fn check_order(
        &self,
        running: Option<&ActionReader>,
        wanted: &ActionReader,
        organizations: &[Served<'_>],
        runs: Runs,
        now: Option<f64>,
    ) -> Result<(), Refusal> {
        if runs == Runs::Wanted {
            return Ok(());
        }
        let left = match self.order {
            // Without an Action in between, or after it, the blocks are next.
            Order::InBetween if runs == Runs::InBetween || self.in_between.is_none() => Order::BlocksFirst,
            order => order,
        };
        let is_safe = match running.map(|running| Needs::of(running, wanted, organizations, now)) {
            None => left == Order::BlocksFirst,
            Some(needs) => match left {
                Order::ActionFirst => !needs.blocks_before,
                Order::BlocksFirst => !needs.action_before,
                Order::InBetween => true,
            },
        };
        if !is_safe {
            let needed = order(running, wanted, organizations, now);
            return Err(Refusal::OrderChanged { planned: self.order, needed });
        }
        let Some(running) = running else { return Ok(()) };
        let closed: Vec<&str> =
            closed_by(running, wanted, organizations, now).into_iter().map(|it| it.id).collect();
        let (mut more, mut fewer) = (Vec::new(), Vec::new());
        // Those that do not exist any more cannot be closed.
        for it in organizations {
            let is_planned = self.closes.iter().any(|id| id == it.id);
            let is_closed = closed.contains(&it.id) && !self.changes.iter().any(|change| change.id == it.id);
            match (is_planned, is_closed) {
                (false, true) => more.push(it.name_and_id()),
                // Later, some of them are closed already.
                (true, false) if runs == Runs::Found => fewer.push(it.name_and_id()),
                _ => {}
            }
        }
        if more.is_empty() && fewer.is_empty() {
            return Ok(());
        }
        Err(Refusal::ClosesOthers { more, fewer })
    }
}

/// What logins run while a plan is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other case")]
pub enum Runs {
    /// What the plan has found.
    Found,
    /// Its Action between the old and the new one.
    InBetween,
    /// The Action that it deploys last.
    Wanted,
    /// Something else, or nothing.
    Other,
}

/// The organizations that one Action serves and another one would not.
pub fn closed_by<'s, 'o>(
    running: &ActionReader,
    other: &ActionReader,
    organizations: &'s [Served<'o>],
    now: Option<f64>,
) -> Vec<&'s Served<'o>> {
    let is_closed = |it: &&Served<'o>| {
        running.source(it.id, it.block, now).is_served() && !other.source(it.id, it.block, now).is_served()
    };
    organizations.iter().filter(is_closed).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use claimsmith::compiler::{CompiledPlatform, compile_whole};
    use claimsmith::diagnostic::SourceFile;

    use super::*;
    use crate::block::{Bundles, LocalKey, Sign, UnsignedBlock, Verification};
    use crate::test_bundle::bundle;

    const DOMAIN: &str = "acme.eu.auth0.com";
    const NOW: Option<f64> = Some(2000.0);

    fn key(byte: u8) -> LocalKey {
        LocalKey::from_seed([byte; 32]).expect("any bytes are a key")
    }

    /// An Action that has some mappings, takes the blocks of some keys, and has some names.
    fn action(embedded: &[&str], keys: &[u8], floor: u32, names: &[&str]) -> ActionReader {
        let key = |byte: &u8| serde_json::json!({ "id": "", "key": claimsmith::hex(&key(*byte).public()), "organizations": null, "protected": true });
        let known: Vec<_> = keys.iter().map(key).collect();
        let text = serde_json::json!({ "domain": DOMAIN, "floor": floor, "floors": {}, "keys": known });
        let texts =
            |texts: &[&str]| -> BTreeSet<String> { texts.iter().map(|it| (*it).to_owned()).collect() };
        ActionReader {
            embedded: texts(embedded),
            verification: if keys.is_empty() { None } else { Verification::from_json(&text.to_string()) },
            names: texts(names),
            bundle: platform("[low, high]", "low", names, keys).bundle_with_blocks(&BTreeSet::from(["acme"])),
        }
    }

    /// A platform with a customer who has a ceiling, and with a tier.
    fn platform(tier: &str, ceiling: &str, names: &[&str], keys: &[u8]) -> CompiledPlatform {
        let groups = [&["high", "low"], names].concat();
        let group = |name: &&str| format!("    {name}: {{ applications: [app], description: Reads. }}\n");
        let key = |byte: &u8| {
            let line = key(*byte).public_line("");
            format!("      k{byte}: {{ public: \"{line}\" }}\n")
        };
        let keys: String = keys.iter().map(key).collect();
        let blocks = if keys.is_empty() { String::new() } else { format!("  blocks:\n    keys:\n{keys}") };
        let text = format!(
            "\
version: 1
platform:
  tenants: {{ only: {{ domain: {DOMAIN} }} }}
  applications: {{ app: {{ clients: [client], claim: https://example.com/app }} }}
  groups:
{}  tiers: {{ level: {tier} }}
  ceilings: {{ acme: {{ groups: [{ceiling}] }} }}
{blocks}organizations:
  acme:
    organization: org_a
    connections: {{ acme-ad: {{ strategy: ad }} }}
    rules:
      - {{ id: a, match: {{ exact: A }}, grant: low }}
      - {{ id: b, match: {{ exact: B }}, grant: [{ceiling}] }}
",
            groups.iter().map(group).collect::<String>(),
        );
        let compilation = compile_whole(&SourceFile { path: "p.yaml".to_owned(), text });
        compilation.platform.unwrap_or_else(|| panic!("{:?}", compilation.diagnostics))
    }

    fn block(byte: u8) -> Result<SignedBlock, BlockRefusal> {
        let unsigned = UnsignedBlock::new(DOMAIN, "org_a", 1000, Bundles::Final(&bundle("org_a", "a")))
            .expect("a block");
        Ok(unsigned.sign(&[&key(byte) as &dyn Sign]).expect("signed"))
    }

    #[test]
    fn no_order_closes_logins_that_are_served() {
        let (one, other, third) = (block(1), block(2), block(3));
        let none = Err(BlockRefusal::NoBlock);
        let check = |running: &ActionReader, wanted: &ActionReader, block, expected| {
            let served = [Served { id: "org_a", name: "a", block, is_written: true }];
            assert_eq!(order(Some(running), wanted, &served, NOW), expected);
        };
        let names = ["viewers"];
        let takes = |keys: &[u8]| action(&[], keys, 0, &names);
        // The mapping leaves the Action.
        check(&action(&["org_a"], &[], 0, &names), &takes(&[1]), &none, Order::BlocksFirst);
        // Another mapping, with the same key; with one key more; with another key.
        check(&takes(&[1]), &takes(&[1]), &one, Order::ActionFirst);
        check(&takes(&[1]), &takes(&[1, 2]), &one, Order::ActionFirst);
        check(&takes(&[1, 2]), &takes(&[2]), &one, Order::BlocksFirst);
        check(&takes(&[1]), &takes(&[2]), &one, Order::InBetween);
        // The floor passes the block, also with a name that the old Action does not know.
        check(&takes(&[1]), &action(&[], &[1], 1500, &names), &one, Order::BlocksFirst);
        check(&takes(&[1]), &action(&[], &[1], 1500, &["viewers", "editors"]), &one, Order::InBetween);
        check(&takes(&[1]), &action(&[], &[1], 0, &["viewers", "editors"]), &one, Order::ActionFirst);
        // An old block must not count again, although the running Action has the mapping, or refuses the block.
        check(&action(&["org_a"], &[1], 0, &names), &takes(&[1]), &one, Order::BlocksFirst);
        check(&takes(&[2]), &takes(&[1, 2]), &one, Order::BlocksFirst);
        check(&takes(&[1]), &takes(&[2]), &other, Order::BlocksFirst);
        // Logins that are closed already cannot be closed.
        check(&takes(&[1]), &takes(&[2]), &third, Order::ActionFirst);
        check(&takes(&[1]), &takes(&[2]), &none, Order::ActionFirst);
        // The mapping returns into the Action.
        check(&takes(&[1]), &action(&["org_a"], &[2], 0, &names), &one, Order::ActionFirst);
        let served = [Served { id: "org_a", name: "a", block: &none, is_written: true }];
        assert_eq!(order(None, &takes(&[1]), &served, NOW), Order::BlocksFirst);
    }

    #[test]
    fn order_keeps_the_groups_of_a_tier() {
        let platform = |ceiling: &str, keys: &[u8]| platform("[high, low]", ceiling, &[], keys);
        let reader = |platform: &CompiledPlatform| {
            ActionReader::of_bundle(&platform.bundle_with_blocks(&BTreeSet::from(["acme"])))
                .expect("a bundle")
        };
        let signed = |platform: &CompiledPlatform| {
            let bundle = platform.block("acme").expect("a block").bundle;
            let unsigned =
                UnsignedBlock::new(DOMAIN, "org_a", 1000, Bundles::Final(&bundle)).expect("a block");
            Ok(unsigned.sign(&[&key(1) as &dyn Sign]).expect("signed"))
        };
        let check =
            |before: &CompiledPlatform, after: &CompiledPlatform, expected, expected_withheld: &[&str]| {
                let block = signed(before);
                let served = Served { id: "org_a", name: "a", block: &block, is_written: true };
                let (running, wanted) = (reader(before), reader(after));
                assert_eq!(order(Some(&running), &wanted, std::slice::from_ref(&served), NOW), expected);
                assert_eq!(withheld(&running, &wanted, &served, NOW), expected_withheld);
            };
        // The new block, under the old ceiling, would give neither group to people who had the lower one.
        check(&platform("low", &[1]), &platform("low, high", &[1]), Order::ActionFirst, &[]);
        // Under the new ceiling, the old block would.
        check(&platform("low, high", &[1]), &platform("low", &[1]), Order::BlocksFirst, &["high"]);
        // The key decides as well.
        check(&platform("low", &[1, 2]), &platform("low, high", &[2]), Order::InBetween, &[]);
        check(&platform("low", &[1]), &platform("low", &[1]), Order::ActionFirst, &[]);
    }

    #[test]
    fn action_in_between_takes_what_either_takes() {
        let (old, new) = (action(&[], &[1], 1200, &[]), action(&[], &[2], 900, &[]));
        let both = old.in_between(&new);
        for byte in [1, 2] {
            assert!(both.source("org_a", &block(byte), NOW).is_served(), "{byte}");
        }
        assert!(!both.source("org_a", &block(3), NOW).is_served());
        let block = block(1);
        let served = [Served { id: "org_a", name: "a", block: &block, is_written: false }];
        assert!(closed_by(&old, &new, &served, NOW).is_empty(), "its floor has passed the block");
        let old = action(&[], &[1], 0, &[]);
        let closed: Vec<String> =
            closed_by(&old, &new, &served, NOW).into_iter().map(Served::name_and_id).collect();
        assert_eq!(closed, ["a (org_a)"]);
    }
}
