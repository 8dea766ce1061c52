//! From the model to the intermediate form: names are resolved, patterns are lowered, and rules that make no sense are
//! reported.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization;

use super::grants::{GrantChecker, LoweredGrants};
use super::lowered::{
    Clause, LoweredCondition, LoweredConnection, LoweredDefault, LoweredMapping, LoweredRule, NamesAndGlobs,
    OwnedLookup,
};
use super::partial_input::{check_limits, check_partial, unsafe_partial, with_included};
use super::rule_patterns::{MatchesEverything, PatternLowering};
use super::{needs_groups, unprovided_input};
use crate::bundle::policy::IncompletePolicy;
use crate::diagnostic::{Code, Diagnostic};
use crate::ids::{Id as _, TargetId};
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::model::{
    Condition, Effect, Matches, MetadataOf, Organization, Patterns, Platform, Rule, Scalar, Test,
};
use crate::language::policies::{UNMATCHED_HELP, UNMATCHED_MISSING, is_unsafe};
use crate::language::target_names::TargetNames;
use crate::limits::MAX_DELIMITERS;
use crate::patterns::automaton::Automaton;
use crate::patterns::domains;
use crate::patterns::inclusion::{cover_everything, covers_everything};

/// Lowers a mapping and reports what is wrong with its rules, which is the same in every tenant.
pub(crate) fn lower(
    organization: &Organization,
    platform: &Platform,
    tenant: usize,
    diagnostics: &mut Vec<Diagnostic>,
) -> LoweredMapping {
    let checker = GrantChecker::new(platform, organization);
    let incomplete = organization.incomplete.unwrap_or(platform.policies.incomplete);
    let unmatched = organization.unmatched.unwrap_or(platform.policies.unmatched);
    let uses_partial = incomplete == IncompletePolicy::UsePartial && organization.receives_groups();
    let mut rules = Vec::new();
    for rule in &organization.rules {
        let first = diagnostics.len();
        let mut sink = DiagnosticSink { file: &rule.file, list: diagnostics };
        rules.extend(lower_rule(rule, organization, platform, &checker, &mut sink));
        needs_groups::check_rule(rule, organization, platform, &mut sink);
        if uses_partial {
            check_partial(rule, organization, platform, &mut sink);
        }
        add_use(rule, &organization.file, diagnostics.iter_mut().skip(first));
    }
    let mut sink = DiagnosticSink { file: &organization.file, list: diagnostics };
    needs_groups::check_policies(organization, &mut sink);
    // If the platform's policies alone are unsafe, that has been reported there.
    if let Some(span) = organization.unmatched_span.as_ref().or(organization.incomplete_span.as_ref())
        && uses_partial
        && is_unsafe(incomplete, unmatched)
    {
        let diagnostic = unsafe_partial(span, UNMATCHED_MISSING, organization, platform, &sink);
        sink.list.push(diagnostic.help(UNMATCHED_HELP));
    }
    if uses_partial {
        check_limits(&rules, organization, platform, diagnostics);
    }
    let mut sink = DiagnosticSink { file: &organization.file, list: diagnostics };
    let default = organization.default.iter().filter_map(|name| checker.resolve_default(name, &mut sink));
    let default = default.collect();
    let application_defaults = lower_defaults(&rules, organization, platform, &checker, &mut sink);
    unprovided_input::check(organization, &rules, platform, diagnostics);
    let connections = organization.connections.iter().map(|connection| LoweredConnection {
        name: connection.name.value.clone(),
        sources: connection.sources.clone(),
        combine: connection.combine,
    });
    LoweredMapping {
        name: organization.name.clone(),
        id: organization.ids.get(tenant).map(|id| id.value.clone()),
        connections: connections.collect(),
        incomplete,
        unmatched,
        ungranted: organization.ungranted.unwrap_or(platform.policies.ungranted),
        refresh: organization.refresh.unwrap_or(platform.policies.refresh),
        delimiters: most_delimiters(organization, &rules),
        decomposed: decomposed(&rules),
        rules,
        default,
        application_defaults,
    }
}

/// Names the use of a template whose parameters led to problems of one of its rules.
pub(super) fn add_use<'d>(
    rule: &Rule,
    organization_file: &str,
    diagnostics: impl Iterator<Item = &'d mut Diagnostic>,
) {
    let Some(used) = &rule.used else { return };
    for diagnostic in diagnostics.filter(|it| it.related.is_none()) {
        *diagnostic =
            diagnostic.clone().related(organization_file, used.clone(), "used here with these parameters");
    }
}

/// The defaults of single applications, each with the rules that can grant one of its groups.
fn lower_defaults(
    rules: &[LoweredRule],
    organization: &Organization,
    platform: &Platform,
    checker: &GrantChecker<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Vec<LoweredDefault> {
    let mut defaults = Vec::new();
    for (name, groups) in &organization.application_defaults {
        let named = platform.applications.iter().position(|it| it.name.value == name.value);
        let Some(application) = named else { continue };
        let is_own = |target: &TargetId| {
            let group = platform.groups.get(target.index());
            group.is_some_and(|group| group.applications.contains(&application))
        };
        let mut resolved = Vec::new();
        for group in groups {
            let Some(target) = checker.resolve_default(group, sink) else { continue };
            if !is_own(&target) {
                let message = format!(
                    "the group `{}` is not one of the application `{}`",
                    group.value.escape_debug(),
                    name.value.escape_debug()
                );
                sink.report(Code::InvalidValue, &group.span, message, None);
                sink.help_last(
                    "name a group of the application, or move this one below an application that has it",
                );
            }
            resolved.push(target);
        }
        let granting = rules.iter().filter(|rule| !rule.excludes);
        let reaching = granting.filter(|rule| {
            let candidates = rule.expansions.iter().flat_map(|it| &it.candidates);
            with_included(rule.groups.iter().chain(candidates), platform).iter().any(is_own)
        });
        let rules = reaching.map(|rule| rule.id.clone()).collect();
        defaults.push(LoweredDefault { application, groups: resolved, rules });
    }
    defaults
}

/// The exact names in Unicode's normalization form D, if they differ there.
pub(super) fn decomposed(rules: &[LoweredRule]) -> Vec<String> {
    let names = rules.iter().flat_map(LoweredRule::clauses).flat_map(|clause| &clause.plain.names);
    let decomposed = names.map(|name| (name, name.nfd().collect::<String>()));
    let differing = decomposed.filter(|(name, decomposed)| *name != decomposed);
    differing.map(|(_, decomposed)| decomposed).collect::<BTreeSet<_>>().into_iter().collect()
}

/// The most delimiters that a known name contains, up to the number that is joined again.
fn most_delimiters(organization: &Organization, rules: &[LoweredRule]) -> usize {
    let sources = organization.connections.iter().flat_map(|connection| &connection.sources);
    let mut most = 0;
    for source in sources {
        if let Some(delimiter) = source.shape.delimiter() {
            let clauses = rules.iter().flat_map(LoweredRule::clauses);
            let names = clauses.flat_map(|clause| clause.plain.names.iter().chain(&clause.folded.names));
            most = most.max(names.map(|name| name.matches(delimiter).count()).max().unwrap_or_default());
        }
    }
    most.min(MAX_DELIMITERS)
}

/// Lowers a rule. It becomes several rules if it grants captures of aliases, whose texts are known already.
fn lower_rule(
    rule: &Rule,
    organization: &Organization,
    platform: &Platform,
    checker: &GrantChecker<'_>,
    sink: &mut DiagnosticSink<'_>,
) -> Vec<LoweredRule> {
    let mut lowered = LoweredRule {
        id: rule.id.value.clone(),
        excludes: rule.effect == Effect::Exclude,
        expires: rule.expires.as_ref().map_or(0, |(at, _)| u32::try_from((*at).max(1)).unwrap_or(u32::MAX)),
        condition: rule.when.as_ref().map(|when| lower_condition(when, organization, platform)),
        ..LoweredRule::default()
    };
    let mut patterns = PatternLowering::new(organization);
    if let (Some(names), Matches::Groups { all, none, .. }) = (TargetNames::of(rule), &rule.matches) {
        lowered.all = patterns.lower_each(all, sink);
        lowered.none = patterns.lower_each(none, sink);
        return lower_target_names(rule, &names, &lowered, (&patterns, checker), sink);
    }
    match &rule.matches {
        Matches::Everyone => lowered.unconditional = true,
        Matches::Groups { span, any, all, none } => {
            if !none.is_empty() {
                patterns.set_matches_everything(MatchesEverything::IsAllowed);
            }
            let before = sink.list.len();
            lowered.own = patterns.lower(any, true, sink);
            let found = sink.list.iter().skip(before).any(|it| it.code == Code::MatchesEverything);
            if none.is_empty() && !found {
                check_everything(&lowered.own, patterns.expressions(), span, any, sink);
            }
            lowered.all = patterns.lower_each(all, sink);
            patterns.set_matches_everything(MatchesEverything::EndsRule);
            lowered.none = patterns.lower_each(none, sink);
        }
    }
    let LoweredGrants { groups, expansions, of_aliases } = checker.lower_grants(rule, &patterns, sink);
    // Aliases whose captures are not granted still match.
    let matched = patterns.alias_captures().iter().map(|(id, _)| id);
    lowered.own.plain.names.extend(matched.filter(|id| !of_aliases.contains_key(*id)).cloned());
    lowered.groups = groups;
    lowered.expansions = expansions;
    let mut rules = Vec::new();
    for (id, groups) in of_aliases {
        let mut own =
            Clause { plain: NamesAndGlobs { names: vec![id], patterns: Vec::new() }, ..Clause::default() };
        patterns.add_addresses(&mut own.plain);
        rules.push(lowered.part(own, [groups, lowered.groups.clone()].concat()));
    }
    rules.push(lowered);
    rules
}

/// Lowers a rule that matches the names of target groups: to a rule for each name.
fn lower_target_names(
    rule: &Rule,
    names: &TargetNames<'_>,
    lowered: &LoweredRule,
    (patterns, checker): (&PatternLowering<'_>, &GrantChecker<'_>),
    sink: &mut DiagnosticSink<'_>,
) -> Vec<LoweredRule> {
    let (groups, of_names) = checker.lower_target_names(rule, names, sink);
    let part = |((name, ignore_case), targets): (&(String, bool), &Vec<TargetId>)| {
        let mut own = Clause::default();
        patterns.lower_exact(name, *ignore_case, &mut own);
        patterns.add_addresses(&mut own.plain);
        patterns.add_addresses(&mut own.folded);
        let mut groups = [targets.clone(), groups.clone()].concat();
        groups.sort_unstable();
        groups.dedup();
        lowered.part(own, groups)
    };
    of_names.iter().map(part).collect()
}

/// Reports patterns that together match every group; each has been checked alone, and does not.
fn check_everything(
    clause: &Clause,
    expressions: &[Automaton],
    span: &core::ops::Range<usize>,
    written: &[Patterns],
    sink: &mut DiagnosticSink<'_>,
) {
    let count: usize = written.iter().map(Patterns::len).sum();
    if count < 2 {
        return;
    }
    let together = |lowered: &NamesAndGlobs| {
        if expressions.is_empty() {
            return covers_everything(lowered.patterns.iter().chain(&lowered.names).map(String::as_str));
        }
        let automata: Vec<Automaton> =
            lowered.patterns.iter().chain(&lowered.names).map(|text| Automaton::of_glob(text)).collect();
        cover_everything(&automata.iter().chain(expressions).collect::<Vec<_>>())
    };
    if together(&clause.plain) || together(&clause.folded) {
        let message = "the rule's patterns together match every group";
        sink.report(Code::MatchesEverything, span, message, None);
    }
}

/// Resolves the names of a condition; unknown ones have been reported.
fn lower_condition(
    condition: &Condition,
    organization: &Organization,
    platform: &Platform,
) -> LoweredCondition {
    let lower_all = |conditions: &[Condition]| {
        conditions.iter().map(|condition| lower_condition(condition, organization, platform)).collect()
    };
    let scalars = |names: &[crate::language::yaml::Spanned<String>]| {
        names.iter().map(|name| Scalar::Text(name.value.clone())).collect::<Vec<_>>()
    };
    // The bundle's connections are sorted by their names.
    let connections_with = |wanted: &dyn Fn(&crate::language::model::Connection) -> bool| {
        let mut connections: Vec<_> = organization.connections.iter().collect();
        connections.sort_by(|left, right| left.name.value.cmp(&right.name.value));
        let wanted = connections.into_iter().enumerate().filter(|(_, connection)| wanted(connection));
        LoweredCondition::Connection(wanted.map(|(at, _)| at).collect())
    };
    match condition {
        Condition::All(conditions) => LoweredCondition::All(lower_all(conditions)),
        Condition::Any(conditions) => LoweredCondition::Any(lower_all(conditions)),
        Condition::Not(condition) => {
            LoweredCondition::Not(Box::new(lower_condition(condition, organization, platform)))
        }
        Condition::FalseIfUnknown(condition) => {
            LoweredCondition::FalseIfUnknown(Box::new(lower_condition(condition, organization, platform)))
        }
        Condition::Connection(names) => {
            connections_with(&|connection| names.iter().any(|name| name.value == connection.name.value))
        }
        Condition::Strategy(strategies) => {
            connections_with(&|connection| strategies.iter().any(|(it, _)| *it == connection.strategy))
        }
        Condition::Application(names) => {
            let named = |at: &usize| {
                let application = platform.applications.get(*at);
                application.is_some_and(|it| names.iter().any(|name| name.value == it.name.value))
            };
            LoweredCondition::Application((0..platform.applications.len()).filter(named).collect())
        }
        Condition::Client(ids) => {
            let input = OwnedLookup::event("/client/client_id", "");
            LoweredCondition::User { input, test: Test::Equals(scalars(ids)), as_number: false }
        }
        // The organization is known when compiling.
        Condition::Organization(names) => match names.iter().any(|name| name.value == organization.name) {
            true => LoweredCondition::All(Vec::new()),
            false => LoweredCondition::Any(Vec::new()),
        },
        Condition::EmailDomain(domains) => LoweredCondition::EmailDomain(
            domains.iter().flat_map(|domain| domains::spellings(&domain.value)).collect(),
        ),
        Condition::Metadata { of, key, values } => {
            let of = match of {
                MetadataOf::Organization => "organization",
                MetadataOf::Connection => "connection",
                MetadataOf::Client => "client",
            };
            let key = key.value.replace('~', "~0").replace('/', "~1");
            LoweredCondition::Metadata {
                owner: OwnedLookup::event(format!("/{of}"), "metadata"),
                input: OwnedLookup::event(format!("/{of}/metadata/{key}"), ""),
                values: scalars(values),
            }
        }
        Condition::User { attribute, test, as_number, .. } => LoweredCondition::User {
            input: OwnedLookup::attribute(&attribute.value),
            test: test.clone(),
            as_number: *as_number,
        },
    }
}
