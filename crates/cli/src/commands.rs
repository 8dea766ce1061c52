//! The verbs of the command line, one file each.

mod bundle;
mod evaluate;
mod explain;
mod fmt;
pub(crate) mod now;
mod schema;
mod test;
mod validate;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::Verdict;
use crate::terminal::Terminal;

/// Maps the groups of your customers' identity providers to the groups of your applications
///
/// Mapping files say which upstream groups lead to which target groups. claimsmith checks them, runs their
/// test cases, shows what a login gives and why, and builds the Auth0 Action that does the same at each login.
#[derive(Debug, Parser)]
#[command(name = "claimsmith", version, max_term_width = 100, arg_required_else_help = true, after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

const AFTER_HELP: &str = "\
Exit codes:
  0  everything is fine
  1  the answer is no: findings, failed cases, files to format, an Action over its limit
  2  could not find out: bad arguments, a file that cannot be read

Colors are used on a terminal only, and not if NO_COLOR is set.";

#[derive(Debug, Subcommand)]
enum Verb {
    Validate(validate::Validate),
    Fmt(fmt::Fmt),
    Test(test::Test),
    Evaluate(evaluate::Evaluate),
    Explain(explain::Explain),
    Bundle(bundle::Bundle),
    Schema(schema::Schema),
}

/// Where the mapping files are, for verbs that need nothing else.
#[derive(Debug, Args)]
struct Directory {
    /// The folder of mapping files, or a YAML file that holds a whole platform
    #[arg(value_name = "DIR", default_value = "mappings")]
    path: PathBuf,
}

/// Which logins to evaluate against which mappings.
#[derive(Debug, Args)]
struct Inputs {
    /// The folder of mapping files, or a YAML file that holds a whole platform
    #[arg(long, value_name = "DIR", default_value = "mappings")]
    mappings: PathBuf,
    /// The event of a login as Auth0 hands it to an Action, as JSON; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    event: PathBuf,
    /// The time of logins whose event states none, as a date or a date-time of RFC 3339; the clock's by default
    #[arg(long, value_name = "TIME", value_parser = now::parse)]
    now: Option<f64>,
}

impl Inputs {
    /// The time of logins whose event states none, in seconds since 1970.
    fn now(&self) -> f64 {
        self.now.unwrap_or_else(now::clock)
    }
}

/// Does what the arguments say.
pub(crate) fn run(arguments: &Arguments, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
    match &arguments.verb {
        Verb::Validate(validate) => validate.run(terminal),
        Verb::Fmt(fmt) => fmt.run(terminal),
        Verb::Test(test) => test.run(terminal),
        Verb::Evaluate(evaluate) => evaluate.run(terminal),
        Verb::Explain(explain) => explain.run(terminal),
        Verb::Bundle(bundle) => bundle.run(terminal),
        Verb::Schema(schema) => schema.run(terminal),
    }
}
