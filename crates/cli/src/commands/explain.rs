//! `claimsmith explain`: one login, step by step.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use claimsmith::Bundle;
use claimsmith::cases::Case;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::inspect::{self, LoginDescription};
use claimsmith::event::Event;
use claimsmith::explanation::Explanation;
use clap::Args;

use crate::arguments::{MappingsOption, OutputFormat};
use crate::case_filter;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::input;
use crate::login_time;
use crate::mappings::Mappings;
use crate::platform;
use crate::render::{human, json};
use crate::results::TestedCase;
use crate::tenant::TenantArgument;
use crate::terminal::{ErrorWithList, Terminal};

/// Explain step by step why a login gets its groups
///
/// The steps are those of the evaluation itself: which mapping applies and why, where the groups were read,
/// which rule fired for which group, which part of a condition failed, and what the application receives.
///
/// The login is an event (`--event`), a case of the test files (`--case`), or described by names
/// (`--organization` with `--group`, `--user` or both).
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ExplainArguments {
    #[command(flatten)]
    mappings: MappingsOption,
    #[command(flatten)]
    tenant: TenantArgument,
    #[command(flatten)]
    login: ExplainedLogin,
    /// The name of the application; without it, the login to each application is explained
    #[arg(long, value_name = "NAME", requires = "organization")]
    application: Option<String>,
    /// The name of the connection, if the mapping has several
    #[arg(long, value_name = "NAME", requires = "organization")]
    connection: Option<String>,
    /// An upstream group of the login, as rules see it; repeat it for several
    #[arg(long = "group", value_name = "GROUP", requires = "organization", allow_hyphen_values = true)]
    groups: Vec<String>,
    /// The attributes of the user, as a JSON object like `event.user`; `-` reads standard input
    #[arg(long, value_name = "FILE", requires = "organization")]
    user: Option<PathBuf>,
    /// The time of a login that does not state one, as an RFC 3339 date or date-time; the current time by default
    #[arg(long, value_name = "TIME", value_parser = login_time::parse)]
    now: Option<f64>,
    /// How to print the explanation
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

/// Which login is explained.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct ExplainedLogin {
    /// The event of a login as Auth0 passes it to an Action, as JSON; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    event: Option<PathBuf>,
    /// The name of a case, or a part of it; `*` is any text
    #[arg(long, value_name = "NAME")]
    case: Option<String>,
    /// The name of the organization's mapping file, or the id of its Auth0 organization
    #[arg(long, value_name = "NAME")]
    organization: Option<String>,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith explain --event login.json
  claimsmith explain --case 'an analyst reads the finance domain'
  claimsmith explain --organization acme --group it-admins --group 'Domain Users'
  claimsmith explain --organization acme --application catalog --user attributes.json
  claimsmith explain --mappings customers/mappings --event - --format json < login.json";

impl ExplainArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some((mappings, platforms)) = platform::load_all(&self.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        if let Some(name) = &self.login.case {
            let platforms = self.tenant.filter(platforms)?;
            let platform = platform_of_case(name, &platforms)?;
            let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
            return self.explain_case(name, &mappings, platform, &bundle, terminal);
        }
        let (platform, events) = match &self.login.event {
            Some(path) => {
                let event = input::event(path)?;
                (self.tenant.of_event(platforms, &event)?, vec![event])
            }
            None => {
                let platform = self.tenant.select(platforms)?;
                let events = self.described(&platform)?;
                (platform, events)
            }
        };
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        for (at, event) in events.into_iter().enumerate() {
            if at > 0 {
                writeln!(terminal.out)?;
            }
            let explanation = inspect::explain(&platform, &bundle, &event.at(self.now()));
            self.print(&explanation, terminal)?;
        }
        Ok(ExitStatus::Success)
    }

    fn now(&self) -> f64 {
        self.now.unwrap_or_else(login_time::current)
    }

    fn explain_case(
        &self,
        name: &str,
        mappings: &Mappings,
        platform: &CompiledPlatform,
        bundle: &Bundle<'_>,
        terminal: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        let case = find_case(name, &platform.cases)?;
        let mut event = Event::from_json(case.event.clone()).unwrap_or_default();
        // Without `--now` it is the login that `claimsmith test` runs.
        if let Some(now) = self.now {
            event = event.at(now);
        }
        let explanation = inspect::explain(platform, bundle, &event);
        if matches!(self.format, OutputFormat::Human) {
            let line = mappings.sources.locate(&case.file, &case.span).0.line;
            let tenant = platform.tenant().map(|tenant| format!(" (tenant {})", tenant.name()));
            let tenant = tenant.unwrap_or_default();
            writeln!(terminal.out, "case {}:{line}: {}{tenant}", escaped(&case.file), escaped(&case.name))?;
        }
        self.print(&explanation, terminal)?;
        if matches!(self.format, OutputFormat::Human) {
            let result = case.run(bundle);
            let reasons = inspect::reasons(platform, bundle, case, &result);
            human::case_result(
                &mut terminal.out,
                mappings,
                &TestedCase { case, tenant: None, result, reasons, action: None },
            )?;
        }
        Ok(ExitStatus::Success)
    }

    /// The events of a described login, one for each application.
    fn described(&self, platform: &CompiledPlatform) -> anyhow::Result<Vec<Event>> {
        if self.groups.is_empty() && self.user.is_none() {
            bail!("a login needs groups or attributes; add `--group GROUP` or `--user FILE`");
        }
        let organization = self.login.organization.clone().unwrap_or_default();
        let user = self.user.as_deref().map(read_user).transpose()?;
        let known = inspect::application_names(platform);
        let applications = match &self.application {
            Some(name) => vec![name.as_str()],
            None => known,
        };
        if applications.len() > 1 && matches!(self.format, OutputFormat::Json) {
            bail!("one JSON document explains one login; choose an application with `--application NAME`");
        }
        let event = |application: &str| {
            let description = LoginDescription {
                organization: organization.clone(),
                application: Some(application.to_owned()),
                connection: self.connection.clone(),
                groups: if self.groups.is_empty() { None } else { Some(self.groups.clone()) },
                user: user.clone(),
            };
            let event = inspect::describe_login(platform, &description);
            let event = event.map_err(|problem| anyhow::anyhow!("{}; {}", problem.message, problem.help))?;
            Ok(Event::from_json(event)?)
        };
        applications.into_iter().map(event).collect()
    }

    fn print(&self, explanation: &Explanation, terminal: &mut Terminal) -> anyhow::Result<()> {
        match self.format {
            OutputFormat::Human => human::explanation(&mut terminal.out, explanation)?,
            OutputFormat::Json => json::explanation(&mut terminal.out, explanation)?,
        }
        Ok(())
    }
}

fn read_user(path: &Path) -> anyhow::Result<serde_json::Map<String, serde_json::Value>> {
    let (reader, name) = input::open(path)?;
    let text = input::read_text(reader, &name)?;
    serde_json::from_str(&text)
        .with_context(|| format!("{name} is not a JSON object with the attributes of a user"))
}

/// The first tenant in which a case can be found; the errors are those of the first.
fn platform_of_case<'p>(
    name: &str,
    platforms: &'p [CompiledPlatform],
) -> anyhow::Result<&'p CompiledPlatform> {
    let found = platforms.iter().find(|platform| find_case(name, &platform.cases).is_ok());
    found.or(platforms.first()).context("there is no platform")
}

/// The case with a name, or the only one whose name contains it.
fn find_case<'c>(name: &str, cases: &'c [Case]) -> anyhow::Result<&'c Case> {
    const SHOWN: usize = 10;
    let exact: Vec<&Case> = cases.iter().filter(|case| case.name == name).collect();
    let found = if exact.is_empty() {
        cases.iter().filter(|case| case_filter::selects(name, case)).collect()
    } else {
        exact
    };
    match found.as_slice() {
        [only] => Ok(only),
        [] => bail!("no case has `{name}` in its name; `claimsmith test --format json` lists the cases"),
        several => {
            let entries = several.iter().take(SHOWN).map(|case| format!("{}: {}", case.file, case.name));
            let message =
                format!("{} cases have `{name}` in their names; write more of the name:", several.len());
            bail!(ErrorWithList { message, entries: entries.collect() })
        }
    }
}
