//! What a test in another language says to the stand-in itself, below `/stand-in/`.
//!
//! These requests are neither counted nor recorded, and no fault happens at them.

use serde_json::{Value, json};

use super::handle::Shared;
use super::routes;
use crate::fault::Fault;
use crate::http::{Request, Response};
use crate::json_patch;

pub(crate) fn answer(shared: &Shared, request: &Request, command: &str) -> Response {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let result = match (request.method.as_str(), command) {
        ("GET", "requests") => Ok(json!(shared.lock().requests)),
        ("GET", "tenant") => Ok(json!(shared.lock().world.tenant)),
        ("GET", "routes") => Ok(json!(routes::all())),
        ("GET", "delayed") => {
            shared.wait_for_delayed();
            Ok(json!({}))
        }
        ("POST", "faults") => add_fault(shared, body),
        ("POST", "patch") => patch(shared, body),
        ("POST", "advance") => {
            let seconds = body.get("seconds").and_then(Value::as_u64).unwrap_or_default();
            let mut state = shared.lock();
            state.world.clock.advance(seconds.saturating_mul(1000));
            Ok(json!({ "now": state.world.clock.seconds() }))
        }
        ("POST", "release") => {
            shared.release();
            Ok(json!({}))
        }
        _ => Err(format!("unknown: {} {command}", request.method)),
    };
    let (status, body) = match result {
        Ok(body) => (200, body),
        Err(message) => (400, json!({ "error": message })),
    };
    let headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
    Response { status, headers, body: Some(body) }
}

fn add_fault(shared: &Shared, body: Value) -> Result<Value, String> {
    let fault: Fault = serde_json::from_value(body).map_err(|error| error.to_string())?;
    shared.lock().world.faults.push(fault);
    Ok(json!({}))
}

fn patch(shared: &Shared, body: Value) -> Result<Value, String> {
    let operations: Vec<json_patch::Operation> =
        serde_json::from_value(body).map_err(|error| error.to_string())?;
    shared.lock().world.tenant.patch(&operations)?;
    Ok(json!({}))
}
