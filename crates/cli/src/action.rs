//! Makes `action.js`: the shim with the engine and the bundle embedded.

use std::fmt::Write as _;

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use claimsmith::compiler::CompiledPlatform;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::compress::compress;

/// The largest Action that Auth0 accepts, in bytes.
pub(crate) const LIMIT: usize = 100_000;

/// An Action that takes at least this share of the limit, in percent, is nearly full.
const NEARLY_FULL: usize = 80;

/// The first line of an Action that is for a declared tenant begins like this; then come its name, which slice it is if it
/// is one, and its domain.
pub(crate) const TENANT_LINE: &str = "// Claimsmith, for the tenant ";

const ENGINE: &str = "__CLAIMSMITH_ENGINE__";
const BUNDLE: &str = "__CLAIMSMITH_BUNDLE__";
/// The digest of the texts of engine and bundle, with a space between them.
const DIGEST: &str = "__CLAIMSMITH_DIGEST__";
const FALLBACK: &str = "__CLAIMSMITH_FALLBACK__";
const FALLBACK_DIGEST: &str = "__CLAIMSMITH_FALLBACK_DIGEST__";
/// The applications for which the Action answers if the fallback is damaged.
const CLIENTS: &str = "__CLAIMSMITH_CLIENTS__";
const CLIENTS_DIGEST: &str = "__CLAIMSMITH_CLIENTS_DIGEST__";
/// Which logins are those of other slices.
const SLICE: &str = "__CLAIMSMITH_SLICE__";
const SLICE_DIGEST: &str = "__CLAIMSMITH_SLICE_DIGEST__";

/// What the Action that only tries what the other one needs has to know.
const SMOKE: &str = "__CLAIMSMITH_SMOKE__";

/// How many digits of its digest identify a client.
const CLIENT_DIGITS: usize = 8;

/// The parts of an Action that are the same for all mappings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EmbeddedEngine<'e> {
    /// The size of the WebAssembly, in bytes.
    raw: usize,
    /// The WebAssembly, compressed.
    compressed: &'e [u8],
    /// The JavaScript into which everything is embedded.
    pub(crate) shim: &'e str,
    /// The JavaScript of the Action that only tries what the other one needs.
    pub(crate) smoke: &'e str,
    /// The JavaScript that runs logins through an Action.
    pub(crate) login_runner: &'e str,
    /// The JavaScript that does so with an Action of somebody else.
    pub(crate) old_action_runner: &'e str,
}

/// The engine that this program contains.
pub(crate) fn embedded_engine() -> anyhow::Result<EmbeddedEngine<'static>> {
    embedded().context("this build of claimsmith does not contain the engine; run `./build.sh`")
}

/// The script of a kit's page and the WebAssembly that it runs, if they were built before this program.
pub(crate) fn embedded_page() -> anyhow::Result<(&'static str, Vec<u8>)> {
    let script =
        page_script().context("this build of claimsmith does not contain the page; run `./build.sh`")?;
    let mut engine = Vec::new();
    brotli::BrotliDecompress(&mut embedded_engine()?.compressed, &mut engine)?;
    Ok((script, engine))
}

#[cfg(embedded_page)]
fn page_script() -> Option<&'static str> {
    Some(include_str!(concat!(env!("OUT_DIR"), "/page.js")))
}

#[cfg(not(embedded_page))]
fn page_script() -> Option<&'static str> {
    None
}

/// The engine, if it was built before this program.
#[cfg(embedded_engine)]
fn embedded() -> Option<EmbeddedEngine<'static>> {
    Some(EmbeddedEngine {
        raw: env!("CLAIMSMITH_ENGINE_BYTES").parse().ok()?,
        compressed: include_bytes!(concat!(env!("OUT_DIR"), "/engine.br")),
        shim: include_str!(concat!(env!("OUT_DIR"), "/shim.js")),
        smoke: include_str!(concat!(env!("OUT_DIR"), "/smoke.js")),
        login_runner: include_str!(concat!(env!("OUT_DIR"), "/run-logins.js")),
        old_action_runner: include_str!(concat!(env!("OUT_DIR"), "/run-old-action.js")),
    })
}

/// The engine, which was not built before this program.
#[cfg(not(embedded_engine))]
fn embedded() -> Option<EmbeddedEngine<'static>> {
    None
}

/// An Action and its size by part.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) text: String,
    pub(crate) sizes: ActionSizes,
}

/// The size of an Action by part, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ActionSizes {
    pub(crate) engine: PartSizes,
    /// The bundle, the fallback and the applications that the fallback is for.
    pub(crate) mapping: PartSizes,
    pub(crate) shim: PartSizes,
    pub(crate) total: usize,
    pub(crate) limit: usize,
    pub(crate) rules: usize,
}

/// The sizes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct PartSizes {
    pub(crate) raw: usize,
    /// `None` if the part is not compressed.
    pub(crate) compressed: Option<usize>,
    /// How many bytes of the Action it takes.
    pub(crate) embedded: usize,
}

impl ActionSizes {
    /// Whether the Action is allowed, and takes at least `NEARLY_FULL` percent of the limit.
    pub(crate) fn is_nearly_full(&self) -> bool {
        self.total <= self.limit && self.total.saturating_mul(100) >= self.limit.saturating_mul(NEARLY_FULL)
    }

    /// How much of the limit is taken, in percent, rounded down.
    pub(crate) fn percent(&self) -> usize {
        self.total.saturating_mul(100) / self.limit.max(1)
    }

    /// How many bytes of the mapping a rule takes on average.
    pub(crate) fn per_rule(&self) -> Option<f64> {
        if self.rules == 0 {
            return None;
        }
        Some(self.mapping.embedded as f64 / self.rules as f64)
    }
}

/// How many bytes of an Action a bundle takes.
pub(crate) fn embedded_len(bundle: &[u8]) -> anyhow::Result<usize> {
    Ok(BASE64_STANDARD.encode(compress(bundle)?).len())
}

/// The mappings of an Action.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Embedded<'e> {
    pub(crate) bundle: &'e [u8],
    pub(crate) rules: usize,
    /// The number of the slice, how many there are, and which logins are those of others.
    pub(crate) slice: Option<(usize, usize, &'e str)>,
}

/// Makes the Action that only tries what the other one needs, with what it has to know as JSON.
pub(crate) fn compose_smoke(
    engine: EmbeddedEngine<'_>,
    platform: &CompiledPlatform,
    known: &serde_json::Value,
) -> anyhow::Result<String> {
    let engine_text = BASE64_STANDARD.encode(engine.compressed);
    let contents =
        [(DIGEST, digest(&engine_text)), (ENGINE, engine_text), (SMOKE, quoted(&known.to_string())?)];
    let mut text = fill(engine.smoke, &contents)?;
    text.insert_str(0, &first_line(platform, None));
    Ok(text)
}

/// Makes an Action from all mappings.
pub(crate) fn compose(
    engine: EmbeddedEngine<'_>,
    platform: &CompiledPlatform,
    limit: usize,
) -> anyhow::Result<Action> {
    let all = Embedded { bundle: &platform.bundle, rules: platform.counts.rules, slice: None };
    compose_part(engine, platform, all, limit)
}

/// Makes an Action from some of a platform's mappings.
pub(crate) fn compose_part(
    engine: EmbeddedEngine<'_>,
    platform: &CompiledPlatform,
    embedded: Embedded<'_>,
    limit: usize,
) -> anyhow::Result<Action> {
    let bundle = compress(embedded.bundle)?;
    let slice = embedded.slice.map(|(_, _, list)| list).unwrap_or_default();
    let fallback = serde_json::to_string(&platform.fallback)?;
    let engine_text = BASE64_STANDARD.encode(engine.compressed);
    let bundle_text = BASE64_STANDARD.encode(&bundle);
    let mut clients = String::new();
    for client in platform.fallback.claims.keys() {
        clients.extend(digest(client).chars().take(CLIENT_DIGITS));
    }
    let contents = [
        (DIGEST, digest(&format!("{engine_text} {bundle_text}"))),
        (FALLBACK_DIGEST, digest(&fallback)),
        (CLIENTS_DIGEST, digest(&clients)),
        (SLICE_DIGEST, digest(slice)),
        (ENGINE, engine_text),
        (BUNDLE, bundle_text),
        (FALLBACK, quoted(&fallback)?),
        (CLIENTS, clients),
        (SLICE, slice.to_owned()),
    ];
    let mut text = fill(engine.shim, &contents)?;
    text.insert_str(0, &first_line(platform, embedded.slice.map(|(number, count, _)| (number, count))));
    let [.., engine_len, bundle_len, fallback_len, clients_len, slice_len] =
        contents.map(|(_, content)| content.len());
    let mapping_len = bundle_len + fallback_len + clients_len + slice_len;
    let sizes = ActionSizes {
        engine: PartSizes {
            raw: engine.raw,
            compressed: Some(engine.compressed.len()),
            embedded: engine_len,
        },
        mapping: PartSizes {
            raw: embedded.bundle.len() + fallback.len() + clients_len + slice_len,
            compressed: Some(bundle.len() + fallback.len() + clients_len + slice_len),
            embedded: mapping_len,
        },
        shim: PartSizes {
            raw: engine.shim.len(),
            compressed: None,
            embedded: text.len() - engine_len - mapping_len,
        },
        total: text.len(),
        limit,
        rules: embedded.rules,
    };
    Ok(Action { text, sizes })
}

/// So that an Action in the wrong tenant, or in the place of another slice, is recognized. Names and domains have no
/// character that ends a comment.
fn first_line(platform: &CompiledPlatform, slice: Option<(usize, usize)>) -> String {
    let slice = slice.map(|(number, count)| format!(", slice {number} of {count}")).unwrap_or_default();
    match platform.tenant() {
        Some(tenant) => format!("{TENANT_LINE}{}{slice} ({})\n", tenant.name(), tenant.domain()),
        None if slice.is_empty() => String::new(),
        None => format!("// Claimsmith{slice}\n"),
    }
}

/// How many digits of a SHA-256 are kept: 132 bits, which is enough to detect damage.
const DIGEST_DIGITS: usize = 22;

/// The first digits of the SHA-256 of a text, as the Action computes them.
pub(crate) fn digest(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text)).chars().take(DIGEST_DIGITS).collect()
}

/// The inside of a JavaScript string in double quotes, in printable ASCII.
///
/// Programs that deploy an Action replace keywords in its text: auth0-deploy-cli replaces `##KEY##` and `@@KEY@@`,
/// Terraform's templates `${` and `%{`. So the characters with which these begin are escaped.
fn quoted(text: &str) -> anyhow::Result<String> {
    let json = serde_json::to_string(text)?;
    let inside =
        json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).context("a string has quotes")?;
    let mut quoted = String::with_capacity(inside.len());
    for char in inside.chars() {
        if matches!(char, ' '..='~') && !matches!(char, '#' | '$' | '%' | '@') {
            quoted.push(char);
        } else {
            for unit in char.encode_utf16(&mut [0; 2]) {
                write!(quoted, "\\u{unit:04x}")?;
            }
        }
    }
    Ok(quoted)
}

/// Replaces placeholders by contents. Each placeholder must occur once, as a whole string in double quotes.
fn fill(shim: &str, contents: &[(&str, String)]) -> anyhow::Result<String> {
    let mut places = Vec::new();
    for (placeholder, content) in contents {
        let count = shim.matches(placeholder).count();
        ensure!(count == 1, "the embedded shim holds `{placeholder}` {count} times instead of once");
        let (before, after) = shim.split_once(placeholder).context("the placeholder occurs once")?;
        let is_quoted = before.ends_with('"') && after.starts_with('"');
        ensure!(is_quoted, "the embedded shim does not hold `{placeholder}` as a string in double quotes");
        places.push((before.len(), *placeholder, content));
    }
    places.sort_unstable();

    let mut text =
        String::with_capacity(shim.len() + contents.iter().map(|(_, content)| content.len()).sum::<usize>());
    let mut rest = shim;
    for (_, placeholder, content) in places {
        // The search continues after each placeholder, so contents that look like placeholders are not replaced.
        let (before, after) = rest.split_once(placeholder).context("the placeholder occurs once")?;
        text.push_str(before);
        text.push_str(content);
        rest = after;
    }
    text.push_str(rest);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{fill, quoted};

    const SHIM: &str = r#"const e="__B__",f="__A__";"#;

    fn check(shim: &str, expected: Result<&str, &str>) {
        let contents = [("__A__", "first __B__".to_owned()), ("__B__", "second".to_owned())];
        let filled = fill(shim, &contents).map_err(|error| error.to_string());
        assert_eq!(filled.as_deref().map_err(String::as_str), expected);
    }

    #[test]
    fn fill_replaces_placeholders_and_not_contents() {
        check(SHIM, Ok(r#"const e="second",f="first __B__";"#));
    }

    #[test]
    fn fill_refuses_a_shim_without_its_placeholders() {
        check("", Err("the embedded shim holds `__A__` 0 times instead of once"));
        check(&SHIM.repeat(2), Err("the embedded shim holds `__A__` 2 times instead of once"));
        let unquoted = "the embedded shim does not hold `__A__` as a string in double quotes";
        check("__A__", Err(unquoted));
        check("'__A__'", Err(unquoted));
    }

    #[test]
    fn quoted_text_cannot_end_its_string() {
        let check = |text: &str, expected: &str| assert_eq!(quoted(text).expect(text), expected);
        check(r#"{"failure":"deny"}"#, r#"{\"failure\":\"deny\"}"#);
        check("\\\"\n\u{2028}</script>", r#"\\\"\n\u2028</script>"#);
    }

    #[test]
    fn quoted_text_is_ascii_without_keywords() {
        let check = |text: &str, expected: &str| assert_eq!(quoted(text).expect(text), expected);
        check("Büro \u{1f6e0} \u{7f}", r"B\u00fcro \ud83d\udee0 \u007f");
        check("##KEY## @@KEY@@", r"\u0023\u0023KEY\u0023\u0023 \u0040\u0040KEY\u0040\u0040");
        check("${key} %{if} \\u0023", r"\u0024{key} \u0025{if} \\u0023");
    }
}
