//! The state of a directory, and what all three services have in common.

use std::collections::HashMap;
use std::fmt::Debug;
use std::marker::PhantomData;

use super::lists::{self, List};
use super::seed::{Quirks, Seed, Tenant};
use crate::clock::Clock;
use crate::fault::Fault;
use crate::http::{Request, Response};
use crate::ids::Ids;
use crate::service::Service;

/// An answer, or the error that is answered instead.
pub(super) type Answered = Result<Response, Box<Response>>;

/// What a path leads to.
#[derive(Debug)]
pub enum Route {
    Token,
    List(List),
}

/// In what the three services differ.
pub trait Flavor: Debug + Send + Sized + 'static {
    /// What comes before the token.
    const SCHEME: &'static str;
    /// The routes, as `METHOD path`.
    const ROUTES: &'static [&'static str];

    fn route(method: &str, path: &str) -> Option<Route>;

    /// Issues a token.
    fn issue(world: &mut World<Self>, request: &Request) -> Answered;

    /// The entries of a list, and how many a page has.
    fn entries(
        world: &World<Self>,
        list: &List,
        query: &lists::Query,
    ) -> Result<lists::Entries, Box<Response>>;

    /// A page. `next` is the token of the next one.
    fn page(world: &World<Self>, request: &Request, list: &List, page: lists::Page) -> Response;

    /// The name of the parameter with the token of a page.
    const PAGE_TOKEN: &'static str;

    fn error(status: u16) -> Response;

    /// The headers of every answer about the rate.
    fn rate(_world: &World<Self>, _status: u16, _wait: Option<u64>) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

#[derive(Debug)]
pub struct World<F> {
    pub(super) domain: String,
    pub(super) tenant: Tenant,
    pub(super) quirks: Quirks,
    pub(super) ids: Ids,
    pub(super) clock: Clock,
    pub(super) token_lifetime: u64,
    /// The end of each token, in seconds since 1970.
    pub(super) tokens: HashMap<String, u64>,
    faults: Vec<Fault<Tenant>>,
    flavor: PhantomData<F>,
}

impl<F: Flavor> Service for World<F> {
    type Seed = Seed;
    type Tenant = Tenant;

    fn new(seed: Seed, domain: String) -> Self {
        Self {
            domain,
            tenant: seed.tenant,
            quirks: seed.quirks,
            ids: Ids(seed.seed),
            clock: Clock::new(&seed.clock),
            token_lifetime: seed.token_lifetime.unwrap_or(3600),
            tokens: seed.tokens.into_iter().map(|it| (it.token, u64::MAX)).collect(),
            faults: seed.faults,
            flavor: PhantomData,
        }
    }

    fn tenant(&mut self) -> &mut Tenant {
        &mut self.tenant
    }

    fn clock(&mut self) -> &mut Clock {
        &mut self.clock
    }

    fn faults(&mut self) -> &mut Vec<Fault<Tenant>> {
        &mut self.faults
    }

    fn answer(&mut self, request: &Request) -> Response {
        let response = self.answer_or_refuse(request).unwrap_or_else(|error| *error);
        self.with_headers(response, None)
    }

    fn faulty(&mut self, _: &Request, status: u16, wait: Option<u64>) -> Response {
        self.with_headers(F::error(status), wait)
    }

    fn routes() -> Vec<String> {
        F::ROUTES.iter().map(|it| (*it).to_owned()).collect()
    }
}

impl<F: Flavor> World<F> {
    fn with_headers(&self, mut response: Response, wait: Option<u64>) -> Response {
        response.headers.push(("date", self.clock.http_date()));
        response.headers.push(("content-type", "application/json; charset=utf-8".to_owned()));
        response.headers.extend(F::rate(self, response.status, wait));
        // A service need not say how long to wait.
        response.headers.extend(wait.map(|seconds| ("retry-after", seconds.to_string())));
        response
    }

    fn answer_or_refuse(&mut self, request: &Request) -> Answered {
        match F::route(&request.method, request.path()) {
            None => Err(Box::new(F::error(404))),
            Some(Route::Token) => F::issue(self, request),
            Some(Route::List(list)) => {
                self.check_token(request)?;
                lists::answer(self, request, &list)
            }
        }
    }

    fn check_token(&self, request: &Request) -> Result<(), Box<Response>> {
        let header = request.header("authorization").unwrap_or_default();
        let token = header.split_once(' ').filter(|(scheme, _)| *scheme == F::SCHEME).map(|(_, token)| token);
        let end = token.and_then(|token| self.tokens.get(token));
        match end {
            Some(end) if *end > self.clock.seconds() => Ok(()),
            _ => Err(Box::new(F::error(401))),
        }
    }
}
