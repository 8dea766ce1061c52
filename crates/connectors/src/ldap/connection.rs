//! A connection to a server: who may be asked, and searches that are read to their end.

use std::sync::Arc;
use std::time::Duration;

use claimsmith::compiler::directory::SearchScope;
use ldap3::asn1::{StructureTag, parse_tag};
use ldap3::controls::{Control, ControlType, PagedResults, RawControl};
use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, Scope, SearchResult};
use tokio::task::JoinSet;

use super::codes::{self, NO_SUCH_OBJECT, REFERRAL, SUCCESS};
use super::entry::Entry;
use super::settings::{Protection, Settings};
use super::{Options, codes::of_error};
use crate::http;

/// How long the server may take until it sends something.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// How many entries are looked up at the same time.
const AT_ONCE: usize = 32;
/// How many pages without an entry may follow each other: servers may send some.
const MOST_EMPTY_PAGES: usize = 100;

/// Filter of a search for one entry by its name.
pub(super) const ANY: &str = "(objectClass=*)";

pub(super) struct Connection {
    ldap: Ldap,
}

impl Connection {
    /// Connects and logs in; says why that is not possible.
    pub(super) async fn open(settings: &Settings, options: &Options) -> Result<Self, String> {
        let wait = options.limit.min(LONGEST_WAIT);
        let (url, protection) = (settings.url(), settings.protection);
        let mut connection = LdapConnSettings::new().set_conn_timeout(wait);
        if protection != Protection::None {
            // The provider of cryptography is named there: a program that links two of them has no default.
            let config = http::tls(options.ca_pem.as_deref())?;
            connection =
                connection.set_config(Arc::new(config)).set_starttls(protection == Protection::StartTls);
        }
        let (connection, mut ldap) = LdapConnAsync::with_settings(connection, &url).await.map_err(|error| {
            let why = of_error(&error);
            let advice = match (why.contains("certificate"), protection) {
                (true, _) => "if your network has a certificate authority of its own, set `SSL_CERT_FILE` to a file with its certificate in PEM",
                (_, Protection::StartTls) => "check the name and the port, whether this machine can reach it, and whether the server has StartTLS; without it, use `ldaps://`",
                _ => "check the name and the port, and whether this machine can reach it",
            };
            format!("{why}; {advice}")
        })?;
        tokio::spawn(async move {
            // Those who wait for an answer learn that the connection ended.
            drop(connection.drive().await);
        });
        ldap.with_timeout(wait);
        let bound = ldap.simple_bind(&settings.account, settings.password.expose()).await;
        let bound = bound.map_err(|error| of_error(&error))?;
        if bound.rc != SUCCESS {
            return Err(codes::of_bind(&bound));
        }
        Ok(Self { ldap })
    }

    pub(super) async fn close(&mut self) {
        // All has been read.
        drop(self.ldap.unbind().await);
    }

    /// Hands over all entries of a scope; says why it cannot.
    pub(super) async fn search(
        &mut self,
        scope: &SearchScope,
        attributes: &[&str],
        page_size: u16,
        take: &mut dyn FnMut(Entry),
    ) -> Result<(), String> {
        let mut cookie = Vec::new();
        let mut empty_pages = 0;
        loop {
            let control = PagedResults { size: i32::from(page_size), cookie };
            self.ldap.with_timeout(LONGEST_WAIT).with_controls(RawControl::from(control));
            let stream =
                self.ldap.streaming_search(&scope.base, Scope::Subtree, &scope.filter, attributes.to_vec());
            let mut stream = stream.await.map_err(|error| of_error(&error))?;
            let mut is_empty = true;
            while let Some(found) = stream.next().await.map_err(|error| of_error(&error))? {
                if found.is_intermediate() {
                    continue;
                }
                if found.is_ref() {
                    check_reference(found.0)?;
                    continue;
                }
                is_empty = false;
                take(Entry::of(found.0).ok_or("an entry is not as LDAP has it")?);
            }
            let result = stream.finish().await;
            if result.rc != SUCCESS {
                return Err(codes::of_search(result.rc));
            }
            cookie = cookie_of(&result.ctrls)?;
            if cookie.is_empty() {
                return Ok(());
            }
            empty_pages = if is_empty { empty_pages + 1 } else { 0 };
            if empty_pages > MOST_EMPTY_PAGES {
                return Err("the pages of the server have no end".to_owned());
            }
        }
    }

    /// Reads single entries by their names, if they fit a filter: `None` if there is none, or none that may be read.
    pub(super) async fn look_up<T: Send + 'static>(
        &self,
        names: Vec<(T, String)>,
        filter: &str,
        attributes: &[&str],
    ) -> Vec<(T, Result<Option<Entry>, String>)> {
        let attributes: Arc<[String]> = attributes.iter().map(|it| (*it).to_owned()).collect();
        let filter: Arc<str> = Arc::from(filter);
        let (mut found, mut running) = (Vec::with_capacity(names.len()), JoinSet::new());
        let mut names = names.into_iter();
        loop {
            while running.len() < AT_ONCE
                && let Some((key, name)) = names.next()
            {
                let (ldap, filter, attributes) = (self.ldap.clone(), filter.clone(), attributes.clone());
                running
                    .spawn(async move { (key, entry_of(ldap, &name, &filter, attributes.to_vec()).await) });
            }
            match running.join_next().await {
                None => return found,
                Some(Ok(one)) => found.push(one),
                // It panicked: its name is missing among those that were found, which is noticed.
                Some(Err(_)) => {}
            }
        }
    }
}

async fn entry_of(
    mut ldap: Ldap,
    name: &str,
    filter: &str,
    attributes: Vec<String>,
) -> Result<Option<Entry>, String> {
    let searched = ldap.with_timeout(LONGEST_WAIT).search(name, Scope::Base, filter, attributes).await;
    let SearchResult(entries, result) = searched.map_err(|error| of_error(&error))?;
    match result.rc {
        NO_SUCH_OBJECT => Ok(None),
        SUCCESS if !result.refs.is_empty() => Err(codes::of_search(REFERRAL)),
        SUCCESS => match entries.into_iter().next() {
            None => Ok(None),
            Some(found) => {
                Entry::of(found.0).map(Some).ok_or_else(|| "an entry is not as LDAP has it".to_owned())
            }
        },
        code => Err(codes::of_search(code)),
    }
}

/// Says that a part of the directory is on another server, unless it is one without people and groups.
fn check_reference(tag: StructureTag) -> Result<(), String> {
    let urls = tag.expect_constructed().unwrap_or_default();
    let is_without_people = |url: StructureTag| {
        let url = url.expect_primitive().and_then(|url| String::from_utf8(url).ok()).unwrap_or_default();
        let name = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map(|(_, name)| name);
        // Active Directory refers to its own zones of DNS and its configuration in every search of a whole domain.
        name.is_some_and(|name| {
            let name = name.to_ascii_lowercase();
            ["dc=domaindnszones,", "dc=forestdnszones,", "cn=configuration,"]
                .iter()
                .any(|zone| name.starts_with(zone))
        })
    };
    if !urls.is_empty() && urls.into_iter().all(is_without_people) {
        return Ok(());
    }
    Err("a part of the directory is on another server; name that one, or the global catalog, or search below another `base`".to_owned())
}

/// Where the next page begins; empty if there is none.
fn cookie_of(controls: &[Control]) -> Result<Vec<u8>, String> {
    let is_paged = |control: &&Control| matches!(control.0, Some(ControlType::PagedResults));
    let Some(Control(_, control)) = controls.iter().find(is_paged) else { return Ok(Vec::new()) };
    let cookie = || {
        let (_, tag) = parse_tag(control.val.as_deref()?).ok()?;
        tag.expect_constructed()?.into_iter().nth(1)?.expect_primitive()
    };
    cookie().ok_or_else(|| "a page does not say whether there are more".to_owned())
}

#[cfg(test)]
mod tests {
    use ldap3::asn1::{PL, TagClass};

    use super::*;

    fn reference(urls: &[&str]) -> StructureTag {
        let tag = |id, payload| StructureTag { class: TagClass::Universal, id, payload };
        tag(19, PL::C(urls.iter().map(|url| tag(4, PL::P(url.as_bytes().to_vec()))).collect()))
    }

    #[test]
    fn references_to_zones_without_people_are_followed_by_no_one() {
        for zone in ["DomainDnsZones", "ForestDnsZones"] {
            let url = format!("ldap://{zone}.acme.example/DC={zone},DC=acme,DC=example");
            assert_eq!(check_reference(reference(&[&url])), Ok(()));
        }
        let configuration = "ldap://acme.example/CN=Configuration,DC=acme,DC=example";
        assert_eq!(check_reference(reference(&[configuration])), Ok(()));
        for urls in [
            &["ldap://emea.acme.example/DC=emea,DC=acme,DC=example"][..],
            &[configuration, "ldap://other.example/ou=people,dc=acme,dc=example??sub"],
            &["ldap://x"],
            &[],
        ] {
            assert!(check_reference(reference(urls)).is_err(), "{urls:?}");
        }
    }

    #[test]
    fn page_says_whether_there_are_more() {
        let control = |value: Option<&[u8]>| {
            let raw = RawControl { ctype: String::new(), crit: false, val: value.map(<[u8]>::to_vec) };
            cookie_of(&[Control(Some(ControlType::PagedResults), raw)])
        };
        assert_eq!(control(Some(&[0x30, 5, 2, 1, 0, 4, 0])), Ok(vec![]));
        assert_eq!(control(Some(&[0x30, 6, 2, 1, 0, 4, 1, 9])), Ok(vec![9]));
        assert_eq!(cookie_of(&[]), Ok(vec![]));
        for damaged in [None, Some(&[][..]), Some(&[0x30, 3, 2, 1, 0]), Some(&[0x30, 200])] {
            assert!(control(damaged).is_err(), "{damaged:?}");
        }
    }
}
