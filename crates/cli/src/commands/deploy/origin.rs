//! Who made the code of an Action: by its first lines.

use claimsmith_lifecycle::deployment::Origin;

use crate::action::TENANT_LINE;

/// What the Action has in common in all versions, besides the line about its tenant.
const BEGINNING: &str = "\"use strict\";";
const MARKS: [&str; 2] = ["onExecutePostLogin", "(claimsmith: "];

/// Says who made some code, as seen by the tenant with a domain.
pub(crate) fn origin(code: &str, domain: &str) -> Origin {
    if let Some(rest) = code.strip_prefix(TENANT_LINE) {
        let line = rest.lines().next().unwrap_or_default();
        let found = line.rsplit_once('(').and_then(|(_, end)| end.strip_suffix(')'));
        return match found {
            Some(found) if found == domain => Origin::Ours,
            Some(found) => Origin::OtherTenant(found.to_owned()),
            None => Origin::Foreign,
        };
    }
    // An Action of a platform that declared no tenant then.
    let is_ours = code.starts_with(BEGINNING) && MARKS.iter().all(|mark| code.contains(mark));
    if is_ours { Origin::Ours } else { Origin::Foreign }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOMAIN: &str = "acme.eu.auth0.com";

    #[test]
    fn origin_is_read_off_the_first_lines() {
        let bare = "\"use strict\";var a=\"(claimsmith: \";exports.onExecutePostLogin=b;";
        for (code, expected) in [
            (format!("{TENANT_LINE}production ({DOMAIN})\n{bare}"), Origin::Ours),
            (bare.to_owned(), Origin::Ours),
            (
                format!("{TENANT_LINE}x (x.eu.auth0.com)\n{bare}"),
                Origin::OtherTenant("x.eu.auth0.com".to_owned()),
            ),
            (format!("{TENANT_LINE}production"), Origin::Foreign),
            (format!("// mine\n{bare}"), Origin::Foreign),
            (format!("\"use strict\";{}", "exports.onExecutePostLogin = async () => {};"), Origin::Foreign),
            (String::new(), Origin::Foreign),
        ] {
            assert_eq!(origin(&code, DOMAIN), expected, "{code}");
        }
    }

    #[test]
    fn action_of_this_version_is_recognized() {
        let Ok(engine) = crate::action::embedded_engine() else { return };
        assert_eq!(origin(engine.shim, DOMAIN), Origin::Ours);
    }
}
