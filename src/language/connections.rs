//! Connections: their strategies, and how the groups of several sources are combined.

use core::ops::Range;

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{CONNECTION, SOURCE};
use super::model::Connection;
use super::name_checks::{check_name, help_for_connection_id};
use super::sources::read_source;
use super::strategy::Strategy;
use super::subject::Subject;
use super::values::{read_list, read_members};
use super::wrong_type::{WRITE_NONE, means_none};
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;
use crate::limits::MAX_CONNECTION_NAME;
use crate::login::source::Combine;

/// Reads the `connections` of a mapping.
pub(crate) fn read_connections(node: &Node, sink: &mut DiagnosticSink<'_>) -> Vec<Connection> {
    let mut connections = Vec::new();
    let members = read_members(node, Subject::Key("connections"), sink).unwrap_or_default();
    if node.is_empty() && matches!(node.kind, Kind::Map(_)) {
        sink.report(Code::EmptyList, &node.span, "`connections` has no connection", None);
    }
    for (name, node) in members {
        check_connection_name(name, sink);
        let Some(fields) = Fields::read(node, &CONNECTION, sink) else {
            continue;
        };
        fields.require("strategy", sink);
        let Some(strategy) = fields.choice("strategy", Strategy::CHOICES, sink) else {
            continue;
        };
        if let Some(span) = read_no_groups(&fields, sink) {
            let sources = Vec::new();
            let connection = Connection {
                name: name.clone(),
                strategy,
                sources,
                combine: Combine::All,
                sends_no_groups: Some(span),
            };
            connections.push(connection);
            continue;
        }
        let stated: &[Node] = match fields.get("groups") {
            Some(node) => match &node.kind {
                Kind::List(_) => read_list(node, Subject::Key("groups"), sink).unwrap_or_default(),
                _ => core::slice::from_ref(node),
            },
            None => &[],
        };
        if matches!(fields.get("groups"), Some(node) if node.is_empty() && matches!(node.kind, Kind::List(_)))
        {
            fields.report_empty("groups", Code::EmptyList, sink);
            sink.help_last(WRITE_NONE);
        }
        if let [only] = stated
            && is_none_as_key(only, sink)
        {
            continue;
        }
        if let Some(node) = fields.get("groups").filter(|node| is_list_of_names(node)) {
            let message = "`groups` says where the groups are found, and this is a list of names";
            let help = "write the path of the attribute, such as `groups: { from: /groups }`, or remove the key if it is the \
                        usual one of the strategy; `rules` name the groups";
            sink.report(Code::WrongType, &node.span, message, help.to_owned());
            continue;
        }
        // An entry that means "no groups" is reported below. Without it, `combine` may be needed or not.
        let combine = match stated.iter().any(is_none_in_list) {
            true => Combine::All,
            false => read_combine(&fields, stated.len(), sink),
        };
        let mut sources = Vec::new();
        for node in stated {
            if matches!(fields.get("groups"), Some(Node { kind: Kind::List(_), .. }))
                && report_none_in_list(node, stated.len(), sink)
            {
                continue;
            }
            if let Some(groups) = Fields::read(node, &SOURCE, sink) {
                sources.extend(read_source(strategy, name, Some(&groups), sink));
            }
        }
        if fields.is_missing("groups") {
            sources.extend(read_source(strategy, name, None, sink));
        }
        if !sources.is_empty() {
            connections.push(Connection {
                name: name.clone(),
                strategy,
                sources,
                combine,
                sends_no_groups: None,
            });
        }
    }
    connections
}

fn check_connection_name(name: &Spanned<String>, sink: &mut DiagnosticSink<'_>) {
    check_name(name, "the connection's name", MAX_CONNECTION_NAME, sink);
    if let Some(help) = help_for_connection_id(&name.value) {
        let message = format!("`{}` is not the name of a connection, so no login comes from it", name.value);
        sink.report(Code::InvalidName, &name.span, message, help);
    }
}

/// The location of `groups: none`, if that is what a connection has.
fn read_no_groups(connection: &Fields<'_>, sink: &mut DiagnosticSink<'_>) -> Option<Range<usize>> {
    let node = connection.get("groups")?;
    if !is_none(node) {
        return None;
    }
    if let Some(span) = connection.key_span("combine") {
        let message = "`combine` is for several sources, and the connection sends no groups";
        sink.report(Code::InvalidValue, span, message, "remove it".to_owned());
    }
    Some(node.span.clone())
}

/// Whether texts without a path are in the place of sources.
fn is_list_of_names(node: &Node) -> bool {
    let is_name = |entry: &Node| matches!(&entry.kind, Kind::Text(text) if !text.contains(['/', '.', '$']) && !means_none(text));
    matches!(&node.kind, Kind::List(entries) if !entries.is_empty() && entries.iter().all(is_name))
}

fn is_none(node: &Node) -> bool {
    matches!(&node.kind, Kind::Text(text) if text == "none")
}

fn is_none_in_list(node: &Node) -> bool {
    matches!(&node.kind, Kind::Text(text) if means_none(text))
}

/// Reports an entry of a list of sources that means "no groups". Returns whether it is such an entry.
fn report_none_in_list(node: &Node, sources: usize, sink: &mut DiagnosticSink<'_>) -> bool {
    let Kind::Text(text) = &node.kind else { return false };
    if !means_none(text) {
        return false;
    }
    let message =
        format!("`{}` means that the connection sends no groups, so it is not a source", text.escape_debug());
    let help = match sources {
        1 => "write `groups: none`, not as a list",
        _ => {
            "remove it from the list; if the connection sends no groups, write `groups: none` instead of the list"
        }
    };
    sink.report(Code::InvalidValue, &node.span, message, help.to_owned());
    true
}

/// Reports a key such as `none: true` in place of the keys of a source. Returns whether there is one.
fn is_none_as_key(node: &Node, sink: &mut DiagnosticSink<'_>) -> bool {
    let Kind::Map(members) = &node.kind else { return false };
    let [(key, _)] = members.as_slice() else { return false };
    if !means_none(&key.value) {
        return false;
    }
    let message = format!("`groups` has no key `{}`", key.value.escape_debug());
    sink.report(Code::UnknownKey, &key.span, message, WRITE_NONE.to_owned());
    true
}

/// Reads `combine`, which a connection with several sources needs and no other may have.
fn read_combine(connection: &Fields<'_>, sources: usize, sink: &mut DiagnosticSink<'_>) -> Combine {
    let words = [("first", Combine::First), ("all", Combine::All)];
    let combine = connection.choice("combine", &words, sink);
    match (connection.key_span("combine"), connection.get("groups")) {
        (None, Some(groups)) if sources > 1 && !connection.is_misspelled("combine") => {
            let message = "a connection with several sources needs the key `combine`";
            let help = "write `combine: first` to use the first that is present, or `combine: all` to use all of them";
            sink.report(Code::MissingKey, &groups.span, message, help.to_owned());
        }
        (Some(span), _) if sources < 2 && !connection.is_misspelled("groups") => {
            let message = "`combine` is for several sources, and the connection has one";
            let help = "remove it, or list several sources under `groups`".to_owned();
            sink.report(Code::InvalidValue, span, message, help);
        }
        _ => {}
    }
    combine.unwrap_or(Combine::All)
}
