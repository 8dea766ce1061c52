//! Rules that match the upstream groups that already have the names of target groups.
//!
//! `glob: "${group}"` with `grant: "${group}"` would match every name if it were read like other captures. The registry
//! is known, so such a rule means the names of the target groups that it may grant, and no others.

use super::model::{Effect, Matches, Rule};
use super::parsed_patterns::{GlobPattern, Grant};
use crate::bundle::grant_expansion::LetterCase;
use crate::matching::glob::{ANY, CAPTURE, ONE};
use crate::patterns::grant_text::{GrantPiece, GrantText};

/// A rule that matches the names of target groups.
#[derive(Debug)]
pub(crate) struct TargetNames<'r> {
    /// Its patterns, each with whether letter case is ignored.
    patterns: Vec<(Affixes, bool)>,
    /// Its grants with a capture.
    pub(crate) grants: Vec<(&'r Grant, &'r GrantText, Affixes)>,
}

/// The text around the only capture of a pattern or a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Affixes {
    prefix: String,
    suffix: String,
}

impl<'r> TargetNames<'r> {
    /// Reads a rule as one on the names of target groups; `None` if it is not.
    ///
    /// Such a rule has only globs with one capture and otherwise literal text; its grants have this capture at most once,
    /// without a change of letter case; and at least one pattern or grant is the capture alone.
    pub(crate) fn of(rule: &'r Rule) -> Option<Self> {
        let Matches::Groups { any, .. } = &rule.matches else { return None };
        if rule.effect != Effect::Grant || any.is_empty() {
            return None;
        }
        let mut name = None;
        let mut patterns = Vec::new();
        for set in any {
            if !set.exact.is_empty() || !set.regex.is_empty() {
                return None;
            }
            for glob in &set.glob {
                let (capture, affixes) = affixes_of_capture(glob)?;
                if name.replace(capture).is_some_and(|before| before != capture) {
                    return None;
                }
                patterns.extend(affixes.into_iter().map(|affixes| (affixes, set.ignore_case)));
            }
        }
        let name = name?;
        let mut grants = Vec::new();
        for grant in &rule.groups {
            if let Some(text) = &grant.expansion {
                grants.push((grant, text, Affixes::of_grant(text, name)?));
            }
        }
        let is_bare = patterns.iter().any(|(affixes, _)| affixes.is_empty())
            || grants.iter().any(|(.., affixes)| affixes.is_empty());
        (is_bare && !grants.is_empty()).then_some(Self { patterns, grants })
    }

    /// The names that lead to a target group by one of the grants, each with whether its letter case is ignored.
    pub(crate) fn names_of<'n>(
        &'n self,
        grant: &'n Affixes,
        group: &'n str,
    ) -> impl Iterator<Item = (String, bool)> + 'n {
        let middle = group.strip_prefix(grant.prefix.as_str());
        let middle = middle.and_then(|rest| rest.strip_suffix(grant.suffix.as_str()));
        let middle = middle.filter(|middle| !middle.is_empty());
        self.patterns.iter().filter_map(move |(affixes, ignore_case)| {
            Some((format!("{}{}{}", affixes.prefix, middle?, affixes.suffix), *ignore_case))
        })
    }
}

impl Affixes {
    fn is_empty(&self) -> bool {
        self.prefix.is_empty() && self.suffix.is_empty()
    }

    fn of_grant(text: &GrantText, capture: &str) -> Option<Self> {
        let is_capture = |piece: &GrantPiece| matches!(piece, GrantPiece::Capture { name, case: LetterCase::AsIs } if name == capture);
        let literal = |piece: &GrantPiece| match piece {
            GrantPiece::Literal(text) => Some(text.clone()),
            GrantPiece::Capture { .. } => None,
        };
        let affixes = match text.pieces.as_slice() {
            [one] if is_capture(one) => Self { prefix: String::new(), suffix: String::new() },
            [before, one] if is_capture(one) => Self { prefix: literal(before)?, suffix: String::new() },
            [one, after] if is_capture(one) => Self { prefix: String::new(), suffix: literal(after)? },
            [before, one, after] if is_capture(one) => {
                Self { prefix: literal(before)?, suffix: literal(after)? }
            }
            _ => return None,
        };
        if text.problem.is_none() { Some(affixes) } else { None }
    }
}

/// The only capture of a glob, and the text around it in each of the glob's alternatives.
fn affixes_of_capture(glob: &GlobPattern) -> Option<(&str, Vec<Affixes>)> {
    let parsed = glob.parsed.as_ref().ok()?;
    let [capture] = parsed.captures.as_slice() else { return None };
    if !parsed.names.is_empty() {
        return None;
    }
    let wildcard: String = [CAPTURE, b'a', ONE, ANY].map(char::from).iter().collect();
    let is_literal = |text: &str| text.chars().all(|char| u32::from(char) > u32::from(CAPTURE));
    let around = |pattern: &String| {
        let (prefix, suffix) = pattern.split_once(&wildcard)?;
        let affixes = Affixes { prefix: prefix.to_owned(), suffix: suffix.to_owned() };
        (is_literal(prefix) && is_literal(suffix)).then_some(affixes)
    };
    Some((capture, parsed.patterns.iter().map(around).collect::<Option<_>>()?))
}
