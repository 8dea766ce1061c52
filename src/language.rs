//! The mapping language: its grammar, the readers of its files, the model that they build, and the formatter.

pub mod cases;
pub mod format;
pub mod schema;

pub(crate) mod allow;
mod applications;
pub(crate) mod blocks;
pub(crate) mod case_event;
mod case_groups;
pub(crate) mod conditions;
pub(crate) mod connections;
pub(crate) mod date;
pub(crate) mod diagnostic_sink;
pub(crate) mod directory;
mod duplicate_key;
pub(crate) mod event_tenant;
pub(crate) mod fields;
mod fixes;
pub(crate) mod grammar;
pub(crate) mod includes;
pub(crate) mod key_notes;
pub(crate) mod mapping_files;
pub(crate) mod misnamed;
pub(crate) mod misplaced;
pub(crate) mod model;
pub(crate) mod name_checks;
pub(crate) mod normalize_names;
pub(crate) mod organization;
pub(crate) mod owned_source;
pub(crate) mod parameter;
pub(crate) mod parsed_patterns;
pub(crate) mod placeholder;
pub(crate) mod placeholder_id;
pub(crate) mod platform;
pub(crate) mod pointer;
pub(crate) mod policies;
pub(crate) mod read_context;
mod read_directory;
pub(crate) mod rules;
pub(crate) mod signing_key;
pub(crate) mod skip;
mod sources;
pub(crate) mod strategy;
mod subject;
pub(crate) mod substitution;
pub(crate) mod suggestions;
pub(crate) mod target_names;
pub(crate) mod template;
pub(crate) mod template_uses;
pub(crate) mod tenants;
pub(crate) mod text_patterns;
mod values;
pub(crate) mod wrong_type;
pub(crate) mod yaml;

#[cfg(test)]
mod tests;
