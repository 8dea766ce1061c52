//! `claimsmith bundle`.

use std::fs;

use serde_json::json;

use crate::support::{ACME, folder, run, run_in};

#[test]
fn bundle_only_needs_no_engine() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let out = run_in(&folder, &["bundle", "--bundle-only", "acme.csmb"]).stdout(0);
    let bytes = fs::read(folder.path().join("acme.csmb")).expect("the bundle");
    let bundle = claimsmith::Bundle::decode(&bytes).expect("a sound bundle");
    let digest = bundle.digest_hex();
    let short = digest.get(..12).expect("64 digits");
    assert_eq!(out, format!("acme.csmb: bundle {short}, {} bytes\n", bytes.len()));

    let json = run_in(&folder, &["bundle", "--bundle-only", "acme.csmb", "--format", "json"]).json(0);
    let expected = json!({
        "version": 1,
        "files": ["acme.csmb"],
        "digest": digest,
        "bundle": bytes.len(),
        "sizes": null,
        "bytes_per_rule": null,
        "capacity": null,
    });
    assert_eq!(json, expected);
}

#[test]
fn the_same_mappings_give_the_same_bytes() {
    let folder = folder(&[("organizations/acme.yaml", ACME)]);
    let bundle = || {
        run_in(&folder, &["bundle", "--bundle-only", "acme.csmb"]).stdout(0);
        fs::read(folder.path().join("acme.csmb")).expect("the bundle")
    };
    assert_eq!(bundle(), bundle());
}

#[cfg(not(embedded_engine))]
#[test]
fn bundle_without_an_engine_is_an_error() {
    let err = run(&["bundle"]).failed();
    assert_eq!(err, "error: this build of claimsmith does not contain the engine; run `./build.sh`\n");
}

#[cfg(embedded_engine)]
mod with_engine {
    use super::*;
    use crate::support::{Run, check_snapshot};

    #[test]
    fn action_is_written_and_measured() {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        let out = run_in(&folder, &["bundle", "--out", "some/dist"]).stdout(0);
        let action = fs::read_to_string(folder.path().join("some/dist/action.js")).expect("the Action");
        assert!(!action.contains("__CLAIMSMITH_"));
        assert!(action.contains(r#"{\"failure\":\"no-groups\",\"claims\":{\"CatalogClient\":"#));
        assert!(out.contains("bytes per rule"), "{out}");
        assert!(out.lines().last().expect("lines").starts_with("some/dist/action.js: bundle "), "{out}");

        let json = run_in(&folder, &["bundle", "--out", "some/dist", "--format", "json"]).json(0);
        let sizes = &json["sizes"];
        assert_eq!(json["files"], json!(["some/dist/action.js"]));
        assert_eq!((&sizes["total"], &sizes["limit"]), (&json!(action.len()), &json!(100_000)));
        let embedded = |part: &str| sizes[part]["embedded"].as_u64().expect("a number");
        assert_eq!(json!(embedded("engine") + embedded("mapping") + embedded("shim")), sizes["total"]);
        assert_eq!(json["bytes_per_rule"], json!(embedded("mapping") as f64 / 2.0));
        let left: Vec<_> = fs::read_dir(folder.path().join("some/dist")).expect("a folder").collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    /// A folder with organizations of 1, 2, … rules.
    fn customers(count: usize) -> tempfile::TempDir {
        let files: Vec<(String, String)> = (1..=count)
            .map(|rules| {
                let acme = ACME.replace("acme", &format!("customer{rules}"));
                let (start, _) = acme.split_once("rules:").expect("rules");
                let rule = |at| {
                    format!("  - {{ id: rule-{at}, match: {{ exact: [g-{at}, h-{at}] }}, grant: catalog-admins }}\n")
                };
                let text = format!("{start}default: [finance-readers]\nrules:\n{}", (0..rules).map(rule).collect::<String>());
                (format!("organizations/customer{rules}.yaml"), text)
            })
            .collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        folder(&files)
    }

    /// The tables of organizations and rules.
    fn tables(out: &str) -> &str {
        let (_, tables) = out.split_once("\n\n").expect("the table of the parts comes first");
        tables.rsplit_once("\n\npackaging: ").expect("the packaging comes after them").0
    }

    #[test]
    fn the_largest_organizations_and_rules_are_listed() {
        let folder = customers(13);
        let out = run_in(&folder, &["bundle"]).stdout(0);
        check_snapshot("bundle-largest", tables(&out));
        let all = run_in(&folder, &["bundle", "--all-sizes"]).stdout(0);
        assert_eq!(tables(&all).lines().count(), 1 + 13 + 1 + 1 + (1..=13).sum::<usize>() + 1 + 2, "{all}");
        assert!(!all.contains("others"), "{all}");
        let few = run_in(&customers(2), &["bundle"]).stdout(0);
        check_snapshot("bundle-few", tables(&few));
    }

    #[test]
    fn sizes_of_organizations_as_json() {
        let folder = customers(12);
        let json = run_in(&folder, &["bundle", "--format", "json"]).json(0);
        let organizations = json["capacity"]["organizations"].as_array().expect("a list");
        assert_eq!(organizations.len(), 12);
        assert_eq!(
            (&organizations[0]["name"], &organizations[11]["name"]),
            (&json!("customer12"), &json!("customer1"))
        );
        assert_eq!(organizations[11]["frees"], json!(null));
        assert_eq!(organizations[0]["rules"][0]["patterns"], 2);
        let number = |value: &serde_json::Value| value.as_u64().expect("a number");
        let parts = ["exact_names", "globs", "expressions", "rule_ids"];
        assert!(
            parts.iter().map(|part| number(&organizations[0][part])).sum::<u64>()
                < number(&organizations[0]["bytes"])
        );
        let rest = &json["capacity"]["rest"];
        assert_eq!((&rest["organizations"], &rest["rules"]), (&json!(2), &json!(3)));
        let all = run_in(&folder, &["bundle", "--format", "json", "--all-sizes"]).json(0);
        assert_eq!(all["capacity"]["rest"], json!(null));

        // The figure is what leaving the organization out gives.
        let frees = number(&organizations[0]["frees"]);
        std::fs::remove_file(folder.path().join("mappings/organizations/customer12.yaml")).expect("a file");
        let without = run_in(&folder, &["bundle", "--format", "json"]).json(0);
        assert_eq!(number(&json["sizes"]["total"]) - number(&without["sizes"]["total"]), frees);
    }

    #[test]
    fn a_nearly_full_action_is_a_warning() {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        let json = run_in(&folder, &["bundle", "--format", "json"]).json(0);
        let total = json["sizes"]["total"].as_u64().expect("a number");
        let warned = |limit: u64| {
            let Run { code, err, .. } = run_in(&folder, &["bundle", "--limit", &limit.to_string()]);
            assert_eq!(code, Some(0));
            err
        };
        assert_eq!(warned(total * 100 / 79), "");
        assert!(warned(total * 100 / 81).starts_with("warning: the Action takes 81 % of the "));
        assert!(warned(total).starts_with("warning: the Action takes 100 % of the "));
    }

    #[test]
    fn an_action_over_the_limit_is_not_written() {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        let arguments = ["bundle", "--limit", "1000"];
        let Run { code, out, err } = run_in(&folder, &arguments);
        assert_eq!(code, Some(1));
        assert!(out.contains("too many"), "{out}");
        let (first, rest) = err.split_once('\n').expect("lines");
        assert!(first.ends_with(" bytes, and Auth0 accepts 1 000; nothing was written"), "{err}");
        check_snapshot("bundle-full", rest);
        assert!(!folder.path().join("dist").exists());

        let Run { code, out, .. } = run_in(&folder, &[arguments.as_slice(), &["--format", "json"]].concat());
        let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!((code, &json["files"]), (Some(1), &json!([])));
    }

    /// A folder with organizations whose names of groups hardly compress.
    fn random_customers(count: u64) -> tempfile::TempDir {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            format!("g-{:012x}", state >> 16)
        };
        let files: Vec<(String, String)> = (1..=count)
            .map(|number| {
                let names: Vec<String> = (0..60).map(|_| next()).collect();
                let acme = ACME.replace("acme", &format!("customer{number}"));
                let (start, _) = acme.split_once("rules:").expect("rules");
                let rule = format!(
                    "{{ id: all, match: {{ exact: [{}] }}, grant: catalog-admins }}",
                    names.join(", ")
                );
                (
                    format!("organizations/customer{number}.yaml"),
                    format!("{start}default: [finance-readers]\nrules:\n  - {rule}\n"),
                )
            })
            .collect();
        let files: Vec<(&str, &str)> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        folder(&files)
    }

    #[test]
    fn slices_are_recommended_where_one_action_is_too_small() {
        let folder = random_customers(6);
        let recommended = |arguments: &[&str]| {
            let run = run_in(&folder, &[&["bundle", "--format", "json"], arguments].concat());
            let json: serde_json::Value = serde_json::from_str(&run.out).expect("JSON");
            (run.code, json)
        };
        let (code, json) = recommended(&[]);
        assert_eq!(
            (code, &json["packaging"]["packaging"], &json["packaging"]["slices"]),
            (Some(0), &json!("embedded"), &json!(null))
        );
        let total = json["sizes"]["total"].as_u64().expect("a number");

        let limit = (total - 500).to_string();
        let (code, json) = recommended(&["--limit", &limit]);
        let packaging = &json["packaging"];
        assert_eq!(
            (code, &packaging["packaging"], &packaging["reason"]),
            (Some(1), &json!("slices"), &json!("too-large"))
        );
        let (count, largest) = (&packaging["slices"], &packaging["largest"]);
        let out = run_in(&folder, &["bundle", "--limit", &limit]).out;
        assert!(out.contains(&format!("packaging: slices: one Action would have 100 % of the limit; `--packaging slices` takes {count} Actions, the largest with ")), "{out}");

        let json =
            run_in(&folder, &["bundle", "--packaging", "slices", "--limit", &limit, "--format", "json"])
                .json(0);
        let slices = json["slices"].as_array().expect("slices");
        assert_eq!(
            (json!(slices.len()), slices.iter().map(|it| it["sizes"]["total"].as_u64()).max().flatten()),
            (count.clone(), largest.as_u64())
        );
        let names: Vec<_> =
            slices.iter().flat_map(|it| it["organizations"].as_array().expect("names")).collect();
        assert_eq!(names.len(), 6, "{names:?}");

        let (_, json) = recommended(&["--limit", "1000"]);
        assert_eq!(json["packaging"]["reason"], json!("too-large-for-all"));
    }

    #[test]
    fn blocks_are_recommended_where_they_are_declared() {
        let folder = random_customers(3);
        let path = folder.path().join("mappings/platform.yaml");
        let platform = fs::read_to_string(&path).expect("a platform");
        let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPRKJ7mrAxIPfJod2rl7cGDd4R2SpmoxE65eha8WYPoF";
        let blocks = format!(
            "\ntenants: {{ main: {{ domain: main.eu.auth0.com }} }}\nblocks: {{ keys: {{ main: {{ public: {key}, protected: true }} }} }}\n"
        );
        fs::write(&path, platform + &blocks).expect("a platform");
        let packaging = run_in(&folder, &["bundle", "--format", "json"]).json(0)["packaging"].clone();
        assert_eq!(
            (&packaging["packaging"], &packaging["reason"], &packaging["blocks"]["declared"]),
            (&json!("organizations"), &json!("blocks-declared"), &json!(true)),
            "{packaging}"
        );
        let total = &packaging["blocks"]["total"];
        let built = run_in(&folder, &["bundle", "--packaging", "organizations", "--format", "json"]).json(0);
        assert_eq!((&built["sizes"]["total"], &built["packaging"]), (total, &json!(null)));
    }

    #[test]
    fn slices_are_written_together() {
        let folder = customers(3);
        let out = run_in(&folder, &["bundle", "--packaging", "slices", "--slices", "3"]).stdout(0);
        let action = |number: usize| {
            let text = fs::read_to_string(folder.path().join(format!("dist/action-{number}.js")))
                .expect("an Action");
            assert!(text.starts_with(&format!("// Claimsmith, slice {number} of 3\n")), "{number}");
            assert!(!text.contains("__CLAIMSMITH_"));
        };
        (1..=3).for_each(action);
        assert_eq!(out.lines().filter(|line| line.starts_with("dist/action-")).count(), 3, "{out}");

        let Run { code, err, .. } = run_in(&folder, &["bundle", "--packaging", "slices"]);
        assert_eq!(code, Some(0));
        assert_eq!(
            err,
            "warning: `dist/action-3.js` is of a build with more slices; remove it, and the Action that it became from the flow\n"
        );
    }

    #[test]
    fn slices_that_are_too_large_are_not_written() {
        let folder = customers(1);
        let Run { code, err, .. } = run_in(&folder, &["bundle", "--packaging", "slices", "--limit", "1000"]);
        assert_eq!(code, Some(1));
        assert!(err.starts_with("error: slice 1 has "), "{err}");
        assert!(!folder.path().join("dist").exists());
        let err = run_in(&folder, &["bundle", "--slices", "2"]).failed();
        assert_eq!(
            err,
            "error: `--slices` is for `--packaging slices`, which divides the customers among several Actions\n"
        );
        let err = run_in(&folder, &["bundle", "--packaging", "slices", "--target", "terraform"]).failed();
        assert_eq!(
            err,
            "error: `--packaging slices` writes the Actions alone, without the files of another program; leave out `--target` and `--bindings`\n"
        );
    }

    #[test]
    fn mappings_with_errors_are_not_bundled() {
        let folder = folder(&[("organizations/acme.yaml", &ACME.replace("waad", "entra"))]);
        let Run { code, out, err } = run_in(&folder, &["bundle"]);
        assert_eq!((code, out.as_str()), (Some(1), ""));
        assert!(err.contains("error[invalid-value]"), "{err}");
        assert!(!folder.path().join("dist").exists());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        let err = run(&["bundle", "--out", "Cargo.toml"]).failed();
        assert!(err.contains("`Cargo.toml` is a file, not a folder; name another folder"), "{err}");
    }

    /// Files below a folder, with `/`, in order.
    fn files_below(folder: &std::path::Path) -> Vec<String> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_dir() {
                files.extend(files_below(&path).into_iter().map(|below| format!("{name}/{below}")));
            } else {
                files.push(name);
            }
        }
        files.sort_unstable();
        files
    }

    fn json_file(folder: &tempfile::TempDir, path: &str) -> serde_json::Value {
        let text = fs::read_to_string(folder.path().join(path)).expect(path);
        serde_json::from_str(&text).expect(path)
    }

    #[test]
    fn each_target_has_its_files_with_the_same_code() {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        run_in(&folder, &["bundle"]).stdout(0);
        let action = fs::read_to_string(folder.path().join("dist/action.js")).expect("the Action");
        let code = "actions/claimsmith/code.js";
        for (target, code, others) in [
            ("action", "action.js", &[][..]),
            ("deploy-cli-directory", code, &["actions/claimsmith.json"]),
            ("deploy-cli-yaml", code, &["claimsmith.yaml"]),
            ("terraform", "claimsmith/action.js", &["claimsmith.tf"]),
        ] {
            let arguments = ["bundle", "--target", target, "--out", target];
            let out = run_in(&folder, &arguments).stdout(0);
            let (_, written) = out.rsplit_once("\n\n").expect("the sizes come first");
            let digest = written.split_once(": bundle ").expect("the digest").1.get(..12).expect("12 digits");
            check_snapshot(&format!("bundle-target-{target}"), &written.replace(digest, "DIGEST"));
            let mut files: Vec<_> =
                others.iter().map(|file| (*file).to_owned()).chain([code.to_owned()]).collect();
            files.sort_unstable();
            assert_eq!(files_below(&folder.path().join(target)), files);
            let written = fs::read_to_string(folder.path().join(target).join(code)).expect(code);
            assert!(written == action, "{target} has the same code");
            // A second run replaces its own files.
            run_in(&folder, &arguments).stdout(0);
        }
    }

    #[test]
    fn deploy_cli_reads_the_action_and_only_bindings_that_are_named() {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        let arguments = ["bundle", "--target", "deploy-cli-directory", "--out", "tree"];
        let with_bindings = [&arguments[..], &["--bindings", "Check device, claimsmith"]].concat();
        run_in(&folder, &with_bindings).stdout(0);
        let action = json_file(&folder, "tree/actions/claimsmith.json");
        assert_eq!(action["code"], "./actions/claimsmith/code.js");
        assert_eq!(action["supported_triggers"], json!([{ "id": "post-login", "version": "v3" }]));
        let bound = |name: &str| json!({ "action_name": name, "display_name": name });
        let bindings = json!({ "post-login": [bound("Check device"), bound("claimsmith")] });
        assert_eq!(json_file(&folder, "tree/triggers/triggers.json"), bindings);
        // The same bindings are no change, and others are kept.
        run_in(&folder, &with_bindings).stdout(0);
        let err = run_in(&folder, &[&arguments[..], &["--bindings", "claimsmith"]].concat()).failed();
        assert!(err.contains("triggers.json` has other content, and nothing was written"), "{err}");
        assert_eq!(json_file(&folder, "tree/triggers/triggers.json"), bindings);

        let yaml = ["bundle", "--target", "deploy-cli-yaml", "--out", "yaml", "--bindings", "claimsmith"];
        run_in(&folder, &yaml).stdout(0);
        let tree = json_file(&folder, "yaml/claimsmith.yaml");
        assert_eq!(tree, json!({ "actions": [action], "triggers": { "post-login": [bound("claimsmith")] } }));
    }

    #[test]
    fn terraform_creates_the_same_action_as_deploy_cli() {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        run_in(&folder, &["bundle", "--target", "deploy-cli-directory", "--out", "tree"]).stdout(0);
        run_in(&folder, &["bundle", "--target", "terraform", "--out", "module"]).stdout(0);
        let action = json_file(&folder, "tree/actions/claimsmith.json");
        let module = fs::read_to_string(folder.path().join("module/claimsmith.tf")).expect("the module");
        let words: Vec<&str> = module.split_whitespace().collect();
        let module = words.join(" ");
        let trigger = &action["supported_triggers"][0];
        for line in [
            format!("name = {}", action["name"]),
            format!("runtime = {}", action["runtime"]),
            format!("supported_triggers {{ id = {} version = {} }}", trigger["id"], trigger["version"]),
            format!("trigger = {}", trigger["id"]),
            r#"code = file("${path.module}/claimsmith/action.js")"#.to_owned(),
        ] {
            assert!(module.contains(&line), "no `{line}` in {module}");
        }
    }

    #[test]
    fn descriptions_that_their_owner_changed_are_kept() {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        let changed = |target: &str, file: &str, more: &[&str]| {
            let arguments = [&["bundle", "--target", target, "--out", target][..], more].concat();
            run_in(&folder, &arguments).stdout(0);
            let path = folder.path().join(target).join(file);
            fs::write(&path, r#"{"mine":true}"#).expect(file);
            let Run { code, err, .. } = run_in(&folder, &arguments);
            assert_eq!(fs::read_to_string(&path).expect(file), r#"{"mine":true}"#);
            (code, err)
        };
        for (target, file) in [
            ("deploy-cli-directory", "actions/claimsmith.json"),
            ("deploy-cli-yaml", "claimsmith.yaml"),
            ("terraform", "claimsmith.tf"),
        ] {
            let (code, err) = changed(target, file, &[]);
            let expected = format!(
                "warning: `{target}/{file}` has other content and was kept; remove it to have it written anew\n"
            );
            assert_eq!((code, err), (Some(0), expected));
        }
        fs::remove_file(folder.path().join("deploy-cli-yaml/claimsmith.yaml")).expect("a file");
        let (code, err) = changed("deploy-cli-yaml", "claimsmith.yaml", &["--bindings", "claimsmith"]);
        assert!(code == Some(2) && err.contains("and nothing was written; add {"), "{err}");
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_a_file_is_refused_before_a_folder_is_made() {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        fs::create_dir_all(folder.path().join("tree/triggers")).expect("a folder");
        std::os::unix::fs::symlink("/dev/zero", folder.path().join("tree/triggers/triggers.json"))
            .expect("a link");
        let arguments =
            ["bundle", "--target", "deploy-cli-directory", "--out", "tree", "--bindings", "claimsmith"];
        let err = run_in(&folder, &arguments).failed();
        assert!(err.contains("is a link to `/dev/zero`"), "{err}");
        assert!(!folder.path().join("tree/actions").exists());
    }

    #[test]
    fn bindings_that_would_unbind_an_action_are_errors() {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        let error = |target: &str, names: &str| {
            run_in(&folder, &["bundle", "--target", target, "--bindings", names]).failed()
        };
        let cli = "deploy-cli-directory";
        assert!(error(cli, "Check device").contains("`claimsmith` is not in the list; add it"));
        assert!(error(cli, "claimsmith,,a").contains("a name is missing"));
        assert!(error(cli, "claimsmith, a, a").contains("`a` is in the list twice"));
        assert!(error("terraform", "claimsmith").contains("Terraform adds the Action at the end"));
        assert!(error("action", "claimsmith").contains("is for `--target deploy-cli-directory`"));
        assert!(!folder.path().join("dist").exists());
    }
}
