//! `claimsmith onboard`: what a customer and the platform need for an onboarding.

mod arguments;
#[cfg(not(target_family = "wasm"))]
mod block_gaps;
mod check;
#[cfg(not(target_family = "wasm"))]
mod qlik_gaps;
#[cfg(not(target_family = "wasm"))]
mod tenant_gaps;
mod written;

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use claimsmith::Bundle;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::inspect::{self, ConnectionDetails, OrganizationDetails};
use claimsmith::compiler::one_organization::bundle_of;
use claimsmith::diagnostic::SourceFile;

pub(super) use self::arguments::OnboardArguments;
use self::written::{WrittenKit, existing, path_of, write_files};
use super::init::{ensure_name, replace_steps, write_steps};
use super::new::NewOrganizationArguments;
use crate::action;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::mapping_files::{as_argument, slashed};
use crate::mappings::Mappings;
use crate::numbers::counted;
use crate::onboarding::{self, Facts, KitFile, PAGE, PageEngine};
use crate::packaging::MappingPlace;
use crate::platform;
use crate::scaffold::NewFile;
use crate::terminal::Terminal;

/// The longest name of an organization in Auth0.
const LONGEST_NAME: usize = 50;

/// A name with its folder, such as `emea/acme`, and the name alone.
#[derive(Clone, Copy, Debug)]
struct Named<'n> {
    path: &'n str,
    name: &'n str,
}

impl OnboardArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let is_inside = !self.mappings.exists() && Path::new("platform.yaml").exists();
        ensure!(
            !is_inside,
            "there is no folder `{}` here, but `platform.yaml` is in this folder; run the command one folder up, or name this folder with `--mappings .`",
            self.mappings.display()
        );
        ensure!(
            self.mappings.is_dir(),
            "`{}` is not a folder; `claimsmith init` starts one with its first organization",
            self.mappings.display()
        );
        let Some(path) = self.organization.as_deref() else { return self.write_plan(terminal) };
        for part in path.split('/') {
            ensure_name(part)?;
        }
        let named = Named { path, name: path.rsplit('/').next().unwrap_or(path) };
        let name = named.name;
        ensure!(
            name.len() <= LONGEST_NAME,
            "`{name}` is longer than the name of an organization in Auth0, which has at most {LONGEST_NAME} characters; choose a shorter one"
        );
        let Some((_, platforms)) = platform::load_all(&self.mappings, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let is_known = platforms.iter().flat_map(inspect::mapping_files).any(|(known, _)| known == name);
        ensure!(
            is_known || !self.check,
            "there is no organization `{path}`; `claimsmith list` lists those that there are"
        );
        let (added, platforms) =
            if is_known { (Vec::new(), platforms) } else { self.scaffold(named, &platforms)? };
        let platform = self.tenant.select(platforms)?;

        let details = inspect::organization(&platform, name);
        let details =
            details.with_context(|| format!("the organization `{name}` does not exist in this tenant"))?;
        let bytes = bundle_of(&platform, name).context("the mapping cannot be compiled alone")?;
        let bundle = Bundle::decode(&bytes).context("the compiled mapping cannot be used")?;
        let connection = self.connection(&details)?;
        let options = self.people.options();
        let place = MappingPlace::of(&platform, name)?;
        let facts = Facts::new(&platform, &bundle, &details, connection, place, &options);
        let facts =
            facts.with_context(|| format!("there is no kit for the strategy `{}`", connection.strategy))?;
        ensure!(
            !options.scim || facts.has_scim(),
            "Auth0 takes no SCIM for the strategy `{}`; leave out `--scim`",
            connection.strategy
        );
        let out = self.out.clone().unwrap_or_else(|| Path::new("onboarding").join(name));
        if self.check {
            let page = page(&facts, &bytes, &onboarding::files(&facts), &out)?;
            return self.check_all(&facts, (&platform, &bundle), (&out, page), terminal);
        }
        let mut files = onboarding::files(&facts);
        files.extend(page(&facts, &bytes, &files, &out)?);
        let written = write_files(&self.mappings, &added, &out, files)?;
        self.print(named, &facts, &added, &out, &written, terminal)?;
        Ok(ExitStatus::Success)
    }

    /// Writes the plan of the platform.
    fn write_plan(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some((_, platforms)) = platform::load_all(&self.mappings, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let platforms = self.tenant.filter(platforms)?;
        let plan = onboarding::plan(&platforms, &self.platform_file(), &self.people.options());
        let out = self.out.clone().unwrap_or_else(|| Path::new("onboarding").join("platform"));
        let written = write_files(&self.mappings, &[], &out, vec![plan])?;
        for path in &written.paths {
            writeln!(terminal.out, "wrote {}", escaped(&out.join(path).display().to_string()))?;
        }
        warn_kept(&out, &written, terminal)?;
        Ok(ExitStatus::Success)
    }

    fn platform_file(&self) -> String {
        format!("{}/platform.yaml", self.mappings.display())
    }

    /// The mapping and the cases of a new organization, and the platforms with them.
    fn scaffold(
        &self,
        named: Named<'_>,
        platforms: &[CompiledPlatform],
    ) -> anyhow::Result<(Vec<NewFile>, Vec<CompiledPlatform>)> {
        let Some(strategy) = &self.strategy else {
            bail!(
                "there is no organization `{}`; give the strategy of its connection with `--strategy` to add it, or correct the name (`claimsmith list`)",
                named.path
            );
        };
        let new = NewOrganizationArguments {
            name: named.path.to_owned(),
            strategy: strategy.clone(),
            mappings: self.mappings.clone(),
        };
        let files = new.passing_files(platforms)?;
        let mut sources = Vec::new();
        for file in &files {
            let path = slashed(&self.mappings.join(&file.path))?;
            sources.push(SourceFile { path, text: file.text.clone() });
        }
        let mappings = Mappings::load_with(&self.mappings, sources)?;
        let platforms = mappings.platform.into_iter().chain(mappings.other_tenants).collect();
        Ok((files, platforms))
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
        named: Named<'_>,
        facts: &Facts<'_>,
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
        let folder = escaped(&folder);
        writeln!(terminal.out, "wrote {} of the kit into {folder}", counted(written.paths.len(), "file"))?;
        for path in &written.paths {
            writeln!(terminal.out, "  {path}")?;
        }
        if !written.filled.is_empty() {
            writeln!(terminal.out, "filled in {}", counted(written.filled.len(), "file"))?;
            for path in &written.filled {
                writeln!(terminal.out, "  {path}")?;
            }
        }
        writeln!(terminal.out, "\nwhat to do next")?;
        let mut steps = Vec::new();
        // They are to be done as long as the mapping has the placeholder.
        if !added.is_empty() || facts.has_placeholder() {
            steps.extend(replace_steps(named.path, facts.connection.strategy, &mappings));
        }
        let argument = as_argument(&mappings);
        steps.push(format!("`claimsmith test{argument} --only {}` runs its cases", named.name));
        steps.push(format!("`claimsmith onboard --check {}` says what is still missing", named.path));
        if action::embedded_page().is_ok() {
            steps.push(format!("send {folder}/{PAGE} to the customer's IT department"));
        } else {
            steps.push(format!("`./build.sh` builds a claimsmith that also writes {PAGE}"));
        }
        write_steps(&steps, terminal)?;
        warn_kept(out, written, terminal)
    }
}

/// The page, with the parts as their files have them; none if this program was built without it.
fn page(facts: &Facts<'_>, bundle: &[u8], files: &[KitFile], out: &Path) -> anyhow::Result<Option<KitFile>> {
    let Ok((script, engine)) = action::embedded_page() else { return Ok(None) };
    let mut parts = Vec::new();
    for file in files.iter().filter(|file| file.path.ends_with(".md")) {
        let text = match existing(out, &file.path)? {
            Some(found) => onboarding::filled(&found, &file.text).unwrap_or(found),
            None => file.text.clone(),
        };
        parts.push(KitFile { path: file.path.clone(), text });
    }
    let text = onboarding::page(facts, bundle, &parts, &PageEngine { engine: &engine, script })?;
    Ok(Some(KitFile { path: PAGE.to_owned(), text }))
}

fn warn_kept(out: &Path, written: &WrittenKit, terminal: &mut Terminal) -> anyhow::Result<()> {
    terminal.out.flush()?;
    for kept in &written.kept {
        writeln!(
            terminal.err,
            "warning: `{}` has other content and was kept; remove it to have it written anew",
            escaped(&path_of(out, kept).display().to_string())
        )?;
    }
    Ok(())
}
