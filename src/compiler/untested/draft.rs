//! A case that is made up, as the text that an author can paste.

use serde_json::{Map, Value as Json, json};

use super::inputs::LoginInputs;
use crate::diagnostic::SourceFile;
use crate::host::event::Answer;
use crate::language::format::format;
use crate::language::model::{Connection, From, MetadataOf};
use crate::outcome::{Outcome, Reason};

/// A login of a case.
#[derive(Debug)]
pub(super) struct Draft<'d> {
    pub(super) application: &'d str,
    pub(super) connection: &'d Connection,
    /// Whether the mapping has other connections too.
    pub(super) names_connection: bool,
    pub(super) groups: &'d [String],
    pub(super) inputs: &'d LoginInputs,
}

/// How the groups of a draft are written.
#[derive(Clone, Debug)]
pub(super) enum WrittenGroups {
    /// Under `groups`.
    Short,
    /// Under `user`, as the identity provider sends them, together with other attributes.
    Under(Json),
}

impl Draft<'_> {
    /// The members of the case that describe the login, in their order.
    fn login(&self, written: &WrittenGroups) -> Vec<(&'static str, Json)> {
        let mut members = vec![("application", json!(self.application))];
        if self.names_connection {
            members.push(("connection", json!(self.connection.name.value)));
        }
        match written {
            WrittenGroups::Short => members.push(("groups", json!(self.groups))),
            WrittenGroups::Under(user) => {
                members.push(("user", user.clone()));
                match self.connection.sources.first().map(|source| &source.from) {
                    Some(From::Provisioned) => members.push(("provisioned", json!(self.groups))),
                    Some(From::Auth0Roles) => members.push(("auth0-roles", json!(self.groups))),
                    _ => {}
                }
            }
        }
        if let Some(domain) = &self.inputs.email_domain {
            members.push(("email", json!(format!("user@{domain}"))));
        }
        let mut metadata = Map::new();
        for (of, key, value) in &self.inputs.metadata {
            let of = match of {
                MetadataOf::Organization => "organization",
                MetadataOf::Connection => "connection",
                MetadataOf::Client => "client",
            };
            let inner = metadata.entry(of).or_insert_with(|| json!({}));
            inner.as_object_mut().into_iter().for_each(|it| drop(it.insert(key.clone(), json!(value))));
        }
        if !metadata.is_empty() {
            members.push(("metadata", Json::Object(metadata)));
        }
        members
    }

    /// The attributes of the user: those of an event with the groups alone, if there can be one, and further ones.
    pub(super) fn user(&self, event: Option<&Json>) -> Option<Json> {
        let mut user = event.and_then(|event| event.get("user")).cloned().unwrap_or_else(|| json!({}));
        // The case says these by a key of its own.
        if self.inputs.email_domain.is_some() {
            user.as_object_mut()?.retain(|key, _| !matches!(key.as_str(), "email" | "email_verified"));
        }
        with_attributes(user, &self.inputs.attributes)
    }

    /// A list of one case, to be read and run. Nothing is known yet about its result.
    pub(super) fn text(&self, written: &WrittenGroups) -> String {
        text("draft", &self.login(written), &[("outcome", json!(Outcome::None.word()))], None)
    }

    /// The case with its name and its result, in the canonical form; `None` if it has more than `longest` chars.
    ///
    /// `organization` is what the case names, if anything.
    pub(super) fn finished(
        &self,
        written: &WrittenGroups,
        name: &str,
        answer: &Answer,
        organization: Option<&str>,
        longest: usize,
    ) -> Option<String> {
        // To format a long case takes long.
        if answer.rules.iter().map(|rule| rule.chars().count()).sum::<usize>() > longest {
            return None;
        }
        let mut expect = Vec::new();
        if answer.outcome == Outcome::Groups {
            expect.push(("claims", json!(answer.groups)));
        } else {
            expect.push(("outcome", json!(answer.outcome.word())));
        }
        expect.push(("rules", json!(answer.rules)));
        if answer.reason != Reason::Ok {
            expect.push(("reason", json!(answer.reason.code())));
        }
        let case = text(name, &self.login(written), &expect, organization);
        let whole = format!("version: 1\ncases:\n{case}");
        let formatted = format(&SourceFile { path: "new.test.yaml".to_owned(), text: whole }).ok()?;
        let case = formatted.strip_prefix("version: 1\n")?.strip_prefix("cases:\n")?.trim_end();
        (case.chars().count() < longest).then(|| case.to_owned())
    }
}

/// A list of one case. Its values are JSON, which is YAML too.
fn text(name: &str, login: &[(&str, Json)], expect: &[(&str, Json)], organization: Option<&str>) -> String {
    let organization = organization.map(|name| ("organization", json!(name)));
    let mut text = format!("  - name: {}\n", json!(name));
    for (key, value) in organization.iter().chain(login) {
        text += &format!("    {key}: {value}\n");
    }
    text += "    expect:\n";
    for (key, value) in expect {
        text += &format!("      {key}: {value}\n");
    }
    text
}

/// The attributes of a user with further ones, by JSON Pointer; `None` if one has no place.
fn with_attributes(mut user: Json, attributes: &[(String, Json)]) -> Option<Json> {
    for (pointer, value) in attributes {
        let keys: Vec<String> =
            pointer.split('/').skip(1).map(|key| key.replace("~1", "/").replace("~0", "~")).collect();
        let (last, path) = keys.split_last()?;
        let mut at = &mut user;
        for key in path {
            at = at.as_object_mut()?.entry(key.clone()).or_insert_with(|| json!({}));
        }
        at.as_object_mut()?.insert(last.clone(), value.clone());
    }
    Some(user)
}
