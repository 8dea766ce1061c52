//! The figures of a run, as Prometheus's node exporter reads them from a file.

use claimsmith_lifecycle::sync::record::Ending;
use claimsmith_lifecycle::sync::{Outcome, Plan};
use prometheus::{Encoder, Gauge, GaugeVec, Opts, Registry, TextEncoder};

use super::arguments::MetricsArgument;
use super::journal::Journal;
use super::shown::Counts;
use crate::login_time;
use crate::write;

/// The figures of a run.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    organization: String,
    application: String,
    /// How long it took.
    seconds: f64,
    findings: usize,
    /// Whether a guard stopped it.
    is_guarded: bool,
    changes: Counts,
    failed: usize,
    not_effective: usize,
    is_in_step: bool,
}

impl Metrics {
    /// Of a run that a guard stopped.
    pub(super) fn of_guarded(plan: &Plan) -> Self {
        Self { is_guarded: true, ..Self::of(plan) }
    }

    /// Of a run that took a number of seconds.
    pub(super) fn of_run(plan: &Plan, outcome: &Outcome, ending: &Ending, seconds: f64) -> Self {
        let mut counts = Counts::default();
        outcome.accepted.iter().for_each(|change| counts.add(change));
        Self {
            changes: counts,
            failed: outcome.failed.len() + outcome.left_out.len(),
            not_effective: ending.not_effective + ending.lost,
            is_in_step: ending.is_in_step,
            seconds,
            ..Self::of(plan)
        }
    }

    fn of(plan: &Plan) -> Self {
        let (organization, application) = (plan.organization.clone(), plan.application.clone());
        Self { organization, application, findings: plan.findings.len(), ..Self::default() }
    }

    /// Writes the file, if one is named.
    pub(super) fn write(&self, file: &MetricsArgument, journal: &Journal) -> anyhow::Result<()> {
        let Some(path) = &file.path else { return Ok(()) };
        let now = login_time::current();
        let success = if self.is_in_step { Some(now) } else { journal.last_success().map(|at| at as f64) };
        write::write(path, self.text(now, success)?)
    }

    fn text(&self, now: f64, success: Option<f64>) -> anyhow::Result<Vec<u8>> {
        let registry = Registry::new();
        let single = |name: &str, help: &str, value: f64| -> prometheus::Result<()> {
            let options = Opts::new(format!("claimsmith_sync_{name}"), help)
                .const_label("organization", &self.organization)
                .const_label("application", &self.application);
            let gauge = Gauge::with_opts(options)?;
            gauge.set(value);
            registry.register(Box::new(gauge))
        };
        single("last_run_timestamp_seconds", "When the last run ended.", now)?;
        if let Some(success) = success {
            single(
                "last_success_timestamp_seconds",
                "When a run last ended with everything in place.",
                success,
            )?;
        }
        single("duration_seconds", "How long the last run took to write.", self.seconds)?;
        single("guarded", "1 if a guard stopped the last run.", f64::from(u8::from(self.is_guarded)))?;
        single("findings", "What a person has to decide.", self.findings as f64)?;
        single("failed_steps", "Steps that failed or were left out.", self.failed as f64)?;
        single(
            "not_effective_steps",
            "Steps without effect, and memberships that were lost.",
            self.not_effective as f64,
        )?;
        let options = Opts::new("claimsmith_sync_changes", "What the last run changed.")
            .const_label("organization", &self.organization)
            .const_label("application", &self.application);
        let changes = GaugeVec::new(options, &["kind"])?;
        for (kind, count) in self.changes.kinds() {
            changes.with_label_values(&[kind]).set(count as f64);
        }
        registry.register(Box::new(changes))?;
        let mut text = Vec::new();
        TextEncoder::new().encode(&registry.gather(), &mut text)?;
        Ok(text)
    }
}
