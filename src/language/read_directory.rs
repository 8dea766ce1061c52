//! `directory` of a mapping.

use super::diagnostic_sink::DiagnosticSink;
use super::directory::{Directory, DirectoryKind, DirectoryUser, Provided, ProvidedValue};
use super::fields::Fields;
use super::grammar::{DIRECTORY, DIRECTORY_USER};
use super::model::Connection;
use super::name_checks::{check_known, check_option, check_pointer};
use super::subject::Subject;
use super::values::{read_members, read_text};
use super::yaml::{Kind, Node};
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
        let user = fields.get("user").and_then(|node| DirectoryUser::read(node, sink)).unwrap_or_default();
        Some(Self {
            span: mapping.key_span("directory").unwrap_or(&node.span).clone(),
            kind: kind?,
            application: application?,
            connection: connection?,
            provides,
            user,
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
        if check_pointer(pointer, "who receives access", sink) {
            provided.extend(value.map(|value| Provided { pointer: pointer.clone(), value }));
        }
    }
    provided
}

/// The name of an attribute of the directory.
fn read_attribute(
    node: &Node,
    subject: Subject<'_>,
    key: &str,
    sink: &mut DiagnosticSink<'_>,
) -> Option<String> {
    let text = read_text(node, subject, sink)?;
    check_option(&text, key, sink).then_some(text.value)
}

impl DirectoryUser {
    fn read(node: &Node, sink: &mut DiagnosticSink<'_>) -> Option<Self> {
        let fields = Fields::read(node, &DIRECTORY_USER, sink)?;
        let mut read = |key: &'static str| read_attribute(fields.get(key)?, Subject::Key(key), key, sink);
        Some(Self {
            user_name: read("user-name"),
            display_name: read("display-name"),
            given_name: read("given-name"),
            family_name: read("family-name"),
            email: read("email"),
        })
    }
}
