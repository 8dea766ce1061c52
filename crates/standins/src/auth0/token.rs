//! Access tokens: how clients get them, and what each request is checked for.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::answer::{Answered, ok, unauthorized};
use super::routes::all_scopes;
use super::seed::TokenSeed;
use super::world::World;
use crate::clock::Clock;
use crate::http::{Request, Response, form};

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const ASSERTION_ALGORITHMS: [&str; 3] = ["RS256", "RS384", "PS256"];
/// Auth0 refuses assertions that are valid for longer.
const LONGEST_ASSERTION: u64 = 300;

#[derive(Debug)]
pub(crate) struct Token {
    scopes: Vec<String>,
    /// In seconds since 1970.
    expires: u64,
}

impl Token {
    pub(crate) fn seeded(seed: TokenSeed, clock: &Clock) -> (String, Self) {
        let expires = seed.expires_in.map_or(u64::MAX, |seconds| clock.seconds().saturating_add(seconds));
        (seed.token, Self { scopes: seed.scopes.unwrap_or_else(all_scopes), expires })
    }
}

/// The scopes of the request's token.
pub(crate) fn check(world: &World, request: &Request) -> Result<Vec<String>, Box<Response>> {
    let header = request.header("authorization").ok_or_else(|| unauthorized("Missing authentication"))?;
    let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer "));
    let token =
        token.and_then(|token| world.tokens.get(token)).ok_or_else(|| unauthorized("Invalid token"))?;
    if token.expires <= world.clock.seconds() {
        return Err(unauthorized("Expired token received for JSON Web Token validation"));
    }
    Ok(token.scopes.clone())
}

/// `POST /oauth/token`, for client credentials.
pub(crate) fn issue(world: &mut World, request: &Request) -> Answered {
    let fields = Fields::read(request)?;
    if fields.get("grant_type") != Some("client_credentials") {
        return Err(refusal(403, "unsupported_grant_type", "Unsupported grant type"));
    }
    let client_id = authenticate(world, request, &fields)?;
    let audience = fields.get("audience").unwrap_or_default();
    if audience != world.audience() {
        return Err(refusal(403, "access_denied", &format!("Service not enabled within domain: {audience}")));
    }
    let scopes = granted(world, &client_id).ok_or_else(|| {
        let message = format!(
            "Client is not authorized to access \"{audience}\". You need to create a \"client-grant\" associated to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants"
        );
        refusal(403, "access_denied", &message)
    })?;
    let scope = scopes.join(" ");
    let now = world.clock.seconds();
    let expires = now.saturating_add(world.token_lifetime);
    let claims = json!({
        "iss": format!("https://{}/", world.domain), "sub": format!("{client_id}@clients"), "aud": audience,
        "iat": now, "exp": expires, "scope": scope, "gty": "client-credentials", "azp": client_id,
    });
    // Looks like Auth0's, but the signature is only a number that makes the token unique.
    let parts = [r#"{"alg":"RS256","typ":"JWT"}"#.to_owned(), claims.to_string(), world.uuid()];
    let token = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
    world.tokens.insert(token.clone(), Token { scopes, expires });
    ok(
        200,
        json!({ "access_token": token, "scope": scope, "expires_in": world.token_lifetime, "token_type": "Bearer" }),
    )
}

fn granted(world: &World, client_id: &str) -> Option<Vec<String>> {
    let audience = Value::from(world.audience());
    let grant = world.tenant.client_grants.iter().find(|grant| {
        grant.get("client_id").and_then(Value::as_str) == Some(client_id)
            && grant.get("audience") == Some(&audience)
    })?;
    let scopes = grant.get("scope").and_then(Value::as_array)?;
    Some(scopes.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The client that the request proves to come from.
fn authenticate(world: &World, request: &Request, fields: &Fields) -> Result<String, Box<Response>> {
    if let Some(assertion) = fields.get("client_assertion") {
        if fields.get("client_assertion_type") != Some(ASSERTION_TYPE) {
            return Err(refusal(400, "invalid_request", "Invalid client_assertion_type"));
        }
        return asserted(world, assertion).map_err(|message| refusal(401, "invalid_client", message));
    }
    let basic = request.header("authorization").and_then(basic_credentials);
    let sent = fields.get("client_id").zip(fields.get("client_secret"));
    let sent = sent.map(|(id, secret)| (id.to_owned(), secret.to_owned())).or(basic);
    let (id, secret) = sent.ok_or_else(|| refusal(401, "access_denied", "Unauthorized"))?;
    let known = world.tenant.clients.iter().any(|client| {
        let is = |key: &str, value: &str| client.get(key).and_then(Value::as_str) == Some(value);
        is("client_id", &id) && is("client_secret", &secret)
    });
    if known { Ok(id) } else { Err(refusal(401, "access_denied", "Unauthorized")) }
}

/// Checks the form of a private-key JWT. The signature is not verified: the stand-in knows no keys.
fn asserted(world: &World, assertion: &str) -> Result<String, &'static str> {
    let mut parts = assertion.split('.');
    let mut json =
        || -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts.next()?).ok()?).ok() };
    let (Some(header), Some(claims)) = (json(), json()) else {
        return Err("client_assertion is not a JSON Web Token");
    };
    let signed =
        parts.next().and_then(|part| URL_SAFE_NO_PAD.decode(part).ok()).is_some_and(|it| !it.is_empty());
    if !signed || parts.next().is_some() {
        return Err("client_assertion is not signed");
    }
    let text = |members: &Value, key: &str| -> String {
        members.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    if !ASSERTION_ALGORITHMS.contains(&text(&header, "alg").as_str()) {
        return Err("client_assertion has an algorithm that is not supported");
    }
    let id = text(&claims, "sub");
    let known = |client: &super::tenant::Record| client.get("client_id").and_then(Value::as_str) == Some(&id);
    if text(&claims, "iss") != id || !world.tenant.clients.iter().any(known) {
        return Err("client_assertion has another issuer or subject");
    }
    let issuer = format!("https://{}/", world.domain);
    let audience = text(&claims, "aud");
    if audience != issuer && audience != format!("{issuer}oauth/token") {
        return Err("client_assertion has another audience");
    }
    if text(&claims, "jti").is_empty() {
        return Err("client_assertion has no jti");
    }
    let now = world.clock.seconds();
    match claims.get("exp").and_then(Value::as_u64) {
        None => Err("client_assertion has no exp"),
        Some(exp) if exp <= now => Err("client_assertion is expired"),
        Some(exp) if exp > now.saturating_add(LONGEST_ASSERTION) => {
            Err("client_assertion is valid for too long")
        }
        Some(_) => Ok(id),
    }
}

fn basic_credentials(header: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ")?).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The errors of this endpoint have another shape than those of the Management API.
fn refusal(status: u16, error: &str, description: &str) -> Box<Response> {
    let body = json!({ "error": error, "error_description": description });
    Box::new(Response { status, headers: Vec::new(), body: Some(body) })
}

/// The fields of a form or of a JSON object.
struct Fields(Vec<(String, String)>);

impl Fields {
    fn read(request: &Request) -> Result<Self, Box<Response>> {
        let text = String::from_utf8_lossy(&request.body);
        if !request.header("content-type").is_some_and(|it| it.starts_with("application/json")) {
            return Ok(Self(form(&text)));
        }
        let Ok(Value::Object(members)) = serde_json::from_str(&text) else {
            return Err(refusal(400, "invalid_request", "Invalid request payload JSON format"));
        };
        let fields = members.into_iter().filter_map(|(key, value)| Some((key, value.as_str()?.to_owned())));
        Ok(Self(fields.collect()))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
