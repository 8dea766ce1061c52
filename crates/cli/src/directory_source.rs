//! What a directory is read from: the mapping says the kind, the arguments say where.

#![cfg_attr(target_family = "wasm", allow(dead_code, reason = "they are only read where there is a network"))]

use std::path::PathBuf;

#[cfg(not(target_family = "wasm"))]
use {
    crate::input,
    anyhow::{Context, bail},
    claimsmith::compiler::directory::{DirectoryKind, DirectoryMapping},
    claimsmith_connectors::files::read_json_lines,
    claimsmith_lifecycle::directory::Directory,
    std::io::BufReader,
    std::path::Path,
};

/// The options for a directory.
#[derive(Debug, clap::Args)]
pub(crate) struct DirectoryArguments {
    /// The file that another program wrote the directory into, as JSON Lines; `-` is standard input
    #[arg(long, value_name = "FILE")]
    directory: Option<PathBuf>,
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
                let Some(path) = &self.directory else {
                    bail!(
                        "the directory of this mapping is a file, which another program writes; name it with `--directory FILE`"
                    );
                };
                from_file(path)
            }
        }
    }
}

#[cfg(not(target_family = "wasm"))]
fn from_file(path: &Path) -> anyhow::Result<Directory> {
    let (reader, name) = input::open(path)?;
    read_json_lines(BufReader::new(reader)).with_context(|| format!("cannot read {name}"))
}
