//! `claimsmith init`: a folder of the author's own.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use claimsmith::compiler::inspect;
use clap::builder::PossibleValuesParser;

use crate::exit_status::ExitStatus;
use crate::mapping_files::DEFAULT_FOLDER;
use crate::numbers::counted;
use crate::scaffold::{self, NewFile, PLATFORM_FILE};
use crate::terminal::Terminal;
use crate::write::NewFiles;

/// Start a folder of mapping files of your own
///
/// Writes a platform with one application, one organization with cases, schemas and settings for editors, and what
/// a code host needs: a workflow that checks every change, a draft of CODEOWNERS, a pre-commit hook. Writes nothing
/// if one of the files exists.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct InitArguments {
    /// The folder, which is created if it does not exist
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// The strategy of the first organization's connection in Auth0
    #[arg(long, value_name = "STRATEGY", default_value = "waad", value_parser = strategies())]
    strategy: String,
    /// The name of the first organization
    #[arg(long, value_name = "NAME", default_value = "first-customer")]
    organization: String,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith init
  claimsmith init mappings-of-acme --strategy okta --organization acme

`claimsmith help which-strategy` says which strategy a customer has.";

pub(super) fn strategies() -> PossibleValuesParser {
    PossibleValuesParser::new(inspect::strategies())
}

impl InitArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let name = self.organization.as_str();
        ensure_name(name)?;
        let mut files = scaffold::folder(name, &self.strategy);
        let owners = {
            let sources = scaffold::sources(&files);
            let compiled = claimsmith::compiler::compile(&sources).platform;
            let platform = compiled.context("the templates of this program have an error")?;
            scaffold::code_owners(&platform, Path::new(""))
        };
        files.push(NewFile { path: "CODEOWNERS".to_owned(), text: owners, executable: false });
        write_new(&self.folder, &files)?;

        let root = self.folder.display();
        writeln!(terminal.out, "wrote {} files into `{root}`", files.len())?;
        for file in files.iter().filter(|file| !file.path.starts_with(".claimsmith/")) {
            writeln!(terminal.out, "  {}", file.path)?;
        }
        writeln!(terminal.out, "  .claimsmith/  (schemas for editors)")?;
        writeln!(terminal.out, "\nwhat to do next")?;
        let mut steps = Vec::new();
        if self.folder != Path::new(".") {
            steps.push(format!("`cd {root}`"));
        }
        steps.push("`claimsmith test` runs the cases, which pass".to_owned());
        steps.push(format!("in {PLATFORM_FILE}: your applications with their client ids, and their groups"));
        steps.extend(replace_steps(name, &self.strategy, DEFAULT_FOLDER));
        steps.push("`claimsmith validate` and `claimsmith test` check every change".to_owned());
        steps.push(
            "`claimsmith bundle` builds the Action; `claimsmith help install-action` says how to install it"
                .to_owned(),
        );
        steps.push(
            "set the variables that the first lines of `.github/workflows/claimsmith.yml` name, in the settings of \
             the repository"
                .to_owned(),
        );
        steps.push("`git config core.hooksPath .githooks` checks before each commit".to_owned());
        write_steps(&steps, terminal)?;
        Ok(ExitStatus::Success)
    }
}

/// What has to be replaced in the files of a new organization.
pub(super) fn replace_steps(path: &str, strategy: &str, mappings: &str) -> Vec<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let id = scaffold::placeholder_id(name);
    vec![
        format!(
            "in {mappings}/organizations/{path}.yaml: the id of the organization in place of `{id}`, the name of the \
         connection in place of `{name}-{strategy}`, and the customer's groups"
        ),
        format!(
            "in {mappings}/organizations/{path}.test.yaml: logins that must work, and some that must not"
        ),
    ]
}

pub(super) fn write_steps(steps: &[String], terminal: &mut Terminal) -> anyhow::Result<()> {
    for (at, step) in steps.iter().enumerate() {
        writeln!(terminal.out, "  {}. {step}", at + 1)?;
    }
    Ok(())
}

pub(super) fn ensure_name(name: &str) -> anyhow::Result<()> {
    ensure!(
        scaffold::is_name(name),
        "`{}` cannot be the name of an organization; write lowercase letters, digits and `-`, beginning with a letter",
        crate::escape::escaped(name)
    );
    Ok(())
}

/// Writes files that do not exist, all of them or none.
pub(super) fn write_new(root: &Path, files: &[NewFile]) -> anyhow::Result<()> {
    // Messages name paths as the user would.
    let root = if root == Path::new(".") { Path::new("") } else { root };
    let existing: Vec<String> = files
        .iter()
        .map(|file| root.join(&file.path))
        .filter(|path| path.symlink_metadata().is_ok())
        .map(|path| format!("`{}`", path.display()))
        .collect();
    if let [first, rest @ ..] = existing.as_slice() {
        let others = match rest.len() {
            0 => String::new(),
            more => format!(" and {}", counted(more, "other file")),
        };
        bail!(
            "{first}{others} would be overwritten; nothing was written; choose an empty folder or another name"
        );
    }
    let mut writing = NewFiles::default();
    for file in files {
        writing.add(&root.join(&file.path), file.text.clone().into_bytes(), file.executable)?;
    }
    writing.commit()
}
