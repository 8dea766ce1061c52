//! Answers, and Auth0's errors: `{statusCode, error, message, errorCode}`.

use serde_json::{Value, json};

use crate::http::{Response, reason};

/// An answer, or the error that is answered instead.
pub(crate) type Answered = Result<Response, Box<Response>>;

pub(crate) fn ok(status: u16, body: Value) -> Answered {
    Ok(Response { status, headers: Vec::new(), body: Some(body) })
}

pub(crate) fn empty(status: u16) -> Answered {
    Ok(Response { status, headers: Vec::new(), body: None })
}

/// Without a code: not every error of Auth0 has one.
pub(crate) fn error(status: u16, code: Option<&str>, message: &str) -> Box<Response> {
    let mut body = json!({ "statusCode": status, "error": reason(status), "message": message });
    if let (Some(code), Some(members)) = (code, body.as_object_mut()) {
        members.insert("errorCode".to_owned(), code.into());
    }
    Box::new(Response { status, headers: Vec::new(), body: Some(body) })
}

pub(crate) fn invalid_body(message: &str) -> Box<Response> {
    error(400, Some("invalid_body"), &format!("Payload validation error: {message}"))
}

pub(crate) fn invalid_query(message: &str) -> Box<Response> {
    error(400, Some("invalid_query_string"), &format!("Query validation error: {message}"))
}

pub(crate) fn unauthorized(message: &str) -> Box<Response> {
    let mut response = error(401, None, message);
    if let Some(members) = response.body.as_mut().and_then(Value::as_object_mut) {
        members.insert("attributes".to_owned(), json!({ "error": message }));
    }
    response
}
