//! Globs and regular expressions as authors write them, and what is known about them.

pub(crate) mod automaton;
pub(crate) mod captures;
pub(crate) mod domains;
pub(crate) mod example;
pub(crate) mod folding;
pub(crate) mod foreign;
pub(crate) mod glob;
pub(crate) mod grant_text;
pub(crate) mod inclusion;
pub(crate) mod regex;

pub use self::glob::{Glob, GlobError};
pub use self::regex::{StandaloneRegex, StandaloneRegexError};
