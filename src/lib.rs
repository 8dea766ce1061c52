//! Claimsmith's core: turns the groups that identity providers send into the groups that applications understand.
//!
//! The path is always the same: [`compile`](compiler::compile) mapping files into the bytes of a bundle, decode the
//! bytes to a [`Bundle`], and [`evaluate`] logins with it. The same code runs natively and, as WebAssembly, inside an
//! Auth0 Action. The core does no I/O and has no clock. Without the cargo feature `compiler`, it is the engine alone:
//! no YAML, no globset, no JSON.
//!
//! From mapping files to an explanation:
//!
//! ```
//! # #[cfg(feature = "compiler")]
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use claimsmith::compiler::compile;
//! use claimsmith::diagnostic::SourceFile;
//! use claimsmith::event::{self, Event};
//! use claimsmith::explanation::explain;
//! use claimsmith::{Bundle, Outcome, evaluate};
//!
//! let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
//! let files = [
//!     file("platform.yaml", "
//! version: 1
//! applications:
//!   portal: { clients: [portal-client], claim: https://claims.example.com/groups }
//! groups:
//!   finance: { applications: [portal], description: Sees invoices. }
//! "),
//!     file("organizations/acme.yaml", "
//! version: 1
//! connections:
//!   acme-entra: { strategy: waad }
//! rules:
//!   - { id: finance, match: { glob: GG-Finance-* }, grant: finance }
//! "),
//! ];
//! let compilation = compile(&files);
//! let platform = compilation.platform.ok_or("the diagnostics say what is wrong")?;
//!
//! let bundle = Bundle::decode(&platform.bundle)?;
//! let event = Event::parse(r#"{
//!     "client": { "client_id": "portal-client" },
//!     "connection": { "name": "acme-entra" },
//!     "user": { "groups": ["GG-Finance-EU", "Domain Users"] }
//! }"#)?;
//!
//! // The engine answers with ids of the bundle …
//! let fetched = event.fetch(&bundle);
//! let login = fetched.login();
//! let evaluation = evaluate(&bundle, &login);
//! assert_eq!(evaluation.outcome, Outcome::Groups);
//! assert_eq!(bundle.group_name(evaluation.groups[0]), Some("finance"));
//!
//! // … an answer has their names, and an explanation says how it came about.
//! let answer = event::answer(&bundle, &event);
//! assert_eq!((answer.groups, answer.unmatched), (vec!["finance".to_owned()], vec!["Domain Users".to_owned()]));
//! println!("{}", explain(&bundle, &event));
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "compiler"))]
//! # fn main() {}
//! ```
//!
//! ARCHITECTURE.md describes the rooms of the source, and which may use which; `tests/layering.rs` checks it.

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

pub use bundle::application::{Application, OverLimit};
pub use bundle::block::Block;
pub use bundle::block_settings::BlockTerms;
pub use bundle::error::BundleError;
pub use bundle::index::{Bundle, Connection, Organization};
pub use bundle::mapping::{Mapping, Rule};
pub use bundle::policy::{IncompletePolicy, Policy, UnmatchedPolicy};
pub use codec::tags::FORMAT_VERSION;
pub use engine::evaluate::{evaluate, evaluate_block, evaluate_routed};
pub use engine::evaluation::{Evaluation, Match};
pub use engine::route::{Destination, Route, route, route_block};
pub use engine::trace::{Step, Verdict};
pub use host::boundary;
#[cfg(all(feature = "compiler", target_arch = "wasm32", target_os = "unknown"))]
pub use host::page;
#[cfg(all(target_arch = "wasm32", target_os = "unknown"))]
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
pub use login::lookup::{Base, ListBesideSplit, Lookup};
pub use login::name_form::NameForm;
pub use login::name_list::NameList;
pub use login::source::{Absent, Combine, Identity, Shape, Skip, Source};
pub use login::value::Value;
pub use matching::glob::Pattern;
pub use matching::matcher::PatternKind;
pub use matching::regex_vm::Regex;
pub use outcome::{Note, Outcome, Reason};
#[cfg(feature = "compiler")]
pub use patterns::{Glob, GlobError, StandaloneRegex, StandaloneRegexError};
#[cfg(feature = "compiler")]
pub use text::hex::hex;
#[cfg(feature = "compiler")]
pub use text::public_key::{KEY_TYPE, key_id, wire_form};
