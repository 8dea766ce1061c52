//! Organizations with the same id in Auth0.

use std::collections::BTreeMap;

use crate::diagnostic::{Code, Diagnostic};
use crate::language::model::Organization;
use crate::language::tenants::{Tenants, help_own_id};
use crate::language::yaml::Spanned;

/// Reports an id that two organizations have, or one organization in two tenants.
pub(super) fn check(organizations: &[Organization], tenants: &Tenants, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<&str, (&Organization, usize, &Spanned<String>)> = BTreeMap::new();
    let ids = organizations.iter().flat_map(|it| it.ids.values().map(move |(tenant, id)| (it, tenant, id)));
    for (organization, tenant, id) in ids {
        let Some((first, first_tenant, first_id)) = seen.get(id.value.as_str()) else {
            seen.insert(&id.value, (organization, tenant, id));
            continue;
        };
        let is_own = core::ptr::eq(*first, organization);
        let message = if is_own {
            let name = |tenant| tenants.name(tenant).unwrap_or_default();
            let (one, other) = (name(*first_tenant), name(tenant));
            format!("the organization has the id `{}` in the tenants `{one}` and `{other}`", id.value)
        } else {
            format!("`{}` and `{}` both have the id `{}`", first.file, organization.file, id.value)
        };
        let mut diagnostic =
            Diagnostic::new(Code::DuplicateOrganization, &organization.file, id.span.clone(), message);
        diagnostic = diagnostic.related(
            &first.file,
            first_id.span.clone(),
            if is_own { "first here" } else { "also here" },
        );
        if is_own {
            diagnostic = diagnostic.help(help_own_id("organization", "organization"));
        }
        diagnostics.push(diagnostic);
    }
}
