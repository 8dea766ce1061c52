//! The directory of an Okta organization: its users, its groups, and who is in which.
//!
//! Groups of Okta have no groups in them. Paths, parameters and headers are those of the reference of Okta's Users and
//! Groups APIs.

mod settings;

use std::collections::HashMap;

use claimsmith_lifecycle::directory::{Directory, DirectoryReader, Group, Person};
use serde_json::Value;

pub use self::settings::Settings;
use crate::directories::{Attributes, Page, Reading, no_list, other_host, patient, text};
use crate::error::{Error, Permission};
use crate::http::{HttpClient, Options, Request, encoded};
use crate::secret::Secret;

/// What a list of users leaves out unless it is asked for.
const DEPROVISIONED: &str = "DEPROVISIONED";

/// A connection to one organization.
#[derive(Debug)]
pub struct Okta {
    http: HttpClient,
    token: Secret,
    reading: Reading,
}

impl Okta {
    /// A client of the organization of the settings. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Text for people, if the certificate authorities cannot be used.
    pub fn new(settings: &Settings, options: Options) -> Result<Self, String> {
        let http = HttpClient::new(settings.host(), patient(options))?.with_scheme("SSWS");
        Ok(Self { http, token: settings.token().clone(), reading: Reading::default() })
    }

    /// How many requests were sent so far, repeated ones included.
    pub fn requests(&self) -> usize {
        self.http.sent()
    }

    /// Reads the whole directory, and of each person's profile the attributes that are named.
    ///
    /// The name of a group is its name in Okta. Groups come before people: someone who is added meanwhile is then a
    /// person without groups, and not a member who is unknown.
    ///
    /// # Errors
    ///
    /// If nothing could be read, such as with a wrong token. What fails later makes the directory incomplete.
    pub fn read<'n>(&self, attributes: impl IntoIterator<Item = &'n str>) -> Result<Directory, Error> {
        let attributes = Attributes::new(attributes);
        self.reading.directory(|reader| {
            for group in self.list("/api/v1/groups?limit=1000".to_owned())? {
                let id = text(&group, "id").to_owned();
                let name = group.pointer("/profile/name").and_then(Value::as_str).unwrap_or_default();
                if name.is_empty() {
                    reader.unread(format!("the group `{id}` has no name"));
                }
                let path = format!("/api/v1/groups/{}/users?limit=1000", encoded(&id));
                let members = self.list(path)?.iter().map(|it| text(it, "id").to_owned()).collect();
                reader.group(Group { id, name: name.to_owned() }, members);
            }
            self.people(reader, &attributes)
        })
    }

    /// Those who cannot log in come first: someone who is activated between the two lists is then in both, and not in
    /// neither. What the second list says is newer.
    fn people(&self, reader: &mut DirectoryReader, attributes: &Attributes) -> Result<(), Error> {
        let filter = encoded(&format!("status eq \"{DEPROVISIONED}\""));
        let left = self.list(format!("/api/v1/users?filter={filter}&limit=200"))?;
        // A service that does not know the filter answers with everyone.
        let left = left.into_iter().filter(|it| text(it, "status") == DEPROVISIONED);
        let here = self.list("/api/v1/users?limit=200".to_owned())?;
        let mut positions: HashMap<String, usize> = HashMap::new();
        let mut people: Vec<Value> = Vec::new();
        for person in left.chain(here) {
            match positions.get(text(&person, "id")).and_then(|at| people.get_mut(*at)) {
                Some(older) => *older = person,
                None => {
                    positions.insert(text(&person, "id").to_owned(), people.len());
                    people.push(person);
                }
            }
        }
        for person in &people {
            let is_active = can_log_in(text(person, "status")).unwrap_or_else(|| {
                reader.unread(
                    "a user has a status that Okta did not document when this was written".to_owned(),
                );
                false
            });
            let profile = person.get("profile").unwrap_or(&Value::Null);
            let id = text(person, "id").to_owned();
            reader.person(Person { id, is_active, attributes: attributes.of(profile) });
        }
        Ok(())
    }

    fn list(&self, first: String) -> Result<Vec<Value>, Error> {
        self.reading.all(first, |target| self.page(target))
    }

    /// The next page is that of the header `Link`, as it is.
    fn page(&self, target: &str) -> Result<Page, Error> {
        let path = target.to_owned();
        let request = Request {
            method: "GET",
            path,
            query: &[],
            body: None,
            is_repeatable: true,
            shows_message: false,
        };
        let answer =
            self.http.answer(&request, Some(&self.token)).map_err(|error| error.lacking(Permission::Okta))?;
        let Value::Array(items) = answer.body else { return Err(no_list(target, "entries")) };
        let next = match answer.links.as_slice() {
            [] => None,
            [link] => Some(self.http.target_of(link).ok_or_else(|| other_host(target))?),
            _ => return Err(no_list(target, "one next page")),
        };
        Ok(Page { items, next })
    }
}

/// Whether a person can log in, by the status; `None` if the status is not known.
///
/// A password that is forgotten, expired or was wrong too often passes: taking the application's groups away each time
/// would let anyone who knows a name do it. People who were activated and have not logged in yet are to have their groups
/// when they do.
fn can_log_in(status: &str) -> Option<bool> {
    match status {
        "ACTIVE" | "PROVISIONED" | "PASSWORD_EXPIRED" | "RECOVERY" | "LOCKED_OUT" => Some(true),
        "STAGED" | "SUSPENDED" | DEPROVISIONED => Some(false),
        _ => None,
    }
}
