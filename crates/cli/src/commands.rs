//! The verbs of the command line, one file each.

mod assumptions;
mod bundle;
mod compare_action;
mod completions;
mod deploy;
mod evaluate;
mod expiring;
mod explain;
mod fmt;
mod help;
mod import;
mod init;
#[cfg(not(target_family = "wasm"))]
mod keys;
mod list;
mod man;
mod matrix;
mod new;
mod onboard;
mod qlik;
mod schema;
#[cfg(not(target_family = "wasm"))]
mod sign;
mod status;
mod sync;
mod test;
mod validate;
mod verify_live;

use clap::{CommandFactory, Parser, Subcommand};

use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

/// Maps the groups of your customers' identity providers to the groups of your applications
///
/// Mapping files say which upstream groups grant which target groups. claimsmith checks them, runs their test
/// cases, shows which groups a login gets and why, and builds the Auth0 Action that does the same at each login.
#[derive(Debug, Parser)]
#[command(name = "claimsmith", version = VERSION, max_term_width = 100, arg_required_else_help = true, after_help = AFTER_HELP)]
#[command(disable_help_subcommand = true)]
pub(crate) struct CommandLine {
    #[command(subcommand)]
    verb: Verb,
}

/// With the commit, in release builds.
const VERSION: &str = env!("CLAIMSMITH_VERSION");

const AFTER_HELP: &str = "\
Exit codes:
  0  everything is fine
  1  the answer is no: findings, failed cases, files to format, an Action over its limit
  2  there is no answer: bad arguments, a file that cannot be read

Output is colored on a terminal only, and not if NO_COLOR is set.";

#[derive(Debug, Subcommand)]
enum Verb {
    Init(init::InitArguments),
    New(new::NewArguments),
    Onboard(onboard::OnboardArguments),
    Import(import::ImportArguments),
    CompareAction(compare_action::CompareActionArguments),
    Validate(validate::ValidateArguments),
    Fmt(fmt::FmtArguments),
    Test(test::TestArguments),
    Evaluate(evaluate::EvaluateArguments),
    Explain(explain::ExplainArguments),
    List(list::ListArguments),
    Matrix(matrix::MatrixArguments),
    Expiring(expiring::ExpiringArguments),
    Bundle(bundle::BundleArguments),
    // WebAssembly has neither keys nor agents.
    #[cfg(not(target_family = "wasm"))]
    Keys(keys::KeysArguments),
    #[cfg(not(target_family = "wasm"))]
    Sign(sign::SignArguments),
    Deploy(deploy::DeployArguments),
    Status(status::StatusArguments),
    Assumptions(assumptions::AssumptionsArguments),
    Qlik(qlik::QlikArguments),
    VerifyLive(verify_live::VerifyLiveArguments),
    Sync(sync::SyncArguments),
    Schema(schema::SchemaArguments),
    Completions(completions::CompletionsArguments),
    Man(man::ManArguments),
    Help(help::HelpArguments),
}

impl CommandLine {
    /// Runs the verb.
    pub(crate) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match &self.verb {
            Verb::Init(arguments) => arguments.run(terminal),
            Verb::New(arguments) => arguments.run(terminal),
            Verb::Onboard(arguments) => arguments.run(terminal),
            Verb::Import(arguments) => arguments.run(terminal),
            Verb::CompareAction(arguments) => arguments.run(terminal),
            Verb::Validate(arguments) => arguments.run(terminal),
            Verb::Fmt(arguments) => arguments.run(terminal),
            Verb::Test(arguments) => arguments.run(terminal),
            Verb::Evaluate(arguments) => arguments.run(terminal),
            Verb::Explain(arguments) => arguments.run(terminal),
            Verb::List(arguments) => arguments.run(terminal),
            Verb::Matrix(arguments) => arguments.run(terminal),
            Verb::Expiring(arguments) => arguments.run(terminal),
            Verb::Bundle(arguments) => arguments.run(terminal),
            #[cfg(not(target_family = "wasm"))]
            Verb::Keys(arguments) => arguments.run(terminal),
            #[cfg(not(target_family = "wasm"))]
            Verb::Sign(arguments) => arguments.run(terminal),
            Verb::Deploy(arguments) => arguments.run(terminal),
            Verb::Status(arguments) => arguments.run(terminal),
            Verb::Assumptions(arguments) => arguments.run(terminal),
            Verb::Qlik(arguments) => arguments.run(terminal),
            Verb::VerifyLive(arguments) => arguments.run(terminal),
            Verb::Sync(arguments) => arguments.run(terminal),
            Verb::Schema(arguments) => arguments.run(terminal),
            Verb::Completions(arguments) => arguments.run(Self::command(), terminal),
            Verb::Man(arguments) => arguments.run(Self::command(), terminal),
            Verb::Help(arguments) => arguments.run(Self::command(), terminal),
        }
    }
}
