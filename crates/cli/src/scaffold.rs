//! The files that `claimsmith init` and `claimsmith new` write, made from the templates of this crate.

use std::path::Path;

use claimsmith::compiler::inspect::{self, OpenGroup};
use claimsmith::diagnostic::SourceFile;
use claimsmith::format::format;
use claimsmith::schema::schemas;

use crate::placeholders::fill;

/// A file to write.
#[derive(Debug)]
pub(crate) struct NewFile {
    /// Below the folder that is written into, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
    pub(crate) executable: bool,
}

macro_rules! strategies {
    ($($name:literal)*) => {
        /// The templates of connections by their strategies.
        const STRATEGIES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../templates/strategies/", $name, ".yaml"))),)*];
    };
}
strategies! { "waad" "okta" "oidc" "samlp" "adfs" "pingfederate" "google-apps" "ad" "other" }

/// The platform of a new folder, and of one that has its mapping files where they are read if no folder is named.
pub(crate) const PLATFORM_FILE: &str = "mappings/platform.yaml";

const PLATFORM: &str = include_str!("../templates/folder/platform.yaml");
const MAPPING: &str = include_str!("../templates/organization/mapping.yaml");
const CASES: &str = include_str!("../templates/organization/cases.test.yaml");
const ALIASES: &str = include_str!("../templates/organization/aliases.yaml");

/// The files of a folder that are the same for everyone: path, content, whether they can be run.
const FOLDER: &[(&str, &str, bool)] = &[
    (PLATFORM_FILE, PLATFORM, false),
    (".gitattributes", include_str!("../templates/folder/gitattributes"), false),
    (".gitignore", include_str!("../templates/folder/gitignore"), false),
    (".githooks/pre-commit", include_str!("../templates/folder/pre-commit"), true),
    (".github/workflows/claimsmith.yml", include_str!("../templates/folder/workflow.yml"), false),
    (".vscode/settings.json", include_str!("../templates/folder/vscode-settings.json"), false),
    (".vscode/extensions.json", include_str!("../templates/folder/vscode-extensions.json"), false),
    ("README.md", include_str!("../templates/folder/README.md"), false),
];

/// The groups of the new platform's only application.
const EDITORS: &str = "report-editors";
const READERS: &str = "report-readers";
const APPLICATION: &str = "reports";

/// An organization that is not written yet.
#[derive(Debug)]
pub(crate) struct NewOrganization<'n> {
    /// The name of its files.
    pub(crate) name: &'n str,
    pub(crate) strategy: &'n str,
    /// The tenants that it has an id in; none if there is only one.
    pub(crate) tenants: Vec<&'n str>,
    /// What its first rule grants, and what its second.
    pub(crate) grants: [&'n OpenGroup; 2],
}

/// What the cases of a new organization expect, which depends on the policies of the platform.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expectations {
    /// Whether a login without the attribute is refused.
    pub(crate) refuses_absent: bool,
    /// Whether a login with a group that no rule matches is let in.
    pub(crate) drops_unmatched: bool,
}

impl Expectations {
    /// All combinations, beginning with the platform's defaults.
    pub(crate) const ALL: [Self; 4] = [
        Self { refuses_absent: true, drops_unmatched: true },
        Self { refuses_absent: false, drops_unmatched: true },
        Self { refuses_absent: true, drops_unmatched: false },
        Self { refuses_absent: false, drops_unmatched: false },
    ];
}

/// The files of a new folder, with one organization.
pub(crate) fn folder(name: &str, strategy: &str) -> Vec<NewFile> {
    let mut files: Vec<NewFile> = FOLDER
        .iter()
        .map(|(path, text, executable)| NewFile {
            path: (*path).to_owned(),
            text: (*text).to_owned(),
            executable: *executable,
        })
        .collect();
    for schema in schemas() {
        let path = format!(".claimsmith/{}", schema.file_name());
        files.push(NewFile { path, text: schema.to_text(), executable: false });
    }
    let group = |group: &str| OpenGroup { group: group.to_owned(), application: APPLICATION.to_owned() };
    let (first, second) = (group(EDITORS), group(READERS));
    let organization = NewOrganization { name, strategy, grants: [&first, &second], tenants: Vec::new() };
    let [expectations, ..] = Expectations::ALL;
    for mut file in organization.files(expectations) {
        file.path = format!("mappings/organizations/{}", file.path);
        files.push(file);
    }
    files
}

/// The mapping files among new files, as the compiler takes them.
pub(crate) fn sources<'f>(files: impl IntoIterator<Item = &'f NewFile>) -> Vec<SourceFile> {
    let files = files.into_iter().filter(|file| file.path.ends_with(".yaml"));
    files.map(|file| SourceFile { path: file.path.clone(), text: file.text.clone() }).collect()
}

impl NewOrganization<'_> {
    /// The mapping and its cases, with their names alone.
    pub(crate) fn files(&self, expectations: Expectations) -> [NewFile; 2] {
        let file = |path: String, text: &str| NewFile {
            text: format(&SourceFile { path: path.clone(), text: self.fill(text) })
                .unwrap_or_else(|_| self.fill(text)),
            path,
            executable: false,
        };
        let mut cases = CASES.to_owned();
        if !expectations.drops_unmatched {
            cases = cases.replace(", {{other}}]", "]").replace("      unmatched: [{{other}}]\n", "");
            cases = cases.replace(", and other groups are dropped", "");
        }
        if !expectations.refuses_absent {
            cases = cases.replace("outcome: deny", "claims: []");
            cases = cases.replace("is refused, because", "gets no groups;");
        }
        [file(format!("{}.yaml", self.name), MAPPING), file(format!("{}.test.yaml", self.name), &cases)]
    }

    /// Its id, or its id in each tenant.
    fn placeholder_ids(&self) -> String {
        if self.tenants.is_empty() {
            return placeholder_id(self.name);
        }
        let id = |tenant: &&str| format!("{tenant:?}: {}", placeholder_id(&format!("{}{tenant}", self.name)));
        format!("{{ {} }}", self.tenants.iter().map(id).collect::<Vec<_>>().join(", "))
    }

    /// Replaces the placeholders of a template.
    fn fill(&self, template: &str) -> String {
        let has_ids = self.strategy == "oidc";
        let [editors, readers] = match has_ids {
            true => ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"],
            false => ["Report Editors", "Report Readers Berlin"],
        };
        let other = if has_ids { "00000000-0000-4000-8000-000000000009" } else { "All Employees" };
        let source = STRATEGIES.iter().find(|(name, _)| *name == self.strategy).map(|(_, text)| *text);
        let connection = format!("{}-{}", self.name, self.strategy);
        let [first, second] = self.grants;
        let contents = [
            ("name", self.name.to_owned()),
            ("organization", self.placeholder_ids()),
            ("connection", connection),
            ("source", source.unwrap_or_default().trim_end().to_owned()),
            ("aliases", if has_ids { ALIASES.to_owned() } else { String::new() }),
            ("first", scalar(&first.group)),
            ("second", scalar(&second.group)),
            ("first-application", scalar(&first.application)),
            ("second-application", scalar(&second.application)),
            ("editors", editors.to_owned()),
            ("readers", readers.to_owned()),
            ("other", other.to_owned()),
        ];
        fill(template, &contents)
    }
}

/// An id that no tenant has, unique for the organization.
pub(crate) fn placeholder_id(name: &str) -> String {
    let name: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    format!("org_Replace{name}")
}

/// A text as a YAML value in double quotes; the canonical form leaves them out where they are not needed.
fn scalar(text: &str) -> String {
    serde_json::to_string(text).unwrap_or_default()
}

/// Whether a name can be that of a new organization: lowercase letters, digits and `-`.
pub(crate) fn is_name(name: &str) -> bool {
    let is_good = |char: char| matches!(char, 'a'..='z' | '0'..='9' | '-');
    !name.is_empty() && name.len() <= 64 && name.chars().all(is_good) && name.starts_with(char::is_alphabetic)
}

/// A draft of CODEOWNERS, which says who has to approve a change, from the `owner`s of mapping files.
pub(crate) fn code_owners(platform: &claimsmith::compiler::CompiledPlatform, root: &Path) -> String {
    let mut text = "\
# Who has to agree to a change, drafted from the `owner`s of the mapping files.
# Replace each name that begins with `@` by an account or a team of your code host, and remove the `# ` before its line.
"
    .to_owned();
    for (file, owners) in inspect::owners(platform) {
        let below = Path::new(file).strip_prefix(root).unwrap_or(Path::new(file)).display().to_string();
        // The cases of a mapping belong to the same people.
        let pattern = match below.strip_suffix(".yaml") {
            Some(stem) if below.contains("organizations/") => format!("{stem}.*"),
            _ => below,
        };
        let owners: Vec<&str> = owners.into_iter().filter(|owner| !owner.contains('\n')).collect();
        if owners.is_empty() {
            continue;
        }
        let handles: Vec<String> = owners.iter().map(|owner| format!("@{}", handle(owner))).collect();
        text += &format!("\n# {}\n", owners.join(", "));
        text += &format!("# /{} {}\n", pattern.replace(' ', "\\ "), handles.join(" "));
    }
    text
}

/// The words of an owner's name as that of an account, which has no other signs than `-`.
fn handle(owner: &str) -> String {
    let words = owner.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

#[cfg(test)]
mod tests {
    use claimsmith::compiler::inspect;

    use super::{STRATEGIES, is_name};

    #[test]
    fn every_strategy_has_a_template() {
        let names: Vec<&str> = STRATEGIES.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, inspect::strategies().collect::<Vec<_>>());
    }

    #[test]
    fn names_of_organizations_are_plain() {
        for name in ["acme", "acme-emea-2"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "Acme", "-acme", "a b", "../x", "a/b", "007", "acme.test", "acmé"] {
            assert!(!is_name(name), "{name}");
        }
    }
}
