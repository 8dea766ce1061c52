//! What a test holds while the stand-in runs.

use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde_json::Value;

use crate::control;
use crate::fault::{Effect, Ending, Fault};
use crate::http::{Request, form};
use crate::server::{self, Outcome, Server};
use crate::service::Service;
use crate::tls::{self, Identity};

/// A running stand-in of a service. It ends when it is dropped.
pub struct StandIn<S: Service> {
    shared: Arc<Shared<S>>,
    domain: String,
    identity: Identity,
    /// Dropped after `shared` is released.
    server: Option<Server>,
}

/// A request, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Recorded {
    /// Counted from 1.
    pub number: usize,
    pub method: String,
    pub path: String,
    /// Without the question mark.
    pub query: String,
    /// JSON, a form as an object, or `null`.
    pub body: Value,
    /// `None` if the connection was closed without an answer, or as long as the request is delayed.
    pub status: Option<u16>,
    /// What went wrong on purpose.
    pub faults: Vec<String>,
}

pub(crate) struct State<S> {
    pub(crate) world: S,
    pub(crate) requests: Vec<Recorded>,
    /// How many requests wait now.
    delayed: usize,
    /// How often delayed requests were released.
    releases: u64,
}

pub(crate) struct Shared<S> {
    state: Mutex<State<S>>,
    changed: Condvar,
}

impl<S: Service> std::fmt::Debug for StandIn<S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("StandIn").field("domain", &self.domain).finish_non_exhaustive()
    }
}

impl<S: Service> StandIn<S> {
    /// Starts on a free port of this machine.
    ///
    /// # Errors
    ///
    /// If there is no free port, or no certificate can be made.
    pub fn start(seed: S::Seed) -> io::Result<Self> {
        let (config, identity) = tls::new_identity()?;
        let listener = server::listen()?;
        let domain = format!("localhost:{}", listener.local_addr()?.port());
        let state =
            State { world: S::new(seed, domain.clone()), requests: Vec::new(), delayed: 0, releases: 0 };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let handler = {
            let shared = Arc::clone(&shared);
            Arc::new(move |request: Request| shared.handle(&request))
        };
        let server = Some(Server::start(listener, config, handler)?);
        Ok(Self { shared, domain, identity, server })
    }

    /// `localhost:PORT`, in the place of a tenant's domain.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The certificate authority that clients have to trust.
    pub fn ca_pem(&self) -> &str {
        &self.identity.authority
    }

    /// A certificate of `localhost` by that authority, for another server of the same test.
    pub fn certificate_pem(&self) -> &str {
        &self.identity.certificate
    }

    /// The private key of that certificate, which is thrown away with the stand-in.
    pub fn key_pem(&self) -> &str {
        &self.identity.key
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<Recorded> {
        self.shared.lock().requests.clone()
    }

    /// The tenant as it is now.
    pub fn tenant(&self) -> S::Tenant {
        self.shared.lock().world.tenant().clone()
    }

    /// Changes the tenant, as somebody else would.
    pub fn change(&self, change: impl FnOnce(&mut S::Tenant)) {
        change(self.shared.lock().world.tenant());
    }

    /// Does something that only this service has.
    pub(crate) fn with<R>(&self, action: impl FnOnce(&mut S) -> R) -> R {
        action(&mut self.shared.lock().world)
    }

    /// Lets something go wrong.
    pub fn add_fault(&self, fault: Fault<S::Tenant>) {
        self.shared.lock().world.faults().push(fault);
    }

    /// The stand-in's time, in seconds since 1970.
    pub fn now(&self) -> u64 {
        self.shared.lock().world.clock().seconds()
    }

    /// Moves the stand-in's clock.
    pub fn advance(&self, seconds: u64) {
        self.shared.lock().world.clock().advance(seconds.saturating_mul(1000));
    }

    /// Returns once a request is delayed by a fault.
    pub fn wait_for_delayed(&self) {
        self.shared.wait_for_delayed();
    }

    /// Lets all delayed requests go on.
    pub fn release(&self) {
        self.shared.release();
    }
}

impl<S: Service> Drop for StandIn<S> {
    fn drop(&mut self) {
        self.shared.release();
        drop(self.server.take());
    }
}

impl<S: Service> Shared<S> {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State<S>> {
        // After a panic of a test's change the other tests' answers are still those of the state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State<S>>) -> MutexGuard<'a, State<S>> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn wait_for_delayed(&self) {
        let mut state = self.lock();
        while state.delayed == 0 {
            state = self.wait(state);
        }
    }

    pub(crate) fn release(&self) {
        self.lock().releases += 1;
        self.changed.notify_all();
    }

    fn handle(&self, request: &Request) -> Outcome {
        if let Some(command) = request.path().strip_prefix("/stand-in/") {
            return Outcome::Answer(control::answer(self, request, command));
        }
        let mut state = self.lock();
        state.world.clock().tick();
        let number = state.requests.len() + 1;
        state.requests.push(record(number, request));
        // What ends the request instead of its answer: before it is carried out, or afterwards.
        let (mut before, mut after) = (None, None);
        for index in state.happening(&request.method, request.path()) {
            let (name, effect) = state.happen(index);
            state.note(number, |recorded| recorded.faults.push(name));
            match effect {
                Effect::Nothing => {}
                Effect::Delay => state = self.delay(state),
                Effect::Before(ending) => before = before.or(Some(ending)),
                Effect::After(ending) => after = after.or(Some(ending)),
            }
        }
        let answer = if before.is_none() { Some(state.world.answer(request)) } else { None };
        let outcome = match (before.or(after), answer) {
            (Some(Ending::Status(status, wait)), _) => {
                Outcome::Answer(state.world.faulty(request, status, wait))
            }
            (None, Some(answer)) => Outcome::Answer(answer),
            _ => Outcome::Close,
        };
        if let Outcome::Answer(response) = &outcome {
            state.note(number, |recorded| recorded.status = Some(response.status));
        }
        outcome
    }

    fn delay<'a>(&self, mut state: MutexGuard<'a, State<S>>) -> MutexGuard<'a, State<S>> {
        let releases = state.releases;
        state.delayed += 1;
        self.changed.notify_all();
        while state.releases == releases {
            state = self.wait(state);
        }
        state.delayed -= 1;
        state
    }
}

impl<S: Service> State<S> {
    /// Counts a request for each fault, and says which of them happen at it.
    fn happening(&mut self, method: &str, path: &str) -> Vec<usize> {
        let counted = self.world.faults().iter_mut().map(|fault| fault.happens(method, path)).enumerate();
        counted.filter_map(|(index, happens)| happens.then_some(index)).collect()
    }

    /// Lets a fault happen. Its name is recorded; that of one that could not happen says why.
    fn happen(&mut self, index: usize) -> (String, Effect) {
        // Taken out for a moment: it changes the tenant, which the world holds as well.
        if index >= self.world.faults().len() {
            return (String::new(), Effect::Nothing);
        }
        let mut fault = self.world.faults().remove(index);
        let name = fault.kind.name();
        let happened = fault.happen(self.world.tenant());
        self.world.faults().insert(index, fault);
        match happened {
            Ok(effect) => (name, effect),
            Err(message) => (format!("{name}: {message}"), Effect::Nothing),
        }
    }

    fn note(&mut self, number: usize, change: impl FnOnce(&mut Recorded)) {
        if let Some(recorded) = self.requests.get_mut(number - 1) {
            change(recorded);
        }
    }
}

fn record(number: usize, request: &Request) -> Recorded {
    let text = String::from_utf8_lossy(&request.body);
    let is_form =
        request.header("content-type").is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"));
    let body = if is_form {
        form(&text).into_iter().map(|(key, value)| (key, Value::from(value))).collect()
    } else {
        serde_json::from_str(&text).unwrap_or_default()
    };
    Recorded {
        number,
        method: request.method.clone(),
        path: request.path().to_owned(),
        query: request.target.split_once('?').map_or_else(String::new, |(_, query)| query.to_owned()),
        body,
        status: None,
        faults: Vec::new(),
    }
}
