//! Several Auth0 tenants: `--tenant`, and what is printed about all of them.

use serde_json::{Value, json};

use crate::support::{run, run_with};

/// A platform with the tenants `production` and `staging`.
const TENANTS: &str = "tests/cases/tenants.yaml";
const SEVERAL: &str =
    "error: the mappings are for several tenants; choose one with `--tenant NAME`: `production`, `staging`\n";

/// A login to Northwind's portal in staging, with the tenant that the event names.
fn login(tenant: &str, organization: &str) -> String {
    json!({
        "tenant": { "id": tenant },
        "organization": { "id": organization },
        "connection": { "name": "northwind-entra" },
        "client": { "client_id": "PortalClient00000000000000Staging" },
        "user": { "groups": ["Support"] },
    })
    .to_string()
}

fn without_tenant(mut event: Value) -> String {
    if let Some(event) = event.as_object_mut() {
        event.remove("tenant");
    }
    event.to_string()
}

const STAGING: &str = "org_NorthwindStaging0001";

#[test]
fn unknown_tenants_are_refused_by_every_command() {
    let far = "error: the platform declares no tenant `qa`; it has `production`, `staging`\n";
    let near = "error: the platform declares no tenant `stagin`; did you mean `staging`? it has `production`, `staging`\n";
    for (name, expected) in [("qa", far), ("stagin", near)] {
        for command in ["bundle", "test", "list", "matrix"] {
            assert_eq!(run(&[command, TENANTS, "--tenant", name]).failed(), expected, "{command}");
        }
        for command in ["explain", "evaluate"] {
            let arguments = [command, "--mappings", TENANTS, "--tenant", name, "--event", "-"];
            assert_eq!(run_with(&arguments, login("acme-staging", STAGING)).failed(), expected, "{command}");
        }
    }
}

#[test]
fn tenant_of_a_platform_that_declares_none_is_refused() {
    let expected = "error: the platform declares no tenant `staging`; leave out `--tenant`, or add `tenants` to `platform.yaml`\n";
    for command in ["bundle", "test", "list", "matrix"] {
        assert_eq!(run(&[command, "--tenant", "staging"]).failed(), expected, "{command}");
    }
}

#[test]
fn tenant_of_a_command_that_takes_none_names_those_that_do() {
    let takes = "`--tenant` is for `onboard`, `compare-action`, `test`, `evaluate`, `explain`, `list`, `matrix`, `bundle`, `keys`, `sign`, `deploy`, `status`, `assumptions`, `qlik`, `verify-live`, `sync`";
    let err = run(&["validate", TENANTS, "--tenant", "staging"]).failed();
    assert!(err.contains(&format!("tip: `validate` checks the mappings of all tenants; {takes}")), "{err}");
    for command in ["fmt", "expiring", "schema", "init"] {
        let err = run(&[command, "--tenant", "staging"]).failed();
        assert!(err.contains(&format!("tip: {takes}")), "{err}");
    }
    for (arguments, tip) in [
        (
            ["deploy", "apply"],
            "a plan says which tenant it is for; `--tenant` is for `deploy plan`, `deploy rollback`",
        ),
        (["keys", "rotate"], "`--tenant` is for `keys new`, `keys list`"),
    ] {
        let err = run(&[&arguments[..], &["x", "--tenant", "staging"]].concat()).failed();
        assert!(err.contains(&format!("tip: {tip}")), "{err}");
    }
}

#[test]
fn tenant_is_asked_for_where_nothing_says_which() {
    assert_eq!(run(&["bundle", TENANTS]).failed(), SEVERAL);
    let described = ["explain", "--mappings", TENANTS, "--organization", "northwind", "--group", "Support"];
    assert_eq!(run(&described).failed(), SEVERAL);
    let unknown = json!({ "client": { "client_id": "unknown" }, "user": { "groups": [] } }).to_string();
    for command in ["explain", "evaluate"] {
        let arguments = [command, "--mappings", TENANTS, "--event", "-"];
        assert_eq!(run_with(&arguments, unknown.clone()).failed(), SEVERAL, "{command}");
    }
}

#[test]
fn event_of_another_tenant_than_the_named_one_is_refused() {
    let event = login("acme-staging", STAGING);
    let by_ids = without_tenant(serde_json::from_str(&event).expect("JSON"));
    for event in [event, by_ids] {
        for command in ["explain", "evaluate"] {
            let with = |more: &[&str]| {
                let arguments = [&[command, "--mappings", TENANTS, "--event", "-"], more].concat();
                run_with(&arguments, event.clone())
            };
            let expected =
                "error: the event is of the tenant `staging`, and not `production`; leave out `--tenant`\n";
            assert_eq!(with(&["--tenant", "production"]).failed(), expected, "{command}");
            // What the message advises.
            assert!(with(&[]).stdout(0).contains("readers"), "{command}");
        }
    }
}

#[test]
fn event_whose_ids_belong_to_different_tenants_is_refused() {
    let mixed = login("", "org_NorthwindProduction1");
    let event = without_tenant(serde_json::from_str(&mixed).expect("JSON"));
    let err = run_with(&["evaluate", "--mappings", TENANTS, "--event", "-"], event).failed();
    assert_eq!(
        err,
        "error: the client belongs to the tenant `staging`, and the organization to `production`; correct one of \
         the ids, or say which tenant the login comes to with `event.tenant.id`\n"
    );
}

#[test]
fn json_names_the_tenant() {
    let json = run(&["test", TENANTS, "--format", "json"]).json(0);
    let cases = json["cases"].as_array().expect("cases");
    let of = |name: &str| -> Vec<&Value> {
        cases.iter().filter(|case| case["name"] == name).map(|case| &case["tenant"]).collect()
    };
    assert_eq!(of("a login gets the same groups in every tenant"), ["production", "staging"]);
    assert_eq!(of("a customer of one tenant is tested there"), ["production"]);
    assert_eq!(of("an application of one tenant is tested there"), ["staging"]);
    let staging = run(&["test", TENANTS, "--tenant", "staging", "--format", "json"]).json(0);
    let cases = staging["cases"].as_array().expect("cases");
    assert!(!cases.is_empty() && cases.iter().all(|case| case["tenant"] == "staging"), "{staging}");

    let out = tempfile::TempDir::new().expect("a temporary folder");
    let file = out.path().join("staging.csmb");
    let file = file.to_str().expect("UTF-8");
    let arguments = ["bundle", TENANTS, "--tenant", "staging", "--bundle-only", file, "--format", "json"];
    let expected = json!({ "name": "staging", "domain": "acme-staging.eu.auth0.com" });
    assert_eq!(run(&arguments).json(0)["tenant"], expected);
}

#[test]
fn list_has_the_ids_of_all_tenants_and_names_the_largest() {
    let json = run(&["list", TENANTS, "--format", "json"]).json(0);
    let organizations = json["organizations"].as_array().expect("organizations");
    let names: Vec<_> = organizations.iter().map(|it| &it["name"]).collect();
    assert_eq!(names, ["globex", "initech", "northwind"]);
    assert_eq!(organizations[0]["tenants"], json!({ "production": "org_GlobexProduction0001" }));
    assert_eq!(organizations[1]["tenants"], json!({ "production": null, "staging": null }));
    let largest = &json["largest_tenant"];
    assert_eq!(largest["name"], "production");
    let of_production = run(&["list", TENANTS, "--tenant", "production", "--format", "json"]).json(0);
    assert!(of_production.get("largest_tenant").is_none(), "{of_production}");
    let listed = of_production["organizations"].as_array().expect("organizations");
    let sum: u64 = listed.iter().filter_map(|it| it["action_bytes"].as_u64()).sum();
    assert_eq!(largest["action_bytes"], sum);
    let out = run(&["list", TENANTS]).stdout(0);
    assert!(out.ends_with(&format!(", {sum} bytes in the largest tenant, production\n")), "{out}");
}

#[test]
fn validate_counts_the_organizations_and_cases_of_all_tenants_once() {
    // The first tenant has no case of the application that only staging has.
    let counts = json!({ "organizations": 3, "rules": 3, "patterns": 1, "cases": 10 });
    assert_eq!(run(&["validate", TENANTS, "--format", "json"]).json(0)["counts"], counts);
    let out = run(&["validate", TENANTS]).stdout(0);
    assert!(out.starts_with("3 organizations, 3 rules, 10 cases: "), "{out}");
}
