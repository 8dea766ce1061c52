//! A mapping's patterns as its author wrote them, each with what lowering makes of it.

use core::slice;

use super::super::rule_patterns::{MatchesEverything, PatternLowering};
use crate::host::explanation::written::{SetKey, WrittenMapping, WrittenPattern, WrittenRule, WrittenSet};
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::model::{Matches, Organization, Patterns, Rule};
use crate::language::target_names::TargetNames;
use crate::language::yaml::Spanned;

/// The patterns of an organization without errors.
pub(super) fn written(organization: &Organization) -> WrittenMapping {
    let rules = organization.rules.iter();
    let rules = rules.map(|rule| (rule.id.value.clone(), written_rule(organization, rule)));
    WrittenMapping { rules: rules.collect() }
}

fn written_rule(organization: &Organization, rule: &Rule) -> WrittenRule {
    let Matches::Groups { any, all, none, .. } = &rule.matches else { return WrittenRule::default() };
    // What `any` has is one set, even if it is written as several.
    let mut sets = Vec::new();
    if !any.is_empty() {
        sets.push((SetKey::Any, any.iter().flat_map(one_each).collect()));
    }
    sets.extend(all.iter().map(|patterns| (SetKey::All, one_each(patterns))));
    sets.extend(none.iter().map(|patterns| (SetKey::None, one_each(patterns))));
    // One after the other, and in the order of lowering, so captures have the same numbers.
    let mut lowering = PatternLowering::new(organization);
    let sets: Vec<(SetKey, Vec<Patterns>)> = sets;
    let means_target_names = TargetNames::of(rule).is_some();
    lowering.set_matches_everything(MatchesEverything::IsAllowed);
    let sets = sets.iter().map(|(key, patterns)| {
        let patterns = patterns.iter().map(|single| WrittenPattern {
            means_target_names: means_target_names && *key == SetKey::Any,
            ..written_pattern(&mut lowering, single, *key)
        });
        WrittenSet { key: *key, patterns: patterns.collect() }
    });
    WrittenRule { sets: sets.collect() }
}

/// The patterns of a set, each alone.
fn one_each(patterns: &Patterns) -> Vec<Patterns> {
    let alone = |span: &core::ops::Range<usize>| Patterns {
        span: span.clone(),
        exact: Vec::new(),
        glob: Vec::new(),
        regex: Vec::new(),
        ignore_case: patterns.ignore_case,
    };
    let exact = patterns.exact.iter().map(|it| Patterns { exact: vec![it.clone()], ..alone(&it.span) });
    let glob = patterns.glob.iter().map(|it| Patterns { glob: vec![it.clone()], ..alone(&it.written.span) });
    let regex =
        patterns.regex.iter().map(|it| Patterns { regex: vec![it.clone()], ..alone(&it.written.span) });
    exact.chain(glob).chain(regex).collect()
}

fn written_pattern<'p>(
    lowering: &mut PatternLowering<'p>,
    single: &'p Patterns,
    key: SetKey,
) -> WrittenPattern {
    // The mapping has no errors, so nothing new is found.
    let mut found = Vec::new();
    let mut sink = DiagnosticSink { file: "", list: &mut found };
    let known = lowering.alias_captures().len();
    let clause = lowering.lower(slice::from_ref(single), key == SetKey::Any, &mut sink);
    let aliases = lowering.alias_captures().iter().skip(known).map(|(id, _)| id.clone());
    let names = clause.plain.names.into_iter().chain(aliases).collect();
    let globs = clause.plain.patterns.into_iter().chain(clause.folded.patterns).collect();
    let kind = if !single.exact.is_empty() {
        "exact"
    } else if !single.glob.is_empty() {
        "glob"
    } else {
        "regex"
    };
    let text = single.written().map(|it: &Spanned<String>| it.value.clone()).next().unwrap_or_default();
    let ignores_case = single.ignore_case;
    WrittenPattern {
        kind,
        text,
        ignores_case,
        names,
        folded_names: clause.folded.names,
        globs,
        means_target_names: false,
    }
}
