//! The compiler and the engine for JavaScript that has them both, such as a browser page: objects in, objects out.
//!
//! Not part of the engine that ships in the Action.

use serde::{Deserialize, Serialize};
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

use super::event::{self, Event};
use crate::bundle::index::Bundle;
use crate::compiler;
use crate::diagnostic::SourceFile;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    text: String,
}

#[derive(Serialize)]
struct Compiled {
    version: u32,
    diagnostics: Vec<Finding>,
    bundle: Option<Vec<u8>>,
}

#[derive(Serialize)]
struct Finding {
    code: &'static str,
    severity: &'static str,
    message: String,
    file: String,
    /// Where it is, in bytes of the file's UTF-8.
    start: usize,
    end: usize,
    help: String,
}

/// Compiles mapping files, `[{path, text}]`, into
/// `{version, diagnostics: [{code, severity, message, file, start, end, help}], bundle: number[] | null}`.
///
/// # Errors
///
/// Throws if the argument has another shape; whatever is wrong with the files is a diagnostic.
#[wasm_bindgen(js_name = compileMappings)]
pub fn compile_mappings(files: JsValue) -> Result<JsValue, js_sys::Error> {
    let files: Vec<File> = serde_wasm_bindgen::from_value(files).map_err(malformed)?;
    let files: Vec<SourceFile> =
        files.into_iter().map(|File { path, text }| SourceFile { path, text }).collect();
    let compilation = compiler::compile(&files);
    let finding = |it: crate::diagnostic::Diagnostic| Finding {
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
        diagnostics: compilation.diagnostics.into_iter().map(finding).collect(),
        bundle: compilation.platform.map(|platform| platform.bundle),
    })
}

/// Evaluates the login that a post-login event stands for; the answer is that of `claimsmith evaluate`.
///
/// # Errors
///
/// Throws if the bytes are no bundle, or the event is no object.
#[wasm_bindgen(js_name = answerEvent)]
pub fn answer_event(bundle: &[u8], event: JsValue) -> Result<JsValue, js_sys::Error> {
    let bundle = Bundle::decode(bundle).map_err(malformed)?;
    let event: serde_json::Value = serde_wasm_bindgen::from_value(event).map_err(malformed)?;
    let event = Event::from_json(event).map_err(malformed)?;
    to_object(&event::answer(&bundle, &event))
}

/// Plain objects rather than JavaScript maps, and null rather than undefined: what JSON would give.
fn to_object(value: &impl Serialize) -> Result<JsValue, js_sys::Error> {
    let serializer = Serializer::json_compatible();
    value.serialize(&serializer).map_err(malformed)
}

fn malformed(error: impl core::fmt::Display) -> js_sys::Error {
    js_sys::Error::new(&error.to_string())
}
