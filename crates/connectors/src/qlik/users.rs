//! Users, which are only read.

use serde::Deserialize;

use super::Qlik;
use super::groups::is_of_provider;
use super::pages::Pages;

const PATH: &str = "/api/v1/users";

/// A user, with the groups that the tenant holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct User {
    /// Its id in Qlik Cloud.
    pub id: String,
    /// Who it is for the identity provider.
    #[serde(default)]
    pub subject: String,
    /// Its e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// `active`, `invited`, `disabled`, `deleted` or `provisioned`.
    #[serde(default)]
    pub status: Option<String>,
    /// The groups of the identity provider are those of the last login. `None` if the answer does not say.
    #[serde(default)]
    pub assigned_groups: Option<Vec<AssignedGroup>>,
}

impl User {
    /// The names of the groups that come from the identity provider; `None` if the answer does not say.
    pub fn provider_groups(&self) -> Option<impl Iterator<Item = &str>> {
        let groups = self.assigned_groups.as_ref()?.iter();
        Some(groups.filter(|group| group.is_of_provider()).map(|group| group.name.as_str()))
    }
}

/// A group of a user.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct AssignedGroup {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `idp` or `custom`.
    #[serde(default)]
    pub provider_type: Option<String>,
}

impl AssignedGroup {
    /// Whether the identity provider assigns it.
    pub fn is_of_provider(&self) -> bool {
        is_of_provider(self.provider_type.as_deref())
    }
}

/// Which users are read. Qlik Cloud compares texts without letter case, so compare what comes back once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserFilter(String);

impl UserFilter {
    /// Those in a group, by the group's id.
    pub fn in_group(id: &str) -> Self {
        Self(format!("assignedGroups.id eq {}", quoted(id)))
    }

    /// Those with a subject.
    pub fn subject(subject: &str) -> Self {
        Self(format!("subject eq {}", quoted(subject)))
    }

    /// Those with an e-mail address.
    pub fn email(email: &str) -> Self {
        Self(format!("email eq {}", quoted(email)))
    }

    /// The same, whatever their status is; without it, Qlik Cloud leaves out deleted users.
    #[must_use]
    pub fn of_any_status(self) -> Self {
        let statuses = ["active", "invited", "disabled", "deleted", "provisioned"];
        let statuses: Vec<String> = statuses.iter().map(|it| format!("status eq \"{it}\"")).collect();
        Self(format!("({}) and ({})", self.0, statuses.join(" or ")))
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl Qlik {
    /// The users, or those of a filter, in pages of 100 by id. Scope `admin.users`.
    ///
    /// Read the pages as they come if there may be many: a tenant has up to 100 000 users.
    pub fn users(&self, filter: Option<&UserFilter>) -> Pages<'_, User> {
        let fields = "id,subject,email,status,assignedGroups".to_owned();
        let mut query = vec![("sort", "id".to_owned()), ("fields", fields)];
        query.extend(filter.map(|filter| ("filter", filter.0.clone())));
        // A message could quote a filter, which is about a person.
        self.pages(PATH, query, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_filters_are_quoted() {
        assert_eq!(UserFilter::subject("realm\\a\"b").0, "subject eq \"realm\\\\a\\\"b\"");
        let any = UserFilter::email("a").of_any_status().0;
        assert!(any.starts_with("(email eq \"a\") and (status eq \"active\" or ") && any.contains("deleted"));
    }
}
