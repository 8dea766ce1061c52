//! Embeds the engine and the shim of the Action, and the program that runs logins through it, if they are built.
//!
//! They are in the folder that CLAIMSMITH_ENGINE_DIR names, else in the workspace's `target/engine`.

#![allow(clippy::disallowed_methods, reason = "only the core does no I/O")]

#[path = "src/compress.rs"]
mod compress;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo:rustc-check-cfg=cfg(embedded_engine)");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=CLAIMSMITH_ENGINE_DIR");
    let folder = match env::var_os("CLAIMSMITH_ENGINE_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/engine"),
    };
    let engine = folder.join("engine.wasm");
    let scripts = ["shim.js", "run-logins.js"];
    // A file that is not there yet counts as changed, so the next build looks again.
    println!("cargo:rerun-if-changed={}", engine.display());
    for script in scripts {
        println!("cargo:rerun-if-changed={}", folder.join(script).display());
    }
    if !engine.is_file() || !scripts.iter().all(|script| folder.join(script).is_file()) {
        return Ok(());
    }

    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
    let wasm = fs::read(&engine)?;
    fs::write(out.join("engine.br"), compress::compress(&wasm)?)?;
    for script in scripts {
        fs::copy(folder.join(script), out.join(script))?;
    }
    println!("cargo:rustc-env=CLAIMSMITH_ENGINE_BYTES={}", wasm.len());
    println!("cargo:rustc-cfg=embedded_engine");
    Ok(())
}
