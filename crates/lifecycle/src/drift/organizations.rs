//! Organizations, which are seen one after the other: a tenant may have a hundred thousand of them.

use std::collections::{BTreeMap, BTreeSet};

use super::blocks::{check_block, check_stray_block, is_replaceable, replaceable};
use super::finding::{Finding, FindingCode, organization_place};
use super::{Desired, DesiredMapping};
use crate::tenant::Organization;

/// Compares the organizations of a tenant with the mappings.
#[derive(Debug)]
pub struct OrganizationCheck<'d> {
    desired: &'d Desired,
    by_id: BTreeMap<&'d str, &'d DesiredMapping>,
    seen: BTreeSet<&'d str>,
    now: u32,
    findings: Vec<Finding>,
    /// How many blocks are used, and how many of them could be replaced by earlier ones.
    blocks: [usize; 2],
}

impl<'d> OrganizationCheck<'d> {
    /// Begins, at a second since 1970.
    pub fn new(desired: &'d Desired, now: u32) -> Self {
        let by_id = desired.mappings.iter().filter_map(|it| Some((it.organization.as_deref()?, it)));
        Self {
            desired,
            by_id: by_id.collect(),
            seen: BTreeSet::new(),
            now,
            findings: Vec::new(),
            blocks: [0; 2],
        }
    }

    /// Looks at an organization.
    pub fn see(&mut self, organization: &Organization) {
        match self.by_id.get_key_value(organization.id.as_str()) {
            Some((id, mapping)) => {
                self.seen.insert(id);
                self.findings.extend(check_block(self.desired, mapping, organization, self.now));
                let is_replaceable = is_replaceable(self.desired, mapping, organization, self.now);
                let [blocks, replaceable] = &mut self.blocks;
                *blocks += usize::from(is_replaceable.is_some());
                *replaceable += usize::from(is_replaceable == Some(true));
            }
            None => {
                let stray = check_stray_block(self.desired, organization, self.now);
                // A block that counts is what decides about its logins.
                if stray.as_ref().is_none_or(|it| it.code != FindingCode::BlockWithoutMapping) {
                    self.findings.push(Finding::new(
                        FindingCode::UnmappedOrganization,
                        organization_place(&organization.name),
                        format!("no mapping has its id `{}`", organization.id),
                        "add a mapping with `claimsmith onboard`; ignore this if its users do not use these applications".to_owned(),
                    ));
                }
                self.findings.extend(stray);
            }
        }
    }

    /// The findings of an inventory that is complete.
    pub fn finish(mut self) -> Vec<Finding> {
        let missing = self.desired.mappings.iter().filter_map(|it| Some((it, it.organization.as_deref()?)));
        for (mapping, id) in missing.filter(|(_, id)| !self.seen.contains(id)) {
            let finding = Finding::new(
                FindingCode::MissingOrganization,
                format!("organization `{id}`"),
                format!("the mapping `{}` has this id, and the tenant does not have the organization", mapping.name),
                "correct the id in the mapping, or create the organization; if the customer left, remove the mapping".to_owned(),
            );
            self.findings.push(finding.of_file(&mapping.file));
        }
        self.incomplete()
    }

    /// The findings so far, if not all organizations could be read: nothing is said about missing ones.
    pub fn incomplete(mut self) -> Vec<Finding> {
        let [blocks, count] = self.blocks;
        self.findings.extend(replaceable(blocks, count));
        self.findings
    }
}
