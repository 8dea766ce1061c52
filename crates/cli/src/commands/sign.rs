//! `claimsmith sign`: signs the mappings that travel as blocks.

mod arguments;
mod confirmations;
mod signed;

pub(super) use self::arguments::SignArguments;
