//! PATCH (RFC 7644 §3.5.2). All operations of a request take effect, or none.

mod apply;
mod operation;
#[cfg(test)]
mod tests;

use serde_json::Value;

use super::answer::error;
use super::body::check_complete;
use super::kind::Kind;
use super::seed::Quirks;
use super::tenant::Record;
use crate::http::Response;

/// The resource after the operations in the body of a PATCH.
///
/// # Errors
///
/// The refusal of the service, with the keyword that RFC 7644 has for it.
pub(crate) fn patched(
    kind: Kind,
    quirks: &Quirks,
    record: &Record,
    body: &Value,
) -> Result<Record, Box<Response>> {
    let operations = operation::read(body)?;
    let members: usize = operations.iter().map(operation::Operation::members).sum();
    if quirks.most_members_per_patch.is_some_and(|most| members > most) {
        return Err(error(413, None, "the request changes too many members"));
    }
    let mut changed = record.clone();
    for operation in operations {
        apply::apply(kind, quirks, &mut changed, &operation)?;
    }
    check_complete(kind, &changed)?;
    Ok(if quirks.drops_patches { record.clone() } else { changed })
}
