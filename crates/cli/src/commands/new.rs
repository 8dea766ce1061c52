//! `claimsmith new`: adds to a folder of mapping files.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use claimsmith::Bundle;
use claimsmith::compiler::inspect;
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith::diagnostic::SourceFile;
use clap::Subcommand;

use super::init::{ensure_name, replace_steps, strategies, write_new, write_steps};
use crate::exit_status::ExitStatus;
use crate::mapping_files::{DEFAULT_FOLDER, as_argument, slashed};
use crate::mappings::Mappings;
use crate::platform;
use crate::scaffold::{Expectations, NewFile, NewOrganization};
use crate::terminal::Terminal;

/// Add to a folder of mapping files
#[derive(Debug, clap::Args)]
pub(super) struct NewArguments {
    #[command(subcommand)]
    what: NewThing,
}

#[derive(Debug, Subcommand)]
enum NewThing {
    Organization(NewOrganizationArguments),
}

/// Add an organization with its cases
///
/// Writes `organizations/NAME.yaml` and `organizations/NAME.test.yaml`, with two rules that grant groups of the
/// registry, and cases that pass. Writes nothing if there is an organization of that name, or if the mapping files
/// have errors.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct NewOrganizationArguments {
    /// The name of the organization: lowercase letters, digits and `-`; `emea/acme` puts it into a folder
    pub(super) name: String,
    /// The strategy of its connection in Auth0
    #[arg(long, value_name = "STRATEGY", value_parser = strategies())]
    pub(super) strategy: String,
    /// The folder of mapping files
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    pub(super) mappings: PathBuf,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith new organization acme --strategy waad
  claimsmith new organization emea/initech --strategy okta
  claimsmith new organization globex --strategy samlp --mappings customers/mappings

`claimsmith help which-strategy` says which strategy a customer has.";

impl NewArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match &self.what {
            NewThing::Organization(arguments) => arguments.run(terminal),
        }
    }
}

impl NewOrganizationArguments {
    fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let name = self.name.rsplit('/').next().unwrap_or(&self.name);
        for part in self.name.split('/') {
            ensure_name(part)?;
        }
        ensure!(
            self.mappings.is_dir(),
            "`{}` is not a folder; `claimsmith init` starts one with its first organization",
            self.mappings.display()
        );
        let Some((_, platforms)) = platform::load_all(&self.mappings, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let platform = platforms.first().context("there is no platform")?;
        if let Some((_, file)) = inspect::mapping_files(platform).find(|(known, _)| *known == name) {
            bail!("there is an organization `{name}` already, in `{file}`; choose another name");
        }
        let files = self.passing_files(&platforms)?;
        write_new(&self.mappings, &files)?;
        let mappings = self.mappings.display().to_string();
        for file in &files {
            writeln!(terminal.out, "wrote {mappings}/{}", file.path)?;
        }
        writeln!(terminal.out, "\nwhat to do next")?;
        let mut steps = replace_steps(&self.name, &self.strategy, &mappings);
        let argument = as_argument(&mappings);
        steps.push(format!("`claimsmith test{argument} --only {name}` runs its cases, which pass"));
        steps.push(format!(
            "in CODEOWNERS, if you have one: who answers for `{mappings}/organizations/{}.*`",
            self.name
        ));
        write_steps(&steps, terminal)?;
        Ok(ExitStatus::Success)
    }

    /// The files, with the expectations that hold under the platform's policies.
    pub(super) fn passing_files(&self, platforms: &[CompiledPlatform]) -> anyhow::Result<Vec<NewFile>> {
        let (folder, name) = self.name.rsplit_once('/').unwrap_or(("", &self.name));
        let platform = platforms.first().context("there is no platform")?;
        let groups = inspect::open_groups(platform);
        let first = groups.first();
        let first = first.context(
            "every target group is protected, so a new organization may not grant any; \
             add a group that is not to the registry",
        )?;
        let second = groups.get(1).unwrap_or(first);
        let tenants = platforms.iter().filter(|_| platforms.len() > 1);
        let tenants = tenants.filter_map(|platform| platform.tenant().map(Tenant::name)).collect();
        let organization =
            NewOrganization { name, strategy: &self.strategy, grants: [first, second], tenants };
        let mut problem = String::new();
        for expectations in Expectations::ALL {
            let mut files: Vec<NewFile> = organization.files(expectations).into();
            for file in &mut files {
                let folder = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                file.path = format!("organizations/{folder}{}", file.path);
            }
            match self.check(&files)? {
                None => return Ok(files),
                Some(found) => problem = found,
            }
        }
        bail!(
            "the new organization would not pass the checks of this platform: {problem}; nothing was written"
        )
    }

    /// What is wrong with the folder if it also has new files.
    fn check(&self, files: &[NewFile]) -> anyhow::Result<Option<String>> {
        let mut added = Vec::new();
        for file in files {
            let path = slashed(&self.mappings.join(&file.path))?;
            added.push(SourceFile { path, text: file.text.clone() });
        }
        let is_new = |file: &str| added.iter().any(|it| it.path == file);
        let mappings = Mappings::load_with(&self.mappings, added.clone())?;
        let finding = mappings.diagnostics.iter().find(|it| is_new(&it.file));
        if let Some(finding) =
            finding.or(mappings.diagnostics.first().filter(|_| mappings.platform.is_none()))
        {
            return Ok(Some(format!("{}: {}", finding.code.name(), finding.message)));
        }
        let Some(platform) = mappings.platform else { return Ok(Some("it has an error".to_owned())) };
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        let mut cases = platform.cases.iter().filter(|case| is_new(&case.file));
        let failed = cases.find(|case| !case.run(&bundle).failures.is_empty());
        Ok(failed.map(|case| format!("the case `{}` fails", case.name)))
    }
}
