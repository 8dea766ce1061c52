//! Bundles for tests of blocks, which take no other bytes.

use claimsmith::compiler::compile_whole;
use claimsmith::diagnostic::SourceFile;

/// The bundle of one customer: the id of its Auth0 organization, and the only name that its only rule matches.
pub(crate) fn bundle(organization: &str, name: &str) -> Vec<u8> {
    let text = format!(
        "\
version: 1
platform:
  applications: {{ portal: {{ clients: [client], claim: https://example.com/groups }} }}
  groups: {{ readers: {{ applications: [portal], description: Reads. }} }}
organizations:
  acme:
    organization: {organization}
    connections: {{ acme-ad: {{ strategy: ad }} }}
    rules: [{{ id: readers, match: {{ exact: {name} }}, grant: readers }}]
"
    );
    let file = SourceFile { path: "bundle.yaml".to_owned(), text };
    compile_whole(&file).platform.expect("no errors").block("acme").expect("a block").bundle
}
