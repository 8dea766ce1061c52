//! The HTTP client: repeats what is safe to repeat, waits as long as a service asks for, and ends in time.

use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::Url;
use reqwest::blocking::{Client, Response};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Error, ErrorKind, Refusal};
use crate::rate::{self, Bucket, Pacer, RateHeaders};
use crate::secret::Secret;
use crate::timer::{SystemTimer, Timer};

/// The longest answer that is read, in bytes.
const LONGEST_ANSWER: u64 = 32 << 20;
/// How long one request may take.
const LONGEST_REQUEST: Duration = Duration::from_secs(60);
/// How many characters of a service's message are kept.
const LONGEST_MESSAGE: usize = 300;

/// How a client behaves.
#[derive(Clone)]
#[expect(clippy::exhaustive_structs, reason = "a plain record")]
pub struct Options {
    /// The clock.
    pub timer: Arc<dyn Timer>,
    /// How long everything that is done with the client may take.
    pub limit: Duration,
    /// How often a request is sent at most.
    pub attempts: u32,
    /// The shortest time between two requests.
    pub interval: Duration,
    /// Trusted in place of the machine's certificate authorities, as PEM.
    pub ca_pem: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            timer: Arc::new(SystemTimer::default()),
            limit: Duration::from_secs(600),
            attempts: 5,
            interval: Duration::ZERO,
            ca_pem: None,
        }
    }
}

impl std::fmt::Debug for Options {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Options").field("limit", &self.limit).finish_non_exhaustive()
    }
}

/// A request to a service.
#[derive(Debug, Clone)]
pub(crate) struct Request<'r> {
    pub(crate) method: &'static str,
    /// With a slash at its beginning, and without a query unless it comes from a link.
    pub(crate) path: String,
    pub(crate) query: &'r [(&'r str, &'r str)],
    pub(crate) body: Option<Value>,
    /// Whether it may be sent again if it is not known whether it took effect.
    pub(crate) is_repeatable: bool,
    /// Whether the service's message may be shown: not if it may be about a person.
    pub(crate) shows_message: bool,
}

/// What a service answers with success.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    /// `null` if there is none.
    pub(crate) body: Value,
    /// The links to the next page.
    pub(crate) links: Vec<String>,
}

impl Request<'_> {
    /// The path without the query that a link may have: it may be private.
    fn shown_path(&self) -> &str {
        self.path.split_once('?').map_or(self.path.as_str(), |(path, _)| path)
    }

    /// What a part of the answer says.
    pub(crate) fn read<T: DeserializeOwned>(&self, answer: Value) -> Result<T, Error> {
        part_of(answer).map_err(|kind| Error { method: self.method, path: self.path.clone(), kind })
    }
}

/// The access token in the answer of a token endpoint.
pub(crate) fn access_token(request: &Request<'_>, answer: &Value) -> Result<Secret, Error> {
    let token = answer.get("access_token").and_then(Value::as_str);
    token.map(|token| Secret::new(token.to_owned())).ok_or_else(|| {
        let kind = ErrorKind::Unreadable("without an access token".to_owned());
        Error { method: request.method, path: request.path.clone(), kind }
    })
}

/// What a part of an answer says.
pub(crate) fn part_of<T: DeserializeOwned>(answer: Value) -> Result<T, ErrorKind> {
    // The category only: the text of the error may quote the answer.
    serde_json::from_value(answer).map_err(|error| {
        ErrorKind::Unreadable(format!("without a member that is needed ({:?})", error.classify()))
    })
}

/// A client of one service, which is all that it talks to.
pub struct HttpClient {
    client: Client,
    /// `https://` and the host.
    base: String,
    /// Of bodies, and of the answers that are asked for.
    media_type: &'static str,
    /// What comes before the token in the header `Authorization`.
    scheme: &'static str,
    /// Whether bodies are forms, as endpoints of tokens have them (RFC 6749).
    has_forms: bool,
    options: Options,
    bucket: Mutex<Bucket>,
    pacer: Mutex<Pacer>,
    /// How many requests were sent.
    sent: AtomicUsize,
    /// What the service's clock said in its last answer, in seconds since 1970.
    date: Mutex<Option<u64>>,
    /// By the timer.
    deadline: Duration,
}

impl std::fmt::Debug for HttpClient {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("HttpClient").field("base", &self.base).finish_non_exhaustive()
    }
}

impl HttpClient {
    /// A client of a host, over TLS only. Its time begins now.
    ///
    /// # Errors
    ///
    /// Text for people, if the certificate authorities cannot be used.
    pub fn new(host: &str, options: Options) -> Result<Self, String> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls(options.ca_pem.as_deref())?)
            // A redirect would send the token somewhere else.
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .https_only(true)
            .user_agent(concat!("claimsmith/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|error| text_of(&error))?;
        let deadline = options.timer.elapsed().saturating_add(options.limit);
        let base = format!("https://{host}");
        let (bucket, pacer, sent) = (Mutex::default(), Mutex::default(), AtomicUsize::default());
        let (media_type, scheme, date) = ("application/json", "Bearer", Mutex::default());
        let has_forms = false;
        Ok(Self { client, base, media_type, scheme, has_forms, options, bucket, pacer, sent, date, deadline })
    }

    /// The same client for a service with a media type of its own.
    #[must_use]
    pub(crate) fn with_media_type(self, media_type: &'static str) -> Self {
        Self { media_type, ..self }
    }

    /// The same client for a service whose tokens have another scheme than `Bearer`.
    #[must_use]
    pub(crate) fn with_scheme(self, scheme: &'static str) -> Self {
        Self { scheme, ..self }
    }

    /// The same client for an endpoint of tokens: the members of a body become the fields of a form.
    #[must_use]
    pub(crate) fn with_forms(self) -> Self {
        Self { has_forms: true, ..self }
    }

    /// The path and query of a link to this service, which are otherwise kept as they are; `None` if the link is relative
    /// or leads anywhere else, where the token must not go.
    pub(crate) fn target_of(&self, link: &str) -> Option<String> {
        let (link, base) = (Url::parse(link).ok()?, Url::parse(&self.base).ok()?);
        let is_here =
            link.origin() == base.origin() && link.username().is_empty() && link.password().is_none();
        let query = link.query().map_or_else(String::new, |query| format!("?{query}"));
        is_here.then(|| format!("{}{query}", link.path()))
    }

    /// How many requests were sent so far, those for a token and repeated ones included.
    pub(crate) fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// What the service's clock said in its last answer, in seconds since 1970; `None` if it did not say.
    pub(crate) fn service_time(&self) -> Option<u64> {
        *self.date.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn timer(&self) -> &dyn Timer {
        self.options.timer.as_ref()
    }

    /// Sends a request until it is answered, as often as that is safe. An answer without a body is `null`.
    pub(crate) fn send(&self, request: &Request<'_>, token: Option<&Secret>) -> Result<Value, Error> {
        self.answer(request, token).map(|answer| answer.body)
    }

    /// The same, with the links of the answer.
    pub(crate) fn answer(&self, request: &Request<'_>, token: Option<&Secret>) -> Result<Answer, Error> {
        let failed = |kind| Error { method: request.method, path: request.shown_path().to_owned(), kind };
        let mut attempt = 0;
        loop {
            let elapsed = self.timer().elapsed();
            let paced = self
                .pacer
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .wait(elapsed, self.options.interval);
            let wait = self.bucket().wait(elapsed).max(paced);
            self.sleep(wait, None).map_err(failed)?;
            self.sent.fetch_add(1, Ordering::Relaxed);
            let (kind, headers) = match self.send_once(request, token) {
                Ok(answer) => return Ok(answer),
                Err(failure) => *failure,
            };
            attempt += 1;
            let Some(wait) = self.wait_before_repeating(request, &kind, &headers, attempt) else {
                return Err(failed(kind));
            };
            self.sleep(wait, Some(kind)).map_err(failed)?;
        }
    }

    /// Waits, unless that takes longer than the client has.
    pub(crate) fn sleep(&self, time: Duration, cause: Option<ErrorKind>) -> Result<(), ErrorKind> {
        let elapsed = self.timer().elapsed();
        if elapsed.saturating_add(time) >= self.deadline {
            return Err(ErrorKind::Deadline { limit: self.options.limit, cause: cause.map(Box::new) });
        }
        if !time.is_zero() {
            self.timer().sleep(time);
        }
        Ok(())
    }

    fn bucket(&self) -> std::sync::MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long to wait before the request is sent again; `None` if it must not be.
    fn wait_before_repeating(
        &self,
        request: &Request<'_>,
        kind: &ErrorKind,
        headers: &RateHeaders,
        attempt: u32,
    ) -> Option<Duration> {
        let is_safe = match kind {
            // These have changed nothing, whatever the request is.
            ErrorKind::NotSent(_) => true,
            ErrorKind::Refused(refusal) if refusal.is_throttled() => true,
            ErrorKind::NoAnswer(_) => request.is_repeatable,
            ErrorKind::Refused(refusal) => {
                request.is_repeatable && matches!(refusal.status, 500 | 502 | 503 | 504)
            }
            ErrorKind::Unreadable(_)
            | ErrorKind::Incomplete { .. }
            | ErrorKind::OtherHost
            | ErrorKind::Deadline { .. } => false,
        };
        if !is_safe || attempt >= self.options.attempts {
            return None;
        }
        let told = headers.wait(self.timer().unix_seconds());
        let told = told.filter(|_| headers.names_time() || headers.remaining == Some(0));
        Some(told.unwrap_or_else(|| rate::pause(attempt)))
    }

    fn send_once(
        &self,
        request: &Request<'_>,
        token: Option<&Secret>,
    ) -> Result<Answer, Box<(ErrorKind, RateHeaders)>> {
        let none = |kind| Box::new((kind, RateHeaders::default()));
        let response = self.exchange(request, token).map_err(|error| {
            let text = text_of(&error);
            none(if error.is_connect() || error.is_builder() {
                ErrorKind::NotSent(text)
            } else {
                ErrorKind::NoAnswer(text)
            })
        })?;
        let headers = rate_headers(response.headers());
        let links = links(response.headers());
        *self.date.lock().unwrap_or_else(PoisonError::into_inner) = headers.date;
        self.bucket().learn(&headers, self.timer().elapsed(), self.timer().unix_seconds());
        let status = response.status();
        let mut body = Vec::new();
        let read = response.take(LONGEST_ANSWER + 1).read_to_end(&mut body);
        read.map_err(|error| none(ErrorKind::NoAnswer(error.kind().to_string())))?;
        if !status.is_success() {
            return Err(Box::new((ErrorKind::Refused(refusal(status.as_u16(), &body, request)), headers)));
        }
        if body.len() as u64 > LONGEST_ANSWER {
            return Err(none(ErrorKind::Unreadable(format!("longer than {LONGEST_ANSWER} bytes"))));
        }
        if body.is_empty() {
            return Ok(Answer { body: Value::Null, links });
        }
        let body = serde_json::from_slice(&body);
        let body = body.map_err(|_| none(ErrorKind::Unreadable("not JSON".to_owned())))?;
        Ok(Answer { body, links })
    }

    fn exchange(&self, request: &Request<'_>, token: Option<&Secret>) -> reqwest::Result<Response> {
        let mut url = format!("{}{}", self.base, request.path);
        for (at, (key, value)) in request.query.iter().enumerate() {
            url.push(if at == 0 { '?' } else { '&' });
            url.push_str(&format!("{key}={}", encoded(value)));
        }
        let method = reqwest::Method::from_bytes(request.method.as_bytes()).unwrap_or_default();
        let left = self.deadline.saturating_sub(self.timer().elapsed());
        let mut builder = self.client.request(method, url).timeout(left.min(LONGEST_REQUEST));
        builder = builder.header("accept", self.media_type);
        if let Some(token) = token {
            // A token that no header can carry is refused by the service, as no token is.
            if let Ok(mut value) = HeaderValue::from_str(&format!("{} {}", self.scheme, token.expose())) {
                value.set_sensitive(true);
                builder = builder.header("authorization", value);
            }
        }
        if let Some(body) = &request.body {
            let (media_type, body) = match self.has_forms {
                true => ("application/x-www-form-urlencoded", form(body)),
                false => (self.media_type, body.to_string()),
            };
            builder = builder.header("content-type", media_type).body(body);
        }
        builder.send()
    }
}

/// A part of a path or a query, in which only letters, digits and `-`, `.`, `_` are not encoded.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The members of an object that are text, as a form.
fn form(members: &Value) -> String {
    let members = members.as_object().into_iter().flatten();
    let fields = members.filter_map(|(key, value)| Some(format!("{key}={}", encoded(value.as_str()?))));
    fields.collect::<Vec<_>>().join("&")
}

/// The targets of the header `Link` (RFC 8288) with the relation `next`. There may be several headers, each with several links.
fn links(headers: &HeaderMap) -> Vec<String> {
    let mut found = Vec::new();
    for mut rest in headers.get_all("link").iter().filter_map(|value| value.to_str().ok()) {
        while let Some((target, after)) = rest.split_once('<').and_then(|(_, rest)| rest.split_once('>')) {
            // A target may have commas and semicolons in it, but no parameter of a relation has `<`.
            let parameters = after.split_once('<').map_or(after, |(parameters, _)| parameters);
            let is_next = |parameter: &str| {
                let (key, value) = parameter.split_once('=').unwrap_or_default();
                let mut relations = value.trim().trim_matches('"').split(' ');
                key.trim().eq_ignore_ascii_case("rel") && relations.any(|it| it.eq_ignore_ascii_case("next"))
            };
            if parameters.trim_end().trim_end_matches(',').split(';').any(is_next) {
                found.push(target.to_owned());
            }
            rest = after;
        }
    }
    found
}

/// How connections are protected, with these certificate authorities or else those of the machine.
pub(crate) fn tls(ca_pem: Option<&str>) -> Result<rustls::ClientConfig, String> {
    let mut roots = rustls::RootCertStore::empty();
    match ca_pem {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
                let certificate = certificate.map_err(|error| format!("a certificate authority: {error}"))?;
                roots.add(certificate).map_err(|error| format!("a certificate authority: {error}"))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err(
            "no certificate authority was found; install them, or name a file with SSL_CERT_FILE".to_owned()
        );
    }
    // The provider is named: a program that links two of them has no default.
    rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())
        .map(|builder| builder.with_root_certificates(roots).with_no_client_auth())
}

/// An error with its causes, without the address, whose query may be private.
fn text_of(error: &reqwest::Error) -> String {
    let mut text = match error.is_timeout() {
        true => "it took too long".to_owned(),
        false => String::new(),
    };
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = if text.is_empty() { cause_text } else { format!("{text}: {cause_text}") };
        }
        source = cause.source();
    }
    if text.is_empty() { "the request failed".to_owned() } else { text }
}

fn rate_headers(headers: &HeaderMap) -> RateHeaders {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let number = |name: &str| text(name).and_then(|text| text.trim().parse().ok());
    // Okta's limit is that of a window, which is full again at its end and not before.
    let in_window = number("x-rate-limit-remaining");
    RateHeaders {
        retry_after: number("retry-after"),
        retry_at: text("retry-after").and_then(rate::http_date),
        remaining: number("x-ratelimit-remaining").or(in_window),
        reset: number("x-ratelimit-reset").or_else(|| number("x-rate-limit-reset")),
        is_window: in_window.is_some(),
        date: text("date").and_then(rate::http_date),
    }
}

/// What may be kept of a refusal.
fn refusal(status: u16, body: &[u8], request: &Request<'_>) -> Refusal {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let is_lower_code = |text: &&str| {
        text.len() <= 60
            && text.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
    };
    let is_code =
        |text: &&str| text.len() <= 60 && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    // Qlik Cloud has a list; the first error is what a person needs.
    let first = |key: &str| body.pointer("/errors/0").and_then(|it| it.get(key)).and_then(Value::as_str);
    // Auth0's token endpoint has `error` alone; elsewhere it is the status in words.
    let code = text("errorCode").or_else(|| text("error")).filter(is_lower_code);
    let code = code.or_else(|| first("code").filter(is_code));
    // SCIM has a keyword and a text (RFC 7644 §3.12).
    let is_keyword = |text: &&str| text.len() <= 20 && text.bytes().all(|it| it.is_ascii_alphabetic());
    let code = code.or_else(|| text("scimType").filter(is_keyword));
    // Okta has codes such as `E0000007`.
    let code = code.or_else(|| text("errorCode").filter(is_code));
    // Microsoft has an object with a code; Google has a list in it, and its first reason says more than its status.
    let of_google = body.pointer("/error/errors/0/reason").and_then(Value::as_str);
    let of_microsoft = body.pointer("/error/code").and_then(Value::as_str);
    let is_name = |text: &&str| {
        text.len() <= 60 && text.bytes().all(|it| it.is_ascii_alphanumeric() || b"_-.".contains(&it))
    };
    let code = code.or_else(|| of_google.or(of_microsoft).filter(is_name));
    let message = text("message").or_else(|| text("detail"));
    let message = message.or_else(|| first("detail")).or_else(|| first("title")).unwrap_or_default();
    let scopes = message.strip_prefix("Insufficient scope, expected any of: ").unwrap_or_default();
    let is_scope = |text: &&str| {
        !text.is_empty() && text.bytes().all(|it| it.is_ascii_lowercase() || matches!(it, b':' | b'_' | b'-'))
    };
    let missing_scopes = scopes.split([',', ' ']).filter(is_scope).map(str::to_owned).collect();
    let message = Some(message).filter(|message| request.shows_message && !message.is_empty());
    let message = message.map(|message| {
        let plain = message.chars().map(|char| if char.is_control() { ' ' } else { char });
        plain.take(LONGEST_MESSAGE).collect()
    });
    Refusal { status, code: code.map(str::to_owned), message, missing_scopes, permission: None }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn links_to_the_next_page_are_found_among_others() {
        let found = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(HeaderName::from_static("link"), HeaderValue::from_static(value));
            }
            links(&headers)
        };
        assert_eq!(found(&[]), [] as [&str; 0]);
        let own = "<https://a.example/x?limit=2>; rel=\"self\"";
        assert_eq!(
            found(&[own, "<https://a.example/x?after=b;c,d>; rel=\"next\""]),
            ["https://a.example/x?after=b;c,d"]
        );
        assert_eq!(found(&["<https://a/1>; rel=\"last\", <https://a/2>;title=x; REL=next"]), ["https://a/2"]);
        assert_eq!(found(&["<https://a/2>; rel=\"prev next\", <https://a/9>; rel=last"]), ["https://a/2"]);
        assert_eq!(found(&["<https://a/2>; rel=\"nextish\"", "nonsense", "<unfinished"]), [] as [&str; 0]);
    }

    #[test]
    fn target_is_on_the_same_host_or_nowhere() {
        let client = HttpClient::new("acme.example", Options::default()).expect("a client");
        for (link, expected) in [
            ("https://acme.example/x?after=a%20b&c=$d", Some("/x?after=a%20b&c=$d")),
            ("https://ACME.example:443/x", Some("/x")),
            ("http://acme.example/x", None),
            ("https://acme.example:8443/x", None),
            ("https://acme.example.evil.example/x", None),
            ("https://me@acme.example/x", None),
            ("https://evil.example\\@acme.example/x", None),
            ("//acme.example/x", None),
            ("/x", None),
        ] {
            assert_eq!(client.target_of(link).as_deref(), expected, "{link}");
        }
    }
}
