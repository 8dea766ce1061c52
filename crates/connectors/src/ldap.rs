//! Directories that are read by LDAP (RFC 4511), Active Directory among them.
//!
//! A search ends with a code, and anything but success means that entries may be missing: so does a connection that
//! ends, or a referral to another server. Then the directory is incomplete, and what was read of it changes nothing.
//!
//! Neither names of people nor texts of the server are in what is said about a failure.

mod codes;
mod connection;
mod dn;
mod entry;
mod members;
mod reading;
mod settings;
mod values;

use std::fmt;
use std::time::Duration;

use claimsmith::compiler::directory::{DirectoryKind, DirectorySearch};
use claimsmith_lifecycle::directory::Directory;

use self::connection::Connection;
use self::reading::Reading;
pub use self::settings::Settings;

/// What is read.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Request<'r> {
    /// [`DirectoryKind::Ldap`] or [`DirectoryKind::ActiveDirectory`].
    pub kind: DirectoryKind,
    /// Where people and groups are.
    pub search: &'r DirectorySearch,
    /// The attributes of people that are needed.
    pub attributes: Vec<&'r str>,
}

/// How it is read.
#[derive(Debug, Clone)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Options {
    /// How long everything may take.
    pub limit: Duration,
    /// Trusted in place of the machine's certificate authorities, as PEM.
    pub ca_pem: Option<String>,
    /// How many people the server is asked for at a time.
    pub page_size: u16,
}

impl Default for Options {
    fn default() -> Self {
        // More than this, Active Directory does not send in one answer.
        Self { limit: Duration::from_secs(3600), ca_pem: None, page_size: 1000 }
    }
}

/// Why nothing could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable(String);

impl std::error::Error for Unreachable {}

impl fmt::Display for Unreachable {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Reads a directory. What cannot be read of it makes it incomplete.
///
/// # Errors
///
/// If the server cannot be reached, or does not let the account in.
pub fn read(settings: &Settings, request: &Request<'_>, options: &Options) -> Result<Directory, Unreachable> {
    let unreachable = |why: String| Unreachable(format!("{}: {why}", settings.url()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| unreachable(error.kind().to_string()))?;
    runtime.block_on(async {
        let began = tokio::time::Instant::now();
        let mut connection = Connection::open(settings, options).await.map_err(unreachable)?;
        let mut reading = Reading::new(request);
        let left = options.limit.saturating_sub(began.elapsed());
        let ended = tokio::time::timeout(left, reading.run(&mut connection, options.page_size)).await;
        match ended {
            Ok(Ok(())) => connection.close().await,
            Ok(Err(why)) => reading.unread(why),
            Err(_) => reading.unread(format!("not done within {} seconds", options.limit.as_secs())),
        }
        Ok(reading.finish())
    })
}
