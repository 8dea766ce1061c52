//! Pages that are followed literally: their commands, and `docs/deploy.md`.

use std::fs;

use serde_json::json;

use crate::deploy::{DOMAIN, World, for_tenant};
use crate::support::{ACME, root, write};

/// The text of a page of `docs/`.
pub(crate) fn page(name: &str) -> String {
    fs::read_to_string(root().join("docs").join(name)).expect("the page")
}

/// The command lines of a page in its order: those of its blocks, and those between backticks that are complete.
pub(crate) fn command_lines(page: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut is_shell = None;
    for line in page.lines().map(str::trim) {
        match (line.strip_prefix("```"), is_shell) {
            (Some(language), None) => is_shell = Some(matches!(language, "sh" | "console")),
            (Some(_), Some(_)) => is_shell = None,
            (None, Some(true)) => lines.push(line.trim_start_matches("$ ").to_owned()),
            (None, Some(false)) => {}
            (None, None) => {
                let spans = line.split('`').skip(1).step_by(2).filter(|span| is_complete(span));
                lines.extend(spans.map(str::to_owned));
            }
        }
    }
    lines
}

/// Whether a text says more than a command's name, and leaves nothing to fill in.
fn is_complete(span: &str) -> bool {
    let is_placeholder = |word: &str| word.bytes().all(|byte| byte.is_ascii_uppercase());
    span.starts_with("claimsmith ")
        && (span.contains(" --") || span.contains(".json"))
        && !span.split(' ').any(is_placeholder)
}

/// The arguments of a line that runs `claimsmith`, with single quotes as a shell takes them.
pub(crate) fn arguments(line: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for (at, part) in line.split('\'').enumerate() {
        let is_quoted = at % 2 == 1;
        for (at, piece) in part.split(if is_quoted { '\0' } else { ' ' }).enumerate() {
            if at > 0 {
                words.push(String::new());
            }
            words.last_mut().expect("there is one").push_str(piece);
        }
    }
    assert_eq!(words.remove(0), "claimsmith", "{line}");
    words
}

#[test]
fn command_lines_are_found_in_blocks_and_in_sentences() {
    let page = "`claimsmith test` and `claimsmith bundle --out FILE`, `claimsmith sign --yes`\n\n- x\n\n  ```console\n  $ a 'b c'\n  ```\n```text\nd\n```\n```sh\ne\n```\n";
    assert_eq!(command_lines(page), ["claimsmith sign --yes", "a 'b c'", "e"]);
    assert_eq!(arguments("claimsmith a 'b c,d' --e"), ["a", "b c,d", "--e"]);
}

#[test]
fn every_command_of_the_deploy_page_does_what_it_says() {
    const APPLY: &str = "claimsmith deploy apply claimsmith.plan.json";
    const IMPORT: &str = "a0deploy import --env=false --config_file=config.json --input_file=tenant";
    let lines = command_lines(&page("deploy.md"));
    assert_eq!(
        lines,
        [
            APPLY,
            "claimsmith deploy plan --packaging slices --slices 3",
            APPLY,
            "claimsmith bundle --tenant staging --target terraform --out modules/claimsmith-staging",
            "claimsmith bundle --target deploy-cli-directory --out tenant",
            IMPORT,
            "claimsmith bundle --target deploy-cli-directory --out tenant --bindings 'Check device,claimsmith'",
            "claimsmith bundle --target terraform --out modules/claimsmith",
        ]
    );
    let world = World::new(json!({ "rate": { "burst": 1_000_000 } }));
    for name in ["beta", "gamma"] {
        let text = ACME.replace("org_acme", &format!("org_{name}")).replace("acme-entra", name);
        write(&world.folder, &format!("organizations/{name}.yaml"), for_tenant(&text, DOMAIN));
    }
    let flow = || -> Vec<String> {
        let tenant = world.stand_in.tenant();
        tenant.bindings.values().flatten().map(|it| it.display_name.clone()).collect()
    };
    let has = |path: &str| world.folder.path().join(path).is_file();
    world.run(&["deploy", "plan"]).stdout(0);
    for (at, line) in lines.iter().enumerate() {
        if line == IMPORT {
            // The program itself runs in crates/standins/peers/deploy-cli.test.mjs, with these arguments.
            assert!(has("tenant/actions/claimsmith.json") && has("tenant/actions/claimsmith/code.js"));
            assert!(!has("tenant/triggers/triggers.json"), "there are no bindings unless all are named");
            continue;
        }
        let words = arguments(line);
        let run = world.run(&words.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((run.code, run.err.as_str()), (Some(0), ""), "{line}: {run:?}");
        let expected: &[&str] = match at {
            0..=1 => &["Check device", "claimsmith"],
            _ => &["Check device", "claimsmith-a1", "claimsmith-a2", "claimsmith-a3"],
        };
        assert_eq!(flow(), expected, "{line}");
    }
    assert!(has("modules/claimsmith-staging/claimsmith.tf") && has("modules/claimsmith/claimsmith.tf"));
    let triggers = fs::read_to_string(world.folder.path().join("tenant/triggers/triggers.json"));
    let triggers = triggers.expect("the bindings");
    assert!(triggers.contains("Check device") && triggers.contains("claimsmith"), "{triggers}");
}
