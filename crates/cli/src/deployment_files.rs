//! The files in which programs that configure a tenant read an Action.
//!
//! The shapes are those of auth0-deploy-cli 8.44 (its `examples/directory` and `examples/yaml`) and of the Terraform
//! provider `auth0/auth0` 1.x (its `docs/resources/action.md` and `trigger_action.md`).

use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::json;

use crate::folder;
use crate::write::{PendingWrites, make_folder};

/// The name of the Action in a tenant.
pub(crate) const ACTION_NAME: &str = "claimsmith";

const TRIGGER: &str = "post-login";

/// The version of the trigger whose `event` and `api` the Action uses.
const TRIGGER_VERSION: &str = "v3";

const RUNTIME: &str = "node22";

/// The bindings in a tree of auth0-deploy-cli.
const TRIGGERS_FILE: &str = "triggers/triggers.json";

/// The tree of auth0-deploy-cli in one file.
const YAML_FILE: &str = "claimsmith.yaml";

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
pub(crate) struct DeploymentFiles(Vec<(&'static str, String)>);

impl Target {
    /// The command that takes the files in a folder to the tenant, if there is one.
    ///
    /// Without `--env=false`, auth0-deploy-cli replaces `##NAME##` in every text by the environment variable.
    pub(crate) fn next_command(self, out: &Path) -> Option<String> {
        let import = |input: &Path| {
            let input = input.display();
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
        Ok(Self(files))
    }

    /// Writes all files below a folder, and returns their paths; writes none if one cannot be written.
    ///
    /// # Errors
    ///
    /// If one cannot be written, or if the folder has other bindings, which are never replaced.
    pub(crate) fn write(self, out: &Path) -> anyhow::Result<Vec<PathBuf>> {
        make_folder(out)?;
        let mut writing = PendingWrites::default();
        let mut paths = Vec::new();
        for (path, text) in self.0 {
            let path_in_out = path.split('/').fold(out.to_path_buf(), |folder, name| folder.join(name));
            if path == TRIGGERS_FILE {
                check_bindings(&path_in_out, &text)?;
            }
            make_folder(path_in_out.parent().unwrap_or(out))?;
            writing.put(&path_in_out, text.into_bytes()).map_err(|unwritten| unwritten.at(&path_in_out))?;
            paths.push(path_in_out);
        }
        writing.commit()?;
        Ok(paths)
    }
}

/// Refuses to replace bindings that the owner of the tenant keeps in the same folder.
fn check_bindings(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = match folder::open_named(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", path.display())),
    };
    let mut existing = String::new();
    file.read_to_string(&mut existing).with_context(|| format!("cannot read `{}`", path.display()))?;
    let same = serde_json::from_str::<serde_json::Value>(&existing).ok()
        == serde_json::from_str::<serde_json::Value>(text).ok();
    ensure!(
        same,
        "`{}` has other bindings, and nothing was written; add {} to its `{TRIGGER}` where it is to run, and leave out `--bindings`",
        path.display(),
        json!({ "action_name": ACTION_NAME, "display_name": ACTION_NAME }),
    );
    Ok(())
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
