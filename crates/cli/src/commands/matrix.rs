//! `claimsmith matrix`: which customers can grant which target groups.

use anyhow::Context;
use claimsmith::Bundle;
use claimsmith::compiler::inspect::{self, Matrix, MatrixRow};
use clap::ValueEnum;

use crate::arguments::MappingsArgument;
use crate::exit_status::ExitStatus;
use crate::platform;
use crate::render::{html, json, matrix};
use crate::tenant::TenantArgument;
use crate::terminal::Terminal;

/// Show which customers can grant which target groups, and by which rules
///
/// Every rule that can grant or exclude a group is listed, also one that captures choose, and one whose condition
/// also decides. Whether a user has the group depends on the login; `claimsmith explain` shows one.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct MatrixArguments {
    #[command(flatten)]
    mappings: MappingsArgument,
    /// Only the organizations of one Auth0 tenant, by its name in `platform.yaml`; by default those of all
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    /// How to print the matrix
    #[arg(long, value_enum, default_value_t)]
    format: MatrixFormat,
}

/// How the matrix is printed.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum MatrixFormat {
    /// Text for people
    #[default]
    Human,
    /// A table for spreadsheets
    Csv,
    /// A page for a browser, which needs nothing else
    Html,
    /// One JSON document with a version
    Json,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith matrix
  claimsmith matrix --format csv > matrix.csv
  claimsmith matrix --format html > matrix.html";

impl MatrixArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        let Some((_, platforms)) = platform::load_all(&self.mappings.path, terminal)? else {
            return Ok(ExitStatus::Failure);
        };
        let platforms = TenantArgument { name: self.tenant.clone() }.filter(platforms)?;
        let mut found = Matrix { groups: Vec::new(), organizations: Vec::new() };
        for platform in &platforms {
            let bundle = Bundle::decode(&platform.bundle).context("the compiled mappings cannot be used")?;
            let Matrix { groups, organizations } = inspect::matrix(platform, &bundle);
            // The rules of an organization are the same in every tenant that it exists in.
            let is_new = |row: &MatrixRow| found.organizations.iter().all(|known| known.name != row.name);
            let added: Vec<MatrixRow> = organizations.into_iter().filter(is_new).collect();
            found.groups = groups;
            found.organizations.extend(added);
        }
        found.organizations.sort_by(|left, right| left.name.cmp(&right.name));
        match self.format {
            MatrixFormat::Human => matrix::human(&mut terminal.out, &found)?,
            MatrixFormat::Csv => matrix::table(&mut terminal.out, &found)?,
            MatrixFormat::Html => html::matrix(&mut terminal.out, &found)?,
            MatrixFormat::Json => json::versioned(&mut terminal.out, &found)?,
        }
        Ok(ExitStatus::Success)
    }
}
