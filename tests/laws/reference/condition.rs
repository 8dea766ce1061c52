//! Conditions in three values, as docs/language/conditions.md defines them.

use serde_json::Value as Json;

use super::{of_capturing_glob, whole};
use crate::login::{Holder, Identity, Login, UNREADABLE};
use crate::world::{APPLICATIONS, CONNECTIONS, Condition, TextTest};

/// How many entries of a list a condition looks at.
const MAX_ENTRIES: usize = 10_000;

/// `None` is unknown.
pub(super) fn decide(condition: &Condition, login: &Login) -> Option<bool> {
    let attribute = |name: &str| {
        let value = match name {
            "department" => &login.department,
            "level" => &login.level,
            "roles" => &login.roles,
            "email" => &login.email,
            _ => &login.verified,
        };
        match value {
            Some(value) if login.identity != Identity::WithoutProfile => value,
            _ => &Json::Null,
        }
    };
    let is_unclear = matches!(login.identity, Identity::Unclear(_));
    match condition {
        Condition::Connection(name) => Some(CONNECTIONS[login.connection].0 == *name),
        Condition::Strategy(strategy) => Some(CONNECTIONS[login.connection].1 == *strategy),
        Condition::Application(name) => Some(APPLICATIONS[login.application] == *name),
        Condition::Client(id) => Some(format!("{}-client", APPLICATIONS[login.application]) == *id),
        Condition::Organization(name) => Some(*name == "acme"),
        Condition::Metadata(of, value) => {
            let at = ["organization", "connection", "client"].iter().position(|it| it == of);
            has_metadata(&login.holders[at.expect("one of the three")], value)
        }
        Condition::EmailDomain(_)
        | Condition::Department(_)
        | Condition::Roles(_)
        | Condition::Level(..)
        | Condition::Exists(..)
        | Condition::DepartmentText(_)
        | Condition::RolesText(_)
        | Condition::LevelText(..)
            if is_unclear =>
        {
            None
        }
        Condition::EmailDomain(wanted) => match (attribute("email"), attribute("email_verified")) {
            (Json::String(email), Json::Bool(true)) => {
                let (user, domain) = email.rsplit_once('@')?;
                let has_both = !user.is_empty() && !domain.is_empty();
                has_both.then(|| super::lower(domain) == super::lower(wanted))
            }
            _ => None,
        },
        Condition::Department(values) => equals(attribute("department"), values),
        Condition::Roles(values) => contains(attribute("roles"), &|entry| equals(entry, values)),
        Condition::Level(test, bound) => compare(number(attribute("level"))?, test, *bound),
        Condition::LevelText(test, bound) => {
            let number = match attribute("level") {
                Json::String(text) => number_in(text),
                value => number(value),
            };
            compare(number?, test, *bound)
        }
        Condition::DepartmentText(test) => passes(attribute("department"), test),
        Condition::RolesText(test) => {
            let roles = attribute("roles");
            contains(roles, &|entry| passes(entry, test))
        }
        Condition::Exists(name, wanted) => match attribute(name) {
            value if *value == UNREADABLE => None,
            value => Some(value.is_null() != *wanted),
        },
        Condition::Not(condition) => decide(condition, login).map(|it| !it),
        Condition::FalseIfUnknown(condition) => Some(decide(condition, login) == Some(true)),
        Condition::All(one, two) => match [decide(one, login), decide(two, login)] {
            [Some(true), Some(true)] => Some(true),
            both if both.contains(&Some(false)) => Some(false),
            _ => None,
        },
        Condition::Any(any) => {
            let any: Vec<_> = any.iter().map(|it| decide(it, login)).collect();
            match any.contains(&Some(true)) {
                true => Some(true),
                false => any.iter().all(|it| *it == Some(false)).then_some(false),
            }
        }
    }
}

/// A key that an object of the tenant lacks is known to be missing if the object is in the login.
fn has_metadata(holder: &Holder, wanted: &str) -> Option<bool> {
    match holder {
        Holder::Absent | Holder::Null => None,
        Holder::WithoutMetadata => Some(false),
        Holder::Metadata(metadata) => match metadata.as_object()?.get("tier") {
            None => Some(false),
            Some(Json::String(tier)) => Some(tier == wanted),
            Some(_) => None,
        },
    }
}

/// Whether a value is one of `wanted`; unknown if none of them has its type.
fn equals(value: &Json, wanted: &[Json]) -> Option<bool> {
    let kind = kind(value)?;
    let same = |it: &Json| match (it.as_f64(), value.as_f64()) {
        (Some(one), Some(two)) => one == two,
        _ => it == value,
    };
    wanted.iter().any(|it| self::kind(it) == Some(kind)).then(|| wanted.iter().any(same))
}

/// The type of a value that can be compared with values of the same type.
fn kind(value: &Json) -> Option<&'static str> {
    match value {
        value if *value == UNREADABLE => None,
        Json::String(_) => Some("text"),
        Json::Number(_) => Some("number"),
        Json::Bool(_) => Some("boolean"),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn number(value: &Json) -> Option<f64> {
    value.as_f64().filter(|number| *number != f64::from(UNREADABLE))
}

/// A number in a text has at most fifteen digits, and a digit on both sides of its point.
fn number_in(text: &str) -> Option<f64> {
    let is_number = whole("-?[0-9]+([.][0-9]+)?", false).is_match(text);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if is_number && digits <= 15 { text.parse().ok() } else { None }
}

fn compare(number: f64, test: &str, bound: i32) -> Option<bool> {
    let bound = f64::from(bound);
    Some(match test {
        "at-least" => number >= bound,
        "at-most" => number <= bound,
        "above" => number > bound,
        _ => number < bound,
    })
}

/// Whether a text passes a test; unknown if it is not a text, or one that is not compared with patterns.
fn passes(value: &Json, TextTest { key, text: wanted, ignore_case }: &TextTest) -> Option<bool> {
    let text = value.as_str()?;
    let is_name = text.len() <= 4096 && !text.chars().any(|char| char < ' ' || char == '\u{7f}');
    let is_plain = *key == "equals" && !ignore_case;
    let wanted = wanted.to_string();
    let pattern = match *key {
        "regex" => wanted,
        "glob" => of_capturing_glob(&wanted),
        "starts-with" => regex::escape(&wanted) + "(?s:.*)",
        "ends-with" => "(?s:.*)".to_owned() + &regex::escape(&wanted),
        "contains-text" => format!("(?s:.*){}(?s:.*)", regex::escape(&wanted)),
        _ => regex::escape(&wanted),
    };
    (is_name || is_plain).then(|| whole(&pattern, *ignore_case).is_match(text))
}

/// Whether an entry passes.
fn contains(value: &Json, is_wanted: &dyn Fn(&Json) -> Option<bool>) -> Option<bool> {
    let Json::Array(entries) = value else { return is_wanted(value) };
    let seen = &entries[..entries.len().min(MAX_ENTRIES)];
    if seen.iter().any(|entry| is_wanted(entry) == Some(true)) {
        return Some(true);
    }
    let is_decided = |entry: &Json| is_wanted(entry).is_some();
    (seen.len() == entries.len() && seen.iter().all(is_decided)).then_some(false)
}
