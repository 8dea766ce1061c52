//! The streams that a command prints to: standard output for its answer, standard error for everything else.

use std::error::Error;
use std::fmt;
use std::io::{self, BufWriter, IsTerminal, Write};

use crate::escape::escaped;
use crate::exit_status::ExitStatus;

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
            out: Stream {
                color: wants_color(&out),
                #[cfg(not(target_family = "wasm"))]
                is_screen: is_screen(&out),
                closed: false,
                sink: Sink::Out(BufWriter::new(out)),
            },
            err: Stream {
                color: wants_color(&err),
                #[cfg(not(target_family = "wasm"))]
                is_screen: is_screen(&err),
                closed: false,
                sink: Sink::Err(err),
            },
        }
    }

    /// Flushes the output and prints the error, if there is one. Returns the status if there is one and everything
    /// was printed.
    pub(crate) fn finish(mut self, status: anyhow::Result<ExitStatus>) -> Option<ExitStatus> {
        let flushed = self.out.flush();
        match status.and_then(|status| Ok(flushed.map(|()| status)?)) {
            Ok(status) => Some(status),
            Err(error) => {
                // If standard error cannot be written to, there is nowhere to report that.
                let _ = writeln!(self.err, "error: {}", ErrorText(&error));
                None
            }
        }
    }
}

/// An error with a list, one entry a line.
#[derive(Debug)]
pub(crate) struct ErrorWithList {
    pub(crate) message: String,
    pub(crate) entries: Vec<String>,
}

impl Error for ErrorWithList {}

impl fmt::Display for ErrorWithList {
    /// Writes each entry escaped, so that a name with a line break cannot look like two entries.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", escaped(&self.message))?;
        self.entries.iter().try_for_each(|entry| write!(f, "\n  {}", escaped(entry)))
    }
}

/// Shows an error as it is printed: in one line, or with its list.
#[derive(Debug)]
pub(crate) struct ErrorText<'e>(pub(crate) &'e anyhow::Error);

impl fmt::Display for ErrorText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.downcast_ref::<ErrorWithList>() {
            Some(error) => write!(f, "{error}"),
            None => write!(f, "{}", escaped(&format!("{:#}", self.0))),
        }
    }
}

/// One of the two streams.
///
/// When its reader is gone, as in `claimsmith … | head`, everything else is discarded, which is not an error.
#[derive(Debug)]
pub(crate) struct Stream {
    /// Whether to print in colors.
    pub(crate) color: bool,
    /// Whether it is a terminal with a screen, which can be cleared. Only `--watch` does, which WebAssembly has not.
    #[cfg(not(target_family = "wasm"))]
    pub(crate) is_screen: bool,
    closed: bool,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    Out(BufWriter<io::StdoutLock<'static>>),
    Err(io::StderrLock<'static>),
}

impl Stream {
    /// Whether the reader is gone.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Turns the error of a stream whose reader is gone into a success, and names the stream in other errors.
    fn ignore_closed<T>(&mut self, result: io::Result<T>, instead: T) -> io::Result<T> {
        match result {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(instead)
            }
            Err(error) => {
                let name = match self.sink {
                    Sink::Out(_) => "standard output",
                    Sink::Err(_) => "standard error",
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
        let written = match &mut self.sink {
            Sink::Out(out) => out.write(bytes),
            Sink::Err(err) => err.write(bytes),
        };
        self.ignore_closed(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        let flushed = match &mut self.sink {
            Sink::Out(out) => out.flush(),
            Sink::Err(err) => err.flush(),
        };
        self.ignore_closed(flushed, ())
    }
}

/// Whether a stream is printed in colors: only on a terminal, and not if the user refuses (<https://no-color.org>).
fn wants_color(stream: &impl IsTerminal) -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    is_screen(stream) && !refused
}

/// Whether a stream is a terminal that understands more than text.
fn is_screen(stream: &impl IsTerminal) -> bool {
    stream.is_terminal() && std::env::var_os("TERM").is_none_or(|value| value != "dumb")
}
