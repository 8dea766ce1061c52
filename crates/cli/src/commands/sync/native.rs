//! What `claimsmith sync` does, with the network.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, anyhow};
use claimsmith::Bundle;
use claimsmith::compiler::CompiledPlatform;
use claimsmith::compiler::directory::DirectoryMapping;
use claimsmith::compiler::inspect::{nearest_word, target_groups};
use claimsmith_lifecycle::sync::{Limits, Mapped, Plan, Policy, Subject, difference};

use super::arguments::PlanArguments;
use super::shown::PlanSummary;
use crate::arguments::OutputFormat;
use crate::exit_status::ExitStatus;
use crate::login_time;
use crate::platform;
use crate::render::json;
use crate::scim_service;
use crate::terminal::Terminal;
use crate::write;

/// How long all requests together may take.
const LIMIT: Duration = Duration::from_secs(3600);

impl PlanArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let (scim, service) = scim_service::connect(self.scim_credentials.as_deref(), LIMIT)?;
        let Some(platform) = platform::load_counting_warnings(&self.mappings.path, &self.tenant, terminal)?
        else {
            return Ok(ExitStatus::Failure);
        };
        let mapping = self.mapping(&platform)?;
        let directory = self.directory.read(&mapping)?;
        let groups = groups_of(&platform, mapping.application());
        let policy = Policy { prefix: Policy::prefix_of(&self.organization), ..Policy::default() };
        let mapped =
            Mapped { mapping: &mapping, groups: &groups, prefix: &policy.prefix, now: login_time::current() };
        let unusable = "the compiled mapping cannot be used";
        let bundle = Bundle::decode(mapping.bundle()).context(unusable)?;
        let desired = mapped.desired(&directory).context(unusable)?;
        let observed = scim.observed(&groups.iter().map(String::as_str).collect::<BTreeSet<_>>())?;
        let mut difference = difference(&desired, &observed, &policy);
        mapped.name_rules(&directory, &mut difference).context(unusable)?;
        let subject = Subject {
            made_by: concat!("claimsmith ", env!("CARGO_PKG_VERSION")),
            service: &service,
            organization: &self.organization,
            application: mapping.application(),
            mapping: &bundle.digest_hex(),
        };
        let plan = Plan::new(subject, &desired, &observed, &policy, &Limits::default(), difference);
        write::write_private(&self.out, plan.to_json().into_bytes())?;
        let file = self.out.to_string_lossy();
        let summary = PlanSummary::new(&file, &plan, self.show_people);
        match self.format {
            OutputFormat::Human => summary.write(&mut terminal.out)?,
            OutputFormat::Json => json::versioned(&mut terminal.out, &summary)?,
        }
        let is_sound = plan.exceeded.is_empty() && plan.findings.is_empty();
        Ok(if is_sound { ExitStatus::Success } else { ExitStatus::Failure })
    }

    fn mapping<'p>(&self, platform: &'p CompiledPlatform) -> anyhow::Result<DirectoryMapping<'p>> {
        let name = self.organization.as_str();
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
}

/// The names of the groups of an application, sorted.
fn groups_of(platform: &CompiledPlatform, application: &str) -> Vec<String> {
    let groups = target_groups(platform).into_iter();
    let own = groups.filter(|group| group.applications.iter().any(|it| it == application));
    let mut names: Vec<String> = own.map(|group| group.name).collect();
    names.sort_unstable();
    names
}
