//! `claimsmith deploy confirm`: replaces pending blocks by those that were signed in advance.

use std::io::Write;

use anyhow::{anyhow, ensure};
use claimsmith_connectors::auth0::{Auth0, Confirmed, DeployError};
use claimsmith_lifecycle::deployment::Refusal;

use super::arguments::ConfirmArguments;
use super::prepared::{Prepared, options_for, packaging_of, read_plan, refused};
use super::signed_blocks::SignedBlocks;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::journal_file::{BlockStep, Earlier, JournalFile};
use crate::login_time;
use crate::metadata_writer;
use crate::numbers::counted;
use crate::progress::show_step;
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;

const SCOPES: &[&str] = &["read:organizations", "update:organizations"];

impl ConfirmArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let settings = self.credentials.auth0()?;
        let (plan, text) = read_plan(&self.plan)?;
        let name = self.plan.display();
        let is_pending = plan.blocks.as_ref().is_some_and(|blocks| blocks.confirmation.is_some());
        ensure!(
            is_pending,
            "`{name}` was made without `--confirm-within`, so nothing of it waits for a confirmation; `claimsmith deploy apply` is all that it needs"
        );
        let chosen = TenantArgument { name: Some(plan.tenant.clone()) };
        let packaging = packaging_of(&plan);
        let Some(prepared) = Prepared::build(&self.mappings.path, &chosen, packaging, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let Prepared { tenant, wanted, platform, .. } = prepared;
        plan.check(tenant.domain(), &wanted)
            .map_err(|error| anyhow!("`{name}` cannot be confirmed: {error}"))?;
        metadata_writer::check_own(&platform)?;
        let Some(blocks) = &plan.blocks else { return Ok(ExitStatus::Failure) };
        let signed =
            SignedBlocks::read((blocks, &self.plan), &self.blocks, &platform, login_time::current())?;
        let mut journal =
            JournalFile::beside(&self.plan, self.journal.path.as_deref(), tenant.domain(), &text)?;
        let auth0 = Auth0::connect(&tenant, &settings, SCOPES, options_for(blocks.changes.len()))?;
        let mut record = |step: &str, phase, error: Option<&str>| {
            journal.append(&format!("confirm {step}"), phase, error)?;
            show_step(terminal, &format!("confirm {step}"), phase)
        };
        match auth0.confirm_blocks(blocks, &signed.values, &signed.confirmed, &mut record) {
            Ok(Confirmed { written, unconfirmed, .. }) => {
                let there = blocks.changes.len() - unconfirmed.len() - written;
                if written + there > 0 {
                    writeln!(
                        terminal.out,
                        "{} confirmed, {there} already, in the tenant {} ({})",
                        counted(written, "block"),
                        tenant.name(),
                        tenant.domain()
                    )?;
                    terminal.out.flush()?;
                }
                for error in &unconfirmed {
                    let why = taken_back(journal.earlier(), error).unwrap_or_else(|| error.to_string());
                    writeln!(terminal.err, "error: {}", escaped(&why))?;
                }
                Ok(if unconfirmed.is_empty() { ExitStatus::Success } else { ExitStatus::Failure })
            }
            Err(error) => refused(error, terminal),
        }
    }
}

/// Says that a block does not wait because the change was taken back, if the journal says so.
fn taken_back(earlier: &Earlier, error: &DeployError) -> Option<String> {
    let DeployError::Refused(Refusal::NotApplied { organization }) = error else { return None };
    match earlier.of_block(organization)? {
        (BlockStep::TakenBack, at) => Some(format!(
            "the block of `{organization}` was taken back at {at}, so nothing waits for a confirmation; plan again if the change is needed after all"
        )),
        _ => None,
    }
}
