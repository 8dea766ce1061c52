//! Prints results: for people, as JSON, as annotations of a GitHub workflow, as SARIF.

pub(crate) mod csv;
pub(crate) mod github;
pub(crate) mod html;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod matrix;
pub(crate) mod sarif;
mod summary;
