//! `claimsmith evaluate`: what logins give, as JSON.

mod clock;
mod lines;

use std::io::Write;
use std::time::Duration;

use anyhow::Context;
use claimsmith::event::{self, Answer, Event, Fetched};
use claimsmith::{Bundle, Evaluation, Input, Route};

use self::lines::{Batch, Lines};
use crate::Verdict;
use crate::commands::Inputs;
use crate::load;
use crate::render::{Format, human, json};
use crate::terminal::Terminal;
use crate::text::counted;

/// Print what a login gives, as JSON
///
/// The answer names the outcome, its reason, the groups of the application's claim, the rules that fired and the
/// upstream groups that no rule wanted. A login that is refused is an answer like any other: the exit code is 0.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Evaluate {
    #[command(flatten)]
    inputs: Inputs,
    /// Read one event per line and print one answer per line, in the same order
    ///
    /// A line that is no event gives a line with `error`, and the exit code is 1. Standard error tells at the end
    /// how many logins there were, and how many one core reads and evaluates per second.
    #[arg(long)]
    jsonl: bool,
    /// How to print the answer
    #[arg(long, value_enum, default_value_t = Format::Json, conflicts_with = "jsonl")]
    format: Format,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith evaluate --event login.json
  claimsmith evaluate --mappings customers/mappings --event - < login.json
  claimsmith evaluate --event logins.jsonl --jsonl > answers.jsonl";

impl Evaluate {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        let Some(platform) = load::platform(&self.inputs.mappings, terminal)? else {
            return Ok(Verdict::No);
        };
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        if self.jsonl {
            return self.run_lines(&bundle, terminal);
        }
        let answer = event::answer(&bundle, &load::event(&self.inputs.event)?.at(self.inputs.now()));
        match self.format {
            Format::Human => human::answer(&mut terminal.out, &answer)?,
            Format::Json => json::document(&mut terminal.out, &answer)?,
        }
        Ok(Verdict::Fine)
    }

    fn run_lines(&self, bundle: &Bundle<'_>, terminal: &mut Terminal) -> anyhow::Result<Verdict> {
        let (reader, name) = load::open(&self.inputs.event)?;
        let now = self.inputs.now();
        let mut lines = Lines::new(reader);
        let mut tally = Tally::default();
        let mut batch = Batch::default();
        while !terminal.out.is_closed()
            && lines.read(&mut batch).with_context(|| format!("cannot read {name}"))?
        {
            evaluate_batch(bundle, now, &batch, &mut tally, terminal)?;
        }
        if !terminal.out.is_closed() {
            writeln!(terminal.err, "{}", tally.describe())?;
        }
        Ok(if tally.bad == 0 { Verdict::Fine } else { Verdict::No })
    }
}

/// Reads a whole batch first and evaluates it then, so that each can be timed on its own.
fn evaluate_batch(
    bundle: &Bundle<'_>,
    now: f64,
    batch: &Batch,
    tally: &mut Tally,
    terminal: &mut Terminal,
) -> anyhow::Result<()> {
    let started = clock::now();
    let read_line = |line: Result<&str, String>| match Event::parse(line?) {
        Ok(event) => Ok(event.at(now)),
        Err(error) => Err(error.to_string()),
    };
    let events: Vec<Result<Event, String>> = batch.lines().map(read_line).collect();
    // Where a login leads says what is to be read, so that is known by then.
    let fetched: Vec<Fetched<'_>> = events.iter().flatten().map(|event| event.fetch(bundle)).collect();
    let inputs: Vec<(Route, Input<'_>)> = fetched.iter().map(|it| (it.route(), it.input())).collect();
    let read = clock::now();
    tally.reading += read.saturating_sub(started);

    let mut evaluations: Vec<Evaluation<'_>> = Vec::with_capacity(inputs.len());
    for (route, input) in &inputs {
        evaluations.push(claimsmith::evaluate_routed(bundle, *route, input, |_| ()));
    }
    tally.evaluating += clock::now().saturating_sub(read);

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

/// How many lines there were, and how long they took.
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

/// How many per second, if there were any.
fn rate(count: usize, time: Duration) -> Option<String> {
    let rate = count as f64 / time.as_secs_f64();
    (count > 0 && rate.is_finite()).then(|| crate::text::spaced(rate as usize))
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
    fn rates_are_counted_apart() {
        check(0, 0, "0 logins");
        check(2, 2, "0 logins, 2 bad lines");
        check(10_000, 0, "10 000 logins; per second and core: 2 000 000 evaluated, 100 000 read from JSON");
    }
}
