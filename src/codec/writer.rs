//! Writes bundles, for the compiler.

use std::collections::BTreeSet;

use crate::ids::{Id as _, TargetId};

/// Writes what [`Reader`](super::reader::Reader) reads.
#[derive(Debug, Default)]
pub(crate) struct Writer {
    pub(crate) bytes: Vec<u8>,
}

impl Writer {
    pub(crate) fn number(&mut self, value: usize) {
        let mut left = value;
        while left >= 0x80 {
            self.bytes.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        self.bytes.push(left as u8);
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.number(text.len());
        self.bytes.extend(text.as_bytes());
    }

    pub(crate) fn flag(&mut self, flag: bool) {
        self.bytes.push(u8::from(flag));
    }

    /// The sum of the flags that are on.
    pub(crate) fn flags(&mut self, flags: &[(bool, u8)]) {
        self.bytes.push(flags.iter().filter(|(on, _)| *on).map(|(_, flag)| flag).sum());
    }

    /// A count and that number of entries, each written by `write`.
    pub(crate) fn list<T>(&mut self, entries: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.number(entries.len());
        entries.iter().for_each(|entry| write(self, entry));
    }

    /// Target groups: ascending, each once.
    pub(crate) fn targets(&mut self, targets: &[TargetId]) {
        let targets: BTreeSet<TargetId> = targets.iter().copied().collect();
        self.number(targets.len());
        targets.into_iter().for_each(|target| self.number(target.index()));
    }

    pub(crate) fn patterns(&mut self, patterns: &[(&str, usize)]) {
        self.list(patterns, |writer, (text, clause)| {
            writer.number(*clause);
            writer.text(text);
        });
    }
}
