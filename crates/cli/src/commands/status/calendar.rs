//! What expires in a tenant and in the mapping files.

use std::io::{self, Write};

use claimsmith::compiler::{CompiledPlatform, inspect};
use claimsmith::event::parse_time;
use claimsmith_connectors::Error;
use claimsmith_connectors::auth0::Auth0;
use claimsmith_lifecycle::calendar::{Expiry, time_text};
use claimsmith_lifecycle::certificate;
use claimsmith_lifecycle::drift::{Desired, pending_deadline};
use claimsmith_lifecycle::tenant::{Connection, Organization};
use serde::Serialize;
use serde_json::Value;

use super::report::{Check, CheckState, Report};
use crate::commands::deploy::TenantSummary;
use crate::escape::escaped;
use crate::numbers::counted;

const DAY: i64 = 86_400;

/// The strategies whose connections can take SCIM.
const SCIM: [&str; 4] = ["samlp", "oidc", "okta", "waad"];

/// The options of connections that may hold the certificate of an identity provider.
const CERTIFICATES: [&str; 2] = ["signingCert", "cert"];

/// Everything that expires, the first first.
#[derive(Debug, Serialize)]
pub(super) struct Calendar<'c> {
    tenant: TenantSummary<'c>,
    file: String,
    requests: usize,
    checks: &'c [Check],
    expiries: Vec<ListedExpiry<'c>>,
}

#[derive(Debug, Serialize)]
struct ListedExpiry<'e> {
    at: String,
    /// Whole days that are left; negative if it has expired.
    days: i64,
    kind: &'static str,
    subject: &'e str,
    owner: Option<&'e str>,
    effect: &'static str,
    fix: &'static str,
}

/// The rules that expire.
pub(super) fn of_rules(platform: &CompiledPlatform) -> Vec<Expiry> {
    let rules = inspect::expiring_rules(platform).into_iter();
    rules
        .map(|rule| Expiry {
            at: rule.at,
            kind: "rule",
            subject: format!("rule `{}` of `{}`", rule.rule, rule.organization),
            owner: rule.owner,
            effect: "it does not match any more",
            fix: "ask its owner whether it is still needed",
        })
        .collect()
}

/// The certificates with which identity providers sign.
pub(super) fn of_certificates(connections: &[Connection]) -> Vec<Expiry> {
    connections.iter().filter_map(of_certificate).collect()
}

fn of_certificate(connection: &Connection) -> Option<Expiry> {
    let text = |key: &str| connection.options.get(key).and_then(Value::as_str);
    let certificate = CERTIFICATES.into_iter().filter_map(text).find_map(certificate::expiry_of_text);
    let at = certificate.or_else(|| text("expires").and_then(parse_time).map(|time| time as i64))?;
    Some(Expiry {
        at,
        kind: "certificate",
        subject: format!("signing certificate of the connection `{}`", connection.name),
        owner: None,
        effect: "logins through the connection fail",
        fix: "ask the customer's IT for the next certificate, and add it to the connection",
    })
}

/// The tokens of SCIM clients, one request for each connection that can have some.
pub(super) fn of_scim(
    auth0: &Auth0,
    connections: &[Connection],
    each: &mut dyn FnMut(usize),
) -> Result<Vec<Expiry>, Error> {
    let mut expiries = Vec::new();
    let able = connections.iter().filter(|it| SCIM.contains(&it.strategy.as_str()));
    for (connection, number) in able.zip(1..) {
        for token in auth0.scim_tokens(&connection.id)?.unwrap_or_default() {
            let at = token.valid_until.as_deref().and_then(parse_time);
            expiries.extend(at.map(|at| Expiry {
                at: at as i64,
                kind: "token",
                subject: format!("SCIM token `{}` of the connection `{}`", token.token_id, connection.name),
                owner: None,
                effect: "the directory cannot provision any more, so leavers keep their access",
                fix: "make the next token, and enter it in the customer's directory",
            }));
        }
        each(number);
    }
    Ok(expiries)
}

/// The keys of the platform's applications in Auth0, one request for each client.
pub(super) fn of_clients(auth0: &Auth0, platform: &CompiledPlatform) -> Result<(usize, Vec<Expiry>), Error> {
    let (mut expiries, mut count) = (Vec::new(), 0);
    for application in inspect::applications(platform) {
        for client in &application.clients {
            count += 1;
            for credential in auth0.client_credentials(client)?.unwrap_or_default() {
                let at = credential.expires_at.as_deref().and_then(parse_time);
                let name = credential.name.unwrap_or(credential.id);
                expiries.extend(at.map(|at| Expiry {
                    at: at as i64,
                    kind: "key",
                    subject: format!("key `{name}` of the client `{client}` ({})", application.name),
                    owner: None,
                    effect: "the application cannot authenticate any more",
                    fix: "add the next key to the client, and let the application use it",
                }));
            }
        }
    }
    Ok((count, expiries))
}

/// The keys with which the tenant signs tokens and SAML responses.
pub(super) fn of_tenant(auth0: &Auth0) -> Result<Vec<Expiry>, Error> {
    let keys = auth0.tenant_keys()?.into_iter().filter(|key| key.revoked != Some(true));
    let expiry = |key: &claimsmith_connectors::auth0::TenantKey| {
        Some(Expiry {
            at: certificate::expiry_of_text(&key.cert)?,
            kind: "key",
            subject: format!("signing key `{}` of the tenant", key.kid),
            owner: None,
            effect: "SAML applications may refuse the tenant's responses",
            fix: "rotate the key in Auth0, and give the applications the next certificate",
        })
    };
    Ok(keys.filter_map(|key| expiry(&key)).collect())
}

/// The deadline of a candidate.
pub(super) fn of_block(desired: &Desired, organization: &Organization, now: u32) -> Option<Expiry> {
    let mapping = desired.mappings.iter().find(|it| it.organization.as_ref() == Some(&organization.id))?;
    let deadline = pending_deadline(desired, mapping, organization, now)?;
    Some(Expiry {
        at: deadline.into(),
        kind: "candidate",
        subject: format!("candidate in the block of `{}`", mapping.name),
        owner: None,
        effect: "the old mapping returns by itself",
        fix: "confirm it, or let it pass",
    })
}

impl<'c> Calendar<'c> {
    /// `expiries` are sorted.
    pub(super) fn new(
        tenant: TenantSummary<'c>,
        file: String,
        report: &'c Report,
        requests: usize,
        expiries: &'c [Expiry],
        now: i64,
    ) -> Self {
        let listed = expiries.iter().map(|it| ListedExpiry {
            at: time_text(it.at),
            days: (it.at - now).div_euclid(DAY),
            kind: it.kind,
            subject: &it.subject,
            owner: it.owner.as_deref(),
            effect: it.effect,
            fix: it.fix,
        });
        Self { tenant, file, requests, checks: &report.checks, expiries: listed.collect() }
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        self.tenant.write(out)?;
        for check in self.checks.iter().filter(|check| check.state == CheckState::NotChecked) {
            check.write(out)?;
        }
        for expiry in &self.expiries {
            let left = match expiry.days {
                ..0 => "has expired".to_owned(),
                days => format!("{} left", counted(usize::try_from(days).unwrap_or_default(), "day")),
            };
            let owner = expiry.owner.map(|owner| format!(", {owner}")).unwrap_or_default();
            let line = format!("{}  {}: {left}{owner}", expiry.at, expiry.subject);
            writeln!(out, "{}", escaped(&line))?;
            writeln!(out, "{:20}  then {}; {}", "", expiry.effect, expiry.fix)?;
        }
        writeln!(out, "{} written to {}", counted(self.expiries.len(), "date"), escaped(&self.file))
    }
}
