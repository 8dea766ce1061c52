//! `claimsmith sign`: signs the mappings that travel as blocks.

mod arguments;
mod confirmations;
mod leftover;
mod signed;
mod terms;
mod writer_files;

pub(super) use self::arguments::SignArguments;
