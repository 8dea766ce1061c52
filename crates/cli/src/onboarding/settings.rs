//! The options of a connection, for the Management API, auth0-deploy-cli and Terraform.
//!
//! Sources: `CreateConnectionRequestContent…` and `ConnectionOptions…` of the npm package `auth0` 7.1,
//! auth0.com/docs/authenticate/identity-providers/enterprise-identity-providers (azure-active-directory/v2, okta,
//! configure-pkce-claim-mapping-for-oidc, google-apps).

use serde_json::{Map, Value as Json, json};

use super::facts::Facts;
use super::words::todo;

/// The value of an option.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Setting {
    /// The same in every form.
    Fixed(Json),
    /// What the customer gives the platform.
    Customer(CustomerValue),
}

/// A value that only the customer knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CustomerValue {
    /// Its name as a variable.
    pub(crate) variable: &'static str,
    /// What it is.
    pub(crate) what: &'static str,
    pub(crate) is_secret: bool,
}

const CLIENT_ID: CustomerValue =
    CustomerValue { variable: "client_id", what: "the client id that the customer gave", is_secret: false };
const CLIENT_SECRET: CustomerValue = CustomerValue {
    variable: "client_secret",
    what: "the client secret that the customer gave",
    is_secret: true,
};

const fn value(variable: &'static str, what: &'static str) -> Setting {
    Setting::Customer(CustomerValue { variable, what, is_secret: false })
}

/// The options of the kit's connection, in the order of Auth0's guides; `None` if the type of the connection is not
/// known.
pub(crate) fn settings(facts: &Facts<'_>) -> Option<Vec<(&'static str, Setting)>> {
    let strategy = facts.connection.strategy;
    let yes = || Setting::Fixed(true.into());
    let client =
        [("client_id", Setting::Customer(CLIENT_ID)), ("client_secret", Setting::Customer(CLIENT_SECRET))];
    let mut settings = match strategy {
        "waad" => vec![
            ("tenant_domain", value("tenant_domain", "the primary domain of the customer's directory")),
            ("identity_api", Setting::Fixed("microsoft-identity-platform-v2.0".into())),
            ("basic_profile", yes()),
            ("ext_profile", yes()),
            ("ext_groups", yes()),
        ],
        "okta" => vec![
            ("domain", value("okta_domain", "the customer's Okta domain")),
            ("type", Setting::Fixed("back_channel".into())),
            ("scope", Setting::Fixed("openid profile email groups".into())),
            (
                "attribute_map",
                Setting::Fixed(json!({
                    "mapping_mode": "basic_profile", "userinfo_scope": "openid profile email groups",
                })),
            ),
        ],
        "oidc" => vec![
            ("discovery_url", value("discovery_url", "the address of the customer's discovery document")),
            ("type", Setting::Fixed("back_channel".into())),
            ("scope", Setting::Fixed("openid profile email".into())),
            ("attribute_map", Setting::Fixed(json!({ "mapping_mode": "bind_all" }))),
        ],
        "samlp" => vec![
            ("metadataUrl", value("metadata_url", "the address of the customer's SAML metadata")),
            ("signSAMLRequest", yes()),
            ("fieldsMap", Setting::Fixed(fields_map(facts))),
        ],
        "adfs" => {
            vec![("adfs_server", value("adfs_server", "the address of the customer's federation metadata"))]
        }
        "pingfederate" => vec![
            (
                "pingFederateBaseUrl",
                value("ping_federate_base_url", "the base address of the customer's PingFederate"),
            ),
            ("signingCert", value("signing_cert", "the customer's signing certificate in PEM")),
        ],
        "google-apps" => vec![
            ("domain", value("workspace_domain", "the domain of the customer's Workspace")),
            ("ext_groups", yes()),
            (
                "ext_groups_extended",
                Setting::Fixed(facts.source().is_some_and(|it| it.field.is_some()).into()),
            ),
        ],
        "ad" => Vec::new(),
        _ => return None,
    };
    if matches!(strategy, "waad" | "okta" | "oidc" | "google-apps") {
        settings.splice(0..0, client);
    }
    settings.push(("set_user_root_attributes", Setting::Fixed("on_each_login".into())));
    Some(settings)
}

/// Which attribute of an assertion becomes which attribute of the profile. What is not listed keeps its name.
fn fields_map(facts: &Facts<'_>) -> Json {
    let mut map = json!({ "email": "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress" });
    let name = facts.source().and_then(|source| source.from.strip_prefix('/'));
    if let (Some(map), Some(name)) = (map.as_object_mut(), name.filter(|name| !name.contains('/'))) {
        let name = name.replace("~1", "/").replace("~0", "~");
        map.insert(name.clone(), name.into());
    }
    map
}

/// The options as the Management API takes them; what the customer gives is a `TODO`.
pub(crate) fn for_api(settings: &[(&'static str, Setting)]) -> Json {
    object(settings, |value| todo(value.what))
}

/// The options as auth0-deploy-cli takes them; what the customer gives is a keyword of its configuration.
pub(crate) fn for_deploy_cli(settings: &[(&'static str, Setting)], organization: &str) -> Json {
    object(settings, |value| format!("##{}##", keyword(organization, value)))
}

/// The name of a value in the keyword mappings of auth0-deploy-cli.
pub(crate) fn keyword(organization: &str, value: CustomerValue) -> String {
    format!("{organization}_{}", value.variable).replace('-', "_").to_uppercase()
}

/// What the customer gives, in the order of the options.
pub(crate) fn customer_values(settings: &[(&'static str, Setting)]) -> impl Iterator<Item = CustomerValue> {
    settings.iter().filter_map(|(_, setting)| match setting {
        Setting::Customer(value) => Some(*value),
        Setting::Fixed(_) => None,
    })
}

fn object(settings: &[(&'static str, Setting)], of_customer: impl Fn(CustomerValue) -> String) -> Json {
    let value = |setting: &Setting| match setting {
        Setting::Fixed(value) => value.clone(),
        Setting::Customer(value) => of_customer(*value).into(),
    };
    let members: Map<String, Json> =
        settings.iter().map(|(name, setting)| ((*name).to_owned(), value(setting))).collect();
    members.into()
}
