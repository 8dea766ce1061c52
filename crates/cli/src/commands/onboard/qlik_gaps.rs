//! What an onboarding lacks in Qlik Cloud, which is only read.

use claimsmith::compiler::inspect::ApplicationDetails;
use claimsmith_connectors::http::Options;
use claimsmith_connectors::qlik::{Qlik, Settings};
use claimsmith_lifecycle::qlik::{
    ClaimSpelling, Observed, Wanted, findings, missing_groups, paths_of_groups,
};

use crate::onboarding::{Facts, Found, Gap};

/// Findings that keep users of the customer from what they should have.
const GAPS: [&str; 2] = ["letter-case", "disabled-group"];
/// Findings that a person should know before the cutover.
const NOTES: [&str; 5] =
    ["custom-group", "creates-groups", "missing-groups", "long-session", "other-provider"];

/// What Qlik Cloud lacks for the customer, and what should be known about it.
///
/// # Errors
///
/// If the tenant cannot be asked.
pub(super) fn find(facts: &Facts<'_>, settings: &Settings) -> anyhow::Result<Found> {
    let qlik = Qlik::connect(settings, Options::default())?;
    let observed = qlik.observe()?;
    let tenant = qlik.observe_settings()?;
    let place = format!("Qlik Cloud {}", qlik.host());
    let mut found = Found::default();
    for application in facts.qlik() {
        let wanted = wanted(facts, application);
        for name in missing_groups(&wanted, &observed) {
            let what = format!(
                "there is no group `{name}`; `claimsmith qlik plan` plans it for all customers, and qlik-cloud/groups.json has its body"
            );
            found.gaps.push(Gap::new(&place, what));
        }
        found.gaps.extend(of_claim(application, &observed).map(|what| Gap::new(&place, what)));
        for finding in findings(&wanted, &observed, tenant) {
            let list = match finding.code {
                code if GAPS.contains(&code) => &mut found.gaps,
                code if NOTES.contains(&code) => &mut found.notes,
                _ => continue,
            };
            let gap = Gap::new(&place, finding.text);
            if !list.contains(&gap) {
                list.push(gap);
            }
        }
    }
    Ok(found)
}

/// The groups that the customer can receive.
fn wanted(facts: &Facts<'_>, application: &ApplicationDetails) -> Wanted {
    let own = facts.details.groups.iter().filter(|group| group.applications.contains(&application.name));
    let groups = own.map(|group| group.name.clone()).collect();
    Wanted { application: application.name.clone(), groups, claim: None }
}

/// What is wrong with the claim that is read.
fn of_claim(application: &ApplicationDetails, observed: &Observed) -> Option<String> {
    let Some(provider) = &observed.provider else {
        return Some("no identity provider for people is active".to_owned());
    };
    let paths = paths_of_groups(&provider.options);
    let is_read = ClaimSpelling::either(&application.claim).paths.iter().any(|path| paths.contains(path));
    // Other protocols have attributes instead of paths, which nothing here knows.
    (provider.protocol == "OIDC" && !is_read).then(|| {
        format!(
            "the identity provider does not read the claim `{}` of `{}`; `claimsmith qlik plan` plans its claims mapping",
            application.claim, application.name
        )
    })
}
