//! `claimsmith compare-action`: what the mappings would change, compared with the Action that decides today.

mod accepted;
mod differences;

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use claimsmith::Bundle;
use claimsmith::event::Event;
use serde::Serialize;
use serde_json::{Value as Json, json};

use self::accepted::{Accepted, Verdict};
use self::differences::{Comparison, Difference, Logins, OldClaims};
use crate::action::embedded_engine;
use crate::arguments::OutputFormat;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::input::{self, MAX_FILE};
use crate::login_time;
use crate::mapping_files::DEFAULT_FOLDER;
use crate::numbers::counted;
use crate::old_action;
use crate::platform;
use crate::render::json;
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;

/// Compare the mappings with the Action that decides the groups today
///
/// Runs every login of a population through the old Action, in Node under a loader like Auth0's, and through the
/// mappings, and lists what would change: who gains or loses which group, and why. The exit code is 0 if nothing
/// changes or every difference is accepted. The old Action runs without files, network, npm packages and this
/// program's environment, at most 20 seconds a login.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct CompareActionArguments {
    /// The JavaScript of the old Action, a post-login Action
    action: PathBuf,
    /// The logins: a file with an event in each line, as `evaluate --jsonl` takes it, or - for standard input
    #[arg(long, value_name = "FILE")]
    population: PathBuf,
    /// The mapping files: a folder, or one file with a whole platform
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    mappings: PathBuf,
    #[command(flatten)]
    tenant: TenantArgument,
    /// A claim or SAML attribute of the old Action with groups, which may be repeated; by default all that are lists of texts
    #[arg(long = "claim", value_name = "NAME")]
    claims: Vec<String>,
    /// A file of differences that are accepted, each with a reason and a date until which it is
    #[arg(long, value_name = "FILE")]
    accept: Option<PathBuf>,
    /// The time of logins that state none, instead of the current time
    #[arg(long, value_name = "TIME", value_parser = login_time::parse)]
    now: Option<f64>,
    /// How long the old Action may take for one login, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// How to print the differences
    #[arg(long, value_enum, default_value_t)]
    format: OutputFormat,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith compare-action old-action.js --population logins.jsonl
  claimsmith compare-action old-action.js --population logins.jsonl --mappings draft --claim https://example.com/groups
  claimsmith compare-action old-action.js --population logins.jsonl --accept accepted.json";

/// A difference, as JSON has it.
#[derive(Debug, Serialize)]
struct Row<'c> {
    #[serde(flatten)]
    difference: &'c Difference,
    logins: usize,
    /// The first of them.
    lines: &'c [usize],
    /// Both, for people.
    #[serde(skip)]
    text: String,
    accepted: bool,
    /// The reason, or why it is not accepted any longer.
    note: Option<String>,
}

impl CompareActionArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some((_, platforms)) = platform::load_all(&self.mappings, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let platform = self.tenant.select(platforms)?;
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        let accepted = self.accept.as_deref().map(Accepted::read).transpose()?.unwrap_or_default();
        let (reader, name) = input::open(&self.action)?;
        let action = input::read_text(reader, &name)?;
        let now = self.now.unwrap_or_else(login_time::current);
        let events = population(&self.population, now)?;
        let sent: Vec<(usize, String)> =
            events.iter().map(|(line, json)| (*line, json.to_string())).collect();
        let runner = embedded_engine()?.old_action_runner;
        let old = old_action::run(&action, runner, &sent, Duration::from_secs(self.timeout))
            .with_context(|| format!("cannot run {name}"))?;
        let mut comparison = Comparison::default();
        let claims = OldClaims { names: &self.claims };
        for ((line, json), login) in events.into_iter().zip(&old) {
            let event =
                Event::from_json(json).with_context(|| format!("line {line} is not an event"))?.at(now);
            comparison.add(line, &event, &bundle, login, &claims);
        }
        self.check_claims(&comparison, terminal)?;
        self.print(&comparison, &accepted, login_time::current(), terminal)
    }

    /// Refuses a comparison of which the Action sets no claim, since everyone would seem to gain everything, and warns about
    /// single claims that it never sets.
    fn check_claims(&self, comparison: &Comparison, terminal: &mut Terminal) -> anyhow::Result<()> {
        let (set, unset): (Vec<&String>, Vec<&String>) =
            self.claims.iter().partition(|name| comparison.set.contains(*name));
        if unset.is_empty() {
            return Ok(());
        }
        let list = |names: &mut dyn Iterator<Item = &String>| {
            let names: Vec<String> = names.map(|name| format!("`{}`", escaped(name))).collect();
            if names.is_empty() { "no claim at all".to_owned() } else { names.join(", ") }
        };
        let text = format!(
            "the Action never sets {} of `--claim` for these logins; it sets {}",
            list(&mut unset.into_iter()),
            list(&mut comparison.set.iter())
        );
        ensure!(!set.is_empty(), "{text}; nothing was compared");
        writeln!(terminal.err, "warning: {text}")?;
        Ok(())
    }

    fn print(
        &self,
        comparison: &Comparison,
        accepted: &Accepted,
        today: f64,
        terminal: &mut Terminal,
    ) -> anyhow::Result<ExitStatus> {
        let rows: Vec<Row<'_>> = comparison
            .found
            .iter()
            .map(|(difference, logins)| row(difference, logins, accepted, today))
            .collect();
        let open = rows.iter().filter(|row| !row.accepted).count();
        let unused = accepted.unused(comparison.found.keys());
        match self.format {
            OutputFormat::Json => {
                let document = json!({
                    "logins": comparison.logins, "equal": comparison.equal, "claims": comparison.claims,
                    "ignored": comparison.ignored, "differences": rows, "open": open, "unused": unused,
                    "not_comparable": {
                        "logins": comparison.without_answer,
                        "needs": comparison.not_comparable.iter().map(|(needs, logins)| {
                            json!({ "needs": needs, "logins": logins.count, "lines": logins.lines })
                        }).collect::<Vec<Json>>(),
                    },
                });
                json::versioned(&mut terminal.out, &document)?;
            }
            OutputFormat::Human => write_human(comparison, &rows, unused, terminal)?,
        }
        match (open, comparison.without_answer) {
            (0, 0) => Ok(ExitStatus::Success),
            (0, without) => bail!(
                "{} could not be compared, so it is not known whether something changes; give what the Action needs in the events, such as `secrets`, or let a copy of the Action have it as a value",
                counted(without, "login")
            ),
            _ => Ok(ExitStatus::Failure),
        }
    }
}

fn row<'c>(difference: &'c Difference, logins: &'c Logins, accepted: &Accepted, today: f64) -> Row<'c> {
    let (is_accepted, note) = match accepted.verdict(difference, logins, today) {
        Verdict::Open => (false, None),
        Verdict::Accepted(why) => (true, Some(why)),
        Verdict::Expired(until) => (false, Some(format!("it was accepted until {until}"))),
        Verdict::MoreLogins(most) => {
            (false, Some(format!("it was accepted for at most {}", counted(most, "login"))))
        }
    };
    Row {
        difference,
        logins: logins.count,
        lines: &logins.lines,
        text: logins.text(),
        accepted: is_accepted,
        note,
    }
}

fn write_human(
    comparison: &Comparison,
    rows: &[Row<'_>],
    unused: usize,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let out = &mut terminal.out;
    for row in rows {
        let Difference { change, group, cause } = row.difference;
        let group = if group.is_empty() { "the login" } else { group };
        let state = if row.accepted { "accepted" } else { "open" };
        writeln!(out, "{:<17} {}", change.word(), escaped(group))?;
        writeln!(out, "  because    {}", escaped(cause))?;
        writeln!(out, "  for        {}", row.text)?;
        match &row.note {
            Some(note) => writeln!(out, "  {state:<10} {}", escaped(note))?,
            None => writeln!(out, "  {state}")?,
        }
    }
    for (needs, logins) in &comparison.not_comparable {
        writeln!(out, "not-comparable    `{}`", escaped(needs))?;
        writeln!(out, "  because    the Action asks for it, and it is not there")?;
        writeln!(out, "  for        {}", logins.text())?;
    }
    if !rows.is_empty() || !comparison.not_comparable.is_empty() {
        writeln!(out)?;
    }
    let open = rows.iter().filter(|row| !row.accepted).count();
    writeln!(
        out,
        "{}, {} with the same groups{}; {}, {} of them accepted",
        counted(comparison.logins, "login"),
        comparison.equal,
        match comparison.without_answer {
            0 => String::new(),
            without => format!(", {without} that cannot be compared"),
        },
        counted(rows.len(), "difference"),
        rows.len() - open
    )?;
    let names: Vec<String> = comparison.claims.iter().map(|name| format!("`{}`", escaped(name))).collect();
    match names.is_empty() {
        true => {
            let set: Vec<String> = comparison.set.iter().map(|name| format!("`{}`", escaped(name))).collect();
            let set = if set.is_empty() { "none at all".to_owned() } else { set.join(", ") };
            writeln!(
                out,
                "the Action set no claim that is a list of texts (it set {set}); `--claim NAME` says which one holds groups"
            )?
        }
        false => writeln!(out, "groups of the Action: {}", names.join(", "))?,
    }
    if !comparison.ignored.is_empty() {
        let names: Vec<String> =
            comparison.ignored.iter().map(|name| format!("`api.{}`", escaped(name))).collect();
        writeln!(out, "calls of the Action that were not carried out: {}", names.join(", "))?;
    }
    out.flush()?;
    if unused > 0 {
        writeln!(
            terminal.err,
            "warning: {unused} of the accepted differences {} not there any more; remove them",
            if unused == 1 { "is" } else { "are" }
        )?;
    }
    Ok(())
}

/// The events of a file, with the numbers of their lines. Each states its time.
fn population(path: &Path, now: f64) -> anyhow::Result<Vec<(usize, Json)>> {
    let (reader, name) = input::open(path)?;
    let mut reader = BufReader::new(reader);
    let mut events = Vec::new();
    for number in 1.. {
        let mut line = Vec::new();
        let length = reader.by_ref().take(MAX_FILE as u64 + 1).read_until(b'\n', &mut line);
        if length.with_context(|| format!("cannot read {name}"))? == 0 {
            break;
        }
        ensure!(line.len() <= MAX_FILE, "{name}: line {number} is longer than {} MiB", MAX_FILE >> 20);
        let text =
            str::from_utf8(&line).with_context(|| format!("{name}: line {number} is not UTF-8 text"))?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            continue;
        }
        let mut event: Json =
            serde_json::from_str(text).with_context(|| format!("{name}: line {number} is not JSON"))?;
        let Some(members) = event.as_object_mut() else {
            bail!("{name}: line {number} is not an event, which is an object of JSON");
        };
        let scene = members.entry("claimsmith").or_insert_with(|| json!({}));
        if let (Some(scene), Some(time)) = (scene.as_object_mut(), time_text(now)) {
            scene.entry("now").or_insert_with(|| json!(time));
        }
        events.push((number, event));
    }
    ensure!(!events.is_empty(), "{name} has no login");
    Ok(events)
}

/// A time as events state it.
fn time_text(seconds: f64) -> Option<String> {
    let whole = seconds as u32;
    if f64::from(whole) > seconds || seconds < 0.0 {
        None
    } else {
        Some(claimsmith::compiler::time_text(whole))
    }
}
