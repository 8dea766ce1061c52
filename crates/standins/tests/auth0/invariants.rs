//! What is true after any requests in any order.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Answer, Tenant as Service, action};

/// Numbers that are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Sends one request that may or may not make sense.
fn any_request(service: &Service, numbers: &mut Numbers) -> Answer {
    let tenant = service.stand_in.tenant();
    let name = format!("n{}", numbers.below(4));
    let index = usize::try_from(numbers.below(5)).expect("small");
    let id = tenant.actions.get(index).map_or("nothing", |action| action.id.as_str());
    let organization = tenant.organizations.get(index).and_then(|it| it["id"].as_str()).unwrap_or("nothing");
    let version = tenant.actions.get(index).and_then(|action| action.versions.first());
    let version = version.map_or("nothing", |version| version.id.as_str());
    match numbers.below(14) {
        0 => service.post("actions/actions", {
            let mut body = action(&name);
            body["secrets"] = json!([{ "name": "K", "value": "hidden" }]);
            body["deploy"] = json!(numbers.below(2) == 0);
            body
        }),
        1 => service.patch(&format!("actions/actions/{id}"), json!({ "code": name })),
        2 => service.patch(&format!("actions/actions/{id}"), json!({ "name": name })),
        3 | 4 => service.post(&format!("actions/actions/{id}/deploy"), Value::Null),
        5 => service.post(&format!("actions/actions/{id}/versions/{version}/deploy"), json!({})),
        6 => service.delete(&format!("actions/actions/{id}?force={}", numbers.below(3) == 0)),
        7 => service.get("actions/actions"),
        8 | 9 => {
            let by_name = json!({ "ref": { "type": "action_name", "value": name } });
            let by_id = json!({ "ref": { "type": "action_id", "value": id } });
            let bindings = [json!([by_name, by_id]), json!([by_id]), json!([])];
            let bindings = &bindings[usize::try_from(numbers.below(3)).expect("small")];
            service.patch("actions/triggers/post-login/bindings", json!({ "bindings": bindings }))
        }
        10 => service.post("organizations", json!({ "name": name, "metadata": { "a": name } })),
        11 => service.patch(&format!("organizations/{organization}"), json!({ "name": name })),
        12 => service.delete(&format!("organizations/{organization}")),
        _ => service.get("actions/triggers/post-login/bindings"),
    }
}

fn check(service: &Service) {
    let tenant = service.stand_in.tenant();
    for action in &tenant.actions {
        let numbers: Vec<u64> = action.versions.iter().map(|version| version.number).collect();
        assert!(
            numbers.is_sorted()
                && numbers.len() <= 50
                && numbers.last().unwrap_or(&0) <= &action.last_version
        );
        assert!(action.versions.iter().filter(|version| version.deployed).count() <= 1);
        if action.all_changes_deployed {
            assert_eq!(action.deployed().map(|version| &version.code), Some(&action.code));
        }
    }
    let bound: Vec<&str> =
        tenant.bindings.values().flatten().map(|binding| binding.action_id.as_str()).collect();
    assert_eq!(bound.iter().collect::<BTreeSet<_>>().len(), bound.len(), "bound twice");
    for id in bound {
        let action = tenant.actions.iter().find(|action| action.id == id).expect("a bound Action exists");
        assert!(action.deployed().is_some(), "a bound Action is deployed");
    }
    let names = |names: Vec<String>| {
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}")
    };
    names(tenant.actions.iter().map(|action| action.name.clone()).collect());
    names(tenant.organizations.iter().map(|it| it["name"].to_string()).collect());
}

#[test]
fn any_requests_keep_the_invariants() {
    let mut statuses = BTreeSet::new();
    for seed in 0..3 {
        let service = Service::from_json(json!({ "seed": seed, "build": { "steps": seed } }));
        let mut numbers = Numbers(seed);
        for _ in 0..150 {
            let before = service.stand_in.tenant();
            let answer = any_request(&service, &mut numbers);
            assert!(!answer.body.to_string().contains("hidden"), "{answer:?}");
            let now = service.stand_in.tenant();
            if answer.status >= 400 {
                // A refused deployment moves the build on, and changes nothing else.
                assert_eq!((&now.bindings, &now.organizations), (&before.bindings, &before.organizations));
                assert_eq!(now.actions.len(), before.actions.len());
            }
            check(&service);
            statuses.insert(answer.status);
        }
    }
    assert_eq!(statuses, BTreeSet::from([200, 201, 204, 400, 404, 409]));
}
