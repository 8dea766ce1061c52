//! What the fuzz targets share: real files to begin with, and what must be true for any input.

use std::fs;
use std::path::Path;

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
