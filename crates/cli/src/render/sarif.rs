//! Findings in the Static Analysis Results Interchange Format (SARIF), which code hosts and editors read.
//!
//! The types are named as in the specification, <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>,
//! with `Sarif` before names that mean something else elsewhere.

use std::io::{self, Write};
use std::ops::Range;

use claimsmith::diagnostic::{Code, Diagnostic, Fix, Severity, Suppressed};
use serde::Serialize;

use super::json;
use crate::manual;
use crate::mappings::Mappings;
use crate::source_map::{ColumnUnit, SourceMap};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLog {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [SarifRun; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRun {
    tool: Tool,
    column_kind: &'static str,
    results: Vec<SarifResult>,
}

#[derive(Serialize)]
struct Tool {
    driver: ToolComponent,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolComponent {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<ReportingDescriptor>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ReportingDescriptor {
    id: &'static str,
    short_description: SarifMessage,
    full_description: SarifMessage,
    help_uri: String,
    help: RuleHelp,
    default_configuration: ReportingConfiguration,
}

/// The page of a code: as text, and as Markdown for programs that show it.
#[derive(Serialize)]
struct RuleHelp {
    text: String,
    markdown: &'static str,
}

/// Where the pages of codes are published. A build for which they are published sets CLAIMSMITH_DOCS_URL; without it,
/// the address only identifies the code, and the page is in the rule's help.
const PAGES: &str = match option_env!("CLAIMSMITH_DOCS_URL") {
    Some(url) => url,
    None => "urn:claimsmith:diagnostics",
};

#[derive(Serialize)]
struct ReportingConfiguration {
    level: &'static str,
}

#[derive(Serialize)]
struct SarifMessage {
    text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: SarifMessage,
    locations: [SarifLocation; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<SarifLocation>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<SarifFix>,
    /// Empty if it is not suppressed: the format requires the property of every result, or of none.
    suppressions: Vec<Suppression>,
}

/// Why a finding is allowed.
#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    justification: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifFix {
    description: SarifMessage,
    artifact_changes: [ArtifactChange; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: ArtifactLocation,
    replacements: [Replacement; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: SarifMessage,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifLocation {
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<SarifMessage>,
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

/// Lines and columns are counted from one; the end is the column after the last one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// Writes the findings of mappings.
pub(crate) fn validation(out: &mut impl Write, mappings: &Mappings) -> io::Result<()> {
    let finding = |diagnostic| SarifResult::new(&mappings.sources, diagnostic);
    let suppressed = mappings.suppressed.iter().map(|Suppressed { diagnostic, reason }| SarifResult {
        suppressions: vec![Suppression { kind: "inSource", justification: reason.clone() }],
        ..finding(diagnostic)
    });
    let run = SarifRun {
        tool: Tool {
            driver: ToolComponent {
                name: "claimsmith",
                semantic_version: env!("CARGO_PKG_VERSION"),
                rules: Code::ALL.iter().copied().map(ReportingDescriptor::new).collect(),
            },
        },
        column_kind: "utf16CodeUnits",
        results: mappings.diagnostics.iter().map(finding).chain(suppressed).collect(),
    };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    json::document(out, &SarifLog { schema, version: "2.1.0", runs: [run] })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        _ => "warning",
    }
}

impl ReportingDescriptor {
    fn new(code: Code) -> Self {
        let (markdown, text) = manual::diagnostic(code);
        Self {
            id: code.name(),
            short_description: SarifMessage { text: code.summary().to_owned() },
            full_description: SarifMessage {
                text: format!("{} `claimsmith help {}` has examples.", code.summary(), code.name()),
            },
            help_uri: format!("{PAGES}#{}", code.name()),
            help: RuleHelp { text, markdown },
            default_configuration: ReportingConfiguration { level: level(code.severity()) },
        }
    }
}

impl SarifResult {
    fn new(sources: &SourceMap, diagnostic: &Diagnostic) -> Self {
        let Diagnostic { code, severity, message, file, span, help, related, fix, .. } = diagnostic;
        let fixes = fix.iter().filter_map(|fix| SarifFix::new(sources, file, fix, help));
        let place = SarifLocation::new(sources, file, span, None);
        let related =
            related.iter().map(|it| SarifLocation::new(sources, &it.file, &it.span, Some(&it.label)));
        Self {
            rule_id: code.name(),
            rule_index: Code::ALL.iter().position(|known| known == code),
            level: level(*severity),
            // Programs that show results often show only the message.
            message: SarifMessage { text: format!("{message}\nhelp: {help}") },
            locations: [place],
            related_locations: related.collect(),
            fixes: fixes.collect(),
            suppressions: Vec::new(),
        }
    }
}

impl SarifFix {
    fn new(sources: &SourceMap, file: &str, fix: &Fix, help: &str) -> Option<Self> {
        let deleted_region = Region::new(sources, file, &fix.span)?;
        let inserted_content = SarifMessage { text: fix.replacement.clone() };
        Some(Self {
            description: SarifMessage { text: help.to_owned() },
            artifact_changes: [ArtifactChange {
                artifact_location: ArtifactLocation { uri: uri(file) },
                replacements: [Replacement { deleted_region, inserted_content }],
            }],
        })
    }
}

impl Region {
    fn new(sources: &SourceMap, file: &str, span: &Range<usize>) -> Option<Self> {
        let (start, end) = sources.locate_in(ColumnUnit::Utf16, file, span)?;
        Some(Self {
            start_line: start.line,
            start_column: start.column,
            end_line: end.line,
            end_column: end.column,
        })
    }
}

impl SarifLocation {
    fn new(sources: &SourceMap, file: &str, span: &Range<usize>, label: Option<&String>) -> Self {
        let region = Region::new(sources, file, span);
        Self {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri(file) },
                region,
            },
            message: label.map(|label| SarifMessage { text: label.clone() }),
        }
    }
}

/// A path as a URI reference, which is relative if the path is.
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
    fn uri_encodes_a_path() {
        assert_eq!(uri("mappings/organizations/bi@1 é.yaml"), "mappings/organizations/bi%401%20%C3%A9.yaml");
        assert_eq!(uri("/srv/mappings/a:b.yaml"), "file:///srv/mappings/a%3Ab.yaml");
    }
}
