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
        "file": "acme.csmb",
        "digest": digest,
        "bundle": bytes.len(),
        "sizes": null,
        "bytes_per_rule": null,
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
    use crate::support::Run;

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
        assert_eq!(json["file"], "some/dist/action.js");
        assert_eq!((&sizes["total"], &sizes["limit"]), (&json!(action.len()), &json!(100_000)));
        let embedded = |part: &str| sizes[part]["embedded"].as_u64().expect("a number");
        assert_eq!(json!(embedded("engine") + embedded("mapping") + embedded("shim")), sizes["total"]);
        assert_eq!(json["bytes_per_rule"], json!(embedded("mapping") as f64 / 2.0));
        let left: Vec<_> = fs::read_dir(folder.path().join("some/dist")).expect("a folder").collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }

    #[test]
    fn an_action_over_the_limit_is_not_written() {
        let folder = folder(&[("organizations/acme.yaml", ACME)]);
        let arguments = ["bundle", "--limit", "1000"];
        let Run { code, out, err } = run_in(&folder, &arguments);
        assert_eq!(code, Some(1));
        assert!(out.contains("too many"), "{out}");
        assert!(err.ends_with(" bytes, and Auth0 accepts 1 000; nothing was written\n"), "{err}");
        assert!(!folder.path().join("dist").exists());

        let Run { code, out, .. } = run_in(&folder, &[arguments.as_slice(), &["--format", "json"]].concat());
        let json: serde_json::Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!((code, &json["file"]), (Some(1), &json!(null)));
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
        assert!(err.starts_with("error: cannot make the folder `Cargo.toml`"), "{err}");
    }
}
