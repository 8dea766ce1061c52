//! Compares.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use claimsmith::Bundle;
use claimsmith::compiler::inspect::{self, ApplicationDetails, word_list};
use claimsmith::compiler::{CompiledPlatform, time_text};
use claimsmith_connectors::auth0::Auth0;
use claimsmith_connectors::http::Options;
use claimsmith_connectors::qlik::{Qlik, Settings as QlikSettings};
use claimsmith_lifecycle::live::{compare, one_each, pseudonym};

use super::arguments::VerifyLiveArguments;
use super::people::{self, Coverage};
use super::shown::Verified;
use crate::arguments::OutputFormat;
use crate::assumption_record::domain;
use crate::commands::deploy::TenantSummary;
use crate::exit_status::ExitStatus;
use crate::login_time;
use crate::platform;
use crate::render::json;
use crate::terminal::Terminal;

/// Auth0's smallest rate limit is two requests a second.
const INTERVAL: Duration = Duration::from_millis(500);
const LIMIT: Duration = Duration::from_secs(3600);

impl VerifyLiveArguments {
    pub(crate) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.credentials.settings()?;
        let qlik_settings = match &self.qlik_credentials {
            Some(file) => QlikSettings::from_file(file)?,
            None => QlikSettings::from_environment()?,
        };
        let Some(platform) = platform::load(&self.mappings.path, &self.tenant, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let domain = domain(&platform)?;
        let tenant = platform.tenant().ok_or_else(|| anyhow!("the platform declares no tenant"))?;
        let application = self.chosen(&platform)?;
        let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
        let interval = if settings.stand_in().is_some() { Duration::ZERO } else { INTERVAL };
        let options = Options { interval, limit: LIMIT, ..Options::default() };
        let auth0 = Auth0::connect(tenant, &settings, &[], options)?;
        let qlik = Qlik::connect(&qlik_settings, Options { limit: LIMIT, ..Options::default() })?;
        let now = login_time::current();
        let (mut all, mut coverage) = (Vec::new(), Coverage::default());
        for organization in inspect::organization_connections(&platform) {
            let reading = (usize::from(self.people), now, platform.reads_metadata(&organization.name));
            all.extend(people::read(&auth0, &organization, &application, &bundle, reading, &mut coverage)?);
        }
        let all = one_each(all);
        let known: BTreeSet<&str> = all.iter().map(|it| it.subject.as_str()).collect();
        let mut held = BTreeMap::new();
        for page in qlik.users(None) {
            for user in page? {
                let groups = user.provider_groups().map(|names| names.map(str::to_owned).collect());
                held.insert(subject_of(&user.subject, &known).to_owned(), groups);
            }
        }
        let shown = |subject: &str| {
            if self.show_people { subject.to_owned() } else { pseudonym(domain, subject) }
        };
        let comparison = compare(&all, &held, &shown);
        let verified = Verified {
            tenant: TenantSummary::new(tenant.name(), domain, settings.stand_in()),
            qlik_cloud: qlik.host(),
            application: &application.name,
            profiles_read: coverage.read,
            profiles_total: coverage.total,
            application_users: held.len(),
            read_at: time_text(now as u32),
            comparison: &comparison,
        };
        match self.format {
            OutputFormat::Human => verified.write(&mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &verified)?,
        }
        match (comparison.different, comparison.equal) {
            (0, 0) => bail!(
                "no one could be compared, so nothing is known; read more people with `--people`, or see why they are unseen"
            ),
            (0, _) => Ok(ExitStatus::Success),
            _ => Ok(ExitStatus::Failure),
        }
    }

    /// The application whose groups are in Qlik Cloud.
    fn chosen(&self, platform: &CompiledPlatform) -> anyhow::Result<ApplicationDetails> {
        let all = inspect::applications(platform);
        let fits = |it: &ApplicationDetails| match &self.application {
            Some(name) => it.name == *name,
            None => it.is_qlik_cloud,
        };
        let mut found: Vec<ApplicationDetails> = all.iter().filter(|it| fits(it)).cloned().collect();
        let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
        match (found.pop(), found.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(_), false) => {
                bail!("several applications have `profile: qlik-cloud`; choose one with `--application`")
            }
            (None, _) if self.application.is_some() => {
                bail!("there is no such application; `platform.yaml` has {}", word_list(&names))
            }
            (None, _) => bail!(
                "no application has `profile: qlik-cloud`; choose one with `--application`: {}",
                word_list(&names)
            ),
        }
    }
}

/// The subject of a user in Auth0: Qlik Cloud may put the realm of the identity provider before it.
fn subject_of<'s>(subject: &'s str, known: &BTreeSet<&str>) -> &'s str {
    match subject.split_once('\\') {
        Some((_, bare)) if !known.contains(subject) => bare,
        _ => subject,
    }
}
