//! The patterns of a mapping as their author wrote them.
//!
//! The bundle has patterns in the form that the engine matches, without the names of aliases and captures.

use std::collections::BTreeMap;

use crate::matching::glob::Pattern;
use crate::matching::matcher::PatternKind;
use crate::text::case_mapping;

/// The rules of a mapping by their ids. Without rules, patterns are described as the engine sees them.
#[derive(Debug, Default)]
pub(crate) struct WrittenMapping {
    pub(crate) rules: BTreeMap<String, WrittenRule>,
}

/// The patterns of a rule, in sets of which one pattern has to match.
#[derive(Debug, Default)]
pub(crate) struct WrittenRule {
    pub(crate) sets: Vec<WrittenSet>,
}

/// Patterns of which one has to match.
#[derive(Debug)]
pub(crate) struct WrittenSet {
    /// What the set is under.
    pub(crate) key: SetKey,
    pub(crate) patterns: Vec<WrittenPattern>,
}

/// The key of a set of patterns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SetKey {
    Any,
    All,
    None,
}

/// A pattern, and what the compiler made of it.
#[derive(Debug)]
pub(crate) struct WrittenPattern {
    /// `exact`, `glob` or `regex`.
    pub(crate) kind: &'static str,
    pub(crate) text: String,
    pub(crate) ignores_case: bool,
    /// The names that it matches, also those of aliases.
    pub(crate) names: Vec<String>,
    /// Names that it matches in any letter case, folded.
    pub(crate) folded_names: Vec<String>,
    /// Globs as the engine decodes them.
    pub(crate) globs: Vec<String>,
    /// Whether the compiler replaced the globs by the names of target groups that they match.
    pub(crate) means_target_names: bool,
}

impl WrittenMapping {
    /// The patterns of a rule by which a group can have been matched, with the positions of their sets.
    pub(super) fn find<'w>(
        &'w self,
        rule: &str,
        kind: PatternKind<'_, '_>,
        group: &str,
    ) -> Vec<(usize, &'w WrittenSet, &'w WrittenPattern)> {
        let Some(rule) = self.rules.get(rule) else { return Vec::new() };
        let sets = rule.sets.iter().enumerate();
        let patterns = sets.flat_map(|(at, set)| set.patterns.iter().map(move |pattern| (at, set, pattern)));
        patterns.filter(|(_, _, pattern)| pattern.is_origin_of(kind, group)).collect()
    }
}

impl WrittenPattern {
    fn is_origin_of(&self, kind: PatternKind<'_, '_>, group: &str) -> bool {
        match kind {
            PatternKind::Exact => {
                let mut folded = Vec::new();
                case_mapping::fold_into(group.as_bytes(), &mut folded);
                self.names.iter().any(|name| name == group)
                    || self.folded_names.iter().any(|name| name.as_bytes() == folded)
                    || self.means_target_names
                        && self.globs().any(|glob| glob.is_match(group.as_bytes()) || glob.is_match(&folded))
            }
            PatternKind::Glob(pattern) => self.globs().any(|glob| glob.to_glob() == pattern.to_glob()),
            PatternKind::Regex(regex) => self.text == regex.pattern(),
        }
    }

    fn globs(&self) -> impl Iterator<Item = Pattern<'_>> {
        self.globs.iter().filter_map(|lowered| Pattern::decode(lowered))
    }

    /// The pattern, such as `glob BI-*`.
    pub(super) fn describe(&self) -> String {
        let letters = if self.ignores_case { ", in any letter case" } else { "" };
        format!("{} {}{letters}", self.kind, self.text)
    }

    /// The pattern that matched a group: the name is left out if it is the group's.
    pub(super) fn describe_match(&self, group: &str) -> String {
        if self.kind == "exact" && self.text == group { "exact".to_owned() } else { self.describe() }
    }
}

impl WrittenSet {
    /// The patterns, such as `exact A or glob B-*`; of many, the first ones.
    pub(crate) fn describe(&self) -> String {
        const SHOWN: usize = 5;
        let shown = self.patterns.iter().take(SHOWN);
        let mut described: Vec<String> = shown
            .map(|it| {
                let letters = if it.ignores_case { " in any letter case" } else { "" };
                format!("{} `{}`{letters}", it.kind, it.text)
            })
            .collect();
        if self.patterns.len() > SHOWN {
            described.push(format!("{} others", self.patterns.len() - SHOWN));
        }
        described.join(" or ")
    }
}
