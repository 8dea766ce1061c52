//! What a whole tenant has, which is only read: organizations, connections, and some profiles.

use claimsmith_lifecycle::drift::{SeenConnection, SeenOrganization};
use serde_json::{Map, Value};

use super::Auth0;
use crate::error::Error;

/// A tenant has up to two million organizations, in pages of 100.
const MOST_PAGES: usize = 20_000;
const PER_PAGE: usize = 100;

/// The most profiles of a list by number: Auth0 gives no more of them.
pub const MOST_PROFILES: usize = 1000;

impl Auth0 {
    /// Reads all organizations with their metadata, page by page. Scope `read:organizations`.
    ///
    /// # Errors
    ///
    /// If a page cannot be read. What was read before is not all of them.
    pub fn read_organizations(&self, each: &mut dyn FnMut(Vec<SeenOrganization>)) -> Result<(), Error> {
        self.checkpoints(("/organizations", "organizations"), &[], MOST_PAGES, each)
    }

    /// Reads all connections with their options, page by page. Scope `read:connections`.
    ///
    /// # Errors
    ///
    /// If a page cannot be read. What was read before is not all of them.
    pub fn read_connections(&self, each: &mut dyn FnMut(Vec<SeenConnection>)) -> Result<(), Error> {
        let fields = [("fields", "id,name,strategy,options"), ("include_fields", "true")];
        self.checkpoints(("/connections", "connections"), &fields, MOST_PAGES, each)
    }

    /// Reads the profiles with the newest logins, at most a number of them, and returns how many the tenant has, if
    /// Auth0 says so. Scope `read:users`. The profiles are of people: nothing of them may be printed.
    ///
    /// # Errors
    ///
    /// If a page cannot be read.
    pub fn read_profiles(
        &self,
        most: usize,
        each: &mut dyn FnMut(Vec<Map<String, Value>>),
    ) -> Result<Option<usize>, Error> {
        let most = most.min(MOST_PROFILES);
        // Pages have to be of one size, or the next one would skip some.
        let size = most.min(PER_PAGE);
        let per_page = size.to_string();
        let (mut total, mut read) = (None, 0);
        for page in 0..most.div_ceil(PER_PAGE) {
            let page = page.to_string();
            let query = [
                ("page", page.as_str()),
                ("per_page", &per_page),
                ("include_totals", "true"),
                ("sort", "last_login:-1"),
            ];
            let (mut rows, answer) = self.page::<Map<String, Value>>("/users", "users", &query)?;
            total = answer.get("total").and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok());
            let is_last = rows.len() < size;
            rows.truncate(most - read);
            read += rows.len();
            each(rows);
            if is_last {
                break;
            }
        }
        Ok(total)
    }
}
