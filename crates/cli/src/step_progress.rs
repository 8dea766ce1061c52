//! How many steps of a run are done.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use claimsmith_lifecycle::journal::Phase;

use crate::numbers::spaced;
use crate::terminal::{Stream, Terminal};

/// How often a line is written where there is no terminal.
const PAUSE: Duration = Duration::from_secs(10);

/// How far a run is: a bar in one line of a terminal; elsewhere a line now and then.
pub(crate) struct StepProgress<'t> {
    err: &'t mut Stream,
    of: usize,
    done: usize,
    shown: Instant,
}

impl<'t> StepProgress<'t> {
    /// The progress of a number of changes, which may take several steps each.
    pub(crate) fn of(of: usize, terminal: &'t mut Terminal) -> Self {
        Self { err: &mut terminal.err, of, done: 0, shown: Instant::now() }
    }

    /// Counts a step that has ended.
    pub(crate) fn show(&mut self, phase: Phase) {
        if phase == Phase::Begun {
            return;
        }
        self.done += 1;
        let about = spaced(self.of.max(self.done));
        // A line that cannot be shown changes nothing.
        let _ = if self.err.is_screen {
            let width = 30;
            let full = self.done * width / self.of.max(self.done).max(1);
            write!(
                self.err,
                "\r\u{1b}[K[{}{}] {} of about {about} steps",
                "#".repeat(full),
                " ".repeat(width - full),
                spaced(self.done)
            )
        } else if self.shown.elapsed() >= PAUSE {
            self.shown = Instant::now();
            writeln!(self.err, "{} of about {about} steps", spaced(self.done))
        } else {
            Ok(())
        }
        .and_then(|()| self.err.flush());
    }

    /// Removes the bar.
    pub(crate) fn end(self) -> io::Result<()> {
        if self.err.is_screen {
            write!(self.err, "\r\u{1b}[K")?;
        }
        self.err.flush()
    }
}
