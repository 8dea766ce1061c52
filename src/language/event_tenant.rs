//! The tenant of an event: the one that it names, or the one that its ids belong to.

use super::model::{Organization, Platform};
use super::suggestions::word_list;
use crate::diagnostic::Code;

/// Why an event has no tenant: the code, what is wrong, and what to do.
#[derive(Debug)]
pub(crate) struct NoTenant {
    pub(crate) code: Code,
    pub(crate) message: String,
    pub(crate) help: String,
}

/// The tenant of an event with these ids of tenant, client and organization. `None` if it can be any tenant, because the
/// event names none and has no known id.
///
/// Auth0 names the tenant in `event.tenant.id`. Without that, the ids of the client and the organization decide, since no
/// id belongs to two tenants.
///
/// # Errors
///
/// If the event names a tenant that is not declared, or its ids belong to different tenants.
pub(crate) fn tenant_of<'o>(
    [tenant, client, organization]: [Option<&str>; 3],
    platform: &Platform,
    organizations: impl Iterator<Item = &'o Organization> + Clone,
) -> Result<Option<usize>, NoTenant> {
    let tenants = &platform.tenants;
    if tenants.declared.is_empty() {
        return Ok(None);
    }
    if let Some(id) = tenant {
        let named = tenants.declared.iter().position(|tenant| tenant.id() == id);
        return named.map(Some).ok_or_else(|| NoTenant {
            code: Code::UnknownTenant,
            message: format!("the platform declares no tenant whose id in Auth0 is `{}`", id.escape_debug()),
            help: format!(
                "`event.tenant.id` is the first part of the tenant's domain, here one of {}",
                word_list(tenants.declared.iter().map(|tenant| tenant.id()))
            ),
        });
    }
    let client = client.and_then(|id| {
        let mut clients = platform.applications.iter().flat_map(|it| it.clients.values());
        clients.find(|(_, clients)| clients.iter().any(|client| client.value == id)).map(|(tenant, _)| tenant)
    });
    let organization = organization.and_then(|id| {
        let mut ids = organizations.flat_map(|it| it.ids.values());
        ids.find(|(_, known)| known.value == id).map(|(tenant, _)| tenant)
    });
    match (client, organization) {
        (Some(client), Some(organization)) if client != organization => {
            let name = |tenant| tenants.name(tenant).unwrap_or_default();
            let (client, organization) = (name(client), name(organization));
            Err(NoTenant {
                code: Code::MixedTenants,
                message: format!(
                    "the client belongs to the tenant `{client}`, and the organization to `{organization}`"
                ),
                help: "correct one of the ids, or say which tenant the login comes to with `event.tenant.id`"
                    .to_owned(),
            })
        }
        _ => Ok(client.or(organization)),
    }
}
