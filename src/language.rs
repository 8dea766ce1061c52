//! The mapping language: its grammar, the readers of its files, the model that they give, and its canonical form.

pub mod cases;
pub mod format;
pub mod schema;

pub(crate) mod case_login;
pub(crate) mod conditions;
pub(crate) mod fields;
pub(crate) mod grammar;
pub(crate) mod model;
pub(crate) mod names;
pub(crate) mod normalize_names;
pub(crate) mod organization;
pub(crate) mod parsed_patterns;
pub(crate) mod placeholder;
pub(crate) mod platform;
pub(crate) mod policies;
pub(crate) mod read_context;
pub(crate) mod rules;
pub(crate) mod sources;
pub(crate) mod strategy;
pub(crate) mod template;
pub(crate) mod uses;
pub(crate) mod yaml;
