//! `platform.yaml`: the applications, the registry of target groups, and what bounds every mapping.

use core::ops::Range;
use std::collections::BTreeMap;

use super::fields::{DiagnosticSink, Fields, read_list, read_members, read_texts};
use super::grammar::{APPLICATION, CEILING, LIMITS, PLATFORM, TARGET_GROUP};
use super::model::{Application, Ceiling, Limits, Platform, Policies, TargetGroup, Tier, Tokens};
use super::names::{check_claim, check_known, check_name};
use super::parsed_patterns::GlobPattern;
use super::yaml::{Node, Spanned};
use crate::bundle::index::OverLimit;
use crate::diagnostic::Code;
use crate::limits::{
    MAX_APPLICATION_NAME, MAX_APPLICATIONS, MAX_CLIENT, MAX_MEMBERSHIPS, MAX_SAML_ATTRIBUTE, MAX_TARGET_GROUP,
};

/// The longest group name that Qlik Cloud takes, in characters.
///
/// Source: `@qlik/api` 2.19.0, `groups.d.ts`.
const QLIK_CLOUD_GROUP_NAME: usize = 256;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Profile {
    Generic,
    QlikCloud,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Token {
    Id,
    Access,
}

impl Platform {
    /// Reads a platform whose organizations have these names; `standalone` says whether it is a file of its own.
    pub(crate) fn read(
        node: &Node,
        standalone: bool,
        organizations: &[&str],
        findings: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        let fields = Fields::read_file(node, &PLATFORM, standalone, findings)?;
        let applications = match fields.require("applications", findings) {
            Some(node) => read_applications(node, findings),
            None => Vec::new(),
        };
        let groups = match fields.require("groups", findings) {
            Some(node) => read_groups(node, &applications, findings),
            None => Vec::new(),
        };
        let tiers = fields.get("tiers").map(|node| read_tiers(node, &groups, findings));
        let ceilings =
            fields.get("ceilings").map(|node| read_ceilings(node, &groups, organizations, findings));
        let policies = fields.get("policies").and_then(|node| Policies::read(node, findings));
        Some(Self {
            file: findings.file.to_owned(),
            applications,
            groups,
            tiers: tiers.unwrap_or_default(),
            ceilings: ceilings.unwrap_or_default(),
            policies: policies.unwrap_or_default(),
        })
    }

    /// Reports a target group that the registry does not list.
    pub(crate) fn check_group(&self, name: &Spanned<String>, findings: &mut DiagnosticSink<'_>) -> bool {
        check_group(name, &self.groups, findings)
    }
}

fn check_group(name: &Spanned<String>, groups: &[TargetGroup], findings: &mut DiagnosticSink<'_>) -> bool {
    let names = || groups.iter().map(|group| group.name.value.as_str());
    check_known(name, names, (Code::UnknownGroup, "the registry has no target group"), findings)
}

fn read_applications(node: &Node, findings: &mut DiagnosticSink<'_>) -> Vec<Application> {
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
        check_name(name, "the application's name", MAX_APPLICATION_NAME, findings);
        let Some(fields) = Fields::read(node, &APPLICATION, findings) else {
            continue;
        };
        applications.push(read_application(name, &fields, &mut clients_seen, findings));
    }
    applications.sort_by(|left, right| left.name.value.cmp(&right.name.value));
    applications
}

fn read_application(
    name: &Spanned<String>,
    fields: &Fields<'_>,
    clients_seen: &mut BTreeMap<String, Range<usize>>,
    findings: &mut DiagnosticSink<'_>,
) -> Application {
    let clients = fields.require_texts("clients", findings);
    for client in &clients {
        check_name(client, "the client id", MAX_CLIENT, findings);
        match clients_seen.get(&client.value) {
            Some(first) => {
                let message = format!("the client `{}` already belongs to an application", client.value);
                findings.report_related(Code::DuplicateClient, &client.span, message, (first, "first here"));
            }
            None => drop(clients_seen.insert(client.value.clone(), client.span.clone())),
        }
    }
    let written = fields.require_text("claim", findings);
    let claim = written.clone().filter(|claim| check_claim(claim, findings));
    let provenance = fields.text("provenance", findings).filter(|claim| check_claim(claim, findings));
    if let (Some(provenance), Some(claim)) = (&provenance, &written)
        && provenance.value == claim.value
    {
        let message = format!("`{}` is the groups claim already", provenance.value);
        let place = (&claim.span, "the groups claim");
        findings.report_related(Code::InvalidValue, &provenance.span, message, place);
        findings.help_last("give `provenance` a claim of its own");
    }
    let saml_attribute = fields
        .text("saml-attribute", findings)
        .filter(|attribute| check_name(attribute, "the SAML attribute's name", MAX_SAML_ATTRIBUTE, findings));
    let profiles = [("generic", Profile::Generic), ("qlik-cloud", Profile::QlikCloud)];
    let profile = fields.choice("profile", &profiles, findings).unwrap_or(Profile::Generic);
    Application {
        name: name.clone(),
        clients,
        claim,
        tokens: read_tokens(fields, findings),
        saml_attribute,
        provenance,
        limits: read_limits(fields.get("limits"), profile, findings),
    }
}

fn read_tokens(application: &Fields<'_>, findings: &mut DiagnosticSink<'_>) -> Tokens {
    application.report_empty("tokens", Code::EmptyList, findings);
    let words = [("id", Token::Id), ("access", Token::Access)];
    let Some(chosen) = application.choices("tokens", &words, findings) else {
        return Tokens { id: true, access: true };
    };
    let has = |wanted: Token| chosen.iter().any(|(token, _)| *token == wanted);
    Tokens { id: has(Token::Id), access: has(Token::Access) }
}

fn read_limits(node: Option<&Node>, profile: Profile, findings: &mut DiagnosticSink<'_>) -> Limits {
    let mut limits = Limits {
        groups: 1_000,
        name_characters: match profile {
            Profile::Generic => MAX_TARGET_GROUP,
            Profile::QlikCloud => QLIK_CLOUD_GROUP_NAME,
        },
        claim_bytes: 8_192,
        over: OverLimit::Deny,
    };
    let Some(fields) = node.and_then(|node| Fields::read(node, &LIMITS, findings)) else {
        return limits;
    };
    let words =
        [("deny", OverLimit::Deny), ("no-groups", OverLimit::NoGroups), ("truncate", OverLimit::Truncate)];
    limits.groups = fields.number("groups", findings).unwrap_or(limits.groups);
    if let Some(characters) = fields.number("name-characters", findings) {
        limits.name_characters = usize::try_from(characters).unwrap_or(limits.name_characters);
    }
    limits.claim_bytes = fields.number("claim-bytes", findings).unwrap_or(limits.claim_bytes);
    limits.over = fields.choice("over", &words, findings).unwrap_or(limits.over);
    limits
}

fn read_groups(
    node: &Node,
    applications: &[Application],
    findings: &mut DiagnosticSink<'_>,
) -> Vec<TargetGroup> {
    let mut groups = Vec::new();
    let members = read_members(node, "`groups`", findings).unwrap_or_default();
    if members.len().saturating_mul(applications.len()) > MAX_MEMBERSHIPS {
        let message = format!(
            "the platform has {} target groups and {} applications, and the product may be {MAX_MEMBERSHIPS}",
            members.len(),
            applications.len()
        );
        findings.report(Code::InvalidValue, &node.span, message, "split the platform".to_owned());
    }
    let known: BTreeMap<&str, usize> =
        applications.iter().map(|it| it.name.value.as_str()).zip(0..).collect();
    for (name, node) in members {
        let mut fits = check_name(name, "the target group's name", MAX_TARGET_GROUP, findings);
        if name.value.contains("${") {
            let message = format!("the target group's name `{}` holds `${{`", name.value.escape_debug());
            findings.report(Code::InvalidName, &name.span, message, None);
            findings.help_last("choose another name: in `grant`, `${` stands before the name of a capture");
            fits = false;
        }
        let Some(fields) = Fields::read(node, &TARGET_GROUP, findings) else {
            continue;
        };
        fields.require_text("description", findings);
        fields.text("owner", findings);
        let protected = fields.boolean("protected", findings).is_some_and(|(protected, _)| protected);
        let mut of = Vec::new();
        for application in fields.require_texts("applications", findings) {
            if let Some(at) = known.get(application.value.as_str()) {
                of.push(*at);
                continue;
            }
            let names = || applications.iter().map(|application| application.name.value.as_str());
            let problem = (Code::UnknownApplication, "the platform has no application");
            check_known(&application, names, problem, findings);
        }
        of.sort_unstable();
        of.dedup();
        let length = name.value.chars().count();
        let narrow = of
            .iter()
            .filter_map(|at| applications.get(*at))
            .filter(|application| length > application.limits.name_characters);
        if fits && let Some(application) = narrow.min_by_key(|it| it.limits.name_characters) {
            let message = format!(
                "the name has {length} characters, and the application `{}` takes {}",
                application.name.value.escape_debug(),
                application.limits.name_characters
            );
            findings.report(Code::NameTooLongForProfile, &name.span, message, None);
        }
        groups.push(TargetGroup { name: name.clone(), applications: of, protected });
    }
    groups.sort_by(|left, right| left.name.value.cmp(&right.name.value));
    groups
}

fn read_tiers(node: &Node, registry: &[TargetGroup], findings: &mut DiagnosticSink<'_>) -> Vec<Tier> {
    let mut tiers = Vec::new();
    let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
    for (name, node) in read_members(node, "`tiers`", findings).unwrap_or_default() {
        check_name(name, "the tier's name", MAX_APPLICATION_NAME, findings);
        let Some(entries) = read_list(node, "a tier", findings) else {
            continue;
        };
        if entries.len() < 2 {
            let message = format!("the tier `{}` needs at least two groups", name.value.escape_debug());
            let help = "list its groups, the highest first, or remove the tier".to_owned();
            findings.report(Code::InvalidValue, &node.span, message, help);
        }
        let groups = read_texts(node, "a tier", findings);
        for group in &groups {
            check_group(group, registry, findings);
            match seen.get(&group.value) {
                Some(first) => {
                    let message = format!("the group `{}` already has its place in a tier", group.value);
                    let place = (first, "first here");
                    findings.report_related(Code::InvalidValue, &group.span, message, place);
                    findings.help_last("a group has one place in one tier: remove it here or there");
                }
                None => drop(seen.insert(group.value.clone(), group.span.clone())),
            }
        }
        tiers.push(Tier { groups });
    }
    tiers
}

fn read_ceilings(
    node: &Node,
    registry: &[TargetGroup],
    organizations: &[&str],
    findings: &mut DiagnosticSink<'_>,
) -> Vec<Ceiling> {
    let mut ceilings = Vec::new();
    for (name, node) in read_members(node, "`ceilings`", findings).unwrap_or_default() {
        let known = || organizations.iter().copied();
        check_known(
            name,
            known,
            (Code::UnknownOrganization, "no mapping describes the organization"),
            findings,
        );
        let Some(fields) = Fields::read(node, &CEILING, findings) else {
            continue;
        };
        // A list without an entry has been reported, and would have every grant reported as well.
        let groups = fields.some_texts("groups", findings);
        let groups: Vec<GlobPattern> = groups.into_iter().map(GlobPattern::parse_for_target_groups).collect();
        for group in &groups {
            check_ceiling_group(group, registry, findings);
        }
        let groups = if groups.is_empty() { None } else { Some(groups) };
        let protected = fields.texts("protected", findings);
        for group in &protected {
            if !check_group(group, registry, findings) {
                continue;
            }
            if let Some(listed) = registry.iter().find(|it| it.name.value == group.value && !it.protected) {
                let message = format!("the group `{}` is not protected", group.value.escape_debug());
                let place = (&listed.name.span, "declared here");
                findings.report_related(Code::InvalidValue, &group.span, message, place);
                findings.help_last("give the group `protected: true`, or remove the entry");
            }
        }
        let prefix = fields
            .text("prefix", findings)
            .filter(|prefix| check_name(prefix, "the prefix", MAX_TARGET_GROUP, findings));
        ceilings.push(Ceiling { organization: name.clone(), groups, protected, prefix });
    }
    ceilings
}

/// Reports an entry of a ceiling's `groups` that is neither a target group nor a glob.
fn check_ceiling_group(glob: &GlobPattern, registry: &[TargetGroup], findings: &mut DiagnosticSink<'_>) {
    let group = &glob.written;
    let registered = registry.iter().any(|known| known.name.value == group.value);
    let is_glob = group.value.contains(['*', '?', '[', ']', '{', '}']);
    if registered {
        return;
    }
    if !is_glob {
        check_group(group, registry, findings);
        return;
    }
    match &glob.parsed {
        Err(problem) => problem.report(group, findings),
        Ok(glob) => {
            if !registry.iter().any(|known| glob.is_match(&known.name.value)) {
                let message =
                    format!("no target group of the registry matches `{}`", group.value.escape_debug());
                let names = registry.iter().map(|it| it.name.value.as_str());
                let help = match findings.nearest(group.value.trim_matches('*'), names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "correct it, or remove it".to_owned(),
                };
                findings.report(Code::UnknownGroup, &group.span, message, help);
            }
        }
    }
}
