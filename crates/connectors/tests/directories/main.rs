//! The readers of directories, against stand-ins.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at what is wrong"
)]

mod google;
mod graph;
mod okta;
#[path = "../auth0/test_key.rs"]
mod test_key;
#[path = "../support/timer.rs"]
mod timer;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use claimsmith_connectors::Timer;
use claimsmith_connectors::http::Options;
use claimsmith_lifecycle::directory::Directory;
use claimsmith_standins::directories::{Record, Tenant};
use claimsmith_standins::{At, Fault, FaultKind};
use serde_json::Value;

use crate::timer::FakeTimer;

fn options(ca_pem: &str, timer: &Arc<FakeTimer>) -> Options {
    Options {
        timer: Arc::clone(timer) as Arc<dyn Timer>,
        ca_pem: Some(ca_pem.to_owned()),
        limit: Duration::from_secs(10_000),
        ..Options::default()
    }
}

fn records(values: Value) -> Vec<Record> {
    serde_json::from_value(values).expect("records")
}

fn status(path: &str, nth: u64, status: u16) -> Fault<Tenant> {
    Fault::new(At::route("GET", path, nth), FaultKind::Status(status))
}

/// The names of the groups of each person, by the person's id.
fn memberships(directory: &Directory) -> BTreeMap<String, Vec<String>> {
    let groups = directory.groups_of_people();
    let people = directory.people.iter().zip(&groups);
    let names = |groups: &[u32]| directory.names(groups).map(str::to_owned).collect();
    people.map(|(person, groups)| (person.id.clone(), names(groups))).collect()
}

/// How many people are in a group.
fn count(directory: &Directory, group: &str) -> usize {
    memberships(directory).values().filter(|groups| groups.iter().any(|it| it == group)).count()
}
