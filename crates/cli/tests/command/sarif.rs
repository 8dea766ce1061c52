//! The SARIF log has what its schema requires.

#![allow(clippy::indexing_slicing, clippy::panic, reason = "a log of another form fails the test")]

use claimsmith::diagnostic::Code;
use serde_json::json;

use crate::support::{ACME, folder, run_in};

/// Compares a SARIF log with what its schema requires, and with the findings as JSON.
#[track_caller]
pub(crate) fn check_sarif(sarif: &str, expected: &serde_json::Value) {
    let log: serde_json::Value = serde_json::from_str(sarif).expect("output is JSON");
    assert_eq!(log["version"], "2.1.0");
    assert!(log["$schema"].as_str().is_some_and(|schema| schema.ends_with("sarif-2.1.0.json")));
    let [run] = log["runs"].as_array().expect("runs").as_slice() else { panic!("one run: {log}") };
    assert_eq!(run["columnKind"], "utf16CodeUnits");
    let driver = &run["tool"]["driver"];
    assert_eq!(driver["name"], "claimsmith");
    let rules = driver["rules"].as_array().expect("rules");
    assert_eq!(rules.len(), Code::ALL.len());
    for rule in rules {
        let help = [&rule["help"]["text"], &rule["help"]["markdown"], &rule["helpUri"]];
        for text in [&rule["id"], &rule["shortDescription"]["text"], &rule["fullDescription"]["text"]]
            .into_iter()
            .chain(help)
        {
            assert!(text.as_str().is_some_and(|text| !text.is_empty()), "{rule}");
        }
    }
    let results = run["results"].as_array().expect("results");
    let findings = expected["diagnostics"].as_array().expect("findings");
    assert_eq!(results.len(), findings.len());
    for (result, finding) in results.iter().zip(findings) {
        assert_eq!(result["suppressions"], json!([]));
        assert_eq!((&result["ruleId"], &result["level"]), (&finding["code"], &finding["severity"]));
        let index = result["ruleIndex"].as_u64().expect("an index");
        assert_eq!(rules.iter().position(|rule| rule["id"] == finding["code"]), usize::try_from(index).ok());
        let message = result["message"]["text"].as_str().expect("a message");
        assert!(message.starts_with(finding["message"].as_str().expect("a message")), "{message}");
        check_place(&result["locations"], 1);
        let related = usize::from(!finding["related"].is_null());
        if related > 0 {
            check_place(&result["relatedLocations"], related);
        }
    }
}

#[track_caller]
fn check_place(locations: &serde_json::Value, count: usize) {
    let locations = locations.as_array().expect("locations");
    assert_eq!(locations.len(), count);
    for location in locations {
        let place = &location["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().is_some_and(|uri| !uri.contains([' ', '\\'])));
        let Some(region) = place.get("region") else { continue };
        let number = |key: &str| region[key].as_u64().filter(|number| *number > 0).expect("from one on");
        let (start, end) =
            ((number("startLine"), number("startColumn")), (number("endLine"), number("endColumn")));
        assert!(start <= end, "{region}");
    }
}

#[test]
fn sarif_columns_are_utf16_units() {
    let acme = ACME.replace("{ exact: it-admins }, grant: catalog-admins", "{ exact: 🛠é }, grant: admins");
    let folder = folder(&[("organizations/acme.yaml", &acme)]);
    let out = run_in(&folder, &["validate", "--format", "sarif"]).stdout(1);
    let log: serde_json::Value = serde_json::from_str(&out).expect("output is JSON");
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    // The emoji is one character, and two units.
    assert_eq!(region, &json!({ "startLine": 6, "startColumn": 49, "endLine": 6, "endColumn": 55 }));
}
