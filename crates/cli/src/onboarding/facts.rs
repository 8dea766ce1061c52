//! What a kit is made from.

use std::collections::BTreeSet;

use claimsmith::compiler::inspect::{
    ApplicationDetails, ConnectionDetails, OrganizationDetails, SourceDetails, is_unfilled,
};
use claimsmith::compiler::{CompiledPlatform, Tenant};
use claimsmith::event::{Event, answer};
use claimsmith::{Bundle, Outcome};
use serde_json::Value as Json;

use super::guide::Guide;
use super::words::todo;
use crate::packaging::MappingPlace;

/// What options say about people and dates.
#[derive(Clone, Debug, Default)]
pub(crate) struct KitOptions {
    pub(crate) display: Option<String>,
    pub(crate) owner: Option<String>,
    pub(crate) customer_contact: Option<String>,
    pub(crate) emergency_contact: Option<String>,
    pub(crate) pilot: Option<String>,
    pub(crate) cutover: Option<String>,
    pub(crate) rotations: Rotations,
    /// Whether the customer provisions users by SCIM, although the groups are read elsewhere.
    pub(crate) scim: bool,
}

/// The dates on which something has to be done again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rotations {
    pub(crate) idp_secret: Option<String>,
    pub(crate) scim_token: Option<String>,
    pub(crate) api_key: Option<String>,
    pub(crate) review: Option<String>,
}

/// A test user: a case of the mapping, with what the engine answers.
#[derive(Clone, Debug)]
pub(crate) struct TestUser {
    pub(crate) name: String,
    pub(crate) application: String,
    /// The attributes in Auth0: `event.user`.
    pub(crate) profile: Json,
    /// The groups that Auth0 keeps, if the case says which.
    pub(crate) provisioned: Option<Json>,
    pub(crate) received: u32,
    pub(crate) outcome: Outcome,
    pub(crate) reason: &'static str,
    pub(crate) groups: Vec<String>,
    pub(crate) unmatched: Vec<String>,
}

/// Everything that the parts of a kit say.
#[derive(Debug)]
pub(crate) struct Facts<'f> {
    pub(crate) details: &'f OrganizationDetails,
    pub(crate) connection: &'f ConnectionDetails,
    pub(crate) guide: &'static Guide,
    pub(crate) options: &'f KitOptions,
    /// The domain of the Auth0 tenant, if it is declared.
    pub(crate) domain: Option<&'f str>,
    /// The name of the Auth0 tenant, which is the beginning of its domain.
    pub(crate) tenant_id: Option<&'f str>,
    /// Where the mapping is.
    pub(crate) place: MappingPlace,
    pub(crate) users: Vec<TestUser>,
    /// The digest of the customer's bundle.
    pub(crate) digest: String,
}

impl<'f> Facts<'f> {
    /// The inputs of a kit for a connection. `bundle` is that of the organization alone.
    ///
    /// Returns `None` if the strategy of the connection is not known.
    pub(crate) fn new(
        platform: &'f CompiledPlatform,
        bundle: &Bundle<'_>,
        details: &'f OrganizationDetails,
        connection: &'f ConnectionDetails,
        place: MappingPlace,
        options: &'f KitOptions,
    ) -> Option<Self> {
        Some(Self {
            details,
            connection,
            guide: Guide::of(connection.strategy)?,
            options,
            place,
            domain: platform.tenant().map(Tenant::domain),
            tenant_id: platform.tenant().map(Tenant::id),
            users: test_users(platform, bundle, &details.name, &connection.name),
            digest: bundle.digest_hex(),
        })
    }

    /// How people call the customer.
    pub(crate) fn display(&self) -> &str {
        self.options.display.as_deref().unwrap_or(&self.details.name)
    }

    /// The connection's first source; `None` if it sends no groups.
    pub(crate) fn source(&self) -> Option<&SourceDetails> {
        self.connection.sources.first()
    }

    /// Whether groups are those that Auth0 keeps.
    pub(crate) fn reads_provisioned(&self) -> bool {
        self.connection.sources.iter().any(|source| source.from == "provisioned")
    }

    /// Whether the kit has SCIM.
    pub(crate) fn has_scim(&self) -> bool {
        self.guide.has_scim && (self.options.scim || self.reads_provisioned())
    }

    /// Whether the mapping has a placeholder in place of the id of its Auth0 organization.
    pub(crate) fn has_placeholder(&self) -> bool {
        self.details.id.as_deref().is_some_and(is_unfilled)
    }

    /// The id of the Auth0 organization, if it is one that Auth0 gave.
    pub(crate) fn organization_id(&self) -> Option<&str> {
        self.details.id.as_deref().filter(|id| !is_unfilled(id))
    }

    /// The domain of the tenant, or what has to be done about it.
    pub(crate) fn domain_or_todo(&self) -> String {
        self.domain.map_or_else(
            || todo("the domain of the tenant, which `tenants` in platform.yaml declares"),
            str::to_owned,
        )
    }

    /// The client ids of all applications, without duplicates.
    pub(crate) fn clients(&self) -> Vec<&str> {
        let clients: BTreeSet<&str> =
            self.details.applications.iter().flat_map(|it| &it.clients).map(String::as_str).collect();
        clients.into_iter().collect()
    }

    pub(crate) fn qlik(&self) -> impl Iterator<Item = &ApplicationDetails> {
        self.details.applications.iter().filter(|it| it.is_qlik_cloud)
    }

    pub(crate) fn others(&self) -> impl Iterator<Item = &ApplicationDetails> {
        self.details.applications.iter().filter(|it| !it.is_qlik_cloud)
    }
}

/// The cases of an organization whose logins come through a connection.
fn test_users(
    platform: &CompiledPlatform,
    bundle: &Bundle<'_>,
    name: &str,
    connection: &str,
) -> Vec<TestUser> {
    let user = |case: &claimsmith::cases::Case| {
        let event = Event::from_json(case.event.clone()).ok()?;
        let answer = answer(bundle, &event);
        let is_own =
            answer.organization.as_deref() == Some(name) && answer.connection.as_deref() == Some(connection);
        let application = answer.application.clone().filter(|_| is_own)?;
        Some(TestUser {
            name: case.name.clone(),
            application,
            profile: case.event.get("user").cloned().unwrap_or_default(),
            provisioned: case.event.pointer("/claimsmith/provisioned").cloned(),
            received: answer.received,
            outcome: answer.outcome,
            reason: answer.reason.code(),
            groups: answer.groups,
            unmatched: answer.unmatched,
        })
    };
    platform.cases.iter().filter_map(user).collect()
}
