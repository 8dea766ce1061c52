//! Compares.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, bail};
use claimsmith::Bundle;
use claimsmith::compiler::inspect::{self, ApplicationDetails, word_list};
use claimsmith::compiler::{CompiledPlatform, time_text};
use claimsmith_connectors::LoadSettings;
use claimsmith_connectors::auth0::Auth0;
use claimsmith_connectors::http::Options;
use claimsmith_connectors::qlik::{Qlik, Settings as QlikSettings};
use claimsmith_connectors::scim::Scim;
use claimsmith_lifecycle::live::{compare, one_each, pseudonym};

use super::arguments::VerifyLiveArguments;
use super::held::{self, Held, Known};
use super::people::{self, Coverage, Reading};
use super::shown::{ServiceAddress, Verified};
use crate::arguments::OutputFormat;
use crate::commands::deploy::TenantSummary;
use crate::exit_status::ExitStatus;
use crate::login_time;
use crate::platform;
use crate::render::json;
use crate::scim_service;
use crate::tenant::declared;
use crate::terminal::Terminal;

/// Auth0's smallest rate limit is two requests a second.
const INTERVAL: Duration = Duration::from_millis(500);
const LIMIT: Duration = Duration::from_secs(3600);

/// The application's service, where people hold groups.
enum Service {
    Qlik(Qlik),
    Scim(Scim, String),
}

impl Service {
    fn held(&self, names: &BTreeSet<String>, known: &Known<'_>) -> anyhow::Result<Held> {
        match self {
            Self::Qlik(qlik) => Ok(held::in_qlik(qlik, known)?),
            Self::Scim(scim, _) => held::in_scim(scim, names, known),
        }
    }
}

impl VerifyLiveArguments {
    pub(crate) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.access.credentials.auth0()?;
        let service = self.service()?;
        let Some(platform) =
            platform::load_counting_warnings(&self.access.mappings.path, &self.access.tenant, terminal)?
        else {
            return Ok(ExitStatus::Failure);
        };
        let tenant = declared(&platform)?;
        let domain = tenant.domain();
        let application = self.chosen(&platform)?;
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        let interval = if settings.stand_in().is_some() { Duration::ZERO } else { INTERVAL };
        let options = Options { interval, limit: LIMIT, ..Options::default() };
        let auth0 = Auth0::connect(tenant, &settings, &[], options)?;
        let now = login_time::current();
        let reading = Reading {
            auth0: &auth0,
            application: &application,
            bundle: &bundle,
            most: usize::from(self.people),
            now,
        };
        let (mut all, mut coverage) = (Vec::new(), Coverage::default());
        for organization in inspect::organization_connections(&platform) {
            let reads_metadata = platform.reads_metadata(&organization.name);
            all.extend(people::read(&reading, &organization, reads_metadata, &mut coverage)?);
        }
        let mut all = one_each(all);
        let known = Known {
            subjects: all.iter().map(|it| it.subject.as_str()).collect(),
            emails: std::mem::take(&mut coverage.emails),
        };
        let held = service.held(&groups_of(&platform, &application), &known)?;
        for person in &mut all {
            if person.expected.is_ok() && held.inactive.contains(&person.subject) {
                person.expected = Err("inactive");
            }
        }
        let shown = |subject: &str| {
            if self.show_people { subject.to_owned() } else { pseudonym(domain, subject) }
        };
        let comparison = compare(&all, &held.groups, &held.uncompared, &shown);
        let because = |reason: &str| comparison.not_comparable.get(reason).copied().unwrap_or_default();
        let lack_a_group = because(held::MISSING) + because(held::WITHOUT_MEMBERS);
        let uncompared = |reason: &str| {
            let groups = held.uncompared.iter().filter(|(_, why)| **why == reason);
            groups.map(|(name, _)| name.as_str()).collect()
        };
        let verified = Verified {
            tenant: TenantSummary::new(tenant.name(), domain, settings.stand_in()),
            service: match &service {
                Service::Qlik(qlik) => ServiceAddress::QlikCloud(qlik.host()),
                Service::Scim(_, url) => ServiceAddress::Scim(url),
            },
            application: &application.name,
            profiles_read: coverage.read,
            profiles_total: coverage.total,
            application_users: held.users,
            other_groups: held.other_groups,
            missing_groups: uncompared(held::MISSING),
            groups_without_members: uncompared(held::WITHOUT_MEMBERS),
            gaps: &coverage.gaps,
            read_at: time_text(now as u32),
            comparison: &comparison,
        };
        match self.format {
            OutputFormat::Human => verified.write(&mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &verified)?,
        }
        match (comparison.different + lack_a_group, comparison.equal) {
            (0, 0) => bail!(
                "no one could be compared, so nothing is known; read more people with `--people`, or see why they are unseen"
            ),
            // People may hold such a group who should not.
            (0, _) if verified.groups_without_members.is_empty() => Ok(ExitStatus::Success),
            _ => Ok(ExitStatus::Failure),
        }
    }

    /// The service with which logins are compared.
    fn service(&self) -> anyhow::Result<Service> {
        if self.scim {
            let (scim, url) = scim_service::connect(self.scim_credentials.as_deref(), LIMIT, None)?;
            return Ok(Service::Scim(scim, url));
        }
        let settings = QlikSettings::load(self.qlik_credentials.as_deref())?;
        Ok(Service::Qlik(Qlik::connect(&settings, Options { limit: LIMIT, ..Options::default() })?))
    }

    /// The application whose groups are compared. Those of the profile `qlik-cloud` are in Qlik Cloud, and no others.
    fn chosen(&self, platform: &CompiledPlatform) -> anyhow::Result<ApplicationDetails> {
        let all = inspect::applications(platform);
        let names = |of: &dyn Fn(&ApplicationDetails) -> bool| {
            let names: Vec<&str> = all.iter().filter(|it| of(it)).map(|it| it.name.as_str()).collect();
            if names.is_empty() { "none".to_owned() } else { word_list(&names) }
        };
        let fits = |it: &ApplicationDetails| it.is_qlik_cloud != self.scim;
        let mut found: Vec<ApplicationDetails> = match &self.application {
            Some(name) => all.iter().filter(|it| it.name == *name).cloned().collect(),
            None => all.iter().filter(|it| fits(it)).cloned().collect(),
        };
        match (found.pop(), found.is_empty()) {
            (Some(only), true) if only.is_qlik_cloud || self.scim => Ok(only),
            (Some(other), true) => bail!(
                "`{}` is not in Qlik Cloud: applications with `profile: qlik-cloud`: {}; if it has a SCIM service, compare with that by `--scim`",
                other.name,
                names(&fits)
            ),
            (Some(_), false) if self.scim => bail!(
                "a SCIM service is that of one application; choose it with `--application`: {}",
                names(&fits)
            ),
            (Some(_), false) => bail!(
                "several applications have `profile: qlik-cloud`; choose one with `--application`: {}",
                names(&fits)
            ),
            (None, _) if self.application.is_some() => {
                bail!("there is no such application; `platform.yaml` has {}", names(&|_| true))
            }
            (None, _) => bail!(
                "no application {}; `platform.yaml` has {}",
                match self.scim {
                    true =>
                        "lacks `profile: qlik-cloud`, so choose the one of the SCIM service with `--application`",
                    false =>
                        "has `profile: qlik-cloud`, so none is in Qlik Cloud; compare with a SCIM service by `--scim`",
                },
                names(&|_| true)
            ),
        }
    }
}

/// The groups that an application has in `platform.yaml`.
fn groups_of(platform: &CompiledPlatform, application: &ApplicationDetails) -> BTreeSet<String> {
    let groups = inspect::target_groups(platform).into_iter();
    groups.filter(|it| it.applications.contains(&application.name)).map(|it| it.name).collect()
}
