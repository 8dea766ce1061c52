//! The Action that only says whether a tenant can run the Action of `claimsmith bundle`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use claimsmith::compiler::{CompiledPlatform, Delivery};
use claimsmith::{Bundle, boundary};
use claimsmith_lifecycle::block::{Bundles, LocalKey, Sign, UnsignedBlock, Verification, VerificationKey};
use serde_json::{Value as Json, json};

use crate::action::{self, EmbeddedEngine, LIMIT};

/// The seed of the key that signs the sample, and nothing else: everyone can know it.
const SEED: [u8; 32] = *b"only for the sample of the smoke";

const DOMAIN: &str = "sample.invalid";
const ORGANIZATION: &str = "org_Sample";
const CONTENT: &str = "This is what the block holds.";
const ISSUED: u32 = 1;

/// The kind of the text with the settings for blocks, as docs/spec/block.md says.
const BLOCKS: u32 = 5;

/// The last part of the claim's name.
const CLAIM: &str = "claimsmith-smoke";

/// The Action, and the name of the claim that it sets.
#[derive(Debug)]
pub(crate) struct Smoke {
    pub(crate) text: String,
    pub(crate) claim: String,
}

/// Makes the Action.
///
/// # Errors
///
/// If the platform has no application, or the Action would not fit.
pub(crate) fn compose(engine: EmbeddedEngine<'_>, platform: &CompiledPlatform) -> anyhow::Result<Smoke> {
    let claim =
        claim(platform).context("no application has a client in this tenant, so no claim can arrive")?;
    let known = json!({ "claim": claim, "sample": sample()?, "own": own_settings(platform)? });
    let text = action::compose_smoke(engine, platform, &known)?;
    ensure!(text.len() <= LIMIT, "the Action has {} bytes, and Auth0 accepts {LIMIT}", text.len());
    Ok(Smoke { text, claim })
}

/// A claim next to one that the platform sets, in the same namespace.
fn claim(platform: &CompiledPlatform) -> Option<String> {
    let name = platform.fallback.claims.values().flatten().map(|delivery| match delivery {
        Delivery::Claim(claim) | Delivery::Full { claim, .. } => claim,
        _ => "",
    });
    let name = name.filter(|name| !name.is_empty()).min()?;
    let (scheme, rest) = name.split_once("://")?;
    let host = rest.split('/').next()?;
    Some(format!("{scheme}://{host}/{CLAIM}"))
}

/// A block, with what it holds and what is needed to verify it.
fn sample() -> anyhow::Result<Json> {
    let key = LocalKey::from_seed(SEED)?;
    let block = UnsignedBlock::new(DOMAIN, ORGANIZATION, ISSUED, Bundles::Final(CONTENT.as_bytes()))?
        .sign(&[&key])?;
    let settings = Verification {
        domain: DOMAIN.to_owned(),
        floor: 0,
        floors: BTreeMap::new(),
        keys: vec![VerificationKey::of_all(&key.public())],
    };
    Ok(json!({
        "text": BASE64_URL_SAFE_NO_PAD.encode(block.bytes()),
        "organization": ORGANIZATION,
        "content": CONTENT,
        "now": ISSUED,
        "settings": settings,
    }))
}

/// What the tenant's Action knows about blocks; null if the platform takes none.
fn own_settings(platform: &CompiledPlatform) -> anyhow::Result<Json> {
    let bytes = platform.bundle_with_blocks(&BTreeSet::new());
    let bundle = Bundle::decode(&bytes).context("the compiled mappings cannot be used")?;
    match boundary::text(Some((&bundle).into()), 0, BLOCKS, 0) {
        Some(settings) => Ok(serde_json::from_str(&settings)?),
        None => Ok(Json::Null),
    }
}
