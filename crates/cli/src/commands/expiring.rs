//! `claimsmith expiring`: rules that have expired or expire soon.

use std::io::{self, Write};

use claimsmith::compiler::inspect::{self, ExpiringRule};
use serde::Serialize;

use crate::arguments::{MappingsArgument, OutputFormat};
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::login_time;
use crate::mappings::Mappings;
use crate::numbers::counted;
use crate::platform;
use crate::render::json;
use crate::terminal::Terminal;

/// List the rules that have expired, or expire soon
///
/// The exit code is 1 if there is one, so that a scheduled job can say so.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ExpiringArguments {
    #[command(flatten)]
    mappings: MappingsArgument,
    /// How soon: a number of days or weeks, such as `90d` or `12w`
    #[arg(long, value_name = "TIME", default_value = "30d", value_parser = parse_days)]
    within: u32,
    /// From when on, as an RFC 3339 date or date-time; the current time by default
    #[arg(long, value_name = "TIME", value_parser = login_time::parse)]
    now: Option<f64>,
    /// How to print the rules
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith expiring --within 90d
  claimsmith expiring --within 12w --format json | jq -r '.rules[].owner'";

const DAY: f64 = 86_400.0;

fn parse_days(text: &str) -> Result<u32, &'static str> {
    const HINT: &str = "write a number of days or weeks, such as `90d` or `12w`, of at most 3650 days";
    let (number, days) = match (text.strip_suffix('d'), text.strip_suffix('w')) {
        (Some(number), _) => (number, 1),
        (_, Some(number)) => (number, 7),
        _ => return Err(HINT),
    };
    let days = number.parse::<u32>().ok().and_then(|number| number.checked_mul(days));
    days.filter(|days| *days <= 3650).ok_or(HINT)
}

#[derive(Debug, Serialize)]
struct ReportedRule<'r> {
    organization: &'r str,
    rule: &'r str,
    owner: Option<&'r str>,
    file: &'r str,
    line: usize,
    expires: &'r str,
    /// Whole days that are left; negative if it has expired.
    days: i64,
}

#[derive(Debug, Serialize)]
struct Report<'r> {
    within_days: u32,
    rules: Vec<ReportedRule<'r>>,
}

impl ExpiringArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some((mappings, platforms)) = platform::load_all(&self.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let now = self.now.unwrap_or_else(login_time::current);
        let rules = platforms.first().map(inspect::expiring_rules).unwrap_or_default();
        let until = now + f64::from(self.within) * DAY;
        let rules = rules.iter().filter(|rule| rule.at as f64 <= until);
        let rules: Vec<ReportedRule<'_>> = rules.map(|rule| report(rule, now, &mappings)).collect();
        let status = if rules.is_empty() { ExitStatus::Success } else { ExitStatus::Failure };
        let report = Report { within_days: self.within, rules };
        match self.format {
            OutputFormat::Human => write_human(&mut terminal.out, &report)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &report)?,
        }
        Ok(status)
    }
}

fn report<'r>(rule: &'r ExpiringRule, now: f64, mappings: &'r Mappings) -> ReportedRule<'r> {
    ReportedRule {
        organization: &rule.organization,
        rule: &rule.rule,
        owner: rule.owner.as_deref(),
        file: &rule.file,
        line: mappings.sources.locate(&rule.file, &rule.span).0.line,
        expires: mappings.sources.text(&rule.file, &rule.span).trim_matches(['"', '\'']),
        days: ((rule.at as f64 - now) / DAY).floor() as i64,
    }
}

fn write_human(out: &mut impl Write, report: &Report<'_>) -> io::Result<()> {
    for rule in &report.rules {
        let owner = rule.owner.map(|owner| format!(", {owner}")).unwrap_or_default();
        let left = match rule.days {
            ..0 => "has expired".to_owned(),
            0 => "expires within a day".to_owned(),
            days => format!("{} left", counted(usize::try_from(days).unwrap_or_default(), "day")),
        };
        let line =
            format!("{}  rule `{}` of `{}`: {left}{owner}", rule.expires, rule.rule, rule.organization);
        writeln!(out, "{}", escaped(&line))?;
        writeln!(out, "  {}:{}", escaped(rule.file), rule.line)?;
    }
    let within = counted(usize::try_from(report.within_days).unwrap_or_default(), "day");
    match report.rules.len() {
        0 => writeln!(out, "no rule expires within {within}"),
        1 => writeln!(out, "1 rule has expired or expires within {within}"),
        count => writeln!(out, "{} have expired or expire within {within}", counted(count, "rule")),
    }
}
