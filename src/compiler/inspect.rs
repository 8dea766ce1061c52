//! Answers to questions about compiled mappings, from what their authors wrote.

mod login;
mod organization;
mod overview;
mod reasons;
mod written;

pub use crate::language::placeholder_id::is_unfilled;

pub use self::login::{
    LoginDescription, LoginProblem, application_names, describe_login, nearest_word, word_list,
};
pub use self::organization::{
    ApplicationDetails, ConnectionDetails, GrantedGroup, OrganizationConnections, OrganizationDetails,
    SourceDetails, applications, limits_refresh, organization, organization_connections, target_groups,
};
pub use self::overview::{
    ConnectionOverview, ExpiringRule, Matrix, MatrixEntry, MatrixRow, OpenGroup, OrganizationOverview,
    expiring_rules, mapping_files, matrix, open_groups, overview, owners, strategies, strategy_meant_by,
};
pub use self::reasons::{Reasons, reasons};
use super::grants::GrantChecker;
use super::{CompiledPlatform, Model, Tenant};
use crate::bundle::index::Bundle;
use crate::host::event::Event;
use crate::host::explanation::{Explanation, explain_written};
use crate::language::event_tenant::{NoTenant, tenant_of};
use crate::outcome::Note;

/// Explains a login like [`explanation::explain`](crate::explanation::explain), with patterns as their author wrote
/// them, and with the reason why the platform forbids a grant.
///
/// `bundle` is the platform's.
///
/// ```
/// use claimsmith::Bundle;
/// use claimsmith::compiler::{compile_whole, inspect};
/// use claimsmith::diagnostic::SourceFile;
/// use claimsmith::event::Event;
///
/// let text = "\
/// version: 1
/// platform:
///   applications: { qlik: { clients: [client], claim: https://example.com/qlik } }
///   groups: { bi-viewers: { applications: [qlik], description: Reads dashboards. } }
///   ceilings: { acme: { groups: bi-* } }
/// organizations:
///   acme:
///     organization: org_acme
///     connections: { acme-ad: { strategy: ad } }
///     rules: [{ id: teams, match: { glob: \"GG-${team}\" }, grant: \"${team}-viewers\" }]
/// ";
/// let file = SourceFile { path: "example.yaml".to_owned(), text: text.to_owned() };
/// let platform = compile_whole(&file).platform.expect("no errors");
/// let bundle = Bundle::decode(&platform.bundle).expect("the compiler's bundles decode");
/// let event = Event::parse(
///     r#"{
///         "organization": { "id": "org_acme" },
///         "connection": { "name": "acme-ad" },
///         "client": { "client_id": "client" },
///         "user": { "groups": ["GG-bi"] }
///     }"#,
/// )
/// .expect("an event");
/// let explanation = inspect::explain(&platform, &bundle, &event);
/// assert_eq!(explanation.groups[0].rules[0].matched, "glob GG-${team}");
/// ```
pub fn explain(platform: &CompiledPlatform, bundle: &Bundle<'_>, event: &Event) -> Explanation {
    let model = &platform.model;
    let connection = event.route(bundle).destination.connection().and_then(|id| bundle.connection(id));
    let name = connection.and_then(|it| bundle.organization(it.organization)).map(|it| it.name);
    let organization = model.organizations.iter().find(|it| Some(it.name.as_str()) == name);
    let written = organization.map(written::written).unwrap_or_default();
    let mut explanation = explain_written(bundle, event, &written);
    let Some(organization) = organization else { return explanation };
    for removal in explanation.removals.iter_mut().filter(|it| it.why == "tier") {
        let tiers = model.platform.tiers.iter();
        let mut own = tiers.filter(|tier| tier.groups.iter().any(|it| it.value == removal.group));
        if let (Some(tier), [above]) = (own.next(), removal.by.as_slice()) {
            removal.text = format!("`{above}` is above it in the tier `{}`", tier.name);
        }
    }
    let checker = GrantChecker::new(&model.platform, organization);
    for step in explanation.groups.iter_mut().flat_map(|group| &mut group.rules) {
        let rule = organization.rules.iter().find(|rule| rule.id.value == step.rule);
        let is_marked = rule.is_some_and(|rule| rule.protected);
        for dropped in &mut step.dropped {
            dropped.detail = match dropped.note {
                Note::ForbiddenTarget => checker.why_not(&dropped.text, is_marked),
                _ => Some("the registry has no target group of this name".to_owned()),
            };
        }
    }
    explanation
}

/// The tenant that an event names, or that its ids belong to; `None` if it can be of any of the declared tenants.
///
/// # Errors
///
/// If the event names a tenant that is not declared, or its ids belong to different tenants.
pub fn tenant_of_event<'p>(
    platform: &'p CompiledPlatform,
    event: &Event,
) -> Result<Option<&'p Tenant>, LoginProblem> {
    let Model { platform, organizations } = platform.model.as_ref();
    let found = tenant_of(event.ids(), platform, organizations.iter());
    let found = found.map_err(|NoTenant { message, help, .. }| LoginProblem { message, help })?;
    Ok(found.and_then(|tenant| platform.tenants.declared.get(tenant)))
}
