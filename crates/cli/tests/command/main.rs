//! The command as its users meet it: arguments in, text and exit code out.
//!
//! Snapshots are under `tests/snapshots/`, and those of `validate` on the pages of `tests/diagnostics/` in the workspace;
//! `SNAPSHOTS=overwrite cargo test -p claimsmith-cli` writes them anew. Read each before you accept it.

#![allow(clippy::disallowed_methods, reason = "only the core does no I/O")]
#![allow(clippy::expect_used, reason = "a test that cannot go on has failed")]

#[cfg(embedded_engine)]
mod adopting;
#[cfg(embedded_engine)]
mod assumptions;
mod blocks;
mod bundle;
#[cfg(embedded_engine)]
mod compare_action;
#[cfg(embedded_engine)]
mod deploy;
#[cfg(embedded_engine)]
mod deploy_blocks;
#[cfg(embedded_engine)]
mod deploy_slices;
#[path = "../../../../tests/support/diagnostic_pages.rs"]
mod diagnostic_pages;
mod diagnostics;
mod encodings;
mod evaluate;
mod explain;
mod file_names;
mod files;
mod fix;
mod fmt;
#[cfg(embedded_engine)]
mod followed;
mod help;
#[cfg(unix)]
mod hostile_checkout;
mod import;
#[cfg(embedded_engine)]
mod in_tenant;
mod init;
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "shared with the tests of the connector, which use more of it")]
#[path = "../../../connectors/tests/ldap/server.rs"]
mod ldap_server;
mod leftover_drafts;
mod onboard;
mod onboard_blocks;
mod onboard_check;
mod overview;
mod qlik;
mod readme;
mod sarif;
mod schema;
#[cfg(embedded_engine)]
mod second_action;
mod shell;
#[cfg(embedded_engine)]
mod status;
mod support;
mod sync;
mod sync_probe;
mod tenants;
mod terminal;
mod test;
#[cfg(embedded_engine)]
mod traveling;
mod validate;
mod verify_live;
#[cfg(not(target_family = "wasm"))]
mod watch;
