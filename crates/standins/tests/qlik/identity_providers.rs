//! Pending options, their verification, and what makes them live.

use serde_json::{Value, json};

use crate::support::Tenant;

pub(crate) const CLAIM: &str = "https://claims.example.com/qlik/groups";

pub(crate) fn provider() -> Value {
    json!({
        "id": "idp", "protocol": "OIDC", "provider": "auth0", "active": true, "interactive": true,
        "options": {
            "clientId": "c", "clientSecret": "hidden", "discoveryUrl": "https://example.com/.well-known/openid-configuration",
            "claimsMapping": { "sub": ["/sub"], "name": ["/name"], "groups": ["/groups"], "email": ["/email"] },
        },
    })
}

fn tenant(style: &str) -> Tenant {
    Tenant::new(json!({ "claim_path": style, "tenant": { "identity_providers": [provider()] } }))
}

fn pend(tenant: &Tenant, path: &str) -> u16 {
    let mut options = provider()["options"].clone();
    options["claimsMapping"]["groups"] = json!([path]);
    let operation = json!({ "op": "replace", "path": "/pendingOptions", "value": options });
    tenant.patch("v1/identity-providers/idp", json!([operation])).status
}

fn promote(tenant: &Tenant) -> u16 {
    tenant.patch("v1/identity-providers/idp", json!([{ "op": "promote-options" }])).status
}

#[test]
fn pending_options_are_verified_before_they_are_promoted() {
    let tenant = tenant("pointer");
    assert_eq!([promote(&tenant), pend(&tenant, "/https:~1~1claims.example.com~1qlik~1groups")], [412, 204]);
    let pending = tenant.get("v1/identity-providers/idp").body;
    assert_eq!(
        (&pending["pendingState"], &pending["options"]["claimsMapping"]["groups"]),
        (&json!("pending"), &json!(["/groups"]))
    );
    assert_eq!(promote(&tenant), 412);
    let claims = json!({ "sub": "auth0|1", CLAIM: ["a"] });
    tenant.stand_in.verify("idp", &claims).expect("verified");
    let verified = tenant.get("v1/identity-providers/idp").body;
    assert_eq!(verified["pendingResult"]["status"], "success");
    assert_eq!(verified["pendingResult"]["resultantClaims"]["groups"], json!(["a"]));
    assert_eq!([promote(&tenant), promote(&tenant)], [204, 412]);
    let live = tenant.get("v1/identity-providers/idp").body;
    assert_eq!(
        live["options"]["claimsMapping"]["groups"],
        json!(["/https:~1~1claims.example.com~1qlik~1groups"])
    );
    assert_eq!(live["pendingOptions"], Value::Null);
    // Another change makes what was verified pending again.
    pend(&tenant, "/groups");
    tenant.stand_in.verify("idp", &claims).expect("verified");
    pend(&tenant, "/other");
    assert_eq!(promote(&tenant), 412);
}

#[test]
fn each_tenant_takes_one_spelling_of_a_claim_with_a_namespace() {
    let spellings =
        ["/https:~1~1claims.example.com~1qlik~1groups", CLAIM, "/https://claims.example.com/qlik/groups"];
    for (style, expected) in [("pointer", 0), ("name", 1), ("slash", 2)] {
        for (at, spelling) in spellings.iter().enumerate() {
            let tenant = tenant(style);
            pend(&tenant, spelling);
            tenant.stand_in.verify("idp", &json!({ "sub": "1", CLAIM: ["a"] })).expect("verified");
            let result =
                tenant.get("v1/identity-providers/idp").body["pendingResult"]["resultantClaims"]["groups"]
                    .clone();
            assert_eq!(result == json!(["a"]), at == expected, "{style} {spelling}");
        }
    }
}

#[test]
fn verification_without_a_subject_fails() {
    let tenant = tenant("pointer");
    pend(&tenant, "/groups");
    tenant.stand_in.verify("idp", &json!({ "groups": ["a"] })).expect("tried");
    let shown = tenant.get("v1/identity-providers/idp").body;
    assert_eq!(
        (&shown["pendingState"], &shown["pendingResult"]["status"]),
        (&json!("error"), &json!("claimsError"))
    );
    assert_eq!(promote(&tenant), 412);
}

#[test]
fn patch_is_carried_out_as_a_whole_or_not_at_all() {
    let tenant = tenant("pointer");
    let patch = json!([
        { "op": "replace", "path": "/description", "value": "new" }, { "op": "replace", "path": "/options/clientSecret", "value": "x" },
    ]);
    assert_eq!(tenant.patch("v1/identity-providers/idp", patch).code(), (400, "IDENTITY-PROVIDERS-400"));
    assert_eq!(tenant.get("v1/identity-providers/idp").body["description"], Value::Null);
    let no_secret = json!([{ "op": "replace", "path": "/pendingOptions", "value": { "clientId": "c" } }]);
    assert_eq!(tenant.patch("v1/identity-providers/idp", no_secret).status, 400);
}

#[test]
fn secrets_are_shown_only_if_the_seed_says_so() {
    for shows in [false, true] {
        let tenant =
            Tenant::new(json!({ "shows_secrets": shows, "tenant": { "identity_providers": [provider()] } }));
        let listed = tenant.get("v1/identity-providers?active=true").body;
        assert_eq!(listed["data"][0]["options"]["clientSecret"].is_string(), shows);
    }
}
