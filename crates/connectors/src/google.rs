//! The directory of an account of Google Workspace, by the Directory API: its users, its groups, and who is in which.
//!
//! Paths, parameters and scopes are those of the reference of the Admin SDK. Members are read directly, and groups in
//! groups are followed afterwards: a derived list says neither through which group someone is a member, nor what became of
//! groups of other companies.

mod settings;

use std::collections::HashSet;

use claimsmith_lifecycle::directory::{Directory, DirectoryReader, Group, Person};
use serde_json::{Value, json};

pub use self::settings::Settings;
use crate::directories::{Attributes, Page, Reading, Tokens, no_list, patient, text};
use crate::error::{Error, ErrorKind, Permission};
use crate::http::{HttpClient, Options, Request, access_token, encoded};
use crate::secret::Secret;

/// Read-only, and no more than is read.
const SCOPES: &str = "https://www.googleapis.com/auth/admin.directory.user.readonly \
    https://www.googleapis.com/auth/admin.directory.group.readonly";
/// How long an assertion is valid, in seconds. Google accepts an hour at most.
const LIFETIME: u64 = 600;

/// Which property of a group is the name by which the identity provider sends it at a login.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what reads a directory has to say which one")]
pub enum GroupName {
    /// `email`.
    Email,
    /// `name`.
    Name,
}

/// A connection to one account.
#[derive(Debug)]
pub struct Google {
    api: HttpClient,
    /// Where tokens come from.
    login: HttpClient,
    settings: Settings,
    tokens: Tokens,
    reading: Reading,
}

impl Google {
    /// A client of the account of the settings. Nothing is sent yet.
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

    /// Reads the whole directory, and of each user the fields that are named.
    ///
    /// # Errors
    ///
    /// If nothing could be read, such as with a key that is not valid. What fails later makes the directory incomplete.
    pub fn read<'n>(
        &self,
        names: GroupName,
        attributes: impl IntoIterator<Item = &'n str>,
    ) -> Result<Directory, Error> {
        let attributes = Attributes::new(attributes);
        self.reading.directory(|reader| {
            let path = "/admin/directory/v1/groups?customer=my_customer&maxResults=200";
            let groups = self.list(path.to_owned(), "groups")?;
            let mut members = Vec::with_capacity(groups.len());
            for group in &groups {
                let id = encoded(text(group, "id"));
                let path = format!("/admin/directory/v1/groups/{id}/members?maxResults=200");
                members.push(self.list(path, "members")?);
            }
            let users = self.users(&attributes)?;
            let account = Account::of(&users, &groups);
            for (group, members) in groups.iter().zip(&members) {
                let key = match names {
                    GroupName::Email => "email",
                    GroupName::Name => "name",
                };
                let (id, name) = (text(group, "id").to_owned(), text(group, key).to_owned());
                if name.is_empty() {
                    reader.unread(format!("the group `{id}` has no `{key}`"));
                }
                let ids = account.member_ids(members, reader);
                reader.group(Group { id, name }, ids);
            }
            for user in &users {
                add_person(reader, user, &attributes);
            }
            Ok(())
        })
    }

    fn users(&self, attributes: &Attributes) -> Result<Vec<Value>, Error> {
        let mut fields = attributes.members();
        // Only a full user has the fields that an account has added.
        let projection = if fields.contains("customSchemas") { "full" } else { "basic" };
        fields.extend(["id", "primaryEmail", "suspended", "archived"]);
        let fields: Vec<&str> = fields.into_iter().collect();
        let fields = encoded(&format!("nextPageToken,users({})", fields.join(",")));
        let path = format!(
            "/admin/directory/v1/users?customer=my_customer&maxResults=500&projection={projection}&fields={fields}"
        );
        self.list(path, "users")
    }

    fn list(&self, first: String, key: &str) -> Result<Vec<Value>, Error> {
        self.reading.all(first.clone(), |target| self.page(&first, target, key))
    }

    /// The next page is that of the first request with the token of the page before.
    fn page(&self, first: &str, target: &str, key: &str) -> Result<Page, Error> {
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
        let mut body = answer.map_err(|error| error.lacking(Permission::Google))?.body;
        if !body.is_object() {
            return Err(no_list(target, "members"));
        }
        let items = match body.get_mut(key).map(Value::take) {
            // An empty list is left out.
            None => Vec::new(),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(no_list(target, "entries")),
        };
        let next = match body.get("nextPageToken") {
            None | Some(Value::Null) => None,
            Some(Value::String(token)) if token.is_empty() => None,
            Some(Value::String(token)) => Some(format!("{first}&pageToken={}", encoded(token))),
            Some(_) => return Err(no_list(target, "a token of its next page")),
        };
        Ok(Page { items, next })
    }

    /// A token of the service account in the name of an administrator (RFC 7523).
    fn issue(&self) -> Result<Secret, Error> {
        let now = self.login.timer().unix_seconds();
        let claims = json!({
            "iss": self.settings.client_email(), "sub": self.settings.admin(), "scope": SCOPES,
            "aud": self.settings.audience(), "iat": now, "exp": now.saturating_add(LIFETIME),
        });
        let mut request = Request {
            method: "POST",
            path: "/token".to_owned(),
            query: &[],
            body: None,
            // A second token does no harm.
            is_repeatable: true,
            shows_message: false,
        };
        let assertion = self.settings.key().signed(&claims).map_err(|why| Error {
            method: "POST",
            path: request.path.clone(),
            kind: ErrorKind::NotSent(why),
        })?;
        request.body = Some(json!({
            "grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion.expose(),
        }));
        let answer = self.login.send(&request, None)?;
        access_token(&request, &answer)
    }
}

fn add_person(reader: &mut DirectoryReader, user: &Value, attributes: &Attributes) {
    let is = |key: &str| user.get(key).and_then(Value::as_bool);
    // Someone who may not see it sees a user without it.
    let is_suspended = is("suspended").unwrap_or_else(|| {
        reader.unread(
            "a user without `suspended`; `GOOGLE_ADMIN` has to be an administrator who may read users"
                .to_owned(),
        );
        true
    });
    let is_active = !is_suspended && is("archived") != Some(true);
    let id = text(user, "id").to_owned();
    reader.person(Person { id, is_active, attributes: attributes.of(user) });
}

/// Who belongs to the account.
struct Account<'d> {
    users: HashSet<&'d str>,
    groups: HashSet<&'d str>,
    /// The domains of its users and groups, in lowercase.
    domains: HashSet<String>,
}

impl<'d> Account<'d> {
    fn of(users: &'d [Value], groups: &'d [Value]) -> Self {
        let addresses = users.iter().map(|it| text(it, "primaryEmail"));
        let addresses = addresses.chain(groups.iter().map(|it| text(it, "email")));
        let domains = addresses.filter_map(domain_of).collect();
        let ids = |all: &'d [Value]| all.iter().map(|it| text(it, "id")).collect();
        Self { users: ids(users), groups: ids(groups), domains }
    }

    /// The ids of a group's members. Those of other companies are outside; an unknown one of a domain of the account
    /// is not: a list that lacks a person must not seem complete.
    fn member_ids(&self, members: &[Value], reader: &mut DirectoryReader) -> Vec<String> {
        let mut ids = Vec::with_capacity(members.len());
        for member in members {
            let (id, kind) = (text(member, "id"), text(member, "type"));
            let is_of_account = domain_of(text(member, "email")).is_some_and(|it| self.domains.contains(&it));
            match kind {
                // Everyone of the account.
                "CUSTOMER" => ids.extend(self.sorted_users()),
                "USER" if self.users.contains(id) => ids.push(id.to_owned()),
                "GROUP" if self.groups.contains(id) => ids.push(id.to_owned()),
                "USER" | "GROUP" | "EXTERNAL" if !is_of_account => reader.outside(id.to_owned()),
                _ => ids.push(id.to_owned()),
            }
        }
        ids
    }

    fn sorted_users(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.users.iter().map(|it| (*it).to_owned()).collect();
        ids.sort_unstable();
        ids
    }
}

fn domain_of(address: &str) -> Option<String> {
    address.rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase())
}
