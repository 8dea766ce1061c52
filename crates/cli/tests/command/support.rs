//! Runs the command, and makes folders for it to work on.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use snapbox::cmd::{Command, cargo_bin};
use snapbox::data::DataFormat;
use snapbox::{Data, IntoData};
use tempfile::TempDir;

/// The result of a run of the command.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn new(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The standard output of a run that must end with `code` and print nothing to standard error.
    #[track_caller]
    pub(crate) fn stdout(self, code: i32) -> String {
        assert_eq!((self.code, self.err.as_str()), (Some(code), ""), "{}", self.out);
        self.out
    }

    /// Like [`told`](Self::told), as JSON.
    #[track_caller]
    pub(crate) fn json(self, code: i32) -> serde_json::Value {
        let json: serde_json::Value = serde_json::from_str(&self.stdout(code)).expect("output is JSON");
        assert_eq!(json.get("version"), Some(&1.into()));
        json
    }

    /// The standard error of a run that must end with exit code 2 and print nothing to standard output.
    #[track_caller]
    pub(crate) fn failed(self) -> String {
        assert_eq!((self.code, self.out.as_str()), (Some(2), ""), "{}", self.err);
        self.err
    }
}

/// The workspace's root: paths in output are relative to it.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The command, run in the workspace's root.
pub(crate) fn claimsmith(arguments: &[&str]) -> Command {
    let environment = ["NO_COLOR", "TERM", "CLICOLOR_FORCE"];
    let command = Command::new(cargo_bin!("claimsmith")).current_dir(root()).args(arguments);
    environment.into_iter().fold(command, |command, name| command.env_remove(name))
}

/// Runs the command in the workspace's root.
pub(crate) fn run(arguments: &[&str]) -> Run {
    Run::new(claimsmith(arguments).output().expect("the command starts"))
}

/// Runs the command with standard input.
pub(crate) fn run_with(arguments: &[&str], input: impl IntoData) -> Run {
    Run::new(claimsmith(arguments).stdin(input).output().expect("the command starts"))
}

/// Compares text with the snapshot that has a name.
#[track_caller]
pub(crate) fn check_snapshot(name: &str, actual: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(format!("{name}.txt"));
    check_file(&path, actual);
}

/// Compares text with a file that holds what is expected; `SNAPSHOTS=overwrite` writes it anew.
#[track_caller]
pub(crate) fn check_file(path: &Path, actual: &str) {
    let expected = Data::read_from(path, Some(DataFormat::Text)).raw();
    snapbox::Assert::new().action_env("SNAPSHOTS").eq(actual, expected);
}

pub(crate) const PLATFORM: &str = "\
version: 1
applications:
  catalog:
    clients: [CatalogClient]
    claim: https://claims.example.com/catalog/groups
groups:
  catalog-admins: { applications: [catalog], description: Administers the catalog. }
  finance-readers: { applications: [catalog], description: Reads the finance domain. }
";

/// The mapping of an organization with one connection and two rules.
pub(crate) const ACME: &str = "\
version: 1
organization: org_acme
connections:
  acme-entra: { strategy: waad }
rules:
  - { id: admins, match: { exact: it-admins }, grant: catalog-admins }
  - { id: finance, match: { glob: \"fin-*\" }, grant: finance-readers }
";

/// A folder with a small platform in `mappings/`, and further files by their paths in `mappings/`.
pub(crate) fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    write(&folder, "platform.yaml", PLATFORM);
    for (path, text) in files {
        write(&folder, path, text);
    }
    folder
}

/// Writes a file into the `mappings/` of a folder. Few of the folders have cases, and most tests are not about them.
pub(crate) fn write(folder: &TempDir, path: &str, content: impl AsRef<[u8]>) {
    let content = content.as_ref();
    let text = str::from_utf8(content).ok().filter(|_| path == "platform.yaml").map(without_case_lints);
    write_in(folder, &format!("mappings/{path}"), text.as_deref().map_or(content, str::as_bytes));
}

/// A platform that does not look for rules without cases, unless it says what it does about them.
pub(crate) fn without_case_lints(platform: &str) -> String {
    const OFF: &str = "untested-organization: \"off\", untested-rule: \"off\"";
    const FLOW: &str = "\nlints: { ";
    match platform {
        text if text.contains("untested-") => text.to_owned(),
        text if text.contains(FLOW) => text.replace(FLOW, &format!("{FLOW}{OFF}, ")),
        text if text.contains("\nlints:\n") => format!("{text}  {}\n", OFF.replace(", ", "\n  ")),
        text => format!("{}\nlints: {{ {OFF} }}\n", text.trim_end_matches('\n')),
    }
}

/// Writes a file into a folder.
pub(crate) fn write_in(folder: &TempDir, path: &str, content: impl AsRef<[u8]>) {
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().expect("a path below the folder")).expect("a folder");
    fs::write(path, content).expect("a file");
}

/// Runs the command in a folder.
pub(crate) fn run_in(folder: &TempDir, arguments: &[&str]) -> Run {
    Run::new(claimsmith(arguments).current_dir(folder.path()).output().expect("the command starts"))
}

/// A login to the platform of [`folder`] as an event.
pub(crate) fn login(groups: &str) -> String {
    format!(
        r#"{{"organization":{{"id":"org_acme"}},"connection":{{"name":"acme-entra"}},"client":{{"client_id":"CatalogClient"}},"user":{{"groups":{groups}}}}}"#
    )
}
