//! Reads an evaluation's values from an event, exactly as the Action's shim does (`js-shim/src/reading.js`,
//! `attribute.js` and `provisioned.js`). The tests of both use the same vectors, `tests/vectors/reading.json`.

use std::borrow::Cow;

use super::Event;
use super::found::{LookupResult, found};
use super::json::{Json, Text};
use crate::limits::{MAX_EVENT_ENTRIES, MAX_GROUPS, MAX_PROVISIONED_GROUPS};
use crate::login::lookup::{Base, ListBesideSplit, Lookup};
use crate::login::value::Value;

impl Event {
    pub(super) fn look_up(&self, lookup: &Lookup<'_>) -> LookupResult<'_> {
        let user = self.json.get("user").unwrap_or(&Json::Null);
        let base = match lookup.base {
            Base::Login => match self.attributes(user) {
                Attributes::Of(attributes) => attributes,
                Attributes::Missing => return LookupResult::NoValue(Value::Absent),
                Attributes::Unclear => return LookupResult::NoValue(Value::IdentityUnclear),
            },
            Base::User => user,
            Base::Event => &self.json,
            Base::Provisioned => {
                return match self.provisioned() {
                    Some(groups) => found(Cow::Owned(groups), lookup),
                    None => LookupResult::NoValue(Value::Unavailable),
                };
            }
        };
        if lookup.overage && withholds_groups(base) {
            return LookupResult::NoValue(Value::Overage);
        }
        let path = lookup.pointer.split('/').skip(1);
        match path.map(unescape).try_fold(base, |value, name| step(value, &name)) {
            Some(value) => found(Cow::Borrowed(value), lookup),
            None => LookupResult::NoValue(Value::Absent),
        }
    }

    /// For a lookup that finds nothing: the pointer to an attribute whose name differs only in dots and colons, because
    /// profiles of Auth0 can have colons in place of the dots in an attribute's name.
    pub(crate) fn similar_pointer(&self, lookup: &Lookup<'_>) -> Option<String> {
        let user = self.json.get("user")?;
        let mut value = match (lookup.base, self.attributes(user)) {
            (Base::User, _) => user,
            (Base::Login, Attributes::Of(attributes)) => attributes,
            _ => return None,
        };
        let colons = |text: &str| text.replace('.', ":");
        let mut pointer = String::new();
        for token in lookup.pointer.split('/').skip(1) {
            let expected = unescape(token);
            let Json::Object(members) = value else {
                pointer.extend(["/", token]);
                value = step(value, &expected)?;
                continue;
            };
            let exact = members.iter().rfind(|(name, _)| name.is(&expected));
            let is_similar = |(name, _): &&(Text, Json)| colons(name.as_str()) == colons(&expected);
            let (name, inner) = exact.or_else(|| members.iter().rfind(is_similar))?;
            pointer.extend(["/", &name.as_str().replace('~', "~0").replace('/', "~1")]);
            value = inner;
        }
        if pointer == lookup.pointer { None } else { Some(pointer) }
    }

    /// The type of the value that a lookup finds, if its options take lists and objects apart.
    pub(crate) fn type_before(&self, lookup: &Lookup<'_>) -> Option<String> {
        let splits = !lookup.split.is_empty();
        if !(splits || lookup.values || lookup.single || lookup.nested) {
            return None;
        }
        let plain = Lookup {
            nfc: false,
            values: false,
            single: false,
            nested: false,
            split: "",
            list: ListBesideSplit::Refused,
            ..*lookup
        };
        match self.look_up(&plain) {
            LookupResult::Found(value, _) => Some(type_of(&value)),
            LookupResult::Members(_) | LookupResult::NoValue(_) => None,
        }
    }

    /// The attributes of the identity that logged in, by their pointers, each with the type of its value.
    pub(crate) fn attribute_types(&self) -> Vec<(String, String)> {
        let Some(user) = self.json.get("user") else { return Vec::new() };
        let Attributes::Of(Json::Object(members)) = self.attributes(user) else { return Vec::new() };
        let pointer = |name: &str| format!("/{}", name.replace('~', "~0").replace('/', "~1").escape_debug());
        let types = members.iter().map(|(name, value)| (pointer(name.as_str()), type_of(value)));
        let mut types: Vec<_> = types.collect();
        types.sort();
        types.dedup_by(|left, right| left.0 == right.0);
        types
    }

    /// The attributes of the identity that logged in. If accounts are linked, `event.user` has those of the primary
    /// one, and the others are in `event.user.identities`.
    fn attributes<'e>(&'e self, user: &'e Json) -> Attributes<'e> {
        let identities = match user.get("identities") {
            None => return Attributes::Of(user),
            Some(Json::List(identities)) if identities.is_empty() => return Attributes::Of(user),
            Some(Json::List(identities)) if identities.len() <= MAX_GROUPS => identities,
            Some(_) => return Attributes::Unclear,
        };
        let connection = self.json.at(&["connection", "name"]).and_then(Json::text);
        let mut found = None;
        for (at, identity) in identities.iter().enumerate() {
            match identity.get("connection").and_then(Json::text) {
                None => return Attributes::Unclear,
                Some(name) if Some(name) != connection => {}
                Some(_) if found.is_some() => return Attributes::Unclear,
                Some(_) => found = Some((at, identity)),
            }
        }
        match found {
            None => Attributes::Unclear,
            Some((0, _)) => Attributes::Of(user),
            Some((_, identity)) => match identity.get("profileData") {
                Some(profile @ Json::Object(_)) => Attributes::Of(profile),
                _ => Attributes::Missing,
            },
        }
    }

    /// The provisioned groups of the login's own connection; `None` if they are not given, or if it is unclear which of
    /// them belong to the connection.
    fn provisioned(&self) -> Option<Json> {
        let Some(Json::List(groups)) = self.json.at(&["claimsmith", "provisioned"]) else { return None };
        let connection = self.json.at(&["connection", "id"])?.text()?;
        let mut own = Vec::new();
        for (at, group) in groups.iter().enumerate() {
            let of = group.get("connection_id")?.text()?;
            if at == MAX_PROVISIONED_GROUPS {
                return None;
            }
            if of == connection {
                own.push(group.clone());
            }
            if own.len() == MAX_EVENT_ENTRIES {
                break;
            }
        }
        Some(Json::List(own))
    }
}

/// The type of a value, in words.
fn type_of(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(_) => "a boolean".to_owned(),
        Json::Number(_) => "a number".to_owned(),
        Json::Text(_) => "a string".to_owned(),
        Json::List(entries) if entries.len() == 1 => "a list of 1 entry".to_owned(),
        Json::List(entries) => format!("a list of {} entries", entries.len()),
        Json::Object(_) => "an object".to_owned(),
    }
}

/// The member of an object, or the entry of a list, that a token of a JSON Pointer leads to.
pub(super) fn step<'j>(value: &'j Json, token: &str) -> Option<&'j Json> {
    let Json::List(entries) = value else { return value.get(token) };
    let is_index =
        token.bytes().all(|byte| byte.is_ascii_digit()) && (token == "0" || !token.starts_with('0'));
    if is_index { entries.get(token.parse::<usize>().ok()?) } else { None }
}

/// The attributes of the identity that logged in.
enum Attributes<'e> {
    Of(&'e Json),
    /// The identity has no attributes.
    Missing,
    /// It is unclear which of the linked accounts logged in.
    Unclear,
}

/// Whether the attributes say that Entra withheld the groups, because the user has more than a token takes
/// ("overage"). Auth0's profiles can have colons in place of the dots in an attribute's name.
///
/// Source: learn.microsoft.com/entra/identity-platform/optional-claims-reference, "groups overage claim".
fn withholds_groups(attributes: &Json) -> bool {
    let is_set = |value: &Json| match value {
        Json::Bool(value) => *value,
        Json::Text(text) => !text.is("false"),
        // An unreadable value is taken as a yes: treating it as a no could hide missing groups.
        _ => true,
    };
    let points_to_groups = |value: &Json| match value {
        Json::Object(_) => value.get("groups").is_some(),
        Json::Text(text) => text.as_str().contains("\"groups\""),
        _ => true,
    };
    attributes.get("hasgroups").is_some_and(is_set)
        || attributes.get("_claim_names").is_some_and(points_to_groups)
        || [
            "groups:src1",
            "http://schemas.microsoft.com/claims/groups.link",
            "http://schemas:microsoft:com/claims/groups:link",
        ]
        .iter()
        .any(|key| attributes.get(key).is_some())
}

/// The text of a JSON Pointer's token, which may have escapes.
pub(super) fn unescape(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}
