//! One organization in detail: where its groups are read, and what they can lead to.

use super::super::CompiledPlatform;
use super::overview::row_of;
use crate::language::model::{
    Application, Connection, From, OwnedForm, OwnedShape, OwnedSource, Profile, TargetGroup,
};

/// What a kit for a customer says about its organization.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct OrganizationDetails {
    /// The name of its mapping.
    pub name: String,
    /// The path of its file.
    pub file: String,
    /// The id of its Auth0 organization in the platform's tenant.
    pub id: Option<String>,
    /// Its connections, in the order of the file.
    pub connections: Vec<ConnectionDetails>,
    /// The applications that can receive one of its groups, sorted by name.
    pub applications: Vec<ApplicationDetails>,
    /// The target groups that its rules and defaults can grant, sorted by name.
    pub groups: Vec<GrantedGroup>,
    /// The `owner`s of its rules, sorted.
    pub owners: Vec<String>,
}

/// A connection and its sources.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ConnectionDetails {
    /// Its name in Auth0.
    pub name: String,
    /// Its strategy in Auth0.
    pub strategy: &'static str,
    /// Where its groups are read; empty if it sends none.
    pub sources: Vec<SourceDetails>,
}

/// Where groups are read, in the words of mapping files.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct SourceDetails {
    /// A JSON Pointer below `event.user`, `provisioned` or `auth0-roles`.
    pub from: String,
    /// The shape.
    pub shape: &'static str,
    /// What separates the groups of one string.
    pub delimiter: Option<String>,
    /// The member of each object that holds the group.
    pub field: Option<String>,
    /// The form of each entry.
    pub form: &'static str,
    /// How many entries mean that the list was cut.
    pub cap: Option<u32>,
    /// Whether a missing attribute means that there are no groups.
    pub absent_is_empty: bool,
}

/// A target group with the platform's answers about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct GrantedGroup {
    /// Its name.
    pub name: String,
    /// The names of its applications, sorted.
    pub applications: Vec<String>,
    /// The team that is responsible for it.
    pub owner: Option<String>,
    /// Whether it is granted only by rules that say so.
    pub protected: bool,
}

/// How an application receives groups.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ApplicationDetails {
    /// Its name.
    pub name: String,
    /// Its client ids in the platform's tenant, in the order of the file.
    pub clients: Vec<String>,
    /// The name of its groups claim.
    pub claim: String,
    /// Whether the ID token carries the claim.
    pub id_token: bool,
    /// Its SAML attribute, if it has one.
    pub saml_attribute: Option<String>,
    /// What separates the groups of a claim that is one string.
    pub joined_by: Option<String>,
    /// Whether its profile is `qlik-cloud`.
    pub is_qlik_cloud: bool,
}

/// The details of an organization in the platform's tenant; `None` if it has none with this name.
pub fn organization(platform: &CompiledPlatform, name: &str) -> Option<OrganizationDetails> {
    let organization = platform.organizations().find(|it| it.name == name)?;
    let row = row_of(platform, name)?;
    let grants = |group: &GrantedGroup| {
        row.groups.get(&group.name).is_some_and(|entries| entries.iter().any(|it| it.effect != "exclude"))
    };
    let mut groups = target_groups(platform);
    groups.retain(grants);
    let model = &platform.model.platform;
    let applications = model.applications.iter().map(|it| application(it, platform.tenant));
    let receives = |it: &ApplicationDetails| groups.iter().any(|group| group.applications.contains(&it.name));
    let applications = applications.filter(receives).collect();
    let mut owners: Vec<String> = organization.rules.iter().filter_map(|rule| rule.owner.clone()).collect();
    owners.sort();
    owners.dedup();
    Some(OrganizationDetails {
        name: organization.name.clone(),
        file: organization.file.clone(),
        id: organization.ids.get(platform.tenant).map(|id| id.value.clone()),
        connections: organization.connections.iter().map(connection).collect(),
        applications,
        groups,
        owners,
    })
}

/// An organization and where its groups are read.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct OrganizationConnections {
    /// The name of its mapping.
    pub name: String,
    /// The path of its file.
    pub file: String,
    /// The id of its Auth0 organization in the platform's tenant.
    pub id: Option<String>,
    /// Its connections, in the order of the file.
    pub connections: Vec<ConnectionDetails>,
}

/// All organizations of the platform's tenant with their connections, sorted by name.
pub fn organization_connections(
    platform: &CompiledPlatform,
) -> impl Iterator<Item = OrganizationConnections> {
    platform.organizations().map(|organization| OrganizationConnections {
        name: organization.name.clone(),
        file: organization.file.clone(),
        id: organization.ids.get(platform.tenant).map(|id| id.value.clone()),
        connections: organization.connections.iter().map(connection).collect(),
    })
}

/// Whether an organization of the platform's tenant has the policy `refresh` with an age.
pub fn limits_refresh(platform: &CompiledPlatform) -> bool {
    let default = platform.model.platform.policies.refresh;
    platform.organizations().any(|it| it.refresh.unwrap_or(default).is_some())
}

/// All applications, sorted by name.
pub fn applications(platform: &CompiledPlatform) -> Vec<ApplicationDetails> {
    platform.model.platform.applications.iter().map(|it| application(it, platform.tenant)).collect()
}

/// All target groups of the registry, sorted by name.
pub fn target_groups(platform: &CompiledPlatform) -> Vec<GrantedGroup> {
    let model = &platform.model.platform;
    let name = |at: &usize| model.applications.get(*at).map(|it| it.name.value.clone());
    let group = |group: &TargetGroup| GrantedGroup {
        name: group.name.value.clone(),
        applications: group.applications.iter().filter_map(name).collect(),
        owner: group.owner.clone(),
        protected: group.protected,
    };
    model.groups.iter().map(group).collect()
}

fn application(application: &Application, tenant: usize) -> ApplicationDetails {
    ApplicationDetails {
        name: application.name.value.clone(),
        clients: application.clients_in(tenant).iter().map(|client| client.value.clone()).collect(),
        claim: application.claim.as_ref().map(|claim| claim.value.clone()).unwrap_or_default(),
        id_token: application.tokens.id,
        saml_attribute: application.saml_attribute.as_ref().map(|it| it.value.clone()),
        joined_by: application.joined_by.as_ref().map(|it| it.value.clone()),
        is_qlik_cloud: application.profile == Profile::QlikCloud,
    }
}

fn connection(connection: &Connection) -> ConnectionDetails {
    ConnectionDetails {
        name: connection.name.value.clone(),
        strategy: connection.strategy.name(),
        sources: connection.sources.iter().map(source).collect(),
    }
}

fn source(source: &OwnedSource) -> SourceDetails {
    SourceDetails {
        from: match &source.from {
            From::Attribute { pointer, .. } => pointer.clone(),
            From::Provisioned => "provisioned".to_owned(),
            From::Auth0Roles => "auth0-roles".to_owned(),
        },
        shape: shape(&source.shape),
        delimiter: source.shape.delimiter().map(str::to_owned),
        field: source.shape.field().map(str::to_owned),
        form: match source.form {
            OwnedForm::Plain => "plain",
            OwnedForm::DistinguishedName { .. } => "dn",
            OwnedForm::Domain { .. } => "domain",
            OwnedForm::Email { .. } => "email",
            OwnedForm::Path => "path",
        },
        cap: source.cap,
        absent_is_empty: source.absent == crate::login::source::Absent::Empty,
    }
}

fn shape(shape: &OwnedShape) -> &'static str {
    match shape {
        OwnedShape::List => "list",
        OwnedShape::ListOrString | OwnedShape::ListOfDelimited(_) => "list-or-string",
        OwnedShape::Text => "string",
        OwnedShape::Delimited(_) => "delimited",
        OwnedShape::DelimitedOrList(_) => "delimited-or-list",
        OwnedShape::Objects(_) => "objects",
        OwnedShape::ObjectsOrObject(_) => "objects-or-object",
        OwnedShape::Values(_) => "values",
        OwnedShape::Json(_) => "json",
        OwnedShape::Keys(_) => "keys",
    }
}
