//! The plan of the platform: tenants, names, claims and owners, for the people who keep it.

use claimsmith::compiler::inspect::{self, ConnectionDetails, OrganizationDetails, is_unfilled};
use claimsmith::compiler::{BlockSettings, CompiledPlatform, MetadataWriter, Tenant};

use super::facts::KitOptions;
use super::kit::KitFile;
use super::parts::tidy;
use super::words::{code, codes, given, plain, row, todo};
use crate::placeholders::fill;

const TEMPLATE: &str = include_str!("../../templates/onboarding/platform.md");

/// The name of the plan's file.
pub(crate) const NAME: &str = "platform-plan.md";

/// The plan, from the platforms of all tenants; that of the first says what is the same in all.
pub(crate) fn plan(platforms: &[CompiledPlatform], platform_file: &str, options: &KitOptions) -> KitFile {
    let all = |platform: &CompiledPlatform| -> Vec<OrganizationDetails> {
        let names = inspect::mapping_files(platform).map(|(name, _)| name);
        names.filter_map(|name| inspect::organization(platform, name)).collect()
    };
    let mut organizations: Vec<OrganizationDetails> = Vec::new();
    for organization in platforms.iter().flat_map(all) {
        if !organizations.iter().any(|it| it.name == organization.name) {
            organizations.push(organization);
        }
    }
    organizations.sort_by(|left, right| left.name.cmp(&right.name));
    let given_or = |text: &Option<String>, what: &str| given(text.as_deref(), what);
    let contents = [
        ("platform-file", code(platform_file)),
        ("tenants", tenants(platforms)),
        ("names", names(&organizations)),
        ("claims", claims(platforms)),
        ("owner", given_or(&options.owner, "who keeps the platform (`--owner`)")),
        (
            "emergency-contact",
            given_or(&options.emergency_contact, "who is called at any hour (`--emergency-contact`)"),
        ),
        ("owners", owners(platforms)),
        ("customers", customers(&organizations)),
        ("key-rotation", given_or(&options.rotations.api_key, "a date (`--rotate api-key=DATE`)")),
        ("review", given_or(&options.rotations.review, "a date (`--rotate review=DATE`)")),
    ];
    KitFile { path: NAME.to_owned(), text: tidy(&fill(TEMPLATE, &contents)) }
}

fn tenants(platforms: &[CompiledPlatform]) -> String {
    let declared: Vec<(&Tenant, &CompiledPlatform)> =
        platforms.iter().filter_map(|platform| Some((platform.tenant()?, platform))).collect();
    if declared.is_empty() {
        return todo("declare the Auth0 tenants with `tenants` in platform.yaml, each with its domain")
            + "\n\n";
    }
    let rows = declared.iter().map(|(tenant, platform)| {
        let takes_blocks = platform.block_settings().filter(|blocks| blocks.keys().next().is_some());
        let packaging = match takes_blocks.map(BlockSettings::writer) {
            None => "",
            Some(MetadataWriter::Api) => " --packaging organizations",
            Some(_) => " --packaging organizations --action-only",
        };
        row(&[
            &code(tenant.name()),
            &code(tenant.domain()),
            &format!("`claimsmith deploy plan --tenant {}{packaging}`", tenant.name()),
        ])
    });
    format!("| tenant | domain | deployed by |\n| --- | --- | --- |\n{}\n", rows.collect::<String>())
}

/// The names that do not follow the conventions.
fn names(organizations: &[OrganizationDetails]) -> String {
    let mut rows = String::new();
    for organization in organizations {
        if organization.name.len() > 50 {
            rows += &row(&["organization", &code(&organization.name), "longer than 50 characters"]);
        }
        let begins = format!("{}-", organization.name);
        let is_other = |it: &&ConnectionDetails| !it.name.starts_with(&begins);
        for connection in organization.connections.iter().filter(is_other) {
            let why = format!("does not begin with {}", code(&begins));
            rows += &row(&["connection", &code(&connection.name), &why]);
        }
    }
    if rows.is_empty() {
        return "All names of organizations and connections follow these conventions.\n\n".to_owned();
    }
    format!(
        "These names do not follow the conventions; a connection cannot be renamed in Auth0:\n\n| what | name | why |\n| --- | --- | --- |\n{rows}\n"
    )
}

fn claims(platforms: &[CompiledPlatform]) -> String {
    let mut text = row(&["application", "claim", "ID token", "Qlik Cloud path", "clients"])
        + "| --- | --- | --- | --- | --- |\n";
    for platform in platforms {
        let tenant = platform.tenant().map(|it| format!(" ({})", it.name())).unwrap_or_default();
        for application in inspect::applications(platform) {
            let pointer = format!("/{}", application.claim.replace('~', "~0").replace('/', "~1"));
            let path = if application.is_qlik_cloud { code(&pointer) } else { String::new() };
            let clients = codes(application.clients.iter().map(String::as_str));
            let token = if application.id_token { "yes" } else { "no" };
            let name = code(&application.name) + &plain(&tenant);
            text += &row(&[&name, &code(&application.claim), token, &path, &clients]);
        }
    }
    text + "\n"
}

fn owners(platforms: &[CompiledPlatform]) -> String {
    let mut text =
        row(&["target group", "applications", "owner", "protected"]) + "| --- | --- | --- | --- |\n";
    for group in platforms.first().map(inspect::target_groups).unwrap_or_default() {
        let owner = given(group.owner.as_deref(), "`owner` of the group in platform.yaml");
        let applications = codes(group.applications.iter().map(String::as_str));
        text += &row(&[&code(&group.name), &applications, &owner, if group.protected { "yes" } else { "" }]);
    }
    text + "\n"
}

fn customers(organizations: &[OrganizationDetails]) -> String {
    let mut text =
        row(&["customer", "organization", "connections", "owners of rules"]) + "| --- | --- | --- | --- |\n";
    for organization in organizations {
        let id = match &organization.id {
            Some(id) if is_unfilled(id) => todo("the id that Auth0 gives"),
            Some(id) => code(id),
            None => "none".to_owned(),
        };
        let connections: Vec<String> = organization
            .connections
            .iter()
            .map(|it| format!("{} ({})", code(&it.name), it.strategy))
            .collect();
        let owners = match organization.owners.as_slice() {
            [] => todo("`owner` of the rules"),
            owners => owners.iter().map(|owner| plain(owner)).collect::<Vec<_>>().join(", "),
        };
        text += &row(&[&code(&organization.name), &id, &connections.join(", "), &owners]);
    }
    text + "\n"
}
