//! `claimsmith sync explain`: what a person of a directory is granted, and why.

use std::io::Write;

use anyhow::{Context, bail};
use claimsmith::Bundle;
use claimsmith::compiler::inspect;
use claimsmith_lifecycle::directory::Directory;

use super::arguments::ExplainArguments;
use super::target::mapping_of;
use crate::arguments::OutputFormat;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::login_time;
use crate::platform;
use crate::render::{human, json};
use crate::terminal::Terminal;

impl ExplainArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let platform = platform::load_counting_warnings(&self.mappings.path, &self.tenant, terminal)?;
        let Some(platform) = platform else { return Ok(ExitStatus::Failure) };
        let mapping = mapping_of(&platform, &self.organization)?;
        let directory = self.directory.read(&mapping)?;
        let at = self.position(&directory, &mapping.user().user_name)?;
        let of_people = directory.groups_of_people();
        let (Some(person), Some(groups)) = (directory.people.get(at), of_people.get(at)) else {
            bail!("the directory has no such person");
        };
        let names: Vec<&str> = directory.names(groups).collect();
        let event =
            mapping.event(&names, &person.attributes).at(self.now.unwrap_or_else(login_time::current));
        let bundle = Bundle::decode(mapping.bundle()).context("the compiled mapping cannot be used")?;
        let explanation = inspect::explain(&platform, &bundle, &event);
        match self.format {
            OutputFormat::Human => {
                let active = if person.is_active { "can log in" } else { "cannot log in, so has no groups" };
                writeln!(terminal.out, "person {}: {active}", escaped(&person.id))?;
                human::explanation(&mut terminal.out, &explanation)?;
            }
            OutputFormat::Json => json::explanation(&mut terminal.out, &explanation)?,
        }
        // What is missing may be what excludes the person.
        for why in &directory.unread {
            writeln!(terminal.err, "note: the directory was not read to its end: {}", escaped(why))?;
        }
        Ok(if directory.is_complete() { ExitStatus::Success } else { ExitStatus::Failure })
    }

    /// The position of the person, by id or else by name.
    fn position(&self, directory: &Directory, name: &str) -> anyhow::Result<usize> {
        if let Some(at) = directory.people.iter().position(|person| person.id == self.person) {
            return Ok(at);
        }
        let sought = self.person.to_lowercase();
        let is_named = |(_, person): &(usize, &claimsmith_lifecycle::directory::Person)| {
            let value = person.attributes.get(name);
            let value = value.and_then(|it| it.as_array().and_then(|all| all.first()).or(Some(it)));
            value.and_then(serde_json::Value::as_str).is_some_and(|it| it.to_lowercase() == sought)
        };
        let found: Vec<usize> =
            directory.people.iter().enumerate().filter(is_named).map(|(at, _)| at).collect();
        match found.as_slice() {
            [at] => Ok(*at),
            [] => bail!(
                "the directory has no person with the id or the `{}` that `--person` names",
                name.escape_debug()
            ),
            _ => bail!("the directory has several people with this `{}`; name the id", name.escape_debug()),
        }
    }
}
