//! The patterns of one rule, lowered: aliases are put in the place of the names that people read, letter case is
//! taken out where it is to be ignored, and captures get their numbers.

use std::collections::BTreeSet;

use super::lowered::{Clause, Lowered};
use crate::codec::reader::Reader;
use crate::diagnostic::Code;
use crate::language::fields::DiagnosticSink;
use crate::language::model::takes_any_address;
use crate::language::model::{Organization, Patterns};
use crate::language::normalize_names::{self, Tidying};
use crate::language::yaml::Spanned;
use crate::limits::{MAX_CAPTURE_COMBINATIONS, MAX_CAPTURES, MAX_GROUP_BYTES};
use crate::matching::glob::{CAPTURE, Pattern};
use crate::matching::regex_vm::Regex;
use crate::patterns::automaton::Automaton;
use crate::patterns::captures;
use crate::patterns::domains::addresses;
use crate::patterns::folding::{fold, fold_pattern};
use crate::patterns::glob::{Glob, GlobError, Token, too_large};
use crate::patterns::inclusion::covers_everything;
use crate::patterns::regex::{self, HostRegex, RegexProblem};
use crate::text::case_mapping;
use crate::text::visible::visible;

/// Lowers the patterns of one rule, and keeps what its grants have to know about captures.
#[derive(Debug)]
pub(crate) struct PatternLowering<'o> {
    organization: &'o Organization,
    /// The names of the captures, by their numbers.
    names: Vec<String>,
    /// The rule's own patterns that lack a capture: which one, and the pattern.
    without: Vec<(usize, Spanned<String>)>,
    /// What patterns with captures take of the organization's aliases: the upstream group, and the captures.
    of_aliases: Vec<(String, Vec<String>)>,
    /// All that the captures of a pattern can be, where there is an end to it.
    finite: Vec<Vec<String>>,
    /// Whether a pattern that matches every group hides that the rule is for everyone.
    alone: bool,
    /// The rule's own regular expressions, for the question what its patterns match together.
    expressions: Vec<Automaton>,
    /// Whether one of the rule's own patterns could not be read, and may have any capture.
    broken: bool,
    /// What is certain of all names that arrive.
    tidying: Tidying,
    /// Whether names can be addresses of any domain.
    any_address: bool,
}

impl<'o> PatternLowering<'o> {
    pub(crate) fn new(organization: &'o Organization) -> Self {
        Self {
            organization,
            names: Vec::new(),
            without: Vec::new(),
            of_aliases: Vec::new(),
            finite: Vec::new(),
            alone: true,
            expressions: Vec::new(),
            broken: false,
            tidying: normalize_names::certain(&organization.connections),
            any_address: takes_any_address(&organization.connections),
        }
    }

    /// Lets the patterns that follow match every group, because others say which groups the user must not have.
    pub(crate) fn narrowed(&mut self, narrowed: bool) {
        self.alone = !narrowed;
    }

    /// The number of a capture.
    pub(crate) fn capture(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    pub(crate) fn capture_names(&self) -> &[String] {
        &self.names
    }

    /// Whether nobody can say which captures there are; why has been reported.
    pub(crate) fn is_broken(&self) -> bool {
        self.broken
    }

    /// A pattern that a group can match without this capture.
    pub(crate) fn pattern_without(&self, capture: usize) -> Option<&Spanned<String>> {
        self.without.iter().find(|(lacking, _)| *lacking == capture).map(|(_, pattern)| pattern)
    }

    pub(crate) fn alias_captures(&self) -> &[(String, Vec<String>)] {
        &self.of_aliases
    }

    pub(crate) fn finite_captures(&self) -> &[Vec<String>] {
        &self.finite
    }

    pub(crate) fn expressions(&self) -> &[Automaton] {
        &self.expressions
    }

    /// Lowers patterns of which one has to match; `own` are those whose captures the rule may grant.
    pub(crate) fn lower(&mut self, all: &[Patterns], own: bool, findings: &mut DiagnosticSink<'_>) -> Clause {
        let mut clause = Clause::default();
        // Which captures each pattern has is compared when all of their names are known.
        let mut captures_of: Vec<(Spanned<String>, Vec<usize>)> = Vec::new();
        for patterns in all {
            for exact in &patterns.exact {
                if check_pattern(exact, findings) {
                    self.lower_exact(&exact.value, patterns.ignore_case, &mut clause);
                    captures_of.push((exact.clone(), Vec::new()));
                }
            }
            for glob in &patterns.glob {
                if check_pattern(glob, findings) {
                    let captures = self.lower_glob(glob, patterns.ignore_case, own, &mut clause, findings);
                    self.broken |= own && captures.is_none();
                    captures_of.extend(captures.map(|captures| (glob.clone(), captures)));
                }
            }
            for expression in &patterns.regex {
                if check_empty(expression, findings) {
                    continue;
                }
                let captures = self.lower_regex(expression, patterns.ignore_case, own, &mut clause, findings);
                self.broken |= own && captures.is_none();
                captures_of.extend(captures.map(|captures| (expression.clone(), captures)));
            }
        }
        for list in [&mut clause.plain, &mut clause.folded] {
            self.add_addresses(list);
        }
        for (pattern, captures) in captures_of {
            if own {
                let lacking = (0..self.names.len()).filter(|number| !captures.contains(number));
                self.without.extend(lacking.map(|number| (number, pattern.clone())));
            } else if !captures.is_empty() {
                let message = format!(
                    "`{}` has a capture, and what `all` and `none` match cannot be granted",
                    pattern.value.escape_debug()
                );
                let help = "capture nothing there, or put the pattern under `any`".to_owned();
                findings.report(Code::UnknownCapture, &pattern.span, message, help);
            }
        }
        clause
    }

    /// Adds what names and globs are where they arrive as addresses: both spellings of the domain, folded.
    pub(crate) fn add_addresses(&self, lowered: &mut Lowered) {
        if self.any_address {
            for list in [&mut lowered.names, &mut lowered.patterns] {
                let addresses: BTreeSet<String> = list.iter().flat_map(|text| addresses(text)).collect();
                list.retain(|text| !addresses.contains(text));
                list.extend(addresses);
            }
        }
    }

    fn lower_exact(&self, name: &str, ignore_case: bool, clause: &mut Clause) {
        let wanted = if ignore_case { fold(name) } else { name.to_owned() };
        let mut aliased = false;
        for alias in &self.organization.aliases {
            let readable = if ignore_case { fold(&alias.name.value) } else { alias.name.value.clone() };
            if readable == wanted {
                clause.plain.names.push(alias.id.value.clone());
                aliased = true;
            }
        }
        // A readable name stands for its groups alone: whoever calls a group so upstream is not one of them.
        if !aliased {
            let list = if ignore_case { &mut clause.folded } else { &mut clause.plain };
            list.names.push(wanted);
        }
    }

    /// Lowers a glob; returns the captures that all of its alternatives have, or nothing if it is none.
    fn lower_glob(
        &mut self,
        written: &Spanned<String>,
        ignore_case: bool,
        own: bool,
        clause: &mut Clause,
        findings: &mut DiagnosticSink<'_>,
    ) -> Option<Vec<usize>> {
        let mut glob = match Glob::parse_capturing(&written.value, &mut self.names) {
            Ok(glob) => glob,
            Err(GlobError::Invalid(problem, help)) => {
                let message = format!("`{}` is no glob: {problem}", written.value.escape_debug());
                findings.report(Code::InvalidGlob, &written.span, message, help.to_owned());
                return None;
            }
            Err(GlobError::TooLarge) => {
                findings.report(Code::GlobTooLarge, &written.span, too_large(), None);
                return None;
            }
        };
        if ignore_case {
            glob.names.iter_mut().for_each(|name| *name = fold(name));
            glob.patterns.iter_mut().for_each(|pattern| *pattern = fold_pattern(pattern));
        }
        let alternatives = glob.patterns.iter().chain(&glob.names);
        self.check_tidy(
            written,
            &|| alternatives.clone().map(|it| Automaton::of_glob(it)).collect(),
            findings,
        );
        if self.alone && covers_everything(glob.patterns.iter().chain(&glob.names).map(String::as_str)) {
            report_everything(written, findings);
        }
        let has = |pattern: &String, number: usize| {
            let letter = char::from(b'a' + u8::try_from(number).unwrap_or_default());
            pattern.contains(&[char::from(CAPTURE), letter].iter().collect::<String>())
        };
        let in_all = |number: &usize| {
            glob.names.is_empty() && glob.patterns.iter().all(|pattern| has(pattern, *number))
        };
        let captures: Vec<usize> = (0..self.names.len()).filter(in_all).collect();
        // A readable name of an alias is held against the glob as it is written.
        let expression = (own && captures::has_any(&glob.patterns))
            .then(|| as_regex(&glob.tokens, &written.value, ignore_case));
        let engine = expression.as_ref().and_then(|encoded| Regex::decode(&mut Reader::new(encoded)));
        for alias in &self.organization.aliases {
            let readable = if ignore_case { fold(&alias.name.value) } else { alias.name.value.clone() };
            let is_match = |pattern: &String| {
                Pattern::decode(pattern).is_some_and(|pattern| pattern.is_match(readable.as_bytes()))
            };
            if !glob.names.contains(&readable) && !glob.patterns.iter().any(is_match) {
                continue;
            }
            match &engine {
                Some(engine) if !captures.is_empty() => {
                    let mut taken = vec![String::new(); self.names.len()];
                    engine.captures(readable.as_bytes(), |number, capture| {
                        if let Some(slot) = taken.get_mut(number) {
                            *slot = String::from_utf8_lossy(capture).into_owned();
                        }
                    });
                    self.of_aliases.push((alias.id.value.clone(), taken));
                }
                _ => clause.plain.names.push(alias.id.value.clone()),
            }
        }
        let list = if ignore_case { &mut clause.folded } else { &mut clause.plain };
        list.names.extend(glob.names);
        let mut arriving = Lowered { patterns: glob.patterns, ..Lowered::default() };
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
        clause.regexes.push(as_regex(&tokens, &written.value, ignore_case));
        clause.regexes_are_folded |= ignore_case;
        Some(captures)
    }

    /// Reports a pattern, or an alternative of it, that no name matches as the sources tidy them.
    fn check_tidy(
        &self,
        written: &Spanned<String>,
        alternatives: &dyn Fn() -> Vec<Automaton>,
        findings: &mut DiagnosticSink<'_>,
    ) {
        let can_match = |tidying: Tidying| alternatives().iter().all(|it| tidying.can_match(it));
        if self.tidying == Tidying::NONE || can_match(self.tidying) {
            return;
        }
        let tidied = self.tidying.tidy(&written.value);
        let what = if can_match(Tidying { nfc: false, ..self.tidying }) {
            "brings letters into normalization form C"
        } else {
            "leaves no spaces at the ends and no invisible characters"
        };
        let part = match alternatives().iter().any(|it| self.tidying.can_match(it)) {
            true => "an alternative of ",
            false => "",
        };
        let message = format!("{part}`{}` can match no name: `normalize` {what}", visible(&written.value));
        let help = match tidied == written.value || tidied.is_empty() {
            true => "write it as names are after `normalize`".to_owned(),
            false => format!("write `{}`", visible(&tidied)),
        };
        findings.report(Code::UnreachablePattern, &written.span, message, help);
    }

    fn lower_regex(
        &mut self,
        written: &Spanned<String>,
        ignore_case: bool,
        own: bool,
        clause: &mut Clause,
        findings: &mut DiagnosticSink<'_>,
    ) -> Option<Vec<usize>> {
        let checked = match regex::check(&written.value, ignore_case) {
            Ok(checked) => checked,
            Err(RegexProblem::Invalid(problem, help)) => {
                let message = format!("the regex `{}` cannot be used: {problem}", shown(&written.value));
                findings.report(Code::InvalidRegex, &written.span, message, help);
                return None;
            }
            Err(RegexProblem::TooLarge(problem, help)) => {
                let message = format!("the regular expression is too large: {problem}");
                findings.report(Code::RegexTooLarge, &written.span, message, help);
                return None;
            }
        };
        let engine = HostRegex::new(&written.value, ignore_case)?;
        if self.alone && checked.matches_everything {
            report_everything(written, findings);
        }
        self.check_tidy(written, &|| vec![checked.automaton.clone()], findings);
        let mut captures = Vec::new();
        for capture in &checked.captures {
            let known = self.names.iter().position(|name| *name == capture.name);
            captures.push(known.unwrap_or_else(|| {
                self.names.push(capture.name.clone());
                self.names.len() - 1
            }));
        }
        if self.names.len() > MAX_CAPTURES {
            let message = format!("the rule's patterns have more than {} captures", MAX_CAPTURES);
            let help = "capture only what is granted".to_owned();
            findings.report(Code::InvalidRegex, &written.span, message, help);
            return None;
        }
        if own {
            self.expressions.push(checked.automaton.clone());
            self.finite.extend(combinations(&checked.captures, &captures, self.names.len()));
        }
        for alias in &self.organization.aliases {
            // What is captured without regard to case is in lower case, at logins as well.
            let readable =
                if ignore_case { alias.name.value.to_ascii_lowercase() } else { alias.name.value.clone() };
            if !engine.is_match(&readable) {
                continue;
            }
            if own && !captures.is_empty() {
                let mut taken = vec![String::new(); self.names.len()];
                engine.captures(&readable, |name, capture| {
                    if let Some(slot) = self.capture(name).and_then(|number| taken.get_mut(number)) {
                        capture.clone_into(slot);
                    }
                });
                self.of_aliases.push((alias.id.value.clone(), taken));
            } else {
                clause.plain.names.push(alias.id.value.clone());
            }
        }
        let number = |name: &str| self.capture(name).and_then(|at| u8::try_from(at).ok()).unwrap_or_default();
        clause.regexes.push(checked.encode(&written.value, ignore_case, &number));
        Some(captures)
    }
}

/// A glob as the regular expression that it is read as, as the engine decodes it.
fn as_regex(tokens: &[Token], written: &str, ignore_case: bool) -> Vec<u8> {
    let fold = |piece: &str| if ignore_case { fold_pattern(piece) } else { piece.to_owned() };
    regex::encode_glob(written, ignore_case, &captures::tree(tokens, &fold))
}

impl Glob {
    /// The captures of a name that matches, each with its name; nothing if the name does not match.
    ///
    /// They are folded if letter case is ignored, as the name is then compared. This is the engine's own
    /// capturing.
    pub fn captures(&self, name: &str, ignore_case: bool) -> Option<Vec<(String, String)>> {
        let name = if ignore_case { fold(name) } else { name.to_owned() };
        let fold = |text: &String| if ignore_case { fold_pattern(text) } else { text.clone() };
        let (names, patterns): (Vec<_>, Vec<_>) =
            (self.names.iter().map(fold).collect(), self.patterns.iter().map(fold).collect());
        let is_match = |pattern: &Pattern<'_>| pattern.is_match(name.as_bytes());
        let matching = patterns.iter().filter_map(|pattern| Pattern::decode(pattern)).find(is_match);
        if matching.is_none() && !names.contains(&name) {
            return None;
        }
        let mut captures = Vec::new();
        let mut take = |number: usize, taken: &[u8]| {
            let named = self.captures.get(number).filter(|_| !taken.is_empty());
            captures.extend(named.map(|of| (of.clone(), String::from_utf8_lossy(taken).into_owned())));
        };
        if captures::are_plain(&patterns) {
            matching.into_iter().for_each(|pattern| pattern.captures(name.as_bytes(), &mut take));
        } else if captures::has_any(&patterns) {
            let encoded = as_regex(&self.tokens, "", ignore_case);
            Regex::decode(&mut Reader::new(&encoded))?.captures(name.as_bytes(), &mut take);
        }
        Some(captures)
    }
}

/// Every combination of what a pattern's captures can be, if there is an end to each of them.
fn combinations(captures: &[regex::Capture], numbers: &[usize], count: usize) -> Vec<Vec<String>> {
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

fn report_everything(written: &Spanned<String>, findings: &mut DiagnosticSink<'_>) {
    let help = "write `everyone: true` instead of `match` if every user of this customer shall have what the rule \
                grants; otherwise name the groups more closely";
    let message = format!("`{}` matches every group", written.value);
    findings.report(Code::MatchesEverything, &written.span, message, help.to_owned());
}

/// Reports a pattern without a character; returns whether it is one.
fn check_empty(pattern: &Spanned<String>, findings: &mut DiagnosticSink<'_>) -> bool {
    if pattern.value.is_empty() {
        let help = "name a group, or remove the entry".to_owned();
        findings.report(Code::EmptyPattern, &pattern.span, "the pattern is empty", help);
    }
    pattern.value.is_empty()
}

/// Reports a pattern that no group name can match.
fn check_pattern(pattern: &Spanned<String>, findings: &mut DiagnosticSink<'_>) -> bool {
    let text = pattern.value.as_str();
    if check_empty(pattern, findings) {
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

/// A regular expression on one line, with its backslashes as they are written: there are many.
fn shown(regex: &str) -> String {
    let show = |char: char| match char {
        '\\' | '\'' | '"' => char.to_string(),
        other => other.escape_debug().to_string(),
    };
    regex.chars().map(show).collect()
}

/// In lower case as the engine has it.
pub(crate) fn lower(text: &str) -> String {
    let mut lower = Vec::new();
    case_mapping::lower_into(text.as_bytes(), &mut lower);
    String::from_utf8_lossy(&lower).into_owned()
}
