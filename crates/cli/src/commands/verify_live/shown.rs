//! The result of a comparison, as text and for JSON.

use std::collections::BTreeSet;
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
    #[serde(flatten)]
    pub(super) service: ServiceAddress<'v>,
    pub(super) application: &'v str,
    /// How many profiles were read, and how many their connections have.
    pub(super) profiles_read: usize,
    pub(super) profiles_total: usize,
    /// How many users the application has.
    pub(super) application_users: usize,
    /// How many groups it has that are not compared.
    pub(super) other_groups: usize,
    /// The groups of `platform.yaml` that the application does not have; they are not compared.
    pub(super) missing_groups: Vec<&'v str>,
    /// The groups whose members it does not name; they are not compared.
    pub(super) groups_without_members: Vec<&'v str>,
    /// What of Auth0 could not be read, and why.
    pub(super) gaps: &'v BTreeSet<String>,
    /// When, in RFC 3339 format.
    pub(super) read_at: String,
    #[serde(flatten)]
    pub(super) comparison: &'v Comparison,
}

/// The service in which people hold groups.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ServiceAddress<'v> {
    /// The host of a tenant of Qlik Cloud.
    QlikCloud(&'v str),
    /// The base of a SCIM service.
    Scim(&'v str),
}

impl ServiceAddress<'_> {
    /// Its address, what its users are called (one, several), and what it is called.
    fn words(&self) -> (&str, [&'static str; 2], &'static str) {
        match self {
            Self::QlikCloud(host) => (host, ["user of Qlik Cloud", "users of Qlik Cloud"], "Qlik Cloud"),
            Self::Scim(url) => {
                (url, ["user of the SCIM service", "users of the SCIM service"], "the SCIM service")
            }
        }
    }
}

impl Verified<'_> {
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let it = self.comparison;
        let (address, [one, many], name) = self.service.words();
        self.tenant.write(out)?;
        writeln!(out, "compared   `{}` with {}", escaped(self.application), escaped(address))?;
        writeln!(
            out,
            "read       {} of {} profiles of the mappings' connections, {} {}, at {}",
            spaced(self.profiles_read),
            spaced(self.profiles_total),
            spaced(self.application_users),
            if self.application_users == 1 { one } else { many },
            self.read_at
        )?;
        if self.other_groups > 0 {
            let groups = counted(self.other_groups, "group");
            writeln!(
                out,
                "ignored    {groups} of {name} that the application does not have in platform.yaml"
            )?;
        }
        for group in &self.missing_groups {
            writeln!(out, "missing    {name} has no group `{}`, so it is not compared", escaped(group))?;
        }
        for group in &self.groups_without_members {
            let group = escaped(group);
            writeln!(out, "not read   {name} does not name the members of `{group}`, so it is not compared")?;
        }
        for gap in self.gaps {
            writeln!(out, "not read   {}", escaped(gap))?;
        }
        if let Some((oldest, newest)) = &it.logins {
            writeln!(out, "age        logins to Auth0 from {} to {}", escaped(oldest), escaped(newest))?;
        }
        writeln!(out, "equal      {}", spaced(it.equal))?;
        writeln!(out, "different  {}", spaced(it.different))?;
        writeln!(
            out,
            "unseen     {} not in {name}, {} not among the profiles",
            spaced(it.unseen_in_application),
            spaced(it.unseen_in_auth0)
        )?;
        for (reason, count) in &it.not_comparable {
            writeln!(out, "unknown    {} ({reason})", spaced(*count))?;
        }
        for difference in it.differences.iter().take(MOST_DIFFERENCES) {
            let mut parts = Vec::new();
            for (word, groups) in [("lacks", &difference.missing), ("has also", &difference.extra)] {
                if !groups.is_empty() {
                    parts.push(format!("{word} `{}`", groups.join("`, `")));
                }
            }
            let line = format!("{} {}: {}", difference.mapping, difference.person, parts.join(", "));
            writeln!(out, "{}", escaped(&line))?;
        }
        if let Some(more) = it.differences.len().checked_sub(MOST_DIFFERENCES).filter(|more| *more > 0) {
            writeln!(out, "{} more; `--format json` has all of them", counted(more, "difference"))?;
        }
        Ok(())
    }
}
