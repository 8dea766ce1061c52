//! `action.js`: the shim with the engine and the bundle put into it.

use anyhow::{Context, ensure};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use claimsmith::compiler::CompiledPlatform;
use serde::Serialize;

use crate::compress::compress;

/// What Auth0 accepts as the code of one Action, in bytes.
pub(crate) const LIMIT: usize = 100_000;

const ENGINE: &str = "__CLAIMSMITH_ENGINE__";
const BUNDLE: &str = "__CLAIMSMITH_BUNDLE__";
const FALLBACK: &str = "__CLAIMSMITH_FALLBACK__";

/// The parts of an Action that are the same for all mappings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Engine<'e> {
    /// How large the WebAssembly is.
    raw: usize,
    /// The WebAssembly, compressed.
    compressed: &'e [u8],
    /// The JavaScript that becomes the Action.
    shim: &'e str,
}

/// The engine that was built before this program was.
#[cfg(embedded_engine)]
pub(crate) fn embedded() -> Option<Engine<'static>> {
    Some(Engine {
        raw: env!("CLAIMSMITH_ENGINE_BYTES").parse().ok()?,
        compressed: include_bytes!(concat!(env!("OUT_DIR"), "/engine.br")),
        shim: include_str!(concat!(env!("OUT_DIR"), "/shim.js")),
    })
}

/// No engine had been built when this program was.
#[cfg(not(embedded_engine))]
pub(crate) fn embedded() -> Option<Engine<'static>> {
    None
}

/// An Action and what takes how much of it.
#[derive(Debug)]
pub(crate) struct Action {
    pub(crate) text: String,
    pub(crate) sizes: Sizes,
}

/// What takes how much of an Action, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Sizes {
    pub(crate) engine: Part,
    /// The bundle and what happens without it.
    pub(crate) mapping: Part,
    pub(crate) shim: Part,
    pub(crate) total: usize,
    pub(crate) limit: usize,
    pub(crate) rules: usize,
}

/// The sizes of a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Part {
    pub(crate) raw: usize,
    /// `None` for what is not compressed.
    pub(crate) compressed: Option<usize>,
    /// What it takes of the Action.
    pub(crate) embedded: usize,
}

impl Sizes {
    /// How many bytes of the mapping a rule takes on average.
    pub(crate) fn per_rule(&self) -> Option<f64> {
        (self.rules > 0).then(|| self.mapping.embedded as f64 / self.rules as f64)
    }
}

/// Puts mappings into an Action.
pub(crate) fn compose(
    engine: Engine<'_>,
    platform: &CompiledPlatform,
    limit: usize,
) -> anyhow::Result<Action> {
    let bundle = compress(&platform.bundle)?;
    let fallback = serde_json::to_string(&platform.fallback)?;
    let contents = [
        (ENGINE, BASE64_STANDARD.encode(engine.compressed)),
        (BUNDLE, BASE64_STANDARD.encode(&bundle)),
        (FALLBACK, quoted(&fallback)?),
    ];
    let text = fill(engine.shim, &contents)?;
    let [engine_len, bundle_len, fallback_len] = contents.map(|(_, content)| content.len());
    let sizes = Sizes {
        engine: Part { raw: engine.raw, compressed: Some(engine.compressed.len()), embedded: engine_len },
        mapping: Part {
            raw: platform.bundle.len() + fallback.len(),
            compressed: Some(bundle.len() + fallback.len()),
            embedded: bundle_len + fallback_len,
        },
        shim: Part {
            raw: engine.shim.len(),
            compressed: None,
            embedded: text.len() - engine_len - bundle_len - fallback_len,
        },
        total: text.len(),
        limit,
        rules: platform.counts.rules,
    };
    Ok(Action { text, sizes })
}

/// The inside of a JavaScript string in double quotes.
fn quoted(text: &str) -> anyhow::Result<String> {
    let json = serde_json::to_string(text)?;
    let inside =
        json.strip_prefix('"').and_then(|json| json.strip_suffix('"')).context("a string has quotes")?;
    // JSON allows these two raw, JavaScript before 2019 does not.
    Ok(inside.replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

/// Puts contents in the place of placeholders, each of which has to stand once, as a string of its own.
fn fill(shim: &str, contents: &[(&str, String)]) -> anyhow::Result<String> {
    let mut places = Vec::new();
    for (placeholder, content) in contents {
        let count = shim.matches(placeholder).count();
        ensure!(count == 1, "the embedded shim holds `{placeholder}` {count} times instead of once");
        let (before, behind) = shim.split_once(placeholder).context("it is there once")?;
        let alone = before.ends_with('"') && behind.starts_with('"');
        ensure!(alone, "the embedded shim does not hold `{placeholder}` as a string in double quotes");
        places.push((before.len(), *placeholder, content));
    }
    places.sort_unstable();

    let mut text =
        String::with_capacity(shim.len() + contents.iter().map(|(_, content)| content.len()).sum::<usize>());
    let mut rest = shim;
    for (_, placeholder, content) in places {
        // Everything before a placeholder is copied, and looked at no more: contents are never searched.
        let (before, behind) = rest.split_once(placeholder).context("it is there once")?;
        text.push_str(before);
        text.push_str(content);
        rest = behind;
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
    fn contents_stand_where_the_placeholders_stood() {
        check(SHIM, Ok(r#"const e="second",f="first __B__";"#));
    }

    #[test]
    fn a_shim_without_its_placeholders_is_refused() {
        check("", Err("the embedded shim holds `__A__` 0 times instead of once"));
        check(&SHIM.repeat(2), Err("the embedded shim holds `__A__` 2 times instead of once"));
        let naked = "the embedded shim does not hold `__A__` as a string in double quotes";
        check("__A__", Err(naked));
        check("'__A__'", Err(naked));
    }

    #[test]
    fn a_fallback_cannot_leave_its_string() {
        let check = |text: &str, expected: &str| assert_eq!(quoted(text).expect(text), expected);
        check(r#"{"failure":"deny"}"#, r#"{\"failure\":\"deny\"}"#);
        check("\\\"\n\u{2028}</script>", r#"\\\"\n\u2028</script>"#);
    }
}
