//! Access tokens, which may run out while a directory is read.

use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::http::{Answer, HttpClient, Request};
use crate::secret::Secret;

/// The token of a client, fetched when it is needed.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    token: Mutex<Option<Secret>>,
}

impl Tokens {
    /// Sends a request with the token, and once more with a new one if the service takes the first for expired.
    pub(crate) fn answer(
        &self,
        http: &HttpClient,
        request: &Request<'_>,
        issue: impl Fn() -> Result<Secret, Error>,
    ) -> Result<Answer, Error> {
        let mut current = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let known = current.clone();
        let is_new = known.is_none();
        let token = known.map_or_else(&issue, Ok)?;
        *current = Some(token.clone());
        match http.answer(request, Some(&token)) {
            Err(error) if error.status() == Some(401) && !is_new => {
                let token = issue()?;
                *current = Some(token.clone());
                http.answer(request, Some(&token))
            }
            other => other,
        }
    }
}
