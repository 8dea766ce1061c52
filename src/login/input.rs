//! A login as the engine receives it.

use core::cell::OnceCell;

use super::value::Value;
use crate::codec::reader::Reader;
use crate::limits::MAX_VALUE_DEPTH;

/// One login.
#[derive(Clone, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Login<'a> {
    /// The id of the Auth0 organization, if the login used one.
    pub organization: Option<&'a str>,
    /// The name of the Auth0 connection.
    pub connection: Option<&'a str>,
    /// The client id of the application that is logged in to.
    pub client: Option<&'a str>,
    /// The values that were fetched from the event.
    pub input: Input<'a>,
}

/// The input of a login's evaluation: the time, and the values of its lookups.
#[derive(Clone, Debug, Default)]
pub struct Input<'a> {
    /// The time of the login, in seconds since 1970: the core has no clock.
    pub now: f64,
    /// The values of the route's [lookups](crate::Route::lookups), in their order.
    pub values: Vec<Value<'a>>,
    /// The names that were derived from what arrived, joined by zero bytes. Evaluations borrow from it.
    pub(crate) derived: OnceCell<Vec<u8>>,
}

impl<'a> Input<'a> {
    /// The input of a login at a time, in seconds since 1970.
    pub fn new(now: f64, values: Vec<Value<'a>>) -> Self {
        Self { now, values, derived: OnceCell::new() }
    }

    /// Decodes the time, a 64-bit float, and the values that follow it, as the Action's shim encodes them; `None` if the
    /// bytes are anything else.
    pub fn decode(encoded: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(encoded);
        let now = reader.float()?;
        let mut values = Vec::with_capacity(1);
        while !reader.is_empty() {
            values.push(Value::read(&mut reader, MAX_VALUE_DEPTH)?);
        }
        Some(Self::new(now, values))
    }
}
