//! What `claimsmith sync probe` does: it tries a service, with a group and two users that are deleted afterwards.

use std::io::{self, Write};
use std::time::Duration;

use anyhow::anyhow;
use claimsmith_connectors::scim::{Dialect, Left, Removal};
use serde::Serialize;

use super::probe_arguments::ProbeArguments;
use crate::arguments::OutputFormat;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::render::json;
use crate::scim_service;
use crate::terminal::Terminal;
use crate::write;

/// How long all requests together may take.
const LIMIT: Duration = Duration::from_secs(600);

/// What a probe found.
#[derive(Serialize)]
struct Summary<'s> {
    /// `None` if there is nothing to write down, because no member can be removed.
    file: Option<&'s str>,
    #[serde(flatten)]
    dialect: &'s Dialect,
    left: Vec<Remainder<'s>>,
}

/// What is left in the service.
#[derive(Serialize)]
struct Remainder<'s> {
    kind: &'static str,
    name: &'s str,
    /// `None` if it is not known whether it was created.
    id: Option<&'s str>,
    error: String,
}

impl ProbeArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let (scim, _) = scim_service::connect(self.scim_credentials.as_deref(), LIMIT, None)?;
        let mut bytes = [0; 4];
        getrandom::fill(&mut bytes).map_err(|error| anyhow!("the system gives no random bytes: {error}"))?;
        let suffix: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let probe = scim.probe(&suffix);
        let left: Vec<Remainder<'_>> = probe.left.iter().map(Remainder::new).collect();
        let dialect = probe.outcome.as_ref().map_err(|error| anyhow!("{error}{}", advice(&left)))?;
        let can_remove = dialect.removal != Removal::None;
        let name = self.out.to_string_lossy();
        if can_remove {
            let mut text = serde_json::to_string_pretty(dialect)?;
            text.push('\n');
            write::write_private(&self.out, text.into_bytes())?;
        }
        let file = if can_remove { Some(name.as_ref()) } else { None };
        let summary = Summary { file, dialect, left };
        match self.format {
            OutputFormat::Human => summary.write(&mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &summary)?,
        }
        let is_sound = dialect.is_removal_seen && summary.left.is_empty();
        Ok(if is_sound { ExitStatus::Success } else { ExitStatus::Failure })
    }
}

impl<'s> Remainder<'s> {
    fn new(left: &'s Left) -> Self {
        let Left { is_group, name, id, error } = left;
        let kind = if *is_group { "group" } else { "user" };
        Self { kind, name, id: id.as_deref(), error: error.to_string() }
    }

    fn described(&self) -> String {
        let id = self.id.map_or_else(|| "perhaps".to_owned(), |id| format!("id {}", id.escape_debug()));
        format!("{} `{}`, {id}: {}", self.kind, self.name, self.error)
    }
}

fn advice(left: &[Remainder<'_>]) -> String {
    if left.is_empty() {
        return "; nothing of the probe is left in the service".to_owned();
    }
    let left: Vec<String> = left.iter().map(Remainder::described).collect();
    format!("; the probe left in the service what has to be deleted by hand: {}", left.join("; "))
}

impl Summary<'_> {
    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let Dialect {
            service,
            removal,
            is_removal_seen,
            names_members,
            stores_members_twice,
            user_name_filter_ignores_case,
        } = self.dialect;
        let removal = match (removal, is_removal_seen) {
            (Removal::Path, true) => {
                "one of two members was removed by `members[value eq \"ID\"]`, the form of RFC 7644"
            }
            (Removal::Value, true) => {
                "one of two members was removed by a `value` with the path `members`, the form of Microsoft Entra, and not by that of RFC 7644"
            }
            (Removal::None, _) => {
                "neither the form of RFC 7644 nor that of Microsoft Entra removes one of two members, so members of this service cannot follow a directory"
            }
            (Removal::Path | Removal::Value, false) => {
                "not known, because the service names no members; the form of RFC 7644 is used"
            }
        };
        let members = match (names_members, stores_members_twice) {
            (false, _) => {
                "the service names none after two were added: it does not say who is in a group, or adding has no effect"
            }
            (true, false) => "named; who is added again is a member once",
            (true, true) => "named; who is added again is there twice",
        };
        let filter = match user_name_filter_ignores_case {
            Some(true) => "find a user in any letter case",
            Some(false) => "find a user in the same letter case only",
            None => "do not work, so whole lists are read in their place",
        };
        for (title, text) in
            [("service", service.as_str()), ("removal", removal), ("members", members), ("filters", filter)]
        {
            writeln!(out, "{title:<12} {}", escaped(text))?;
        }
        for left in &self.left {
            writeln!(out, "{:<12} {}", "left", escaped(&left.described()))?;
        }
        let left = match self.left.is_empty() {
            true => "what the probe created was deleted",
            false => "delete what is left by hand",
        };
        match self.file {
            Some(file) => writeln!(out, "\n{}: written; {left}", escaped(file)),
            None => writeln!(out, "\nnothing was written; {left}"),
        }
    }
}
