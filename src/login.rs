//! What a login carries, and how upstream groups are read from it.

pub(crate) mod delimited;
pub(crate) mod dn;
pub(crate) mod entries;
pub(crate) mod input;
pub(crate) mod lookup;
pub(crate) mod name_form;
pub(crate) mod name_list;
pub(crate) mod received;
pub(crate) mod source;
pub(crate) mod value;
