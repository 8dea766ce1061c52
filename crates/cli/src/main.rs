//! The `claimsmith` command: everything that reads, writes or prints.
//!
//! A verb ([`commands`]) reads its inputs ([`mappings`], [`input`]), calls the core and passes the result to
//! [`render`]. Everything that is true about mappings and logins is decided in the core.
//!
//! No two modules use each other; `tests/layering.rs` has their order.

#![allow(clippy::disallowed_methods, reason = "files and the clock are what this crate is for")]

/// The compiler makes millions of small allocations for thousands of mapping files.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod action;
mod action_run;
mod arguments;
mod case_filter;
mod commands;
mod compress;
mod escape;
mod exit_status;
mod folder;
mod input;
mod login_time;
mod manual;
mod mapping_files;
mod mappings;
mod numbers;
mod platform;
mod render;
mod results;
mod source_map;
mod terminal;
mod write;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::CommandLine;
use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    let mut terminal = Terminal::standard();
    let status = command_line.run(&mut terminal);
    match terminal.finish(status) {
        Some(ExitStatus::Success) => ExitCode::SUCCESS,
        Some(ExitStatus::Failure) => ExitCode::from(1),
        None => ExitCode::from(2),
    }
}
