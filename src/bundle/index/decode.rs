//! Decodes the index of a bundle, and checks the digest.

use super::{Bundle, Connection, Organization};
use crate::bundle::application::Application;
use crate::bundle::block_settings::BlockSettings;
use crate::bundle::error::BundleError;
use crate::bundle::policy::Policy;
use crate::codec::reader::Reader;
use crate::codec::tags::{FORMAT_VERSION, MAGIC};
use crate::collections::bit_set::BitSet;
use crate::collections::hash_index::HashIndex;
use crate::collections::once::Once;
use crate::ids::{ApplicationId, OrganizationId, TargetId};
use crate::limits::{MAX_APPLICATIONS, MAX_MEMBERSHIPS};
use crate::login::lookup::Lookup;
use crate::login::source::{Combine, Source};

/// The bytes before the body: the magic, the version, the digest.
#[cfg(feature = "compiler")]
const HEADER_BYTES: usize = MAGIC.len() + 1 + 32;

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
}
