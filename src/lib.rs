//! Claimsmith's core: turns the groups that identity providers send into the groups that applications understand.
//!
//! Mapping files are compiled on the host into a [`Bundle`]; [`evaluate`] runs a login against it.
//! The same code runs natively and, as WebAssembly, inside an Auth0 Action.
//!
//! The core does no I/O and knows no clock.
//! Without the cargo feature `compiler` it is the engine alone: no YAML, no globset, no JSON.

#![warn(missing_docs, clippy::disallowed_methods)]

pub mod api;
mod bits;
mod bundle;
mod bytes;
mod condition;
mod delimited;
mod dn;
mod engine;
mod evaluation;
mod form;
mod invisible;
mod letters;
mod login;
mod mapping;
mod matcher;
mod names;
mod pattern;
mod read;
mod refresh;
mod regex;
mod side;
mod source;
mod table;
mod template;
mod time;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
mod words;
mod work;

#[cfg(feature = "compiler")]
pub mod compiler;
#[cfg(feature = "compiler")]
pub mod diagnostic;
#[cfg(feature = "compiler")]
pub mod event;
#[cfg(feature = "compiler")]
pub mod explain;

pub use bundle::{Application, Bundle, BundleError, Connection, FORMAT_VERSION, Organization, OverLimit};
pub use dn::AttributeOf;
pub use engine::{Place, Route, Step, Verdict, evaluate, evaluate_routed, route};
pub use evaluation::{Evaluation, Match, Note, Outcome, Reason};
pub use form::Form;
pub use login::{Input, Login, Value};
pub use mapping::{IncompletePolicy, Mapping, Policy, Rule, UnmatchedPolicy};
pub use matcher::PatternKind;
pub use names::Names;
pub use pattern::Pattern;
pub use read::{Base, Read};
pub use regex::Regex;
pub use source::{Absent, Combine, Identity, Shape, Source};

/// The most upstream groups one login may carry; more make its input incomplete.
///
/// Far above what reaches an Action: Auth0 keeps user profiles below 10 kB
/// (auth0.com/docs/manage-users/user-accounts/metadata/metadata-fields-data).
pub const MAX_GROUPS: usize = 10_000;

/// The longest upstream group name in bytes; a longer one makes the input incomplete.
pub const MAX_GROUP_BYTES: usize = 4_096;
