//! What an Action knows of organizations and blocks: from its code, or from its bundle.

use std::io::Read;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use claimsmith::Bundle;
use claimsmith::compiler::{self, ChangedMapping};
use claimsmith_connectors::auth0::State;
use claimsmith_lifecycle::block::ActionReader;

/// The shortest text that can be a bundle.
const SHORTEST: usize = 40;

/// The most bytes of a bundle, inflated. An Action is so much smaller that no bundle in it comes near.
const MOST_BYTES: u64 = 16 << 20;

/// What the Action with a bundle knows; `None` if this version cannot read it.
pub(crate) fn of_bundle(bundle: &[u8]) -> Option<ActionReader> {
    ActionReader::of_bundle(bundle)
}

/// What the Action with some code knows; `None` if there is no bundle in it that this version can read.
pub(crate) fn of_code(code: &str) -> Option<ActionReader> {
    of_bundle(&bundle_in(code)?)
}

/// What the deployed version of an Action knows; `None` if there is none, or this version cannot read it.
pub(crate) fn of_state(state: &State) -> Option<ActionReader> {
    of_code(state.deployed_code()?)
}

/// The organizations whose mappings differ from those of the deployed versions of the Actions. `None` if there is none,
/// this version cannot read one of them, or its platform differs as well.
pub(crate) fn changed_mappings(state: &State, bundle: &[u8]) -> Option<Vec<ChangedMapping>> {
    let earlier: Vec<Vec<u8>> = state.deployed_codes().map(|code| bundle_in(code?)).collect::<Option<_>>()?;
    let earlier: Vec<Bundle<'_>> =
        earlier.iter().map(|bytes| Bundle::decode(bytes).ok()).collect::<Option<_>>()?;
    compiler::changed_mappings(&earlier, &[Bundle::decode(bundle).ok()?])
}

/// The bundle in the code of an Action: the text in quotes that inflates to one.
fn bundle_in(code: &str) -> Option<Vec<u8>> {
    let texts = code.split('"').filter(|text| text.len() >= SHORTEST);
    texts.filter_map(inflated).find(|bytes| Bundle::decode(bytes).is_ok())
}

fn inflated(text: &str) -> Option<Vec<u8>> {
    let compressed = BASE64_STANDARD.decode(text).ok()?;
    let mut bytes = Vec::new();
    let reader = brotli::Decompressor::new(compressed.as_slice(), 4096);
    reader.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compress::compress;
    use claimsmith::compiler::compile_whole;
    use claimsmith::diagnostic::SourceFile;

    const TEXT: &str = "\
version: 1
platform:
  applications: { qlik: { clients: [client], claim: https://example.com/qlik } }
  groups: { viewers: { applications: [qlik], description: Reads dashboards. } }
organizations:
  acme:
    organization: org_acme
    connections: { acme-ad: { strategy: ad } }
    rules: [{ id: sales, match: { exact: Sales }, grant: viewers }]
";

    #[test]
    fn bundle_is_found_among_the_texts_of_the_code() {
        let file = SourceFile { path: "p.yaml".to_owned(), text: TEXT.to_owned() };
        let platform = compile_whole(&file).platform.expect("no errors");
        let text = BASE64_STANDARD.encode(compress(&platform.bundle).expect("memory"));
        let other = BASE64_STANDARD.encode(compress(&[7; 300]).expect("memory"));
        let code = format!("\"use strict\";const a=\"{other}\",b=\"{text}\",c=\"\\\"{text}\";");
        let reader = of_code(&code).expect("a bundle");
        assert_eq!(Some(reader.clone()), of_bundle(&platform.bundle));
        assert_eq!(reader.embedded.into_iter().collect::<Vec<_>>(), ["org_acme"]);
        assert_eq!(reader.names.into_iter().collect::<Vec<_>>(), ["qlik", "viewers"]);
        assert_eq!(reader.verification, None);
        for code in ["", "\"", &code.replace(&text, &text.to_lowercase())] {
            assert_eq!(of_code(code), None, "{code}");
        }
    }
}
