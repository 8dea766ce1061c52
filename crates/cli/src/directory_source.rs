//! What a directory is read from: the mapping says the kind, the arguments say where.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]

use std::path::PathBuf;

#[cfg(not(target_family = "wasm"))]
use {
    crate::cloud_directory,
    crate::input,
    anyhow::{Context, anyhow, bail},
    claimsmith::compiler::directory::{DirectoryKind, DirectoryMapping},
    claimsmith_connectors::LoadSettings,
    claimsmith_connectors::files::read_json_lines,
    claimsmith_connectors::ldap,
    claimsmith_lifecycle::directory::Directory,
    std::io::BufReader,
    std::path::Path,
};

/// The options for a directory.
#[derive(Debug, clap::Args)]
pub(crate) struct DirectoryArguments {
    /// The file that another program wrote the directory into, as JSON Lines, or `-`; for directories of the kind `file`
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
    /// A JSON file with the address of the directory and the account that reads it, in place of the environment
    #[arg(long, value_name = "FILE")]
    directory_credentials: Option<PathBuf>,
}

#[cfg(not(target_family = "wasm"))]
impl DirectoryArguments {
    /// Reads the directory of a mapping. What cannot be read of it makes it incomplete.
    ///
    /// # Errors
    ///
    /// If nothing could be read, or the arguments are those of another kind of directory.
    pub(crate) fn read(&self, mapping: &DirectoryMapping<'_>) -> anyhow::Result<Directory> {
        match mapping.kind() {
            DirectoryKind::File => {
                if self.directory_credentials.is_some() {
                    bail!(
                        "the directory of this mapping is a file, which needs no `--directory-credentials`; remove the option, or change `kind` of `directory`"
                    );
                }
                let Some(path) = &self.directory else {
                    bail!(
                        "the directory of this mapping is a file, which another program writes; name it with `--directory FILE`"
                    );
                };
                from_file(path)
            }
            DirectoryKind::Ldap | DirectoryKind::ActiveDirectory => {
                self.refuse_file()?;
                from_server(mapping, self.directory_credentials.as_deref())
            }
            DirectoryKind::Okta | DirectoryKind::Entra | DirectoryKind::Google => {
                self.refuse_file()?;
                cloud_directory::read(mapping, attributes_of(mapping), self.directory_credentials.as_deref())
            }
        }
    }

    fn refuse_file(&self) -> anyhow::Result<()> {
        if self.directory.is_some() {
            bail!(
                "the directory of this mapping is read from a server, and `--directory` names a file; remove the option, or let `kind` of `directory` be `file`"
            );
        }
        Ok(())
    }
}

#[cfg(not(target_family = "wasm"))]
fn from_file(path: &Path) -> anyhow::Result<Directory> {
    let (reader, name) = input::open(path)?;
    read_json_lines(BufReader::new(reader)).with_context(|| format!("cannot read {name}"))
}

#[cfg(not(target_family = "wasm"))]
fn from_server(mapping: &DirectoryMapping<'_>, credentials: Option<&Path>) -> anyhow::Result<Directory> {
    let settings = ldap::Settings::load(credentials)?;
    let search = mapping.search().ok_or_else(|| anyhow!("the mapping does not say where its people are"))?;
    let request = ldap::Request { kind: mapping.kind(), search, attributes: attributes_of(mapping) };
    Ok(ldap::read(&settings, &request, &ldap::Options::default())?)
}

/// The directory's names of the attributes of people that are needed, each once.
#[cfg(not(target_family = "wasm"))]
fn attributes_of<'m>(mapping: &'m DirectoryMapping<'_>) -> Vec<&'m str> {
    let user = mapping.user();
    let of_users = [&user.user_name, &user.display_name, &user.given_name, &user.family_name, &user.email];
    let mut attributes: Vec<&str> =
        mapping.provided_attributes().chain(of_users.map(String::as_str)).collect();
    attributes.sort_unstable();
    attributes.dedup();
    attributes
}
