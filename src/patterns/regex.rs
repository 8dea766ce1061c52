//! Regular expressions as authors write them: which of them the language has, and what is known about each.
//!
//! regex-lite decides what is valid, and the tests hold the engine against it. regex-syntax reads the same patterns
//! into a tree, off which the compiler reads the rest: the program that the engine runs, how a match begins and ends,
//! what a capture can hold, whether a name is left out. A pattern in which the two could disagree is refused.

mod program;
mod standalone_regex;
mod tree;
mod vet;

use core::fmt;
use std::collections::BTreeSet;

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{self, ErrorKind};
use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Capture as CaptureNode, Class, Hir, HirKind};

pub use self::standalone_regex::{StandaloneRegex, StandaloneRegexError};

use self::tree::Case;
use super::automaton::{Automaton, is_usable};
use super::inclusion::cover_everything;
use crate::codec::reader::Reader;
use crate::codec::writer::Writer;
use crate::limits::{
    MAX_CAPTURE_VALUES, MAX_PREFIX_BYTES, MAX_PREFIXES, MAX_REGEX_BYTES, MAX_REGEX_DEPTH, MAX_REGEX_SIZE,
    MAX_REGEX_STEPS,
};
use crate::matching::regex_vm;

/// A regular expression that is in order, and what is known about it.
#[derive(Clone, Debug)]
pub(crate) struct CheckedRegex {
    /// Every match begins with one of them, none of which is empty; nothing is known if there are none.
    ///
    /// In lower case if case is ignored.
    pub(crate) prefixes: Vec<String>,
    /// Every match ends with one of them; the same holds of these.
    pub(crate) suffixes: Vec<String>,
    /// Its named groups, in their order. Each takes part in every match, once, with at least one character.
    pub(crate) captures: Vec<Capture>,
    /// What it matches, for questions about several patterns together.
    pub(crate) automaton: Automaton,
    /// Whether it matches every name there can be.
    pub(crate) matches_everything: bool,
    tree: Hir,
}

impl CheckedRegex {
    /// What the engine decodes; `number` gives the captures their numbers.
    pub(crate) fn encode(&self, pattern: &str, ignore_case: bool, number: &dyn Fn(&str) -> u8) -> Vec<u8> {
        let kind = if ignore_case { regex_vm::ASCII_LOWER } else { regex_vm::AS_ARRIVED };
        encode(pattern, kind, [&self.prefixes, &self.suffixes], &self.tree, number)
    }
}

/// What the engine decodes of a glob that is read as a regular expression, whose captures have their numbers as names.
pub(crate) fn encode_glob(glob: &str, ignore_case: bool, tree: &Hir) -> Vec<u8> {
    let letters = if ignore_case { regex_vm::FOLDED } else { regex_vm::AS_ARRIVED };
    let [prefixes, suffixes] = [ExtractKind::Prefix, ExtractKind::Suffix].map(|kind| ends(tree, kind));
    let number = |name: &str| name.parse().unwrap_or_default();
    encode(glob, regex_vm::GLOB | letters, [&prefixes, &suffixes], tree, &number)
}

fn encode(
    pattern: &str,
    kind: u8,
    ends: [&Vec<String>; 2],
    tree: &Hir,
    number: &dyn Fn(&str) -> u8,
) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.text(pattern);
    writer.bytes.push(kind);
    for literals in ends {
        writer.list(literals, |writer, literal| writer.text(literal));
    }
    program::encode(tree, number, &mut writer);
    writer.bytes
}

/// A regular expression as regex-lite runs it: for questions before there is a bundle.
#[derive(Clone, Debug)]
pub(crate) struct HostRegex(regex_lite::Regex);

impl HostRegex {
    /// `None` if it is none.
    pub(crate) fn new(pattern: &str, ignore_case: bool) -> Option<Self> {
        // A pattern that is none by itself, such as `a)|(b`, could leave the group that it is put into.
        parses(pattern).ok()?;
        let whole = builder(&format!("^(?:{pattern})$"))
            .case_insensitive(ignore_case)
            .size_limit(MAX_REGEX_SIZE)
            .build();
        whole.ok().map(Self)
    }

    /// Whether the whole of a name matches.
    pub(crate) fn is_match(&self, name: &str) -> bool {
        self.0.is_match(name)
    }

    /// Calls `each` for every named group of a name that matches.
    pub(crate) fn captures(&self, name: &str, mut each: impl FnMut(&str, &str)) {
        let Some(captures) = self.0.captures(name) else { return };
        for (group, capture) in self.0.capture_names().zip(captures.iter()) {
            if let (Some(group), Some(capture)) = (group, capture) {
                each(group, capture.as_str());
            }
        }
    }
}

/// Whether regex-lite takes a pattern, by itself, for a regular expression; if not, what it says about it.
///
/// Nothing is compiled: that alone could take much longer than the pattern is long.
fn parses(pattern: &str) -> Result<(), regex_lite::Error> {
    // Compiling is over at its first step, with the error that has nothing to do with the pattern.
    let failure = |pattern: &str| builder(pattern).size_limit(0).build().err();
    match failure(pattern) {
        Some(error) if failure("").as_ref() != Some(&error) => Err(error),
        _ => Ok(()),
    }
}

fn builder(pattern: &str) -> regex_lite::RegexBuilder {
    let mut builder = regex_lite::RegexBuilder::new(pattern);
    builder.nest_limit(MAX_REGEX_DEPTH + 10);
    builder
}

/// A named group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Capture {
    pub(crate) name: String,
    /// All that it can hold, if that is not much; in lower case if case is ignored.
    pub(crate) values: Option<BTreeSet<String>>,
}

/// Why a regular expression is refused: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegexProblem {
    /// The language has no such regular expression.
    Invalid(String, String),
    /// It is larger than a bundle may carry.
    TooLarge(String, String),
}

impl RegexProblem {
    fn invalid(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Invalid(problem.into(), help.into())
    }

    fn too_large(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self::TooLarge(problem.into(), help.into())
    }
}

impl fmt::Display for RegexProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Invalid(problem, help) | Self::TooLarge(problem, help)) = self;
        write!(out, "{problem}; {help}")
    }
}

impl core::error::Error for RegexProblem {}

/// Checks a regular expression and finds out what there is to know about it.
pub(crate) fn check(pattern: &str, ignore_case: bool) -> Result<CheckedRegex, RegexProblem> {
    check_text(pattern)?;
    let tree = parse(pattern)?;
    vet::vet(&tree, ignore_case)?;
    // What the engine refuses and the tree has no special word for.
    if let Err(error) = parses(pattern) {
        return Err(refused(&error.to_string()));
    }

    let case = if ignore_case { Case::Both } else { Case::AsWritten };
    let automaton = Automaton::of_regex(&tree::hir(&tree, case));
    if !automaton.matches_a_name() {
        let problem = "it matches no name";
        return Err(RegexProblem::invalid(
            problem,
            "correct it, or remove it: names are not empty and hold no control characters",
        ));
    }
    // The engine runs it on names in lower case.
    let tree = tree::hir(&tree, if ignore_case { Case::Lower } else { Case::AsWritten });
    let mut captures = Vec::new();
    read_captures(&tree, &mut captures)?;
    let (prefixes, suffixes) = (ends(&tree, ExtractKind::Prefix), ends(&tree, ExtractKind::Suffix));
    let matches_everything = cover_everything(&[&automaton]);
    let checked = CheckedRegex { prefixes, suffixes, captures, automaton, matches_everything, tree };
    // The budgets are such that this cannot be; the author would rather hear of it than the login.
    let encoded = checked.encode(pattern, ignore_case, &|_| 0);
    if regex_vm::Regex::decode(&mut Reader::new(&encoded)).is_none() {
        return Err(too_many_steps());
    }
    Ok(checked)
}

fn check_text(pattern: &str) -> Result<(), RegexProblem> {
    if pattern.is_empty() {
        return Err(RegexProblem::invalid(
            "it is empty",
            "say what the whole name looks like, such as `team-.+`",
        ));
    }
    if pattern.len() > MAX_REGEX_BYTES {
        let problem = format!("it has more than {MAX_REGEX_BYTES} bytes");
        return Err(RegexProblem::too_large(problem, "split it into several, or match more loosely"));
    }
    if pattern.chars().any(|char| char < ' ' || char == '\u{7f}') {
        return Err(RegexProblem::invalid("it holds a control character", "no group name does; remove it"));
    }
    Ok(())
}

fn parse(pattern: &str) -> Result<ast::Ast, RegexProblem> {
    let parsed = ParserBuilder::new().nest_limit(MAX_REGEX_DEPTH).build().parse(pattern);
    parsed.map_err(|error| {
        let at = at(error.span());
        match error.kind() {
            ErrorKind::UnsupportedLookAround => not_linear(&format!("the look-around{at}")),
            ErrorKind::UnsupportedBackreference => not_linear(&format!("the backreference{at}")),
            ErrorKind::NestLimitExceeded(_) => too_deep(),
            // The reason is in the words of regex-syntax, which are short, in lower case, and without a full stop.
            kind => {
                let help =
                    "see the regex syntax in docs/mapping.md; `\\` in front of a character takes it as it is";
                RegexProblem::invalid(format!("{kind}{at}"), help)
            }
        }
    })
}

/// Where something stands, such as ` at character 3`.
fn at(span: &ast::Span) -> String {
    format!(" at character {}", span.start.column)
}

fn not_linear(what: &str) -> RegexProblem {
    let problem = format!("{what} cannot run in linear time and does not exist in this language");
    RegexProblem::invalid(
        problem,
        "say what the whole name looks like, and take names out with a rule that excludes",
    )
}

fn refused(reason: &str) -> RegexProblem {
    if reason.contains("nesting") {
        return too_deep();
    }
    RegexProblem::invalid(reason, "see the regex syntax in docs/mapping.md")
}

fn too_deep() -> RegexProblem {
    RegexProblem::too_large(
        format!("it is nested more than {MAX_REGEX_DEPTH} deep"),
        "take groups out, or split it into several",
    )
}

fn too_many_steps() -> RegexProblem {
    let problem = format!("it has more than {MAX_REGEX_STEPS} steps with its repetitions written out");
    RegexProblem::too_large(
        problem,
        "repeat less often, or match more loosely, such as `+` instead of `{1,500}`",
    )
}

/// What every match begins with, or ends with, as far as that is known.
fn ends(hir: &Hir, kind: ExtractKind) -> Vec<String> {
    let mut extractor = Extractor::new();
    extractor
        .kind(kind.clone())
        .limit_total(MAX_PREFIXES)
        .limit_class(MAX_PREFIXES)
        .limit_literal_len(MAX_PREFIX_BYTES);
    let extracted = extractor.extract(hir);
    let mut found: Vec<String> = Vec::new();
    for literal in extracted.literals().unwrap_or_default() {
        // A literal may be cut in the middle of a character.
        let mut chunks = literal.as_bytes().utf8_chunks();
        let whole = match kind {
            ExtractKind::Suffix => chunks.last(),
            _ => chunks.next(),
        };
        let whole = whole.map_or("", |chunk| chunk.valid());
        if whole.is_empty() {
            return Vec::new();
        }
        found.push(whole.to_owned());
    }
    // One that begins, or ends, with another says nothing more than that.
    let says_more = |longer: &String, shorter: &String| match kind {
        ExtractKind::Suffix => longer.ends_with(shorter.as_str()),
        _ => longer.starts_with(shorter.as_str()),
    };
    found.sort_by_cached_key(|literal| (literal.len(), literal.clone()));
    let mut kept: Vec<String> = Vec::new();
    for literal in found {
        if !kept.iter().any(|shorter| says_more(&literal, shorter)) {
            kept.push(literal);
        }
    }
    let mut found = kept;
    found.sort_unstable();
    if found.len() > MAX_PREFIXES { Vec::new() } else { found }
}

fn read_captures(hir: &Hir, captures: &mut Vec<Capture>) -> Result<(), RegexProblem> {
    if let HirKind::Capture(CaptureNode { name: Some(name), sub, .. }) = hir.kind() {
        if sub.properties().minimum_len() == Some(0) {
            let problem = format!("the capture `{name}` may be empty");
            return Err(RegexProblem::invalid(problem, "have it match at least one character, such as `.+`"));
        }
        captures.push(Capture { name: name.to_string(), values: values(sub).map(only_usable) });
    }
    hir.kind().subs().iter().try_for_each(|sub| read_captures(sub, captures))
}

fn only_usable(values: BTreeSet<String>) -> BTreeSet<String> {
    values.into_iter().filter(|value| value.chars().all(is_usable)).collect()
}

/// All that an expression matches, if that is not much.
fn values(hir: &Hir) -> Option<BTreeSet<String>> {
    let empty = || BTreeSet::from([String::new()]);
    match hir.kind() {
        HirKind::Empty => Some(empty()),
        HirKind::Literal(literal) => Some(BTreeSet::from([String::from_utf8(literal.0.to_vec()).ok()?])),
        HirKind::Class(Class::Unicode(class)) => {
            let chars = || class.iter().flat_map(|range| range.start()..=range.end());
            (chars().take(MAX_CAPTURE_VALUES + 1).count() <= MAX_CAPTURE_VALUES)
                .then(|| chars().map(|char| char.to_string()).collect())
        }
        HirKind::Class(Class::Bytes(_)) | HirKind::Look(_) => None,
        HirKind::Capture(capture) => values(&capture.sub),
        HirKind::Concat(parts) => {
            parts.iter().try_fold(empty(), |starts, part| join(&starts, &values(part)?))
        }
        HirKind::Alternation(parts) => parts.iter().try_fold(BTreeSet::new(), |mut all, part| {
            all.extend(values(part)?);
            (all.len() <= MAX_CAPTURE_VALUES).then_some(all)
        }),
        HirKind::Repetition(repetition) => {
            let once = values(&repetition.sub)?;
            let (mut all, mut exactly) = (BTreeSet::new(), empty());
            for count in 0..=repetition.max? {
                if count > 0 {
                    exactly = join(&exactly, &once)?;
                }
                if count >= repetition.min {
                    all.extend(exactly.iter().cloned());
                }
                if all.len() > MAX_CAPTURE_VALUES {
                    return None;
                }
            }
            Some(all)
        }
    }
}

fn join(starts: &BTreeSet<String>, ends: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let pairs = || starts.iter().flat_map(|start| ends.iter().map(move |end| start.clone() + end));
    // Two pairs may give the same string, so this is told a little too early, never too late.
    (starts.len() * ends.len() <= MAX_CAPTURE_VALUES).then(|| pairs().collect())
}

#[cfg(test)]
#[path = "regex/tests.rs"]
mod tests;
