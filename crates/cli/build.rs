//! Embeds the engine and the shim of the Action, the program that runs logins through it, and the script of a kit's
//! page, if they are built.
//!
//! They are in the folder that CLAIMSMITH_ENGINE_DIR names, else in the workspace's `target/engine`. In release builds,
//! `--version` also names the commit that was built.

#![allow(clippy::disallowed_methods, reason = "only the core does no I/O")]

#[path = "src/compress.rs"]
mod compress;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let version = env!("CARGO_PKG_VERSION");
    // Not in other builds: each commit would build the command again.
    let commit = if env::var_os("PROFILE").is_some_and(|it| it == "release") { commit() } else { None };
    let version = commit.map_or(version.to_owned(), |commit| format!("{version} ({commit})"));
    println!("cargo:rustc-env=CLAIMSMITH_VERSION={version}");
    embed_engine()
}

/// The commit that is checked out, if there is git and it knows these sources. A release unpacked inside another
/// repository has no commit.
fn commit() -> Option<String> {
    git(&["ls-files", "--error-unmatch", "build.rs"])?;
    // This log gets a line whenever another commit is checked out or made.
    let log = git(&["rev-parse", "--path-format=absolute", "--git-path", "logs/HEAD"])?;
    println!("cargo:rerun-if-changed={log}");
    git(&["rev-parse", "--short=12", "HEAD"])
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn embed_engine() -> io::Result<()> {
    println!("cargo:rustc-check-cfg=cfg(embedded_engine)");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CLAIMSMITH_ENGINE_DIR");
    let folder = match env::var_os("CLAIMSMITH_ENGINE_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/engine"),
    };
    let engine = folder.join("engine.wasm");
    let scripts = ["shim.js", "smoke.js", "run-logins.js", "run-old-action.js"];
    // A file that is not there yet counts as changed, so the next build looks again.
    println!("cargo:rerun-if-changed={}", engine.display());
    for script in scripts {
        println!("cargo:rerun-if-changed={}", folder.join(script).display());
    }
    println!("cargo:rustc-check-cfg=cfg(embedded_page)");
    let page = folder.join("page.js");
    println!("cargo:rerun-if-changed={}", page.display());
    if !engine.is_file() || !scripts.iter().all(|script| folder.join(script).is_file()) {
        return Ok(());
    }

    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
    let wasm = fs::read(&engine)?;
    fs::write(out.join("engine.br"), compress::compress(&wasm)?)?;
    for script in scripts {
        fs::copy(folder.join(script), out.join(script))?;
    }
    if page.is_file() {
        fs::copy(page, out.join("page.js"))?;
        println!("cargo:rustc-cfg=embedded_page");
    }
    println!("cargo:rustc-env=CLAIMSMITH_ENGINE_BYTES={}", wasm.len());
    println!("cargo:rustc-cfg=embedded_engine");
    Ok(())
}
