//! The WebAssembly boundary: the only file that knows JavaScript.
use wasm_bindgen::prelude::*;
use std::cell::RefCell;

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Makes room for `len` bytes of input and returns where JavaScript may write them.
#[wasm_bindgen]
pub fn reserve(len: u32) -> u32 {
    INPUT.with_borrow_mut(|input| {
        input.resize(len as usize, 0);
        input.as_ptr().addr() as u32
    })
}
