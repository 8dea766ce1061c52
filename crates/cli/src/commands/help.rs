//! `claimsmith help`: a command's options, what a code means, a page of the documentation, or what it says of a word.

use std::io::Write;

use anyhow::bail;
use claimsmith::compiler::inspect::nearest_word;
use claimsmith::diagnostic::Code;

use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::manual::{self, PAGES, Page, words};
use crate::terminal::Terminal;

/// Explain a command, a code that a command printed, or a part of the language
///
/// Without a word, lists the commands and the pages of the documentation.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct HelpArguments {
    /// A command, a code such as `unknown-group`, a page such as `patterns`, or a word of the language such as `glob`
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
  claimsmith help everyone
  claimsmith help patterns captures";

/// How many words are named that an unknown one may be meant for.
const MOST_NEAR: usize = 4;

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
            // A word of the language can be a code of answers as well, such as `none`.
            (None, _) => match (manual::code(word), words::help(word)) {
                (Some(code), Some(text)) => format!("{code}\n\n{text}"),
                (Some(text), None) | (None, Some(text)) => text,
                (None, None) => return unknown(word, &commands),
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
    let mut known: Vec<&str> = commands.chain(pages).chain(codes).collect();
    let words = words::all();
    known.extend(words.iter().map(String::as_str));
    let mut near: Vec<String> = Vec::new();
    while let Some(next) = nearest_word(word, &known).filter(|_| near.len() < MOST_NEAR) {
        near.push(format!("`{next}`"));
        let next = next.to_owned();
        known.retain(|known| *known != next);
    }
    let hint = match near.is_empty() {
        false => format!("did you mean {}?", near.join(", ")),
        true => "`claimsmith help` lists the commands and pages".to_owned(),
    };
    bail!("`{}` is not a command, a code, a page or a word of the language; {hint}", escaped(word))
}
