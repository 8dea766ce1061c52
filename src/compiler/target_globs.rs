//! Globs of target groups in rules, such as `grant: { glob: "acme-*" }`.
//!
//! The registry is known, so they are replaced by the names of the groups that they match. After that, such a rule is
//! like one that names the groups, for lowering, lints and overviews alike.

use super::ceiling::{has_part, literal_start};
use super::grants::GrantChecker;
use super::lower::add_use;
use crate::diagnostic::{Code, Diagnostic};
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::model::{Effect, Organization, Platform, Rule, TargetGroup};
use crate::language::parsed_patterns::{GlobPattern, Grant};
use crate::language::suggestions::word_list;
use crate::language::yaml::Spanned;
use crate::limits::MAX_PATTERNS;
use crate::patterns::glob::Glob;

/// How many groups a message names.
const MAX_EXAMPLES: usize = 3;

/// Replaces the globs of target groups in an organization's rules by the names of the groups.
pub(super) fn replace(
    organization: &mut Organization,
    platform: &Platform,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut rules = core::mem::take(&mut organization.rules);
    let checker = GrantChecker::new(platform, organization);
    let mut left = MAX_PATTERNS;
    for rule in rules.iter_mut().filter(|rule| !rule.target_globs.is_empty()) {
        let first = diagnostics.len();
        let file = rule.file.clone();
        let mut sink = DiagnosticSink { file: &file, list: diagnostics };
        for glob in core::mem::take(&mut rule.target_globs) {
            let Some(found) = checker.matching(&glob, rule, &mut sink) else { continue };
            if found.len() > left {
                let message = format!(
                    "with `{}`, the globs of the mapping match more than {MAX_PATTERNS} target groups",
                    glob.written.value.escape_debug()
                );
                let help = "write globs that match fewer groups, or fewer rules".to_owned();
                sink.report(Code::InvalidValue, &glob.written.span, message, help);
                left = 0;
                continue;
            }
            left -= found.len();
            for group in found {
                let name = &group.name.value;
                // A group that the rule also names is granted once.
                if !rule.groups.iter().any(|grant| grant.written.value == *name) {
                    let written = Spanned { value: name.clone(), span: glob.written.span.clone() };
                    rule.groups.push(Grant { written, expansion: None });
                }
            }
        }
        add_use(rule, &organization.file, diagnostics.iter_mut().skip(first));
    }
    organization.rules = rules;
}

impl<'p> GrantChecker<'p> {
    /// The target groups that a glob of a rule is replaced by; `None` if it cannot be used, which is reported.
    fn matching(
        &self,
        glob: &GlobPattern,
        rule: &Rule,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Vec<&'p TargetGroup>> {
        let GlobPattern { written, parsed } = glob;
        let text = written.value.escape_debug();
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(problem) => {
                problem.report(written, sink);
                return None;
            }
        };
        if !parsed.captures.is_empty() {
            let message = format!("`{text}` is compared with the registry, so it cannot have a capture");
            let help = match rule.effect {
                Effect::Grant => "write a grant with captures as a text, without `glob`",
                Effect::Exclude => "write `*` for any text, or name the groups",
            };
            sink.report(Code::InvalidGlob, &written.span, message, help.to_owned());
            return None;
        }
        let matching: Vec<&TargetGroup> =
            self.groups.iter().filter(|group| parsed.is_match(&group.name.value)).collect();
        if matching.is_empty() {
            let message = format!("no target group of the registry matches `{text}`");
            let help = self.help_for_no_match(&written.value);
            sink.report(Code::UnknownGroup, &written.span, message, help);
            return None;
        }
        match rule.effect {
            // Excluding more groups never gives anyone more.
            Effect::Exclude => Some(matching),
            Effect::Grant => self.narrowed(matching, (written, parsed), rule, sink),
        }
    }

    /// The groups that a glob can grant: those that the organization may grant without `protected: true`.
    fn narrowed(
        &self,
        matching: Vec<&'p TargetGroup>,
        (written, parsed): (&Spanned<String>, &Glob),
        rule: &Rule,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Vec<&'p TargetGroup>> {
        let text = written.value.escape_debug();
        if !parsed.patterns.iter().all(|pattern| has_part(literal_start(pattern)))
            && let Some(unbounded) = self.bounds.unbounded(|name| parsed.is_match(name))
        {
            let chooses = format!("`{text}` matches groups however their names begin");
            self.bounds.report_unbounded(
                unbounded,
                (&written.span, &chooses),
                "glob",
                rule.used.is_some(),
                sink,
            );
            return None;
        }
        let (allowed, refused): (Vec<_>, Vec<_>) =
            matching.into_iter().partition(|group| self.refusal(group, false).is_none());
        if !allowed.is_empty() {
            return Some(allowed);
        }
        let open = refused.iter().find(|group| !group.protected);
        if let Some(refusal) = open.and_then(|group| self.refusal(group, false)) {
            self.report(Some(refusal), written, rule.used.is_some(), sink);
            return None;
        }
        let names = word_list(refused.iter().take(MAX_EXAMPLES).map(|group| group.name.value.as_str()));
        let message = format!("`{text}` matches only protected groups, which no glob grants: {names}");
        let help =
            "name each group that the rule is meant to grant, and mark the rule with `protected: true`";
        sink.report(Code::ProtectedGroup, &written.span, message, help.to_owned());
        None
    }

    fn help_for_no_match(&self, written: &str) -> String {
        let start = written.split(['*', '?', '[', '{']).next().unwrap_or_default();
        let shared = |name: &str| {
            let letters = start.chars().flat_map(char::to_lowercase);
            letters
                .zip(name.chars().flat_map(char::to_lowercase))
                .take_while(|(left, right)| left == right)
                .count()
        };
        let mut near: Vec<(usize, &str)> = self
            .groups
            .iter()
            .map(|group| (shared(&group.name.value), group.name.value.as_str()))
            .filter(|(shared, _)| *shared > 0)
            .collect();
        near.sort_by_key(|(shared, name)| (core::cmp::Reverse(*shared), *name));
        match near.is_empty() {
            true => "correct it, or add the group to `groups` of the platform".to_owned(),
            false => {
                let names = word_list(near.iter().take(MAX_EXAMPLES).map(|(_, name)| *name));
                format!("correct it, or add the group to `groups` of the platform; it has {names}")
            }
        }
    }
}
