//! `claimsmith explain`.

use std::fs;

use serde_json::json;

use crate::support::{check_snapshot, root, run};

#[test]
fn the_login_of_each_sample_customer_is_told() {
    let events = fs::read_dir(root().join("js-shim/test/events")).expect("events");
    let mut names: Vec<String> = events
        .map(|entry| entry.expect("an event").file_name().into_string().expect("UTF-8"))
        .filter_map(|name| Some(name.strip_suffix(".json")?.to_owned()))
        .collect();
    names.sort();
    assert!(names.len() >= 6, "{names:?}");
    for name in names {
        let event = format!("js-shim/test/events/{name}.json");
        let out = run(&["explain", "--event", &event]).told(0);
        check_snapshot(&format!("explain/{name}"), &out);

        // What is told is what happens.
        let answer = run(&["evaluate", "--event", &event]).json(0);
        let json = run(&["explain", "--event", &event, "--format", "json"]).json(0);
        assert_eq!(json["answer"], answer, "{name}");
        assert_eq!(json["login"]["connection"], answer["connection"], "{name}");
        let told = json["groups"].as_array().expect("groups").len();
        assert_eq!(json!(told), answer["received"], "{name}");
    }
}
