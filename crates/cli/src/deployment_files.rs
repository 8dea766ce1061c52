//! The files in which programs that configure a tenant read an Action.
//!
//! The shapes are those of auth0-deploy-cli 8.44 (its `examples/directory` and `examples/yaml`) and of the Terraform
//! provider `auth0/auth0` 1.x (its `docs/resources/action.md` and `trigger_action.md`).

use std::path::{Path, PathBuf};

use anyhow::ensure;
use serde_json::json;

use crate::write::{self, PendingWrites, make_folder};

/// The name of the Action in a tenant.
pub(crate) const ACTION_NAME: &str = "claimsmith";

/// The trigger that runs it.
pub(crate) const TRIGGER: &str = "post-login";

/// The version of the trigger whose `event` and `api` the Action uses.
pub(crate) const TRIGGER_VERSION: &str = "v3";

/// What runs its code.
pub(crate) const RUNTIME: &str = "node22";

/// The bindings in a tree of auth0-deploy-cli.
const TRIGGERS_FILE: &str = "triggers/triggers.json";

/// The tree of auth0-deploy-cli in one file.
const YAML_FILE: &str = "claimsmith.yaml";

/// How much of a file is compared, in bytes; those that are written are far smaller.
const MAX_DESCRIPTION: u64 = 1 << 20;

const TERRAFORM: &str = include_str!("../templates/deployment/claimsmith.tf");

/// The program that an Action is written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Target {
    /// One file, for the dashboard or a program of your own
    #[default]
    Action,
    /// A folder that auth0-deploy-cli imports
    DeployCliDirectory,
    /// A YAML file that auth0-deploy-cli imports, with the code next to it
    DeployCliYaml,
    /// A Terraform module
    Terraform,
}

/// The Actions of a tenant's trigger, in the order in which they run.
#[derive(Clone, Debug)]
pub(crate) struct Bindings(Vec<String>);

impl Bindings {
    /// Reads names of Actions between commas.
    ///
    /// # Errors
    ///
    /// Text for people, if a name is missing or occurs twice, or if the Action itself is not among them.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        for (at, name) in names.iter().enumerate() {
            if name.is_empty() {
                return Err("a name is missing between two commas or at an end".to_owned());
            }
            if names.iter().take(at).any(|other| other == name) {
                return Err(format!("`{name}` is in the list twice"));
            }
        }
        if !names.iter().any(|name| name == ACTION_NAME) {
            return Err(format!(
                "`{ACTION_NAME}` is not in the list; add it where it is to run, after every Action that may refuse a login"
            ));
        }
        Ok(Self(names))
    }

    fn json(&self) -> serde_json::Value {
        let bind = |name: &String| json!({ "action_name": name, "display_name": name });
        json!({ TRIGGER: self.0.iter().map(bind).collect::<Vec<_>>() })
    }
}

/// Files to write, with their paths below the folder that is written into; the Action's code comes first.
#[derive(Debug)]
pub(crate) struct DeploymentFiles {
    files: Vec<(&'static str, String)>,
    has_bindings: bool,
}

impl Target {
    /// The command that takes the files in a folder to the tenant, if there is one.
    ///
    /// Without `--env=false`, auth0-deploy-cli replaces `##NAME##` in every text by the environment variable.
    pub(crate) fn next_command(self, out: &Path) -> Option<String> {
        let import = |input: &Path| {
            let input = shell_word(&input.to_string_lossy());
            format!("a0deploy import --env=false --config_file=config.json --input_file={input}")
        };
        match self {
            Self::Action => None,
            Self::DeployCliDirectory => Some(import(out)),
            Self::DeployCliYaml => Some(import(&out.join(YAML_FILE))),
            Self::Terraform => Some("terraform plan".to_owned()),
        }
    }
}

impl DeploymentFiles {
    /// The files for a program; `bindings` only for those of auth0-deploy-cli.
    ///
    /// # Errors
    ///
    /// If JSON cannot be written.
    pub(crate) fn new(target: Target, code: String, bindings: Option<&Bindings>) -> anyhow::Result<Self> {
        let code_path = match target {
            Target::Action => "action.js",
            Target::DeployCliDirectory | Target::DeployCliYaml => "actions/claimsmith/code.js",
            Target::Terraform => "claimsmith/action.js",
        };
        let mut files = vec![(code_path, code)];
        match target {
            Target::Action => {}
            Target::DeployCliDirectory => {
                files.push(("actions/claimsmith.json", pretty(&action_json(code_path))?));
                if let Some(bindings) = bindings {
                    files.push((TRIGGERS_FILE, pretty(&bindings.json())?));
                }
            }
            Target::DeployCliYaml => {
                let mut tree = json!({ "actions": [action_json(code_path)] });
                if let (Some(tree), Some(bindings)) = (tree.as_object_mut(), bindings) {
                    tree.insert("triggers".to_owned(), bindings.json());
                }
                // All JSON is YAML, so no second form of the same values is needed.
                files.push((YAML_FILE, pretty(&tree)?));
            }
            Target::Terraform => files.push(("claimsmith.tf", TERRAFORM.to_owned())),
        }
        Ok(Self { files, has_bindings: bindings.is_some() })
    }

    /// Writes the files below a folder; writes none if one cannot be written.
    ///
    /// The code is replaced. A file that describes the Action is the owner's as soon as it differs: it is kept.
    ///
    /// # Errors
    ///
    /// If a file cannot be written, or if `--bindings` were given and a file has other bindings.
    pub(crate) fn write(self, out: &Path) -> anyhow::Result<WrittenFiles> {
        let mut written = WrittenFiles::default();
        let mut texts = Vec::new();
        for (at, (path, text)) in self.files.into_iter().enumerate() {
            let path = path.split('/').fold(out.to_path_buf(), |folder, name| folder.join(name));
            let existing =
                write::existing(&path, MAX_DESCRIPTION).map_err(|unwritten| unwritten.at(&path))?;
            let is_code = at == 0;
            match existing {
                Some(content) if !is_code && !is_same(&content, &text) => {
                    ensure!(
                        !self.has_bindings || !may_bind(&path),
                        "`{}` has other content, and nothing was written; add {} to the Actions of `{TRIGGER}` in it where it is to run, and leave out `--bindings`",
                        path.display(),
                        json!({ "action_name": ACTION_NAME, "display_name": ACTION_NAME }),
                    );
                    written.kept.push(path);
                }
                _ => texts.push((path, text)),
            }
        }
        let mut writing = PendingWrites::default();
        for (path, text) in texts {
            make_folder(path.parent().unwrap_or(out))?;
            writing.put(&path, text.into_bytes()).map_err(|unwritten| unwritten.at(&path))?;
            written.paths.push(path);
        }
        writing.commit()?;
        Ok(written)
    }
}

/// What became of the files.
#[derive(Debug, Default)]
pub(crate) struct WrittenFiles {
    /// The Action's code comes first.
    pub(crate) paths: Vec<PathBuf>,
    /// Files that have other content, and were not written.
    pub(crate) kept: Vec<PathBuf>,
}

/// Whether a file has bindings if any are named.
fn may_bind(path: &Path) -> bool {
    path.ends_with(TRIGGERS_FILE) || path.ends_with(YAML_FILE)
}

/// Whether a file says the same, in whatever order and with whatever spaces its JSON is written.
fn is_same(content: &[u8], text: &str) -> bool {
    let json = |text: &[u8]| serde_json::from_slice::<serde_json::Value>(text).ok();
    content == text.as_bytes() || json(content).is_some_and(|it| Some(it) == json(text.as_bytes()))
}

/// A word of a command, as a shell reads it.
fn shell_word(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_');
    if !word.is_empty() && word.bytes().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

fn action_json(code: &str) -> serde_json::Value {
    json!({
        "name": ACTION_NAME,
        "code": format!("./{code}"),
        "runtime": RUNTIME,
        "dependencies": [],
        "secrets": [],
        "supported_triggers": [{ "id": TRIGGER, "version": TRIGGER_VERSION }],
        "deployed": true,
        "status": "built",
    })
}

fn pretty(value: &serde_json::Value) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn shell_word_is_one_word_without_meaning() {
        assert_eq!(shell_word("dist/tenant-1.x_y"), "dist/tenant-1.x_y");
        assert_eq!(shell_word("o$(id) x;y"), "'o$(id) x;y'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
        assert_eq!(shell_word(""), "''");
    }
}
