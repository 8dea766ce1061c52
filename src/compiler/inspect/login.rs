//! A login described by names, such as an organization's and a connection's, as an event.

use serde_json::{Map, Value as Json, json};

use super::super::{CompiledPlatform, Tenant};
use crate::diagnostic::Diagnostic;
use crate::language::cases::read_cases;
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::model::Organization;
use crate::language::suggestions::{self, nearest};
use crate::language::yaml::{Kind, Node, Spanned};

/// A login as its author thinks of it.
#[derive(Clone, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct LoginDescription {
    /// The name of a mapping, as its file has it.
    pub organization: String,
    /// The name of an application; needed if the platform has several.
    pub application: Option<String>,
    /// The name of a connection; needed if the mapping has several.
    pub connection: Option<String>,
    /// The upstream groups as rules see them; they arrive as the connection's first source sends them.
    pub groups: Option<Vec<String>>,
    /// Attributes of `event.user`.
    pub user: Option<Map<String, Json>>,
}

/// Why a described login is not one of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct LoginProblem {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// The names of the platform's applications, sorted.
pub fn application_names(platform: &CompiledPlatform) -> Vec<&str> {
    platform.model.platform.applications.iter().map(|it| it.name.value.as_str()).collect()
}

/// The event of a described login.
///
/// # Errors
///
/// If a name is not one of the mappings, or a name that is needed is missing.
pub fn describe_login(platform: &CompiledPlatform, login: &LoginDescription) -> Result<Json, LoginProblem> {
    let model = &platform.model;
    let organization = find(platform, &login.organization)?;
    let applications = application_names(platform);
    let application = choose(login.application.as_deref(), &applications, "application", "the platform")?;
    let connections: Vec<&str> = organization.connections.iter().map(|it| it.name.value.as_str()).collect();
    let of = format!("the mapping `{}`", organization.name);
    let connection = choose(login.connection.as_deref(), &connections, "connection", &of)?;

    let sends_none =
        organization.connections.iter().any(|it| it.name.value == connection && it.sends_no_groups.is_some());
    if sends_none && login.groups.is_some() {
        return Err(LoginProblem {
            message: format!("the connection `{connection}` sends no groups (`groups: none`)"),
            help: "leave out `--group`, and give the attributes of the login with `--user FILE`".to_owned(),
        });
    }

    // Read like a case of a test file, so that the event is the one that a case would have.
    let mut case = json!({
        "name": "login", "application": application, "connection": connection, "expect": { "outcome": "none" },
    });
    match &login.groups {
        Some(groups) => set(&mut case, "groups", json!(groups)),
        None => set(&mut case, "user", json!({})),
    }
    let problem = |diagnostic: &Diagnostic| LoginProblem {
        message: diagnostic.message.clone(),
        help: diagnostic.help.clone(),
    };
    let node = node_of(&json!([case]));
    let mut found = Vec::new();
    let mut sink = DiagnosticSink { file: "login", list: &mut found };
    let organizations: Vec<&Organization> = model.organizations.iter().collect();
    let cases =
        read_cases(&node, &model.platform, &organizations, Some(organization), platform.tenant, &mut sink);
    if let Some(first) = found.first() {
        return Err(problem(first));
    }
    let Some(mut event) = cases.into_iter().next().map(|case| case.event) else {
        let tenant = platform.tenant().map(Tenant::name).unwrap_or_default();
        return Err(LoginProblem {
            message: format!("the application `{application}` has no client in the tenant `{tenant}`"),
            help: "choose another tenant with `--tenant`".to_owned(),
        });
    };
    if let Some(user) = &login.user
        && let Some(members) = event.get_mut("user").and_then(Json::as_object_mut)
    {
        // The groups that are listed have precedence over those in the attributes.
        let mut merged = user.clone();
        merge(&mut merged, core::mem::take(members));
        *members = merged;
    }
    Ok(event)
}

/// The node that a file with this value would have.
fn node_of(value: &Json) -> Node {
    let kind = match value {
        Json::Null => Kind::Null,
        Json::Bool(value) => Kind::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Kind::Integer(integer),
            None => Kind::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Kind::Text(text.clone()),
        Json::Array(entries) => Kind::List(entries.iter().map(node_of).collect()),
        Json::Object(members) => {
            let key = |key: &String| Spanned { span: 0..0, value: key.clone() };
            Kind::Map(members.iter().map(|(name, value)| (key(name), node_of(value))).collect())
        }
    };
    Node { span: 0..0, kind, notes: None }
}

fn set(object: &mut Json, key: &str, value: Json) {
    if let Some(members) = object.as_object_mut() {
        members.insert(key.to_owned(), value);
    }
}

/// Adds members, also those of objects within.
fn merge(members: &mut Map<String, Json>, added: Map<String, Json>) {
    for (key, value) in added {
        match (members.get_mut(&key), value) {
            (Some(Json::Object(inner)), Json::Object(value)) => merge(inner, value),
            (_, value) => {
                members.insert(key, value);
            }
        }
    }
}

fn find<'p>(platform: &'p CompiledPlatform, name: &str) -> Result<&'p Organization, LoginProblem> {
    let by_id = |it: &&Organization| it.ids.get(platform.tenant).is_some_and(|id| id.value == name);
    let found = platform.organizations().find(|it| it.name == name);
    found.or_else(|| platform.organizations().find(by_id)).ok_or_else(|| {
        let names: Vec<&str> = platform.organizations().map(|it| it.name.as_str()).collect();
        unknown(&format!("there is no mapping `{}`", name.escape_debug()), name, &names)
    })
}

/// The name that was given, or the only one.
fn choose<'n>(
    wanted: Option<&str>,
    names: &[&'n str],
    what: &str,
    of: &str,
) -> Result<&'n str, LoginProblem> {
    match (wanted, names) {
        (None, [only]) => Ok(only),
        (None, _) => Err(LoginProblem {
            message: format!("{of} has several {what}s"),
            help: format!("choose one with `--{what}`: {}", word_list(names)),
        }),
        (Some(wanted), _) => names.iter().find(|name| **name == wanted).copied().ok_or_else(|| {
            unknown(&format!("{of} has no {what} `{}`", wanted.escape_debug()), wanted, names)
        }),
    }
}

fn unknown(message: &str, wanted: &str, names: &[&str]) -> LoginProblem {
    let help = match nearest(wanted, names.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("there are {}", word_list(names)),
    };
    LoginProblem { message: message.to_owned(), help }
}

/// The known word that a mistyped one was probably meant to be.
pub fn nearest_word<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    nearest(word, known.iter().copied())
}

/// Words in backticks with commas between them.
pub fn word_list(words: &[&str]) -> String {
    suggestions::word_list(words.iter().copied())
}
