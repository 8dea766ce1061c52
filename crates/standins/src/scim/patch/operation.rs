//! The operations in the body of a PATCH.

use scim_v2::filter::PatchPath;
use serde_json::Value;

use super::super::answer::error;
use crate::http::Response;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    Add,
    Remove,
    Replace,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) verb: Verb,
    /// `None`: the resource itself.
    pub(crate) path: Option<PatchPath>,
    /// `None` only if it is removed.
    pub(crate) value: Option<Value>,
}

/// # Errors
///
/// The refusal of the service: `invalidSyntax`, `invalidPath`, `invalidValue` or `noTarget`.
pub(crate) fn read(body: &Value) -> Result<Vec<Operation>, Box<Response>> {
    const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
    let syntax = |detail: &str| error(400, Some("invalidSyntax"), detail);
    let schemas = body.get("schemas").and_then(Value::as_array);
    if !schemas.into_iter().flatten().filter_map(Value::as_str).any(|it| it.eq_ignore_ascii_case(PATCH_OP)) {
        return Err(syntax("`schemas` lacks that of PatchOp"));
    }
    match body.get("Operations").and_then(Value::as_array).map(Vec::as_slice) {
        None | Some([]) => Err(syntax("`Operations` is not a list of operations")),
        Some(operations) => operations.iter().map(one).collect(),
    }
}

/// The words of `op` are taken in any letter case, because Entra writes them with a capital.
fn one(operation: &Value) -> Result<Operation, Box<Response>> {
    let refusal = |keyword, detail: &str| error(400, Some(keyword), detail);
    let verb = operation.get("op").and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    let verb = match verb.as_str() {
        "add" => Verb::Add,
        "remove" => Verb::Remove,
        "replace" => Verb::Replace,
        _ => return Err(refusal("invalidSyntax", "`op` is not add, remove or replace")),
    };
    let path = match operation.get("path") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => match text.parse() {
            Ok(path) => Some(path),
            Err(_) => return Err(refusal("invalidPath", "`path` is not a path")),
        },
        Some(_) => return Err(refusal("invalidPath", "`path` is not a text")),
    };
    let value = operation.get("value").cloned();
    match (verb, &path, &value) {
        (Verb::Remove, None, _) => Err(refusal("noTarget", "remove needs a path")),
        (Verb::Add | Verb::Replace, _, None) => Err(refusal("invalidValue", "`value` is missing")),
        (Verb::Add | Verb::Replace, None, Some(it)) if !it.is_object() => {
            Err(refusal("invalidValue", "without a path, `value` is an object"))
        }
        _ => Ok(Operation { verb, path, value }),
    }
}

impl Operation {
    /// How many members it adds, replaces or removes, as far as it names them.
    pub(crate) fn members(&self) -> usize {
        let count = |value: Option<&Value>| match value {
            Some(Value::Array(values)) => values.len(),
            Some(_) => 1,
            None => 0,
        };
        match &self.path {
            None => count(self.value.as_ref().and_then(|it| it.get("members"))),
            Some(PatchPath::Attr(path)) if path.name.eq_ignore_ascii_case("members") => {
                count(self.value.as_ref())
            }
            Some(PatchPath::Value(path)) if path.attr.name.eq_ignore_ascii_case("members") => 1,
            Some(_) => 0,
        }
    }
}
