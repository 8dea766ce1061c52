//! The codes with which operations end (RFC 4511 §4.1.9), in words that may be printed.

use ldap3::{LdapError, LdapResult};

pub(super) const SUCCESS: u32 = 0;
pub(super) const REFERRAL: u32 = 10;
pub(super) const NO_SUCH_OBJECT: u32 = 32;

/// What the code of a search says, and what can be done.
pub(super) fn of_search(code: u32) -> String {
    let (name, advice) = match code {
        3 => ("timeLimitExceeded", "the server ends searches too early; let it give this account more time"),
        4 => (
            "sizeLimitExceeded",
            "the server does not let this account read all entries; raise its limit, also that of paged searches",
        ),
        11 => ("adminLimitExceeded", "raise the limit of the server for this account"),
        REFERRAL => ("referral", "the entries are on another server; name that one, or the global catalog"),
        12 => ("unavailableCriticalExtension", "the server does not support what the search needs"),
        NO_SUCH_OBJECT => {
            ("noSuchObject", "there is no entry with the name of `base`, or the account may not read it")
        }
        34 => ("invalidDNSyntax", "the server does not take `base` for a distinguished name"),
        50 => ("insufficientAccessRights", "let the account read these entries"),
        51 => ("busy", "run it again later"),
        52 => ("unavailable", "run it again later"),
        _ => return format!("code {code}"),
    };
    format!("code {code} ({name}): {advice}")
}

/// Why the server does not let an account in.
pub(super) fn of_bind(result: &LdapResult) -> String {
    let advice = match result.rc {
        8 => "strongerAuthRequired: the server wants TLS or another way to log in",
        13 => "confidentialityRequired: the server wants TLS",
        34 => "invalidDNSyntax: `LDAP_BIND_DN` has to be the distinguished name of the account",
        49 => "invalidCredentials: `LDAP_BIND_DN` or `LDAP_PASSWORD` is wrong, or the account cannot log in",
        53 => "unwillingToPerform: the server lets no account in like this",
        _ => "the account is not let in",
    };
    let reason = reason_of(&result.text).map(|reason| format!(", with Active Directory's reason {reason}"));
    format!("code {} ({advice}){}", result.rc, reason.unwrap_or_default())
}

/// The reason in a text of Active Directory, such as `data 52e`. The rest of the text may be about the account.
fn reason_of(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("data ")?;
    let code = rest.split(|it: char| !it.is_ascii_hexdigit()).next()?;
    (1..=4).contains(&code.len()).then_some(code)
}

/// Why there is no answer.
pub(super) fn of_error(error: &LdapError) -> String {
    match error {
        LdapError::Io { source } => format!("the connection failed: {source}"),
        LdapError::Timeout { .. } => "the server did not answer in time".to_owned(),
        LdapError::Rustls { source } => format!("the connection failed: {source}"),
        LdapError::FilterParsing => "the filter cannot be used".to_owned(),
        LdapError::LdapResult { result } => format!("code {}", result.rc),
        // What is left are the ways in which a connection is closed.
        _ => "the connection ended".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_server_is_a_code_or_nothing() {
        let text =
            "80090308: LdapErr: DSID-0C090449, comment: AcceptSecurityContext error, data 52e, v4563\0";
        assert_eq!(reason_of(text), Some("52e"));
        for other in ["", "data ada", "data ,", "data 5252525252", "no such account cn=ada"] {
            assert!(reason_of(other).is_none_or(|it| it == "ada"), "{other}");
        }
    }

    #[test]
    fn codes_have_advice() {
        assert!(of_search(4).starts_with("code 4 (sizeLimitExceeded): the server does not let"));
        assert_eq!(of_search(80), "code 80");
    }
}
