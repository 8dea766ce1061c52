//! What to do about arguments that the command line does not have.

use claimsmith::compiler::inspect::{strategy_meant_by, word_list};
use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::{Command, CommandFactory};

use crate::commands::CommandLine;
use crate::escape::escaped;

/// The error with advice in the terms of this program, if there is any.
pub(crate) fn explained(mut error: Error) -> Error {
    let verb = std::env::args().nth(1).unwrap_or_default();
    if let Some(advice) = advice(&error, &verb, &CommandLine::command()) {
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(advice)]));
    }
    error
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
    match error.kind() {
        ErrorKind::UnknownArgument if argument == "--tenant" => {
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
