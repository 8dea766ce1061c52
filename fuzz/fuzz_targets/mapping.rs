//! No text makes the compiler panic, and each diagnostic has a place in the text and a help.
#![no_main]

use std::slice;
use std::sync::LazyLock;

use claimsmith::Bundle;
use claimsmith::compiler::{Compilation, compile, compile_whole};
use claimsmith::diagnostic::SourceFile;
use claimsmith_fuzz::{check_answer, check_compilation, mapping_files};
use libfuzzer_sys::fuzz_target;

const PLATFORM: &str = "mappings/platform.yaml";
const MAPPING: &str = "mappings/organizations/acme.yaml";
const CASES: &str = "mappings/organizations/acme.test.yaml";

static GOOD: LazyLock<Vec<SourceFile>> = LazyLock::new(|| {
    let mut files = mapping_files();
    files.retain(|file| [PLATFORM, MAPPING, CASES].contains(&file.path.as_str()));
    files
});

fuzz_target!(|text: &str| {
    // A platform in one file.
    let whole = SourceFile { path: "whole.yaml".to_owned(), text: text.to_owned() };
    let compilation = compile_whole(&whole);
    check_compilation(slice::from_ref(&whole), &compilation);
    run_cases(compilation);

    // The parts before and after a form feed, which YAML cannot contain, are two files of a folder.
    let (first, second) = text.split_once('\u{c}').unwrap_or((text, ""));
    for replaced in [[PLATFORM, MAPPING], [MAPPING, CASES], [CASES, PLATFORM]] {
        let mut files = GOOD.clone();
        for (path, text) in replaced.into_iter().zip([first, second]) {
            // In place of an empty part there is the good file.
            for file in files.iter_mut().filter(|file| file.path == path && !text.is_empty()) {
                file.text = text.to_owned();
            }
        }
        let compilation = compile(&files);
        check_compilation(&files, &compilation);
        run_cases(compilation);
    }
});

/// What the compiler accepts can be used.
fn run_cases(compilation: Compilation) {
    let Some(platform) = compilation.platform else { return };
    let bundle = Bundle::decode(&platform.bundle).expect("the compiler's bundles decode");
    for position in 0..bundle.organizations().len() as u32 {
        bundle.mapping(claimsmith::OrganizationId(position)).expect("the compiler's mappings decode");
    }
    for case in &platform.cases {
        check_answer(&case.run(&bundle).answer);
    }
}
