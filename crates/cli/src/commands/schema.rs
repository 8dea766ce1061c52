//! `claimsmith schema`: the mapping language as JSON Schema, for editors.

use std::io::Write;
use std::path::{Path, PathBuf};

use claimsmith::schema::schemas;
use clap::builder::PossibleValuesParser;

use crate::exit_status::ExitStatus;
use crate::terminal::Terminal;
use crate::write::{PendingWrites, make_folder};

/// Print the JSON Schema of a kind of mapping file, for completion and checks in editors
///
/// Without a kind, lists the kinds and the paths of their files. The schemas are in draft-07 and describe the
/// language that this version reads.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct SchemaArguments {
    /// The kind of file; `whole` is a whole platform in one file
    #[arg(value_name = "KIND", value_parser = kinds())]
    kind: Option<String>,
    /// Write the schemas of all kinds into DIR, each as KIND.schema.json; DIR is created if it does not exist
    #[arg(long, value_name = "DIR", conflicts_with = "kind")]
    out: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  claimsmith schema
  claimsmith schema organization > organization.schema.json
  claimsmith schema --out .claimsmith";

fn kinds() -> PossibleValuesParser {
    PossibleValuesParser::new(schemas().into_iter().map(|schema| schema.kind))
}

impl SchemaArguments {
    pub(super) fn run(&self, terminal: &mut Terminal) -> anyhow::Result<ExitStatus> {
        match (&self.kind, &self.out) {
            (Some(kind), _) => {
                for schema in schemas().iter().filter(|schema| schema.kind == kind) {
                    terminal.out.write_all(schema.to_text().as_bytes())?;
                }
            }
            (None, Some(folder)) => write_all(folder, terminal)?,
            (None, None) => {
                for schema in schemas() {
                    writeln!(terminal.out, "{:<14}{}", schema.kind, schema.path)?;
                }
            }
        }
        Ok(ExitStatus::Success)
    }
}

fn write_all(folder: &Path, terminal: &mut Terminal) -> anyhow::Result<()> {
    make_folder(folder)?;
    let mut writing = PendingWrites::default();
    let mut paths = Vec::new();
    for schema in schemas() {
        let path = folder.join(schema.file_name());
        writing.put(&path, schema.to_text().into_bytes()).map_err(|unwritten| unwritten.at(&path))?;
        paths.push(path);
    }
    writing.commit()?;
    for path in paths {
        writeln!(terminal.out, "wrote {}", path.display())?;
    }
    Ok(())
}
