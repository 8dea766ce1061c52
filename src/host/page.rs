//! The compiler and the engine together for JavaScript, such as a browser page: objects in, objects out.
//!
//! The Action's engine does not contain this module.

use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::event::{self, Event};
use crate::bundle::index::Bundle;
use crate::compiler;
use crate::diagnostic::{Diagnostic, SourceFile};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    text: String,
}

#[derive(Serialize)]
struct Compiled {
    version: u32,
    diagnostics: Vec<DiagnosticObject>,
    bundle: Option<Vec<u8>>,
}

#[derive(Serialize)]
struct DiagnosticObject {
    code: &'static str,
    severity: &'static str,
    message: String,
    file: String,
    /// The range in the file, in bytes of its UTF-8.
    start: usize,
    end: usize,
    help: String,
}

/// Compiles mapping files, `[{path, text}]`, into
/// `{version, diagnostics: [{code, severity, message, file, start, end, help}], bundle: number[] | null}`.
///
/// # Errors
///
/// Throws if the argument has another shape. Problems in the files are diagnostics.
#[wasm_bindgen(js_name = compileMappings)]
pub fn compile_mappings(files: JsValue) -> Result<JsValue, js_sys::Error> {
    let files: Vec<File> = serde_wasm_bindgen::from_value(files).map_err(malformed)?;
    let files: Vec<SourceFile> =
        files.into_iter().map(|File { path, text }| SourceFile { path, text }).collect();
    let compilation = compiler::compile(&files);
    let object = |it: Diagnostic| DiagnosticObject {
        code: it.code.name(),
        severity: it.severity.name(),
        message: it.message,
        file: it.file,
        start: it.span.start,
        end: it.span.end,
        help: it.help,
    };
    to_object(&Compiled {
        version: 1,
        diagnostics: compilation.diagnostics.into_iter().map(object).collect(),
        bundle: compilation.platform.map(|platform| platform.bundle),
    })
}

/// Evaluates the login of a post-login event; the answer is that of `claimsmith evaluate`.
///
/// # Errors
///
/// Throws if the bytes are not a bundle, or the event is not an object.
#[wasm_bindgen(js_name = answerEvent)]
pub fn answer_event(bundle: &[u8], event: JsValue) -> Result<JsValue, js_sys::Error> {
    let bundle = Bundle::decode(bundle).map_err(malformed)?;
    let event: serde_json::Value = serde_wasm_bindgen::from_value(event).map_err(malformed)?;
    let event = Event::from_json(event).map_err(malformed)?;
    to_object(&event::answer(&bundle, &event))
}

/// Plain objects instead of JavaScript maps, and null instead of undefined, as JSON has them.
fn to_object(value: &impl Serialize) -> Result<JsValue, js_sys::Error> {
    let serializer = Serializer::json_compatible();
    value.serialize(&serializer).map_err(malformed)
}

fn malformed(error: impl core::fmt::Display) -> js_sys::Error {
    js_sys::Error::new(&error.to_string())
}
