//! `groups` of a directory that a service in the cloud has, which has no entries to search.

use super::diagnostic_sink::DiagnosticSink;
use super::directory::DirectoryKind;
use super::fields::Fields;
use super::grammar::DIRECTORY_GROUPS_SCOPE;
use super::subject::Subject;
use super::values::read_text;
use crate::diagnostic::Code;

impl DirectoryKind {
    /// The property of a group that is its name at a login: that of `groups: { name: … }`, or the first one of the kind.
    ///
    /// Reports keys that say where a server of LDAP has its entries.
    pub(super) fn read_group_name(
        self,
        directory: &Fields<'_>,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<&'static str> {
        let names = self.group_names();
        let (default, others) = names.split_first()?;
        if let Some(span) = directory.key_span("people") {
            let message =
                "`people` says where a server of LDAP has its entries, and this directory has all people";
            sink.report(Code::InvalidValue, span, message, "remove it".to_owned());
        }
        if others.is_empty() {
            if let Some(span) = directory.key_span("groups") {
                let message =
                    "`groups` has nothing to say: the groups of this kind of directory have one name each";
                sink.report(Code::InvalidValue, span, message, "remove it".to_owned());
            }
            return Some(default);
        }
        let groups =
            directory.get("groups").and_then(|node| Fields::read(node, &DIRECTORY_GROUPS_SCOPE, sink));
        let Some(groups) = groups else { return Some(default) };
        for key in ["base", "filter"] {
            let Some(span) = groups.key_span(key) else { continue };
            let message = format!(
                "`{key}` says where a server of LDAP has its groups, and this directory has all groups"
            );
            sink.report(Code::InvalidValue, span, message, "remove it".to_owned());
        }
        let Some(node) = groups.get("name") else { return Some(default) };
        let name = read_text(node, Subject::Key("name"), sink)?;
        let known = names.iter().find(|it| **it == name.value).copied();
        if known.is_none() {
            let message =
                format!("`{}` is not a name of groups of this directory", name.value.escape_debug());
            let help = format!("write `{}`", names.join("` or `"));
            sink.report(Code::InvalidValue, &name.span, message, help);
        }
        known
    }
}
