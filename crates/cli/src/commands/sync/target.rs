//! What is synchronized: a mapping with a directory, and the service of its application.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, anyhow};
use claimsmith::Bundle;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::directory::{DirectoryMapping, GuardLimit, GuardSettings};
use claimsmith::compiler::inspect::{nearest_word, target_groups};
use claimsmith_connectors::scim::{Dialect, Scim};
use claimsmith_lifecycle::directory::Directory;
use claimsmith_lifecycle::sync::{
    Limit, Limits, Mapped, Observed, Plan, Policy, Subject, Ungranted, difference,
};

use super::arguments::ServiceArguments;
use super::probe_arguments::DIALECT_FILE;
use crate::exit_status::ExitStatus;
use crate::login_time;
use crate::platform;
use crate::scim_service;
use crate::terminal::Terminal;

const UNUSABLE: &str = "the compiled mapping cannot be used";

/// The service of an application.
struct Connection {
    scim: Scim,
    /// Its address, for people.
    base: String,
    /// Whether it was seen to remove exactly one of two members.
    is_removal_seen: bool,
}

impl ServiceArguments {
    /// Runs a verb on the mapping of a name and the service of its application. Nothing is sent before.
    ///
    /// # Errors
    ///
    /// If there is no such mapping, it has no directory, or the settings of the service cannot be used; and those of the
    /// verb.
    pub(super) fn with_target(
        &self,
        organization: &str,
        terminal: &mut Terminal,
        run: impl FnOnce(Target<'_>, &mut Terminal) -> anyhow::Result<ExitStatus>,
    ) -> anyhow::Result<ExitStatus> {
        let platform = platform::load_counting_warnings(&self.mappings.path, &self.tenant, terminal)?;
        let Some(platform) = platform else { return Ok(ExitStatus::Failure) };
        let mapping = mapping_of(&platform, organization)?;
        let service = self.connect(&mapping)?;
        run(Target::of(&platform, (organization, mapping), &service)?, terminal)
    }

    fn connect(&self, mapping: &DirectoryMapping<'_>) -> anyhow::Result<Connection> {
        let deadline = Duration::from_secs(self.deadline * 60);
        let rate = mapping.scim().requests_per_second;
        let (scim, base) = scim_service::connect(self.scim_credentials.as_deref(), deadline, rate)?;
        let dialect = match &self.dialect {
            Some(file) => Some(Dialect::from_file(file)?),
            None => found_dialect(&base)?,
        };
        let Some(dialect) = dialect else { return Ok(Connection { scim, base, is_removal_seen: false }) };
        let is_removal_seen = dialect.is_removal_seen;
        let scim = scim.with_dialect(dialect).map_err(|why| anyhow!(why))?;
        Ok(Connection { scim, base, is_removal_seen })
    }
}

/// What a probe of the service at an address has written into the working folder, if it is there.
fn found_dialect(base: &str) -> anyhow::Result<Option<Dialect>> {
    let file = Path::new(DIALECT_FILE);
    if !fs::symlink_metadata(file).is_ok_and(|it| it.is_file()) {
        return Ok(None);
    }
    Ok(Some(Dialect::from_file(file)?).filter(|dialect| dialect.service == base))
}

/// A mapping with a directory, and the service of its application.
pub(super) struct Target<'t> {
    pub(super) scim: &'t Scim,
    base: &'t str,
    /// Whether the service was seen to remove exactly one of two members.
    pub(super) is_removal_seen: bool,
    organization: &'t str,
    pub(super) mapping: DirectoryMapping<'t>,
    /// The digest of the compiled mapping.
    digest: String,
    /// The names of the application's groups, sorted.
    groups: Vec<String>,
    pub(super) policy: Policy,
    pub(super) limits: Limits,
}

impl<'t> Target<'t> {
    /// The target of the mapping of a name.
    ///
    /// # Errors
    ///
    /// If the compiled mapping cannot be used, which is an error of this program.
    fn of(
        platform: &CompiledPlatform,
        (organization, mapping): (&'t str, DirectoryMapping<'t>),
        service: &'t Connection,
    ) -> anyhow::Result<Self> {
        let settings = mapping.scim();
        let digest = Bundle::decode(mapping.bundle()).context(UNUSABLE)?.digest_hex();
        Ok(Self {
            scim: &service.scim,
            base: &service.base,
            is_removal_seen: service.is_removal_seen,
            organization,
            digest,
            groups: groups_of(platform, mapping.application()),
            mapping,
            policy: Policy {
                prefix: Policy::prefix_of(organization),
                ungranted: if settings.deactivates_ungranted {
                    Ungranted::Deactivate
                } else {
                    Ungranted::Keep
                },
            },
            limits: limits_of(&settings.guards),
        })
    }

    /// What the service has.
    pub(super) fn observed(&self) -> anyhow::Result<Observed> {
        Ok(self.scim.observed(&self.groups.iter().map(String::as_str).collect::<BTreeSet<_>>())?)
    }

    /// What a plan for it is for.
    pub(super) fn subject(&self) -> Subject<'_> {
        Subject {
            made_by: concat!("claimsmith ", env!("CARGO_PKG_VERSION")),
            made_at: (login_time::current() * 1000.0) as u64,
            service: self.base,
            organization: self.organization,
            application: self.mapping.application(),
            groups: &self.groups,
        }
    }

    /// The plan that gives the people of a directory what the mapping gives them.
    pub(super) fn plan(&self, directory: &Directory, observed: &Observed) -> anyhow::Result<Plan> {
        let mapped = Mapped {
            mapping: &self.mapping,
            groups: &self.groups,
            prefix: &self.policy.prefix,
            now: login_time::current(),
        };
        let desired = mapped.desired(directory).context(UNUSABLE)?;
        let mut difference = difference(&desired, observed, &self.policy);
        mapped.name_rules(directory, &mut difference).context(UNUSABLE)?;
        let terms = (&self.policy, &self.limits);
        Ok(Plan::new(self.subject(), &self.digest, &desired, observed, terms, difference))
    }

    /// Checks that a plan is for this target.
    ///
    /// # Errors
    ///
    /// If it is for something else, or too old.
    pub(super) fn check(&self, plan: &Plan) -> anyhow::Result<()> {
        plan.check(self.subject(), &self.digest)
            .map_err(|unfit| anyhow!("the plan cannot be carried out: {unfit}"))
    }
}

/// The mapping of a name.
///
/// # Errors
///
/// If there is none, or it has no directory.
pub(super) fn mapping_of<'p>(
    platform: &'p CompiledPlatform,
    name: &str,
) -> anyhow::Result<DirectoryMapping<'p>> {
    if let Some(mapping) = DirectoryMapping::of(platform, name) {
        return Ok(mapping);
    }
    if platform.organization_names().any(|it| it == name) {
        return Err(anyhow!(
            "the mapping `{}` has no `directory`, so its people are not provisioned; `claimsmith help directory` says how to add it",
            name.escape_debug()
        ));
    }
    let near = nearest_word(name, &platform.organization_names().collect::<Vec<_>>());
    let near = near.map(|near| format!("; did you mean `{}`?", near.escape_debug()));
    Err(anyhow!("there is no mapping `{}`{}", name.escape_debug(), near.unwrap_or_default()))
}

/// The guards of an application: what its settings leave out has the default.
fn limits_of(guards: &GuardSettings) -> Limits {
    let limit = |settings: &GuardLimit, default: Limit| Limit {
        most: settings.most.map_or(default.most, |it| it as usize),
        percent: settings.percent.and_then(|it| u8::try_from(it).ok()).unwrap_or(default.percent),
        always: settings.always.map_or(default.always, |it| it as usize),
    };
    let default = Limits::default();
    Limits {
        users: limit(&guards.users, default.users),
        names: limit(&guards.names, default.names),
        memberships: limit(&guards.memberships, default.memberships),
        group: limit(&guards.group, default.group),
    }
}

/// The names of the groups of an application, sorted.
fn groups_of(platform: &CompiledPlatform, application: &str) -> Vec<String> {
    let groups = target_groups(platform).into_iter();
    let own = groups.filter(|group| group.applications.iter().any(|it| it == application));
    let mut names: Vec<String> = own.map(|group| group.name).collect();
    names.sort_unstable();
    names
}
