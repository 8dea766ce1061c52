//! Findings in the Static Analysis Results Interchange Format, which code hosts and editors read.
//!
//! Form: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use std::io::{self, Write};
use std::ops::Range;

use claimsmith::diagnostic::{Code, Diagnostic, Severity};
use serde::Serialize;

use crate::load::Mappings;
use crate::location::{Location, Sources};
use crate::render::json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<Finding>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Message,
    help: Message,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message,
    locations: [Place; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Place>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

/// Lines and columns are counted from one; the end is the column behind the last one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// Writes what is wrong with mappings.
pub(crate) fn validation(out: &mut impl Write, mappings: &Mappings) -> io::Result<()> {
    let finding = |diagnostic| Finding::new(&mappings.sources, diagnostic);
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "claimsmith",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: Code::ALL.iter().copied().map(Rule::new).collect(),
            },
        },
        column_kind: "utf16CodeUnits",
        results: mappings.diagnostics.iter().map(finding).collect(),
    };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    json::document(out, &Log { schema, version: "2.1.0", runs: [run] })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        _ => "warning",
    }
}

impl Rule {
    fn new(code: Code) -> Self {
        Self {
            id: code.name(),
            short_description: Message { text: code.summary().to_owned() },
            help: Message { text: code.help().to_owned() },
            default_configuration: Configuration { level: level(code.severity()) },
        }
    }
}

impl Finding {
    fn new(sources: &Sources, diagnostic: &Diagnostic) -> Self {
        let Diagnostic { code, severity, message, file, span, help, related, .. } = diagnostic;
        let place = Place::new(sources, file, span, None);
        let related = related.iter().map(|it| Place::new(sources, &it.file, &it.span, Some(&it.label)));
        Self {
            rule_id: code.name(),
            rule_index: Code::ALL.iter().position(|known| known == code),
            level: level(*severity),
            // What shows a result shows its message, and often nothing else.
            message: Message { text: format!("{message}\nhelp: {help}") },
            locations: [place],
            related_locations: related.collect(),
        }
    }
}

impl Place {
    fn new(sources: &Sources, file: &str, span: &Range<usize>, label: Option<&String>) -> Self {
        let region = sources.locate_utf16(file, span).map(|(start, end)| {
            let (Location { line, column }, Location { line: end_line, column: end_column }) = (start, end);
            Region { start_line: line, start_column: column, end_line, end_column }
        });
        Self {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri(file) },
                region,
            },
            message: label.map(|label| Message { text: label.clone() }),
        }
    }
}

/// A path as a reference to a file, relative if the path is.
fn uri(path: &str) -> String {
    let mut uri = if path.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            other => uri += &format!("%{other:02X}"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn a_path_is_a_reference() {
        assert_eq!(uri("mappings/organizations/bi@1 é.yaml"), "mappings/organizations/bi%401%20%C3%A9.yaml");
        assert_eq!(uri("/srv/mappings/a:b.yaml"), "file:///srv/mappings/a%3Ab.yaml");
    }
}
