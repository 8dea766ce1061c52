//! The WebAssembly boundary of the Action's engine: memory in, memory out.
//!
//! The Action writes a call into the memory that [`reserve`] returns and reads the answer at the address that the call
//! returns. Only numbers cross the boundary: one buffer per call is several times cheaper than one string at a time.

use std::cell::RefCell;
use std::mem::ManuallyDrop;

use wasm_bindgen::prelude::wasm_bindgen;

use super::boundary::{self, Loaded};
use crate::bundle::block::Block;
use crate::bundle::index::Bundle;
use crate::codec::tags::word::CLOSED;
use crate::outcome::Reason;

/// A small allocator is enough: the memory lives as long as the instance, and a call allocates little.
#[global_allocator]
static MEMORY: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

/// The memory of a call larger than this is freed after the answer.
const KEPT_BYTES: usize = 1 << 20;

struct Engine {
    /// Never dropped: it lives as long as the instance.
    bundle: Option<&'static Bundle<'static>>,
    /// Never dropped either: a host that has loaded many starts a new instance.
    blocks: Vec<&'static Block<'static>>,
    call: Vec<u8>,
    answer: Vec<u32>,
    text: Vec<u8>,
}

thread_local! {
    /// Never dropped: without a destructor, every call needs less code.
    static ENGINE: RefCell<ManuallyDrop<Engine>> = const {
        RefCell::new(ManuallyDrop::new(Engine {
            bundle: None,
            blocks: Vec::new(),
            call: Vec::new(),
            answer: Vec::new(),
            text: Vec::new(),
        }))
    };
}

impl Engine {
    fn loaded(&self) -> Option<Loaded<'_, 'static>> {
        Some(Loaded { platform: self.bundle?, blocks: &self.blocks })
    }
}

/// Runs `f` with the engine. Calls do not nest, so it is never borrowed twice, and an error message would only cost
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

/// Loads a bundle from the call's `len` bytes: the SHA-256 of all its bytes after the header (32 bytes), then the
/// bundle. Returns 0, or the number of the reason why the bundle cannot be used.
///
/// The bundle stays for the life of the instance. If it cannot be used, a bundle that was loaded before stays in use.
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

/// Answers [`boundary::load_block`] for the call's `len` bytes: the block's handle, or with the highest bit set the reason
/// why the block cannot be used. A handle is never used again.
#[wasm_bindgen]
pub fn load_block(len: usize) -> u32 {
    with_engine(|engine| {
        let Some(platform) = engine.bundle else { return CLOSED | Reason::BadBundle as u32 };
        let mut bytes = core::mem::take(&mut engine.call);
        bytes.truncate(len);
        match boundary::load_block(platform, bytes.leak()) {
            Ok(block) => {
                engine.blocks.push(Box::leak(Box::new(block)));
                engine.blocks.len() as u32
            }
            Err(reason) => CLOSED | reason as u32,
        }
    })
}

/// Answers [`boundary::route`] for the call's `len` bytes; without a bundle, the answer is that to a malformed call.
#[wasm_bindgen]
pub fn route(len: usize) -> *const u32 {
    answer(len, boundary::route, &boundary::NO_ROUTE)
}

/// Answers [`boundary::evaluate`] for the call's `len` bytes; without a bundle, the answer is that to a malformed call.
#[wasm_bindgen]
pub fn evaluate(len: usize) -> *const u32 {
    answer(len, boundary::evaluate, &boundary::REFUSAL)
}

/// Answers [`boundary::text`]: a word with the length, then UTF-8. The length is zero if there is no such text.
#[wasm_bindgen]
pub fn text(block: u32, kind: u32, position: u32) -> *const u8 {
    with_engine(|engine| {
        let text = boundary::text(engine.loaded(), block, kind, position).unwrap_or_default();
        engine.text.clear();
        engine.text.extend((text.len() as u32).to_le_bytes());
        engine.text.extend(text.as_bytes());
        engine.text.as_ptr()
    })
}

fn answer(
    len: usize,
    respond: impl FnOnce(Loaded<'_, 'static>, &[u8], &mut Vec<u32>),
    refusal: &[u32],
) -> *const u32 {
    with_engine(|engine| {
        engine.answer.clear();
        let Engine { bundle, blocks, call, answer, .. } = engine;
        match bundle.zip(call.get(..len)) {
            Some((platform, call)) => respond(Loaded { platform, blocks }, call, answer),
            // Without this, the caller would read the answer of an earlier login.
            None => answer.extend(refusal),
        }
        if engine.call.len() > KEPT_BYTES {
            engine.call = Vec::new();
        }
        engine.answer.as_ptr()
    })
}
