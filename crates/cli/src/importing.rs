//! Drafts mapping files from what people have today: pure, and without a word about a single person.
//!
//! A draft grants what its source shows and nothing else. What the source does not settle is a comment that begins with
//! `confirm:`; a rule that could give someone more than today is there as a comment only.

pub(crate) mod authorization_extension;
mod draft;
mod people;
mod privileged;
pub(crate) mod table;

pub(crate) use self::draft::Draft;
