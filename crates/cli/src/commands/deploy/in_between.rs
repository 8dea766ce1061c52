//! The Action between two others, which takes the blocks that either takes, and keeps the mappings that the old one has.

use std::collections::BTreeSet;

use claimsmith::compiler::CompiledPlatform;
use claimsmith_lifecycle::block::ActionReader;

use crate::action::{self, Embedded, LIMIT};
use crate::action_reader;
use crate::blocks::Signable;
use crate::numbers::spaced;

/// Makes the code of the Action, from the platform as it is to be and what logins run.
///
/// # Errors
///
/// Text for people, if it cannot be made.
pub(super) fn compose(
    platform: &CompiledPlatform,
    traveling: &[String],
    running: &ActionReader,
) -> Result<String, String> {
    let text = |error: anyhow::Error| format!("{error:#}");
    let engine = action::embedded_engine().map_err(text)?;
    let wanted = action_reader::of_bundle(&platform.bundle).ok_or("the compiled mappings cannot be used")?;
    let is_kept = |name: &&String| {
        Signable::of(platform, name, 0).is_ok_and(|it| running.embedded.contains(&it.organization_id))
    };
    let traveling: BTreeSet<&str> =
        traveling.iter().filter(|name| !is_kept(name)).map(String::as_str).collect();
    let verification = running.in_between(&wanted).verification;
    let verification = verification.map(|verification| verification.to_json());
    let bundle = platform.bundle_with_verification(&traveling, verification);
    let embedded = Embedded { bundle: &bundle, rules: platform.counts.rules, slice: None };
    let action = action::compose_part(engine, platform, embedded, LIMIT).map_err(text)?;
    if action.sizes.total > LIMIT {
        return Err(format!(
            "it takes {} bytes of {}; let fewer mappings travel at once: list some under `embedded` of `blocks`",
            spaced(action.sizes.total),
            spaced(LIMIT)
        ));
    }
    Ok(action.text)
}
