//! A service as a synchronization writes to it.

use claimsmith_lifecycle::sync::{Attributes, Extent, Failure, NewUser, Service};

use super::{Created, Scim};
use crate::error::{Error, ErrorKind};

impl Service for &Scim {
    fn create_user(&mut self, user: NewUser<'_>) -> Result<String, Failure> {
        match Scim::create_user(self, user)? {
            Created::User { id, .. } => Ok(id),
            Created::NameTaken { id } => {
                let id = id.map(|id| format!(" ({})", id.escape_debug())).unwrap_or_default();
                let text = format!("another user of the service{id} has the name");
                Err(Failure { text, extent: Extent::Step, is_uncertain: false })
            }
        }
    }

    fn update_user(
        &mut self,
        id: &str,
        user_name: Option<&str>,
        attributes: &Attributes,
    ) -> Result<(), Failure> {
        Ok(Scim::update_user(self, id, user_name, attributes)?)
    }

    fn set_active(&mut self, id: &str, is_active: bool) -> Result<(), Failure> {
        Ok(Scim::set_active(self, id, is_active)?)
    }

    fn add_members(&mut self, group: &str, users: &[&str]) -> Result<(), Failure> {
        Ok(Scim::add_members(self, group, users)?)
    }

    fn remove_members(&mut self, group: &str, users: &[&str]) -> Result<(), Failure> {
        Ok(Scim::remove_members(self, group, users)?)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let extent = match &error.kind {
            ErrorKind::Deadline { .. } | ErrorKind::NotSent(_) => Extent::Run,
            // The service does not keep what it is sent.
            ErrorKind::Unreadable(_) if error.method == "POST" => Extent::Run,
            // Forbidden may be about one user, such as the owner of the service.
            ErrorKind::Refused(refusal) if refusal.status == 401 => Extent::Run,
            _ if error.is_too_large() => Extent::Size,
            _ => Extent::Step,
        };
        let is_uncertain = error.may_have_taken_effect();
        // The id of a user may be an address; the step has it.
        let path = match error.path.rsplit_once("/Users/") {
            Some((start, _)) => format!("{start}/Users/…"),
            None => error.path.clone(),
        };
        Self { text: Error { path, ..error }.to_string(), extent, is_uncertain }
    }
}
