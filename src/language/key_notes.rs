//! What is known about the keys of a mapping before it is read; [`misplaced`](super::misplaced) finds it out.

use std::collections::BTreeMap;

/// What is known about the keys of a mapping before it is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes {
    /// Of unknown keys, by the byte at which the key begins.
    pub(crate) advice: BTreeMap<usize, Advice>,
    /// Keys that belong here, and that are written where they are unknown.
    pub(crate) elsewhere: Vec<&'static str>,
}

/// Where a key belongs.
#[derive(Clone, Debug)]
pub(crate) struct Advice {
    pub(crate) help: String,
    /// Whether the place is so near that a similar key of the present place is a worse guess.
    pub(crate) is_near: bool,
    /// The key of the present place that the unknown one is a word for.
    pub(crate) key: Option<&'static str>,
}

impl Advice {
    pub(crate) fn new(help: String, is_near: bool) -> Self {
        Self { help, is_near, key: None }
    }
}

impl Notes {
    /// Where an unknown key belongs, if the language has it; `start` is the byte at which the key begins.
    pub(crate) fn advice(&self, start: usize) -> Option<&Advice> {
        self.advice.get(&start)
    }

    /// Keys of this mapping that are written elsewhere.
    pub(crate) fn elsewhere(&self) -> &[&'static str] {
        &self.elsewhere
    }
}
