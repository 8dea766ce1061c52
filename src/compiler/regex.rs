//! stub
use std::collections::BTreeSet;
#[derive(Clone, Debug)]
pub(crate) struct CheckedRegex { pub(crate) prefixes: Vec<String>, pub(crate) captures: Vec<Capture>, pub(crate) matches_everything: bool }
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Capture { pub(crate) name: String, pub(crate) values: Option<BTreeSet<String>> }
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegexProblem { Invalid(String, String), TooLarge(String, String) }
pub(crate) fn check(pattern: &str, _ignore_case: bool) -> Result<CheckedRegex, RegexProblem> {
    Ok(CheckedRegex { prefixes: vec![], captures: vec![], matches_everything: pattern == ".*" })
}
