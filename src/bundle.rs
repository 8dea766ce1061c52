//! The bundle: a whole platform's compiled mappings as bytes.
//!
//! ```text
//! "CSMB"  version (1 byte)  SHA-256 of the body (32 bytes)  body
//! ```
//! The body holds what every login needs (policies, applications, the registry of target groups, sources, and
//! which organization and connection leads where) and then one block per organization, which is decoded
//! when its first login arrives, without touching the others. Numbers are LEB128, texts have their length before
//! them. The compiler writes it (`compiler/encode.rs`).

use std::sync::OnceLock;

use crate::bits::Bits;
use crate::bytes::Reader;
use crate::mapping::{Mapping, Policy};
use crate::source::{Absent, Shape, Source};
use crate::table::Table;
use crate::words::hash;

pub(crate) const MAGIC: [u8; 4] = *b"CSMB";

/// The bytes before the body: the magic, the version, the digest.
#[cfg(feature = "compiler")]
const HEADER_BYTES: usize = MAGIC.len() + 1 + 32;

/// The version of the bundle format that this engine reads and the compiler writes.
pub const FORMAT_VERSION: u8 = 1;

/// The most applications of a platform: each has a set of target groups, which a forged bundle could make many.
pub(crate) const MAX_APPLICATIONS: usize = 256;

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
    /// The target groups of each application.
    groups_of: Vec<Bits>,
    sources: Vec<Source<'b>>,
    connections: Vec<Connection<'b>>,
    organizations: Vec<Organization<'b>>,
    by_client: Table,
    /// Client ids, each with its application.
    clients: Vec<(&'b str, u32)>,
    by_organization: Table,
    by_connection: Table,
}

/// An application of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Application<'b> {
    /// Its name on the platform.
    pub name: &'b str,
    /// The name of its groups claim.
    pub claim: &'b str,
}

/// A connection of an organization.
#[derive(Clone, Debug)]
pub struct Connection<'b> {
    /// Its name in Auth0.
    pub name: &'b str,
    /// The position of the organization that lists it.
    pub(crate) organization: u32,
    /// The position of the source of its groups.
    pub(crate) source: u32,
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
    connections: core::ops::Range<usize>,
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
        let body = reader.take(reader.remaining()).unwrap_or_default();
        Self::decode_body(body, digest).ok_or(BundleError::Malformed)
    }

    fn decode_body(body: &'b [u8], digest: [u8; 32]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let closed = Policy::decode(&mut reader)?;
        let failure = Policy::decode(&mut reader)?;

        let mut applications = Vec::new();
        let mut clients = Vec::new();
        let count = reader.count().filter(|count| *count <= MAX_APPLICATIONS)?;
        for position in 0..u32::try_from(count).ok()? {
            applications.push(Application { name: reader.text()?, claim: reader.text()? });
            for _ in 0..reader.count()? {
                clients.push((reader.text()?, position));
            }
        }

        let count = reader.count()?;
        let mut groups = Vec::with_capacity(count);
        let mut groups_of = vec![Bits::new(count); applications.len()];
        for position in 0..u32::try_from(count).ok()? {
            groups.push(reader.text()?);
            for _ in 0..reader.count()? {
                groups_of.get_mut(reader.number()? as usize)?.insert(position);
            }
        }

        let count = reader.count()?;
        let mut sources = Vec::with_capacity(count);
        for _ in 0..count {
            sources.push(decode_source(&mut reader)?);
        }

        let count = reader.count()?;
        let mut organizations = Vec::with_capacity(count);
        let mut connections: Vec<Connection<'b>> = Vec::with_capacity(count);
        let mut blocks = Vec::with_capacity(count);
        for position in 0..u32::try_from(count).ok()? {
            let name = reader.text()?;
            let id = Some(reader.text()?).filter(|id| !id.is_empty());
            let first = connections.len();
            for _ in 0..reader.count()? {
                let name = reader.text()?;
                let source = reader.number().filter(|at| (*at as usize) < sources.len())?;
                connections.push(Connection { name, organization: position, source, shared: false });
            }
            blocks.push(reader.number()? as usize);
            organizations.push(Organization {
                name,
                id,
                connections: first..connections.len(),
                block: &[],
                mapping: OnceLock::new(),
            });
        }
        for (organization, len) in organizations.iter_mut().zip(blocks) {
            organization.block = reader.take(len)?;
        }
        if !reader.is_empty() {
            return None;
        }

        let client = |at: u32| clients.get(at as usize).map(|(id, _)| id.as_bytes());
        let by_client = Table::build(clients.len(), client, |_, _| ());
        let id = |at: u32| organizations.get(at as usize)?.id.map(str::as_bytes);
        let by_organization = Table::build(organizations.len(), id, |_, _| ());
        let mut shared = Vec::new();
        let name = |at: u32| connections.get(at as usize).map(|connection| connection.name.as_bytes());
        let by_connection = Table::build(connections.len(), name, |first, _| shared.push(first));
        for first in shared {
            connections.get_mut(first as usize)?.shared = true;
        }

        Some(Self {
            digest,
            closed,
            failure,
            applications,
            groups,
            groups_of,
            sources,
            connections,
            organizations,
            by_client,
            clients,
            by_organization,
            by_connection,
        })
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

    /// The target groups of an application.
    pub(crate) fn groups_of(&self, application: u32) -> Option<&Bits> {
        self.groups_of.get(application as usize)
    }

    /// The source at a position.
    pub fn source(&self, position: u32) -> Option<&Source<'b>> {
        self.sources.get(position as usize)
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
        organization.mapping.get_or_init(decode).as_deref()
    }

    pub(crate) fn group_count(&self) -> usize {
        self.groups.len()
    }

    pub(crate) fn find_application(&self, client: &str) -> Option<u32> {
        let id = |at: u32| self.clients.get(at as usize).is_some_and(|(id, _)| *id == client);
        let at = self.by_client.find(hash(client.as_bytes()), id)?;
        self.clients.get(at as usize).map(|(_, application)| *application)
    }

    pub(crate) fn find_organization(&self, id: &str) -> Option<&Organization<'b>> {
        let same = |at: u32| self.organization(at).is_some_and(|organization| organization.id == Some(id));
        self.organization(self.by_organization.find(hash(id.as_bytes()), same)?)
    }

    /// The first connection of a name, whichever organization lists it.
    pub(crate) fn find_connection(&self, name: &str) -> Option<u32> {
        let same = |at: u32| self.connection(at).is_some_and(|connection| connection.name == name);
        self.by_connection.find(hash(name.as_bytes()), same)
    }

    /// The connection of a name that an organization lists.
    pub(crate) fn find_connection_of(&self, organization: &Organization<'b>, name: &str) -> Option<u32> {
        let listed = self.connections.get(organization.connections.clone())?;
        let at = listed.iter().position(|connection| connection.name == name)?;
        u32::try_from(organization.connections.start + at).ok()
    }
}

fn decode_source<'b>(reader: &mut Reader<'b>) -> Option<Source<'b>> {
    let from = reader.text()?;
    let shape = match reader.byte()? {
        0 => Shape::List,
        1 => Shape::ListOrString,
        2 => Shape::Delimited(reader.text().filter(|delimiter| !delimiter.is_empty())?),
        3 => Shape::Objects(reader.text()?),
        _ => return None,
    };
    let absent = match reader.byte()? {
        0 => Absent::Incomplete,
        1 => Absent::Empty,
        _ => return None,
    };
    Some(Source { from, shape, absent })
}
