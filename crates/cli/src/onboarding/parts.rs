//! The parts of a kit in Markdown.

use claimsmith::Outcome;
use claimsmith::compiler::inspect::{ApplicationDetails, GrantedGroup};

use super::bodies;
use super::facts::{Facts, TestUser};
use super::guide::Carrier;
use super::samples::{self, claim};
use super::settings;
use super::words::{code, codes, given, plain, row, todo};
use crate::placeholders::fill;

/// A template of a part, by the name of the file that it becomes.
const TEMPLATES: &[(&str, &str)] = &[
    ("README.md", include_str!("../../templates/onboarding/README.md")),
    ("identity-provider.md", include_str!("../../templates/onboarding/identity-provider.md")),
    ("auth0.md", include_str!("../../templates/onboarding/auth0.md")),
    (QLIK, include_str!("../../templates/onboarding/qlik-cloud.md")),
    (CATALOG, include_str!("../../templates/onboarding/catalog.md")),
    ("test-users.md", include_str!("../../templates/onboarding/test-users.md")),
    ("cutover.md", include_str!("../../templates/onboarding/cutover.md")),
    ("handover.md", include_str!("../../templates/onboarding/handover.md")),
];

const QLIK: &str = "qlik-cloud.md";
const CATALOG: &str = "catalog.md";

/// The parts of a kit: the name of the file, and its text.
pub(crate) fn parts(facts: &Facts<'_>) -> Vec<(&'static str, String)> {
    let (has_qlik, has_others) = (facts.qlik().next().is_some(), facts.others().next().is_some());
    let is_needed = |name: &str| match name {
        QLIK => has_qlik,
        CATALOG => has_others,
        _ => true,
    };
    let common = common(facts);
    let needed = TEMPLATES.iter().filter(|(name, _)| is_needed(name));
    let part = |(name, template): &(&'static str, &'static str)| {
        let mut contents = own(name, facts);
        contents.extend(common.iter().cloned());
        (*name, fill(template, &contents))
    };
    needed.map(part).collect()
}

type Contents = Vec<(&'static str, String)>;

/// What several parts say.
fn common(facts: &Facts<'_>) -> Contents {
    let (details, options) = (facts.details, facts.options);
    let given_or = |text: &Option<String>, what: &str| given(text.as_deref(), what);
    vec![
        ("name", details.name.clone()),
        ("display", plain(facts.display())),
        ("strategy", facts.connection.strategy.to_owned()),
        ("connection", code(&facts.connection.name)),
        (
            "organization-id",
            match &details.id {
                Some(id) if facts.organization_id().is_some() => code(id),
                Some(id) => format!("TODO: the id that Auth0 gives, in place of {}", code(id)),
                None => "none: the mapping names no organization".to_owned(),
            },
        ),
        (
            "domain",
            match facts.domain {
                Some(domain) => code(domain),
                None => facts.domain_or_todo(),
            },
        ),
        ("mapping-file", code(&details.file)),
        ("digest", facts.digest.clone()),
        ("owner", given_or(&options.owner, "who is responsible for the onboarding (`--owner`)")),
        (
            "customer-contact",
            given_or(&options.customer_contact, "a contact of the customer (`--customer-contact`)"),
        ),
        (
            "emergency-contact",
            given_or(&options.emergency_contact, "who is called at any hour (`--emergency-contact`)"),
        ),
        ("pilot", given_or(&options.pilot, "the users of the pilot (`--pilot`)")),
        ("cutover", given_or(&options.cutover, "the date (`--cutover`)")),
        ("key-owner", given_or(&options.owner, "who owns the key (`--owner`)")),
        ("key-rotation", given_or(&options.rotations.api_key, "a date (`--rotate api-key=DATE`)")),
        ("idp-rotation", given_or(&options.rotations.idp_secret, "a date (`--rotate idp-secret=DATE`)")),
        ("review", given_or(&options.rotations.review, "a date (`--rotate review=DATE`)")),
    ]
}

/// What one part says.
fn own(part: &str, facts: &Facts<'_>) -> Contents {
    match part {
        "README.md" => readme(facts),
        "identity-provider.md" => identity_provider(facts),
        "auth0.md" => auth0(facts),
        QLIK => qlik(facts),
        CATALOG => catalog(facts),
        "test-users.md" => test_users(facts),
        "handover.md" => handover(facts),
        _ => Vec::new(),
    }
}

fn readme(facts: &Facts<'_>) -> Contents {
    let mut contents = String::new();
    if facts.qlik().next().is_some() {
        contents +=
            &row(&["[qlik-cloud.md](qlik-cloud.md)", "the platform: groups to create, and the claim"]);
    }
    if facts.others().next().is_some() {
        contents += &row(&["[catalog.md](catalog.md)", "the platform: groups to create first, API key"]);
    }
    let names = facts.details.applications.iter().map(|it| it.name.as_str());
    vec![("contents", contents), ("applications", codes(names))]
}

fn identity_provider(facts: &Facts<'_>) -> Contents {
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

fn auth0(facts: &Facts<'_>) -> Contents {
    let requests = bodies::requests(facts);
    let numbered = requests.iter().zip(1..).map(|(request, step)| {
        row(&[&format!("{step}. {}", request.what), &code(&request.request), &code(request.file)])
    });
    let settings = settings::settings(facts);
    let values: Vec<_> = settings.iter().flat_map(|it| settings::customer_values(it)).collect();
    let keywords: Vec<String> = values.iter().map(|it| settings::keyword(&facts.details.name, *it)).collect();
    let variables: Vec<&str> = values.iter().map(|it| it.variable).collect();
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

fn qlik(facts: &Facts<'_>) -> Contents {
    let rows = facts.qlik().map(|it| {
        let pointer = format!("/{}", it.claim.replace('~', "~0").replace('/', "~1"));
        format!("   {}", row(&[&code(&it.name), &code(&it.claim), &code(&pointer)]))
    });
    vec![("claims", rows.collect()), ("groups", indented(&groups(facts, |it| it.is_qlik_cloud)))]
}

fn catalog(facts: &Facts<'_>) -> Contents {
    let rows = facts.others().map(|it| {
        let clients = codes(it.clients.iter().map(String::as_str));
        let value = match &it.joined_by {
            Some(delimiter) => format!("one string, with {} between the groups", code(delimiter)),
            None => "a list of names".to_owned(),
        };
        row(&[&code(&it.name), &clients, &code(&it.claim), &value])
    });
    vec![
        ("applications", codes(facts.others().map(|it| it.name.as_str()))),
        ("groups", groups(facts, |it| !it.is_qlik_cloud)),
        ("claims", rows.collect()),
    ]
}

/// The table of target groups of some applications.
fn groups(facts: &Facts<'_>, is_of: impl Fn(&ApplicationDetails) -> bool) -> String {
    let names: Vec<&str> =
        facts.details.applications.iter().filter(|it| is_of(it)).map(|it| it.name.as_str()).collect();
    let mut text = row(&["group", "applications", "owner"]) + "| --- | --- | --- |\n";
    for group in &facts.details.groups {
        let own: Vec<&str> =
            group.applications.iter().map(String::as_str).filter(|it| names.contains(it)).collect();
        if !own.is_empty() {
            text += &row(&[&code(&group.name), &codes(own), &owner(group)]);
        }
    }
    text + "\n"
}

fn owner(group: &GrantedGroup) -> String {
    given(group.owner.as_deref(), "`owner` of the group in platform.yaml")
}

fn indented(text: &str) -> String {
    text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("   {line}\n") }).collect()
}

fn test_users(facts: &Facts<'_>) -> Contents {
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

fn handover(facts: &Facts<'_>) -> Contents {
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
