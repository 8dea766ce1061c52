//! Identity providers: what is live, what is pending, and its verification by a person.

use serde_json::{Value, json};

use super::answer::{Answered, empty, error, ok};
use super::filter::Attributes;
use super::login::mapped;
use super::page;
use super::tenant::{Record, by_id, text};
use super::world::{Call, World};
use crate::http::Response;
use crate::stand_in::StandIn;

const PART: &str = "IDENTITY-PROVIDERS";
const ATTRIBUTES: Attributes = Attributes { part: PART, eq: &[], co: &[] };
/// Members of the options that can be replaced alone.
const OPTIONS: [&str; 8] = [
    "realm",
    "discoveryUrl",
    "claimsMapping",
    "clientId",
    "clientSecret",
    "emailVerifiedAlwaysTrue",
    "idTokenSignatureAlg",
    "decryptingKey",
];
/// Those of them that can be replaced in what is live.
const LIVE: [&str; 3] = ["realm", "discoveryUrl", "claimsMapping"];

pub(crate) fn list(world: &mut World, call: &Call) -> Answered {
    let wanted = call.query("active").map(|it| it == "true");
    let is_active = |it: &Record| it.get("active").and_then(Value::as_bool).unwrap_or_default();
    let fits = |it: &&Record| wanted.is_none_or(|wanted| is_active(it) == wanted);
    let rows = world.tenant.identity_providers.iter().filter(fits).map(|it| shown(world, it)).collect();
    ok(200, page::of(world, call, rows, ATTRIBUTES, &["id"])?)
}

pub(crate) fn status(world: &mut World, _: &Call) -> Answered {
    let flag = |it: &Record, key: &str| it.get(key).and_then(Value::as_bool).unwrap_or_default();
    let all = world.tenant.identity_providers.iter();
    let active = all.clone().filter(|it| flag(it, "active") && flag(it, "interactive")).count();
    let brief = |it: &Record| json!({ "active": flag(it, "active"), "interactive": flag(it, "interactive"), "provider": text(it, "provider") });
    let all: Vec<Value> = all.map(brief).collect();
    ok(200, json!({ "active_interactive_idps_count": active, "idps_metadata": all }))
}

pub(crate) fn get(world: &mut World, call: &Call) -> Answered {
    let found =
        by_id(&world.tenant.identity_providers, call.parameter()).ok_or_else(|| error(404, PART, ""))?;
    ok(200, shown(world, found).into())
}

/// All operations or none. Only what a person has verified can be promoted.
pub(crate) fn update(world: &mut World, call: &Call) -> Answered {
    let id = call.parameter().to_owned();
    let found = by_id(&world.tenant.identity_providers, &id).ok_or_else(|| error(404, PART, ""))?;
    let mut changed = found.clone();
    for (op, path, value) in call.operations(PART)? {
        apply(&mut changed, op, path, value)?;
    }
    changed.insert("lastUpdated".to_owned(), world.clock.rfc3339().into());
    let activates =
        changed.get("active") == Some(&true.into()) && changed.get("interactive") == Some(&true.into());
    for other in &mut world.tenant.identity_providers {
        if text(other, "id") == id {
            *other = changed.clone();
        } else if activates && other.get("interactive") == Some(&true.into()) {
            // A tenant has one at a time.
            other.insert("active".to_owned(), false.into());
        }
    }
    empty()
}

fn apply(provider: &mut Record, op: &str, path: &str, value: &Value) -> Result<(), Box<Response>> {
    if op == "promote-options" {
        if text(provider, "pendingState") != "verified" {
            return Err(error(412, PART, "the pending options are not verified"));
        }
        let options = provider.remove("pendingOptions").unwrap_or_default();
        provider.insert("options".to_owned(), options);
        for key in ["pendingState", "pendingResult"] {
            provider.remove(key);
        }
        return Ok(());
    }
    let refusal = || error(400, PART, "the operation is not supported");
    let mut parts = path.trim_start_matches('/').splitn(2, '/');
    let place = parts.next().unwrap_or_default();
    match (op, place, parts.next()) {
        (
            "replace",
            "active" | "description" | "meta" | "postLogoutRedirectUri" | "clockToleranceSec",
            None,
        ) => {
            provider.insert(place.to_owned(), value.clone());
        }
        ("replace", "options" | "pendingOptions", None) if value.is_object() => {
            provider.insert(place.to_owned(), value.clone());
        }
        ("replace", "options", Some(key)) if !LIVE.contains(&key) => return Err(refusal()),
        ("replace", "options" | "pendingOptions", Some(key)) if OPTIONS.contains(&key) => {
            let options = provider.get_mut(place).and_then(Value::as_object_mut).ok_or_else(refusal)?;
            options.insert(key.to_owned(), value.clone());
        }
        _ => return Err(refusal()),
    }
    if place == "pendingOptions" {
        let text =
            |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().len();
        let pending = provider.get("pendingOptions").unwrap_or(&Value::Null);
        if text(pending, "clientId") == 0 || text(pending, "clientSecret") == 0 {
            return Err(error(400, PART, "clientId and clientSecret are missing"));
        }
        provider.insert("pendingState".to_owned(), "pending".into());
        provider.remove("pendingResult");
    }
    Ok(())
}

impl StandIn<World> {
    /// Verifies the pending options of an identity provider, as a person does who logs in with these claims.
    ///
    /// # Errors
    ///
    /// If there is no such identity provider, or nothing is pending.
    pub fn verify(&self, id: &str, claims: &Value) -> Result<(), String> {
        self.with(|world| verify(world, id, claims))
    }
}

pub(crate) fn verify_as(world: &mut World, body: &Value) -> Result<Value, String> {
    let id = body.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    verify(world, &id, body.get("claims").unwrap_or(&Value::Null))?;
    Ok(json!({}))
}

fn verify(world: &mut World, id: &str, claims: &Value) -> Result<(), String> {
    let style = world.claim_path;
    let started = world.clock.rfc3339();
    let provider = world.tenant.identity_providers.iter_mut().find(|it| text(it, "id") == id);
    let provider = provider.ok_or("there is no such identity provider")?;
    let mapping = provider.get("pendingOptions").ok_or("nothing is pending")?.get("claimsMapping").cloned();
    let result = mapped(style, &mapping.unwrap_or_default(), claims);
    let is_good = !text(&result, "sub").is_empty();
    let (state, status) = if is_good { ("verified", "success") } else { ("error", "claimsError") };
    provider.insert("pendingState".to_owned(), state.into());
    let result = json!({
        "protocol": "OIDC", "started": started, "status": status, "idpClaims": claims, "resultantClaims": result,
    });
    provider.insert("pendingResult".to_owned(), result);
    Ok(())
}

fn shown(world: &World, provider: &Record) -> Record {
    let mut shown = provider.clone();
    shown.insert("tenantIds".to_owned(), json!([world.tenant.id]));
    if !world.shows_secrets {
        for key in ["options", "pendingOptions"] {
            if let Some(options) = shown.get_mut(key).and_then(Value::as_object_mut) {
                options.remove("clientSecret");
            }
        }
    }
    shown
}
