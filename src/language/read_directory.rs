//! `directory` of a mapping.

use super::diagnostic_sink::DiagnosticSink;
use super::directory::{
    DIRECTORY_GROUPS, Directory, DirectoryKind, DirectorySearch, DirectoryUser, Provided, ProvidedValue,
};
use super::fields::Fields;
use super::grammar::{DIRECTORY, DIRECTORY_USER};
use super::model::Connection;
use super::name_checks::{check_known, check_option, check_pointer};
use super::subject::Subject;
use super::values::{read_members, read_text};
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;

/// What a mapping has that its directory refers to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'m> {
    pub(super) connections: &'m [Connection],
    /// Whether these are all connections of the mapping.
    pub(super) has_all_connections: bool,
    /// The names of the applications, if all are known.
    pub(super) applications: Option<&'m [&'m str]>,
}

impl Directory {
    /// Reads `directory` of a mapping.
    pub(super) fn read(
        mapping: &Fields<'_>,
        known: Known<'_>,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        let node = mapping.get("directory")?;
        let fields = Fields::read(node, &DIRECTORY, sink)?;
        if let Some(key) = mapping.key_span("directory")
            && mapping.is_missing("organization")
        {
            // By the connection alone, a login may belong to another mapping.
            let message =
                "`directory` needs the key `organization`, so that its people belong to this mapping alone";
            sink.report(Code::MissingKey, key, message, None);
            sink.help_last("add `organization` to the mapping, with the id of its Auth0 organization");
        }
        fields.require("kind", sink);
        let kind = fields.choice("kind", &DirectoryKind::WORDS, sink);
        let application = fields.require_text("application", sink).filter(|application| {
            let problem = (Code::UnknownApplication, "the platform has no application");
            known
                .applications
                .is_none_or(|all| check_known(application, || all.iter().copied(), problem, sink))
        });
        let connection = read_connection(&fields, known, sink);
        let provides = fields.get("provides").map(|node| read_provided(node, sink)).unwrap_or_default();
        let search = DirectorySearch::read(&fields, kind, sink);
        let kind = kind?;
        let group_name = kind.read_group_name(&fields, sink);
        let user = fields.get("user").and_then(|node| DirectoryUser::read(node, kind, sink));
        Some(Self {
            span: mapping.key_span("directory").unwrap_or(&node.span).clone(),
            kind,
            application: application?,
            connection: connection?,
            search,
            group_name,
            provides,
            user: user.unwrap_or_else(|| kind.user()),
        })
    }
}

/// The position of the connection through which people of the directory log in.
fn read_connection(fields: &Fields<'_>, known: Known<'_>, sink: &mut DiagnosticSink<'_>) -> Option<usize> {
    let position = |name: &str| known.connections.iter().position(|it| it.name.value == name);
    if fields.get("connection").is_some() {
        let name = fields.text("connection", sink)?;
        if known.has_all_connections {
            let names = || known.connections.iter().map(|it| it.name.value.as_str());
            check_known(&name, names, (Code::UnknownConnection, "the mapping lists no connection"), sink);
        }
        return position(&name.value);
    }
    match known.connections {
        [_] if known.has_all_connections => Some(0),
        [_, _, ..] if fields.is_missing("connection") => {
            let message = "`directory` needs the key `connection` if the mapping has several";
            let help = "add `connection` with the name of the connection through which these people log in";
            sink.report(Code::MissingKey, &fields.span, message, help.to_owned());
            None
        }
        _ => None,
    }
}

fn read_provided(node: &Node, sink: &mut DiagnosticSink<'_>) -> Vec<Provided> {
    let mut provided = Vec::new();
    for (pointer, node) in read_members(node, Subject::Key("provides"), sink).unwrap_or_default() {
        let value = match &node.kind {
            Kind::Bool(value) => Some(ProvidedValue::Constant(*value)),
            _ => read_attribute(node, Subject::Named(&pointer.value), "the attribute of a directory", sink)
                .map(ProvidedValue::Attribute),
        };
        let is_good = check_pointer(pointer, "who receives access", sink)
            && check_provided(pointer, &node.kind, &provided, sink);
        if is_good {
            provided.extend(value.map(|value| Provided { pointer: pointer.clone(), value }));
        }
    }
    provided
}

/// Reports what a directory cannot provide; returns whether it can.
fn check_provided(
    pointer: &Spanned<String>,
    value: &Kind,
    earlier: &[Provided],
    sink: &mut DiagnosticSink<'_>,
) -> bool {
    let text = pointer.value.as_str();
    let is_in =
        |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
    if let Some(other) =
        earlier.iter().map(|it| &it.pointer).find(|it| is_in(text, &it.value) || is_in(&it.value, text))
    {
        let message =
            format!("`{}` and `{}` are in each other", text.escape_debug(), other.value.escape_debug());
        sink.report_related(Code::InvalidValue, &pointer.span, message, (&other.span, "the other one"));
        sink.help_last("provide the inner attributes alone, or the outer one");
        return false;
    }
    let (problem, help) = match text.split('/').nth(1) {
        Some("app_metadata" | "identities") => (
            "is what Auth0 keeps, which no directory has",
            "provide the attribute that the identity provider sends, and let the rule read that one",
        ),
        Some(DIRECTORY_GROUPS) => ("has the groups of the directory", "remove it"),
        _ if text == "/email_verified" && matches!(value, Kind::Bool(false)) => (
            "has to be `true`, or an attribute: `email-domain` reads verified addresses only",
            "write `true` if the addresses of the directory are verified; otherwise remove it",
        ),
        _ => return true,
    };
    let message = format!("`{}` {problem}", text.escape_debug());
    sink.report(Code::InvalidValue, &pointer.span, message, help.to_owned());
    false
}

/// The name of an attribute of the directory.
pub(super) fn read_attribute(
    node: &Node,
    subject: Subject<'_>,
    key: &str,
    sink: &mut DiagnosticSink<'_>,
) -> Option<String> {
    let text = read_text(node, subject, sink)?;
    check_option(&text, key, sink).then_some(text.value)
}

impl DirectoryUser {
    fn read(node: &Node, kind: DirectoryKind, sink: &mut DiagnosticSink<'_>) -> Option<Self> {
        let fields = Fields::read(node, &DIRECTORY_USER, sink)?;
        let mut user = kind.user();
        for (key, attribute) in [
            ("user-name", &mut user.user_name),
            ("display-name", &mut user.display_name),
            ("given-name", &mut user.given_name),
            ("family-name", &mut user.family_name),
            ("email", &mut user.email),
        ] {
            let Some(node) = fields.get(key) else { continue };
            if let Some(name) = read_attribute(node, Subject::Key(key), key, sink) {
                *attribute = name;
            }
        }
        Some(user)
    }
}
