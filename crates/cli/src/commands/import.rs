//! `claimsmith import`: drafts mapping files from what people have today.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use claimsmith::compiler;
use claimsmith::diagnostic::Severity;
use clap::Subcommand;

use super::init::{strategies, write_new, write_steps};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::importing::table::Columns;
use crate::importing::{Draft, authorization_extension, table};
use crate::input;
use crate::numbers::counted;
use crate::scaffold::{NewFile, is_name, sources};
use crate::terminal::Terminal;

/// Draft mapping files from what people have today
///
/// Grants what the source shows and nothing else. What it does not settle is a comment with `confirm:`, and a rule that
/// could give someone more than today is written as a comment. Target groups whose names look like more rights are
/// protected, and rules for them are comments as well. Writes new files only, and names no person.
#[derive(Debug, clap::Args)]
pub(super) struct ImportArguments {
    #[command(subcommand)]
    source: Source,
}

#[derive(Debug, Subcommand)]
enum Source {
    AuthorizationExtension(ExtensionArguments),
    Csv(CsvArguments),
}

/// Draft from an export of Auth0's Authorization Extension
///
/// The export is JSON, from Configuration, Import / Export. Each group becomes a target group; a mapping of a
/// connection's group becomes a rule, which also grants the groups above it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith import authorization-extension export.json
  claimsmith import authorization-extension export.json --strategy waad --out draft

The extension decided the groups in a Rule. Auth0 has stopped running Rules on 2026-11-18.")]
struct ExtensionArguments {
    /// The export, or - for standard input
    file: PathBuf,
    #[command(flatten)]
    draft: DraftArguments,
}

/// Draft from a table of people and their groups
///
/// Each line has a person, upstream groups and target groups, one or several to a cell; a person can have several
/// lines. A rule is written where everyone who has the upstream group has the target group too.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  claimsmith import csv people.csv
  claimsmith import csv people.csv --organization acme --strategy okta
  claimsmith import csv people.csv --upstream-column 'AD groups' --target-column 'Roles in the portal'

Columns are separated by commas, semicolons, tabs or `|`; names in a cell by `;`, `|` or line breaks.")]
struct CsvArguments {
    /// The table, or - for standard input
    file: PathBuf,
    /// The column with people, as the first line calls it
    #[arg(long, value_name = "HEAD")]
    person_column: Option<String>,
    /// The column with the groups of the identity provider
    #[arg(long, value_name = "HEAD")]
    upstream_column: Option<String>,
    /// The column with the groups that the applications have today
    #[arg(long, value_name = "HEAD")]
    target_column: Option<String>,
    /// The column with the connection or the customer
    #[arg(long, value_name = "HEAD")]
    connection_column: Option<String>,
    /// The customer, where no column says it
    #[arg(long, value_name = "NAME", default_value = "customer")]
    organization: String,
    #[command(flatten)]
    draft: DraftArguments,
}

#[derive(Debug, clap::Args)]
struct DraftArguments {
    /// The strategy of the connections in Auth0, where the source does not say it
    #[arg(long, value_name = "STRATEGY", value_parser = strategies())]
    strategy: Option<String>,
    /// The folder to write into, in which no file of the draft may exist
    #[arg(long, value_name = "DIR", default_value = "draft")]
    out: PathBuf,
}

impl ImportArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let (file, arguments) = match &self.source {
            Source::AuthorizationExtension(it) => (&it.file, &it.draft),
            Source::Csv(it) => (&it.file, &it.draft),
        };
        let (reader, name) = input::open(file)?;
        let text = input::read_text(reader, &name)?;
        let draft = self.read(&text, file).with_context(|| format!("cannot use {name}"))?;
        arguments.write(&draft, terminal)
    }

    fn read(&self, text: &str, file: &Path) -> anyhow::Result<Draft> {
        let origin = |what: &str| match file.file_name() {
            Some(name) if file != Path::new("-") => format!("{what}, {}", name.to_string_lossy()),
            _ => what.to_owned(),
        };
        match &self.source {
            Source::AuthorizationExtension(it) => authorization_extension::read(
                text,
                origin("an export of the Authorization Extension"),
                it.draft.strategy.as_deref(),
            ),
            Source::Csv(it) => {
                ensure!(
                    is_name(&it.organization),
                    "the name of a customer has lowercase letters, digits and `-`, and begins with a letter"
                );
                let columns = Columns {
                    person: it.person_column.clone(),
                    upstream: it.upstream_column.clone(),
                    target: it.target_column.clone(),
                    connection: it.connection_column.clone(),
                };
                let strategy = it.draft.strategy.as_deref();
                table::read(text, origin("a table of people"), &columns, &it.organization, strategy)
            }
        }
    }
}

impl DraftArguments {
    fn write(&self, draft: &Draft, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let (files, counts) = draft.files();
        write_new(&self.out, &files)?;
        let out = self.out.display().to_string();
        for file in &files {
            writeln!(terminal.out, "wrote {}/{}", escaped(&out), file.path)?;
        }
        writeln!(
            terminal.out,
            "\n{}, {} written and {} left out as comments, {} to confirm",
            counted(draft.groups.len(), "target group"),
            counted(counts.rules, "rule"),
            counts.left_out,
            counted(counts.questions, "line")
        )?;
        let unused: Vec<String> = draft
            .unused
            .iter()
            .map(|head| {
                if head.is_empty() { "one without a head".to_owned() } else { format!("`{}`", escaped(head)) }
            })
            .collect();
        if !unused.is_empty() {
            writeln!(
                terminal.out,
                "columns that were not used: {}; options such as `--upstream-column` name others",
                unused.join(", ")
            )?;
        }
        let open = missing(&files);
        if open.is_empty() {
            writeln!(terminal.out, "the draft validates")?;
        } else {
            writeln!(terminal.out, "the draft does not validate yet:")?;
            for line in open {
                writeln!(terminal.out, "  {line}")?;
            }
        }
        writeln!(terminal.out, "\nwhat to do next")?;
        write_steps(
            &[
                format!("settle every line with `confirm:` in `{}`, and remove it", escaped(&out)),
                format!("`claimsmith validate {}` says what else is missing", escaped(&out)),
                "add cases of real logins, and compare with `claimsmith compare-action` if an Action decides the groups today"
                    .to_owned(),
            ],
            terminal,
        )?;
        Ok(ExitStatus::Success)
    }
}

/// What keeps the files from being used.
fn missing(files: &[NewFile]) -> Vec<String> {
    let compilation = compiler::compile(&sources(files));
    let errors = compilation.diagnostics.iter().filter(|it| it.severity == Severity::Error);
    errors.map(|it| format!("{}: {}: {}", it.file, it.code.name(), escaped(&it.message))).collect()
}
