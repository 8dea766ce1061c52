//! The changes of RFC 6902 that a fault in a file needs: `add`, `replace`, `remove` and `test`.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One change of a JSON value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
pub enum Operation {
    /// Adds a member, inserts into a list, or appends to it at `-`.
    Add { path: String, value: Value },
    /// Replaces what is there.
    Replace { path: String, value: Value },
    /// Removes what is there.
    Remove { path: String },
    /// Fails unless the value is there.
    Test { path: String, value: Value },
}

/// Changes something as its JSON says.
///
/// # Errors
///
/// If an operation does not fit, or what it makes is something else; then nothing is changed.
pub(crate) fn change<T: Serialize + DeserializeOwned>(
    target: &mut T,
    operations: &[Operation],
) -> Result<(), String> {
    let mut json = serde_json::to_value(&*target).map_err(|error| error.to_string())?;
    apply(&mut json, operations)?;
    *target = serde_json::from_value(json).map_err(|error| error.to_string())?;
    Ok(())
}

/// Makes the changes in their order.
///
/// # Errors
///
/// Says which operation could not be made.
pub(crate) fn apply(target: &mut Value, operations: &[Operation]) -> Result<(), String> {
    operations.iter().try_for_each(|operation| {
        apply_one(target, operation).ok_or_else(|| format!("cannot be applied: {operation:?}"))
    })
}

fn apply_one(target: &mut Value, operation: &Operation) -> Option<()> {
    match operation {
        Operation::Test { path, value } => (target.pointer(path) == Some(value)).then_some(()),
        Operation::Replace { path, value } => {
            *target.pointer_mut(path)? = value.clone();
            Some(())
        }
        Operation::Add { path, value } => {
            let (parent, last) = path.rsplit_once('/')?;
            match target.pointer_mut(parent)? {
                Value::Object(members) => {
                    members.insert(unescape(last), value.clone());
                }
                Value::Array(items) if last == "-" => items.push(value.clone()),
                Value::Array(items) => {
                    let index: usize = last.parse().ok()?;
                    if index > items.len() {
                        return None;
                    }
                    items.insert(index, value.clone());
                }
                _ => return None,
            }
            Some(())
        }
        Operation::Remove { path } => {
            let (parent, last) = path.rsplit_once('/')?;
            match target.pointer_mut(parent)? {
                Value::Object(members) => members.remove(&unescape(last)).map(drop),
                Value::Array(items) => {
                    let index: usize = last.parse().ok()?;
                    (index < items.len()).then(|| drop(items.remove(index)))
                }
                _ => None,
            }
        }
    }
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(patch: Value, expected: Option<Value>) {
        let mut target = json!({ "a": [1, 2], "b": { "c/d": 3 } });
        let operations: Vec<Operation> = serde_json::from_value(patch).unwrap();
        let applied = apply(&mut target, &operations).ok().map(|()| target);
        assert_eq!(applied, expected, "{operations:?}");
    }

    #[test]
    fn patch_changes_lists_and_members() {
        check(
            json!([{ "op": "add", "path": "/a/-", "value": 9 }]),
            Some(json!({ "a": [1, 2, 9], "b": { "c/d": 3 } })),
        );
        check(
            json!([{ "op": "add", "path": "/a/0", "value": 9 }]),
            Some(json!({ "a": [9, 1, 2], "b": { "c/d": 3 } })),
        );
        check(json!([{ "op": "remove", "path": "/b/c~1d" }]), Some(json!({ "a": [1, 2], "b": {} })));
        check(
            json!([{ "op": "replace", "path": "/a/1", "value": 5 }]),
            Some(json!({ "a": [1, 5], "b": { "c/d": 3 } })),
        );
    }

    #[test]
    fn patch_that_does_not_fit_is_refused() {
        check(json!([{ "op": "remove", "path": "/a/2" }]), None);
        check(json!([{ "op": "add", "path": "/a/3", "value": 1 }]), None);
        check(json!([{ "op": "replace", "path": "/x", "value": 1 }]), None);
        check(json!([{ "op": "test", "path": "/a/0", "value": 2 }]), None);
    }
}
