//! Claimsmith's core: turns the groups that identity providers send into the groups that applications understand.
//!
//! Mapping files are compiled on the host into a [`Bundle`]; [`evaluate`] runs a login against it.
//! The same code runs natively and, as WebAssembly, inside an Auth0 Action.
//!
//! The core does no I/O and does not read the clock.
//! Without the cargo feature `compiler` it is the engine alone: no YAML, no globset, no JSON.

#![warn(missing_docs, clippy::disallowed_methods)]

mod bundle;
mod codec;
mod collections;
mod engine;
mod host;
mod ids;
mod limits;
mod login;
mod matching;
mod outcome;
mod text;
mod work;

#[cfg(feature = "compiler")]
pub mod compiler;
#[cfg(feature = "compiler")]
pub mod diagnostic;
#[cfg(feature = "compiler")]
mod language;
#[cfg(feature = "compiler")]
mod lint;
#[cfg(feature = "compiler")]
mod patterns;

pub use bundle::index::{Application, Bundle, BundleError, Connection, Organization, OverLimit};
pub use bundle::mapping::{IncompletePolicy, Mapping, Policy, Rule, UnmatchedPolicy};
pub use codec::tags::FORMAT_VERSION;
pub use engine::evaluate::{evaluate, evaluate_routed};
pub use engine::evaluation::{Evaluation, Match};
pub use engine::route::{Destination, Route, route};
pub use engine::trace::{Step, Verdict};
pub use host::boundary;
#[cfg(all(feature = "compiler", target_arch = "wasm32"))]
pub use host::page;
#[cfg(target_arch = "wasm32")]
pub use host::wasm;
#[cfg(feature = "compiler")]
pub use host::{event, explanation};
pub use ids::{
    ApplicationId, ClauseId, ConnectionId, LookupId, OrganizationId, RuleId, TargetId, UpstreamId,
};
#[cfg(feature = "compiler")]
pub use language::{cases, format, schema};
pub use limits::{MAX_GROUP_BYTES, MAX_GROUPS};
pub use login::dn::AttributeOf;
pub use login::input::{Input, Login};
pub use login::lookup::{Base, Lookup};
pub use login::name_form::NameForm;
pub use login::name_list::NameList;
pub use login::source::{Absent, Combine, Identity, Shape, Source};
pub use login::value::Value;
pub use matching::glob::Pattern;
pub use matching::matcher::PatternKind;
pub use matching::regex_vm::Regex;
pub use outcome::{Note, Outcome, Reason};
#[cfg(feature = "compiler")]
pub use patterns::{Glob, GlobError, StandaloneRegex, StandaloneRegexError};
