//! Runs every test case of the sample mappings and of `tests/cases/`, natively and, under `wasm-pack test --node`,
//! as WebAssembly. The Action's Node tests run the same cases as well.
//!
//! With `CLAIMSMITH_MAPPINGS=FOLDER`, a path from the project's root, the cases of that folder run instead.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test stops at what is wrong, and this one prints a digest"
)]

mod support;

use claimsmith::compiler::{Compilation, CompiledPlatform, compile, compile_whole};
use claimsmith::event::Event;
use claimsmith::{Bundle, evaluate};
use sha2::{Digest, Sha256};
use support::{case_files, mapping_files, own_mapping_files, report};

/// Runs the cases of one platform in each of its tenants, feeds their answers to `answers`, and returns how many there
/// are.
fn run(compilation: Compilation, answers: &mut Sha256) -> usize {
    let findings: Vec<_> =
        compilation.diagnostics.iter().map(|it| (&it.file, &it.span, &it.message)).collect();
    assert!(compilation.platform.is_some(), "{findings:#?}");
    compilation.into_tenants().iter().map(|platform| run_tenant(platform, answers)).sum()
}

fn run_tenant(platform: &CompiledPlatform, answers: &mut Sha256) -> usize {
    let bundle = Bundle::decode(&platform.bundle).expect("the compiler's bundles decode");
    for case in &platform.cases {
        let mut result = case.run(&bundle);
        assert!(result.failures.is_empty(), "{}: {}: {:#?}", case.file, case.name, result);
        let event = Event::from_json(case.event.clone()).expect("a case's event is one");
        let fetched = event.fetch(&bundle);
        let fired = evaluate(&bundle, &fetched.login()).rules.len();
        assert_eq!(
            fired,
            result.answer.rules.len(),
            "{}: {}: each rule is counted once",
            case.file,
            case.name
        );
        // Another version of the bundle's format changes the bundle's digest, but must not change an answer.
        result.answer.bundle.clear();
        answers.update(serde_json::to_vec(&result.answer).expect("an answer is JSON"));
    }
    platform.cases.len()
}

#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn cases_give_their_expected_answers() {
    let mut answers = Sha256::new();
    let count = match own_mapping_files() {
        Some(files) => run(compile(&files), &mut answers),
        None => {
            let in_folder = run(compile(&mapping_files()), &mut answers);
            in_folder + case_files().iter().map(|file| run(compile_whole(file), &mut answers)).sum::<usize>()
        }
    };
    assert!(count > 0, "there are cases");
    let digest: String = answers.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    // `./build.sh test` compares this line of the native run with that of the WebAssembly run.
    report(&format!("answers of {count} cases: sha256 {digest}"));
}

/// Without this, `allow` could miss what it is next to, as cases do not look at warnings.
#[cfg_attr(not(target_arch = "wasm32"), test)]
#[cfg_attr(target_arch = "wasm32", wasm_bindgen_test::wasm_bindgen_test)]
fn cases_about_allowed_findings_have_no_others() {
    let file = case_files().into_iter().find(|file| file.path.ends_with("/allow.yaml")).expect("the file");
    let compilation = compile_whole(&file);
    assert_eq!(compilation.diagnostics, []);
    let allowed: Vec<_> = compilation.suppressed.iter().map(|it| it.diagnostic.code.name()).collect();
    let expected = ["unused-target-group", "forgeable-name", "shadowed-rule", "impossible-condition"];
    assert_eq!(allowed, expected);
}
