//! The modules of the command use each other in one direction only.

#![allow(clippy::disallowed_methods, reason = "only the core does no I/O")]
#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// All modules, each by the path of its file. A module uses only those above it.
const ORDER: &[&str] = &[
    "exit_status",
    "escape",
    "numbers",
    "login_time",
    "journal_file",
    "manual",
    "manual/words",
    "other_verbs",
    "placeholders",
    "scaffold",
    "case_filter",
    "terminal",
    "folder",
    "source_map",
    "encoding",
    "encoding/wide",
    "encoding/binary",
    "encoding/eight_bit",
    "input",
    "plan_file",
    "credentials",
    "scim_service",
    "cloud_directory",
    "directory_source",
    "progress",
    "step_progress",
    "whole_folder",
    "mapping_files",
    "watch/native",
    "watch",
    "mappings",
    "write/refusal",
    "write/no_follow",
    "write/draft",
    "write",
    "write/leftover_drafts",
    "importing/privileged",
    "importing/draft",
    "importing/people",
    "importing/authorization_extension",
    "importing/table",
    "importing",
    "deployment_files",
    "fix",
    "compress",
    "action",
    "action_reader",
    "block_file",
    "slices",
    "smoke",
    "action_run",
    "old_action",
    "capacity",
    "blocks",
    "metadata_writer",
    "packaging",
    "recommendation",
    "results",
    "render/summary",
    "render/json",
    "render/csv",
    "render/matrix",
    "render/html",
    "render/sarif",
    "render/github",
    "render/human/style",
    "render/human/diff",
    "render/human/snippet",
    "render/human/capacity",
    "render/human/tables",
    "render/human",
    "render",
    "onboarding/words",
    "onboarding/guide",
    "onboarding/facts",
    "onboarding/samples",
    "onboarding/settings",
    "onboarding/bodies",
    "onboarding/terraform",
    "onboarding/parts/identity_provider",
    "onboarding/parts/auth0",
    "onboarding/parts/mapping",
    "onboarding/parts/applications",
    "onboarding/parts/people",
    "onboarding/parts",
    "onboarding/kit",
    "onboarding/check",
    "onboarding/platform_plan",
    "onboarding/markdown",
    "onboarding/page",
    "onboarding",
    "tenant",
    "platform/of_tenant",
    "platform/unfilled_ids",
    "platform",
    "arguments",
    "signing/agent",
    "signing",
    "assumption_record",
    "commands/evaluate/cpu_time",
    "commands/evaluate/event_lines",
    "commands/validate",
    "commands/fmt",
    "commands/test/in_tenant",
    "commands/test",
    "commands/evaluate",
    "commands/explain",
    "commands/help",
    "commands/list",
    "commands/matrix",
    "commands/expiring",
    "commands/init",
    "commands/new",
    "commands/import",
    "commands/compare_action/differences",
    "commands/compare_action/accepted",
    "commands/compare_action",
    "commands/onboard/arguments",
    "commands/onboard/written",
    "commands/onboard/block_gaps",
    "commands/onboard/tenant_gaps",
    "commands/onboard/qlik_gaps",
    "commands/onboard/check",
    "commands/onboard",
    "commands/bundle",
    "commands/deploy/arguments",
    "commands/deploy/origin",
    "commands/deploy/shown",
    "commands/deploy/prepared",
    "commands/deploy/in_between",
    "commands/deploy/traveling",
    "commands/deploy/block_warnings",
    "commands/deploy/blocks_plan",
    "commands/deploy/signed_blocks",
    "commands/deploy/closed",
    "commands/deploy/slice_names",
    "commands/deploy/second_action",
    "commands/deploy/sliced",
    "commands/deploy/planned",
    "commands/deploy/applied",
    "commands/deploy/confirmed",
    "commands/deploy/rolled_back",
    "commands/deploy",
    "commands/status/arguments",
    "commands/status/desired",
    "commands/status/report",
    "commands/status/calendar",
    "commands/status/shown",
    "commands/status/progress",
    "commands/status/calendar_file",
    "commands/status/action",
    "commands/status/settings",
    "commands/status/native",
    "commands/status",
    "commands/assumptions/arguments",
    "commands/assumptions/list",
    "commands/assumptions/probe",
    "commands/assumptions/run",
    "commands/assumptions",
    "commands/qlik/arguments",
    "commands/qlik/shown",
    "commands/qlik/native",
    "commands/qlik",
    "commands/sync/arguments",
    "commands/sync/probe_arguments",
    "commands/sync/shown",
    "commands/sync/journal",
    "commands/sync/metrics",
    "commands/sync/target",
    "commands/sync/explained",
    "commands/sync/planned",
    "commands/sync/applied",
    "commands/sync/history",
    "commands/sync/probe",
    "commands/sync",
    "commands/verify_live/arguments",
    "commands/verify_live/held",
    "commands/verify_live/people",
    "commands/verify_live/shown",
    "commands/verify_live/native",
    "commands/verify_live",
    "commands/keys/new",
    "commands/keys/list",
    "commands/keys/revoke",
    "commands/keys/rotate",
    "commands/keys",
    "commands/sign/arguments",
    "commands/sign/terms",
    "commands/sign/confirmations",
    "commands/sign/writer_files",
    "commands/sign/leftover",
    "commands/sign/signed",
    "commands/sign",
    "commands/schema",
    "commands/completions",
    "commands/man",
    "commands",
    "wrong_arguments",
    "main",
];

/// Unit tests, which may use everything.
const TESTS: &str = "write/tests";

/// The paths of all files below a folder, relative to `root` and without `.rs`.
fn modules(root: &Path, folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            modules(root, &path, found);
        } else {
            let module = path.strip_prefix(root).expect("a path below the root").with_extension("");
            found.insert(module.to_str().expect("UTF-8").replace('\\', "/"));
        }
    }
}

/// The modules that the code of a module names, such as `render/human` for `crate::render::human::answer`.
///
/// A module that declares another is not a use of it, but a path that begins with its name is.
fn used(module: &str, code: &str) -> BTreeSet<String> {
    let code: Vec<&str> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let code = code.join("\n");
    let mut used = BTreeSet::new();
    let parent = module.rsplit_once('/').map_or("", |(parent, _)| parent);
    for (prefix, base) in [("crate::", ""), ("super::", parent), ("self::", module)] {
        for (at, _) in code.match_indices(prefix) {
            let (before, rest) = code.split_at(at);
            if before.ends_with(|char: char| char.is_alphanumeric() || char == '_' || char == ':') {
                continue;
            }
            for path in paths(rest.strip_prefix(prefix).expect("it begins so")) {
                let full = if base.is_empty() { path } else { format!("{base}/{path}") };
                // The longest prefix that is a module; the rest are items.
                let is_prefix = |it: &&&str| full == **it || full.starts_with(&format!("{it}/"));
                let longest = ORDER.iter().filter(is_prefix).max_by_key(|it| it.len());
                used.insert(longest.map_or(full.clone(), |it| (*it).to_owned()));
            }
        }
    }
    used.remove(module);
    used
}

/// The paths at the start of some code, such as `a/b` and `a/c` for `a::{b, c::D};`.
fn paths(code: &str) -> Vec<String> {
    let end = code.find(|char: char| !(char.is_alphanumeric() || "_:".contains(char))).unwrap_or(code.len());
    let (path, rest) = code.split_at(end);
    match path.strip_suffix("::") {
        Some(path) if rest.starts_with('{') => {
            let list = rest.trim_start_matches('{').split('}').next().unwrap_or_default();
            assert!(!list.contains('{'), "this test reads lists without lists in them: {list}");
            let names = list.split(',').map(str::trim).filter(|name| !name.is_empty());
            names.map(|name| format!("{path}::{name}").replace("::", "/")).collect()
        }
        _ => vec![path.replace("::", "/")],
    }
}

#[test]
fn modules_use_only_modules_above_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    modules(&root, &root, &mut found);
    assert!(found.remove(TESTS));
    let ordered: BTreeSet<String> = ORDER.iter().map(|module| (*module).to_owned()).collect();
    assert_eq!(found, ordered, "every module has its place in the order");
    let position = |module: &str| ORDER.iter().position(|it| *it == module);
    for module in &found {
        let code = fs::read_to_string(root.join(format!("{module}.rs"))).expect("a file");
        // Unit tests at the end of a file use the file's own items.
        let code = code.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
        for other in used(module, code) {
            let place = position(&other);
            assert!(place.is_some(), "`{module}` uses `crate::{other}`, which is not a module");
            assert!(place < position(module), "`{module}` uses `{other}`, which is below it in the order");
        }
    }
}

#[test]
fn used_finds_modules_in_lists_and_in_paths() {
    let check = |module: &str, code: &str, expected: &[&str]| {
        let found = used(module, code);
        assert_eq!(found.iter().map(String::as_str).collect::<Vec<_>>(), expected, "{code}");
    };
    check("platform", "use crate::render::{human, json};", &["render/human", "render/json"]);
    check("platform", "let name = crate::escape::escaped(name);", &["escape"]);
    check("render/human", "use super::summary::count;\nmod style;", &["render/summary"]);
    check("render/human", "use self::style::{BAD, GOOD};", &["render/human/style"]);
    check("write", "// use crate::render::human;\nuse claimsmith::crate_name;", &[]);
}
