//! `directory`: what the people of an organization are read from, so that an application has them before they log in.

use core::ops::Range;

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{DIRECTORY, DIRECTORY_USER};
use super::model::Connection;
use super::name_checks::{check_known, check_option, check_pointer};
use super::subject::Subject;
use super::values::{read_members, read_text};
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;

/// The directory whose people are provisioned in an application.
#[derive(Clone, Debug)]
pub(crate) struct Directory {
    /// The location of the key.
    pub(crate) span: Range<usize>,
    pub(crate) kind: DirectoryKind,
    pub(crate) application: Spanned<String>,
    /// The position of the connection through which its people log in.
    pub(crate) connection: usize,
    /// What conditions may read.
    pub(crate) provides: Vec<Provided>,
    pub(crate) user: DirectoryUser,
}

/// How a directory is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what reads directories has to know all of them")]
pub enum DirectoryKind {
    /// From a file of JSON Lines that another program writes.
    File,
}

/// A member of `event.user` that a directory knows as well.
#[derive(Clone, Debug)]
pub(crate) struct Provided {
    /// Its JSON Pointer below `event.user`.
    pub(crate) pointer: Spanned<String>,
    pub(crate) value: ProvidedValue,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ProvidedValue {
    /// The attribute of the directory with the value.
    Attribute(String),
    /// The value of everyone.
    Constant(bool),
}

/// The attributes of a directory that become those of a user; `None` is the default of the kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct DirectoryUser {
    /// `userName`.
    pub user_name: Option<String>,
    /// `displayName`.
    pub display_name: Option<String>,
    /// `name.givenName`.
    pub given_name: Option<String>,
    /// `name.familyName`.
    pub family_name: Option<String>,
    /// The value of the entry of `emails` with the type `work`.
    pub email: Option<String>,
}

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

impl DirectoryKind {
    const WORDS: [(&'static str, Self); 1] = [("file", Self::File)];
}
