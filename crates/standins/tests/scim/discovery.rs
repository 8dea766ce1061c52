//! What the service says about itself.

use serde_json::json;

use crate::support::{Service, people, with};

#[test]
fn discovery_is_true_to_the_service() {
    let service = Service::new(people());
    let configuration = service.get("ServiceProviderConfig");
    for (feature, is_supported) in
        [("patch", true), ("filter", true), ("etag", true), ("bulk", false), ("sort", false)]
    {
        assert_eq!(configuration[feature]["supported"], is_supported, "{feature}");
    }
    assert_eq!(configuration["pagination"]["defaultPaginationMethod"], "index");
    assert_eq!(
        with(json!({ "has_no_versions": true })).get("ServiceProviderConfig")["etag"]["supported"],
        false
    );
    let types = service.get("ResourceTypes");
    assert_eq!((&types["totalResults"], &types["Resources"][0]["endpoint"]), (&json!(2), &json!("/Users")));
    assert_eq!(service.get("ResourceTypes/Group")["schema"], "urn:ietf:params:scim:schemas:core:2.0:Group");
    for kind in types["Resources"].as_array().expect("types") {
        let schema = service.get(&format!("Schemas/{}", kind["schema"].as_str().expect("an id")));
        assert_eq!(schema["name"], kind["name"]);
    }
    let group = service.get("Schemas/urn:ietf:params:scim:schemas:core:2.0:Group");
    assert_eq!(
        group["attributes"][1]["subAttributes"][0],
        json!({
            "name": "value", "type": "string", "multiValued": false, "required": false, "caseExact": true,
            "mutability": "immutable", "returned": "default", "uniqueness": "none",
        })
    );
    assert_eq!(service.send("GET", "Schemas/x", None).status, 404);
    assert_eq!(service.send("GET", "Schemas?filter=id%20pr", None).status, 403);
    assert_eq!(service.send("POST", "Schemas", Some(json!({}))).status, 405);
}
