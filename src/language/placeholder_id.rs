//! Placeholders that are written where an id belongs.

use super::diagnostic_sink::DiagnosticSink;
use super::yaml::Spanned;
use crate::diagnostic::Code;
use crate::text::letters::letters_and_digits;

/// What people and examples write in place of an id, in small letters and digits.
///
/// Those of [`is_unfilled`] are not among them: a new folder must pass its first `validate` and `test` before there is a
/// client.
const WORDS: &[&str] = &[
    "id",
    "clientid",
    "appid",
    "applicationid",
    "orgid",
    "organizationid",
    "yourclientid",
    "yourappid",
    "yourid",
    "yourorgid",
    "yourorg",
    "yourorganization",
    "yourorganizationid",
    "myclientid",
    "todo",
    "tbd",
    "fixme",
    "changeme",
    "placeholder",
    "replaceme",
    "123",
    "1234",
    "12345",
    "123456",
    "12345678",
    "123456789",
    "abc123",
    "abcdef",
];

/// Whether an id is one of those that `claimsmith init` and `claimsmith new` write: a client, or an organization.
pub fn is_unfilled(id: &str) -> bool {
    id == "ReplaceByTheClientId" || id.starts_with("org_Replace")
}

/// Whether an id, or the part of it that differs between ids, is a placeholder.
pub(crate) fn is_placeholder(id: &str) -> bool {
    let letters = letters_and_digits(id);
    let is_filler = letters.len() > 1 && letters.bytes().all(|byte| byte == b'x');
    id.starts_with(['$', '<', '{', '%', '['])
        || id.contains('…')
        || id.contains("...")
        || is_filler
        || WORDS.contains(&letters.as_str())
}

/// Reports a placeholder; `whose` says whose id belongs there, and where it is found.
pub(crate) fn report_placeholder(id: &Spanned<String>, whose: &str, sink: &mut DiagnosticSink<'_>) {
    let message = format!("`{}` is a placeholder, so no login has this id", id.value.escape_debug());
    sink.report(Code::InvalidValue, &id.span, message, format!("write the id {whose}"));
}

#[cfg(test)]
mod tests {
    use super::is_placeholder;

    #[test]
    fn placeholders_are_not_ids() {
        for id in [
            "xxx",
            "XXXXXXXX",
            "CLIENT_ID",
            "$CLIENT",
            "<client id>",
            "${CLIENT_ID}",
            "your-client-id",
            "…",
            "abc...",
            "TODO",
        ] {
            assert!(is_placeholder(id), "{id}");
        }
        for id in [
            "Zx81DataCatalogClient00000000002",
            "acme",
            "x",
            "wiki-client",
            "client",
            "one",
            "ReplaceByTheClientId",
            "",
        ] {
            assert!(!is_placeholder(id), "{id}");
        }
    }
}
