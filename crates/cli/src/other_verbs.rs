//! Words for commands that other programs have, and what this one calls them.

/// What a word means that is not a command. `verb` is the first argument: the word itself, or a command that has commands
/// of its own.
pub(crate) fn meant_by(verb: &str, word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    match verb {
        "deploy" => of_deploy(&word),
        "new" => of_new(&word),
        _ => of_program(&word),
    }
}

fn of_program(word: &str) -> Option<&'static str> {
    Some(match word {
        "check" | "lint" | "verify" | "vet" | "doctor" | "analyze" | "analyse" => {
            "`claimsmith validate` checks mapping files, and `claimsmith test` runs their cases"
        }
        "compile" | "build" | "make" | "pack" | "package" | "generate" | "export" | "dist" => {
            "`claimsmith bundle` builds the Action from mapping files, and `claimsmith validate` only checks them"
        }
        "run" | "exec" | "execute" | "simulate" | "try" | "eval" | "resolve" | "map" | "login" => {
            "`claimsmith evaluate` prints the groups that a login gets, and `claimsmith test` runs the cases"
        }
        "tests" | "spec" | "cases" | "run-tests" | "unittest" => "`claimsmith test` runs the cases",
        "apply" | "push" | "publish" | "release" | "upload" | "install" | "sync" => {
            "`claimsmith deploy apply` carries out what `claimsmith deploy plan` wrote down"
        }
        "plan" | "diff" | "preview" | "dry-run" => {
            "`claimsmith deploy plan` says what would change in a tenant"
        }
        "drift" | "health" | "monitor" | "state" => {
            "`claimsmith status` shows what the logins of a tenant run, and what would break them"
        }
        "confirm" => "`claimsmith deploy confirm` keeps what would otherwise return to what it was",
        "rollback" | "revert" | "undo" | "restore" => {
            "`claimsmith deploy rollback` lets logins run an older version again"
        }
        "format" | "tidy" | "prettify" | "pretty" => {
            "`claimsmith fmt` brings mapping files into their canonical form"
        }
        "fix" | "repair" => "`claimsmith validate --fix` corrects what has one correction",
        "create" | "start" | "setup" | "scaffold" | "initialize" | "initialise" | "bootstrap"
        | "quickstart" => {
            "`claimsmith init` starts a folder of mapping files, and `claimsmith new` adds to one"
        }
        "add" | "onboard" | "organization" | "org" | "customer" => {
            "`claimsmith new organization` adds an organization to a folder of mapping files"
        }
        "why" | "debug" | "trace" | "show" | "describe" => {
            "`claimsmith explain` says why a login gets its groups, and `claimsmith list` shows the organizations"
        }
        "ls" | "organizations" | "orgs" | "customers" => "`claimsmith list` shows the organizations",
        "who" | "who-can" | "access" | "report" | "audit" => {
            "`claimsmith matrix` shows which customers can grant which target groups"
        }
        "expired" | "expiry" | "expires" => {
            "`claimsmith expiring` lists the rules that have expired, or expire soon"
        }
        "completion" => "`claimsmith completions` prints the completions of a shell",
        "version" => "`claimsmith --version` prints the version",
        "watch" => "`claimsmith validate --watch` and `claimsmith test --watch` run again at each change",
        _ => return None,
    })
}

fn of_deploy(word: &str) -> Option<&'static str> {
    Some(match word {
        "run" | "push" | "publish" | "release" | "upload" | "now" | "go" | "action" => {
            "`claimsmith deploy apply` carries out what `claimsmith deploy plan` wrote down"
        }
        "diff" | "preview" | "dry-run" | "check" => "`claimsmith deploy plan` says what would change",
        "status" | "show" | "list" | "ls" | "info" | "drift" => {
            "`claimsmith status` shows what logins run, and what would break them"
        }
        "revert" | "undo" | "restore" | "back" => {
            "`claimsmith deploy rollback` lets logins run an older version again"
        }
        _ => return None,
    })
}

fn of_new(word: &str) -> Option<&'static str> {
    Some(match word {
        "org" | "organisation" | "customer" | "tenant" | "mapping" => {
            "`claimsmith new organization` adds an organization with its cases"
        }
        "folder" | "project" | "platform" => "`claimsmith init` starts a folder of mapping files",
        "template" => "a template is a file that you write; `claimsmith help templates` describes it",
        "rule" | "case" | "test" | "group" | "application" => {
            "this is written into the files of the folder; `claimsmith help language` says where"
        }
        _ => return None,
    })
}
