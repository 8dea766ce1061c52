//! What to do about arguments that the command line does not have.

use std::io::Write;

use claimsmith::compiler::inspect::{strategy_meant_by, word_list};
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Command, CommandFactory, Parser};

use crate::commands::CommandLine;
use crate::escape::{escaped, escaped_lines};
use crate::other_verbs;
use crate::terminal::Terminal;

/// Prints the error, or the help that was asked for, and ends the program.
pub(crate) fn exit(error: Error) -> ! {
    if !error.use_stderr() {
        error.exit();
    }
    // The parser shows arguments as they are. So that a terminal does not interpret them, the error printed is the one
    // about the arguments with escapes.
    let arguments = std::env::args_os().map(|argument| escaped(&argument.to_string_lossy()).into_owned());
    match CommandLine::try_parse_from(arguments) {
        Err(error) if error.use_stderr() => explained(error).exit(),
        _ => {
            // If standard error cannot be written to, there is nowhere to report that.
            let _ = write!(Terminal::standard().err, "{}", escaped_lines(&error.render().to_string()));
            std::process::exit(error.exit_code())
        }
    }
}

/// The error with advice in the terms of this program, if there is any.
fn explained(mut error: Error) -> Error {
    let verb = std::env::args().nth(1).unwrap_or_default();
    if let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand)
        && let Some(advice) = other_verbs::meant_by(&verb, word)
    {
        // A word that is known to mean something else is not a misspelled command.
        error.remove(ContextKind::SuggestedSubcommand);
        let advice = StyledStr::from(advice);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![advice]));
    }
    if let Some(advice) = advice(&error, &verb, &CommandLine::command()) {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(advice)]));
    }
    error
}

/// Where an option that is written before the command belongs; `None` if the command does not have it.
fn after_the_command(option: &str, arguments: &[String], commands: &Command) -> Option<String> {
    let long = option.strip_prefix("--")?;
    let mut rest = arguments.iter();
    let mut command = rest.find_map(|argument| commands.find_subcommand(argument))?;
    let mut name = command.get_name().to_owned();
    if let Some(verb) = rest.find_map(|argument| command.find_subcommand(argument)) {
        name = format!("{name} {}", verb.get_name());
        command = verb;
    }
    let has_option = command.get_arguments().any(|it| it.get_long() == Some(long));
    if !has_option {
        return None;
    }
    Some(format!("options are written after the command: `claimsmith {name} {option} …`"))
}

fn takes_tenant(command: &Command) -> bool {
    command.get_arguments().any(|it| it.get_long() == Some("tenant"))
        || command.get_subcommands().any(takes_tenant)
}

fn advice(error: &Error, verb: &str, commands: &Command) -> Option<String> {
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let argument = text(ContextKind::InvalidArg)?;
    if error.kind() == ErrorKind::UnknownArgument && verb.starts_with('-') {
        let arguments: Vec<String> = std::env::args().skip(1).collect();
        if let Some(advice) = after_the_command(argument, &arguments, commands) {
            return Some(advice);
        }
    }
    match error.kind() {
        ErrorKind::UnknownArgument if argument == "--tenant" => {
            if let Some(command) = commands.find_subcommand(verb).filter(|it| takes_tenant(it)) {
                let taking = command.get_subcommands().filter(|it| takes_tenant(it));
                let taking: Vec<String> = taking.map(|it| format!("{verb} {}", it.get_name())).collect();
                let taking: Vec<&str> = taking.iter().map(String::as_str).collect();
                let why = if ["deploy", "qlik"].contains(&verb) {
                    "a plan says which tenant it is for; "
                } else {
                    ""
                };
                return Some(format!("{why}`--tenant` is for {}", word_list(&taking)));
            }
            let taking: Vec<&str> =
                commands.get_subcommands().filter(|it| takes_tenant(it)).map(Command::get_name).collect();
            let why = match verb {
                "validate" => "`validate` checks the mappings of all tenants; ".to_owned(),
                _ => String::new(),
            };
            Some(format!("{why}`--tenant` is for {}", word_list(&taking)))
        }
        ErrorKind::InvalidValue if argument.starts_with("--strategy") => {
            strategy_meant_by(text(ContextKind::InvalidValue)?).map(|meant| escaped(&meant).into_owned())
        }
        _ => None,
    }
}
