//! Checks of names: which ones the language accepts, and which claims Auth0 accepts.

use core::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::diagnostic_sink::DiagnosticSink;
use super::pointer::{below_user, to_pointer};
use super::suggestions::word_list;
use super::yaml::Spanned;
use crate::diagnostic::Code;
use crate::limits::{MAX_GROUP_BYTES, MAX_ID, MAX_OPTION, MAX_POINTER_STEPS};
use crate::patterns::foreign::{self, Foreign};

/// Reports a name that is empty, longer than `max` characters, padded with spaces, or contains control characters.
///
/// Returns whether the name can be used.
pub(crate) fn check_name(
    name: &Spanned<String>,
    what: &str,
    max: usize,
    sink: &mut DiagnosticSink<'_>,
) -> bool {
    let text = name.value.as_str();
    let problem = if text.is_empty() {
        format!("{what} is empty")
    } else if text.chars().any(|char| char.is_control() || char == '\u{fffd}') {
        format!("{what} `{}` contains a control character or damaged text", text.escape_debug())
    } else if text.trim() != text {
        format!("{what} `{}` begins or ends with a space", text.escape_debug())
    } else if text.chars().count() > max {
        format!("{what} has {} characters, and may have at most {max}", text.chars().count())
    } else {
        return true;
    };
    sink.report(Code::InvalidName, &name.span, problem, None);
    false
}

/// What to write in place of the id of a connection, if a name is one: `con_` and 16 letters and digits.
pub(crate) fn help_for_connection_id(name: &str) -> Option<String> {
    let rest = name.strip_prefix("con_")?;
    let is_id = rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_id.then(|| {
        "this is the id of a connection, and a login carries its name (`event.connection.name`): write the name, which the \
         dashboard shows with the connection"
            .to_owned()
    })
}

/// Reports an id, such as a rule's, that is not made of letters, digits, `-`, `_` and `.`.
pub(crate) fn check_id(id: &Spanned<String>, what: &str, sink: &mut DiagnosticSink<'_>) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let good = (1..=MAX_ID).contains(&id.value.len()) && id.value.bytes().all(fits);
    if !good {
        let message = format!("`{}` is not a valid {what}", id.value.escape_debug());
        let such_as = match near_id(&id.value) {
            Some(near) => format!(", such as `{near}`"),
            None => String::new(),
        };
        let help = format!("use 1 to {MAX_ID} ASCII letters, digits, `-`, `_` and `.`{such_as}");
        sink.report(Code::InvalidName, &id.span, message, help);
    }
    good
}

/// A text as an id: letters without their accents, and `-` for everything else; `None` if nothing is left.
fn near_id(text: &str) -> Option<String> {
    let mut id = String::new();
    for char in text.replace('ß', "ss").nfd() {
        match char {
            _ if char.is_ascii_alphanumeric() || matches!(char, '_' | '.') => id.push(char),
            _ if is_combining_mark(char) => {}
            // A letter of another script has no other spelling that is known.
            _ if char.is_alphabetic() => return None,
            _ if id.ends_with('-') || id.is_empty() => {}
            _ => id.push('-'),
        }
    }
    let id = id.trim_end_matches('-');
    (1..=MAX_ID).contains(&id.len()).then(|| id.to_owned())
}

/// Claims that Auth0 sets itself. It silently drops them if an Action sets them.
///
/// Source: auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims, "Restricted claims".
const RESERVED_CLAIMS: &[&str] = &[
    "acr",
    "act",
    "active",
    "amr",
    "at_hash",
    "ath",
    "attest",
    "aud",
    "auth_time",
    "authorization_details",
    "azp",
    "c_hash",
    "client_id",
    "cnf",
    "cty",
    "dest",
    "entitlements",
    "events",
    "exp",
    "groups",
    "gty",
    "htm",
    "htu",
    "iat",
    "internalService",
    "iss",
    "jcard",
    "jku",
    "jti",
    "jwe",
    "jwk",
    "kid",
    "may_act",
    "mky",
    "nbf",
    "nonce",
    "object_id",
    "org_id",
    "org_name",
    "orig",
    "origid",
    "permissions",
    "roles",
    "rph",
    "s_hash",
    "scope",
    "sid",
    "sip_callid",
    "sip_cseq_num",
    "sip_date",
    "sip_from_tag",
    "sip_via_branch",
    "sub",
    "sub_jwk",
    "toe",
    "txn",
    "typ",
    "uuid",
    "vot",
    "vtm",
    "x5t#S256",
];

/// Namespaces of Auth0, which also drops claims below them. Source: the same page.
const RESERVED_HOSTS: &[&str] = &["auth0.com", "webtask.io", "webtask.run"];

/// Reports a claim that Auth0 would not add to a token.
pub(crate) fn check_claim(claim: &Spanned<String>, sink: &mut DiagnosticSink<'_>) -> bool {
    const HELP: &str = "use a URL of the platform's own, such as `https://claims.example.com/groups`";
    let text = claim.value.as_str();
    if RESERVED_CLAIMS.contains(&text) {
        let message = format!("Auth0 reserves the claim `{text}`, and silently drops it");
        sink.report(Code::ReservedClaim, &claim.span, message, HELP.to_owned());
        return false;
    }
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme))
        .and_then(|rest| rest.split(['/', ':', '?', '#']).next())
        .filter(|host| {
            !host.is_empty() && !text.contains(|char: char| char.is_whitespace() || char.is_control())
        });
    let Some(host) = host else {
        let message = format!("the claim `{}` has no namespace", text.escape_debug());
        sink.report(Code::UnnamespacedClaim, &claim.span, message, HELP.to_owned());
        return false;
    };
    let host = host.to_ascii_lowercase();
    let reserved = |owner: &&&str| host == **owner || host.ends_with(&format!(".{owner}"));
    if let Some(owner) = RESERVED_HOSTS.iter().find(reserved) {
        let message = format!("Auth0 silently drops claims below `{owner}`");
        sink.report(Code::ReservedClaim, &claim.span, message, HELP.to_owned());
        return false;
    }
    true
}

/// Reports a text that is empty, longer than an option may be, or contains control characters.
pub(crate) fn check_option(text: &Spanned<String>, key: &str, sink: &mut DiagnosticSink<'_>) -> bool {
    let good =
        (1..=MAX_OPTION).contains(&text.value.chars().count()) && !text.value.chars().any(char::is_control);
    if !good {
        let message = format!("`{key}` is empty, too long, or contains control characters");
        let help = format!("write 1 to {MAX_OPTION} characters, none of them a control character");
        sink.report(Code::InvalidValue, &text.span, message, help);
    }
    good
}

/// Help for a name with a sign that negates in other languages.
pub(crate) const NOT_NEGATED: &str = "`!` negates nothing here: in a condition, write the name without it under `not`, as in `not: { … }`; elsewhere, \
                                      leave the entry out";

/// Reports a word that is not one of the known ones, and suggests the nearest that is.
///
/// Returns whether the word is known.
pub(crate) fn check_known<'k, I: Iterator<Item = &'k str>>(
    wanted: &Spanned<String>,
    known: impl Fn() -> I,
    (code, problem): (Code, &str),
    sink: &mut DiagnosticSink<'_>,
) -> bool {
    let good = known().any(|known| known == wanted.value);
    if !good {
        let of_id =
            if code == Code::UnknownConnection { help_for_connection_id(&wanted.value) } else { None };
        let help = match sink.nearest(&wanted.value, known()) {
            _ if of_id.is_some() => of_id,
            // The name alone would mean the opposite.
            _ if wanted.value.starts_with('!') => Some(NOT_NEGATED.to_owned()),
            Some(near) => Some(format!("did you mean `{near}`?")),
            None if wanted.value.contains(['*', '^', '%']) => {
                Some("write each name in full: patterns have no meaning here".to_owned())
            }
            // All codes can be listed; there may be too many names of the author.
            None if code == Code::InvalidValue => Some(format!("it is one of {}", word_list(known()))),
            None => None,
        };
        let message = format!("{problem} `{}`", wanted.value.escape_debug());
        sink.report(code, &wanted.span, message, help);
    }
    good
}

/// Reports a path that is not a JSON Pointer below `event.user`, or that leads to an attribute that users can change
/// themselves. `about` is what the attribute is used for.
pub(crate) fn check_pointer(pointer: &Spanned<String>, about: &str, sink: &mut DiagnosticSink<'_>) -> bool {
    let text = pointer.value.as_str();
    let problem = if text.contains("://") && !text.starts_with('/') {
        Some(format!(
            "write `{}`: the attribute's name is a URL, and each `/` of a name is written `~1`",
            foreign::shown(&to_pointer(text))
        ))
    } else if !text.starts_with('/') {
        let below_user = below_user(text);
        let has_steps = to_pointer(text).matches('/').count() > 1;
        let why = match below_user == text {
            false => "the path begins below `event.user`".to_owned(),
            true if has_steps && !text.contains(['$', '/', '[', '>', '{', '“']) && !text.starts_with('.') =>
            {
                format!(
                    "`/` is before each step; if the dot is part of one name, write `/{}`",
                    text.escape_debug()
                )
            }
            true if has_steps => "`/` is before each step".to_owned(),
            true => "a path begins with `/`".to_owned(),
        };
        Some(format!("write `{}`: {why}", foreign::shown(&to_pointer(text))))
    } else {
        pointer_problem(text)
    };
    if let Some(help) = problem {
        let message = format!("`{}` is not a JSON Pointer to a user attribute", foreign::shown(text));
        sink.report(Code::InvalidPointer, &pointer.span, message, help);
        return false;
    }
    if text.split('/').nth(1) == Some("user_metadata") {
        let message = format!("users can change their own `user_metadata`, so it must not decide {about}");
        let help = "read the attribute that the identity provider fills, or `/app_metadata`".to_owned();
        sink.report(Code::SelfServiceSource, &pointer.span, message, help);
        return false;
    }
    report_foreign(foreign::in_path(text), &pointer.span, sink);
    true
}

/// What is wrong with the steps of a path that begins with `/`, as advice.
pub(crate) fn pointer_problem(text: &str) -> Option<String> {
    let tokens: Vec<&str> = text.split('/').skip(1).collect();
    let escapes_fit = |token: &&str| token.split('~').skip(1).all(|after| after.starts_with(['0', '1']));
    if !tokens.iter().all(escapes_fit) {
        Some("write `~0` for `~` and `~1` for `/`".to_owned())
    } else if tokens.iter().any(|token| token.is_empty()) {
        Some("every part of the path needs a name".to_owned())
    } else if tokens.len() > MAX_POINTER_STEPS {
        Some(format!("a path has at most {MAX_POINTER_STEPS} parts"))
    } else if text.len() > MAX_GROUP_BYTES || text.chars().any(char::is_control) {
        Some("a path is a short name without control characters".to_owned())
    } else {
        None
    }
}

/// Warns about a text that looks like another language.
pub(crate) fn report_foreign(found: Option<Foreign>, span: &Range<usize>, sink: &mut DiagnosticSink<'_>) {
    if let Some(found) = found {
        sink.report(Code::ForeignSyntax, span, found.message.as_str(), found.help_or_allow());
    }
}
