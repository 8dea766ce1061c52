//! Reads untrusted bytes: every read returns `None` if the bytes are not enough or not well-formed.

use crate::ids::Id;

/// A cursor over borrowed bytes.
#[derive(Clone, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn remaining(&self) -> usize {
        self.rest.len()
    }

    /// Takes the next `len` bytes.
    pub(crate) fn take(&mut self, len: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(len)?;
        self.rest = rest;
        Some(taken)
    }

    pub(crate) fn byte(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first)
    }

    /// Takes a little-endian 32-bit word.
    pub(crate) fn word(&mut self) -> Option<u32> {
        let (taken, rest) = self.rest.split_first_chunk::<4>()?;
        self.rest = rest;
        Some(u32::from_le_bytes(*taken))
    }

    /// Takes a little-endian 64-bit float.
    pub(crate) fn float(&mut self) -> Option<f64> {
        let (taken, rest) = self.rest.split_first_chunk::<8>()?;
        self.rest = rest;
        Some(f64::from_le_bytes(*taken))
    }

    /// Takes an unsigned LEB128 number below 2^32.
    pub(crate) fn number(&mut self) -> Option<u32> {
        let mut value = 0u64;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u32::try_from(value).ok();
            }
        }
        None
    }

    /// Takes an id that is a position in a list of `count` entries.
    pub(crate) fn id<I: Id>(&mut self, count: usize) -> Option<I> {
        let position = self.number()?;
        if position as usize >= count {
            return None;
        }
        Some(I::new(position))
    }

    /// Takes a count of things of at least one byte each, which bounds the allocation for them.
    pub(crate) fn count(&mut self) -> Option<usize> {
        let count = self.number()? as usize;
        (count <= self.remaining()).then_some(count)
    }

    /// Takes a LEB128 length and that number of bytes.
    pub(crate) fn bytes(&mut self) -> Option<&'a [u8]> {
        let len = self.number()? as usize;
        self.take(len)
    }

    /// Takes a LEB128 length and that number of bytes of UTF-8.
    pub(crate) fn text(&mut self) -> Option<&'a str> {
        core::str::from_utf8(self.bytes()?).ok()
    }

    /// Takes a count and that number of entries, each by `read`.
    pub(crate) fn list<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = self.count()?;
        let mut list = Vec::with_capacity(count);
        for _ in 0..count {
            list.push(read(self)?);
        }
        Some(list)
    }

    /// Takes a byte of flags, all of which are among `known`.
    pub(crate) fn flags(&mut self, known: u8) -> Option<u8> {
        let flags = self.byte()?;
        (flags & !known == 0).then_some(flags)
    }

    /// Takes a byte that is 0 or 1.
    pub(crate) fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    /// Takes a 32-bit length and that number of bytes of UTF-8. The length `u32::MAX` means that there is no text.
    pub(crate) fn optional_text(&mut self) -> Option<Option<&'a str>> {
        match self.word()? {
            u32::MAX => Some(None),
            len => Some(Some(core::str::from_utf8(self.take(len as usize)?).ok()?)),
        }
    }
}
