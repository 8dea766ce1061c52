//! The WebAssembly boundary, the only place that knows JavaScript: memory in, memory out.
//!
//! The Action writes a call into the memory that [`reserve`] names and reads the answer where the call's result points.
//! Numbers are all that crosses: one buffer per call is several times cheaper than one string at a time.

use std::cell::RefCell;
use std::mem::ManuallyDrop;

use wasm_bindgen::prelude::wasm_bindgen;

use super::boundary;
use crate::bundle::index::Bundle;
use crate::outcome::Reason;

/// The memory of an instance lives as long as the instance, and a call asks for little of it.
#[global_allocator]
static MEMORY: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// A call larger than this gives its memory back when it is answered.
const KEPT_BYTES: usize = 1 << 20;

struct Engine {
    /// Never dropped: it stays for the life of the instance.
    bundle: Option<&'static Bundle<'static>>,
    call: Vec<u8>,
    answer: Vec<u32>,
    text: Vec<u8>,
}

thread_local! {
    /// Never dropped: that there is nothing to do at the end of a thread is less code in every call.
    static ENGINE: RefCell<ManuallyDrop<Engine>> = const {
        RefCell::new(ManuallyDrop::new(Engine {
            bundle: None,
            call: Vec::new(),
            answer: Vec::new(),
            text: Vec::new(),
        }))
    };
}

/// Runs `f` with the engine. Calls do not nest, so it is never taken twice; reporting that would still cost
/// code.
fn with_engine<T>(f: impl FnOnce(&mut Engine) -> T) -> T {
    ENGINE.with(|engine| match engine.try_borrow_mut() {
        Ok(mut engine) => f(&mut engine),
        Err(_) => core::arch::wasm32::unreachable(),
    })
}

/// Makes room for a call of `len` bytes and returns where to write it.
#[wasm_bindgen]
pub fn reserve(len: usize) -> *const u8 {
    with_engine(|engine| {
        if engine.call.len() < len {
            engine.call = vec![0; len];
        }
        engine.call.as_ptr()
    })
}

/// Takes the call's `len` bytes as the bundle, behind the SHA-256 of all its bytes after the header (32 bytes).
/// Returns 0, or the number of the reason why the bundle cannot be used.
///
/// The bundle stays for the life of the instance. One that cannot be used changes nothing: another one that was loaded
/// before stays in force.
#[wasm_bindgen]
pub fn load(len: usize) -> u32 {
    with_engine(|engine| {
        let mut bytes = core::mem::take(&mut engine.call);
        bytes.truncate(len);
        let bundle = bytes
            .leak()
            .split_first_chunk()
            .and_then(|(digest, bundle)| Bundle::decode_hashed(bundle, *digest).ok());
        match bundle {
            Some(bundle) => {
                engine.bundle = Some(Box::leak(Box::new(bundle)));
                0
            }
            None => Reason::BadBundle as u32,
        }
    })
}

/// Answers [`boundary::route`] for the call's `len` bytes, and without a bundle as it answers a broken call.
#[wasm_bindgen]
pub fn route(len: usize) -> *const u32 {
    answer(len, boundary::route, &boundary::NO_ROUTE)
}

/// Answers [`boundary::evaluate`] for the call's `len` bytes, and without a bundle as it answers a broken call.
#[wasm_bindgen]
pub fn evaluate(len: usize) -> *const u32 {
    answer(len, boundary::evaluate, &boundary::REFUSAL)
}

/// Answers [`boundary::text`]: a word with the length, then UTF-8. No such text: the length is zero.
#[wasm_bindgen]
pub fn text(kind: u32, position: u32) -> *const u8 {
    with_engine(|engine| {
        let text = boundary::text(engine.bundle, kind, position).unwrap_or_default();
        engine.text.clear();
        engine.text.extend((text.len() as u32).to_le_bytes());
        engine.text.extend(text.as_bytes());
        engine.text.as_ptr()
    })
}

fn answer(
    len: usize,
    respond: impl FnOnce(&Bundle<'_>, &[u8], &mut Vec<u32>),
    refusal: &[u32],
) -> *const u32 {
    with_engine(|engine| {
        engine.answer.clear();
        match engine.bundle.zip(engine.call.get(..len)) {
            Some((bundle, call)) => respond(bundle, call, &mut engine.answer),
            // Without an answer of its own the caller would read that of the login before.
            None => engine.answer.extend(refusal),
        }
        if engine.call.len() > KEPT_BYTES {
            engine.call = Vec::new();
        }
        engine.answer.as_ptr()
    })
}
