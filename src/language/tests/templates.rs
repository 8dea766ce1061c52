//! Templates and their uses.

use super::*;
use crate::language::model::Matches;

const TEMPLATE: &str = "templates:
  bi-standard@1:
    description: The usual groups.
    parameters:
      prefix: { type: text }
      also: { type: texts, default: [x] }
      to: { type: group, default: bi-viewers }
    rules:
      - { id: view, match: { exact: [View, \"{{also}}\"], glob: \"{{prefix}}-*\", regex: \"a{{prefix}}+\" }, grant: \"{{to}}\" }
";

/// Checks the diagnostics of an organization with these entries of `use`.
#[track_caller]
fn check_use(uses: &str, expected: &[(&str, &'static str)]) {
    let organization =
        format!("organizations:\n  acme: {{ connections: {{ a: {{ strategy: ad }} }}, use: [{uses}] }}\n");
    check_whole(&whole(&format!("{TEMPLATE}{organization}")), expected);
}

/// Checks the diagnostics of a template with one parameter `p` and this rule, used with `x` for it.
#[track_caller]
fn check_template(parameter: &str, rule: &str, expected: &[(&str, &'static str)]) {
    let value = if parameter.contains("texts") { "[x, y]" } else { "x" };
    let text = format!(
        "templates:
  t@1:
    description: A template.
    parameters: {{ p: {parameter} }}
    rules: [{{ {rule} }}]
organizations:
  acme: {{ connections: {{ a: {{ strategy: ad }} }}, use: [{{ template: t@1, with: {{ p: {value} }} }}] }}
"
    );
    check_whole(&whole(&text), expected);
}

#[test]
fn use_adds_the_rules_of_a_template() {
    let organization = "organizations:\n  acme: { connections: { a: { strategy: ad } }, use: [
          { template: bi-standard@1, with: { prefix: 'a*' } },
          { template: bi-standard@1, id: two, with: { prefix: b, also: [c, d] } }] }\n";
    let (mut files, _) = read(&whole(&format!("{TEMPLATE}{organization}")));
    // The value is a literal, although it looks like a pattern.
    let codes: Vec<&str> = files.diagnostics.iter().map(|it| it.code.name()).collect();
    assert_eq!(codes, ["foreign-syntax"]);
    let rules = files.organizations.remove(0).rules;
    let read: Vec<_> = rules
        .iter()
        .map(|rule| {
            let Matches::Groups { any, .. } = &rule.matches else { panic!("it matches groups") };
            let patterns = any.first().expect("patterns");
            let groups: String = rule.groups.iter().map(|grant| grant.written.value.as_str()).collect();
            let all: Vec<&str> = patterns.written().map(|written| written.value.as_str()).collect();
            (rule.id.value.as_str(), all.join(" "), groups)
        })
        .collect();
    let expected = [
        ("bi-standard.view", "View x a[*]-* a(?:a\\*)+".to_owned(), "bi-viewers".to_owned()),
        ("two.view", "View c d b-* a(?:b)+".to_owned(), "bi-viewers".to_owned()),
    ];
    assert_eq!(read, expected);
    assert!(rules.iter().all(|rule| rule.used.is_some()));
}

#[test]
fn use_reports_wrong_parameters() {
    check_use("{ template: bi-standard@1, with: { prefix: a } }", &[]);
    check_use(
        "{ template: bi-standart@1, with: {} }",
        &[("unused-template", "description"), ("unknown-template", "bi-standart@1")],
    );
    check_use(
        "{ template: bi-standard@2 }",
        &[("unused-template", "description"), ("unknown-template", "bi-standard@2")],
    );
    check_use(
        "{ template: bi-standard }",
        &[("unused-template", "description"), ("unknown-template", "bi-standard")],
    );
    check_use("{ template: bi-standard@1 }", &[("missing-parameter", "bi-standard@1")]);
    check_use(
        "{ template: bi-standard@1, with: { prefix: a, prefx: b } }",
        &[("unknown-parameter", "prefx")],
    );
    check_use("{ template: bi-standard@1, with: { prefix: [a] } }", &[("wrong-type", "[a]")]);
    check_use("{ template: bi-standard@1, with: { prefix: a, also: [] } }", &[("empty-list", "[]")]);
    check_use(
        "{ template: bi-standard@1, with: { prefix: a, to: bi-viewer } }",
        &[("unknown-group", "bi-viewer")],
    );
    check_use("{ template: bi-standard@1, with: { prefix: '${a}' } }", &[("invalid-value", "'${a}'")]);
    check_use("{ template: bi-standard@1, with: { prefix: '{{a}}' } }", &[("invalid-value", "'{{a}}'")]);
    check_use("{ template: bi-standard@1, id: 'a b', with: { prefix: a } }", &[("invalid-name", "'a b'")]);
    let one = "{ template: bi-standard@1, with: { prefix: a } }";
    check_use(&format!("{one}, {one}"), &[("duplicate-id", "bi-standard@1")]);
    let long = "x".repeat(62);
    check_use(
        &format!("{{ template: bi-standard@1, id: {long}, with: {{ prefix: a }} }}"),
        &[("invalid-name", "view")],
    );
}

#[test]
fn template_reports_once_what_does_not_depend_on_its_uses() {
    let rule = "id: x, match: { exact: '{{p}}' }, grant: bi-viewers";
    check_template("{ type: text }", rule, &[]);
    check_template("{ type: texts }", rule, &[]);
    check_template("{ type: word }", rule, &[("invalid-value", "word")]);
    check_template("{ type: text }", "id: x, everyone: true, grant: a", &[("unused-parameter", "p")]);
    check_template("{ type: text }", &format!("{rule}, wy: x"), &[("unknown-key", "wy")]);
    check_template("{ type: text }", "id: x, everyone: '{{p}}', grant: a", &[("wrong-type", "'{{p}}'")]);
    check_template(
        "{ type: text }",
        "id: x, everyone: true, grant: '{{p}}-{{q}}'",
        &[("unknown-parameter", "'{{p}}-{{q}}'")],
    );
    check_template(
        "{ type: texts }",
        "id: x, everyone: true, grant: 'a{{p}}'",
        &[("invalid-value", "'a{{p}}'")],
    );
    check_template(
        "{ type: text }",
        "id: x, match: { glob: '[{{p}}]' }, grant: a",
        &[("invalid-value", "'[{{p}}]'")],
    );
    check_template(
        "{ type: text }",
        "id: x, match: { glob: '{{p' }, grant: '{{p}}'",
        &[("invalid-value", "'{{p'")],
    );
    check_template(
        "{ type: text }",
        "id: x, everyone: true, grant: '{{p}}', '{{p}}': a",
        &[("unknown-key", "'{{p}}'"), ("invalid-value", "'{{p}}'")],
    );
    check_template(
        "{ type: text }",
        "id: '{{p}} {{p}}', everyone: true, grant: a",
        &[("invalid-name", "'{{p}} {{p}}'")],
    );
}

#[test]
fn use_reports_duplicate_ids_of_rules() {
    let organization = "organizations:\n  acme: { connections: { a: { strategy: ad } },
      use: [{ template: bi-standard@1, with: { prefix: a } }],
      rules: [{ id: bi-standard.view, everyone: true, grant: bi-viewers }] }\n";
    check_whole(&whole(&format!("{TEMPLATE}{organization}")), &[("duplicate-id", "bi-standard@1")]);
}

/// Checks the diagnostics of a folder with a platform, one organization that uses `t@1`, and these files.
#[track_caller]
fn check_folder(files: &[(&str, &str)], expected: &[(&str, &str)]) {
    let platform = "version: 1
applications: { qlik: { clients: [a], claim: https://claims.example.com/qlik } }
groups: { bi-viewers: { applications: [qlik], description: Views. } }
";
    let organization = "version: 1\nconnections: { a: { strategy: ad } }\nuse: [{ template: t@1 }]\n";
    let all = [("m/platform.yaml", platform), ("m/organizations/acme.yaml", organization)];
    let all: Vec<_> = all
        .iter()
        .chain(files)
        .map(|(path, text)| SourceFile { path: (*path).to_owned(), text: (*text).to_owned() })
        .collect();
    let compilation = crate::compiler::compile(&all);
    let found: Vec<_> = compilation.diagnostics.iter().map(|it| (it.code.name(), it.file.as_str())).collect();
    assert_eq!(found, expected, "{:#?}", compilation.diagnostics);
    assert_eq!(
        compilation.platform.is_some(),
        compilation.diagnostics.iter().all(|it| it.severity == crate::diagnostic::Severity::Warning)
    );
}

#[test]
fn template_file_has_a_version_in_its_name() {
    const GOOD: &str = "version: 1
description: A template.
rules: [{ id: x, match: { exact: a }, grant: bi-viewers }]
";
    check_folder(&[("m/templates/t@1.yaml", GOOD)], &[]);
    check_folder(
        &[("m/templates/t@1.yaml", GOOD), ("m/templates/t@2.yaml", GOOD)],
        &[("unused-template", "m/templates/t@2.yaml")],
    );
    check_folder(
        &[("m/templates/t@1.yaml", GOOD), ("m/templates/t.yaml", GOOD)],
        &[("misplaced-file", "m/templates/t.yaml")],
    );
    check_folder(&[], &[("unknown-template", "m/organizations/acme.yaml")]);
    // A mistake in the template is not reported in its uses.
    check_folder(&[("m/templates/t@1.yaml", "a: [")], &[("yaml-syntax", "m/templates/t@1.yaml")]);
    let unversioned = GOOD.replace("version: 1\n", "");
    check_folder(&[("m/templates/t@1.yaml", &unversioned)], &[("missing-version", "m/templates/t@1.yaml")]);
    let unknown = GOOD.replace("bi-viewers", "bi-viewer");
    check_folder(&[("m/templates/t@1.yaml", &unknown)], &[("unknown-group", "m/templates/t@1.yaml")]);
}
