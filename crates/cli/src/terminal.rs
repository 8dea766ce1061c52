//! Where a command writes to: standard output for the answer, standard error for what is said about it.

use std::io::{self, BufWriter, IsTerminal, Write};

use crate::Verdict;
use crate::text::escaped;

/// The two streams of a command.
#[derive(Debug)]
pub(crate) struct Terminal {
    pub(crate) out: Stream,
    pub(crate) err: Stream,
}

impl Terminal {
    /// The streams of this process.
    pub(crate) fn standard() -> Self {
        let (out, err) = (io::stdout().lock(), io::stderr().lock());
        Self {
            out: Stream { color: wants_color(&out), closed: false, writer: Writer::Out(BufWriter::new(out)) },
            err: Stream { color: wants_color(&err), closed: false, writer: Writer::Err(err) },
        }
    }

    /// Writes out what is left, and the error if there is one; returns the verdict if it could be found and told.
    pub(crate) fn finish(mut self, verdict: anyhow::Result<Verdict>) -> Option<Verdict> {
        let told = self.out.flush();
        match verdict.and_then(|verdict| Ok(told.map(|()| verdict)?)) {
            Ok(verdict) => Some(verdict),
            Err(error) => {
                // Nobody is left to be told that standard error cannot be written to.
                let _ = writeln!(self.err, "error: {}", escaped(&format!("{error:#}")));
                None
            }
        }
    }
}

/// One of the two streams.
///
/// When its reader is gone, as in `claimsmith … | head`, it swallows the rest: that is no error of ours.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Whether to write in colors.
    pub(crate) color: bool,
    closed: bool,
    writer: Writer,
}

#[derive(Debug)]
enum Writer {
    Out(BufWriter<io::StdoutLock<'static>>),
    Err(io::StderrLock<'static>),
}

impl Stream {
    /// Whether nobody reads any more.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    fn swallow<T>(&mut self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(instead)
            }
            Err(error) => {
                let name = match self.writer {
                    Writer::Out(_) => "standard output",
                    Writer::Err(_) => "standard error",
                };
                Err(io::Error::new(error.kind(), format!("cannot write to {name}: {error}")))
            }
            Ok(value) => Ok(value),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        let written = match &mut self.writer {
            Writer::Out(out) => out.write(bytes),
            Writer::Err(err) => err.write(bytes),
        };
        self.swallow(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let flushed = match &mut self.writer {
            Writer::Out(out) => out.flush(),
            Writer::Err(err) => err.flush(),
        };
        self.swallow(flushed, ())
    }
}

/// Colors are for people: not in a file or a pipe, and not where the user says no (no-color.org).
fn wants_color(stream: &impl IsTerminal) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    stream.is_terminal() && !refused && !dumb
}
