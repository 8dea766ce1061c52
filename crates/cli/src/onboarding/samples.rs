//! What a login of the customer looks like: at the identity provider, and in Auth0.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value as Json, json};

use super::facts::{Facts, TestUser};
use super::guide::Carrier;
use claimsmith::Outcome;

/// The type of the groups claim in a token of ADFS; Auth0 keeps its last part.
const ADFS_GROUP: &str = "http://schemas.xmlsoap.org/claims/Group";

/// How the customer's groups travel from the identity provider to the profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    /// The name of the claim or the attribute at the identity provider.
    pub(crate) name: String,
    /// A JSON Pointer to where Auth0 keeps it, below the profile.
    pub(crate) pointer: String,
    /// What Auth0 puts between the groups, if it makes one string of them.
    pub(crate) joined: Option<String>,
}

/// The claim of a kit; `None` if the groups are not in what the identity provider sends at a login.
pub(crate) fn claim(facts: &Facts<'_>) -> Option<Claim> {
    let pointer = facts.source()?.from.clone();
    let attribute = pointer.rsplit('/').next().filter(|_| pointer.starts_with('/'))?;
    let attribute = attribute.replace("~1", "/").replace("~0", "~");
    let (name, joined) = match (facts.connection.strategy, attribute.as_str()) {
        // Auth0's template for Okta joins the groups of `/userinfo`.
        ("okta", "federated_groups") => ("groups".to_owned(), Some(",".to_owned())),
        ("oidc", "group_ids") => ("groups".to_owned(), None),
        ("adfs", "Group") => (ADFS_GROUP.to_owned(), None),
        _ => (attribute, None),
    };
    Some(Claim { name, pointer, joined })
}

/// The files with samples, by their paths below the kit's folder.
pub(crate) fn files(facts: &Facts<'_>) -> Vec<(&'static str, String)> {
    let mut files = vec![("samples/profile.json", pretty(&profile(facts)))];
    match facts.guide.carrier {
        Carrier::Token => {
            if let Some(payload) = payload(facts) {
                files.push(("samples/token.json", pretty(&payload)));
                files.push(("samples/token.txt", token(&payload)));
            }
        }
        Carrier::Saml | Carrier::WsFederation => {
            if let Some(statement) = statement(facts) {
                files.push(("samples/attributes.xml", statement));
            }
        }
        Carrier::Directory | Carrier::Connector | Carrier::Unknown => {}
    }
    files.push(("samples/test-users.json", pretty(&test_users(facts))));
    files
}

/// The profile of the first test user that gets a group, or of the first one.
pub(crate) fn profile(facts: &Facts<'_>) -> Json {
    let gets_groups = |user: &&TestUser| user.outcome == Outcome::Groups && !user.groups.is_empty();
    let user = facts.users.iter().find(gets_groups).or(facts.users.first());
    user.map_or_else(|| json!({}), |user| user.profile.clone())
}

/// The groups of the sample, as the identity provider sends them.
fn sent(facts: &Facts<'_>) -> Option<(Claim, Json)> {
    let claim = claim(facts)?;
    let value = profile(facts).pointer(&claim.pointer)?.clone();
    let value = match (&claim.joined, value) {
        (Some(delimiter), Json::String(text)) => text.split(delimiter.as_str()).collect(),
        (_, value) => value,
    };
    Some((claim, value))
}

/// The payload of an ID token.
pub(crate) fn payload(facts: &Facts<'_>) -> Option<Json> {
    let (claim, value) = sent(facts)?;
    let mut payload = json!({
        "iss": "https://identity-provider.example", "aud": "the-client-id", "sub": "sample-user",
        "email": "sample.user@customer.example", "email_verified": true,
    });
    payload.as_object_mut()?.insert(claim.name, value);
    Some(payload)
}

/// A token without a signature: the page decodes it, and no service accepts it.
fn token(payload: &Json) -> String {
    let encode = |json: &Json| BASE64_URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.\n", encode(&json!({ "alg": "none", "typ": "JWT" })), encode(payload))
}

/// The attributes of an assertion.
pub(crate) fn statement(facts: &Facts<'_>) -> Option<String> {
    let (claim, value) = sent(facts)?;
    let values: Vec<&str> = match &value {
        Json::Array(values) => values.iter().filter_map(Json::as_str).collect(),
        Json::String(value) => vec![value],
        _ => return None,
    };
    let mut text =
        "<saml:AttributeStatement xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">\n".to_owned();
    let _ = writeln!(text, "  <saml:Attribute Name=\"{}\">", escape_xml(&claim.name));
    for value in values {
        let _ = writeln!(text, "    <saml:AttributeValue>{}</saml:AttributeValue>", escape_xml(value));
    }
    text += "  </saml:Attribute>\n</saml:AttributeStatement>\n";
    Some(text)
}

/// Text as a part of XML or HTML.
pub(crate) fn escape_xml(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}

fn test_users(facts: &Facts<'_>) -> Json {
    let user = |user: &TestUser| {
        json!({
            "name": user.name,
            "application": user.application,
            "profile": user.profile,
            "provisioned": user.provisioned,
            "expect": { "outcome": user.outcome.word(), "reason": user.reason, "groups": user.groups },
        })
    };
    facts.users.iter().map(user).collect()
}

/// JSON as a file.
pub(crate) fn pretty(json: &Json) -> String {
    format!("{json:#}\n")
}
