//! `platform.yaml`: the registry of target groups, and what bounds every mapping.

use core::ops::Range;
use std::collections::BTreeMap;

use super::allow::{read_allow, read_lints};
use super::applications::read_applications;
use super::blocks::Known;
use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::{CEILING, Layout, PLATFORM, TARGET_GROUP};
use super::includes;
use super::model::{Allow, Application, Blocks, Ceiling, Platform, Policies, TargetGroup, Tier};
use super::name_checks::{check_known, check_name};
use super::parsed_patterns::GlobPattern;
use super::subject::Subject;
use super::tenants::Tenants;
use super::values::{read_list, read_members, read_texts};
use super::yaml::{Node, Spanned};
use crate::diagnostic::Code;
use crate::limits::{MAX_APPLICATION_NAME, MAX_MEMBERSHIPS, MAX_TARGET_GROUP};

impl Platform {
    /// Reads a platform whose organizations have these names.
    pub(crate) fn read(
        node: &Node,
        layout: Layout,
        organizations: &[&str],
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Self> {
        let fields = Fields::read_section(node, &PLATFORM, layout, sink)?;
        let tenants = Tenants::read(&fields, sink);
        let applications = fields.require("applications", sink);
        let applications = applications.and_then(|node| read_applications(node, &tenants, sink));
        let mut allow = Vec::new();
        let groups = fields.require("groups", sink);
        let groups = groups.and_then(|node| read_groups(node, applications.as_deref(), &mut allow, sink));
        let policies = fields.get("policies").and_then(|node| Policies::read(node, sink));
        // Without one of these, everything that refers to it would be reported too.
        let (applications, mut groups) = (applications?, groups?);
        if fields.is_misspelled("ceilings") {
            return None;
        }
        for include in groups.iter().flat_map(|group| &group.includes) {
            check_group(include, &groups, sink);
        }
        includes::resolve(&mut groups, sink);
        let tiers = fields.get("tiers").map(|node| read_tiers(node, &groups, sink));
        includes::check_tiers(&groups, tiers.as_deref().unwrap_or_default(), sink);
        let ceilings = fields.get("ceilings").map(|node| read_ceilings(node, &groups, organizations, sink));
        let known = Known { tenants: &tenants, groups: &groups, organizations };
        let blocks = Blocks::read(&fields, known, sink);
        Some(Self {
            file: sink.file.to_owned(),
            tenants,
            applications,
            groups,
            tiers: tiers.unwrap_or_default(),
            ceilings: ceilings.unwrap_or_default(),
            policies: policies.unwrap_or_default(),
            blocks,
            lints: read_lints(&fields, sink),
            allow,
        })
    }

    /// Reports a target group that the registry does not list.
    pub(crate) fn check_group(&self, name: &Spanned<String>, sink: &mut DiagnosticSink<'_>) -> bool {
        check_group(name, &self.groups, sink)
    }
}

pub(super) fn check_group(
    name: &Spanned<String>,
    groups: &[TargetGroup],
    sink: &mut DiagnosticSink<'_>,
) -> bool {
    let names = || groups.iter().map(|group| group.name.value.as_str());
    check_known(name, names, (Code::UnknownGroup, "the registry has no target group"), sink)
}

/// Reads the registry; `applications` is `None` if they could not be read, which has been reported.
fn read_groups(
    node: &Node,
    applications: Option<&[Application]>,
    allow: &mut Vec<Allow>,
    sink: &mut DiagnosticSink<'_>,
) -> Option<Vec<TargetGroup>> {
    let (mut groups, mut are_all_read) = (Vec::new(), true);
    let members = read_members(node, Subject::Key("groups"), sink)?;
    let are_known = applications.is_some();
    let applications = applications.unwrap_or_default();
    if members.len().saturating_mul(applications.len()) > MAX_MEMBERSHIPS {
        let message = format!(
            "the platform has {} target groups and {} applications, and the product may be at most {MAX_MEMBERSHIPS}",
            members.len(),
            applications.len()
        );
        sink.report(Code::InvalidValue, &node.span, message, "split the platform".to_owned());
    }
    let known: BTreeMap<&str, usize> =
        applications.iter().map(|it| it.name.value.as_str()).zip(0..).collect();
    for (name, node) in members {
        let mut fits = check_name(name, "the target group's name", MAX_TARGET_GROUP, sink);
        if name.value.contains("${") {
            let message = format!("the target group's name `{}` contains `${{`", name.value.escape_debug());
            sink.report(Code::InvalidName, &name.span, message, None);
            sink.help_last("choose another name: in `grant`, `${` begins a capture");
            fits = false;
        }
        let Some(fields) = Fields::read(node, &TARGET_GROUP, sink) else {
            are_all_read = false;
            continue;
        };
        fields.require_text("description", sink);
        let owner = fields.text("owner", sink).map(|owner| owner.value);
        allow.extend(read_allow(&fields, &(name.span.start..node.extent().end), sink));
        let protected = fields.boolean("protected", sink).is_some_and(|(protected, _)| protected);
        let includes = fields.some_texts("includes", sink);
        let mut of = Vec::new();
        for application in fields.require_texts("applications", sink) {
            if let Some(at) = known.get(application.value.as_str()) {
                of.push(*at);
                continue;
            }
            if !are_known {
                continue;
            }
            let names = || applications.iter().map(|application| application.name.value.as_str());
            let problem = (Code::UnknownApplication, "the platform has no application");
            check_known(&application, names, problem, sink);
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
                "the name has {length} characters, and the application `{}` accepts at most {}",
                application.name.value.escape_debug(),
                application.limits.name_characters
            );
            sink.report(Code::NameTooLongForProfile, &name.span, message, None);
        }
        if fits {
            check_joined(name, of.iter().filter_map(|at| applications.get(*at)), sink);
        }
        let name = name.clone();
        groups.push(TargetGroup { name, owner, applications: of, protected, includes, included: Vec::new() });
    }
    groups.sort_by(|left, right| left.name.value.cmp(&right.name.value));
    if are_all_read { Some(groups) } else { None }
}

/// Reports a name that an application could not read back from its joined claim: it holds the delimiter, or it ends with
/// the beginning of one, so that the delimiter after it would be found too early.
fn check_joined<'a>(
    name: &Spanned<String>,
    applications: impl Iterator<Item = &'a Application>,
    sink: &mut DiagnosticSink<'_>,
) {
    let mut joining =
        applications.filter_map(|application| Some((application, application.joined_by.as_ref()?)));
    let unreadable = joining.find(|(_, delimiter)| {
        let followed = format!("{}{}", name.value, delimiter.value);
        followed.find(&delimiter.value) != Some(name.value.len())
    });
    let Some((application, delimiter)) = unreadable else { return };
    let does = if name.value.contains(&delimiter.value) { "contains" } else { "ends like" };
    let message = format!(
        "the target group's name `{}` {does} the delimiter `{}`, which joins the groups of `{}`",
        name.value.escape_debug(),
        delimiter.value.escape_debug(),
        application.name.value.escape_debug()
    );
    let place = (&delimiter.span, "the delimiter");
    sink.report_related(Code::InvalidName, &name.span, message, place);
    sink.help_last("choose a delimiter that is in no name, or another name, or a claim that is a list");
}

fn read_tiers(node: &Node, registry: &[TargetGroup], sink: &mut DiagnosticSink<'_>) -> Vec<Tier> {
    let mut tiers = Vec::new();
    let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
    for (name, node) in read_members(node, Subject::Key("tiers"), sink).unwrap_or_default() {
        check_name(name, "the tier's name", MAX_APPLICATION_NAME, sink);
        let Some(entries) = read_list(node, Subject::Other("a tier"), sink) else {
            continue;
        };
        if entries.len() < 2 {
            let message = format!("the tier `{}` needs at least two groups", name.value.escape_debug());
            let help = "list its groups, the highest first, or remove the tier".to_owned();
            sink.report(Code::InvalidValue, &node.span, message, help);
        }
        let groups = read_texts(node, Subject::Other("a tier"), sink);
        for group in &groups {
            check_group(group, registry, sink);
            match seen.get(&group.value) {
                Some(first) => {
                    let message = format!("the group `{}` is already in a tier", group.value);
                    let place = (first, "first here");
                    sink.report_related(Code::InvalidValue, &group.span, message, place);
                    sink.help_last(
                        "a group can be in a tier only once, and in one tier only: remove it here or there",
                    );
                }
                None => drop(seen.insert(group.value.clone(), group.span.clone())),
            }
        }
        tiers.push(Tier { name: name.value.clone(), groups });
    }
    tiers
}

fn read_ceilings(
    node: &Node,
    registry: &[TargetGroup],
    organizations: &[&str],
    sink: &mut DiagnosticSink<'_>,
) -> Vec<Ceiling> {
    let mut ceilings = Vec::new();
    for (name, node) in read_members(node, Subject::Key("ceilings"), sink).unwrap_or_default() {
        let known = || organizations.iter().copied();
        // If there are none, that is reported.
        if !organizations.is_empty() {
            let problem = (Code::UnknownOrganization, "no mapping describes the organization");
            check_known(name, known, problem, sink);
        }
        let Some(fields) = Fields::read(node, &CEILING, sink) else {
            continue;
        };
        // An empty list has been reported; as a ceiling, it would also cause a diagnostic for every grant.
        let groups = fields.some_texts("groups", sink);
        let groups: Vec<GlobPattern> = groups.into_iter().map(GlobPattern::parse_for_target_groups).collect();
        for group in &groups {
            check_ceiling_group(group, registry, sink);
        }
        let groups = if groups.is_empty() { None } else { Some(groups) };
        let protected = fields.texts("protected", sink);
        for group in &protected {
            if !check_group(group, registry, sink) {
                continue;
            }
            if let Some(listed) = registry.iter().find(|it| it.name.value == group.value && !it.protected) {
                let message = format!("the group `{}` is not protected", group.value.escape_debug());
                let place = (&listed.name.span, "declared here");
                sink.report_related(Code::InvalidValue, &group.span, message, place);
                sink.help_last("give the group `protected: true`, or remove the entry");
            }
        }
        let prefix = fields
            .text("prefix", sink)
            .filter(|prefix| check_name(prefix, "the prefix", MAX_TARGET_GROUP, sink));
        ceilings.push(Ceiling { organization: name.clone(), groups, protected, prefix });
    }
    ceilings
}

/// Reports an entry of a ceiling's `groups` that is neither a target group nor a glob.
fn check_ceiling_group(glob: &GlobPattern, registry: &[TargetGroup], sink: &mut DiagnosticSink<'_>) {
    let group = &glob.written;
    let registered = registry.iter().any(|known| known.name.value == group.value);
    let is_glob = group.value.contains(['*', '?', '[', ']', '{', '}']);
    if registered {
        return;
    }
    if !is_glob {
        check_group(group, registry, sink);
        return;
    }
    match &glob.parsed {
        Err(problem) => problem.report(group, sink),
        Ok(glob) => {
            if !registry.iter().any(|known| glob.is_match(&known.name.value)) {
                let message =
                    format!("no target group of the registry matches `{}`", group.value.escape_debug());
                let names = registry.iter().map(|it| it.name.value.as_str());
                let help = match sink.nearest(group.value.trim_matches('*'), names) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "correct it, or remove it".to_owned(),
                };
                sink.report(Code::UnknownGroup, &group.span, message, help);
            }
        }
    }
}
