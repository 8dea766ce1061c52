//! The part for the customer's IT department.

use crate::onboarding::facts::Facts;
use crate::onboarding::guide::Carrier;
use crate::onboarding::samples::{self, claim};
use crate::onboarding::words::{code, row};
use crate::placeholders::Contents;

pub(super) fn identity_provider(facts: &Facts<'_>) -> Contents {
    let claim = claim(facts);
    let source = facts.source();
    let is_provisioned = facts.reads_provisioned();
    let carrier = match facts.guide.carrier {
        _ if source.is_none() => "nothing: the connection sends no groups, and conditions decide",
        _ if is_provisioned => "SCIM: the directory pushes groups and their members to Auth0",
        Carrier::Directory => "nothing in the token: Auth0 asks the directory at the login",
        Carrier::Token => "the ID token, or the answer of `/userinfo`",
        Carrier::Saml => "an attribute of the SAML assertion",
        Carrier::WsFederation => "a claim of the WS-Federation token",
        Carrier::Connector => "the connector: it asks the directory at the login",
        Carrier::Unknown => "TODO: what carries the groups",
    };
    let name = match (&claim, facts.guide.carrier) {
        (Some(claim), Carrier::Token | Carrier::Saml | Carrier::WsFederation | Carrier::Unknown) => {
            code(&claim.name)
        }
        _ => "none".to_owned(),
    };
    let kept = match &claim {
        Some(claim) => format!("in the profile, at {}", code(&claim.pointer)),
        None if is_provisioned => "as groups of the connection".to_owned(),
        None => "nowhere".to_owned(),
    };
    let kept = match claim.as_ref().and_then(|claim| claim.joined.as_ref()) {
        Some(delimiter) => format!("{kept}, as one string with {} between the groups", code(delimiter)),
        None => kept,
    };
    vec![
        ("steps", facts.guide.steps.trim_end().to_owned()),
        ("values", values(facts)),
        ("carrier", carrier.to_owned()),
        ("claim", name),
        ("shape", shape(facts)),
        ("form", form(facts)),
        ("attribute", kept),
        ("absent", match source {
            Some(source) if source.absent_is_empty => "a missing list means that there are no groups".to_owned(),
            _ => "send an empty list, or tell the platform that nothing is sent: a missing list is an error otherwise".to_owned(),
        }),
        ("cap", source.and_then(|source| source.cap).map_or_else(
            || "no number is known; send only the groups of the platform".to_owned(),
            |cap| format!("{cap} groups: a list of this length counts as cut"),
        )),
        ("sample", sample(facts)),
        ("paste", match facts.guide.carrier {
            Carrier::Token => "an ID token, its payload, or a profile from Auth0".to_owned(),
            _ => "a profile from Auth0, or a list of groups".to_owned(),
        }),
    ]
}

/// What the customer enters at the identity provider.
fn values(facts: &Facts<'_>) -> String {
    let domain = facts.domain.unwrap_or("DOMAIN");
    let name = &facts.connection.name;
    let callback = format!("https://{domain}/login/callback");
    let entity = format!("urn:auth0:{}:{name}", facts.tenant_id.unwrap_or("TENANT"));
    let mut rows = String::new();
    if facts.domain.is_none() {
        rows += &row(&["`DOMAIN`, and `TENANT`, which is its beginning", &facts.domain_or_todo()]);
    }
    match facts.guide.carrier {
        Carrier::Directory | Carrier::Token => rows += &row(&["redirect URI", &code(&callback)]),
        Carrier::Saml => {
            let with_connection = format!("{callback}?connection={name}");
            rows += &row(&["assertion consumer service, or post-back URL", &code(&with_connection)]);
            rows += &row(&["entity id, or audience", &code(&entity)]);
        }
        Carrier::WsFederation => {
            rows += &row(&["WS-Federation endpoint", &format!("{} (*confirm*)", code(&callback))]);
            rows += &row(&["identifier", &format!("{} (*confirm*)", code(&entity))]);
        }
        Carrier::Connector => {
            rows += &row(&["provisioning ticket", "TODO: the address that Auth0 shows for the connection"])
        }
        Carrier::Unknown => rows += &row(&["values", "TODO: what this identity provider needs"]),
    }
    rows
}

fn shape(facts: &Facts<'_>) -> String {
    let Some(source) = facts.source() else { return "none".to_owned() };
    if claim(facts).is_some_and(|claim| claim.joined.is_some()) {
        return "a list of names".to_owned();
    }
    let field = source.field.as_deref().map(code).unwrap_or_default();
    match source.shape {
        "list" => "a list, also for one group".to_owned(),
        "list-or-string" => "a list; one group may be a single value".to_owned(),
        "string" => "one string, which is one group".to_owned(),
        "delimited" | "delimited-or-list" => {
            let delimiter = source.delimiter.as_deref().map(code).unwrap_or_default();
            format!("one string, with {delimiter} between the groups")
        }
        "objects" | "objects-or-object" => format!("a list of objects, whose member {field} holds the group"),
        "json" => "a string that holds JSON".to_owned(),
        "keys" => "an object, whose members are named like the groups".to_owned(),
        _ => "an object, whose members' values are the groups".to_owned(),
    }
}

fn form(facts: &Facts<'_>) -> String {
    let form = match facts.source().map(|source| source.form) {
        None => "none",
        Some("dn") => "a distinguished name, such as `CN=name,OU=Groups,DC=customer,DC=example`",
        Some("domain") => "the name of the domain and of the group: `DOMAIN\\name`",
        Some("email") => "an e-mail address",
        Some("path") => "a path, such as `/group`",
        Some(_) if facts.connection.strategy == "oidc" => {
            "the object id of the group, or its name if that is what arrives"
        }
        Some(_) => "its name",
    };
    form.to_owned()
}

fn sample(facts: &Facts<'_>) -> String {
    let block = |title: &str, language: &str, text: &str| format!("{title}\n\n```{language}\n{text}```\n\n");
    let mut text = "## A sample\n\n".to_owned();
    match facts.guide.carrier {
        Carrier::Token => {
            if let Some(payload) = samples::payload(facts) {
                let title = "The payload of the ID token, or the answer of `/userinfo`; `samples/token.txt` is the same as a token without a signature:";
                text += &block(title, "json", &samples::pretty(&payload));
            }
        }
        Carrier::Saml | Carrier::WsFederation => {
            if let Some(statement) = samples::statement(facts) {
                text += &block("The attributes of the assertion:", "xml", &statement);
            }
        }
        Carrier::Directory | Carrier::Connector | Carrier::Unknown => {}
    }
    text + &block("The profile that Auth0 makes of it:", "json", &samples::pretty(&samples::profile(facts)))
}
