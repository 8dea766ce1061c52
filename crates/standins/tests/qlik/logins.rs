//! What a login makes of claims.

use claimsmith_standins::qlik::Denied;
use serde_json::{Value, json};

use crate::identity_providers::{CLAIM, provider};
use crate::support::Tenant;

fn tenant(creates_groups: bool) -> Tenant {
    let mut provider = provider();
    provider["options"]["claimsMapping"]["groups"] = json!(["/https:~1~1claims.example.com~1qlik~1groups"]);
    Tenant::new(json!({ "tenant": {
        "identity_providers": [provider],
        "groups": [{ "id": "known", "name": "known" }, { "id": "c", "name": "CG-x", "providerType": "custom" }],
        "group_settings": { "auto_create_groups": creates_groups },
    } }))
}

fn groups(tenant: &Tenant, id: &str) -> Vec<String> {
    let user = tenant.get(&format!("v1/users/{id}")).body;
    let groups = user["assignedGroups"].as_array().expect("groups");
    groups.iter().map(|group| group["name"].as_str().expect("a name").to_owned()).collect()
}

fn claims(groups: Value) -> Value {
    json!({ "sub": "auth0|1", "name": "Ada", "email": "ada@example.com", CLAIM: groups })
}

#[test]
fn login_creates_groups_only_if_the_tenant_does() {
    for (creates, expected) in [(true, vec!["known", "new"]), (false, vec!["known"])] {
        let tenant = tenant(creates);
        let id = tenant.stand_in.log_in(&claims(json!(["known", "new"]))).expect("logged in");
        assert_eq!(groups(&tenant, &id), expected);
    }
}

#[test]
fn login_replaces_the_groups_of_the_identity_provider_alone() {
    let tenant = tenant(true);
    let id = tenant.stand_in.log_in(&claims(json!(["known"]))).expect("logged in");
    let custom = json!([{ "op": "add", "path": "/assignedGroups/-", "value": { "id": "c" } }]);
    assert_eq!(tenant.patch(&format!("v1/users/{id}"), custom).status, 204);
    assert_eq!(tenant.stand_in.log_in(&claims(json!(["other"]))), Ok(id.clone()));
    assert_eq!(groups(&tenant, &id), ["CG-x", "other"]);
}

#[test]
fn disabled_user_is_refused_and_deleted_one_comes_back() {
    let tenant = tenant(true);
    let id = tenant.stand_in.log_in(&claims(json!([]))).expect("logged in");
    let disable = json!([{ "op": "replace", "path": "/status", "value": "disabled" }]);
    tenant.patch(&format!("v1/users/{id}"), disable);
    assert_eq!(tenant.stand_in.log_in(&claims(json!([]))), Err(Denied::Disabled));
    tenant.send("DELETE", &format!("v1/users/{id}"), None);
    let again = tenant.stand_in.log_in(&claims(json!([]))).expect("logged in");
    assert_ne!(again, id, "a new user");
    assert_eq!(tenant.stand_in.log_in(&json!({})), Err(Denied::NoSubject));
}
