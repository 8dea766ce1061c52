//! What a service has, as a synchronization compares it.

use std::collections::BTreeSet;

use claimsmith_lifecycle::sync::{Attribute, Attributes, Observed, ObservedUser};

use super::{Group, Scim, User};
use crate::error::Error;

impl Scim {
    /// All users, and the groups with one of these names.
    ///
    /// A list may leave out the members of groups, so a group without them is read alone as well.
    ///
    /// # Errors
    ///
    /// If anything cannot be read to its end.
    pub fn observed(&self, names: &BTreeSet<&str>) -> Result<Observed, Error> {
        let users = self.users()?.into_iter().map(observed_user).collect();
        let mut groups = self.groups()?;
        groups.retain(|group| names.contains(group.display_name.as_str()));
        for group in groups.iter_mut().filter(|group| group.member_ids().is_none()) {
            *group = self.group(&group.id)?;
        }
        // Some services answer an empty list for every group: AWS IAM Identity Center does.
        let is_anyone_named =
            groups.iter().any(|group| group.member_ids().is_some_and(|ids| !ids.is_empty()));
        let named = groups.iter().map(|group: &Group| {
            let members = group.member_ids().filter(|_| is_anyone_named).map(BTreeSet::into_iter);
            (group.id.clone(), group.display_name.clone(), members)
        });
        Ok(Observed::new(users, named))
    }
}

fn observed_user(user: User) -> ObservedUser {
    let read = [
        (Attribute::DisplayName, user.display_name.as_deref()),
        (Attribute::GivenName, user.given_name()),
        (Attribute::FamilyName, user.family_name()),
        (Attribute::Email, user.email()),
    ];
    let attributes: Attributes =
        read.into_iter().filter_map(|(key, value)| Some((key, value?.to_owned()))).collect();
    ObservedUser {
        id: user.id,
        external_id: user.external_id,
        user_name: user.user_name,
        attributes,
        // The default of the RFC is that of the service: a user without the attribute can log in (RFC 7643 §4.1.1).
        is_active: user.active != Some(false),
    }
}
