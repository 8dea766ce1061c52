//! The `claimsmith` command: everything that reads, writes or prints.
//!
//! A verb ([`commands`]) reads its inputs ([`mappings`], [`input`]), calls the core and passes the result to
//! [`render`]. Everything that is true about mappings and logins is decided in the core.
//!
//! No two modules use each other; `tests/layering.rs` has their order.

#![allow(clippy::disallowed_methods, reason = "files and the clock are what this crate is for")]

/// The compiler makes millions of small allocations for thousands of mapping files.
#[cfg(not(target_family = "wasm"))]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod action;
#[cfg(not(target_family = "wasm"))]
mod action_reader;
mod action_run;
mod arguments;
#[cfg(not(target_family = "wasm"))]
mod assumption_record;
#[cfg(not(target_family = "wasm"))]
mod block_file;
#[cfg(not(target_family = "wasm"))]
mod blocks;
mod capacity;
mod case_filter;
#[cfg(not(target_family = "wasm"))]
mod cloud_directory;
mod commands;
mod compress;
mod credentials;
mod deployment_files;
mod directory_source;
mod encoding;
mod escape;
mod exit_status;
mod fix;
mod folder;
mod importing;
mod input;
#[cfg(not(target_family = "wasm"))]
mod journal_file;
mod login_time;
mod manual;
mod mapping_files;
mod mappings;
#[cfg(not(target_family = "wasm"))]
mod metadata_writer;
mod numbers;
mod old_action;
mod onboarding;
mod other_verbs;
mod packaging;
mod placeholders;
#[cfg(not(target_family = "wasm"))]
mod plan_file;
mod platform;
#[cfg(not(target_family = "wasm"))]
mod progress;
mod recommendation;
mod render;
mod results;
mod scaffold;
#[cfg(not(target_family = "wasm"))]
mod scim_service;
#[cfg(not(target_family = "wasm"))]
mod signing;
mod slices;
#[cfg(not(target_family = "wasm"))]
mod smoke;
mod source_map;
#[cfg(not(target_family = "wasm"))]
mod step_progress;
mod tenant;
mod terminal;
mod watch;
mod whole_folder;
mod write;
mod wrong_arguments;

use std::process::ExitCode;

use clap::Parser;

use crate::commands::CommandLine;
use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;

fn main() -> ExitCode {
    #[cfg(target_os = "wasi")]
    enter_working_folder();
    let command_line = CommandLine::try_parse().unwrap_or_else(|error| wrong_arguments::exit(error));
    let mut terminal = Terminal::standard();
    let status = command_line.run(&mut terminal);
    match terminal.finish(status) {
        Some(ExitStatus::Success) => ExitCode::SUCCESS,
        Some(ExitStatus::Failure) => ExitCode::from(1),
        Some(ExitStatus::Guarded) => ExitCode::from(3),
        None => ExitCode::from(2),
    }
}

/// Enters the folder that the variable PWD names. WASI has no working folder of the process, so every program begins
/// in the root folder; the program that starts this one says where the user is.
#[cfg(target_os = "wasi")]
fn enter_working_folder() {
    if let Some(folder) = std::env::var_os("PWD") {
        // If it cannot be entered, no relative path can be opened either, and those errors name the path.
        let _ = std::env::set_current_dir(folder);
    }
}
