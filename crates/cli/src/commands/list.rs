//! `claimsmith list`: the organizations at a glance.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anyhow::Context;
use claimsmith::Bundle;
use claimsmith::compiler::inspect::{self, OrganizationOverview};
use clap::ValueEnum;
use serde::Serialize;

use crate::action;
use crate::arguments::MappingsArgument;
use crate::escape::escaped;
use crate::exit_status::ExitStatus;
use crate::numbers::{counted, spaced};
use crate::platform;
use crate::render::{csv, json};
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;

/// List the organizations with their connections, rules, cases, owners and size
///
/// The size is the organization's share of the Action, in bytes, estimated from its share of the compiled mappings:
/// they are compressed together. `claimsmith bundle --all-sizes` measures what an organization takes.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ListArguments {
    #[command(flatten)]
    mappings: MappingsArgument,
    /// Only the organizations of one Auth0 tenant, by its name in `platform.yaml`; by default those of all
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// How to print the list
    #[arg(long, value_enum, default_value_t)]
    format: ListFormat,
}

/// How the list is printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ListFormat {
    /// Text for people
    #[default]
    Human,
    /// A table for spreadsheets
    Csv,
    /// One JSON document with a version
    Json,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith list
  claimsmith list --format json | jq -r '.organizations[] | select(.cases == 0) | .name'";

/// An organization with its share of the Action.
#[derive(Debug, Serialize)]
struct ListedOrganization {
    #[serde(flatten)]
    overview: OrganizationOverview,
    /// Its share of the Action, in bytes; if there are several, its largest.
    action_bytes: usize,
}

#[derive(Debug, Serialize)]
struct Listed {
    organizations: Vec<ListedOrganization>,
    /// The tenant whose organizations take most; missing if there is only one.
    #[serde(skip_serializing_if = "Option::is_none")]
    largest_tenant: Option<LargestTenant>,
}

/// Each tenant has an Action of its own, so the sizes of several do not add up.
#[derive(Debug, Serialize)]
struct LargestTenant {
    name: String,
    action_bytes: usize,
}

impl ListArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some((_, platforms)) = platform::load_all(&self.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let platforms = TenantArgument { name: self.tenant.clone() }.filter(platforms)?;
        // An organization that exists in several tenants is listed once, as it is in that where it takes most.
        let mut listed: BTreeMap<String, ListedOrganization> = BTreeMap::new();
        let mut largest_tenant: Option<LargestTenant> = None;
        for platform in &platforms {
            let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
            let embedded = action::embedded_len(&platform.bundle)?;
            let mut total = 0;
            for mut overview in inspect::overview(platform, &bundle) {
                if platforms.len() > 1 {
                    overview.organization = None;
                }
                let action_bytes = embedded * overview.bundle_bytes / platform.bundle.len().max(1);
                total += action_bytes;
                let known = listed.get(&overview.name).map_or(0, |it| it.action_bytes);
                if action_bytes >= known {
                    listed.insert(overview.name.clone(), ListedOrganization { overview, action_bytes });
                }
            }
            let tenant = platform.tenant().filter(|_| platforms.len() > 1);
            let known = largest_tenant.as_ref().map_or(0, |it| it.action_bytes);
            if let Some(tenant) = tenant.filter(|_| total > known) {
                largest_tenant = Some(LargestTenant { name: tenant.name().to_owned(), action_bytes: total });
            }
        }
        let listed = Listed { organizations: listed.into_values().collect(), largest_tenant };
        match self.format {
            ListFormat::Human => write_human(&mut terminal.out, &listed)?,
            ListFormat::Csv => write_csv(&mut terminal.out, &listed)?,
            ListFormat::Json => json::versioned(&mut terminal.out, &listed)?,
        }
        Ok(ExitStatus::Success)
    }
}

const TITLES: [&str; 6] = ["organization", "connections", "rules", "cases", "bytes", "owners"];

fn cells(ListedOrganization { overview, action_bytes }: &ListedOrganization) -> [String; 6] {
    let connections = overview.connections.iter().map(|it| {
        let groups = if it.sends_no_groups { ", no groups" } else { "" };
        format!("{} ({}{groups})", it.name, it.strategy)
    });
    [
        overview.name.clone(),
        connections.collect::<Vec<_>>().join(", "),
        overview.rules.to_string(),
        overview.cases.to_string(),
        action_bytes.to_string(),
        overview.owners.join(", "),
    ]
}

fn write_human(out: &mut impl Write, listed: &Listed) -> io::Result<()> {
    let mut rows = vec![TITLES.map(str::to_owned)];
    rows.extend(listed.organizations.iter().map(|it| cells(it).map(|cell| escaped(&cell).into_owned())));
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    };
    let widths = [0, 1, 2, 3, 4].map(width);
    for [name, connections, rules, cases, bytes, owners] in &rows {
        let [name_width, connections_width, rules_width, cases_width, bytes_width] = widths;
        let line = format!(
            "{name:<name_width$}  {connections:<connections_width$}  {rules:>rules_width$}  {cases:>cases_width$}  \
             {bytes:>bytes_width$}  {owners}"
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    let sum = |count: fn(&ListedOrganization) -> usize| listed.organizations.iter().map(count).sum::<usize>();
    let bytes = match &listed.largest_tenant {
        Some(LargestTenant { name, action_bytes }) => {
            format!("{} bytes in the largest tenant, {}", spaced(*action_bytes), escaped(name))
        }
        None => format!("{} bytes", spaced(sum(|it| it.action_bytes))),
    };
    writeln!(
        out,
        "{}, {}, {}, {bytes}",
        counted(listed.organizations.len(), "organization"),
        counted(sum(|it| it.overview.rules), "rule"),
        counted(sum(|it| it.overview.cases), "case")
    )
}

fn write_csv(out: &mut impl Write, listed: &Listed) -> io::Result<()> {
    csv::row(out, TITLES)?;
    listed.organizations.iter().try_for_each(|it| csv::row(out, cells(it)))
}
