//! The bundle: a whole platform's compiled mappings as bytes.
//!
//! ```text
//! "CSMB"  version (1 byte)  SHA-256 of the body (32 bytes)  body
//! ```
//! The body holds what every login needs (policies, applications, the registry of target groups, tiers, what is to
//! be read where, and which organization and connection leads where) and then one block per organization, which is decoded
//! when its first login arrives, without touching the others. Numbers are LEB128, texts have their length before
//! them. The compiler writes it (`compiler/encode.rs`).

#[cfg(target_arch = "wasm32")]
use core::cell::OnceCell as OnceLock;
#[cfg(not(target_arch = "wasm32"))]
use std::sync::OnceLock;

use super::mapping::{Mapping, Policy};
use crate::codec::reader::Reader;
use crate::collections::bit_set::BitSet;
use crate::collections::hash_index::HashIndex;
use crate::limits::{MAX_APPLICATIONS, MAX_MEMBERSHIPS};
use crate::login::lookup::Lookup;
use crate::login::source::{Combine, Source};
use crate::text::scan::hash;

pub(crate) const MAGIC: [u8; 4] = *b"CSMB";

/// The bytes before the body: the magic, the version, the digest.
#[cfg(feature = "compiler")]
const HEADER_BYTES: usize = MAGIC.len() + 1 + 32;

/// The version of the bundle format that this engine reads and the compiler writes.
pub const FORMAT_VERSION: u8 = 3;

/// A platform's compiled mappings, ready to evaluate logins.
///
/// Borrows the encoded bytes; decoding reads the index only.
#[derive(Debug)]
pub struct Bundle<'b> {
    digest: [u8; 32],
    pub(crate) closed: Policy,
    pub(crate) failure: Policy,
    applications: Vec<Application<'b>>,
    /// The registry: the names of the target groups.
    groups: Vec<&'b str>,
    /// The bytes of the longest of their names.
    longest_group: usize,
    /// The target groups of each application.
    groups_of: Vec<BitSet>,
    /// Orders of target groups, the highest first, of which a user keeps one.
    pub(crate) tiers: Vec<Vec<u32>>,
    reads: Vec<Lookup<'b>>,
    sources: Vec<Source<'b>>,
    /// The sources of all connections, one behind the other.
    sources_of: Vec<u32>,
    connections: Vec<Connection<'b>>,
    organizations: Vec<Organization<'b>>,
    by_client: HashIndex,
    /// Client ids, each with its application.
    clients: Vec<(&'b str, u32)>,
    by_organization: HashIndex,
    by_connection: HashIndex,
}

/// An application of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Application<'b> {
    /// Its name on the platform.
    pub name: &'b str,
    /// The name of its groups claim.
    pub claim: &'b str,
    /// Whether the ID token carries the claim.
    pub id_token: bool,
    /// Whether the access token carries the claim.
    pub access_token: bool,
    /// The SAML attribute that carries the groups too.
    pub saml_attribute: Option<&'b str>,
    /// The claim that tells the bundle's digest and the rules that fired.
    pub provenance: Option<&'b str>,
    /// The most groups of one user.
    pub max_groups: u32,
    /// The longest groups claim, in bytes of its JSON.
    pub max_claim_bytes: u32,
    /// What happens with a login that exceeds one of the two.
    pub over_limit: OverLimit,
}

/// A connection of an organization.
#[derive(Clone, Debug)]
pub struct Connection<'b> {
    /// Its name in Auth0.
    pub name: &'b str,
    /// The position of the organization that lists it.
    pub(crate) organization: u32,
    /// Where its sources stand among those of all connections.
    sources: core::ops::Range<usize>,
    /// What several sources are together.
    pub(crate) combine: Combine,
    /// Whether another organization lists a connection of this name too.
    pub(crate) shared: bool,
}

/// A customer organization.
#[derive(Debug)]
pub struct Organization<'b> {
    /// Its name, which is its mapping file's.
    pub name: &'b str,
    /// Its id in Auth0, if it has one.
    pub id: Option<&'b str>,
    pub(crate) connections: core::ops::Range<usize>,
    /// What conditions and policies of the mapping go by: positions of reads.
    facts: Vec<u32>,
    block: &'b [u8],
    mapping: OnceLock<Option<Box<Mapping<'b>>>>,
}

/// What happens with a login whose groups are more than its application accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the engine has to act on every policy")]
pub enum OverLimit {
    /// It goes on, with no groups.
    NoGroups,
    /// It is refused.
    Deny,
    /// It goes on with the first groups, in the order of their names.
    Truncate,
}

/// Why bytes are not a bundle that this engine can use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BundleError {
    /// They do not begin like a bundle.
    Foreign,
    /// They are a bundle of another format version.
    Version(u8),
    /// They changed since they were written: the digest does not fit.
    Damaged,
    /// Their digest fits, but they break the format.
    Malformed,
}

impl core::fmt::Display for BundleError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Foreign => formatter.write_str("these bytes are not a bundle"),
            Self::Version(version) => write!(
                formatter,
                "the bundle has format version {version}, and this engine reads version {FORMAT_VERSION}; \
                 build it again with this version of claimsmith"
            ),
            Self::Damaged => {
                formatter.write_str("the bundle is damaged: its digest does not fit; build it again")
            }
            Self::Malformed => formatter.write_str("the bundle breaks its format; build it again"),
        }
    }
}

impl core::error::Error for BundleError {}

impl<'b> Bundle<'b> {
    /// Checks the digest and decodes the index of an encoded bundle.
    ///
    /// # Errors
    ///
    /// What is wrong with the bytes; nothing of a damaged or foreign bundle is used.
    #[cfg(feature = "compiler")]
    pub fn decode(bytes: &'b [u8]) -> Result<Self, BundleError> {
        use sha2::{Digest, Sha256};
        Self::decode_hashed(bytes, Sha256::digest(bytes.get(HEADER_BYTES..).unwrap_or_default()).into())
    }

    /// Decodes the index of an encoded bundle, all of whose bytes behind the header have the SHA-256 `digest`.
    ///
    /// For hosts that can hash natively: in WebAssembly it would take most of a cold start.
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

    /// A bundle with nothing in it. It is filled in its place: what a list of its own would need where something is
    /// wrong, to be given back, is a good part of the code that a cold start waits for.
    fn empty(digest: [u8; 32]) -> Self {
        Self {
            digest,
            closed: Policy::Deny,
            failure: Policy::Deny,
            applications: Vec::new(),
            groups: Vec::new(),
            longest_group: 0,
            groups_of: Vec::new(),
            tiers: Vec::new(),
            reads: Vec::new(),
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
        self.read_applications(reader)?;
        self.read_groups(reader)?;
        let count = self.groups.len();
        let group = |reader: &mut Reader<'b>| reader.number().filter(|group| (*group as usize) < count);
        self.tiers = reader.list(|reader| reader.list(group))?;
        self.reads = reader.list(Lookup::decode)?;
        let reads = &self.reads;
        self.sources = reader.list(|reader| Source::decode(position(reader, reads)?, reader))?;
        self.read_organizations(reader)?;
        self.index();
        reader.is_empty().then_some(())
    }

    fn read_applications(&mut self, reader: &mut Reader<'b>) -> Option<()> {
        let count = reader.count().filter(|count| *count <= MAX_APPLICATIONS)?;
        // Room for as many as there usually are: a list that never grows needs less code to start with.
        self.applications = Vec::with_capacity(count);
        self.clients = Vec::with_capacity(count);
        for position in 0..count as u32 {
            self.applications.push(Application::decode(reader)?);
            for _ in 0..reader.count()? {
                self.clients.push((reader.text()?, position));
            }
        }
        Some(())
    }

    fn read_groups(&mut self, reader: &mut Reader<'b>) -> Option<()> {
        let memberships = |count: &usize| count.saturating_mul(self.applications.len());
        let count = reader.count().filter(|count| memberships(count) <= MAX_MEMBERSHIPS)?;
        self.groups = Vec::with_capacity(count);
        self.groups_of = vec![BitSet::new(count); self.applications.len()];
        for position in 0..count as u32 {
            let name = reader.text()?;
            self.longest_group = self.longest_group.max(name.len());
            self.groups.push(name);
            for _ in 0..reader.count()? {
                self.groups_of.get_mut(reader.number()? as usize)?.insert(position);
            }
        }
        Some(())
    }

    fn read_organizations(&mut self, reader: &mut Reader<'b>) -> Option<()> {
        let count = reader.count()?;
        self.organizations = Vec::with_capacity(count);
        self.connections = Vec::with_capacity(count);
        self.sources_of = Vec::with_capacity(count);
        let mut blocks = Vec::with_capacity(count);
        for organization in 0..count as u32 {
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
                facts: reader.list(|reader| position(reader, &self.reads))?,
                block: &[],
                mapping: OnceLock::new(),
            });
            blocks.push(reader.number()? as usize);
        }
        for (organization, len) in self.organizations.iter_mut().zip(blocks) {
            organization.block = reader.take(len)?;
        }
        Some(())
    }

    fn read_connection(&mut self, organization: u32, reader: &mut Reader<'b>) -> Option<Connection<'b>> {
        let name = reader.text()?;
        let first = self.sources_of.len();
        for _ in 0..reader.count()? {
            self.sources_of.push(position(reader, &self.sources)?);
        }
        let combine = match self.sources_of.len() - first {
            0 => return None,
            1 => Combine::First,
            _ if reader.flag()? => Combine::All,
            _ => Combine::First,
        };
        let sources = first..self.sources_of.len();
        Some(Connection { name, organization, sources, combine, shared: false })
    }

    /// Files clients, organizations and connections under what a login calls them.
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

    /// The application at a position.
    pub fn application(&self, position: u32) -> Option<&Application<'b>> {
        self.applications.get(position as usize)
    }

    /// The name of the target group at a position of the registry, which is sorted by name.
    pub fn group_name(&self, position: u32) -> Option<&'b str> {
        self.groups.get(position as usize).copied()
    }

    /// The position of the target group of a name.
    pub(crate) fn find_group(&self, name: &[u8]) -> Option<u32> {
        let at = self.groups.binary_search_by(|group| group.as_bytes().cmp(name)).ok()?;
        u32::try_from(at).ok()
    }

    /// The target groups of an application.
    pub(crate) fn groups_of(&self, application: u32) -> Option<&BitSet> {
        self.groups_of.get(application as usize)
    }

    /// The read at a position.
    pub fn read(&self, position: u32) -> Option<&Lookup<'b>> {
        self.reads.get(position as usize)
    }

    /// The sources of a connection's groups.
    pub fn sources(&self, connection: &Connection<'b>) -> impl Iterator<Item = &Source<'b>> + Clone {
        let positions = self.sources_of.get(connection.sources.clone()).unwrap_or_default();
        positions.iter().filter_map(|at| self.sources.get(*at as usize))
    }

    /// What has to be read for a login through a connection, by position: its sources' values, then the facts that
    /// its mapping asks for.
    pub(crate) fn reads(&self, connection: &Connection<'b>) -> impl Iterator<Item = u32> {
        let facts =
            self.organization(connection.organization).map(|organization| organization.facts.as_slice());
        self.sources(connection).map(|source| source.read).chain(facts.unwrap_or_default().iter().copied())
    }

    /// The connection at a position.
    pub fn connection(&self, position: u32) -> Option<&Connection<'b>> {
        self.connections.get(position as usize)
    }

    /// The organization at a position.
    pub fn organization(&self, position: u32) -> Option<&Organization<'b>> {
        self.organizations.get(position as usize)
    }

    /// All organizations, sorted by name.
    pub fn organizations(&self) -> &[Organization<'b>] {
        &self.organizations
    }

    /// The mapping of the organization at a position, decoded at the first call; `None` if it cannot be decoded.
    pub fn mapping(&self, organization: u32) -> Option<&Mapping<'b>> {
        let organization = self.organizations.get(organization as usize)?;
        let groups = u32::try_from(self.groups.len()).ok()?;
        let decode = || Mapping::decode(organization.block, groups).map(Box::new);
        // `get_or_init` has code for an initialization within itself.
        if organization.mapping.get().is_none() {
            drop(organization.mapping.set(decode()));
        }
        organization.mapping.get()?.as_deref()
    }

    /// The bytes of the longest name of a target group.
    pub(crate) fn longest_group(&self) -> usize {
        self.longest_group
    }

    pub(crate) fn group_count(&self) -> usize {
        self.groups.len()
    }

    pub(crate) fn find_application(&self, client: &str) -> Option<u32> {
        let id = |at: u32| self.clients.get(at as usize).is_some_and(|(id, _)| *id == client);
        let at = self.by_client.find(hash(client.as_bytes()), &id)?;
        self.clients.get(at as usize).map(|(_, application)| *application)
    }

    pub(crate) fn find_organization(&self, id: &str) -> Option<&Organization<'b>> {
        let same = |at: u32| self.organization(at).is_some_and(|organization| organization.id == Some(id));
        self.organization(self.by_organization.find(hash(id.as_bytes()), &same)?)
    }

    /// The first connection of a name, whichever organization lists it.
    pub(crate) fn find_connection(&self, name: &str) -> Option<u32> {
        let same = |at: u32| self.connection(at).is_some_and(|connection| connection.name == name);
        self.by_connection.find(hash(name.as_bytes()), &same)
    }

    /// The connection of a name that an organization lists.
    pub(crate) fn find_connection_of(&self, organization: &Organization<'b>, name: &str) -> Option<u32> {
        let listed = self.connections.get(organization.connections.clone())?;
        let at = listed.iter().position(|connection| connection.name == name)?;
        u32::try_from(organization.connections.start + at).ok()
    }
}

/// Takes the position of one of `list`.
fn position<T>(reader: &mut Reader<'_>, list: &[T]) -> Option<u32> {
    reader.number().filter(|at| (*at as usize) < list.len())
}

/// The flags of an application in a bundle.
pub(crate) const ID_TOKEN: u8 = 1;
pub(crate) const ACCESS_TOKEN: u8 = 2;
pub(crate) const SAML: u8 = 4;
pub(crate) const PROVENANCE: u8 = 8;

impl<'b> Application<'b> {
    fn decode(reader: &mut Reader<'b>) -> Option<Self> {
        let (name, claim) = (reader.text()?, reader.text()?);
        let flags = reader.byte().filter(|flags| *flags < 16)?;
        let mut optional = |flag: u8| match flags & flag {
            0 => Some(None),
            _ => reader.text().map(Some),
        };
        let (saml_attribute, provenance) = (optional(SAML)?, optional(PROVENANCE)?);
        let (max_groups, max_claim_bytes) = (reader.number()?, reader.number()?);
        let over_limit = match reader.byte()? {
            0 => OverLimit::NoGroups,
            1 => OverLimit::Deny,
            2 => OverLimit::Truncate,
            _ => return None,
        };
        let [id_token, access_token] = [ID_TOKEN, ACCESS_TOKEN].map(|flag| flags & flag != 0);
        Some(Self {
            name,
            claim,
            id_token,
            access_token,
            saml_attribute,
            provenance,
            max_groups,
            max_claim_bytes,
            over_limit,
        })
    }
}
