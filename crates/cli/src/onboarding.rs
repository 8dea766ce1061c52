//! What `claimsmith onboard` writes: a kit for one customer, or the plan of the platform.
//!
//! Everything here is pure: the verb reads the mapping files and writes the result.
//! A text that depends on a strategy is a file in `templates/onboarding/strategies/`, a part of the kit is a file in
//! `templates/onboarding/`; people, dates and domains come from options and mapping files, and what is not known is a
//! visible `TODO`.

mod bodies;
mod check;
mod facts;
mod guide;
mod kit;
mod markdown;
mod page;
mod parts;
mod platform_plan;
mod samples;
mod settings;
mod terraform;
mod words;

pub(crate) use self::check::{Found, Gap, of_kit as gaps_of_kit, of_mapping as gaps_of_mapping};
pub(crate) use self::facts::{Facts, KitOptions, Rotations};
pub(crate) use self::kit::{KitFile, files, filled};
pub(crate) use self::page::{NAME as PAGE, PageEngine, page};
pub(crate) use self::platform_plan::plan;

#[cfg(test)]
mod tests {
    use claimsmith::Bundle;
    use claimsmith::compiler::one_organization::bundle_of;
    use claimsmith::compiler::{compile_whole, inspect};
    use claimsmith::diagnostic::SourceFile;

    use crate::packaging::MappingPlace;

    use super::{Facts, KitOptions, PageEngine, files, page, plan};

    const PLATFORM: &str = "\
version: 1
platform:
  applications:
    qlik: { clients: [QlikClient], claim: https://example.com/qlik, profile: qlik-cloud }
    catalog: { clients: [CatalogClient], claim: https://example.com/catalog }
  groups: { viewers: { applications: [qlik, catalog], description: Reads dashboards. } }
organizations:
  acme:
    organization: org_acme
    connections: { acme-ad: { strategy: ad } }
    rules: [{ id: sales, match: { exact: Sales }, grant: viewers }]
";

    /// Filling in a template fails here if a placeholder of it is not known.
    #[test]
    fn placeholders_of_all_templates_are_known() {
        let file = SourceFile { path: "p.yaml".to_owned(), text: PLATFORM.to_owned() };
        let platform = compile_whole(&file).platform.expect("no errors");
        let bytes = bundle_of(&platform, "acme").expect("a mapping");
        let bundle = Bundle::decode(&bytes).expect("a bundle");
        let details = inspect::organization(&platform, "acme").expect("an organization");
        let connection = details.connections.first().expect("a connection");
        let options = KitOptions::default();
        let facts = Facts::new(&platform, &bundle, &details, connection, MappingPlace::Action, &options);
        let facts = facts.expect("a guide");
        let mut all = files(&facts);
        let parts = all.iter().filter(|file| file.path.ends_with(".md")).count();
        assert_eq!(parts, super::parts::TEMPLATES.len(), "a part was left out");
        all.push(plan(std::slice::from_ref(&platform), "platform.yaml", &options));
        let engine = PageEngine { engine: &[], script: "" };
        page(&facts, &bytes, &all, &engine).expect("a page");
    }
}
