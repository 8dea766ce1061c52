//! Answers, and errors as RFC 7644 §3.12 has them.

use serde_json::{Value, json};

use crate::http::Response;

/// An answer, or the error that is answered instead.
pub(crate) type Answered = Result<Response, Box<Response>>;

pub(crate) fn ok(status: u16, body: Value) -> Answered {
    Ok(Response { status, headers: Vec::new(), body: Some(body) })
}

pub(crate) fn empty() -> Answered {
    Ok(Response { status: 204, headers: Vec::new(), body: None })
}

/// An error, with the keyword of RFC 7644 if it has one, such as `invalidFilter`.
pub(crate) fn error(status: u16, scim_type: Option<&str>, detail: &str) -> Box<Response> {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status.to_string(), "detail": detail,
    });
    if let (Some(members), Some(keyword)) = (body.as_object_mut(), scim_type) {
        members.insert("scimType".to_owned(), keyword.into());
    }
    Box::new(Response { status, headers: Vec::new(), body: Some(body) })
}
