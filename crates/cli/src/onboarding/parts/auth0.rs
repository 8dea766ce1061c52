//! The part for the owners of the Auth0 tenant.

use claimsmith::compiler::MetadataWriter;

use crate::onboarding::bodies;
use crate::onboarding::facts::Facts;
use crate::onboarding::samples::claim;
use crate::onboarding::settings;
use crate::onboarding::words::{code, codes, row};
use crate::packaging::MappingPlace;
use crate::placeholders::Contents;

pub(super) fn auth0(facts: &Facts<'_>) -> Contents {
    let requests = bodies::requests(facts);
    let numbered = requests.iter().zip(1..).map(|(request, step)| {
        row(&[&format!("{step}. {}", request.what), &code(&request.request), &code(request.file)])
    });
    let settings = settings::settings(facts);
    let values: Vec<_> = settings.iter().flat_map(|it| settings::customer_values(it)).collect();
    let keywords: Vec<String> = values.iter().map(|it| settings::keyword(&facts.details.name, *it)).collect();
    let mut variables: Vec<&str> = values.iter().map(|it| it.variable).collect();
    if let MappingPlace::Block(MetadataWriter::Terraform) = facts.place {
        variables.push("metadata");
    }
    let kinds =
        if settings.is_some() { "[\"organizations\", \"connections\"]" } else { "[\"organizations\"]" };
    vec![
        (
            "scopes",
            if facts.has_scim() {
                ", `create:scim_config`, `create:scim_token`".to_owned()
            } else {
                String::new()
            },
        ),
        ("requests", numbered.collect()),
        ("id-in-file", id_in_file(facts)),
        ("ticket", ticket(facts)),
        ("included", kinds.to_owned()),
        (
            "keywords",
            match keywords.as_slice() {
                [] => "The tree has no value of the customer.".to_owned(),
                keywords => format!(
                    "`AUTH0_KEYWORD_REPLACE_MAPPINGS` in it gives the values of the customer: {}.\nLet the job write that file, and never commit it.",
                    codes(keywords.iter().map(String::as_str))
                ),
            },
        ),
        (
            "variables",
            match variables.as_slice() {
                [] => "it has no variables".to_owned(),
                variables => format!("its variables are {}", codes(variables.iter().copied())),
            },
        ),
        ("attributes", attributes(facts)),
        ("scim", scim(facts)),
    ]
}

/// Where the id of the organization is to be.
fn id_in_file(facts: &Facts<'_>) -> String {
    let file = code(&facts.details.file);
    match &facts.details.id {
        Some(id) if facts.has_placeholder() => {
            format!("The organization's id goes to `organization` in {file}, in place of {}.", code(id))
        }
        Some(id) => format!("The organization's id is {}, as {file} has it.", code(id)),
        None => format!(
            "{file} names no organization: if the customer is to have one, its id goes to `organization` there."
        ),
    }
}

fn ticket(facts: &Facts<'_>) -> String {
    let Some(ticket) = bodies::ticket(facts) else {
        return format!(
            "Auth0 has no self-service tickets for the strategy `{}`.\n",
            facts.connection.strategy
        );
    };
    format!(
        "A ticket lets the customer's IT department set up the connection by itself, step by step.\n\n\
         1. Create the organization, and enter its id in {file}.\n\
         2. {request} with {file}, where `ID` is a self-service profile that allows the strategy `{strategy}` (scope `create:sso_access_tickets`: *confirm*).\n\
         3. Send the address in the answer to the customer; it can be used for five days.\n\
         4. When the connection exists, compare its options with `auth0/api/connection.json`: a ticket sets no map of attributes.\n",
        file = code(ticket.file),
        request = code(&ticket.request),
        strategy = facts.connection.strategy,
    )
}

fn attributes(facts: &Facts<'_>) -> String {
    let kept = match claim(facts) {
        Some(claim) => format!("The groups have to be in the profile at {}.\n", code(&claim.pointer)),
        None => String::new(),
    };
    let own = match facts.connection.strategy {
        "waad" => {
            "`ext_groups` lets Auth0 ask for the groups, and only direct ones: `ext_nested_groups` adds those of groups in groups.\nWhich number `max_groups_to_retrieve` has if it is not set: *confirm*.\n"
        }
        "okta" => {
            "Auth0's template \"Okta basic\" maps the groups of `/userinfo` to `federated_groups`, joined by commas: *confirm* that the profile of a test user has them.\n"
        }
        "oidc" => {
            "`bind_all` keeps lists as they are; `use_map` would join them with commas.\nWhether `bind_all` keeps a claim called `groups` or `roles`: *confirm*. Groups of Entra ID are stored in `group_ids`.\n"
        }
        "samlp" => {
            "`fieldsMap` names the attributes of the assertion; one group arrives as a string, several as a list, none as nothing.\n"
        }
        "adfs" => {
            "Auth0 keeps the last part of the claim type as the name of the attribute: *confirm* with the profile of a test user.\n"
        }
        "pingfederate" => {
            "The connection has no map of attributes: the name in the assertion is the name in the profile.\n"
        }
        "google-apps" => {
            "`ext_groups` gives names, and `ext_groups_extended` objects with `id`, `email` and `name`.\n"
        }
        "ad" => "The connector decides: `GROUP_PROPERTY` in its configuration.\n",
        _ => "TODO: how the groups come into the profile.\n",
    };
    kept + own
}

fn scim(facts: &Facts<'_>) -> String {
    if !facts.guide.has_scim {
        return format!(
            "Auth0 takes no SCIM for the strategy `{}`: users who leave are blocked by the platform, or by a synchronization of its own.\n",
            facts.connection.strategy
        );
    }
    if !facts.has_scim() {
        return "This kit has no SCIM; `--scim` adds it, so that a user who is disabled in the directory is blocked in Auth0.\n".to_owned();
    }
    let frozen = if facts.reads_provisioned() {
        "The groups are those that SCIM pushes; groups in groups do not arrive, and names have 1 to 128 printable ASCII characters."
    } else {
        "The groups are those of the login. Auth0's guide turns the update of attributes at each login off where SCIM is on; leave it on here, or the groups are frozen (*confirm* on a test tenant)."
    };
    format!(
        "1. Send the requests for SCIM above, after the connection exists.\n\
         2. Give the customer the endpoint `https://{}/scim/v2/connections/CONNECTION_ID` and the token, over a safe way. A connection has at most two tokens, so one can be rotated without a gap.\n\
         3. Enter the date on which the token expires in [handover.md](handover.md); the body asks for 90 days.\n\
         4. {frozen}\n\
         5. `active: false` blocks the user, ends the sessions and revokes refresh tokens; a deleted user is deleted in Auth0.\n",
        facts.domain.unwrap_or("DOMAIN"),
    )
}
