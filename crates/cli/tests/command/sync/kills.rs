//! Processes that are killed with SIGKILL at a random request, while much changes.

use std::collections::BTreeSet;
use std::env;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use claimsmith_standins::scim::Tenant;
use snapbox::cmd::cargo_bin;

use super::*;

/// How often a process is killed; the variable `KILLS` names another number, such as 200 before a release.
const KILLS: u64 = 12;
/// More requests than a run sends here.
const MOST_REQUESTS: u64 = 120;

/// Numbers that look random, the same ones in each run (xorshift64).
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// A directory: its people, and who is in which of its groups.
struct State {
    people: BTreeSet<u64>,
    disabled: BTreeSet<u64>,
    admins: BTreeSet<u64>,
    finance: BTreeSet<u64>,
}

impl State {
    fn random(random: &mut Random) -> Self {
        let mut some = |of: u64| (0..160).filter(|_| random.below(of) == 0).collect::<BTreeSet<u64>>();
        Self { people: &some(2) | &some(2), disabled: some(12), admins: some(4), finance: some(2) }
    }

    fn write(&self, world: &World) {
        let id = |at: &u64| format!("u{at}");
        let members = |of: &BTreeSet<u64>| (of & &self.people).iter().map(id).collect::<Vec<_>>();
        let mut lines: Vec<String> =
            self.people.iter().map(|at| person(&id(at), !self.disabled.contains(at))).collect();
        for (name, of) in [("it-admins", &self.admins), ("fin-emea", &self.finance)] {
            let ids = members(of);
            lines.push(group(name, &ids.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        lines.push(end(self.people.len(), 2));
        write_in(&world.folder, "acme.jsonl", lines.join("\n"));
    }

    /// The names of those who are to be in a group of the service.
    fn expected(&self, of: &BTreeSet<u64>) -> BTreeSet<String> {
        (&(of & &self.people) - &self.disabled).iter().map(|at| format!("u{at}@example.com")).collect()
    }

    /// By group of the service, the names of its members.
    fn groups(&self) -> [(&'static str, BTreeSet<String>); 2] {
        [("catalog-admins", self.expected(&self.admins)), ("finance-readers", self.expected(&self.finance))]
    }
}

fn members(world: &World, name: &str) -> BTreeSet<String> {
    world.members(name).into_iter().filter(|name| name.starts_with('u')).collect()
}

impl World {
    /// Carries the plan out, and kills the process when a request of it arrives. The request takes effect. Returns whether
    /// the process was killed.
    fn killed_at(&self, nth: u64, digest: &str) -> bool {
        let process = Arc::new(OnceLock::new());
        let is_over = Arc::new(AtomicBool::new(false));
        let (victim, spares) = (Arc::clone(&process), Arc::clone(&is_over));
        let kill = move |_: &mut Tenant| {
            let process: &u32 = victim.wait();
            // A process that sends fewer requests ends before; its number may be that of another one then.
            if !spares.load(Ordering::Relaxed) {
                let status = Command::new("kill").args(["-KILL", &process.to_string()]).status();
                assert!(status.expect("`kill` starts").success());
            }
        };
        self.catalog.add_fault(Fault::change(At::request(nth), kill));
        let mut command = Command::new(cargo_bin!("claimsmith"));
        command.args(["sync", "apply", PLAN, "--release", digest]).current_dir(self.folder.path());
        command.env("SSL_CERT_FILE", self.folder.path().join("ca.pem"));
        command.env("SCIM_URL", format!("https://{}/scim/v2", self.catalog.domain()));
        command.env("SCIM_TOKEN", "hunter2").stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the command starts");
        process.set(child.id()).expect("it is set once");
        let status = child.wait().expect("a status");
        is_over.store(true, Ordering::Relaxed);
        status.code().is_none()
    }

    /// Plans, and returns what releases the plan.
    fn planned(&self) -> String {
        let planned = self.sync(&["plan", "acme", "--directory", "acme.jsonl"]);
        assert!(matches!(planned.code, Some(0 | 3)), "{planned:?}");
        if planned.code == Some(3) { release_of(&planned.out) } else { "none".to_owned() }
    }

    /// Plans and carries the plan out, whatever it breaks.
    fn converge(&self) {
        let digest = self.planned();
        self.sync(&["apply", PLAN, "--release", &digest]).stdout(0);
    }
}

#[test]
fn killed_runs_converge_and_remove_nothing_that_stays() {
    let kills = env::var("KILLS").ok().map_or(KILLS, |text| text.parse().expect("`KILLS` is a number"));
    let world = World::new(json!({}));
    let mut random = Random(0x0C1A_1357);
    let mut before = State::random(&mut random);
    before.write(&world);
    world.converge();
    let mut killed = 0;
    while killed < kills {
        let state = State::random(&mut random);
        state.write(&world);
        let digest = world.planned();
        if world.killed_at(1 + random.below(MOST_REQUESTS), &digest) {
            killed += 1;
        }
        for ((name, had), (_, has)) in before.groups().iter().zip(&state.groups()) {
            let now = members(&world, name);
            let stays: BTreeSet<String> = had & has;
            assert!(stays.is_subset(&now), "nothing that stays is removed, not even in between");
            assert!(now.is_subset(&(had | has)), "nothing is added that neither has");
        }
        world.converge();
        for (name, expected) in state.groups() {
            assert_eq!(members(&world, name), expected, "after {killed} kills");
        }
        before = state;
    }
}
