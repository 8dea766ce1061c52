//! `claimsmith onboard`: what a customer and the platform need for an onboarding.

mod arguments;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use claimsmith::Bundle;
use claimsmith::compiler::inspect::{self, ConnectionDetails, OrganizationDetails};
use claimsmith::compiler::{CompiledPlatform, bundle_of};
use claimsmith::diagnostic::SourceFile;

pub(super) use self::arguments::OnboardArguments;
use super::init::{ensure_name, replace_steps, write_steps};
use super::new::NewOrganizationArguments;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::mapping_files::slashed;
use crate::mappings::Mappings;
use crate::onboarding::{self, Facts, KitFile};
use crate::platform;
use crate::scaffold::NewFile;
use crate::terminal::Terminal;
use crate::write::{self, NewFiles};

/// The longest name of an organization in Auth0.
const LONGEST_NAME: usize = 50;

/// How much of a file is compared, in bytes; those that are written are far smaller.
const LARGEST_FILE: u64 = 1 << 22;

impl OnboardArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        for part in self.organization.split('/') {
            ensure_name(part)?;
        }
        let name = self.organization.rsplit('/').next().unwrap_or(&self.organization);
        ensure!(
            name.len() <= LONGEST_NAME,
            "`{name}` is longer than the name of an organization in Auth0, which has at most {LONGEST_NAME} characters; choose a shorter one"
        );
        ensure!(
            self.mappings.is_dir(),
            "`{}` is not a folder; `claimsmith init` starts one with its first organization",
            self.mappings.display()
        );
        let Some((_, platforms)) = platform::load_all(&self.mappings, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let is_known = platforms.iter().flat_map(inspect::mapping_files).any(|(known, _)| known == name);
        let (added, platforms) = if is_known { (Vec::new(), platforms) } else { self.scaffold(platforms)? };
        let platform = self.tenant.select(platforms)?;
        let kit = self.kit(&platform, name)?;
        let out = self.folder(name);
        let written = write_files(&self.mappings, &added, &out, kit)?;
        self.print(name, &added, &out, &written, terminal)?;
        Ok(ExitStatus::Success)
    }

    /// The folder of the kit.
    fn folder(&self, name: &str) -> PathBuf {
        self.out.clone().unwrap_or_else(|| Path::new("onboarding").join(name))
    }

    /// The mapping and the cases of a new organization, and the platforms with them.
    fn scaffold(
        &self,
        platforms: Vec<CompiledPlatform>,
    ) -> anyhow::Result<(Vec<NewFile>, Vec<CompiledPlatform>)> {
        let Some(strategy) = &self.strategy else {
            bail!(
                "there is no organization `{}`; give the strategy of its connection with `--strategy` to add it, or correct the name (`claimsmith list`)",
                self.organization
            );
        };
        let new = NewOrganizationArguments {
            name: self.organization.clone(),
            strategy: strategy.clone(),
            mappings: self.mappings.clone(),
        };
        let files = new.passing_files(&platforms)?;
        let mut sources = Vec::new();
        for file in &files {
            let path = slashed(&self.mappings.join(&file.path))?;
            sources.push(SourceFile { path, text: file.text.clone() });
        }
        let mappings = Mappings::load_with(&self.mappings, sources)?;
        let platforms = mappings.platform.into_iter().chain(mappings.other_tenants).collect();
        Ok((files, platforms))
    }

    /// The files of the kit.
    fn kit(&self, platform: &CompiledPlatform, name: &str) -> anyhow::Result<Vec<KitFile>> {
        let details = inspect::organization(platform, name);
        let details =
            details.with_context(|| format!("the organization `{name}` does not exist in this tenant"))?;
        let bundle = bundle_of(platform, name).context("the mapping cannot be compiled alone")?;
        let bundle = Bundle::decode(&bundle).context("the compiled mapping cannot be used")?;
        let connection = self.connection(&details)?;
        let options = self.people.options();
        let facts = Facts::new(platform, &bundle, &details, connection, &options);
        let facts =
            facts.with_context(|| format!("there is no kit for the strategy `{}`", connection.strategy))?;
        ensure!(
            !options.scim || facts.has_scim(),
            "Auth0 takes no SCIM for the strategy `{}`; leave out `--scim`",
            connection.strategy
        );
        Ok(onboarding::files(&facts))
    }

    /// The connection that the kit is for.
    fn connection<'d>(&self, details: &'d OrganizationDetails) -> anyhow::Result<&'d ConnectionDetails> {
        let fits = |it: &&ConnectionDetails| {
            self.connection.as_deref().is_none_or(|name| it.name == name)
                && self.strategy.as_deref().is_none_or(|strategy| it.strategy == strategy)
        };
        let found: Vec<&ConnectionDetails> = details.connections.iter().filter(fits).collect();
        let all = details.connections.iter().map(|it| format!("`{}` ({})", it.name, it.strategy));
        match found.as_slice() {
            [only] => Ok(only),
            [] => bail!(
                "the mapping `{}` has no such connection; it has {}",
                details.name,
                all.collect::<Vec<_>>().join(", ")
            ),
            _ => bail!(
                "the mapping `{}` has several connections; choose one with `--connection NAME`: {}",
                details.name,
                all.collect::<Vec<_>>().join(", ")
            ),
        }
    }

    fn print(
        &self,
        name: &str,
        added: &[NewFile],
        out: &Path,
        written: &WrittenKit,
        terminal: &mut Terminal,
    ) -> anyhow::Result<()> {
        let mappings = self.mappings.display().to_string();
        for file in added {
            writeln!(terminal.out, "wrote {mappings}/{}", file.path)?;
        }
        let folder = out.display().to_string();
        writeln!(
            terminal.out,
            "wrote {} of the kit into {}",
            crate::numbers::counted(written.paths.len(), "file"),
            escaped(&folder)
        )?;
        for path in &written.paths {
            writeln!(terminal.out, "  {path}")?;
        }
        writeln!(terminal.out, "\nwhat to do next")?;
        let mut steps = Vec::new();
        if let (false, Some(strategy)) = (added.is_empty(), &self.strategy) {
            let of_mapping = replace_steps(&self.organization, strategy, &mappings);
            steps.extend(of_mapping.into_iter().filter(|step| !step.contains("platform.yaml")));
        }
        let argument = if mappings == "mappings" { String::new() } else { format!(" {mappings}") };
        steps.push(format!("`claimsmith test{argument} --only {name}` runs its cases"));
        steps.push(format!("fill in each `TODO` in {}", escaped(&folder)));
        steps.push(format!("send {}/identity-provider.md to the customer's IT department", escaped(&folder)));
        write_steps(&steps, terminal)?;
        terminal.out.flush()?;
        for kept in &written.kept {
            writeln!(
                terminal.err,
                "warning: `{}` has other content and was kept; remove it to have it written anew",
                escaped(&out.join(kept).display().to_string())
            )?;
        }
        Ok(())
    }
}

/// What became of the files of a kit.
#[derive(Debug, Default)]
struct WrittenKit {
    paths: Vec<String>,
    /// Files that have other content.
    kept: Vec<String>,
}

/// Writes the new mapping files and those files of the kit that do not exist.
fn write_files(
    mappings: &Path,
    added: &[NewFile],
    out: &Path,
    kit: Vec<KitFile>,
) -> anyhow::Result<WrittenKit> {
    let mut written = WrittenKit::default();
    let mut writing = NewFiles::default();
    for file in added {
        let path = mappings.join(&file.path);
        writing.add(&path, file.text.clone().into_bytes(), file.executable)?;
    }
    for KitFile { path, text } in kit {
        let full = path.split('/').fold(out.to_path_buf(), |folder, name| folder.join(name));
        match write::existing(&full, LARGEST_FILE).map_err(|unwritten| unwritten.at(&full))? {
            None => {
                writing.add(&full, text.into_bytes(), false)?;
                written.paths.push(path);
            }
            Some(content) if content == text.as_bytes() => {}
            Some(_) => written.kept.push(path),
        }
    }
    writing.commit()?;
    Ok(written)
}
