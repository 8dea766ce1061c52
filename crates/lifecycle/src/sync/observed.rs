//! What a service has.

use std::collections::HashMap;

use super::desired::Attributes;

/// A user of the service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct ObservedUser {
    /// The id that the service issued.
    pub id: String,
    /// The id that a client issued.
    pub external_id: Option<String>,
    /// The name of the user.
    pub user_name: String,
    /// What else is known.
    pub attributes: Attributes,
    /// Whether the user can log in.
    pub is_active: bool,
}

/// A group of the service.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ObservedGroup {
    /// The id that the service issued.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The positions of its members in [`Observed::users`], sorted; `None` if the service does not say.
    pub(super) members: Option<Vec<u32>>,
}

/// What a service has, read to the end.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Observed {
    /// All users.
    pub users: Vec<ObservedUser>,
    /// All groups.
    pub groups: Vec<ObservedGroup>,
}

impl Observed {
    /// What was read: the users, and each group by its id and name, with the ids of its members if the service says.
    /// Members that are not users, such as groups and users that were deleted, are ignored.
    pub fn new<'m, M>(
        users: Vec<ObservedUser>,
        groups: impl IntoIterator<Item = (String, String, Option<M>)>,
    ) -> Self
    where
        M: IntoIterator<Item = &'m str>,
    {
        let positions: HashMap<&str, u32> =
            users.iter().zip(0_u32..).map(|(user, at)| (user.id.as_str(), at)).collect();
        let read = |ids: M| {
            let mut members: Vec<u32> = ids.into_iter().filter_map(|id| positions.get(id).copied()).collect();
            // Some services list a member twice.
            members.sort_unstable();
            members.dedup();
            members
        };
        let groups = groups.into_iter();
        let groups =
            groups.map(|(id, name, ids)| ObservedGroup { id, name, members: ids.map(read) }).collect();
        Self { users, groups }
    }

    /// The service's ids of each group whose members are known, and of each of its members.
    pub(super) fn memberships(&self) -> impl Iterator<Item = (&str, &str)> {
        self.groups.iter().flat_map(move |group| {
            let users = group.members.iter().flatten().filter_map(|at| self.users.get(*at as usize));
            users.map(|user| (group.id.as_str(), user.id.as_str()))
        })
    }
}
