//! The index of a bundle: what every login needs. The mapping of an organization is decoded at its first login.
//!
//! docs/spec/bundle.md describes the format; `compiler/encode.rs` writes it.

use super::application::Application;
use super::block_settings::BlockSettings;
#[cfg(feature = "compiler")]
use super::block_settings::BlockTerms;
use super::error::BundleError;
use super::mapping::Mapping;
use super::policy::Policy;
use crate::codec::reader::Reader;
use crate::codec::tags::{FORMAT_VERSION, MAGIC};
use crate::collections::bit_set::BitSet;
use crate::collections::hash_index::HashIndex;
use crate::collections::once::Once;
use crate::ids::{ApplicationId, ConnectionId, Id, LookupId, OrganizationId, SourceId, TargetId};
use crate::limits::{MAX_APPLICATIONS, MAX_MEMBERSHIPS};
use crate::login::lookup::Lookup;
use crate::login::source::{Combine, Source};
use crate::text::scan::hash;

/// The bytes before the body: the magic, the version, the digest.
#[cfg(feature = "compiler")]
const HEADER_BYTES: usize = MAGIC.len() + 1 + 32;

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
    /// Checks the digest and decodes the index of an encoded bundle.
    ///
    /// ```
    /// use claimsmith::{Bundle, BundleError};
    ///
    /// assert_eq!(Bundle::decode(b"not a bundle").err(), Some(BundleError::Foreign));
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong with the bytes; nothing of a damaged or foreign bundle is used.
    #[cfg(feature = "compiler")]
    pub fn decode(bytes: &'b [u8]) -> Result<Self, BundleError> {
        use sha2::{Digest, Sha256};
        Self::decode_hashed(bytes, Sha256::digest(bytes.get(HEADER_BYTES..).unwrap_or_default()).into())
    }

    /// Decodes the index of an encoded bundle whose bytes after the header have the SHA-256 `digest`.
    ///
    /// For hosts that can hash natively: in WebAssembly, hashing would take most of a cold start.
    ///
    /// # Errors
    ///
    /// What is wrong with the bytes; nothing of a damaged or foreign bundle is used.
    pub fn decode_hashed(bytes: &'b [u8], digest: [u8; 32]) -> Result<Self, BundleError> {
        let mut reader = Reader::new(bytes);
        if reader.take(MAGIC.len()) != Some(&MAGIC) {
            return Err(BundleError::Foreign);
        }
        match reader.byte() {
            Some(FORMAT_VERSION) => {}
            Some(version) => return Err(BundleError::Version(version)),
            None => return Err(BundleError::Damaged),
        }
        if reader.take(digest.len()) != Some(&digest) {
            return Err(BundleError::Damaged);
        }
        let mut bundle = Self::empty(digest);
        bundle.fill(reader).map(|()| bundle).ok_or(BundleError::Malformed)
    }

    /// An empty bundle, to be filled in place. Returning each list separately would need code that frees the others after
    /// an error, and that code is a good part of the engine.
    fn empty(digest: [u8; 32]) -> Self {
        Self {
            digest,
            closed: Policy::Deny,
            failure: Policy::Deny,
            ungranted: Policy::Deny,
            applications: Vec::new(),
            groups: Vec::new(),
            longest_group: 0,
            groups_of: Vec::new(),
            tiers: Vec::new(),
            includes: Vec::new(),
            block_settings: None,
            lookups: Vec::new(),
            sources: Vec::new(),
            sources_of: Vec::new(),
            connections: Vec::new(),
            organizations: Vec::new(),
            by_client: HashIndex::default(),
            clients: Vec::new(),
            by_organization: HashIndex::default(),
            by_connection: HashIndex::default(),
        }
    }

    /// Reads the body; `None` if it is not well-formed.
    fn fill(&mut self, mut reader: Reader<'b>) -> Option<()> {
        let reader = &mut reader;
        self.closed = Policy::decode(reader)?;
        self.failure = Policy::decode(reader)?;
        self.ungranted = Policy::decode(reader)?;
        self.read_applications(reader)?;
        self.read_groups(reader)?;
        let groups = self.groups.len();
        self.tiers = reader.list(|reader| reader.list(|reader| reader.id(groups)))?;
        self.includes = reader.list(|reader| Some((reader.id(groups)?, reader.id(groups)?)))?;
        if reader.flag()? {
            self.block_settings = Some(BlockSettings::decode(reader, groups)?);
        }
        self.lookups = reader.list(Lookup::decode)?;
        let lookups = self.lookups.len();
        self.sources = reader.list(|reader| Source::decode(reader.id(lookups)?, reader))?;
        self.read_organizations(reader)?;
        self.index();
        reader.is_empty().then_some(())
    }

    fn read_applications(&mut self, reader: &mut Reader<'b>) -> Option<()> {
        let count = reader.count().filter(|count| *count <= MAX_APPLICATIONS)?;
        self.applications = Vec::with_capacity(count);
        self.clients = Vec::with_capacity(count);
        for application in (0..count as u32).map(ApplicationId) {
            self.applications.push(Application::decode(reader)?);
            for _ in 0..reader.count()? {
                self.clients.push((reader.text()?, application));
            }
        }
        Some(())
    }

    fn read_groups(&mut self, reader: &mut Reader<'b>) -> Option<()> {
        let memberships = |count: &usize| count.saturating_mul(self.applications.len());
        let count = reader.count().filter(|count| memberships(count) <= MAX_MEMBERSHIPS)?;
        self.groups = Vec::with_capacity(count);
        self.groups_of = vec![BitSet::new(count); self.applications.len()];
        for group in (0..count as u32).map(TargetId) {
            let name = reader.text()?;
            self.longest_group = self.longest_group.max(name.len());
            self.groups.push(name);
            for _ in 0..reader.count()? {
                self.groups_of.get_mut(reader.number()? as usize)?.insert(group);
            }
        }
        Some(())
    }

    fn read_organizations(&mut self, reader: &mut Reader<'b>) -> Option<()> {
        let count = reader.count()?;
        self.organizations = Vec::with_capacity(count);
        self.connections = Vec::with_capacity(count);
        self.sources_of = Vec::with_capacity(count);
        let mut lengths = Vec::with_capacity(count);
        for organization in (0..count as u32).map(OrganizationId) {
            let name = reader.text()?;
            let id = Some(reader.text()?).filter(|id| !id.is_empty());
            let first = self.connections.len();
            for _ in 0..reader.count()? {
                let connection = self.read_connection(organization, reader)?;
                self.connections.push(connection);
            }
            self.organizations.push(Organization {
                name,
                id,
                connections: first..self.connections.len(),
                condition_inputs: reader.list(|reader| reader.id(self.lookups.len()))?,
                encoded: &[],
                mapping: Once::new(),
            });
            lengths.push(reader.number()? as usize);
        }
        for (organization, len) in self.organizations.iter_mut().zip(lengths) {
            organization.encoded = reader.take(len)?;
        }
        Some(())
    }

    fn read_connection(
        &mut self,
        organization: OrganizationId,
        reader: &mut Reader<'b>,
    ) -> Option<Connection<'b>> {
        let name = reader.text()?;
        let first = self.sources_of.len();
        for _ in 0..reader.count()? {
            self.sources_of.push(reader.id(self.sources.len())?);
        }
        let combine = match self.sources_of.len() - first {
            // A connection that sends no groups has no source: nothing is read, and nothing is missing.
            0 | 1 => Combine::First,
            _ if reader.flag()? => Combine::All,
            _ => Combine::First,
        };
        let sources = first..self.sources_of.len();
        Some(Connection { name, organization, sources, combine, shared: false })
    }

    /// Indexes clients, organizations and connections by the ids and names in logins.
    fn index(&mut self) {
        let client = |at: u32| self.clients.get(at as usize).map(|(id, _)| id.as_bytes());
        self.by_client = HashIndex::build(self.clients.len(), &client, &mut |_, _| ());
        let id = |at: u32| self.organizations.get(at as usize)?.id.map(str::as_bytes);
        self.by_organization = HashIndex::build(self.organizations.len(), &id, &mut |_, _| ());
        let mut shared = Vec::new();
        let name = |at: u32| self.connections.get(at as usize).map(|connection| connection.name.as_bytes());
        self.by_connection =
            HashIndex::build(self.connections.len(), &name, &mut |first, _| shared.push(first));
        for first in shared {
            if let Some(connection) = self.connections.get_mut(first as usize) {
                connection.shared = true;
            }
        }
    }

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
