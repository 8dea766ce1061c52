//! `platform.yaml`: the applications, the registry of target groups, the default policies.

use std::collections::BTreeMap;

use super::fields::{Fields, Findings, nearest, read_members};
use super::names::{check_claim, check_name};
use super::yaml::{Name, Node};
use crate::bundle::MAX_APPLICATIONS;
use crate::diagnostic::Code;
use crate::mapping::{Policy, UnmatchedPolicy};

/// The longest group name that Qlik Cloud takes, in characters.
///
/// Source: `@qlik/api` 2.19.0, `groups.d.ts`.
const QLIK_CLOUD_GROUP_NAME: usize = 256;

/// The longest name of a target group in any application, in characters.
const GROUP_NAME: usize = 512;

pub(crate) const POLICY: &[(&str, Policy)] = &[("no-groups", Policy::NoGroups), ("deny", Policy::Deny)];
pub(crate) const UNMATCHED: &[(&str, UnmatchedPolicy)] =
    &[("drop", UnmatchedPolicy::Drop), ("deny", UnmatchedPolicy::Deny)];

#[derive(Debug)]
pub(crate) struct Platform {
    pub(crate) applications: Vec<Application>,
    pub(crate) groups: Vec<Group>,
    pub(crate) policies: Policies,
}

#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) name: Name,
    pub(crate) clients: Vec<Name>,
    pub(crate) claim: Option<Name>,
    profile: Profile,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    Generic,
    QlikCloud,
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) name: Name,
    /// Positions of the applications, ascending.
    pub(crate) applications: Vec<usize>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Policies {
    pub(crate) closed: Policy,
    pub(crate) failure: Policy,
    pub(crate) incomplete: Policy,
    pub(crate) unmatched: UnmatchedPolicy,
}

impl Default for Policies {
    fn default() -> Self {
        Self {
            closed: Policy::NoGroups,
            failure: Policy::NoGroups,
            incomplete: Policy::Deny,
            unmatched: UnmatchedPolicy::Drop,
        }
    }
}

impl Platform {
    /// Reads a platform; `standalone` says whether it is a file of its own, with a version.
    pub(crate) fn read(node: &Node, standalone: bool, findings: &mut Findings<'_>) -> Option<Self> {
        let known: &[&str] = match standalone {
            true => &["version", "applications", "groups", "policies"],
            false => &["applications", "groups", "policies"],
        };
        let fields = Fields::read(node, "the platform", known, findings)?;
        if standalone && !fields.check_version(findings) {
            return None;
        }
        let applications = match fields.require("applications", findings) {
            Some(node) => read_applications(node, findings),
            None => Vec::new(),
        };
        let groups = match fields.require("groups", findings) {
            Some(node) => read_groups(node, &applications, findings),
            None => Vec::new(),
        };
        let policies =
            fields.get("policies").and_then(|node| Policies::read(node, findings)).unwrap_or_default();
        Some(Self { applications, groups, policies })
    }
}

fn read_applications(node: &Node, findings: &mut Findings<'_>) -> Vec<Application> {
    let mut clients_seen = BTreeMap::new();
    let mut applications = Vec::new();
    let members = read_members(node, "`applications`", findings).unwrap_or_default();
    if members.is_empty() {
        findings.report(Code::EmptyList, &node.span, "`applications` has no application", None);
    }
    if members.len() > MAX_APPLICATIONS {
        let message =
            format!("the platform has {} applications, and may have {MAX_APPLICATIONS}", members.len());
        let help = "merge applications that are told the same groups: one may have several clients";
        findings.report(Code::InvalidValue, &node.span, message, help.to_owned());
    }
    for (name, node) in members {
        check_name(name, "the application's name", 64, findings);
        let known = ["clients", "claim", "profile"];
        let Some(fields) = Fields::read(node, "an application", &known, findings) else {
            continue;
        };
        let clients = fields.require_texts("clients", findings);
        for client in &clients {
            check_name(client, "the client id", 256, findings);
            match clients_seen.get(&client.text) {
                Some(first) => {
                    let message = format!("the client `{}` already belongs to an application", client.text);
                    let place = (first, "first here");
                    findings.report_related(Code::DuplicateClient, &client.span, message, place);
                }
                None => drop(clients_seen.insert(client.text.clone(), client.span.clone())),
            }
        }
        let claim = fields.require_text("claim", findings).filter(|claim| check_claim(claim, findings));
        let profiles = [("generic", Profile::Generic), ("qlik-cloud", Profile::QlikCloud)];
        let profile = fields.choice("profile", &profiles, findings).unwrap_or(Profile::Generic);
        applications.push(Application { name: name.clone(), clients, claim, profile });
    }
    applications.sort_by(|left, right| left.name.text.cmp(&right.name.text));
    applications
}

fn read_groups(node: &Node, applications: &[Application], findings: &mut Findings<'_>) -> Vec<Group> {
    let mut groups = Vec::new();
    for (name, node) in read_members(node, "`groups`", findings).unwrap_or_default() {
        let fits = check_name(name, "the target group's name", GROUP_NAME, findings);
        let known = ["applications", "description", "owner"];
        let Some(fields) = Fields::read(node, "a target group", &known, findings) else {
            continue;
        };
        fields.require_text("description", findings);
        fields.text("owner", findings);
        let mut of = Vec::new();
        for application in fields.require_texts("applications", findings) {
            let names = || applications.iter().map(|application| application.name.text.as_str());
            match names().position(|known| known == application.text) {
                Some(at) => of.push(at),
                None => {
                    let help =
                        nearest(&application.text, names()).map(|near| format!("did you mean `{near}`?"));
                    let message =
                        format!("the platform has no application `{}`", application.text.escape_debug());
                    findings.report(Code::UnknownApplication, &application.span, message, help);
                }
            }
        }
        of.sort_unstable();
        of.dedup();
        let narrow = |at: &usize| applications.get(*at).is_some_and(|it| it.profile == Profile::QlikCloud);
        let length = name.text.chars().count();
        if fits && length > QLIK_CLOUD_GROUP_NAME && of.iter().any(narrow) {
            let message =
                format!("the name has {length} characters, and Qlik Cloud takes {QLIK_CLOUD_GROUP_NAME}");
            findings.report(Code::NameTooLongForProfile, &name.span, message, None);
        }
        groups.push(Group { name: name.clone(), applications: of });
    }
    groups.sort_by(|left, right| left.name.text.cmp(&right.name.text));
    groups
}

impl Policies {
    fn read(node: &Node, findings: &mut Findings<'_>) -> Option<Self> {
        let known = ["closed", "failure", "incomplete", "unmatched"];
        let fields = Fields::read(node, "`policies`", &known, findings)?;
        let default = Self::default();
        Some(Self {
            closed: fields.choice("closed", POLICY, findings).unwrap_or(default.closed),
            failure: fields.choice("failure", POLICY, findings).unwrap_or(default.failure),
            incomplete: fields.choice("incomplete", POLICY, findings).unwrap_or(default.incomplete),
            unmatched: fields.choice("unmatched", UNMATCHED, findings).unwrap_or(default.unmatched),
        })
    }
}
