//! The Auth0 tenants of a platform, and the values that each of them has of its own.

use core::ops::Range;
use std::collections::BTreeMap;

use super::diagnostic_sink::DiagnosticSink;
use super::fields::Fields;
use super::grammar::TENANT;
use super::name_checks::{check_id, check_known};
use super::subject::Subject;
use super::suggestions::{nearest, word_list};
use super::values::read_members;
use super::yaml::{Kind, Node, Spanned};
use crate::diagnostic::Code;

/// An Auth0 tenant that a platform is deployed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tenant {
    name: String,
    domain: String,
}

/// A domain that is not the one that a tenant has in `platform.yaml`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OtherDomain {
    /// The name of the tenant.
    pub tenant: String,
    /// Its domain.
    pub domain: String,
    /// The domain that was refused.
    pub other: String,
}

impl core::fmt::Display for OtherDomain {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let Self { tenant, domain, other } = self;
        write!(
            formatter,
            "the tenant `{tenant}` has the domain `{domain}`, and not `{}`",
            other.escape_debug()
        )
    }
}

impl core::error::Error for OtherDomain {}

impl Tenant {
    /// Its name in the mapping files.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its canonical domain, such as `acme-staging.eu.auth0.com`, which is the only one that may be talked to.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// Its name in Auth0, which events have as `event.tenant.id`: the first part of the domain.
    pub fn id(&self) -> &str {
        self.domain.split('.').next().unwrap_or_default()
    }

    /// Refuses every domain that is not the tenant's.
    ///
    /// Everything that talks to a tenant calls this before the first request, so that a change for one tenant never
    /// reaches another. The comparison is exact, letter case included: the domain comes from a setting, and a setting
    /// that looks different may be another tenant's.
    ///
    /// # Errors
    ///
    /// If the domain is another one.
    pub fn require(&self, domain: &str) -> Result<(), OtherDomain> {
        if domain == self.domain {
            return Ok(());
        }
        let (tenant, own) = (self.name.clone(), self.domain.clone());
        Err(OtherDomain { tenant, domain: own, other: domain.to_owned() })
    }
}

/// The declared tenants. Without any, a platform has one tenant without a name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tenants {
    pub(crate) declared: Vec<Tenant>,
    /// Whether there may be more than these, because some could not be read, which has been reported.
    is_incomplete: bool,
}

impl Tenants {
    /// Those of a platform that could not be read.
    pub(crate) fn unknown() -> Self {
        Self { declared: Vec::new(), is_incomplete: true }
    }

    pub(crate) fn read(platform: &Fields<'_>, sink: &mut DiagnosticSink<'_>) -> Self {
        let Some(node) = platform.get("tenants") else {
            return Self { declared: Vec::new(), is_incomplete: platform.is_misspelled("tenants") };
        };
        let Some(members) = read_members(node, Subject::Key("tenants"), sink) else { return Self::unknown() };
        if members.is_empty() {
            sink.report(Code::EmptyList, &node.span, "`tenants` has no tenant", None);
            sink.help_last("name a tenant and its domain, or remove `tenants`");
        }
        let mut read = Self { declared: Vec::new(), is_incomplete: members.is_empty() };
        let mut seen: BTreeMap<String, Range<usize>> = BTreeMap::new();
        for (name, node) in members {
            let fields = Fields::read(node, &TENANT, sink);
            let domain = fields.and_then(|fields| fields.require_text("domain", sink));
            let is_good = check_id(name, "tenant name", sink);
            let domain = domain.filter(|domain| check_domain(domain, sink)).filter(|_| is_good);
            let Some(domain) = domain else {
                read.is_incomplete = true;
                continue;
            };
            if let Some(first) = seen.insert(domain.value.clone(), domain.span.clone()) {
                let message = format!("the domain `{}` already belongs to a tenant", domain.value);
                sink.report_related(Code::InvalidValue, &domain.span, message, (&first, "first here"));
                sink.help_last("each tenant has a domain of its own: correct one of the two");
            }
            read.declared.push(Tenant { name: name.value.clone(), domain: domain.value });
        }
        // The order of the file must not decide which tenant is the first.
        read.declared.sort_by(|left, right| left.name.cmp(&right.name));
        read
    }

    /// Whether there may be more than the declared ones, because some could not be read, which has been reported.
    pub(crate) fn is_incomplete(&self) -> bool {
        self.is_incomplete
    }

    /// How many values something has that differs by tenant.
    pub(crate) fn count(&self) -> usize {
        self.declared.len().max(1)
    }

    /// The name of a tenant, if it has one.
    pub(crate) fn name(&self, tenant: usize) -> Option<&str> {
        self.declared.get(tenant).map(Tenant::name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.declared.iter().map(Tenant::name)
    }
}

/// The domains that Auth0 itself gives to tenants, in its public and its private clouds.
const AUTH0_DOMAINS: [&str; 2] = [".auth0.com", ".auth0app.com"];

/// Reports a domain that is not a canonical one: the Management API needs it, and a custom domain says nothing about the
/// tenant.
fn check_domain(domain: &Spanned<String>, sink: &mut DiagnosticSink<'_>) -> bool {
    let text = domain.value.as_str();
    let is_label = |label: &str| {
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        (1..=63).contains(&label.len())
            && label.bytes().all(fits)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let parts = AUTH0_DOMAINS.iter().find_map(|end| text.strip_suffix(end));
    if text.len() <= MAX_DOMAIN && parts.is_some_and(|parts| parts.split('.').all(is_label)) {
        return true;
    }
    let message = format!("`{}` is not the domain of an Auth0 tenant", text.escape_debug());
    let bare = text.trim().to_lowercase();
    let bare = bare.trim_start_matches("https://").trim_end_matches('/');
    let is_auth0 = AUTH0_DOMAINS.iter().any(|end| bare.ends_with(end));
    let help = if is_auth0 && bare.split('.').all(is_label) {
        format!("write the domain alone, in lowercase letters: `{bare}`")
    } else {
        "write the domain that Auth0 gave to the tenant, such as `acme-staging.eu.auth0.com`, and not a custom domain; the dashboard shows it in the settings of each application".to_owned()
    };
    sink.report(Code::InvalidValue, &domain.span, message, help);
    false
}

/// The longest domain, in characters.
const MAX_DOMAIN: usize = 253;

/// What something has in one tenant.
#[derive(Clone, Debug)]
pub(crate) enum InTenant<T> {
    Value(T),
    /// It exists there without a value: it needs none, or its value is missing or wrong, which has been reported.
    Unstated,
    /// It does not exist there.
    Nowhere,
}

/// What something has in each tenant, by the tenant's position.
#[derive(Clone, Debug)]
pub(crate) struct ByTenant<T>(Vec<InTenant<T>>);

impl<T> ByTenant<T> {
    /// A value in the only tenant.
    #[cfg(test)]
    pub(crate) fn one(value: T) -> Self {
        Self(vec![InTenant::Value(value)])
    }

    /// No value in any tenant.
    pub(crate) fn nowhere() -> Self {
        Self(Vec::new())
    }

    /// None in the only tenant.
    #[cfg(test)]
    pub(crate) fn unstated() -> Self {
        Self(vec![InTenant::Unstated])
    }

    pub(crate) fn get(&self, tenant: usize) -> Option<&T> {
        match self.0.get(tenant)? {
            InTenant::Value(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it exists in a tenant.
    pub(crate) fn is_in(&self, tenant: usize) -> bool {
        !matches!(self.0.get(tenant), None | Some(InTenant::Nowhere))
    }

    /// Whether any tenant has a value.
    pub(crate) fn has_values(&self) -> bool {
        self.values().next().is_some()
    }

    /// The values of all tenants, each with the tenant's position.
    pub(crate) fn values(&self) -> impl Iterator<Item = (usize, &T)> {
        self.0.iter().enumerate().filter_map(|(tenant, it)| match it {
            InTenant::Value(value) => Some((tenant, value)),
            _ => None,
        })
    }
}

/// The word for something that does not exist in a tenant.
const NONE: &str = "none";

/// How messages name a value that differs by tenant.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner<'o> {
    /// What has the value, such as ``the application `wiki` ``.
    pub(crate) what: &'o str,
    /// What the value is, such as `client id`.
    pub(crate) value: &'static str,
    /// The key.
    pub(crate) key: &'static str,
    /// An example of the value.
    pub(crate) example: &'static str,
}

/// Reads what a key says for each tenant, or one value for the only tenant. `read` reads the value of a tenant by its name,
/// which is `None` for the only one.
pub(crate) fn read_by_tenant<T>(
    node: Option<&Node>,
    tenants: &Tenants,
    owner: Owner<'_>,
    sink: &mut DiagnosticSink<'_>,
    mut read: impl FnMut(&Node, Option<&str>, &mut DiagnosticSink<'_>) -> Option<T>,
) -> ByTenant<T> {
    let mut all: Vec<InTenant<T>> = (0..tenants.count()).map(|_| InTenant::Unstated).collect();
    let Some(node) = node else { return ByTenant(all) };
    if !matches!(node.kind, Kind::Map(_)) {
        let value = read(node, None, sink);
        match (all.as_mut_slice(), value) {
            ([only], Some(value)) => *only = InTenant::Value(value),
            ([_], None) => {}
            _ if tenants.is_incomplete => {}
            _ => report_one_for_all(node, tenants, owner, sink),
        }
        return ByTenant(all);
    }
    let members = read_members(node, Subject::Key(owner.key), sink).unwrap_or_default();
    let mut is_complete = !tenants.is_incomplete;
    for (name, node) in members {
        let value = match &node.kind {
            Kind::Text(word) if word == NONE => InTenant::Nowhere,
            _ => read(node, Some(&name.value), sink).map_or(InTenant::Unstated, InTenant::Value),
        };
        let at = tenants.names().position(|known| known == name.value);
        match at.and_then(|at| all.get_mut(at)) {
            Some(place) => *place = value,
            None if tenants.is_incomplete => {}
            None if tenants.declared.is_empty() => {
                let message = format!(
                    "`{}` has a value for each tenant, but the platform declares no tenants",
                    owner.key
                );
                sink.report(Code::UnknownTenant, &name.span, message, None);
                sink.help_last(
                    "declare the tenants and their domains under `tenants` in `platform.yaml`; or, if there is one tenant, write its value alone",
                );
                return ByTenant(all);
            }
            None => {
                let problem = (Code::UnknownTenant, "the platform declares no tenant");
                check_known(name, || tenants.names(), problem, sink);
                let near = nearest(&name.value, tenants.names());
                let near = near.map(|near| format!("did you mean `{near}`? ")).unwrap_or_default();
                sink.help_last(&format!(
                    "{near}the platform declares {}; a new one belongs under `tenants` of the platform, with its domain",
                    word_list(tenants.names())
                ));
                // It is probably a misspelled tenant, which would be reported as missing as well.
                is_complete = false;
            }
        }
    }
    let stated = |name: &str| read_names(node).any(|stated| stated == name);
    let missing: Vec<&str> = tenants.names().filter(|name| !stated(name)).collect();
    if is_complete && !missing.is_empty() {
        let of = if missing.len() == 1 { "the tenant" } else { "the tenants" };
        let message =
            format!("{} has no {} in {of} {}", owner.what, owner.value, word_list(missing.into_iter()));
        let help = format!("add the {} that it has there, or `none` if it does not exist there", owner.value);
        sink.report(Code::MissingTenant, &node.span, message, help);
    }
    ByTenant(all)
}

fn read_names(node: &Node) -> impl Iterator<Item = &str> {
    let members = match &node.kind {
        Kind::Map(members) => members.as_slice(),
        _ => &[],
    };
    members.iter().map(|(name, _)| name.value.as_str())
}

/// What to do about an id that something has in two tenants.
pub(crate) fn help_own_id(with_id: &str, owner: &str) -> String {
    format!(
        "each tenant gives its {with_id}s ids of their own: write the id that the dashboard of this tenant shows, or `none` if \
         the {owner} does not exist there"
    )
}

/// Reports a value that does not say which of several tenants it belongs to.
fn report_one_for_all(node: &Node, tenants: &Tenants, owner: Owner<'_>, sink: &mut DiagnosticSink<'_>) {
    let names = word_list(tenants.names());
    let message = format!("{} has one {} for the tenants {names}", owner.what, owner.value);
    let each: Vec<String> = tenants.names().map(|name| format!("{name}: {}", owner.example)).collect();
    let help = format!(
        "each tenant has its own: write `{}: {{ {} }}`, and `none` where it does not exist",
        owner.key,
        each.join(", ")
    );
    sink.report(Code::MissingTenant, &node.span, message, help);
}

#[cfg(test)]
mod tests {
    use super::Tenant;

    #[test]
    fn tenant_requires_its_own_domain() {
        let domain = "acme-staging.eu.auth0.com";
        let tenant = Tenant { name: "staging".to_owned(), domain: domain.to_owned() };
        assert_eq!((tenant.id(), tenant.require(domain)), ("acme-staging", Ok(())));
        let others = [
            "acme.eu.auth0.com",
            "acme-staging.eu.auth0.com.example.com",
            "acme-staging.eu.auth0.com/",
            "https://acme-staging.eu.auth0.com",
            "acme-staging.eu.auth0.com:443",
            "acme-staging.eu.auth0.com.",
            "ACME-STAGING.eu.auth0.com",
            " acme-staging.eu.auth0.com",
            "login.acme.example",
            "",
        ];
        for other in others {
            let refused = tenant.require(other).expect_err(other);
            assert_eq!((refused.domain.as_str(), refused.other.as_str()), (domain, other));
        }
        let message =
            "the tenant `staging` has the domain `acme-staging.eu.auth0.com`, and not `acme.eu.auth0.com`";
        assert_eq!(tenant.require("acme.eu.auth0.com").expect_err("another").to_string(), message);
    }
}
