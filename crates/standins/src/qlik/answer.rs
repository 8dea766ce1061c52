//! Answers, and Qlik Cloud's errors: `{errors: [{code, title, detail, status}], traceId}`.

use serde_json::{Value, json};

use crate::http::{Response, reason};

/// An answer, or the error that is answered instead.
pub(crate) type Answered = Result<Response, Box<Response>>;

pub(crate) fn ok(status: u16, body: Value) -> Answered {
    Ok(Response { status, headers: Vec::new(), body: Some(body) })
}

pub(crate) fn empty() -> Answered {
    Ok(Response { status: 204, headers: Vec::new(), body: None })
}

/// An error of a part of the API, such as `GROUPS`. The number of its code is that of the status.
pub(crate) fn error(status: u16, part: &str, detail: &str) -> Box<Response> {
    let mut body = errors(vec![item(status, part, detail)]);
    // Not every part has the same shape.
    if let (Some(body), "IDENTITY-PROVIDERS") = (body.as_object_mut(), part) {
        body.remove("traceId");
    }
    Box::new(Response { status, headers: Vec::new(), body: Some(body) })
}

/// One of the errors of an answer.
pub(crate) fn item(status: u16, part: &str, detail: &str) -> Value {
    let mut item = json!({ "code": format!("{part}-{status}"), "title": reason(status) });
    if let Some(members) = item.as_object_mut() {
        if !["ROLES", "AUTH-SETTINGS"].contains(&part) {
            members.insert("status".to_owned(), status.into());
        }
        if !detail.is_empty() {
            members.insert("detail".to_owned(), detail.into());
        }
    }
    item
}

pub(crate) fn errors(items: Vec<Value>) -> Value {
    json!({ "errors": items, "traceId": "00000000000000000000000000000000" })
}
