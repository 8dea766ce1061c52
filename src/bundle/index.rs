//! The index of a bundle: what every login needs. The mapping of an organization is decoded at its first login.
//!
//! docs/spec/bundle.md describes the format; `compiler/encode.rs` writes it.

mod decode;

use super::application::Application;
use super::block_settings::BlockSettings;
#[cfg(feature = "compiler")]
use super::block_settings::BlockTerms;
use super::mapping::Mapping;
use super::policy::Policy;
use crate::collections::bit_set::BitSet;
use crate::collections::hash_index::HashIndex;
use crate::collections::once::Once;
use crate::ids::{ApplicationId, ConnectionId, Id, LookupId, OrganizationId, SourceId, TargetId};
use crate::login::lookup::Lookup;
use crate::login::source::{Combine, Source};
use crate::text::scan::hash;

/// A platform's compiled mappings, ready to evaluate logins.
///
/// Borrows the encoded bytes. Decoding reads the index only.
#[derive(Debug)]
pub struct Bundle<'b> {
    digest: [u8; 32],
    pub(crate) closed: Policy,
    pub(crate) failure: Policy,
    pub(crate) ungranted: Policy,
    applications: Vec<Application<'b>>,
    /// The registry: the names of the target groups, sorted.
    groups: Vec<&'b str>,
    /// The length of the longest name of a target group, in bytes.
    longest_group: usize,
    /// The target groups of each application.
    groups_of: Vec<BitSet<TargetId>>,
    /// Tiers of target groups, the highest group first. A user keeps only the highest of each tier.
    pub(crate) tiers: Vec<Vec<TargetId>>,
    /// Target groups, each with one that it includes, also by way of others.
    pub(crate) includes: Vec<(TargetId, TargetId)>,
    /// `None` if every customer's mapping is in the bundle.
    pub(crate) block_settings: Option<BlockSettings<'b>>,
    lookups: Vec<Lookup<'b>>,
    sources: Vec<Source<'b>>,
    /// The sources of all connections, connection by connection.
    sources_of: Vec<SourceId>,
    connections: Vec<Connection<'b>>,
    organizations: Vec<Organization<'b>>,
    by_client: HashIndex,
    /// Client ids, each with its application.
    clients: Vec<(&'b str, ApplicationId)>,
    by_organization: HashIndex,
    by_connection: HashIndex,
}

/// A connection of an organization.
#[derive(Clone, Debug)]
pub struct Connection<'b> {
    /// Its name in Auth0.
    pub name: &'b str,
    /// The organization that lists it.
    pub(crate) organization: OrganizationId,
    /// The range of its sources among those of all connections.
    sources: core::ops::Range<usize>,
    /// How several sources are combined.
    pub(crate) combine: Combine,
    /// Whether another organization lists this name too. Set only on the first connection of a name, which is the one that
    /// [`find_connection`](Bundle::find_connection) returns.
    pub(crate) shared: bool,
}

/// A customer organization.
#[derive(Debug)]
pub struct Organization<'b> {
    /// Its name, which is also the name of its mapping file.
    pub name: &'b str,
    /// Its id in Auth0, if it has one.
    pub id: Option<&'b str>,
    pub(crate) connections: core::ops::Range<usize>,
    /// The lookups of the inputs of the mapping's conditions and policies.
    pub(crate) condition_inputs: Vec<LookupId>,
    /// The mapping, as it is encoded.
    pub(crate) encoded: &'b [u8],
    mapping: Once<Option<Box<Mapping<'b>>>>,
}

impl<'b> Bundle<'b> {
    /// The SHA-256 of the bundle's content, which names it in log lines.
    pub fn digest(&self) -> [u8; 32] {
        self.digest
    }

    /// The digest as 64 hexadecimal digits.
    pub fn digest_hex(&self) -> String {
        let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' - 10 + value });
        self.digest.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
    }

    /// The application with this id.
    pub fn application(&self, application: ApplicationId) -> Option<&Application<'b>> {
        self.applications.get(application.index())
    }

    pub(crate) fn applications(&self) -> &[Application<'b>] {
        &self.applications
    }

    /// All client ids, each with its application.
    #[cfg(feature = "compiler")]
    pub(crate) fn clients(&self) -> &[(&'b str, ApplicationId)] {
        &self.clients
    }

    /// The application of this name.
    pub(crate) fn find_application_named(&self, name: &str) -> Option<ApplicationId> {
        let at = self.applications.iter().position(|application| application.name == name)?;
        Some(ApplicationId(at as u32))
    }

    /// The target groups and applications by name, which are what a block can refer to.
    #[cfg(feature = "compiler")]
    pub fn names(&self) -> impl Iterator<Item = &'b str> {
        self.groups.iter().copied().chain(self.applications.iter().map(|application| application.name))
    }

    /// Whether mappings may travel as blocks, so that they are not all in the bundle.
    pub(crate) fn takes_blocks(&self) -> bool {
        self.block_settings.is_some()
    }

    /// What a host needs to verify blocks, as JSON; `None` if every customer's mapping is in the bundle.
    #[cfg(feature = "compiler")]
    pub fn block_verification(&self) -> Option<&'b str> {
        self.block_settings.as_ref().map(|settings| settings.verification)
    }

    /// Whether a block may grant a target group here, by its name. `false` if the bundle takes no blocks, or does not have the
    /// group.
    #[cfg(feature = "compiler")]
    pub fn permits(&self, group: &str, terms: &BlockTerms<'_>) -> bool {
        let settings = self.block_settings.as_ref().zip(self.find_group(group.as_bytes()));
        settings.is_some_and(|(settings, group)| settings.permits(group, terms))
    }

    /// The target groups above others in a tier, by name: a user who has one of them does not keep the others.
    #[cfg(feature = "compiler")]
    pub fn groups_above_others(&self) -> impl Iterator<Item = &'b str> {
        let above = |tier: &Vec<TargetId>| tier.len().saturating_sub(1);
        let groups = self.tiers.iter().flat_map(move |tier| tier.iter().take(above(tier)));
        groups.filter_map(|group| self.group_name(*group))
    }

    /// The names of all target groups, sorted.
    pub(crate) fn group_names(&self) -> &[&'b str] {
        &self.groups
    }

    /// The name of a target group.
    pub fn group_name(&self, group: TargetId) -> Option<&'b str> {
        self.groups.get(group.index()).copied()
    }

    /// The target group of this name.
    pub(crate) fn find_group(&self, name: &[u8]) -> Option<TargetId> {
        let at = self.groups.binary_search_by(|group| group.as_bytes().cmp(name)).ok()?;
        Some(TargetId(at as u32))
    }

    /// Target groups and those that they include.
    #[cfg(feature = "compiler")]
    pub(crate) fn with_included(
        &self,
        groups: impl Iterator<Item = TargetId>,
    ) -> std::collections::BTreeSet<TargetId> {
        let mut all: std::collections::BTreeSet<TargetId> = groups.collect();
        let included = self.includes.iter().filter(|(group, _)| all.contains(group));
        let included: Vec<TargetId> = included.map(|(_, included)| *included).collect();
        all.extend(included);
        all
    }

    /// The target groups of an application.
    pub(crate) fn groups_of(&self, application: ApplicationId) -> Option<&BitSet<TargetId>> {
        self.groups_of.get(application.index())
    }

    /// The lookup with this id.
    pub fn lookup(&self, lookup: LookupId) -> Option<&Lookup<'b>> {
        self.lookups.get(lookup.index())
    }

    /// The sources of a connection's groups.
    pub fn sources(&self, connection: &Connection<'b>) -> impl Iterator<Item = &Source<'b>> + Clone {
        let sources = self.sources_of.get(connection.sources.clone()).unwrap_or_default();
        sources.iter().filter_map(|source| self.sources.get(source.index()))
    }

    /// The lookups for a login through a connection: the values of its sources, then the inputs of conditions and
    /// policies.
    pub(crate) fn lookups(&self, connection: &Connection<'b>) -> impl Iterator<Item = LookupId> {
        let organization = self.organization(connection.organization);
        let inputs = organization.map_or(&[][..], |organization| &organization.condition_inputs);
        self.sources(connection).map(|source| source.lookup).chain(inputs.iter().copied())
    }

    /// The connection with this id.
    pub fn connection(&self, connection: ConnectionId) -> Option<&Connection<'b>> {
        self.connections.get(connection.index())
    }

    /// The organization with this id.
    pub fn organization(&self, organization: OrganizationId) -> Option<&Organization<'b>> {
        self.organizations.get(organization.index())
    }

    /// All organizations, sorted by name.
    pub fn organizations(&self) -> &[Organization<'b>] {
        &self.organizations
    }

    /// The mapping of an organization, decoded at the first call; `None` if it cannot be decoded.
    pub fn mapping(&self, organization: OrganizationId) -> Option<&Mapping<'b>> {
        let organization = self.organization(organization)?;
        let decode = || Mapping::decode(organization.encoded, self.groups.len()).map(Box::new);
        // `get_or_init` would add code for recursive initialization.
        if organization.mapping.get().is_none() {
            drop(organization.mapping.set(decode()));
        }
        organization.mapping.get()?.as_deref()
    }

    /// The length of the longest name of a target group, in bytes.
    pub(crate) fn longest_group(&self) -> usize {
        self.longest_group
    }

    pub(crate) fn group_count(&self) -> usize {
        self.groups.len()
    }

    pub(crate) fn find_application(&self, client: &str) -> Option<ApplicationId> {
        let id = |at: u32| self.clients.get(at as usize).is_some_and(|(id, _)| *id == client);
        let at = self.by_client.find(hash(client.as_bytes()), &id)?;
        self.clients.get(at as usize).map(|(_, application)| *application)
    }

    pub(crate) fn find_organization(&self, id: &str) -> Option<&Organization<'b>> {
        let has_id = |at: u32| {
            self.organizations.get(at as usize).is_some_and(|organization| organization.id == Some(id))
        };
        self.organizations.get(self.by_organization.find(hash(id.as_bytes()), &has_id)? as usize)
    }

    /// The first connection of a name, in any organization.
    pub(crate) fn find_connection(&self, name: &str) -> Option<ConnectionId> {
        let has_name = |at: u32| self.connections.get(at as usize).is_some_and(|it| it.name == name);
        self.by_connection.find(hash(name.as_bytes()), &has_name).map(ConnectionId)
    }

    /// The connection of a name that an organization lists.
    pub(crate) fn find_connection_of(
        &self,
        organization: &Organization<'b>,
        name: &str,
    ) -> Option<ConnectionId> {
        let listed = self.connections.get(organization.connections.clone())?;
        let at = listed.iter().position(|connection| connection.name == name)?;
        Some(ConnectionId((organization.connections.start + at) as u32))
    }
}
