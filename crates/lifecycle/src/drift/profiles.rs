//! Profiles that are larger than Auth0 holds. Nothing about a person is kept: only sizes, by connection.
//!
//! Source of the limit: Auth0's documentation of metadata says that a user's profile holds 10 KB.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::finding::{Finding, FindingCode};

/// The most bytes of a profile, as JSON.
pub const LARGEST_PROFILE: usize = 10 * 1024;

/// From this size on, a profile is nearly too large: 80 %.
const LARGE_PROFILE: usize = LARGEST_PROFILE * 8 / 10;

#[derive(Debug, Default)]
struct Sizes {
    seen: usize,
    large: usize,
    too_large: usize,
    largest: usize,
    /// The attribute that takes most of the largest profile, with its bytes.
    attribute: Option<(String, usize)>,
}

/// Measures profiles.
#[derive(Debug, Default)]
pub struct ProfileCheck {
    by_connection: BTreeMap<String, Sizes>,
}

impl ProfileCheck {
    /// Looks at a profile, as the Management API gives it.
    pub fn see(&mut self, profile: &Map<String, Value>) {
        let size = bytes(profile);
        let connection = profile
            .get("identities")
            .and_then(|identities| identities.get(0)?.get("connection")?.as_str())
            .unwrap_or("unknown");
        let sizes = self.by_connection.entry(connection.to_owned()).or_default();
        sizes.seen += 1;
        if size > LARGEST_PROFILE {
            sizes.too_large += 1;
        } else if size > LARGE_PROFILE {
            sizes.large += 1;
        }
        if size > sizes.largest {
            sizes.largest = size;
            let attributes = profile.iter().map(|(key, value)| (key.clone(), bytes(value)));
            sizes.attribute = attributes.max_by_key(|(_, size)| *size);
        }
    }

    /// How many profiles were seen.
    pub fn seen(&self) -> usize {
        self.by_connection.values().map(|sizes| sizes.seen).sum()
    }

    /// The findings, by connection.
    pub fn finish(self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (connection, sizes) in self.by_connection {
            let (code, count) = match sizes {
                Sizes { too_large: 1.., .. } => (FindingCode::ProfileTooLarge, sizes.too_large),
                Sizes { large: 1.., .. } => (FindingCode::ProfileLarge, sizes.large),
                _ => continue,
            };
            let (attribute, attribute_bytes) = sizes.attribute.unwrap_or_default();
            let what = format!(
                "{count} of {} profiles that were read; the largest has {} bytes of {LARGEST_PROFILE}, of which {attribute_bytes} are the attribute `{attribute}`",
                sizes.seen, sizes.largest
            );
            let fix = "let the identity provider send fewer groups, such as those of these applications alone, or keep the attribute out of the profile (`non_persistent_attrs`) if no login depends on it later";
            findings.push(Finding::new(code, format!("connection `{connection}`"), what, fix.to_owned()));
        }
        findings
    }
}

fn bytes(value: &impl serde::Serialize) -> usize {
    serde_json::to_vec(value).map(|json| json.len()).unwrap_or_default()
}
