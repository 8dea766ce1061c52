//! `claimsmith help`: a command's options, what a code means, a page of the documentation, or what it says of a word.

use std::io::Write;

use anyhow::bail;
use claimsmith::compiler::inspect::nearest_word;
use claimsmith::diagnostic::Code;

use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::manual::{self, PAGES, Page, words};
use crate::other_verbs;
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
        let verbs = verbs_named(&commands, word);
        let text = match (manual::page(word), &self.section) {
            (Some(page), None) => page.plain(page.text()),
            (Some(page), Some(section)) => page.plain(section_of(page, section)?),
            (None, _) => match (placeholders(&commands, word), of_language(word)) {
                (Some(text), _) | (None, Some(text)) => text,
                (None, None) => match verbs.as_slice() {
                    [] => return unknown(word, &commands),
                    [[command, verb]] => {
                        let command = commands.find_subcommand_mut(command);
                        let verb = command.and_then(|command| command.find_subcommand_mut(verb));
                        let help = verb.map(|verb| verb.render_long_help().to_string()).unwrap_or_default();
                        writeln!(terminal.out, "{}", help.trim_end())?;
                        return see_also(word, &[], terminal);
                    }
                    _ => format!("`{word}` belongs to several commands.\n"),
                },
            },
        };
        write!(terminal.out, "{}", crate::escape::escaped_lines(&text))?;
        match self.section {
            None => see_also(word, &verbs, terminal),
            Some(_) => Ok(ExitStatus::Success),
        }
    }
}

/// What the codes and the language say of a word, which can be both, such as `none`.
fn of_language(word: &str) -> Option<String> {
    match (manual::code(word), words::help(word)) {
        (Some(code), Some(text)) => Some(format!("{code}\n{text}")),
        (text, None) | (None, text) => text,
    }
}

/// The commands of commands that have a name, such as `deploy` and `confirm`.
fn verbs_named(commands: &clap::Command, word: &str) -> Vec<[String; 2]> {
    let all = commands.get_subcommands().filter(|command| command.find_subcommand(word).is_some());
    all.map(|command| [command.get_name().to_owned(), word.to_owned()]).collect()
}

/// The arguments whose values a word in capitals is for, such as `NAME`; `None` if there are none.
fn placeholders(commands: &clap::Command, word: &str) -> Option<String> {
    if word.chars().any(char::is_lowercase) {
        return None;
    }
    let mut arguments: Vec<(String, Vec<String>)> = Vec::new();
    for (name, command) in with_verbs(commands) {
        for argument in command.get_arguments() {
            if !argument.get_value_names().unwrap_or_default().iter().any(|it| it.as_str() == word) {
                continue;
            }
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            let shown = match argument.get_long() {
                Some(long) => format!("`--{long} {word}`: {help}"),
                None => format!("`{word}`: {help}"),
            };
            let name = format!("`claimsmith help {name}`");
            match arguments.iter_mut().find(|(known, _)| *known == shown) {
                Some((_, names)) => names.push(name),
                None => arguments.push((shown, vec![name])),
            }
        }
    }
    if arguments.is_empty() {
        return None;
    }
    let lines = arguments.iter().map(|(shown, names)| format!("- {shown}\n  {}", names.join(", ")));
    Some(format!("Write a value in place of `{word}`:\n\n{}\n", lines.collect::<Vec<_>>().join("\n")))
}

/// All commands, and the commands that they have.
fn with_verbs(commands: &clap::Command) -> Vec<(String, &clap::Command)> {
    let mut all = Vec::new();
    for command in commands.get_subcommands() {
        all.push((command.get_name().to_owned(), command));
        for verb in command.get_subcommands() {
            all.push((format!("{} {}", command.get_name(), verb.get_name()), verb));
        }
    }
    all
}

/// Names what else is about a word.
fn see_also(word: &str, verbs: &[[String; 2]], terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
    let verbs = verbs.iter().map(|[command, verb]| format!("`claimsmith help {command} {verb}`"));
    let page = manual::related(word);
    let page = page.map(|page| format!("`claimsmith help {}` ({})", page.name, page.title()));
    let all: Vec<String> = verbs.chain(page).collect();
    if !all.is_empty() {
        writeln!(terminal.out, "\nSee also {}", all.join(", "))?;
    }
    Ok(ExitStatus::Success)
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
    let meant = other_verbs::meant_by("", word).map(str::to_owned);
    let hint = meant.or_else(|| near(word, commands)).or_else(|| named_on(word));
    let hint = hint.unwrap_or_else(|| "`claimsmith help` lists the commands and pages".to_owned());
    bail!("`{}` is not a command, a code, a page or a word of the language; {hint}", escaped(word))
}

/// What a word may be a misspelling of.
fn near(word: &str, commands: &clap::Command) -> Option<String> {
    let verbs = with_verbs(commands);
    let verbs = verbs.iter().map(|(_, command)| command.get_name());
    let codes = Code::ALL.iter().map(|code| code.name());
    let pages = PAGES.iter().map(|page| page.name);
    let mut known: Vec<&str> = verbs.chain(pages).chain(codes).collect();
    let words = words::all();
    known.extend(words.iter().map(String::as_str));
    let mut near: Vec<String> = Vec::new();
    while let Some(next) = nearest_word(word, &known)
        && near.len() < MOST_NEAR
    {
        near.push(format!("`{next}`"));
        let next = next.to_owned();
        known.retain(|known| *known != next);
    }
    if near.is_empty() { None } else { Some(format!("did you mean {}?", near.join(", "))) }
}

/// The pages that have a word.
fn named_on(word: &str) -> Option<String> {
    let pages = manual::pages_with(word);
    let pages: Vec<String> =
        pages.iter().take(MOST_NEAR).map(|page| format!("`claimsmith help {}`", page.name)).collect();
    if pages.is_empty() { None } else { Some(format!("it is on these pages: {}", pages.join(", "))) }
}
