//! Embeds the two engines and the shim of the Action, if they are built.
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
    let shim = folder.join("shim.js");
    let engines = ["engine", "engine-regex"].map(|name| (name, folder.join(name).with_extension("wasm")));
    let files: Vec<&PathBuf> = engines.iter().map(|(_, file)| file).chain([&shim]).collect();
    for file in &files {
        // A file that is not there yet counts as changed, so the next build looks again.
        println!("cargo:rerun-if-changed={}", file.display());
    }
    if !files.iter().all(|file| file.is_file()) {
        return Ok(());
    }

    let out = env::var_os("OUT_DIR").map(PathBuf::from).ok_or(io::ErrorKind::NotFound)?;
    for (name, file) in &engines {
        let wasm = fs::read(file)?;
        fs::write(out.join(name).with_extension("br"), compress::compress(&wasm)?)?;
        let variable = name.to_uppercase().replace('-', "_");
        println!("cargo:rustc-env=CLAIMSMITH_{variable}_BYTES={}", wasm.len());
    }
    fs::copy(&shim, out.join("shim.js"))?;
    println!("cargo:rustc-cfg=embedded_engine");
    Ok(())
}
