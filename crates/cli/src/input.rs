//! Reads one file that the user names, or standard input.

use std::io::{self, Read};
use std::path::Path;

use anyhow::{Context, anyhow, bail};
use claimsmith::diagnostic::SourceFile;
use claimsmith::event::Event;

use crate::encoding;
use crate::folder;
use crate::source_map::SourceMap;

/// The largest file that is read, in bytes.
pub(crate) const MAX_FILE: usize = 16 * 1024 * 1024;

/// Reads standard input as if it were a mapping file.
pub(crate) fn standard_input() -> anyhow::Result<SourceMap> {
    let (reader, name) = open(Path::new("-"))?;
    let text = read_text(reader, &name)?;
    Ok(SourceMap::new(vec![SourceFile { path: name, text }]))
}

/// Reads the event of a login from a file, or from standard input if the path is `-`.
pub(crate) fn event(path: &Path) -> anyhow::Result<Event> {
    let (reader, name) = open(path)?;
    let text = read_text(reader, &name)?;
    Event::parse(without_byte_order_mark(&text)).with_context(|| format!("cannot use {name}"))
}

/// Opens a file, or standard input if the path is `-`. Also returns what messages call it.
pub(crate) fn open(path: &Path) -> anyhow::Result<(Box<dyn Read>, String)> {
    if path == Path::new("-") {
        return Ok((Box::new(io::stdin().lock()), "standard input".to_owned()));
    }
    let name = format!("`{}`", path.display());
    match folder::open_named(path) {
        Ok(reader) => Ok((reader, name)),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => bail!("{name} {error}"),
        Err(error) => Err(cannot_open(path, error, "file")),
    }
}

/// The error for a path that cannot be opened. `expected` says what should be there, such as `file`.
pub(crate) fn cannot_open(path: &Path, error: io::Error, expected: &str) -> anyhow::Error {
    let cannot = format!("cannot open `{}`", path.display());
    let reason = match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => {
            let target = path.read_link().unwrap_or_default();
            format!("it is a link that leads nowhere, to `{}`; fix the link", target.display())
        }
        io::ErrorKind::NotFound => {
            format!(
                "there is no such {expected}; check the path (a relative path starts at the current folder)"
            )
        }
        io::ErrorKind::NotADirectory => {
            format!("there is no such {expected}, because a part of the path is not a folder; check the path")
        }
        _ => return anyhow!(error).context(cannot),
    };
    anyhow!("{cannot}: {reason}")
}

/// Reads a text of at most [`MAX_FILE`] bytes; messages call it `name`.
pub(crate) fn read_text(reader: impl Read, name: &str) -> anyhow::Result<String> {
    let bytes = read_bytes(reader).with_context(|| format!("cannot read {name}"))?;
    let bytes = bytes.ok_or_else(|| anyhow!("{name} is larger than {} MiB", MAX_FILE >> 20))?;
    encoding::decode(bytes).map_err(|found| {
        let line = found.line().map(|line| format!(" (line {line})")).unwrap_or_default();
        anyhow!("{name} {}{line}; {}", found.message, found.help(None))
    })
}

/// Reads at most [`MAX_FILE`] bytes; `None` if there are more.
pub(crate) fn read_bytes(reader: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() <= MAX_FILE).then_some(bytes))
}

/// A text without the byte order mark that some programs write before it.
fn without_byte_order_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}
