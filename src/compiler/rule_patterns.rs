//! Lowers the patterns of one rule: aliases are replaced with their ids, patterns are folded if letter case is ignored,
//! and captures get their numbers.

use std::collections::BTreeSet;

use super::lowered::{Clause, NamesAndGlobs};
use crate::diagnostic::Code;
use crate::language::diagnostic_sink::DiagnosticSink;
use crate::language::model::{Organization, Patterns, takes_any_address};
use crate::language::parsed_patterns::PatternProblem;
use crate::language::yaml::Spanned;
use crate::limits::{MAX_CAPTURE_COMBINATIONS, MAX_CAPTURES};
use crate::matching::glob::{CAPTURE, Pattern};
use crate::patterns::automaton::Automaton;
use crate::patterns::captures;
use crate::patterns::domains::addresses;
use crate::patterns::folding::{fold, fold_pattern};
use crate::patterns::glob::Glob;
use crate::patterns::inclusion::covers_everything;
use crate::patterns::regex::{DecodedRegex, ParsedRegex, RegexCapture};

/// Lowers the patterns of one rule, and records the captures for its grants.
#[derive(Debug)]
pub(crate) struct PatternLowering<'o> {
    organization: &'o Organization,
    /// The names of the captures, by their numbers.
    names: Vec<String>,
    /// The rule's own patterns that lack a capture: the capture's number, and the pattern.
    without: Vec<(usize, &'o Spanned<String>)>,
    /// What patterns capture of the organization's aliases: the upstream group, and the captures.
    of_aliases: Vec<(String, Vec<String>)>,
    /// All combinations of what the captures of a pattern can be, if there are few.
    finite: Vec<Vec<String>>,
    /// Whether a pattern that matches every group is reported: it hides that the rule is for everyone.
    matches_everything: MatchesEverything,
    /// The rule's own regular expressions, to check what its patterns match together.
    expressions: Vec<Automaton>,
    /// Whether one of the rule's own patterns could not be parsed, so that it may have any capture.
    broken: bool,
    /// Whether names can be addresses of any domain.
    any_address: bool,
    /// Whether all texts that the rule's own patterns can capture are known.
    captures_are_known: bool,
}

/// What is done about a pattern that matches every group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MatchesEverything {
    IsReported,
    /// `none` restricts the rule.
    IsAllowed,
    /// It is reported, and is under `none`, so that the rule never fires.
    EndsRule,
}

impl<'o> PatternLowering<'o> {
    pub(crate) fn new(organization: &'o Organization) -> Self {
        Self {
            organization,
            names: Vec::new(),
            without: Vec::new(),
            of_aliases: Vec::new(),
            finite: Vec::new(),
            matches_everything: MatchesEverything::IsReported,
            expressions: Vec::new(),
            broken: false,
            any_address: takes_any_address(&organization.connections),
            captures_are_known: true,
        }
    }

    /// Sets what is done about the following patterns if they match every group.
    pub(crate) fn set_matches_everything(&mut self, matches_everything: MatchesEverything) {
        self.matches_everything = matches_everything;
    }

    /// The number of a capture.
    pub(crate) fn capture(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    pub(crate) fn capture_names(&self) -> &[String] {
        &self.names
    }

    /// Whether the captures are not known, because a pattern could not be parsed.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// A pattern that a group can match without this capture.
    pub(crate) fn pattern_without(&self, capture: usize) -> Option<&'o Spanned<String>> {
        self.without.iter().find(|(missing, _)| *missing == capture).map(|(_, pattern)| *pattern)
    }

    pub(crate) fn alias_captures(&self) -> &[(String, Vec<String>)] {
        &self.of_aliases
    }

    pub(crate) fn finite_captures(&self) -> &[Vec<String>] {
        &self.finite
    }

    /// Whether all texts that the rule's own patterns can capture are known, so that its grants are, too.
    pub(crate) fn captures_are_known(&self) -> bool {
        self.captures_are_known
    }

    pub(crate) fn expressions(&self) -> &[Automaton] {
        &self.expressions
    }

    /// Lowers patterns of which one has to match; `own` are those whose captures the rule may grant.
    pub(crate) fn lower(&mut self, all: &'o [Patterns], own: bool, sink: &mut DiagnosticSink<'_>) -> Clause {
        let mut clause = Clause::default();
        // Which pattern lacks which capture is known only after all of their names are.
        let mut captures_of: Vec<(&Spanned<String>, Vec<usize>)> = Vec::new();
        for patterns in all {
            let ignore_case = patterns.ignore_case;
            for exact in &patterns.exact {
                if let Some(problem) = PatternProblem::of_text(&exact.value) {
                    problem.report(exact, sink);
                } else {
                    self.lower_exact(&exact.value, ignore_case, &mut clause);
                    captures_of.push((exact, Vec::new()));
                }
            }
            for glob in &patterns.glob {
                let written = &glob.written;
                match &glob.parsed {
                    Err(problem) => self.report_problem(written, problem, own, sink),
                    Ok(glob) => {
                        let captures = self.lower_glob(written, glob, ignore_case, own, &mut clause, sink);
                        self.broken |= own && captures.is_none();
                        captures_of.extend(captures.map(|captures| (written, captures)));
                    }
                }
            }
            for regex in &patterns.regex {
                let written = &regex.written;
                match &regex.parsed {
                    Err(problem) => self.report_problem(written, problem, own, sink),
                    Ok(regex) => {
                        let captures = self.lower_regex(written, regex, own, &mut clause, sink);
                        self.broken |= own && captures.is_none();
                        captures_of.extend(captures.map(|captures| (written, captures)));
                    }
                }
            }
        }
        for list in [&mut clause.plain, &mut clause.folded] {
            self.add_addresses(list);
        }
        for (pattern, captures) in captures_of {
            if own {
                let missing = (0..self.names.len()).filter(|number| !captures.contains(number));
                self.without.extend(missing.map(|number| (number, pattern)));
            } else if !captures.is_empty() {
                let message = format!(
                    "`{}` has a capture, and captures under `all` and `none` cannot be granted",
                    pattern.value.escape_debug()
                );
                let help = "remove the capture, or put the pattern under `any`".to_owned();
                sink.report(Code::UnknownCapture, &pattern.span, message, help);
            }
        }
        clause
    }

    /// Lowers the entries of `all` or `none`, each to a clause.
    pub(crate) fn lower_each(
        &mut self,
        entries: &'o [Patterns],
        sink: &mut DiagnosticSink<'_>,
    ) -> Vec<Clause> {
        entries.iter().map(|entry| self.lower(core::slice::from_ref(entry), false, sink)).collect()
    }

    /// Replaces names and globs that are addresses with both spellings of their domains, folded, if names can arrive as
    /// addresses.
    pub(crate) fn add_addresses(&self, lowered: &mut NamesAndGlobs) {
        if self.any_address {
            for list in [&mut lowered.names, &mut lowered.patterns] {
                let addresses: BTreeSet<String> = list.iter().flat_map(|text| addresses(text)).collect();
                list.retain(|text| !addresses.contains(text));
                list.extend(addresses);
            }
        }
    }

    pub(super) fn lower_exact(&self, name: &str, ignore_case: bool, clause: &mut Clause) {
        let name = if ignore_case { fold(name) } else { name.to_owned() };
        let mut aliased = false;
        for alias in &self.organization.aliases {
            let readable = if ignore_case { fold(&alias.name.value) } else { alias.name.value.clone() };
            if readable == name {
                clause.plain.names.push(alias.id.value.clone());
                aliased = true;
            }
        }
        // The name of an alias means only its ids: an upstream group with that very name does not match.
        if !aliased {
            let list = if ignore_case { &mut clause.folded } else { &mut clause.plain };
            list.names.push(name);
        }
    }

    /// Reports a pattern that cannot be used.
    fn report_problem(
        &mut self,
        written: &Spanned<String>,
        problem: &PatternProblem,
        own: bool,
        sink: &mut DiagnosticSink<'_>,
    ) {
        problem.report(written, sink);
        self.broken |= own && problem.may_hide_captures();
        self.number(problem.captures.iter().map(String::as_str));
    }

    /// The numbers of captures, some of which may be new; `None` if there are too many.
    fn number<'n>(&mut self, names: impl Iterator<Item = &'n str>) -> Option<Vec<usize>> {
        let mut numbers = Vec::new();
        for name in names {
            numbers.push(self.capture(name).unwrap_or_else(|| {
                self.names.push(name.to_owned());
                self.names.len() - 1
            }));
        }
        if numbers.iter().any(|number| *number >= MAX_CAPTURES) { None } else { Some(numbers) }
    }

    /// Lowers a glob; returns the captures that all of its alternatives have, or `None` if it cannot be used.
    fn lower_glob(
        &mut self,
        written: &Spanned<String>,
        parsed: &Glob,
        ignore_case: bool,
        own: bool,
        clause: &mut Clause,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Vec<usize>> {
        let Some(numbers) = self.number(parsed.captures.iter().map(String::as_str)) else {
            let text = written.value.escape_debug();
            let message = format!("`{text}` is not a glob: {}", too_many_captures());
            sink.report(Code::InvalidGlob, &written.span, message, ONLY_GRANTED.to_owned());
            return None;
        };
        let mut glob = parsed.renumbered(&numbers);
        if ignore_case {
            glob.names.iter_mut().for_each(|name| *name = fold(name));
            glob.patterns.iter_mut().for_each(|pattern| *pattern = fold_pattern(pattern));
        }
        if self.matches_everything != MatchesEverything::IsAllowed
            && covers_everything(glob.patterns.iter().chain(&glob.names).map(String::as_str))
        {
            report_everything(written, self.matches_everything, sink);
        }
        let has = |pattern: &String, number: usize| {
            let letter = char::from(b'a' + u8::try_from(number).unwrap_or_default());
            pattern.contains(&[char::from(CAPTURE), letter].iter().collect::<String>())
        };
        let in_all = |number: &usize| {
            glob.names.is_empty() && glob.patterns.iter().all(|pattern| has(pattern, *number))
        };
        let captures: Vec<usize> = (0..self.names.len()).filter(in_all).collect();
        self.captures_are_known &= !own || captures.is_empty();
        // The name of an alias is compared with the glob as it is written.
        let mut expression = None;
        if own && captures::has_any(&glob.patterns) {
            expression = Some(captures::as_regex(&glob.tokens, &written.value, ignore_case));
        }
        let decoded = expression.as_deref().and_then(DecodedRegex::decode);
        for alias in &self.organization.aliases {
            let readable = if ignore_case { fold(&alias.name.value) } else { alias.name.value.clone() };
            let is_match = |pattern: &String| {
                Pattern::decode(pattern).is_some_and(|pattern| pattern.is_match(readable.as_bytes()))
            };
            if !glob.names.contains(&readable) && !glob.patterns.iter().any(is_match) {
                continue;
            }
            match &decoded {
                Some(decoded) if !captures.is_empty() => {
                    let mut taken = vec![String::new(); self.names.len()];
                    decoded.captures(&readable, |number, capture| {
                        if let Some(slot) = taken.get_mut(number) {
                            capture.clone_into(slot);
                        }
                    });
                    self.of_aliases.push((alias.id.value.clone(), taken));
                }
                _ => clause.plain.names.push(alias.id.value.clone()),
            }
        }
        let list = if ignore_case { &mut clause.folded } else { &mut clause.plain };
        list.names.extend(glob.names);
        let mut arriving = NamesAndGlobs { patterns: glob.patterns, ..NamesAndGlobs::default() };
        self.add_addresses(&mut arriving);
        if expression.is_none() || captures::are_plain(&arriving.patterns) {
            list.patterns.extend(arriving.patterns);
            return Some(captures);
        }
        self.expressions.extend(arriving.patterns.iter().map(|pattern| Automaton::of_glob(pattern)));
        let tokens = match self.any_address {
            true => captures::with_addresses(&glob.tokens, false),
            false => glob.tokens,
        };
        clause.regexes.push(captures::as_regex(&tokens, &written.value, ignore_case));
        clause.regexes_are_folded |= ignore_case;
        Some(captures)
    }

    fn lower_regex(
        &mut self,
        written: &Spanned<String>,
        regex: &ParsedRegex,
        own: bool,
        clause: &mut Clause,
        sink: &mut DiagnosticSink<'_>,
    ) -> Option<Vec<usize>> {
        if self.matches_everything != MatchesEverything::IsAllowed && regex.matches_everything() {
            report_everything(written, self.matches_everything, sink);
        }
        let names = regex.captures().iter().map(|capture| capture.name.as_str());
        let Some(captures) = self.number(names) else {
            sink.report(Code::InvalidRegex, &written.span, too_many_captures(), ONLY_GRANTED.to_owned());
            return None;
        };
        if own {
            self.expressions.push(regex.automaton());
            let known = combinations(regex.captures(), &captures, self.names.len());
            self.captures_are_known &= captures.is_empty() || !known.is_empty();
            self.finite.extend(known);
        }
        let decoded = if self.organization.aliases.is_empty() { None } else { regex.decoded() };
        for alias in &self.organization.aliases {
            let Some(decoded) = &decoded else { break };
            let readable = &alias.name.value;
            if !decoded.is_match(readable) {
                continue;
            }
            if own && !captures.is_empty() {
                let mut taken = vec![String::new(); self.names.len()];
                decoded.captures(readable, |place, capture| {
                    if let Some(slot) = captures.get(place).and_then(|number| taken.get_mut(*number)) {
                        capture.clone_into(slot);
                    }
                });
                self.of_aliases.push((alias.id.value.clone(), taken));
            } else {
                clause.plain.names.push(alias.id.value.clone());
            }
        }
        clause.regexes.push(regex.encode(&captures));
        Some(captures)
    }
}

fn too_many_captures() -> String {
    format!("the rule's patterns have more than {MAX_CAPTURES} captures")
}

const ONLY_GRANTED: &str = "capture only what is granted";

/// Every combination of what a pattern's captures can be; empty if there are too many.
fn combinations(captures: &[RegexCapture], numbers: &[usize], count: usize) -> Vec<Vec<String>> {
    if captures.is_empty() {
        return Vec::new();
    }
    let mut all = vec![vec![String::new(); count]];
    for (capture, number) in captures.iter().zip(numbers) {
        let Some(texts) = &capture.values else { return Vec::new() };
        if all.len() * texts.len() > MAX_CAPTURE_COMBINATIONS {
            return Vec::new();
        }
        let with = |known: &Vec<String>| {
            texts
                .iter()
                .map(move |text| {
                    let mut next = known.clone();
                    if let Some(slot) = next.get_mut(*number) {
                        text.clone_into(slot);
                    }
                    next
                })
                .collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    all
}

fn report_everything(written: &Spanned<String>, how: MatchesEverything, sink: &mut DiagnosticSink<'_>) {
    let help = "write `everyone: true` instead of `match` if every user of this customer is to receive what the rule \
                grants; otherwise match fewer groups";
    let of_names = "to match the groups that have the names of target groups, write `glob: \"${group}\"` and \
                    `grant: \"${group}\"`, with this capture once and as it is in every grant; otherwise match fewer groups";
    let under_none = "under `none`, it keeps the rule from every user with a group, so the rule never fires: name the groups \
                      that a user must not have, or remove the rule";
    let captures =
        written.value.contains("${") || written.value.contains("(?<") || written.value.contains("(?P<");
    let message = format!("`{}` matches every group", written.value);
    sink.report(
        Code::MatchesEverything,
        &written.span,
        message,
        match how {
            MatchesEverything::EndsRule => under_none,
            _ if captures => of_names,
            _ => help,
        }
        .to_owned(),
    );
}
