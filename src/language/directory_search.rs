//! `people` and `groups` of a directory that is searched.

use super::diagnostic_sink::DiagnosticSink;
use super::directory::{DISTINGUISHED_NAME, DirectoryKind, DirectorySearch, SearchScope};
use super::fields::Fields;
use super::grammar::{DIRECTORY_GROUPS_SCOPE, DIRECTORY_PEOPLE};
use super::ldap_filter;
use super::name_checks::check_name;
use super::read_directory::read_attribute;
use super::subject::Subject;
use super::yaml::Spanned;
use crate::diagnostic::Code;
use crate::limits::MAX_TEXT;
use crate::login::dn::is_dn;

/// The attribute with the name of a group if the mapping does not say it.
const GROUP_NAME: &str = "cn";

impl DirectorySearch {
    /// Reads the keys of a directory that say where its entries are; `None` if its kind is not searched, or if it is
    /// not known where the people are, which is reported.
    pub(super) fn read(
        directory: &Fields<'_>,
        kind: Option<DirectoryKind>,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        if kind.is_some_and(|kind| !kind.group_names().is_empty()) {
            return None;
        }
        // With an unknown kind, the keys are read for what is wrong in them.
        if kind == Some(DirectoryKind::File) {
            for key in ["people", "groups"] {
                let Some(span) = directory.key_span(key) else { continue };
                let message =
                    format!("`{key}` says where a server has its entries, and this directory is a file");
                let help = "remove it: a file has the people and groups that it lists; or let `kind` be `ldap` or `active-directory`";
                sink.report(Code::InvalidValue, span, message, help.to_owned());
            }
            return None;
        }
        let is_known = kind.is_some();
        if is_known && directory.is_missing("people") {
            let message =
                "this kind of directory needs the key `people`, with the entry that the people are below";
            let help = "add `people: { base: … }`, such as `ou=people,dc=example,dc=com`";
            sink.report(Code::MissingKey, &directory.span, message, help.to_owned());
        }
        let kind = kind.unwrap_or(DirectoryKind::Ldap);
        let people = directory.get("people").and_then(|node| Fields::read(node, &DIRECTORY_PEOPLE, sink));
        let groups =
            directory.get("groups").and_then(|node| Fields::read(node, &DIRECTORY_GROUPS_SCOPE, sink));
        if let Some(fields) = &people {
            fields.require("base", sink);
        }
        let people_base = people.as_ref().and_then(|fields| read_base(fields, sink));
        let people_filter = people.as_ref().and_then(|fields| read_filter(fields, sink));
        let groups_base = groups.as_ref().and_then(|fields| read_base(fields, sink));
        let groups_filter = groups.as_ref().and_then(|fields| read_filter(fields, sink));
        let name = groups.as_ref().and_then(|fields| fields.get("name"));
        let name = name.and_then(|node| read_attribute(node, Subject::Key("name"), "name", sink));
        let base = people_base?;
        Some(Self {
            groups: SearchScope {
                base: groups_base.unwrap_or_else(|| base.clone()),
                filter: groups_filter.unwrap_or_else(|| kind.groups_filter().to_owned()),
            },
            people: SearchScope {
                base,
                filter: people_filter.unwrap_or_else(|| kind.people_filter().to_owned()),
            },
            group_name: match name {
                Some(name) if name.eq_ignore_ascii_case(DISTINGUISHED_NAME) => DISTINGUISHED_NAME.to_owned(),
                name => name.unwrap_or_else(|| GROUP_NAME.to_owned()),
            },
        })
    }
}

fn read_base(fields: &Fields<'_>, sink: &mut DiagnosticSink<'_>) -> Option<String> {
    let base = read_printed(fields, "base", sink)?;
    if !is_dn(base.value.as_bytes()) {
        let message = format!("`{}` is not the distinguished name of an entry", base.value.escape_debug());
        let help = "write it as LDAP does, such as `ou=people,dc=example,dc=com`";
        sink.report(Code::InvalidValue, &base.span, message, help.to_owned());
        return None;
    }
    Some(base.value)
}

fn read_filter(fields: &Fields<'_>, sink: &mut DiagnosticSink<'_>) -> Option<String> {
    let filter = read_printed(fields, "filter", sink)?;
    if let Err(problem) = ldap_filter::check(&filter.value) {
        let message = format!("this is not a filter of LDAP: {}", problem.message);
        sink.report(Code::InvalidValue, &filter.span, message, problem.help);
        return None;
    }
    Some(filter.value)
}

fn read_printed(
    fields: &Fields<'_>,
    key: &'static str,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Spanned<String>> {
    let text = fields.text(key, sink)?;
    check_name(&text, &format!("`{key}`"), MAX_TEXT, sink).then_some(text)
}
