//! `claimsmith evaluate`: the groups that logins get, as JSON.

mod cpu_time;
mod event_lines;

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use claimsmith::event::{self, Answer, Event, FetchedLogin};
use claimsmith::{Bundle, Evaluation, Input, Route};

use self::event_lines::{EventLines, LineBatch};
use crate::arguments::{LoginArguments, OutputFormat};
use crate::exit_status::ExitStatus;
use crate::input;
use crate::numbers::{counted, spaced};
use crate::platform;
use crate::render::{human, json};
use crate::terminal::Terminal;

/// Print the groups that a login gets, as JSON
///
/// The answer holds the outcome and its reason, the groups of the application's claim, the rules that fired and the
/// upstream groups that no rule matches. The exit code is 0 even if the login is refused.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct EvaluateArguments {
    #[command(flatten)]
    login: LoginArguments,
    /// Read one event per line and print one answer per line, in the same order
    ///
    /// For a line that is not an event, a line with `error` is printed, and the exit code is 1. At the end, standard
    /// error says how many logins there were, and how many one core reads and evaluates per second.
    #[arg(long)]
    jsonl: bool,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = OutputFormat::Json, conflicts_with = "jsonl")]
    format: OutputFormat,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith evaluate --event login.json
  claimsmith evaluate --mappings customers/mappings --event - < login.json
  claimsmith evaluate --event logins.jsonl --jsonl > answers.jsonl";

impl EvaluateArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some((_, platforms)) = platform::load_all(&self.login.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        if self.jsonl {
            let platform = self.login.tenant.select(platforms)?;
            let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
            return self.run_lines(&bundle, terminal);
        }
        let event = input::event(&self.login.event)?.at(self.login.now());
        let platform = self.login.tenant.of_event(platforms, &event)?;
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        let answer = event::answer(&bundle, &event);
        match self.format {
            OutputFormat::Human => human::answer(&mut terminal.out, &answer)?,
            OutputFormat::Json => json::document(&mut terminal.out, &answer)?,
        }
        Ok(ExitStatus::Success)
    }

    fn run_lines(&self, bundle: &Bundle<'_>, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let (reader, name) = input::open(&self.login.event)?;
        let now = self.login.now();
        let mut lines = EventLines::new(reader);
        let mut tally = Tally::default();
        let mut batch = LineBatch::default();
        while !terminal.out.is_closed()
            && lines.read(&mut batch).with_context(|| format!("cannot read {name}"))?
        {
            evaluate_batch(bundle, now, &batch, &mut tally, terminal)?;
        }
        if !terminal.out.is_closed() {
            writeln!(terminal.err, "{}", tally.describe())?;
        }
        Ok(if tally.bad == 0 { ExitStatus::Success } else { ExitStatus::Failure })
    }
}

/// Parses all events of a batch before it evaluates them, so that parsing and evaluating are timed separately.
fn evaluate_batch(
    bundle: &Bundle<'_>,
    now: f64,
    batch: &LineBatch,
    tally: &mut Tally,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let started = cpu_time::of_this_thread();
    let read_line = |line: Result<&str, String>| match Event::parse(line?) {
        Ok(event) => Ok(event.at(now)),
        Err(error) => Err(error.to_string()),
    };
    let events: Vec<Result<Event, String>> = batch.lines().map(read_line).collect();
    // The mapping of a login decides what is read from its event, so each login is routed here.
    let fetched: Vec<FetchedLogin<'_>> = events.iter().flatten().map(|event| event.fetch(bundle)).collect();
    let inputs: Vec<(Route, Input<'_>)> = fetched.iter().map(|it| (it.route(), it.input())).collect();
    let read = cpu_time::of_this_thread();
    tally.reading += read.saturating_sub(started);

    let mut evaluations: Vec<Evaluation<'_>> = Vec::with_capacity(inputs.len());
    for (route, input) in &inputs {
        evaluations.push(claimsmith::evaluate_routed(bundle, *route, input, |_| ()));
    }
    tally.evaluating += cpu_time::of_this_thread().saturating_sub(read);

    let mut evaluations = inputs.iter().zip(&evaluations);
    for event in &events {
        tally.lines += 1;
        match event {
            Ok(_) => {
                let Some(((route, _), evaluation)) = evaluations.next() else { continue };
                json::line(&mut terminal.out, &Answer::new(bundle, *route, evaluation))?;
            }
            Err(error) => {
                tally.bad += 1;
                json::error_line(&mut terminal.out, tally.lines, error)?;
            }
        }
    }
    terminal.out.flush()?;
    Ok(())
}

/// How many lines were read, and how long that took.
#[derive(Debug, Default)]
struct Tally {
    lines: usize,
    bad: usize,
    reading: Duration,
    evaluating: Duration,
}

impl Tally {
    fn describe(&self) -> String {
        let logins = self.lines - self.bad;
        let mut text = counted(logins, "login");
        if self.bad > 0 {
            text += &format!(", {}", counted(self.bad, "bad line"));
        }
        if let (Some(evaluated), Some(read)) = (rate(logins, self.evaluating), rate(self.lines, self.reading))
        {
            text += &format!("; per second and core: {evaluated} evaluated, {read} read from JSON");
        }
        text
    }
}

/// How many per second; `None` if there were none.
fn rate(count: usize, time: Duration) -> Option<String> {
    let rate = count as f64 / time.as_secs_f64();
    if count > 0 && rate.is_finite() { Some(spaced(rate as usize)) } else { None }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Tally;

    fn check(lines: usize, bad: usize, expected: &str) {
        let tally =
            Tally { lines, bad, reading: Duration::from_millis(100), evaluating: Duration::from_millis(5) };
        assert_eq!(tally.describe(), expected);
    }

    #[test]
    fn tally_counts_bad_lines_and_rates() {
        check(0, 0, "0 logins");
        check(2, 2, "0 logins, 2 bad lines");
        check(10_000, 0, "10 000 logins; per second and core: 2 000 000 evaluated, 100 000 read from JSON");
    }
}
