//! What the service says about itself (RFC 7644 §4, RFC 7643 §5 to §7, RFC 9865 §3).

use serde_json::{Value, json};

use super::answer::{Answered, error, ok};
use super::kind::Kind;
use super::world::{Call, World};

/// Answers a discovery endpoint; `None` if the path is not one.
pub(crate) fn answer(world: &World, call: &Call, endpoint: &str, id: Option<&str>) -> Option<Answered> {
    let resources = match endpoint {
        "ServiceProviderConfig" if id.is_none() => vec![configuration(world)],
        "ResourceTypes" => Kind::ALL.map(|kind| resource_type(world, kind)).into(),
        "Schemas" => schemas(world),
        _ => return None,
    };
    Some(if call.method != "GET" {
        Err(error(405, None, "the method is not supported here"))
    } else if call.query("filter").is_some() {
        Err(error(403, None, "there are no filters here"))
    } else if let Some(id) = id {
        let found = resources.into_iter().find(|it| it.get("id").and_then(Value::as_str) == Some(id));
        found.map_or_else(|| Err(error(404, None, "there is no resource with this id")), |it| ok(200, it))
    } else if endpoint == "ServiceProviderConfig" {
        ok(200, resources.into_iter().next().unwrap_or_default())
    } else {
        ok(
            200,
            json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": resources.len(), "itemsPerPage": resources.len(), "startIndex": 1,
                "Resources": resources,
            }),
        )
    })
}

/// What the service can do, quirks included.
fn configuration(world: &World) -> Value {
    let quirks = &world.quirks;
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": !quirks.ignores_filters, "maxResults": quirks.most_per_page },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": !quirks.has_no_versions },
        "pagination": {
            "cursor": quirks.has_cursors, "index": !quirks.has_cursors,
            "defaultPaginationMethod": if quirks.has_cursors { "cursor" } else { "index" },
            "defaultPageSize": quirks.most_per_page, "maxPageSize": quirks.most_per_page,
        },
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "Bearer token", "description": "A bearer token in the header",
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": world.location("ServiceProviderConfig") },
    })
}

fn resource_type(world: &World, kind: Kind) -> Value {
    let name = kind.schema().name;
    let extensions: Vec<Value> =
        kind.extensions().iter().map(|it| json!({ "schema": it.id, "required": false })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": name, "name": name, "description": name,
        "endpoint": format!("/{}", kind.endpoint()), "schema": kind.schema().id, "schemaExtensions": extensions,
        "meta": { "resourceType": "ResourceType", "location": world.location(&format!("ResourceTypes/{name}")) },
    })
}

fn schemas(world: &World) -> Vec<Value> {
    let all = Kind::ALL
        .into_iter()
        .flat_map(|kind| std::iter::once(kind.schema()).chain(kind.extensions().iter().copied()));
    let published = all.map(|schema| {
        let mut published = schema.published();
        for name in &world.quirks.unpublished_attributes {
            let (name, part) =
                name.split_once('.').map_or((name.as_str(), None), |(name, part)| (name, Some(part)));
            leave_out(&mut published, "attributes", name, part);
        }
        let location = world.location(&format!("Schemas/{}", schema.id));
        if let Some(members) = published.as_object_mut() {
            members.insert("meta".to_owned(), json!({ "resourceType": "Schema", "location": location }));
        }
        published
    });
    published.collect()
}

/// Leaves an attribute out of a list, or a part of it.
fn leave_out(of: &mut Value, list: &str, name: &str, part: Option<&str>) {
    let is_it = |it: &Value| it.get("name").and_then(Value::as_str) == Some(name);
    let Some(attributes) = of.get_mut(list).and_then(Value::as_array_mut) else { return };
    match part {
        None => attributes.retain(|it| !is_it(it)),
        Some(part) => {
            attributes
                .iter_mut()
                .filter(|it| is_it(it))
                .for_each(|it| leave_out(it, "subAttributes", part, None));
        }
    }
}
