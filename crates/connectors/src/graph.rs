//! The directory of a tenant of Microsoft Entra, by Microsoft Graph: its users, its groups, and who is in which.
//!
//! Paths, parameters and permissions are those of the reference of Microsoft Graph 1.0. Members are read group by group:
//! what `$expand=members` answers ends after 20, without saying so.

mod settings;

use std::collections::BTreeSet;

use claimsmith_lifecycle::directory::{Directory, DirectoryReader, Group, Person};
use serde_json::{Value, json};

pub use self::settings::{Cloud, Settings};
use crate::directories::{Attributes, Page, Reading, Tokens, no_list, other_host, patient, text};
use crate::error::{Error, Permission};
use crate::http::{HttpClient, Options, Request, access_token, encoded};
use crate::secret::Secret;

/// The code of a refusal because the link to a page is too old.
const EXPIRED_PAGE: &str = "Directory_ExpiredPageToken";

/// Which property of a group is the name by which the identity provider sends it at a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what reads a directory has to say which one")]
pub enum GroupName {
    /// The object id.
    Id,
    /// `displayName`.
    DisplayName,
}

/// A connection to one tenant.
#[derive(Debug)]
pub struct Graph {
    api: HttpClient,
    /// Where tokens come from.
    login: HttpClient,
    settings: Settings,
    tokens: Tokens,
    reading: Reading,
}

impl Graph {
    /// A client of the tenant of the settings. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Text for people, if the certificate authorities cannot be used.
    pub fn new(settings: &Settings, options: Options) -> Result<Self, String> {
        let options = patient(options);
        let api = HttpClient::new(settings.api_host(), options.clone())?;
        let login = HttpClient::new(settings.login_host(), options)?.with_forms();
        let (tokens, reading) = (Tokens::default(), Reading::default());
        Ok(Self { api, login, settings: settings.clone(), tokens, reading })
    }

    /// How many requests were sent so far, those for tokens and repeated ones included.
    pub fn requests(&self) -> usize {
        self.api.sent() + self.login.sent()
    }

    /// Reads the whole directory, and of each user the properties that are named.
    ///
    /// Groups come before people: someone who is added meanwhile is then a person without groups, and not an unknown
    /// member.
    ///
    /// # Errors
    ///
    /// If nothing could be read, such as with a wrong secret. What fails later makes the directory incomplete.
    pub fn read<'n>(
        &self,
        names: GroupName,
        attributes: impl IntoIterator<Item = &'n str>,
    ) -> Result<Directory, Error> {
        let attributes = Attributes::new(attributes);
        self.reading.directory(|reader| {
            for group in self.list("/v1.0/groups?$select=id,displayName,visibility&$top=999".to_owned())? {
                self.group(reader, names, &group)?;
            }
            self.people(reader, &attributes)
        })
    }

    fn group(&self, reader: &mut DirectoryReader, names: GroupName, group: &Value) -> Result<(), Error> {
        let id = text(group, "id").to_owned();
        let name = match names {
            GroupName::Id => id.clone(),
            GroupName::DisplayName => text(group, "displayName").to_owned(),
        };
        if name.is_empty() {
            reader.unread(format!("the group `{id}` has no name"));
        }
        let members = self.list(format!("/v1.0/groups/{}/members?$select=id&$top=999", encoded(&id)))?;
        // Without the permission, the members of such a group are an empty list.
        if members.is_empty() && text(group, "visibility") == "HiddenMembership" {
            reader.unread(format!(
                "the members of the group `{id}` are hidden; the app registration needs `Member.Read.Hidden` to read them"
            ));
        }
        for member in &members {
            // Such as a device, a service principal or a contact.
            let kind = text(member, "@odata.type");
            if !kind.is_empty() && kind != "#microsoft.graph.user" && kind != "#microsoft.graph.group" {
                reader.outside(text(member, "id").to_owned());
            }
        }
        let members = members.iter().map(|it| text(it, "id").to_owned()).collect();
        reader.group(Group { id, name }, members);
        Ok(())
    }

    fn people(&self, reader: &mut DirectoryReader, attributes: &Attributes) -> Result<(), Error> {
        let mut select: BTreeSet<&str> = attributes.members();
        select.extend(["id", "accountEnabled"]);
        let select: Vec<String> = select.into_iter().map(encoded).collect();
        for user in self.list(format!("/v1.0/users?$select={}&$top=999", select.join(",")))? {
            // With a permission that is too small it is left out, and no one would seem to be able to log in.
            let is_active = user.get("accountEnabled").and_then(Value::as_bool).unwrap_or_else(|| {
                reader.unread(
                    "a user without `accountEnabled`; the app registration needs `User.Read.All` to read it"
                        .to_owned(),
                );
                false
            });
            let id = text(&user, "id").to_owned();
            reader.person(Person { id, is_active, attributes: attributes.of(&user) });
        }
        Ok(())
    }

    /// A list. If the link to one of its pages is too old, it is read once more from the beginning.
    fn list(&self, first: String) -> Result<Vec<Value>, Error> {
        match self.reading.all(first.clone(), |target| self.page(target)) {
            Err(error) if error.has_code(EXPIRED_PAGE) => self.reading.all(first, |target| self.page(target)),
            other => other,
        }
    }

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
        let answer = self.tokens.answer(&self.api, &request, || self.issue());
        let mut body = answer.map_err(|error| error.lacking(Permission::Graph))?.body;
        let Some(Value::Array(items)) = body.get_mut("value").map(Value::take) else {
            return Err(no_list(target, "`value`"));
        };
        let next = match body.get("@odata.nextLink") {
            None | Some(Value::Null) => None,
            Some(Value::String(link)) => Some(self.api.target_of(link).ok_or_else(|| other_host(target))?),
            Some(_) => return Err(no_list(target, "a link to its next page")),
        };
        Ok(Page { items, next })
    }

    /// A token of the app itself, by its client credentials.
    fn issue(&self) -> Result<Secret, Error> {
        let body = json!({
            "grant_type": "client_credentials", "client_id": self.settings.client_id(),
            "client_secret": self.settings.client_secret().expose(), "scope": self.settings.scope(),
        });
        let request = Request {
            method: "POST",
            path: format!("/{}/oauth2/v2.0/token", self.settings.tenant()),
            query: &[],
            body: Some(body),
            // A second token does no harm.
            is_repeatable: true,
            shows_message: false,
        };
        let answer = self.login.send(&request, None)?;
        access_token(&request, &answer)
    }
}
