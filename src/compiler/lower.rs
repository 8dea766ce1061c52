//! From what an author wrote to what the engine runs: names are resolved, globs lowered, and what makes no sense
//! is reported.

use super::coverage::covers_everything;
use super::encode::{LoweredMapping, LoweredRule};
use super::fields::{Findings, nearest};
use super::glob::{Glob, GlobError, MAX_EXPANSIONS};
use super::model::{Matches, Organization, OwnedShape, Patterns, Platform, Rule};
use super::yaml::Name;
use crate::MAX_GROUP_BYTES;
use crate::diagnostic::{Code, Diagnostic};
use crate::mapping::{IncompletePolicy, Policy};

/// Lowers a mapping and reports what is wrong with its rules.
pub(crate) fn lower(
    organization: &Organization,
    platform: &Platform,
    list: &mut Vec<Diagnostic>,
) -> LoweredMapping {
    LoweredMapping {
        name: organization.name.clone(),
        id: organization.id.as_ref().map(|id| id.text.clone()),
        connections: organization
            .connections
            .iter()
            .filter_map(|connection| {
                Some((connection.name.text.clone(), connection.sources.first()?.clone()))
            })
            .collect(),
        incomplete: match organization.incomplete.unwrap_or(platform.policies.incomplete) {
            IncompletePolicy::NoGroups => Policy::NoGroups,
            IncompletePolicy::Deny | IncompletePolicy::UsePartial => Policy::Deny,
        },
        unmatched: organization.unmatched.unwrap_or(platform.policies.unmatched),
        rules: organization
            .rules
            .iter()
            .map(|rule| {
                let mut found = Vec::new();
                let mut findings = Findings { file: &rule.file, list: &mut found };
                let lowered = lower_rule(rule, organization, platform, &mut findings);
                for diagnostic in found {
                    list.push(match &rule.used {
                        Some(span) => diagnostic.related(
                            &organization.file,
                            span.clone(),
                            "used here with these parameters",
                        ),
                        None => diagnostic,
                    });
                }
                lowered
            })
            .collect(),
    }
}

fn lower_rule(
    rule: &Rule,
    organization: &Organization,
    platform: &Platform,
    findings: &mut Findings<'_>,
) -> LoweredRule {
    let mut lowered = LoweredRule {
        id: rule.id.text.clone(),
        everyone: matches!(rule.matches, Matches::Everyone),
        grants: rule.groups.iter().filter_map(|grant| resolve(grant, platform, findings)).collect(),
        names: Vec::new(),
        patterns: Vec::new(),
    };
    let (match_span, any): (_, &[Patterns]) = match &rule.matches {
        Matches::Everyone => return lowered,
        Matches::Groups { span, any, .. } => (span, any),
    };
    for exact in any.iter().flat_map(|patterns| &patterns.exact) {
        if check_pattern(exact, findings) && check_reachable(exact, organization, findings) {
            lowered.names.push(exact.text.clone());
        }
    }
    let mut alone = false;
    for written in any.iter().flat_map(|patterns| &patterns.glob) {
        if !check_pattern(written, findings) {
            continue;
        }
        match Glob::parse(&written.text) {
            Ok(found) => {
                if covers_everything(found.patterns.iter().chain(&found.names).map(String::as_str)) {
                    report_everything(written, findings);
                    alone = true;
                }
                lowered.names.extend(found.names);
                lowered.patterns.extend(found.patterns);
            }
            Err(GlobError::Invalid(problem, help)) => {
                let message = format!("`{}` is no glob: {problem}", written.text.escape_debug());
                findings.report(Code::InvalidGlob, &written.span, message, help.to_owned());
            }
            Err(GlobError::TooLarge) => {
                let message =
                    format!("the glob's alternatives expand to more than {MAX_EXPANSIONS} patterns");
                let help = "split it into several globs, or match more loosely".to_owned();
                findings.report(Code::GlobTooLarge, &written.span, message, help);
            }
        }
    }
    let all = || lowered.patterns.iter().chain(&lowered.names).map(String::as_str);
    if !alone && covers_everything(all()) {
        let help = "write `everyone: true` instead of `match` if every user of this customer shall have what the \
                    rule grants";
        let message = "the rule's patterns together match every group";
        findings.report(Code::MatchesEverything, match_span, message, help.to_owned());
    }
    lowered
}

fn report_everything(written: &Name, findings: &mut Findings<'_>) {
    let help = "write `everyone: true` instead of `match` if every user of this customer shall have what the rule \
                grants; otherwise name the groups more closely";
    let message = format!("`{}` matches every group", written.text);
    findings.report(Code::MatchesEverything, &written.span, message, help.to_owned());
}

fn resolve(grant: &Name, platform: &Platform, findings: &mut Findings<'_>) -> Option<u32> {
    if grant.text.is_empty() {
        let help = "name a target group of the registry".to_owned();
        findings.report(Code::EmptyGrant, &grant.span, "an entry of `grant` is empty", help);
        return None;
    }
    let found = platform.groups.binary_search_by(|group| group.name.text.as_str().cmp(&grant.text));
    if let Ok(at) = found {
        return u32::try_from(at).ok();
    }
    let names = platform.groups.iter().map(|group| group.name.text.as_str());
    let help = match nearest(&grant.text, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "add it to `groups` of the platform, or grant another".to_owned(),
    };
    let message = format!("the registry has no target group `{}`", grant.text.escape_debug());
    findings.report(Code::UnknownGroup, &grant.span, message, help);
    None
}

/// Reports a pattern that no group name can match.
fn check_pattern(pattern: &Name, findings: &mut Findings<'_>) -> bool {
    let text = pattern.text.as_str();
    if text.is_empty() {
        let help = "name a group, or remove the entry".to_owned();
        findings.report(Code::EmptyPattern, &pattern.span, "the pattern is empty", help);
        return false;
    }
    let problem = if text.chars().any(|char| char < ' ' || matches!(char, '\u{7f}' | '\u{fffd}')) {
        format!("no group name holds the control character or damaged text of `{}`", text.escape_debug())
    } else if text.len() > MAX_GROUP_BYTES {
        format!("the pattern has {} bytes, and a group name at most {MAX_GROUP_BYTES}", text.len())
    } else {
        return true;
    };
    findings.report(Code::UnreachablePattern, &pattern.span, problem, None);
    false
}

/// Reports a name that cannot come out of any of the organization's sources.
fn check_reachable(name: &Name, organization: &Organization, findings: &mut Findings<'_>) -> bool {
    let splits = |shape: &OwnedShape| match shape {
        OwnedShape::Delimited(delimiter) => name.text.contains(delimiter),
        _ => false,
    };
    let connections = &organization.connections;
    if connections.is_empty()
        || !connections.iter().flat_map(|it| &it.sources).all(|source| splits(&source.shape))
    {
        return true;
    }
    let message = format!("`{}` holds the delimiter at which the groups are split", name.text.escape_debug());
    let help = "have the identity provider send an array, or a delimiter that no group name holds";
    findings.report(Code::UnreachablePattern, &name.span, message, help.to_owned());
    false
}
