//! What an Action knows about blocks, and which organizations it serves.

use std::collections::{BTreeMap, BTreeSet};

use claimsmith::{BlockTerms, Bundle, OrganizationId, hex, key_id};
use serde::{Deserialize, Serialize};

use super::refusal::BlockRefusal;
use super::statement::SignedBlock;
use super::verify::{Expected, KnownKey, Verified, verify};

/// What an Action knows about blocks: the text of kind 5 that docs/spec/block.md describes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Verification {
    /// The tenant's domain.
    pub domain: String,
    /// The second before which no block may have been issued, since 1970.
    pub floor: u32,
    /// Later floors, by the id of the Auth0 organization.
    pub floors: BTreeMap<String, u32>,
    /// The keys that may sign.
    pub keys: Vec<VerificationKey>,
}

/// A key that may sign blocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct VerificationKey {
    /// The key's id, in hexadecimal digits.
    pub id: String,
    /// The 32 bytes of the public key, in hexadecimal digits.
    pub key: String,
    /// The ids of the Auth0 organizations whose blocks it may sign; `None` if it is all.
    pub organizations: Option<Vec<String>>,
    /// Whether these blocks may grant protected groups.
    pub protected: bool,
}

impl VerificationKey {
    /// A key that may sign for all organizations, and whose blocks grant no protected group.
    pub fn of_all(public: &[u8; 32]) -> Self {
        Self { id: hex(&key_id(public)), key: hex(public), organizations: None, protected: false }
    }

    fn may_sign(&self, organization: &str) -> bool {
        self.organizations.as_ref().is_none_or(|all| all.iter().any(|it| it == organization))
    }

    fn public(&self) -> Option<[u8; 32]> {
        let digits = self.key.as_bytes();
        let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
        let bytes: Option<Vec<u8>> = digits.chunks(2).map(byte).collect();
        bytes?.try_into().ok()
    }
}

/// Whether a scope has all organizations of another one; `None` is all organizations.
fn covers(scope: &Option<Vec<String>>, other: &Option<Vec<String>>) -> bool {
    match (scope, other) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(scope), Some(other)) => other.iter().all(|id| scope.contains(id)),
    }
}

/// Whether some bytes are a bundle with the mapping of one organization, by its id, and no other.
fn is_of(bundle: &[u8], organization: &str) -> bool {
    let Ok(bundle) = Bundle::decode(bundle) else { return false };
    matches!(bundle.organizations(), [only] if only.id == Some(organization))
        && bundle.mapping(OrganizationId(0)).is_some()
}

impl Verification {
    /// Reads the text that an Action has; `None` if it is not of this version.
    pub fn from_json(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// The text for an Action.
    pub fn to_json(&self) -> String {
        // Texts, numbers and lists alone are always JSON.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The second before which no block of an organization may have been issued.
    pub fn floor_of(&self, organization: &str) -> u32 {
        self.floors.get(organization).copied().unwrap_or_default().max(self.floor)
    }

    /// Checks a block of an organization as a login at a time does.
    ///
    /// # Errors
    ///
    /// The first reason not to use it.
    pub fn verify(
        &self,
        organization: &str,
        block: &SignedBlock,
        now: Option<f64>,
    ) -> Result<Verified, BlockRefusal> {
        let known = |key: &VerificationKey| {
            let may_sign = key.may_sign(organization);
            Some(KnownKey { public: key.public()?, may_sign, protected: key.protected })
        };
        let keys: Vec<KnownKey> = self.keys.iter().filter_map(known).collect();
        let floor = self.floor_of(organization);
        let verified =
            verify(block, Expected { domain: &self.domain, organization, keys: &keys, floor, now })?;
        // The Action loads all bundles of a block before it uses one.
        let bundles = verified.candidate.iter().map(|(candidate, _)| candidate).chain([&verified.bundle]);
        if bundles.into_iter().all(|bundle| is_of(bundle, organization)) {
            Ok(verified)
        } else {
            Err(BlockRefusal::Damaged)
        }
    }

    /// Whether every block of an organization that `other` takes because of its key is taken here as well, with the same
    /// meaning.
    fn knows_keys_of(&self, other: &Self, organization: &str) -> bool {
        other.keys.iter().filter(|key| key.may_sign(organization)).all(|key| {
            let own = self.keys.iter().find(|own| own.key == key.key && own.may_sign(organization));
            own.is_some_and(|own| own.protected || !key.protected)
        })
    }

    /// Whether it takes blocks that `other` refuses: of a key that `other` does not know or trusts less, or from before its
    /// floor.
    pub fn takes_more_than(&self, other: &Self) -> bool {
        let trusts_more = |key: &VerificationKey| {
            let known = other.keys.iter().find(|it| it.key == key.key);
            known.is_none_or(|known| {
                !covers(&known.organizations, &key.organizations) || (key.protected && !known.protected)
            })
        };
        let ids = self.floors.keys().chain(other.floors.keys());
        self.floor < other.floor
            || ids.into_iter().any(|id| self.floor_of(id) < other.floor_of(id))
            || self.keys.iter().any(trusts_more)
    }

    /// What takes the blocks that either takes.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.floor = self.floor.min(other.floor);
        let ids: BTreeSet<&String> = self.floors.keys().chain(other.floors.keys()).collect();
        let floor = |id: &&String| ((*id).clone(), self.floor_of(id).min(other.floor_of(id)));
        both.floors = ids.iter().map(floor).filter(|(_, floor)| *floor > both.floor).collect();
        for key in &other.keys {
            match both.keys.iter_mut().find(|own| own.key == key.key) {
                None => both.keys.push(key.clone()),
                Some(own) => {
                    // Whether it may grant protected groups is what the files say now. A key that may sign for other
                    // organizations now must not have that for those of before.
                    own.protected &= key.protected || covers(&own.organizations, &key.organizations);
                    own.organizations = match (own.organizations.take(), &key.organizations) {
                        (Some(mut own), Some(others)) => {
                            own.extend(others.iter().cloned());
                            own.sort_unstable();
                            own.dedup();
                            Some(own)
                        }
                        _ => None,
                    };
                }
            }
        }
        both
    }
}

/// Which organizations an Action serves, and what it knows of names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ActionReader {
    /// The ids of the Auth0 organizations whose mappings are in the Action.
    pub embedded: BTreeSet<String>,
    /// `None` if it takes no blocks.
    pub verification: Option<Verification>,
    /// The names of its target groups and applications.
    pub names: BTreeSet<String>,
    /// Its bundle.
    pub bundle: Vec<u8>,
}

/// Where the mapping of an organization comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no other case")]
pub enum Source {
    /// From the Action.
    Action,
    /// From its block.
    Block(Verified),
    /// From nowhere: its logins are closed.
    Nowhere(BlockRefusal),
}

impl Source {
    /// Whether logins can be mapped.
    pub fn is_served(&self) -> bool {
        !matches!(self, Self::Nowhere(_))
    }
}

impl ActionReader {
    /// What the Action with a bundle knows; `None` if this version cannot read it.
    pub fn of_bundle(bytes: &[u8]) -> Option<Self> {
        let bundle = Bundle::decode(bytes).ok()?;
        let verification = match bundle.block_verification() {
            Some(text) => Some(Verification::from_json(text)?),
            None => None,
        };
        let ids = bundle.organizations().iter().filter_map(|organization| organization.id);
        Some(Self {
            embedded: ids.map(str::to_owned).collect(),
            verification,
            names: bundle.names().map(str::to_owned).collect(),
            bundle: bytes.to_vec(),
        })
    }

    /// The Action between this one, which logins run, and another one: it has the names and groups of the other one, takes the
    /// blocks that either takes, and keeps the mappings that are in this one.
    #[must_use]
    pub fn in_between(&self, wanted: &Self) -> Self {
        let verification = match (&wanted.verification, &self.verification) {
            (Some(wanted), Some(running)) => Some(wanted.or(running)),
            (wanted, running) => wanted.clone().or_else(|| running.clone()),
        };
        let embedded = wanted.embedded.union(&self.embedded).cloned().collect();
        Self { embedded, verification, ..wanted.clone() }
    }

    /// Where the mapping of an organization comes from, if its metadata have a block, or what is wrong with it.
    pub fn source(
        &self,
        organization: &str,
        block: &Result<SignedBlock, BlockRefusal>,
        now: Option<f64>,
    ) -> Source {
        if self.embedded.contains(organization) {
            return Source::Action;
        }
        let Some(verification) = &self.verification else { return Source::Nowhere(BlockRefusal::NoBlock) };
        let verified = block.as_ref().map_err(|refusal| *refusal);
        match verified.and_then(|block| verification.verify(organization, block, now)) {
            Ok(verified) => Source::Block(verified),
            Err(refusal) => Source::Nowhere(refusal),
        }
    }

    /// Whether a block of an organization that was signed for `other` means here what it means there.
    pub fn takes_blocks_of(&self, other: &Self, organization: &str) -> bool {
        if self.embedded.contains(organization) {
            return true;
        }
        let knows_keys = match (&self.verification, &other.verification) {
            (Some(own), Some(other)) => own.knows_keys_of(other, organization),
            _ => false,
        };
        knows_keys && other.names.is_subset(&self.names) && self.permits_all_of(other, organization)
    }

    /// Whether a block of an organization may grant here what a new one may grant in `other`.
    fn permits_all_of(&self, other: &Self, organization: &str) -> bool {
        let (Ok(own), Ok(theirs)) = (Bundle::decode(&self.bundle), Bundle::decode(&other.bundle)) else {
            return false;
        };
        // A block that is signed now is above all floors, and whether its key may sign protected groups is compared apart.
        let terms = BlockTerms { organization, issued: u32::MAX, may_grant_protected: true };
        let all = &mut other.names.iter();
        all.all(|name| !theirs.permits(name, &terms) || own.permits(name, &terms))
    }

    /// The target groups that a block grants in this Action and not in `other`, although it has lower groups of their tiers:
    /// these do not take their place, so people would have neither. By name.
    pub fn withheld_by(
        &self,
        other: &Self,
        organization: &str,
        (own, theirs): (&Verified, &Verified),
    ) -> Vec<String> {
        let decoded =
            (Bundle::decode(&self.bundle), Bundle::decode(&other.bundle), Bundle::decode(&own.bundle));
        let (Ok(here), Ok(there), Ok(block)) = decoded else { return Vec::new() };
        let terms = |verified: &Verified| BlockTerms {
            organization,
            issued: verified.issued,
            may_grant_protected: verified.protected,
        };
        let is_withheld =
            |name: &&str| here.permits(name, &terms(own)) && !there.permits(name, &terms(theirs));
        block.groups_above_others().filter(is_withheld).map(str::to_owned).collect()
    }

    /// The target groups that a block grants in `other` and not in this Action, at any time. By name.
    pub fn granted_only_by(
        &self,
        other: &Self,
        organization: &str,
        (own, theirs): (&Verified, &Verified),
    ) -> Vec<String> {
        let (Ok(here), Ok(there)) = (Bundle::decode(&self.bundle), Bundle::decode(&other.bundle)) else {
            return Vec::new();
        };
        let terms = |verified: &Verified| BlockTerms {
            organization,
            issued: verified.issued,
            may_grant_protected: verified.protected,
        };
        let is_more = |name: &&str| there.permits(name, &terms(theirs)) && !here.permits(name, &terms(own));
        let bundles = theirs.candidate.iter().map(|(candidate, _)| candidate).chain([&theirs.bundle]);
        let blocks = bundles.filter_map(|bundle| Bundle::decode(bundle).ok());
        let names: BTreeSet<String> = blocks
            .flat_map(|block| block.names().filter(is_more).map(str::to_owned).collect::<Vec<_>>())
            .collect();
        names.into_iter().collect()
    }
}
