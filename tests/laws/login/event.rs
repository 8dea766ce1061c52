//! The event of a login, as JSON.

use claimsmith::event::Event;
use serde_json::{Value as Json, json};

use super::{Exchange, Holder, Identity, Login, WAYS, value};
use crate::world::{APPLICATIONS, CONNECTIONS, Shape, World};

impl Login {
    /// A value with times in place of ages.
    fn timed(&self, value: &Json) -> Json {
        match value {
            Json::String(text) => match text.strip_suffix("h ago").map(str::parse::<u32>) {
                Some(hours) => {
                    let (year, hour) = (self.year.unwrap_or(2026) - 1, 24 - hours.expect("hours"));
                    json!(format!("{year}-12-31T{hour:02}:00:00Z"))
                }
                None => value.clone(),
            },
            Json::Array(entries) => entries.iter().map(|entry| self.timed(entry)).collect(),
            Json::Object(members) => {
                let timed = |(key, value): (&String, &Json)| (key.clone(), self.timed(value));
                Json::Object(members.iter().map(timed).collect())
            }
            other => other.clone(),
        }
    }

    pub(crate) fn event(&self, world: &World) -> Event {
        Event::from_json(self.json(world)).expect("an object")
    }

    /// The event as JSON.
    pub(crate) fn json(&self, world: &World) -> Json {
        let mut attributes = self.attributes();
        let (mut claimsmith, mut authorization) = (json!({}), None);
        if let Some(year) = self.year {
            claimsmith["now"] = json!(format!("{year}-01-01T00:00:00Z"));
        }
        for (at, (source, arrival)) in self.reads(world).enumerate() {
            let value = value(source, arrival, self.connection);
            match source.shape {
                Shape::Provisioned => claimsmith["provisioned"] = value.unwrap_or_default(),
                Shape::Roles => authorization = Some(value),
                _ => {
                    if let Some(value) = value {
                        attributes[format!("groups{at}")] = value;
                    }
                }
            }
        }
        let mut event = json!({ "user": self.user(attributes), "claimsmith": claimsmith });
        if let Some(roles) = authorization {
            event["authorization"] = match roles {
                Some(roles) => json!({ "roles": roles }),
                None => json!({}),
            };
        }
        self.add_exchange(&mut event);
        self.add_origin(&mut event);
        event
    }

    /// The attributes that are not groups.
    fn attributes(&self) -> Json {
        let mut attributes = json!({});
        for (key, value) in [
            ("department", &self.department),
            ("level", &self.level),
            ("roles", &self.roles),
            ("email", &self.email),
            ("email_verified", &self.verified),
        ] {
            if let Some(value) = value {
                attributes[key] = value.clone();
            }
        }
        if let Some((name, value)) = &self.sign {
            attributes[*name] = value.clone();
        }
        attributes
    }

    /// The user whose login has these attributes.
    fn user(&self, mut attributes: Json) -> Json {
        let own = CONNECTIONS[self.connection].0;
        let decoy = || json!({ "groups0": ["a"], "groups1": ["a"], "department": "Finance", "level": 1 });
        match self.identity {
            Identity::Alone => attributes,
            Identity::Primary => {
                attributes["identities"] =
                    json!([{ "connection": own }, { "connection": "else", "profileData": decoy() }]);
                attributes
            }
            Identity::Linked | Identity::WithoutProfile => {
                let mut user = decoy();
                let profile = if self.identity == Identity::Linked { attributes } else { json!(7) };
                user["identities"] =
                    json!([{ "connection": "else" }, { "connection": own, "profileData": profile }]);
                user
            }
            Identity::Unclear(way) => {
                let primary = json!({ "connection": own });
                let ways: [Json; WAYS] = [
                    json!([{ "connection": "else" }, { "connection": "elsewhere", "profileData": decoy() }]),
                    json!([primary, primary]),
                    json!([primary, { "connection": null }]),
                    json!([primary, null]),
                    json!(null),
                    json!({}),
                    json!(7),
                ];
                attributes["identities"] = ways[way].clone();
                attributes
            }
        }
    }

    fn add_exchange(&self, event: &mut Json) {
        let Exchange { protocol, methods, session, token } = &self.exchange;
        for (object, key, value) in [
            ("transaction", "protocol", protocol),
            ("authentication", "methods", methods),
            ("session", "authenticated_at", session),
        ] {
            match value {
                // The object around a value may be null as well.
                Some(Json::Null) if object != "authentication" => event[object] = Json::Null,
                Some(value) => event[object][key] = self.timed(value),
                None => {}
            }
        }
        if let Some(token) = token {
            event["refresh_token"] = self.timed(token);
        }
    }

    /// Adds the organization, the connection and the client.
    fn add_origin(&self, event: &mut Json) {
        let own = CONNECTIONS[self.connection].0;
        let objects = [
            ("organization", json!({ "id": "org_acme" })),
            ("connection", json!({ "id": format!("con_{own}"), "name": own })),
            ("client", json!({ "client_id": format!("{}-client", APPLICATIONS[self.application]) })),
        ];
        for ((key, mut object), holder) in objects.into_iter().zip(&self.holders) {
            match holder {
                Holder::Absent => continue,
                Holder::Null => object = Json::Null,
                Holder::WithoutMetadata => {}
                Holder::Metadata(metadata) => object["metadata"] = metadata.clone(),
            }
            event[key] = object;
        }
    }
}
