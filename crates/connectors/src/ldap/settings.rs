//! Which server, and the account that reads it.

use crate::secret::Secret;
use crate::settings::{LoadSettings, SettingsError, Source};

const URL: &str = "LDAP_URL";
const BIND_DN: &str = "LDAP_BIND_DN";
const PASSWORD: &str = "LDAP_PASSWORD";
const TLS: &str = "LDAP_TLS";

/// What is needed to ask a server.
#[derive(Debug, Clone)]
pub struct Settings {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) protection: Protection,
    pub(super) account: String,
    pub(super) password: Secret,
}

/// How a connection is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protection {
    /// TLS from its beginning, `ldaps://`.
    Tls,
    /// TLS before anything is said, `ldap://`.
    StartTls,
    /// None, on this machine alone.
    None,
}

impl LoadSettings for Settings {
    const EXAMPLE: &'static str = URL;

    fn read(source: &Source<'_>) -> Result<Self, SettingsError> {
        let place = source.place();
        let get = |name: &str| source.get(name);
        let error = |text: String| Err(SettingsError(text));
        let Some(url) = get(URL) else {
            return error(format!(
                "{place} does not say where the directory is: set `{URL}` to its server, such as `ldaps://ldap.example.com`"
            ));
        };
        let Some((host, port, protection)) = parts(&url) else {
            return error(format!(
                "`{URL}` of {place} has to be a server alone, such as `ldaps://ldap.example.com` or, with StartTLS, `ldap://ldap.example.com:389`"
            ));
        };
        let protection = match get(TLS).as_deref() {
            None => protection,
            Some("none") if is_loopback(&host) && protection == Protection::StartTls => Protection::None,
            Some("none") => {
                return error(format!(
                    "`{TLS}=none` of {place} is for `ldap://` to a server on this machine, `localhost` or 127.0.0.1: another one would receive the password without TLS"
                ));
            }
            Some(_) => return error(format!("`{TLS}` of {place} has to be `none`, or not to be set")),
        };
        // Servers take a name without a password for anonymous, and show an anonymous reader what they like.
        let (Some(account), Some(password)) = (get(BIND_DN), get(PASSWORD)) else {
            return error(format!(
                "{place} needs `{BIND_DN}`, the name of an account that reads the directory, and `{PASSWORD}`"
            ));
        };
        Ok(Self { host, port, protection, account, password: Secret::new(password) })
    }
}

impl Settings {
    /// The address of the server, for people.
    pub fn url(&self) -> String {
        let scheme = if self.protection == Protection::Tls { "ldaps" } else { "ldap" };
        format!("{scheme}://{}:{}", self.host, self.port)
    }
}

/// The host, the port and the protection of an address.
fn parts(url: &str) -> Option<(String, u16, Protection)> {
    let (scheme, rest) = url.split_once("://")?;
    let (protection, port) = match scheme.to_ascii_lowercase().as_str() {
        "ldaps" => (Protection::Tls, 636),
        "ldap" => (Protection::StartTls, 389),
        _ => return None,
    };
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (host, port) = match rest.split_once(':') {
        Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0)?),
        None => (rest, port),
    };
    let is_host =
        !host.is_empty() && host.bytes().all(|it| it.is_ascii_alphanumeric() || b"-.".contains(&it));
    is_host.then(|| (host.to_owned(), port, protection))
}

fn is_loopback(host: &str) -> bool {
    let is_address = host.parse::<std::net::Ipv4Addr>().is_ok_and(|it| it.is_loopback());
    host.eq_ignore_ascii_case("localhost") || is_address
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(url: &str, tls: Option<&str>) -> Result<Settings, String> {
        let settings = json!({ URL: url, BIND_DN: "cn=reader", PASSWORD: "hunter2", TLS: tls });
        Settings::from_json(&settings).map_err(|error| error.to_string())
    }

    #[test]
    fn address_is_a_server_with_tls() {
        for (url, tls, expected, protection) in [
            ("ldaps://ldap.example.com", None, "ldaps://ldap.example.com:636", Protection::Tls),
            ("LDAPS://ldap.example.com:3269/", None, "ldaps://ldap.example.com:3269", Protection::Tls),
            ("ldap://ldap.example.com", None, "ldap://ldap.example.com:389", Protection::StartTls),
            ("ldap://localhost:1389", None, "ldap://localhost:1389", Protection::StartTls),
            ("ldap://localhost:1389", Some("none"), "ldap://localhost:1389", Protection::None),
            ("ldap://127.0.0.1", Some("none"), "ldap://127.0.0.1:389", Protection::None),
        ] {
            let settings = read(url, tls).expect("settings");
            assert_eq!((settings.url().as_str(), settings.protection), (expected, protection));
            assert!(!format!("{settings:?}").contains("hunter2"));
        }
        for url in [
            "ldap.example.com",
            "https://ldap.example.com",
            "ldaps://ldap.example.com/dc=example,dc=com",
            "ldaps://me:hunter2@ldap.example.com",
            "ldaps://ldap.example.com:0",
            "ldaps://",
        ] {
            let error = read(url, None).expect_err("refused");
            assert!(error.contains("has to be a server alone") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn nothing_leaves_this_machine_without_tls() {
        for (url, tls) in [
            ("ldap://ldap.example.com", "none"),
            ("ldap://127.0.0.1.example.com", "none"),
            ("ldap://localhost.example.com", "none"),
            ("ldaps://localhost", "none"),
        ] {
            let error = read(url, Some(tls)).expect_err("refused");
            assert!(error.contains("is for `ldap://` to a server on this machine"), "{error}");
        }
        assert!(read("ldap://localhost", Some("off")).expect_err("refused").contains("has to be `none`"));
    }

    #[test]
    fn account_has_a_name_and_a_password() {
        for missing in [BIND_DN, PASSWORD] {
            let mut settings = json!({ URL: "ldaps://a.example", BIND_DN: "cn=reader", PASSWORD: "hunter2" });
            settings[missing] = json!("");
            let error = Settings::from_json(&settings).expect_err("refused").to_string();
            assert!(error.contains("needs `LDAP_BIND_DN`"), "{error}");
        }
    }
}
