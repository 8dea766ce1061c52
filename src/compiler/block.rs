//! Mappings that travel as blocks: the bundle of one customer alone, and the platform's bundle without these customers.
//!
//! docs/spec/block.md describes both.

use std::collections::{BTreeMap, BTreeSet};

use super::grants::GrantChecker;
use super::lowered::{LoweredCondition, LoweredMapping};
use super::one_organization::OwnGroups;
use super::{CompiledPlatform, encode, lower, slices};
use crate::bundle::application::OverLimit;
use crate::bundle::policy::Policy;
use crate::codec::writer::Writer;
use crate::language::model::{Application, Limits, Organization, Tokens};
use crate::language::tenants::ByTenant;
use crate::text::hex::hex;
use crate::text::public_key::key_id;
use serde::Serialize;

/// The mapping of one customer, to be signed.
#[derive(Debug)]
#[non_exhaustive]
pub struct Block {
    /// The id of the customer's Auth0 organization.
    pub organization_id: String,
    /// The bundle with the mapping alone.
    pub bundle: Vec<u8>,
    /// Whether it can grant a protected group, which not every key may sign.
    pub grants_protected: bool,
}

/// Why a mapping cannot travel as a block.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotABlock {
    /// There is no such organization in the tenant.
    UnknownOrganization,
    /// It has no Auth0 organization, whose metadata could hold a block.
    NoOrganizationId,
    /// A rule has a condition on metadata of the organization, the connection or the client. Metadata is not signed, and
    /// who can write the block could change it as well.
    UnsignedCondition {
        /// The id of the rule.
        rule: String,
    },
}

impl CompiledPlatform {
    /// The mapping of an organization, by its name, as a block.
    ///
    /// ```
    /// use claimsmith::compiler::compile_whole;
    /// use claimsmith::diagnostic::SourceFile;
    ///
    /// let text = "\
    /// version: 1
    /// platform:
    ///   applications: { qlik: { clients: [client], claim: https://example.com/qlik } }
    ///   groups: { bi-viewers: { applications: [qlik], description: Reads dashboards. } }
    /// organizations:
    ///   acme:
    ///     organization: org_Acme
    ///     connections: { acme-ad: { strategy: ad } }
    ///     rules: [{ id: sales, match: { exact: Sales }, grant: bi-viewers }]
    /// ";
    /// let file = SourceFile { path: "example.yaml".to_owned(), text: text.to_owned() };
    /// let platform = compile_whole(&file).platform.expect("no errors");
    /// let block = platform.block("acme").expect("a block");
    /// assert_eq!(block.organization_id, "org_Acme");
    /// assert!(platform.block("globex").is_err());
    /// ```
    ///
    /// # Errors
    ///
    /// Why the mapping cannot travel on its own; it has to be in the Action.
    pub fn block(&self, organization: &str) -> Result<Block, NotABlock> {
        let mut all = self.organizations();
        self.block_of(all.find(|it| it.name == organization).ok_or(NotABlock::UnknownOrganization)?, |_| ())
    }

    /// The block of an organization, after a change of its mapping.
    pub(super) fn block_of(
        &self,
        organization: &Organization,
        change: impl FnOnce(&mut LoweredMapping),
    ) -> Result<Block, NotABlock> {
        let platform = &self.model.platform;
        let mut mapping = lower::lower(organization, platform, self.tenant, &mut Vec::new());
        change(&mut mapping);
        let organization_id = mapping.id.clone().ok_or(NotABlock::NoOrganizationId)?;
        let reads_metadata = |condition: &LoweredCondition| condition.reads_metadata();
        let unsigned = mapping.rules.iter().find(|rule| rule.condition.as_ref().is_some_and(reads_metadata));
        if let Some(rule) = unsigned {
            return Err(NotABlock::UnsignedCondition { rule: rule.id.clone() });
        }
        let own = OwnGroups::of(&mapping, platform);
        let is_protected = |at: &usize| platform.groups.get(*at).is_some_and(|group| group.protected);
        let grants_protected = own.granted.iter().any(is_protected);
        own.renumber(&mut mapping);
        let mut reduced = own.reduce(platform);
        reduced.applications.iter_mut().for_each(keep_name);
        let bundle = encode::encode(&reduced, self.tenant, vec![mapping], None).bundle;
        Ok(Block { organization_id, bundle, grants_protected })
    }

    /// Whether a rule of an organization, by its name, has a condition on metadata of the organization, the connection or
    /// the client.
    pub fn reads_metadata(&self, organization: &str) -> bool {
        let mut all = self.organizations();
        let Some(organization) = all.find(|it| it.name == organization) else { return false };
        let mapping = lower::lower(organization, &self.model.platform, self.tenant, &mut Vec::new());
        let reads = |condition: &LoweredCondition| condition.reads_metadata();
        mapping.rules.iter().any(|rule| rule.condition.as_ref().is_some_and(reads))
    }

    /// The platform of an Action that does not have the mappings of some organizations, by name, because they travel.
    #[must_use]
    pub fn without_traveling(mut self, organizations: &BTreeSet<&str>) -> Self {
        self.bundle = self.bundle_with_blocks(organizations);
        self.traveling = organizations.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// The bundle of an Action without the organizations whose mappings travel as blocks, by name.
    pub fn bundle_with_blocks(&self, organizations: &BTreeSet<&str>) -> Vec<u8> {
        self.bundle_with_verification(organizations, self.verification())
    }

    /// The same with other settings for verifying blocks, as JSON, such as those of an Action that replaces another one in
    /// two steps.
    pub fn bundle_with_verification(
        &self,
        organizations: &BTreeSet<&str>,
        verification: Option<String>,
    ) -> Vec<u8> {
        let platform = &self.model.platform;
        let (traveling, kept): (Vec<&Organization>, Vec<&Organization>) =
            self.organizations().partition(|it| organizations.contains(it.name.as_str()));
        let lower = |it: &&Organization| lower::lower(it, platform, self.tenant, &mut Vec::new());
        let settings = self.encode_settings(&traveling, verification);
        let mut mappings: Vec<LoweredMapping> = kept.iter().map(lower).collect();
        // Without an organization, a login cannot lead to the one of two customers whose mapping is in the Action.
        let elsewhere = traveling.iter().flat_map(|it| &it.connections);
        let elsewhere: BTreeSet<&str> = elsewhere.map(|it| it.name.value.as_str()).collect();
        let names = mappings.iter().flat_map(|it| &it.connections).map(|it| &it.name);
        let shared: BTreeSet<String> =
            names.filter(|name| elsewhere.contains(name.as_str())).cloned().collect();
        mappings.extend(slices::ambiguous(shared.iter()));
        encode::encode(platform, self.tenant, mappings, settings).bundle
    }

    /// The settings for blocks in a bundle, if the platform takes blocks.
    fn encode_settings(&self, traveling: &[&Organization], verification: Option<String>) -> Option<Vec<u8>> {
        let platform = &self.model.platform;
        let mut writer = Writer::default();
        writer.text(&verification?);
        let protected = |at: &usize| platform.groups.get(*at).is_some_and(|group| group.protected);
        let protected: Vec<usize> = (0..platform.groups.len()).filter(protected).collect();
        writer.list(&protected, |writer, group| writer.number(*group));
        let position = |name: &str| platform.groups.iter().position(|group| group.name.value == name);
        let floors = self.block_settings()?.group_floors();
        let mut floors: Vec<(usize, u32)> =
            floors.filter_map(|(name, floor)| Some((position(name)?, floor))).collect();
        floors.sort_unstable();
        writer.list(&floors, |writer, (group, floor)| {
            writer.number(*group);
            writer.number(*floor as usize);
        });
        let mut ceilings: Vec<(&str, Vec<usize>)> = Vec::new();
        for organization in traveling {
            let checker = GrantChecker::new(platform, organization);
            if let (Some(id), Some(_)) = (organization.ids.get(self.tenant), checker.bounds.ceiling) {
                let allowed = platform.groups.iter().enumerate().filter(|(_, group)| checker.allows(group));
                ceilings.push((&id.value, allowed.map(|(at, _)| at).collect()));
            }
        }
        ceilings.sort_unstable();
        writer.list(&ceilings, |writer, (organization, groups)| {
            writer.text(organization);
            writer.list(groups, |writer, group| writer.number(*group));
        });
        Some(writer.bytes)
    }

    /// What a host needs to verify blocks, as JSON: the text of kind 5 that docs/spec/block.md describes. `None` if the
    /// platform takes no blocks, or declares no tenant.
    pub fn verification(&self) -> Option<String> {
        let settings = self.block_settings()?;
        let id = |name: &str| {
            let organization = self.organizations().find(|it| it.name == name)?;
            Some(organization.ids.get(self.tenant)?.value.clone())
        };
        let key = |key: super::BlockKey<'_>| VerificationKey {
            id: hex(&key_id(key.public())),
            key: hex(key.public()),
            organizations: key.organizations().map(|names| names.filter_map(id).collect()),
            protected: key.may_sign_protected(),
        };
        let names = self.organizations().map(|it| it.name.as_str());
        let mut floors: BTreeMap<String, u32> =
            names.filter_map(|name| Some((id(name)?, settings.organization_floor(name)))).collect();
        for (id, floor) in settings.floors_by_id() {
            let known = floors.entry(id.to_owned()).or_insert(floor);
            *known = floor.max(*known);
        }
        floors.retain(|_, floor| *floor > settings.floor());
        let verification = Verification {
            domain: self.tenant()?.domain(),
            floor: settings.floor(),
            floors,
            keys: settings.keys().map(key).collect(),
        };
        serde_json::to_string(&verification).ok()
    }
}

/// Removes what only the Action's platform decides.
fn keep_name(application: &mut Application) {
    application.clients = ByTenant::nowhere();
    (application.claim, application.saml_attribute) = (None, None);
    (application.joined_by, application.provenance) = (None, None);
    application.tokens = Tokens { id: false, access: false };
    application.limits = Limits { groups: 0, name_characters: 0, claim_bytes: 0, over: OverLimit::Deny };
    application.ungranted = Policy::NoGroups;
}

/// What a host needs to verify blocks.
#[derive(Serialize)]
struct Verification<'p> {
    domain: &'p str,
    floor: u32,
    floors: BTreeMap<String, u32>,
    keys: Vec<VerificationKey>,
}

/// A key that may sign blocks.
#[derive(Serialize)]
struct VerificationKey {
    id: String,
    key: String,
    organizations: Option<Vec<String>>,
    protected: bool,
}
