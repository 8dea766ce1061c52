//! What a test in another language says to the stand-in itself, below `/stand-in/`.
//!
//! These requests are neither counted nor recorded, and no fault happens at them.

use serde_json::{Value, json};

use crate::fault::Fault;
use crate::http::{Request, Response};
use crate::json_patch;
use crate::service::Service;
use crate::stand_in::Shared;

pub(crate) fn answer<S: Service>(shared: &Shared<S>, request: &Request, command: &str) -> Response {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let result = match (request.method.as_str(), command) {
        ("GET", "requests") => Ok(json!(shared.lock().requests)),
        ("GET", "tenant") => Ok(json!(shared.lock().world.tenant())),
        ("GET", "routes") => Ok(json!(S::routes())),
        ("GET", "delayed") => {
            shared.wait_for_delayed();
            Ok(json!({}))
        }
        ("POST", "faults") => add_fault(shared, body),
        ("POST", "patch") => patch(shared, body),
        ("POST", "advance") => {
            let seconds = body.get("seconds").and_then(Value::as_u64).unwrap_or_default();
            let mut state = shared.lock();
            state.world.clock().advance(seconds.saturating_mul(1000));
            Ok(json!({ "now": state.world.clock().seconds() }))
        }
        ("POST", "release") => {
            shared.release();
            Ok(json!({}))
        }
        ("POST", _) => {
            let known = shared.lock().world.control(command, &body);
            known.unwrap_or_else(|| Err(format!("unknown: POST {command}")))
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

fn add_fault<S: Service>(shared: &Shared<S>, body: Value) -> Result<Value, String> {
    let fault: Fault<S::Tenant> = serde_json::from_value(body).map_err(|error| error.to_string())?;
    shared.lock().world.faults().push(fault);
    Ok(json!({}))
}

fn patch<S: Service>(shared: &Shared<S>, body: Value) -> Result<Value, String> {
    let operations: Vec<json_patch::Operation> =
        serde_json::from_value(body).map_err(|error| error.to_string())?;
    json_patch::change(shared.lock().world.tenant(), &operations)?;
    Ok(json!({}))
}
