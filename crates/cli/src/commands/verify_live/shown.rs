//! The result of a comparison, as text and for JSON.

use std::io::{self, Write};

use claimsmith_lifecycle::live::Comparison;
use serde::Serialize;

use crate::commands::deploy::TenantSummary;
use crate::escape::escaped;
use crate::numbers::{counted, spaced};

/// How many differences are printed for people.
const MOST_DIFFERENCES: usize = 50;

/// Everything that is printed.
#[derive(Debug, Serialize)]
pub(super) struct Verified<'v> {
    pub(super) tenant: TenantSummary<'v>,
    pub(super) qlik_cloud: &'v str,
    pub(super) application: &'v str,
    /// How many profiles were read, and how many their connections have.
    pub(super) profiles_read: usize,
    pub(super) profiles_total: usize,
    /// How many users Qlik Cloud has.
    pub(super) application_users: usize,
    /// When, in RFC 3339 format.
    pub(super) read_at: String,
    #[serde(flatten)]
    pub(super) comparison: &'v Comparison,
}

impl Verified<'_> {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let it = self.comparison;
        self.tenant.write(out)?;
        writeln!(out, "compared   `{}` with {}", escaped(self.application), escaped(self.qlik_cloud))?;
        writeln!(
            out,
            "read       {} of {} profiles of the mappings' connections, {}, at {}",
            spaced(self.profiles_read),
            spaced(self.profiles_total),
            counted(self.application_users, "user of Qlik Cloud")
                .replace("user of Qlik Clouds", "users of Qlik Cloud"),
            self.read_at
        )?;
        if let Some((oldest, newest)) = &it.logins {
            writeln!(out, "age        logins to Auth0 from {} to {}", escaped(oldest), escaped(newest))?;
        }
        writeln!(out, "equal      {}", spaced(it.equal))?;
        writeln!(out, "different  {}", spaced(it.different))?;
        writeln!(
            out,
            "unseen     {} not in Qlik Cloud, {} not among the profiles",
            spaced(it.unseen_in_application),
            spaced(it.unseen_in_auth0)
        )?;
        for (reason, count) in &it.not_comparable {
            writeln!(out, "unknown    {} ({reason})", spaced(*count))?;
        }
        for difference in it.differences.iter().take(MOST_DIFFERENCES) {
            let line = format!(
                "{} {}: lacks {}, has also {}",
                difference.mapping,
                difference.person,
                list(&difference.missing),
                list(&difference.extra)
            );
            writeln!(out, "{}", escaped(&line))?;
        }
        if let Some(more) = it.differences.len().checked_sub(MOST_DIFFERENCES).filter(|more| *more > 0) {
            writeln!(out, "{} more; `--format json` has all of them", counted(more, "difference"))?;
        }
        Ok(())
    }
}

fn list(groups: &[String]) -> String {
    if groups.is_empty() { "nothing".to_owned() } else { format!("`{}`", groups.join("`, `")) }
}
