//! Ids that `claimsmith init` and `claimsmith new` write until the author knows those of Auth0.

use core::ops::Range;

use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::{Organization, Platform};
use crate::language::placeholder_id::is_unfilled;
use crate::language::yaml::Spanned;

/// Reports clients of applications that are placeholders.
pub(super) fn lint_platform(platform: &Platform, diagnostics: &mut Vec<Diagnostic>) {
    for application in &platform.applications {
        for id in application.clients.values().flat_map(|(_, ids)| ids) {
            let whose = format!("the client of the application `{}`", application.name.value.escape_debug());
            diagnostics.extend(finding(&platform.file, id, &id.span, &whose));
        }
    }
}

/// Reports the id of an organization that is a placeholder.
pub(super) fn lint(organization: &Organization, diagnostics: &mut Vec<Diagnostic>) {
    for (_, id) in organization.ids.values() {
        diagnostics.extend(finding(&organization.file, id, &id.span, "the organization"));
    }
}

fn finding(file: &str, id: &Spanned<String>, span: &Range<usize>, whose: &str) -> Option<Diagnostic> {
    if !is_unfilled(&id.value) {
        return None;
    }
    let message = format!("`{}` is still a placeholder, so no login has this id", id.value.escape_debug());
    let finding = Diagnostic::new(Code::PlaceholderId, file, span.clone(), message);
    Some(finding.help(format!("write the id that {whose} has in Auth0; until then, this cannot be deployed")))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check_one, lint_all, name, names, organization, platform};
    use crate::diagnostic::Code;
    use crate::language::tenants::ByTenant;

    #[test]
    fn placeholders_of_new_files_are_reported() {
        let mut catalog = platform(&[]);
        assert!(lint_all(&catalog, &[organization(Vec::new())], Code::PlaceholderId).is_empty());
        let mut acme = organization(Vec::new());
        acme.ids = ByTenant::one(name("org_Replaceacme"));
        check_one(
            &lint_all(&catalog, &[acme], Code::PlaceholderId),
            "`org_Replaceacme` is still a placeholder",
        );
        for application in &mut catalog.applications {
            application.clients = ByTenant::one(names(&["ReplaceByTheClientId"]));
        }
        let found = lint_all(&catalog, &[], Code::PlaceholderId);
        assert_eq!(found.len(), catalog.applications.len());
        assert!(
            !found.is_empty() && found.iter().all(|it| it.help.contains("the client of the application"))
        );
    }
}
