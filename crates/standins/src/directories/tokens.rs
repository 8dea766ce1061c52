//! Tokens that are issued.

use serde_json::{Value, json};

use super::world::{Answered, Flavor, World};
use crate::http::{Request, Response, form};

/// The fields of a form.
pub(super) struct Fields(Vec<(String, String)>);

impl Fields {
    pub(super) fn read(request: &Request) -> Self {
        let is_form = request
            .header("content-type")
            .is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"));
        Self(if is_form { form(&String::from_utf8_lossy(&request.body)) } else { Vec::new() })
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }
}

/// A refusal of OAuth 2.0 (RFC 6749 §5.2).
pub(super) fn refusal(status: u16, code: &str, description: &str) -> Box<Response> {
    let body = json!({ "error": code, "error_description": description });
    Box::new(Response { status, headers: Vec::new(), body: Some(body) })
}

/// The texts of a list in a record.
pub(super) fn texts<'r>(record: &'r super::seed::Record, key: &str) -> Vec<&'r str> {
    let all = record.get(key).and_then(Value::as_array);
    all.into_iter().flatten().filter_map(Value::as_str).collect()
}

impl<F: Flavor> World<F> {
    pub(super) fn new_token(&mut self) -> Answered {
        let token = format!("issued-{}", self.ids.object_id());
        self.tokens.insert(token.clone(), self.clock.seconds().saturating_add(self.token_lifetime));
        let body =
            json!({ "token_type": "Bearer", "expires_in": self.token_lifetime, "access_token": token });
        Ok(Response { status: 200, headers: Vec::new(), body: Some(body) })
    }
}
