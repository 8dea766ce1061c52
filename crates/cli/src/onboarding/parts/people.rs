//! The parts about test users and about who does what.

use claimsmith::Outcome;

use super::applications::owner;
use crate::onboarding::facts::{Facts, TestUser};
use crate::onboarding::words::{code, codes, given, plain, row, todo};
use crate::placeholders::Contents;

pub(super) fn test_users(facts: &Facts<'_>) -> Contents {
    let mut users = row(&["user", "application", "groups sent", "expected"]) + "| --- | --- | --- | --- |\n";
    for (user, number) in facts.users.iter().zip(1..) {
        let name = format!("{number}. {}", plain(&user.name));
        users += &row(&[&name, &code(&user.application), &user.received.to_string(), &expected(user)]);
    }
    if facts.users.is_empty() {
        users = todo("the mapping has no cases for this connection; write them first") + "\n";
    }
    let cases = facts.details.file.strip_suffix(".yaml").map(|stem| format!("{stem}.test.yaml"));
    let absent = facts.source().is_some_and(|source| source.absent_is_empty);
    let no_groups = if absent {
        "no groups"
    } else {
        "no groups if an empty list is sent; if nothing is sent, what the policy `incomplete` says"
    };
    vec![
        ("users", users),
        ("cases-file", code(cases.as_deref().unwrap_or(&facts.details.file))),
        ("no-groups", no_groups.to_owned()),
    ]
}

fn expected(user: &TestUser) -> String {
    let groups = match user.outcome {
        Outcome::Groups if user.groups.is_empty() => "no groups".to_owned(),
        Outcome::Groups => codes(user.groups.iter().map(String::as_str)),
        Outcome::Deny => "the login is refused".to_owned(),
        _ => "the login is not changed".to_owned(),
    };
    let reason = if user.reason == "ok" { String::new() } else { format!(" (`{}`)", user.reason) };
    let unmatched = match user.unmatched.as_slice() {
        [] => String::new(),
        names => format!("; no rule matches {}", codes(names.iter().map(String::as_str))),
    };
    groups + &reason + &unmatched
}

pub(super) fn handover(facts: &Facts<'_>) -> Contents {
    let owners: Vec<String> = facts.details.owners.iter().map(|owner| plain(owner)).collect();
    let rule_owners =
        if owners.is_empty() { todo("`owner` of the rules in the mapping") } else { owners.join(", ") };
    let group_owners = facts
        .details
        .groups
        .iter()
        .map(|group| row(&[&format!("who may be in {}", code(&group.name)), &owner(group)]));
    let rotation =
        given(facts.options.rotations.scim_token.as_deref(), "a date (`--rotate scim-token=DATE`)");
    let scim_rotation = if facts.has_scim() {
        row(&["SCIM token of the connection", &rotation, "the customer"])
    } else {
        String::new()
    };
    let organization = facts.organization_id().unwrap_or("ORGANIZATION_ID");
    let cut_off =
        format!("$ auth0 api delete organizations/{organization}/enabled_connections/CONNECTION_ID");
    vec![
        ("rule-owners", rule_owners),
        ("group-owners", group_owners.collect()),
        ("scim-rotation", scim_rotation),
        ("cut-off", cut_off),
        ("limits", limits(facts)),
    ]
}

fn limits(facts: &Facts<'_>) -> String {
    let mut limits = vec![
        "The profile of a user in Auth0 has at most 10 KB; very long lists of groups may fail to be stored.".to_owned(),
        "When a refresh token is exchanged, the identity provider is not asked: groups are those of the last login.".to_owned(),
    ];
    let own = match facts.connection.strategy {
        "waad" => {
            "Display names of Entra groups can be changed and are not unique: grant protected groups by ids, over a connection that sends them."
        }
        "okta" => "A comma in the name of a group looks like two groups.",
        "oidc" => "Above 200 groups Entra sends a sign in place of the list, and the login is incomplete.",
        "samlp" | "pingfederate" => {
            "One group arrives as a string, and a user in none may send no attribute."
        }
        "adfs" => "Groups that are sent by name are not unique across domains.",
        "google-apps" => {
            "Above 200 groups the list may be missing, and consent that is revoked ends all groups."
        }
        "ad" => "If the directory does not answer within 20 seconds, the login has no groups.",
        _ => "TODO: the limits of this identity provider.",
    };
    limits.push(own.to_owned());
    limits.iter().map(|limit| format!("- {limit}\n")).collect()
}
