//! The applications of a platform: their clients, and what the claim of each accepts.

use core::ops::Range;
use std::collections::BTreeMap;

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{APPLICATION, LIMITS};
use super::model::{Application, Limits, Profile, Tokens};
use super::name_checks::{check_claim, check_name, check_option};
use super::placeholder_id::{is_placeholder, report_placeholder};
use super::policies::POLICY;
use super::scim_settings::ScimSettings;
use super::subject::Subject;
use super::tenants::{Owner, Tenants, help_own_id, read_by_tenant};
use super::values::{read_members, read_texts};
use super::yaml::{Kind, Node, Spanned};
use crate::bundle::application::OverLimit;
use crate::bundle::policy::Policy;
use crate::diagnostic::Code;
use crate::limits::{
    MAX_APPLICATION_NAME, MAX_APPLICATIONS, MAX_CLIENT, MAX_SAML_ATTRIBUTE, MAX_TARGET_GROUP,
};

/// The longest group name that Qlik Cloud takes, in characters.
///
/// Source: `@qlik/api` 2.19.0, `groups.d.ts`.
const QLIK_CLOUD_GROUP_NAME: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenWord {
    Id,
    Access,
}

/// Reads the applications; `None` if one of them is not known by then, so that nothing can be said about what refers to
/// them.
pub(super) fn read_applications(
    node: &Node,
    tenants: &Tenants,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Vec<Application>> {
    let mut clients_seen = ClientsSeen::new();
    let (mut applications, mut are_all_read) = (Vec::new(), true);
    let members = read_members(node, Subject::Key("applications"), sink)?;
    if members.is_empty() {
        sink.report(Code::EmptyList, &node.span, "`applications` has no application", None);
    }
    if members.len() > MAX_APPLICATIONS {
        let message = format!(
            "the platform has {} applications, and may have at most {MAX_APPLICATIONS}",
            members.len()
        );
        let help = "merge applications that receive the same groups: an application may have several clients";
        sink.report(Code::InvalidValue, &node.span, message, help.to_owned());
    }
    for (name, node) in members {
        check_name(name, "the application's name", MAX_APPLICATION_NAME, sink);
        let Some(fields) = Fields::read(node, &APPLICATION, sink) else {
            are_all_read = false;
            continue;
        };
        applications.push(read_application(name, &fields, tenants, &mut clients_seen, sink));
    }
    applications.sort_by(|left, right| left.name.value.cmp(&right.name.value));
    if are_all_read { Some(applications) } else { None }
}

fn read_application(
    name: &Spanned<String>,
    fields: &Fields<'_>,
    tenants: &Tenants,
    clients_seen: &mut ClientsSeen,
    sink: &mut DiagnosticSink<'_>,
) -> Application {
    let what = format!("the application `{}`", name.value.escape_debug());
    let owner = Owner { what: &what, value: "client id", key: "clients", example: "ID" };
    let node = fields.require("clients", sink);
    let clients = read_by_tenant(node, tenants, owner, sink, |node, tenant, sink| {
        read_clients(node, (&name.value, tenant), clients_seen, sink)
    });
    let written = fields.require_text("claim", sink);
    let claim = written.clone().filter(|claim| check_claim(claim, sink));
    let provenance = fields.text("provenance", sink).filter(|claim| check_claim(claim, sink));
    if let (Some(provenance), Some(claim)) = (&provenance, &written)
        && provenance.value == claim.value
    {
        let message = format!("`{}` is already the groups claim", provenance.value);
        let place = (&claim.span, "the groups claim");
        sink.report_related(Code::InvalidValue, &provenance.span, message, place);
        sink.help_last("give `provenance` a claim of its own");
    }
    let saml_attribute = fields
        .text("saml-attribute", sink)
        .filter(|attribute| check_name(attribute, "the SAML attribute's name", MAX_SAML_ATTRIBUTE, sink));
    let profiles = [("generic", Profile::Generic), ("qlik-cloud", Profile::QlikCloud)];
    let profile = fields.choice("profile", &profiles, sink).unwrap_or(Profile::Generic);
    Application {
        name: name.clone(),
        clients,
        claim,
        profile,
        tokens: read_tokens(fields, sink),
        saml_attribute,
        joined_by: fields.text("joined-by", sink).filter(|text| check_option(text, "joined-by", sink)),
        provenance,
        limits: read_limits(fields.get("limits"), profile, sink),
        ungranted: fields.choice("ungranted", POLICY, sink).unwrap_or(Policy::NoGroups),
        scim: fields.get("scim").and_then(|node| ScimSettings::read(node, sink)).unwrap_or_default(),
    }
}

/// Clients by their ids, as they were first seen.
type ClientsSeen = BTreeMap<String, ClientSeen>;

#[derive(Debug)]
struct ClientSeen {
    span: Range<usize>,
    application: String,
    tenant: Option<String>,
}

const HELP_SAME_CLIENT: &str = "a client belongs to one application, and either may be the copy: compare the ids with the \
                                dashboard, and correct or remove the wrong one";

/// Reads the client ids that an application has in one tenant.
fn read_clients(
    node: &Node,
    (application, tenant): (&str, Option<&str>),
    seen: &mut ClientsSeen,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Vec<Spanned<String>>> {
    if matches!(node.kind, Kind::List(_)) && node.is_empty() {
        sink.report(Code::EmptyList, &node.span, "`clients` is empty", None);
    }
    let clients = read_texts(node, Subject::Key("clients"), sink);
    for client in &clients {
        check_name(client, "the client id", MAX_CLIENT, sink);
        if is_placeholder(&client.value) {
            report_placeholder(
                client,
                "of the application in Auth0, which the dashboard shows in its settings",
                sink,
            );
        }
        let Some(first) = seen.get(&client.value) else {
            let (span, application) = (client.span.clone(), application.to_owned());
            let first = ClientSeen { span, application, tenant: tenant.map(str::to_owned) };
            seen.insert(client.value.clone(), first);
            continue;
        };
        let is_own = first.application == application;
        let is_in_list = is_own && clients.iter().any(|it| it.span == first.span);
        let owner = first.application.escape_debug();
        let elsewhere = first.tenant.as_deref().filter(|first| Some(*first) != tenant);
        let message = match (is_own, is_in_list, elsewhere) {
            (_, true, _) => format!("the client `{}` is in this list already", client.value),
            (true, ..) => format!(
                "the application has the client `{}` already in the tenant `{}`",
                client.value,
                elsewhere.unwrap_or_default()
            ),
            (false, _, None) => {
                format!("the client `{}` already belongs to the application `{owner}`", client.value)
            }
            (false, _, Some(other)) => format!(
                "the client `{}` already belongs to the application `{owner}`, in the tenant `{other}`",
                client.value
            ),
        };
        sink.report_related(Code::DuplicateClient, &client.span, message, (&first.span, "first here"));
        if is_in_list {
            sink.help_last("write it once");
        } else if is_own || elsewhere.is_some() {
            sink.help_last(&help_own_id("client", "application"));
        } else {
            sink.help_last(HELP_SAME_CLIENT);
        }
    }
    if clients.is_empty() { None } else { Some(clients) }
}

fn read_tokens(application: &Fields<'_>, sink: &mut DiagnosticSink<'_>) -> Tokens {
    application.report_empty("tokens", Code::EmptyList, sink);
    let words = [("id", TokenWord::Id), ("access", TokenWord::Access)];
    let Some(chosen) = application.choices("tokens", &words, sink) else {
        return Tokens { id: true, access: true };
    };
    let has = |wanted: TokenWord| chosen.iter().any(|(token, _)| *token == wanted);
    Tokens { id: has(TokenWord::Id), access: has(TokenWord::Access) }
}

fn read_limits(node: Option<&Node>, profile: Profile, sink: &mut DiagnosticSink<'_>) -> Limits {
    let mut limits = Limits {
        groups: 1_000,
        name_characters: match profile {
            Profile::Generic => MAX_TARGET_GROUP,
            Profile::QlikCloud => QLIK_CLOUD_GROUP_NAME,
        },
        claim_bytes: 8_192,
        over: OverLimit::Deny,
    };
    let Some(fields) = node.and_then(|node| Fields::read(node, &LIMITS, sink)) else {
        return limits;
    };
    let words =
        [("deny", OverLimit::Deny), ("no-groups", OverLimit::NoGroups), ("truncate", OverLimit::Truncate)];
    limits.groups = fields.number("groups", sink).unwrap_or(limits.groups);
    if let Some(characters) = fields.number("name-characters", sink) {
        limits.name_characters = usize::try_from(characters).unwrap_or(limits.name_characters);
    }
    limits.claim_bytes = fields.number("claim-bytes", sink).unwrap_or(limits.claim_bytes);
    limits.over = fields.choice("over", &words, sink).unwrap_or(limits.over);
    limits
}
