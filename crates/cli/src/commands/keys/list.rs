//! `claimsmith keys list`: the keys that may sign.

use std::io::{self, Write};

use claimsmith::compiler::{BlockKey, CompiledPlatform, Tenant, inspect};
use claimsmith_lifecycle::block::fingerprint;
use serde::Serialize;

use crate::arguments::{MappingsArgument, OutputFormat};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::numbers::counted;
use crate::platform;
use crate::render::json;
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;

/// List the keys that may sign blocks, with what they may sign
///
/// The fingerprint is the one that `ssh-keygen -l` prints.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith keys list
  claimsmith keys list --format json | jq -r '.keys[] | select(.protected) | .name'")]
pub(super) struct ListArguments {
    #[command(flatten)]
    mappings: MappingsArgument,
    /// Only the keys of one Auth0 tenant, by its name in `platform.yaml`; by default those of all
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

#[derive(Debug, Serialize)]
struct ListedKey {
    name: String,
    tenant: String,
    fingerprint: String,
    protected: bool,
    /// The names of the organizations whose blocks it may sign; missing if it is all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    organizations: Option<Vec<String>>,
}

impl ListedKey {
    fn of(key: BlockKey<'_>, platform: &CompiledPlatform) -> Self {
        Self {
            name: key.name().to_owned(),
            tenant: platform.tenant().map(Tenant::name).unwrap_or_default().to_owned(),
            fingerprint: fingerprint(key.public()),
            protected: key.may_sign_protected(),
            organizations: key.organizations().map(|names| names.map(str::to_owned).collect()),
        }
    }
}

#[derive(Debug, Serialize)]
struct Listed {
    keys: Vec<ListedKey>,
}

impl ListArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some((_, platforms)) = platform::load_all(&self.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let platforms = TenantArgument { name: self.tenant.clone() }.filter(platforms)?;
        let mut keys: Vec<ListedKey> = Vec::new();
        for platform in &platforms {
            let declared = platform.block_settings().into_iter().flat_map(|settings| settings.keys());
            keys.extend(declared.map(|key| ListedKey::of(key, platform)));
        }
        keys.sort_by(|left, right| left.name.cmp(&right.name));
        let listed = Listed { keys };
        match self.format {
            OutputFormat::Human => write_human(&mut terminal.out, &listed, &platforms)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &listed)?,
        }
        Ok(ExitStatus::Success)
    }
}

fn write_human(out: &mut impl Write, listed: &Listed, platforms: &[CompiledPlatform]) -> io::Result<()> {
    for key in &listed.keys {
        let protected = if key.protected { ", protected groups included" } else { "" };
        writeln!(out, "{} in the tenant {}{protected}", escaped(&key.name), escaped(&key.tenant))?;
        writeln!(out, "  {}", key.fingerprint)?;
        match &key.organizations {
            Some(names) => writeln!(out, "  signs for {}", escaped(&names.join(", ")))?,
            None => {
                let count = platforms.first().map_or(0, |platform| inspect::mapping_files(platform).count());
                writeln!(out, "  signs for every organization ({count})")?;
            }
        }
    }
    writeln!(out, "{}", counted(listed.keys.len(), "key"))
}
