//! What a stand-in needs of the service in whose place it answers.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::clock::Clock;
use crate::fault::Fault;
use crate::http::{Request, Response};

/// The state of a service, and its answers.
pub trait Service: Send + Sized + 'static {
    /// What it begins with.
    type Seed;
    /// Its objects, which tests look at and faults change.
    type Tenant: Clone + Serialize + DeserializeOwned + Send + 'static;

    /// A service with a seed, which listens on `localhost:PORT`.
    fn new(seed: Self::Seed, domain: String) -> Self;

    fn tenant(&mut self) -> &mut Self::Tenant;

    fn clock(&mut self) -> &mut Clock;

    fn faults(&mut self) -> &mut Vec<Fault<Self::Tenant>>;

    /// Answers a request as the service would.
    fn answer(&mut self, request: &Request) -> Response;

    /// An answer that a fault gives in place of the service.
    fn faulty(&mut self, request: &Request, status: u16, wait: Option<u64>) -> Response;

    /// Each route as `METHOD path`, for tests that exercise all of them.
    fn routes() -> Vec<String>;

    /// What a test says to this service alone, below `/stand-in/`; `None` if it is not known.
    fn control(&mut self, _command: &str, _body: &Value) -> Option<Result<Value, String>> {
        None
    }
}
