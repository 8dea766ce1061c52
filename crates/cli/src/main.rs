//! The `claimsmith` command: everything that reads, writes or prints.
//!
//! A verb reads its inputs ([`load`]), calls the core and hands the result to [`render`]; what is true about
//! mappings and logins is decided in the core alone.

#![allow(clippy::disallowed_methods, reason = "files and the clock are what this crate is for")]

/// Thousands of mapping files are millions of small pieces of memory.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod action;
mod commands;
mod compress;
mod folder;
mod load;
mod location;
mod render;
mod terminal;
mod text;
mod write;

use std::process::ExitCode;

use clap::Parser;

use crate::terminal::Terminal;

/// What the command found out. An error says that it could not find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Everything is fine.
    Fine,
    /// The answer is no.
    No,
}

fn main() -> ExitCode {
    let arguments = commands::Arguments::parse();
    let mut terminal = Terminal::standard();
    let verdict = commands::run(&arguments, &mut terminal);
    match terminal.finish(verdict) {
        Some(Verdict::Fine) => ExitCode::SUCCESS,
        Some(Verdict::No) => ExitCode::from(1),
        None => ExitCode::from(2),
    }
}
