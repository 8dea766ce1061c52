//! `claimsmith help`: a command's options, what a code means, or a page of the documentation.

use std::io::Write;

use anyhow::bail;
use claimsmith::compiler::inspect::nearest_word;
use claimsmith::diagnostic::Code;

use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::manual::{self, PAGES, Page};
use crate::terminal::Terminal;

/// Explain a command, a code that a command printed, or a part of the language
///
/// Without a word, lists the commands and the pages of the documentation.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct HelpArguments {
    /// A command, a code such as `unknown-group`, or the name of a page such as `patterns`
    #[arg(value_name = "WORD")]
    word: Option<String>,
    /// A section of the page
    #[arg(value_name = "SECTION")]
    section: Option<String>,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith help validate
  claimsmith help unknown-group
  claimsmith help patterns
  claimsmith help patterns captures";

impl HelpArguments {
    /// Prints what is asked for; `commands` is the command line, which knows its own commands.
    pub(super) fn run(
        &self,
        mut commands: clap::Command,
        terminal: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        commands.build();
        let Some(word) = &self.word else {
            let help = commands.render_long_help();
            writeln!(terminal.out, "{}", help.to_string().trim_end())?;
            writeln!(terminal.out, "\nPages, for `claimsmith help PAGE`:")?;
            for page in PAGES {
                writeln!(terminal.out, "  {:<18} {}", page.name, page.title())?;
            }
            return Ok(ExitStatus::Success);
        };
        let command = commands.find_subcommand_mut(word).and_then(|command| match &self.section {
            None => Some(command),
            Some(section) => command.find_subcommand_mut(section),
        });
        if let Some(command) = command {
            let help = command.render_long_help();
            let help = if terminal.out.color { help.ansi().to_string() } else { help.to_string() };
            writeln!(terminal.out, "{}", help.trim_end())?;
            return Ok(ExitStatus::Success);
        }
        let text = match (manual::page(word), &self.section) {
            (Some(page), None) => page.text().to_owned(),
            (Some(page), Some(section)) => section_of(page, section)?.to_owned(),
            (None, _) => match manual::code(word) {
                Some(text) => text,
                None => return unknown(word, &commands),
            },
        };
        write!(terminal.out, "{}", crate::escape::escaped_lines(&manual::plain(&text)))?;
        Ok(ExitStatus::Success)
    }
}

fn section_of(page: &Page, section: &str) -> anyhow::Result<&'static str> {
    match page.section(section) {
        Some(text) => Ok(text),
        None => bail!(
            "the page `{}` has no section `{}`; it has: {}",
            page.name,
            escaped(section),
            page.headings().join(", ")
        ),
    }
}

fn unknown(word: &str, commands: &clap::Command) -> anyhow::Result<ExitStatus> {
    let commands = commands.get_subcommands().map(clap::Command::get_name);
    let codes = Code::ALL.iter().map(|code| code.name());
    let pages = PAGES.iter().map(|page| page.name);
    let known: Vec<&str> = commands.chain(pages).chain(codes).collect();
    let hint = match nearest_word(word, &known) {
        Some(known) => format!("did you mean `{known}`?"),
        None => "`claimsmith help` lists the commands and pages".to_owned(),
    };
    bail!("`{}` is not a command, a code or a page; {hint}", escaped(word))
}
