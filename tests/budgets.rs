//! Input above a limit is refused, and large input below it is read. Without the limits these tests would run for hours.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::expect_used, clippy::panic, reason = "a test stops at what is wrong")]

use claimsmith::Bundle;
use claimsmith::compiler::{Compilation, compile, compile_whole};
use claimsmith::diagnostic::SourceFile;

const PLATFORM: &str = "\
version: 1
applications:
  catalog: { clients: [CatalogClient], claim: https://claims.example.com/groups }
groups:
  readers: { applications: [catalog], description: Reads. }
";

fn file(path: &str, text: String) -> SourceFile {
    SourceFile { path: path.to_owned(), text }
}

/// Compiles files that are as large as allowed, or larger.
#[track_caller]
fn compiled(files: &[SourceFile]) -> Compilation {
    let compilation = compile(files);
    // Messages stay short enough to read.
    for diagnostic in &compilation.diagnostics {
        let length = diagnostic.message.len() + diagnostic.help.len();
        assert!(length < 20_000, "{length} bytes of {:?}", diagnostic.code);
    }
    compilation
}

/// Compiles a mapping with these keys after its connections.
#[track_caller]
fn organization(keys: &str) -> Compilation {
    let text = format!("version: 1\nconnections: {{ acme-entra: {{ strategy: waad }} }}\n{keys}\n");
    compiled(&[file("platform.yaml", PLATFORM.to_owned()), file("organizations/acme.yaml", text)])
}

/// Compiles a mapping with a rule that has these patterns.
#[track_caller]
fn matching(patterns: &str) -> Compilation {
    organization(&format!("rules: [{{ id: readers, match: {{ {patterns} }}, grant: readers }}]"))
}

/// Asserts that there is one finding, with this code.
#[track_caller]
fn check(compilation: &Compilation, code: &str) {
    let codes: Vec<_> = compilation.diagnostics.iter().map(|it| it.code.name()).collect();
    assert_eq!(codes, [code], "{:#?}", compilation.diagnostics);
}

/// Asserts that a mapping has no findings and that its bundle can be decoded.
#[track_caller]
fn check_fine(compilation: &Compilation) {
    assert_eq!(compilation.diagnostics, []);
    let platform = compilation.platform.as_ref().expect("a platform");
    Bundle::decode(&platform.bundle).expect("a bundle");
}

/// A list of `count` entries, each made from its number.
fn entries(count: usize, entry: impl Fn(usize) -> String) -> String {
    (0..count).map(entry).collect::<Vec<_>>().join(", ")
}

#[test]
fn regex_that_backtracks_elsewhere_is_linear() {
    for regex in ["(a+)+", "(a|aa)+b", "(.*)*x", "(a*)*b", "(?:(?:a+)+)+b", "([a-zA-Z]+)*[0-9]", "(x+x+)+y"] {
        let compilation = matching(&format!("regex: '{regex}'"));
        check_fine(&compilation);
        let platform = compilation.platform.expect("a platform");
        let bundle = Bundle::decode(&platform.bundle).expect("a bundle");
        let groups: Vec<_> = (1_000..1_050).map(|length| "a".repeat(length) + "!").collect();
        let event = serde_json::json!({
            "client": { "client_id": "CatalogClient" },
            "connection": { "name": "acme-entra", "strategy": "waad" },
            "user": { "groups": groups },
        });
        let event = claimsmith::event::Event::from_json(event).expect("an event");
        let answer = claimsmith::event::answer(&bundle, &event);
        assert_eq!((answer.reason, answer.groups.len()), (claimsmith::Reason::Ok, 0), "{regex}");
    }
}

#[test]
fn regex_has_a_maximum_size() {
    let alternatives = (0..10_000).map(|at| format!("g{at}")).collect::<Vec<_>>().join("|");
    check(&matching(&format!("regex: '{alternatives}'")), "regex-too-large");
    check(&matching(&format!("regex: '{}'", "a".repeat(1 << 20))), "regex-too-large");
    check(&matching("regex: '(a{1000}){1000}'"), "regex-too-large");
    check(&matching("regex: '(((a{100}){100}){100}){100}'"), "regex-too-large");
    check(&matching("regex: 'a{4294967295}'"), "regex-too-large");
    check(&matching("regex: '[a-z]{5000}'"), "regex-too-large");
    check(&matching(&format!("regex: '{}a{}'", "(".repeat(500), ")".repeat(500))), "regex-too-large");
    check(&matching(&format!("regex: '{}a{}'", "[".repeat(500), "]".repeat(500))), "regex-too-large");
    check(&matching("regex: '[a-zA-Z0-9_-]{1,500}x'"), "regex-too-large");
    check_fine(&matching("regex: '[a-zA-Z0-9_-]{1,200}x'"));
    // Each of them is small.
    let many = entries(10_000, |at| format!("'g{at}-[a-z]+'"));
    check_fine(&matching(&format!("regex: [{many}]")));
}

#[test]
fn glob_has_a_maximum_size() {
    let alternatives = (0..10_000).map(|at| format!("g{at}")).collect::<Vec<_>>().join(",");
    check(&matching(&format!("glob: '{{{alternatives}}}'")), "unreachable-pattern");
    let alternatives = (0..1_000).map(|at| format!("{at}")).collect::<Vec<_>>().join(",");
    check(&matching(&format!("glob: '{{{alternatives}}}'")), "glob-too-large");
    check(&matching(&format!("glob: '{}'", "{a,b}".repeat(600))), "glob-too-large");
    check(&matching(&format!("glob: '{}a{}'", "{a,".repeat(500), "}".repeat(500))), "glob-too-large");
    check(&matching(&format!("glob: '{}'", "a".repeat(1 << 20))), "unreachable-pattern");
    check(&matching(&format!("glob: '{}b'", "*a".repeat(2_048))), "unreachable-pattern");
    check_fine(&matching(&format!("glob: '{}b'", "*a".repeat(2_000))));
    check_fine(&matching(&format!("glob: '{}b'", "[!a-m]*".repeat(500))));
    check_fine(&matching(&format!("glob: [{}]", entries(10_000, |at| format!("'*-{at}-*'")))));
}

#[test]
fn name_has_a_maximum_length() {
    let long = "a".repeat(1 << 20);
    check(&matching(&format!("exact: '{long}'")), "unreachable-pattern");
    check(
        &organization(&format!("rules: [{{ id: '{long}', everyone: true, grant: readers }}]")),
        "invalid-name",
    );
    check(&organization(&format!("rules: [{{ id: a, everyone: true, grant: '{long}' }}]")), "unknown-group");
    // A key of more than 1024 characters needs the sign `?`, which is refused.
    check(&organization(&format!("aliases:\n  ? {long}\n  : a\nrules: []")), "yaml-syntax");
    check(&organization(&format!("? {long}\n: a\nrules: []")), "yaml-syntax");
    let from = format!("groups: {{ from: '/{long}' }}");
    let text = format!(
        "version: 1\nconnections: {{ a: {{ strategy: waad, {from} }} }}\n\
         rules: [{{ id: a, everyone: true, grant: readers }}]\n"
    );
    let files = [file("platform.yaml", PLATFORM.to_owned()), file("organizations/acme.yaml", text)];
    check(&compiled(&files), "invalid-pointer");
}

#[test]
fn yaml_has_a_maximum_depth_and_size() {
    check(&organization(&format!("rules: {}{}", "[".repeat(100_000), "]".repeat(100_000))), "yaml-syntax");
    check(
        &organization(&format!("rules: {}a{}", "{a: ".repeat(100_000), "}".repeat(100_000))),
        "yaml-syntax",
    );
    check(&organization(&format!("rules: {}a", "- ".repeat(1_000))), "yaml-syntax");
    let nested = (0..1_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>();
    check(&organization(&format!("rules:\n {}", nested.replace('\n', "\n "))), "yaml-syntax");
    // Nested conditions, as deep as a file may be nested and deeper.
    let condition =
        |depth: usize| format!("{}connection: acme-entra{}", "not: { ".repeat(depth), " }".repeat(depth));
    let rule = |depth: usize| {
        organization(&format!(
            "rules: [{{ id: a, when: {{ {} }}, match: {{ exact: a }}, grant: readers }}]",
            condition(depth)
        ))
    };
    check_fine(&rule(20));
    check(&rule(1_000), "yaml-syntax");
    // Ten aliases of ten aliases of ten aliases.
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let before = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", ")));
    }
    check(&organization(&bomb), "yaml-syntax");
}

#[test]
fn mapping_has_a_maximum_size() {
    let rules = |count| {
        let rule = |at| format!("{{ id: r{at}, match: {{ exact: g{at} }}, grant: readers }}");
        organization(&format!("rules: [{}]", entries(count, rule)))
    };
    check(&rules(100_000), "invalid-value");
    check_fine(&rules(10_000));
    // Each rule could be covered by many others, so lints compare many pairs.
    let globs = |at| format!("{{ id: r{at}, match: {{ glob: ['*-{at}-*', '{at}*'] }}, grant: readers }}");
    check_fine(&organization(&format!("rules: [{}]", entries(1_500, globs))));
    let regexes = |at| format!("{{ id: r{at}, match: {{ regex: '[a-z]+-{at}-.*' }}, grant: readers }}");
    check_fine(&organization(&format!("rules: [{}]", entries(1_500, regexes))));
    let near =
        |at| format!("{{ id: r{at}, match: {{ exact: '{}' }}, grant: readers }}", " ".repeat(at % 50) + "g");
    let compilation = organization(&format!("rules: [{}]", entries(2_000, near)));
    assert!(compilation.diagnostics.len() >= 1_950, "{}", compilation.diagnostics.len());

    let patterns = |at| {
        format!(
            "{{ id: r{at}, match: {{ exact: [{}] }}, grant: readers }}",
            entries(100, |to| format!("g{at}-{to}"))
        )
    };
    check(&organization(&format!("rules: [{}]", entries(1_001, patterns))), "invalid-value");
    check(
        &organization(&format!(
            "rules: [{{ id: a, match: {{ exact: [{}] }}, grant: readers }}]",
            entries(10_001, |at| format!("g{at}"))
        )),
        "invalid-value",
    );
}

/// A platform with this many applications and target groups, and a rule that grants the first and the last
/// group.
#[track_caller]
fn platform(applications: usize, groups: usize) -> Compilation {
    let application = |at| format!("a{at}: {{ clients: [c{at}], claim: 'https://claims.example.com/{at}' }}");
    let last = applications - 1;
    let group = |at| format!("g{at}: {{ applications: [a{last}], description: Reads. }}");
    let platform = format!(
        "version: 1\napplications: {{ {} }}\ngroups: {{ {} }}\n",
        entries(applications, application),
        entries(groups, group)
    );
    let text = format!(
        "version: 1\nconnections: {{ acme-entra: {{ strategy: waad }} }}\n\
         rules: [{{ id: all, everyone: true, grant: [g0, g{}] }}]\n",
        groups - 1
    );
    compiled(&[file("platform.yaml", platform), file("organizations/acme.yaml", text)])
}

#[test]
fn platform_has_a_maximum_size() {
    // As many as a real platform has, and as many as are allowed.
    for applications in [257, 542, 4_096] {
        let compilation = platform(applications, 2);
        check_fine(&compilation);
        let platform = compilation.platform.expect("a platform");
        let bundle = Bundle::decode(&platform.bundle).expect("a bundle");
        for (client, expected) in [(applications - 1, &["g0", "g1"][..]), (0, &[])] {
            let event = serde_json::json!({
                "client": { "client_id": format!("c{client}") },
                "connection": { "name": "acme-entra", "strategy": "waad" },
                "user": { "groups": [] },
            });
            let event = claimsmith::event::Event::from_json(event).expect("an event");
            let answer = claimsmith::event::answer(&bundle, &event);
            assert_eq!(
                (answer.reason, answer.groups),
                (claimsmith::Reason::Ok, expected.iter().map(|it| it.to_string()).collect())
            );
        }
    }
    let compilation = platform(4_097, 2);
    check(&compilation, "invalid-value");
    let finding = compilation.diagnostics.first().expect("a finding");
    assert_eq!(finding.message, "the platform has 4097 applications, and may have at most 4096");
    // Each application has a bit for each target group.
    let codes = |groups| {
        let compilation = platform(4_096, groups);
        let codes: Vec<_> = compilation.diagnostics.iter().map(|it| it.code.name()).collect();
        codes.into_iter().filter(|code| *code != "unused-target-group").collect::<Vec<_>>()
    };
    assert_eq!(codes((1 << 14) + 1), ["invalid-value"]);
    assert_eq!(codes(1 << 14), [""; 0]);
}

#[test]
fn templates_expand_up_to_a_maximum() {
    let rules = entries(1_000, |at| {
        format!("{{ id: r{at}, match: {{ exact: '{{{{prefix}}}}-{at}' }}, grant: readers }}")
    });
    let template = format!(
        "version: 1\ndescription: Many rules.\nparameters: {{ prefix: {{ type: text }} }}\nrules: [{rules}]\n"
    );
    let uses = |count| {
        let uses =
            entries(count, |at| format!("{{ template: many@1, id: u{at}, with: {{ prefix: p{at} }} }}"));
        let text =
            format!("version: 1\nconnections: {{ acme-entra: {{ strategy: waad }} }}\nuse: [{uses}]\n");
        compiled(&[
            file("platform.yaml", PLATFORM.to_owned()),
            file("templates/many@1.yaml", template.clone()),
            file("organizations/acme.yaml", text),
        ])
    };
    check_fine(&uses(10));
    check(&uses(11), "invalid-value");
    check(&uses(1_000), "invalid-value");
}

#[test]
fn condition_check_stops_at_its_limit() {
    // Thirteen values, each for one of twelve attributes: there are too many combinations to try all of them.
    let attribute = |at: usize, value: usize| format!("{{ user: {{ attribute: /a{at}, equals: {value} }} }}");
    let somewhere = |value| format!("{{ not: {{ any: [{}] }} }}", entries(12, |at| attribute(at, value)));
    let when = format!("{{ not: {{ any: [{}] }} }}", entries(13, somewhere));
    let rule = format!("{{ id: a, when: {when}, match: {{ exact: a }}, grant: readers }}");
    let compilation = organization(&format!("rules: [{rule}]"));
    check_fine(&compilation);
}

#[test]
fn single_file_platform_has_the_same_limits() {
    let text = format!("version: 1\nplatform: {}{}", "{a: ".repeat(100_000), "}".repeat(100_000));
    let compilation = compile_whole(&file("whole.yaml", text));
    check(&compilation, "yaml-syntax");
    // The limit of applications is the same as well.
    let applications = entries(5_000, |at| {
        format!("a{at}: {{ clients: [c{at}], claim: 'https://claims.example.com/{at}' }}")
    });
    let text = format!(
        "version: 1\nplatform: {{ applications: {{ {applications} }}, groups: {{}} }}\norganizations: {{}}\n"
    );
    let compilation = compile_whole(&file("whole.yaml", text));
    assert!(compilation.platform.is_none());
    check(&compilation, "invalid-value");
}

#[test]
fn suggestions_stop_at_their_limit() {
    let groups =
        entries(2_000, |at| format!("readers-of-{at}: {{ applications: [catalog], description: Reads. }}"));
    let platform = format!("{PLATFORM}#")
        .replace("groups:\n", "groups: {")
        .replace("  readers: { applications: [catalog], description: Reads. }\n#", &format!("{groups} }}\n"));
    let rule = |at| format!("{{ id: r{at}, match: {{ exact: g{at} }}, grant: raeders-of-{at} }}");
    let text = format!(
        "version: 1\nconnections: {{ acme-entra: {{ strategy: waad }} }}\nrules: [{}]\n",
        entries(5_000, rule)
    );
    let compilation = compiled(&[file("platform.yaml", platform), file("organizations/acme.yaml", text)]);
    let codes: Vec<_> = compilation.diagnostics.iter().map(|it| it.code.name()).collect();
    assert_eq!((codes.len(), codes.iter().all(|code| *code == "unknown-group")), (5_000, true));
    let near = compilation.diagnostics.first().map(|it| it.help.as_str());
    assert_eq!(near, Some("did you mean `readers-of-0`?"));
}
