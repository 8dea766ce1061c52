//! What the fuzz targets share: real files to begin with, and what must be true for any input.

use std::fs;
use std::path::Path;

use arbitrary::Arbitrary;
use claimsmith::compiler::{Compilation, CompiledPlatform, compile, compile_whole};
use claimsmith::diagnostic::{Severity, SourceFile};
use claimsmith::event::Answer;
use claimsmith::{Outcome, Reason};

/// The YAML files of one folder of the project.
fn files_in(folder: &str) -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let entries = fs::read_dir(root.join(folder)).expect(folder);
    let mut names: Vec<_> = entries.map(|entry| entry.expect(folder).file_name()).collect();
    names.sort();
    let paths = names.iter().map(|name| format!("{folder}/{}", name.display()));
    paths
        .filter(|path| path.ends_with(".yaml"))
        .map(|path| SourceFile { text: fs::read_to_string(root.join(&path)).expect(&path), path })
        .collect()
}

/// The sample mappings.
pub fn mapping_files() -> Vec<SourceFile> {
    [files_in("mappings"), files_in("mappings/organizations"), files_in("mappings/templates")].concat()
}

/// The sample mappings, compiled.
pub fn sample_platform() -> CompiledPlatform {
    compile(&mapping_files()).platform.expect("the sample mappings are in order")
}

/// The platforms of `tests/cases/`, compiled.
pub fn case_platforms() -> Vec<CompiledPlatform> {
    let compiled = |file: &SourceFile| compile_whole(file).platform.expect(&file.path);
    files_in("tests/cases").iter().map(compiled).collect()
}

/// The same platforms and the sample mappings, each taking blocks for its only tenant.
///
/// Platforms that declare tenants of their own are left out.
pub fn platforms_with_blocks() -> Vec<CompiledPlatform> {
    const SETTINGS: [&str; 2] = [
        "tenants: { fuzz: { domain: fuzz.eu.auth0.com } }",
        "blocks: { keys: { fuzz: { protected: true, public: ssh-ed25519 \
         AAAAC3NzaC1lZDI1NTE5AAAAIPRKJ7mrAxIPfJod2rl7cGDd4R2SpmoxE65eha8WYPoF } } }",
    ];
    let mut platforms = Vec::new();
    for mut file in files_in("tests/cases") {
        if !file.text.contains("\n  tenants:") {
            let settings = format!("\nplatform:\n  {}\n  {}\n", SETTINGS[0], SETTINGS[1]);
            file.text = file.text.replacen("\nplatform:\n", &settings, 1);
            platforms.push(compile_whole(&file).platform.expect(&file.path));
        }
    }
    let mut files = mapping_files();
    let platform = files.iter_mut().find(|file| file.path.ends_with("/platform.yaml")).expect("a platform");
    platform.text.push_str(&format!("\n{}\n{}\n", SETTINGS[0], SETTINGS[1]));
    platforms.push(compile(&files).platform.expect("the sample mappings are in order"));
    platforms
}

/// A change of bytes, such as those of a bundle.
#[derive(Arbitrary, Debug)]
pub enum Edit {
    /// Replaces a byte.
    Set { at: u16, byte: u8 },
    /// Adds a byte.
    Insert { at: u16, byte: u8 },
    /// Removes a byte.
    Remove { at: u16 },
    /// Writes bytes over others.
    Copy { from: u16, to: u16, len: u8 },
    /// Removes the end.
    Cut { at: u16 },
}

/// The bytes after all changes; places beyond the end are counted from the beginning again.
pub fn damage(body: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut body = body.to_vec();
    for edit in edits {
        let len = body.len().max(1);
        let within = |at: &u16| usize::from(*at) % len;
        match edit {
            _ if body.is_empty() => {}
            Edit::Set { at, byte } => body[within(at)] = *byte,
            Edit::Insert { at, byte } => body.insert(within(at), *byte),
            Edit::Remove { at } => drop(body.remove(within(at))),
            Edit::Copy { from, to, len: count } => {
                let (from, to) = (within(from), within(to));
                let count = usize::from(*count).min(len - from).min(len - to);
                body.copy_within(from..from + count, to);
            }
            Edit::Cut { at } => body.truncate(within(at)),
        }
    }
    body
}

/// What must be true of every compilation of `files`, with any content.
pub fn check_compilation(files: &[SourceFile], compilation: &Compilation) {
    for diagnostic in &compilation.diagnostics {
        assert!(!diagnostic.message.is_empty() && !diagnostic.help.is_empty(), "{diagnostic:?}");
        let related = diagnostic.related.iter().map(|it| (&it.file, &it.span));
        for (path, span) in related.chain([(&diagnostic.file, &diagnostic.span)]) {
            // A file that is missing has no text.
            let file = files.iter().find(|file| file.path == *path);
            let text = file.map(|file| file.text.as_str()).unwrap_or_default();
            assert!(text.get(span.clone()).is_some(), "no such place: {diagnostic:?}");
        }
    }
    let is_error = compilation.diagnostics.iter().any(|it| it.severity == Severity::Error);
    assert_ne!(compilation.platform.is_some(), is_error, "{:?}", compilation.diagnostics);
}

/// What must be true of every login's answer.
pub fn check_answer(answer: &Answer) {
    let is_partial = || answer.notes.iter().any(|(note, _)| *note == "partial");
    let may_grant = answer.outcome == Outcome::Groups && (answer.reason == Reason::Ok || is_partial());
    assert!(may_grant || answer.groups.is_empty(), "{answer:?}");
}
