//! `claimsmith explain`.

use std::fs;

use serde_json::json;

use crate::support::{check_snapshot, root, run, run_with};

#[test]
fn logins_of_all_sample_customers_are_explained() {
    let events = fs::read_dir(root().join("js-shim/test/events")).expect("events");
    let mut names: Vec<String> = events
        .map(|entry| entry.expect("an event").file_name().into_string().expect("UTF-8"))
        .filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        let event = format!("js-shim/test/events/{name}.json");
        let out = run(&["explain", "--event", &event]).stdout(0);
        check_snapshot(&format!("explain/{name}"), &out);

        // The explanation is about the same evaluation.
        let answer = run(&["evaluate", "--event", &event]).json(0);
        let json = run(&["explain", "--event", &event, "--format", "json"]).json(0);
        assert_eq!(json["answer"], answer, "{name}");
        assert_eq!(json["login"]["connection"], answer["connection"], "{name}");
        let explained = json["groups"].as_array().expect("groups").len();
        assert_eq!(json!(explained), answer["received"], "{name}");
    }
}

/// Explains a login to a platform of `tests/cases/`, and compares the output with a snapshot.
fn check_explained(name: &str, platform: &str, event: &serde_json::Value) {
    let mappings = format!("tests/cases/{platform}.yaml");
    let arguments = ["explain", "--mappings", &mappings, "--event", "-"];
    check_snapshot(&format!("explain/{name}"), &run_with(&arguments, event.to_string()).stdout(0));
}

#[test]
fn withheld_default_has_its_reason() {
    let event = json!({
        "organization": { "id": "org_undecided" },
        "connection": { "name": "undecided-ad" },
        "client": { "client_id": "DashboardsClient0000000000000001" },
        "user": { "groups": ["members"] },
    });
    check_explained("withheld-default", "default", &event);
}

#[test]
fn limit_that_unknown_conditions_exceed_has_its_reason() {
    let event = json!({
        "organization": { "id": "org_limits" },
        "connection": { "name": "limits-ad" },
        "client": { "client_id": "RefusingClient000000000000000001" },
        "user": { "groups": ["g:a", "g:b", "l:c"] },
    });
    check_explained("undecided-over-limit", "over-limit", &event);
}

#[test]
fn attribute_whose_name_differs_only_in_dots_and_colons_is_named() {
    let event = json!({
        "organization": { "id": "org_places" },
        "connection": { "name": "uri-named" },
        "client": { "client_id": "PortalClient00000000000000000001" },
        "user": { "http://schemas:xmlsoap:org/claims/Group": "engineers" },
    });
    check_explained("nearly-found", "sources", &event);
}
