//! Access tokens: how OAuth clients get them, and what each request is checked for.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::answer::{Answered, error, errors, item, ok};
use super::seed::TokenSeed;
use super::tenant::text;
use super::world::World;
use crate::clock::Clock;
use crate::http::{Request, Response, form};

pub(crate) const ALL: &str = "admin_classic";

#[derive(Debug)]
pub(crate) struct Token {
    scopes: Vec<String>,
    /// In seconds since 1970.
    expires: u64,
}

impl Token {
    pub(crate) fn seeded(seed: TokenSeed, clock: &Clock) -> (String, Self) {
        let expires = seed.expires_in.map_or(u64::MAX, |seconds| clock.seconds().saturating_add(seconds));
        (seed.token, Self { scopes: seed.scopes.unwrap_or_else(|| vec![ALL.to_owned()]), expires })
    }
}

/// Refuses a request whose token is not valid or does not have a scope.
pub(crate) fn check(world: &World, request: &Request, scope: &str) -> Result<(), Box<Response>> {
    let header = request.header("authorization").unwrap_or_default();
    let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer "));
    let token = token.and_then(|token| world.tokens.get(token));
    let token = token.filter(|token| token.expires > world.clock.seconds());
    let token = token.ok_or_else(|| error(401, "HTTP", ""))?;
    if token.scopes.iter().any(|it| it == scope || it == ALL) {
        return Ok(());
    }
    Err(error(403, "HTTP", ""))
}

/// `POST /oauth/token`, for client credentials.
pub(crate) fn issue(world: &mut World, request: &Request) -> Answered {
    let fields = fields(request)?;
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    if field("grant_type") != Some("client_credentials") {
        return Err(refusal(400, "invalid grant type"));
    }
    let basic = request.header("authorization").and_then(basic_credentials);
    let sent = field("client_id").zip(field("client_secret"));
    let sent = sent.map(|(id, secret)| (id.to_owned(), secret.to_owned())).or(basic);
    let (id, secret) = sent.ok_or_else(|| refusal(401, "invalid client"))?;
    let mut clients = world.tenant.clients.iter();
    let client = clients.find(|it| text(it, "client_id") == id && text(it, "client_secret") == secret);
    let client = client.ok_or_else(|| refusal(401, "invalid client"))?;
    let granted: Vec<String> = client
        .get("scopes")
        .and_then(Value::as_array)
        .map(|scopes| scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        .unwrap_or_else(|| vec![ALL.to_owned()]);
    // An empty list of wanted scopes is all of the client.
    let wanted: Vec<&str> = field("scope").unwrap_or_default().split_whitespace().collect();
    let scopes: Vec<String> =
        granted.into_iter().filter(|it| wanted.is_empty() || wanted.contains(&it.as_str())).collect();
    let now = world.clock.seconds();
    let expires = now.saturating_add(world.token_lifetime);
    let claims = json!({ "iss": "qlik.api.internal", "sub": id, "tenantId": world.tenant.id, "iat": now, "exp": expires });
    // Looks like Qlik's, but the signature is only a number that makes the token unique.
    let parts = [r#"{"alg":"ES384","typ":"JWT"}"#.to_owned(), claims.to_string(), world.ids.uuid()];
    let token = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    world.tokens.insert(token.clone(), Token { scopes, expires });
    ok(200, json!({ "access_token": token, "token_type": "bearer", "expires_in": world.token_lifetime }))
}

/// Of a form or of a JSON object.
fn fields(request: &Request) -> Result<Vec<(String, String)>, Box<Response>> {
    let body = String::from_utf8_lossy(&request.body);
    if !request.header("content-type").is_some_and(|it| it.starts_with("application/json")) {
        return Ok(form(&body));
    }
    let Ok(Value::Object(members)) = serde_json::from_str(&body) else {
        return Err(refusal(400, "invalid request"));
    };
    Ok(members.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned()))).collect())
}

fn basic_credentials(header: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ")?).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

fn refusal(status: u16, detail: &str) -> Box<Response> {
    let body = errors(vec![item(status, "OAUTH", detail)]);
    Box::new(Response { status, headers: Vec::new(), body: Some(body) })
}
