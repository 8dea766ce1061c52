//! What went wrong with a request, in words that may be printed and stored.

use std::fmt;
use std::time::Duration;

/// A request without a usable answer. Holds nothing of its body, of the answer's body or of its headers but what
/// [`Refusal`] lists.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Error {
    /// Such as `GET`.
    pub method: &'static str,
    /// Without the query.
    pub path: String,
    /// What happened.
    pub kind: ErrorKind,
}

/// What happened to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There was no connection, so nothing has changed.
    NotSent(String),
    /// There was no answer, so the change may have taken effect or not.
    NoAnswer(String),
    /// The service refused it, or failed.
    Refused(Refusal),
    /// The answer is not what the service documents.
    Unreadable(String),
    /// A list has more pages than are read, so what was read is not all of it.
    Incomplete {
        /// How many pages were read.
        pages: usize,
    },
    /// A list goes on at another host, which must not receive the token.
    OtherHost,
    /// The operation has taken as long as it may, or would have to wait for longer.
    Deadline {
        /// How long it may take.
        limit: Duration,
        /// Why the request would have to be repeated.
        cause: Option<Box<ErrorKind>>,
    },
}

/// A status that is not a success.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Auth0's `errorCode`, or `error` of its token endpoint; the code of Qlik Cloud's first error; SCIM's `scimType`;
    /// Okta's `errorCode`; the code of Microsoft's error; the reason of Google's first error.
    pub code: Option<String>,
    /// What the service says, of requests that are not about people.
    pub message: Option<String>,
    /// The scopes that the token lacks.
    pub missing_scopes: Vec<String>,
    /// What has to be permitted, if the service does not say it.
    pub permission: Option<Permission>,
}

/// What a client lacks. Qlik documents roles of people, and few scopes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Permission {
    /// To read and change users.
    QlikUsers,
    /// To read and change everything else.
    QlikAdministration,
    /// To read the users and groups of an Okta organization.
    Okta,
    /// To read the users and groups of Microsoft Graph.
    Graph,
    /// To read the users and groups of Google Workspace.
    Google,
}

impl Refusal {
    /// Whether it says that there were too many requests. Google says so with 403.
    pub(crate) fn is_throttled(&self) -> bool {
        let reasons = ["userRateLimitExceeded", "rateLimitExceeded", "quotaExceeded"];
        self.status == 429
            || (self.status == 403 && self.code.as_deref().is_some_and(|it| reasons.contains(&it)))
    }
}

impl Error {
    /// The status, if the service refused the request.
    pub fn status(&self) -> Option<u16> {
        match &self.kind {
            ErrorKind::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// Whether the service refused the request because it had too much: with 413, or with 400, which some services answer.
    pub fn is_too_large(&self) -> bool {
        matches!(self.status(), Some(400 | 413))
    }

    /// Whether what the request is about does not exist.
    pub fn is_gone(&self) -> bool {
        self.status() == Some(404)
    }

    /// Whether the credentials are wrong or expired, or do not allow the request.
    pub fn is_unauthorized(&self) -> bool {
        matches!(self.status(), Some(401 | 403))
    }

    /// Whether another user or group has what has to be unique. Not every service answers it with 409 (RFC 7644 §3.3).
    pub(crate) fn is_taken(&self) -> bool {
        self.status() == Some(409) || self.has_code("uniqueness")
    }

    /// Whether the service refused the request with a code.
    pub(crate) fn has_code(&self, code: &str) -> bool {
        matches!(&self.kind, ErrorKind::Refused(refusal) if refusal.code.as_deref() == Some(code))
    }

    /// The same error, with what has to be permitted if it is a refusal for want of a permission.
    pub(crate) fn lacking(mut self, permission: Permission) -> Self {
        if let ErrorKind::Refused(refusal) = &mut self.kind
            && refusal.status == 403
            && !refusal.is_throttled()
        {
            refusal.permission = Some(permission);
        }
        self
    }

    /// Whether the request may have changed something although it failed.
    pub fn may_have_taken_effect(&self) -> bool {
        let unclear = |kind: &ErrorKind| match kind {
            ErrorKind::NoAnswer(_) | ErrorKind::Unreadable(_) => true,
            ErrorKind::Refused(refusal) => refusal.status >= 500,
            ErrorKind::NotSent(_)
            | ErrorKind::Incomplete { .. }
            | ErrorKind::OtherHost
            | ErrorKind::Deadline { .. } => false,
        };
        let kind = match &self.kind {
            ErrorKind::Deadline { cause: Some(cause), .. } => cause,
            kind => kind,
        };
        self.method != "GET" && unclear(kind)
    }
}

impl std::error::Error for Error {}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.method, self.path, self.kind)?;
        if self.may_have_taken_effect() {
            write!(formatter, " (the change may have taken effect nevertheless)")?;
        }
        Ok(())
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Only the library's text tells a bad name from an unreachable host, so the advice covers both.
            Self::NotSent(why) if why.contains("certificate") => write!(
                formatter,
                "no connection: {why}; if your network has a certificate authority of its own, such as for its proxy, set `SSL_CERT_FILE` to a file with its certificate in PEM; if it has none, somebody else may have answered"
            ),
            Self::NotSent(why) => write!(
                formatter,
                "no connection: {why}; check how the domain is spelled, and whether this machine can look it up and reach it, such as by the proxy that `HTTPS_PROXY` names"
            ),
            Self::NoAnswer(why) => write!(formatter, "no answer: {why}"),
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::Unreadable(why) => write!(formatter, "unexpected answer: {why}"),
            Self::Incomplete { pages } => {
                write!(
                    formatter,
                    "the list has more than the {pages} pages that are read, so not all of it is known"
                )
            }
            Self::OtherHost => formatter.write_str(
                "the link to the next page leads to another host, which must not receive the token; check the address of the service, and a proxy that may have rewritten it",
            ),
            Self::Deadline { limit, cause } => {
                write!(formatter, "not done within {} seconds", limit.as_secs())?;
                cause.as_ref().map_or(Ok(()), |cause| write!(formatter, "; the last attempt: {cause}"))
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "status {}", self.status)?;
        if let Some(code) = &self.code {
            write!(formatter, " ({code})")?;
        }
        if !self.missing_scopes.is_empty() {
            let names: Vec<String> = self.missing_scopes.iter().map(|name| format!("`{name}`")).collect();
            return write!(formatter, ", the token lacks the scope {}", names.join(" or "));
        }
        if let Some(message) = &self.message {
            write!(formatter, ", {message}")?;
        }
        if let Some(permission) = self.permission {
            return match permission {
                Permission::QlikUsers => {
                    write!(formatter, "; the OAuth client lacks the scope `admin.users`")
                }
                Permission::QlikAdministration => write!(
                    formatter,
                    "; the OAuth client lacks the scope `admin_classic`: Qlik Cloud documents no smaller one for groups, identity providers and sessions"
                ),
                Permission::Okta => formatter.write_str(
                    "; the API token has to be of an administrator who may read users and groups, such as one with the role Read-only Administrator",
                ),
                Permission::Graph => formatter.write_str(
                    "; the app registration needs the application permissions `User.Read.All` and `GroupMember.Read.All` of Microsoft Graph, with the consent of an administrator",
                ),
                Permission::Google => formatter.write_str(
                    "; the administrator of `GOOGLE_ADMIN` has to be one who may read users and groups, and the Admin SDK API has to be enabled in the project of the service account",
                ),
            };
        }
        match self.status {
            401 => write!(formatter, "; the credentials are wrong or expired, or are for another tenant"),
            429 => write!(formatter, "; the tenant's rate limit is used up"),
            500.. => write!(formatter, "; the service has a problem"),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorKind;

    #[test]
    fn service_that_is_not_reached_has_advice_whatever_the_reason() {
        for why in ["dns error: error resolving DNS", "refused"] {
            let text = ErrorKind::NotSent(why.to_owned()).to_string();
            let begin = format!("no connection: {why}; check how the domain is spelled, ");
            assert!(text.starts_with(&begin), "{text}");
        }
        let text = ErrorKind::NotSent("invalid peer certificate: UnknownIssuer".to_owned()).to_string();
        assert!(text.contains("set `SSL_CERT_FILE` to a file"), "{text}");
    }
}
