//! Blocks in the metadata of organizations, compared with what the files would give.

use claimsmith::Bundle;

use super::finding::{Finding, FindingCode, organization_place};
use super::{Desired, DesiredMapping};
use crate::block::{BlockRefusal, SignedBlock, Verified, key_position};
use crate::calendar::time_text;
use crate::tenant::Organization;

fn has_block(organization: &Organization) -> bool {
    organization.metadata.keys().any(|key| key_position(key).is_some())
}

fn read(desired: &Desired, organization: &Organization, now: u32) -> Result<Verified, BlockRefusal> {
    let block = SignedBlock::in_metadata(&organization.metadata)?;
    let verification = desired.verification.as_ref().ok_or(BlockRefusal::Key)?;
    verification.verify(&organization.id, &block, Some(f64::from(now)))
}

/// The deadline of a pending block, in seconds since 1970; `None` if the block is final or would be refused.
pub fn pending_deadline(
    desired: &Desired,
    mapping: &DesiredMapping,
    organization: &Organization,
    now: u32,
) -> Option<u32> {
    mapping.block.as_ref()?;
    let verified = read(desired, organization, now).ok()?;
    verified.candidate.map(|(_, deadline)| deadline)
}

/// Whether an organization has a block that is used, and whether an earlier one that was signed since its floor could be
/// written back.
pub(super) fn is_replaceable(
    desired: &Desired,
    mapping: &DesiredMapping,
    organization: &Organization,
    now: u32,
) -> Option<bool> {
    mapping.block.as_ref()?;
    let verification = desired.verification.as_ref()?;
    let verified = read(desired, organization, now).ok()?;
    Some(verified.issued > verification.floor_of(&organization.id))
}

/// What is true of blocks together: how many were looked at, and how many of them could be replaced by earlier ones.
pub(super) fn replaceable(blocks: usize, count: usize) -> Option<Finding> {
    if count == 0 {
        return None;
    }
    Some(Finding::new(
        FindingCode::BlocksReplaceable,
        "blocks".to_owned(),
        format!("could be replaced by an earlier block, because they were signed after the floors of their organizations: {count} of {blocks}"),
        "after a change that removes access, sign all blocks again, set `blocks.floor` to the time that `claimsmith sign` prints, and deploy blocks and Action; if earlier blocks grant nothing more, nothing needs to be done".to_owned(),
    ))
}

/// Checks the metadata of an organization that has a mapping, at a second since 1970.
pub fn check_block(
    desired: &Desired,
    mapping: &DesiredMapping,
    organization: &Organization,
    now: u32,
) -> Option<Finding> {
    let found = |code, what: String, fix: &str| {
        Some(
            Finding::new(code, organization_place(&organization.name), what, fix.to_owned())
                .of_file(&mapping.file),
        )
    };
    let Some(block) = &mapping.block else {
        return if has_block(organization) {
            found(
                FindingCode::BlockUnused,
                "its metadata have a block, and its mapping is in the Action".to_owned(),
                "remove the keys `claimsmith0` and following when no deployed Action needs them",
            )
        } else {
            None
        };
    };
    let name = &mapping.name;
    let again = if desired.is_metadata_ours {
        format!(
            "run `claimsmith deploy plan --organization {name}`, `claimsmith sign --organization {name}` and `claimsmith deploy apply claimsmith.plan.json`"
        )
    } else {
        format!(
            "sign it with `claimsmith sign --organization {name}`, and merge its values into what writes the metadata"
        )
    };
    let verified = match read(desired, organization, now) {
        Ok(verified) => verified,
        Err(BlockRefusal::NoBlock) => {
            return found(FindingCode::NoBlock, "its metadata have no block".to_owned(), &again);
        }
        Err(refusal) => {
            return found(FindingCode::BlockRefused, format!("{refusal} (`{}`)", refusal.code()), &again);
        }
    };
    match &verified.candidate {
        Some((_, deadline)) if now >= *deadline => {
            return found(
                FindingCode::BlockExpired,
                "the deadline of its candidate has passed".to_owned(),
                &again,
            );
        }
        Some((candidate, deadline)) if candidate == block => {
            return found(
                FindingCode::BlockPending,
                format!(
                    "its mapping is a candidate, which waits for a confirmation until {}",
                    time_text(i64::from(*deadline))
                ),
                if desired.is_metadata_ours {
                    "confirm it before then with `claimsmith deploy confirm PLAN`, in which `PLAN` is the file of its plan, or let the deadline pass"
                } else {
                    &again
                },
            );
        }
        _ => {}
    }
    if verified.bundle_at(Some(f64::from(now))) != block {
        let what = "its block has another mapping than the files".to_owned();
        return found(FindingCode::BlockDiffers, what, &again);
    }
    let withheld = withheld(desired, mapping, &verified)?;
    found(
        FindingCode::BlockDiffers,
        format!("its block has the mapping of the files, and {withheld}"),
        &again,
    )
}

/// What logins do not get from a block with the mapping of the files, and would get from one that is signed now.
fn withheld(desired: &Desired, mapping: &DesiredMapping, verified: &Verified) -> Option<String> {
    if mapping.grants_protected && !verified.protected {
        return Some("grants no protected groups, because its key may not sign them".to_owned());
    }
    let bundle = Bundle::decode(&verified.bundle).ok()?;
    let is_old = |(group, floor): &&(String, u32)| {
        *floor > verified.issued && bundle.names().any(|name| name == group.as_str())
    };
    let groups = desired.group_floors.iter().filter(is_old).map(|(group, _)| format!("`{group}`"));
    let groups: Vec<String> = groups.collect();
    if groups.is_empty() {
        return None;
    }
    Some(format!("does not grant what is older than its floor: {}", groups.join(", ")))
}

/// Checks the metadata of an organization without a mapping.
pub(super) fn check_stray_block(desired: &Desired, organization: &Organization, now: u32) -> Option<Finding> {
    if !has_block(organization) {
        return None;
    }
    let unused = || {
        Finding::new(
            FindingCode::BlockUnused,
            organization_place(&organization.name),
            "its metadata have a block that the Action does not take".to_owned(),
            "remove the keys `claimsmith0` and following".to_owned(),
        )
    };
    Some(match read(desired, organization, now) {
        Err(_) => unused(),
        Ok(_) => Finding::new(
            FindingCode::BlockWithoutMapping,
            organization_place(&organization.name),
            "it has a block that the Action takes, and no mapping".to_owned(),
            format!(
                "set a floor for `{}` under `blocks.floors.organizations` and deploy the Action; then remove the keys `claimsmith0` and following",
                organization.id
            ),
        ),
    })
}
