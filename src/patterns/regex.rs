//! Regular expressions as authors write them: which of them the language has, and what is known about each.
//!
//! regex-lite decides what is valid, and the tests compare the engine with it. regex-syntax parses the same patterns
//! into a tree, from which the compiler reads the rest: the program that the engine runs, how a match begins and ends,
//! what a capture can be, and whether every name matches. A pattern on which the two could disagree is refused.

mod captures;
mod decoded_regex;
mod program;
mod standalone_regex;
mod tree;
mod vet;

use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{self, ErrorKind};
use regex_syntax::hir::Hir;
use regex_syntax::hir::literal::{ExtractKind, Extractor};

pub(crate) use self::captures::RegexCapture;
pub(crate) use self::decoded_regex::DecodedRegex;
pub use self::standalone_regex::{StandaloneRegex, StandaloneRegexError};

use self::captures::read_captures;
use self::tree::AsciiCase;
use super::automaton::Automaton;
use super::inclusion::cover_everything;
use crate::codec::writer::Writer;
use crate::limits::{MAX_PREFIX_BYTES, MAX_PREFIXES, MAX_REGEX_BYTES, MAX_REGEX_DEPTH, MAX_REGEX_STEPS};
use crate::matching::regex_vm;

/// A regular expression that the language has, and what is known about it.
///
/// Everything else follows from its text and its letter case, so these two alone are compared.
#[derive(Clone)]
pub(crate) struct ParsedRegex {
    text: String,
    ignore_case: bool,
    /// In lower case if case is ignored, as are the names that the engine runs it on.
    tree: Hir,
    /// The tree for names as they arrive, if that is another one.
    tree_of_both_cases: Option<Hir>,
    captures: Vec<RegexCapture>,
    matches_everything: bool,
    /// What the engine decodes, with the captures numbered in their order.
    encoded: Vec<u8>,
}

impl ParsedRegex {
    /// Parses a regular expression and finds out what there is to know about it.
    pub(crate) fn parse(text: &str, ignore_case: bool) -> Result<Self, RegexProblem> {
        check_text(text)?;
        let ast = parse(text)?;
        vet::vet(&ast, text, ignore_case)?;
        // What regex-lite refuses and the tree has no message for.
        if let Err(error) = check_with_regex_lite(text) {
            return Err(refused(&error.to_string()));
        }

        let (tree, tree_of_both_cases) = if ignore_case {
            (tree::hir(&ast, AsciiCase::Lower), Some(tree::hir(&ast, AsciiCase::Both)))
        } else {
            (tree::hir(&ast, AsciiCase::AsWritten), None)
        };
        let automaton = Automaton::of_regex(tree_of_both_cases.as_ref().unwrap_or(&tree));
        if !automaton.matches_a_name() {
            return Err(RegexProblem::invalid(
                "it matches no name",
                "correct it, or remove it: names are not empty and do not contain control characters",
            ));
        }
        let mut captures = Vec::new();
        read_captures(&tree, &mut captures)?;
        let mut parsed = Self {
            text: text.to_owned(),
            ignore_case,
            tree,
            tree_of_both_cases,
            captures,
            matches_everything: cover_everything(&[&automaton]),
            encoded: Vec::new(),
        };
        let in_order: Vec<usize> = (0..parsed.captures.len()).collect();
        parsed.encoded = parsed.encode(&in_order);
        // The limits rule this out; if they ever do not, the author learns of it here rather than at a login.
        if DecodedRegex::decode(&parsed.encoded).is_none() {
            return Err(too_many_steps());
        }
        Ok(parsed)
    }

    /// Its named groups, in their order.
    pub(crate) fn captures(&self) -> &[RegexCapture] {
        &self.captures
    }

    /// Whether it matches every name that there can be.
    pub(crate) fn matches_everything(&self) -> bool {
        self.matches_everything
    }

    /// What it matches among names as they arrive, for questions about several patterns together.
    ///
    /// It is built anew each time, because it can be a thousand times as large as the text.
    pub(crate) fn automaton(&self) -> Automaton {
        Automaton::of_regex(self.tree_of_both_cases.as_ref().unwrap_or(&self.tree))
    }

    /// The tree of what it matches, in lower case if case is ignored.
    pub(crate) fn tree(&self) -> &Hir {
        &self.tree
    }

    /// What the engine decodes, with the captures numbered in their order.
    pub(crate) fn encoded(&self) -> &[u8] {
        &self.encoded
    }

    /// What the engine decodes; `numbers` has the number of each capture.
    pub(crate) fn encode(&self, numbers: &[usize]) -> Vec<u8> {
        let kind = if self.ignore_case { regex_vm::ASCII_LOWER } else { regex_vm::AS_ARRIVED };
        let number = |name: &str| {
            let place = self.captures.iter().position(|capture| capture.name == name);
            let number = place.and_then(|place| numbers.get(place));
            number.and_then(|number| u8::try_from(*number).ok()).unwrap_or_default()
        };
        encode(&self.text, kind, &self.tree, &number)
    }

    /// The expression as the engine runs it.
    pub(crate) fn decoded(&self) -> Option<DecodedRegex<'_>> {
        DecodedRegex::decode(&self.encoded)
    }

    fn key(&self) -> (&str, bool) {
        (&self.text, self.ignore_case)
    }
}

impl fmt::Debug for ParsedRegex {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("ParsedRegex").field(&self.text).field(&self.ignore_case).finish()
    }
}

impl PartialEq for ParsedRegex {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for ParsedRegex {}

impl PartialOrd for ParsedRegex {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ParsedRegex {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl Hash for ParsedRegex {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.key().hash(hasher);
    }
}

/// What the engine decodes of a glob that is read as a regular expression, whose captures have their numbers as names.
pub(crate) fn encode_glob(glob: &str, ignore_case: bool, tree: &Hir) -> Vec<u8> {
    let letters = if ignore_case { regex_vm::FOLDED } else { regex_vm::AS_ARRIVED };
    encode(glob, regex_vm::GLOB | letters, tree, &|name: &str| name.parse().unwrap_or_default())
}

fn encode(text: &str, kind: u8, tree: &Hir, number: &dyn Fn(&str) -> u8) -> Vec<u8> {
    let mut writer = Writer::default();
    writer.text(text);
    writer.bytes.push(kind);
    for end in [ExtractKind::Prefix, ExtractKind::Suffix] {
        writer.list(&common_ends(tree, &end), |writer, literal| writer.text(literal));
    }
    program::encode(tree, number, &mut writer);
    writer.bytes
}

/// Whether regex-lite takes a pattern, by itself, for a regular expression; if not, what it says about it.
///
/// Nothing is compiled: that alone could take much longer than the pattern is long.
fn check_with_regex_lite(pattern: &str) -> Result<(), regex_lite::Error> {
    // With no room for a program, compiling fails at its first step: with this error if the pattern is valid.
    let failure = |pattern: &str| {
        let mut builder = regex_lite::RegexBuilder::new(pattern);
        builder.nest_limit(MAX_REGEX_DEPTH + 10).size_limit(0).build().err()
    };
    match failure(pattern) {
        Some(error) if failure("").as_ref() != Some(&error) => Err(error),
        _ => Ok(()),
    }
}

/// Why a regular expression is refused: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegexProblem {
    /// The language does not have such a regular expression.
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

fn check_text(pattern: &str) -> Result<(), RegexProblem> {
    if pattern.is_empty() {
        return Err(RegexProblem::invalid("it is empty", "describe the whole name, such as `team-.+`"));
    }
    if pattern.len() > MAX_REGEX_BYTES {
        let problem = format!("it has more than {MAX_REGEX_BYTES} bytes");
        return Err(RegexProblem::too_large(problem, "split it into several, or match more loosely"));
    }
    if pattern.chars().any(|char| char < ' ' || char == '\u{7f}') {
        return Err(RegexProblem::invalid(
            "it contains a control character",
            "remove it: names of groups have no control characters",
        ));
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
            // The messages of regex-syntax are short, in lower case, and without a period.
            kind => {
                let help =
                    "see the regex syntax with `claimsmith help patterns regex`; `\\` before a character makes it a literal";
                RegexProblem::invalid(format!("{kind}{at}"), help)
            }
        }
    })
}

/// Where something is, such as ` at character 3`.
fn at(span: &ast::Span) -> String {
    format!(" at character {}", span.start.column)
}

fn not_linear(what: &str) -> RegexProblem {
    let problem = format!("{what} cannot run in linear time and does not exist in this language");
    RegexProblem::invalid(problem, "describe the whole name, and leave names out with a rule that excludes")
}

fn refused(reason: &str) -> RegexProblem {
    if reason.contains("nesting") {
        return too_deep();
    }
    RegexProblem::invalid(reason, "see the regex syntax with `claimsmith help patterns regex`")
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
fn common_ends(hir: &Hir, kind: &ExtractKind) -> Vec<String> {
    let mut extractor = Extractor::new();
    extractor
        .kind(kind.clone())
        .limit_total(MAX_PREFIXES)
        .limit_class(MAX_PREFIXES)
        .limit_literal_len(MAX_PREFIX_BYTES);
    let extracted = extractor.extract(hir);
    let mut found: Vec<String> = Vec::new();
    for literal in extracted.literals().unwrap_or_default() {
        // A literal may be cut off in the middle of a character.
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
    // One that begins, or ends, with another adds nothing to it.
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

#[cfg(test)]
mod tests;
