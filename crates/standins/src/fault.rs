//! What goes wrong, and at which request.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::auth0::Tenant;
use crate::json_patch::{self, Operation};

/// Something that goes wrong once, or several times in a row, in a tenant of Auth0 unless another one is named.
#[derive(Debug, Deserialize)]
#[serde(bound = "")]
pub struct Fault<T = Tenant> {
    /// At which request.
    #[serde(default)]
    pub at: At,
    /// What happens there.
    #[serde(flatten)]
    pub kind: FaultKind<T>,
    /// At how many requests in a row; 1 if it is not set.
    #[serde(default = "once")]
    pub times: u64,
    /// What the header `Retry-After` says, in seconds; with 429 it is 1 if it is not set.
    #[serde(default)]
    pub retry_after: Option<u64>,
    /// How many requests to which it applies have come.
    #[serde(skip)]
    seen: u64,
}

fn once() -> u64 {
    1
}

/// Counts the requests since the fault was added, the first one as 1.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct At {
    /// The Nth request that fits.
    pub nth: u64,
    /// Only requests with this method.
    pub method: Option<String>,
    /// Only requests to this path, without the query; a segment `*` fits any.
    pub path: Option<String>,
}

impl Default for At {
    fn default() -> Self {
        Self { nth: 1, method: None, path: None }
    }
}

impl At {
    /// The Nth request of all.
    pub fn request(nth: u64) -> Self {
        Self { nth, ..Self::default() }
    }

    /// The Nth request with this method to this path.
    pub fn route(method: &str, path: &str, nth: u64) -> Self {
        Self { nth, method: Some(method.to_owned()), path: Some(path.to_owned()) }
    }

    fn fits(&self, method: &str, path: &str) -> bool {
        self.method.as_deref().is_none_or(|it| it == method)
            && self.path.as_deref().is_none_or(|pattern| {
                let (wanted, found): (Vec<&str>, Vec<&str>) =
                    (pattern.split('/').collect(), path.split('/').collect());
                wanted.len() == found.len()
                    && wanted.iter().zip(&found).all(|(wanted, found)| *wanted == "*" || wanted == found)
            })
    }
}

/// A change that somebody else makes.
pub type Change<T = Tenant> = Box<dyn FnMut(&mut T) + Send>;

/// What goes wrong.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", bound = "")]
#[non_exhaustive]
pub enum FaultKind<T = Tenant> {
    /// This status, and nothing has changed.
    Status(u16),
    /// This status, although the change took effect.
    StatusAfter(u16),
    /// The connection is closed without an answer, and nothing has changed.
    CloseBefore,
    /// The connection is closed without an answer, although the change took effect.
    CloseAfter,
    /// The request waits until the handle releases it, then it is answered as usual.
    Delay,
    /// Somebody else makes these changes of the tenant just before the request.
    Patch(Vec<Operation>),
    /// The same, as a function.
    #[serde(skip)]
    Change(Change<T>),
}

impl<T> fmt::Debug for FaultKind<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.name())
    }
}

impl<T> FaultKind<T> {
    /// As it is recorded.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Status(status) => format!("status {status}"),
            Self::StatusAfter(status) => format!("status {status} after the change"),
            Self::CloseBefore => "closed before the change".to_owned(),
            Self::CloseAfter => "closed after the change".to_owned(),
            Self::Delay => "delayed".to_owned(),
            Self::Patch(_) | Self::Change(_) => "somebody else's change".to_owned(),
        }
    }
}

/// What a fault does to the request at which it happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Nothing,
    Delay,
    /// The request is not carried out.
    Before(Ending),
    /// It is, but the client does not get its answer.
    After(Ending),
}

/// What the client sees instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// And after how many seconds the client may come back.
    Status(u16, Option<u64>),
    Close,
}

impl<T> Fault<T> {
    /// A fault that happens once.
    pub fn new(at: At, kind: FaultKind<T>) -> Self {
        Self { at, kind, times: 1, retry_after: None, seen: 0 }
    }

    /// A change of somebody else just before a request.
    pub fn change(at: At, change: impl FnMut(&mut T) + Send + 'static) -> Self {
        Self::new(at, FaultKind::Change(Box::new(change)))
    }

    /// The same fault at this many requests in a row.
    #[must_use]
    pub fn repeated(self, times: u64) -> Self {
        Self { times, ..self }
    }

    /// Makes somebody else's change, if it is one, and says what happens to the request.
    ///
    /// # Errors
    ///
    /// If the changes do not fit the tenant.
    pub(crate) fn happen(&mut self, tenant: &mut T) -> Result<Effect, String>
    where
        T: Serialize + DeserializeOwned,
    {
        let wait = self.retry_after;
        Ok(match &mut self.kind {
            FaultKind::Status(status) => Effect::Before(Ending::Status(*status, wait)),
            FaultKind::StatusAfter(status) => Effect::After(Ending::Status(*status, wait)),
            FaultKind::CloseBefore => Effect::Before(Ending::Close),
            FaultKind::CloseAfter => Effect::After(Ending::Close),
            FaultKind::Delay => Effect::Delay,
            FaultKind::Patch(operations) => {
                json_patch::change(tenant, operations)?;
                Effect::Nothing
            }
            FaultKind::Change(change) => {
                change(tenant);
                Effect::Nothing
            }
        })
    }

    /// The same fault, with this header `Retry-After`.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        Self { retry_after: Some(seconds), ..self }
    }

    /// Counts a request, and says whether the fault happens at it.
    pub(crate) fn happens(&mut self, method: &str, path: &str) -> bool {
        if !self.at.fits(method, path) {
            return false;
        }
        self.seen += 1;
        self.seen >= self.at.nth && self.seen - self.at.nth < self.times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_counts_the_requests_that_fit() {
        let mut fault: Fault = Fault::new(At::route("GET", "/a/*", 2), FaultKind::CloseBefore).repeated(2);
        let happened: Vec<bool> = [
            ("GET", "/a/1"),
            ("POST", "/a/1"),
            ("GET", "/a"),
            ("GET", "/a/2"),
            ("GET", "/a/3"),
            ("GET", "/a/4"),
        ]
        .map(|(method, path)| fault.happens(method, path))
        .into();
        assert_eq!(happened, [false, false, false, true, true, false]);
    }

    #[test]
    fn fault_is_read_from_a_file() {
        let fault: Fault =
            serde_json::from_str(r#"{ "at": { "nth": 3 }, "status": 503, "times": 2 }"#).unwrap();
        assert_eq!((fault.at, fault.kind.name().as_str()), (At::request(3), "status 503"));
        let closed: Fault = serde_json::from_str(r#"{ "close_after": null }"#).unwrap();
        assert_eq!(closed.kind.name(), "closed after the change");
        assert!(serde_json::from_str::<Fault>(r#"{ "explode": true }"#).is_err());
    }
}
