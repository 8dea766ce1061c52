//! Characters and texts, without any knowledge of groups: scanning, letter case, invisible characters, object ids,
//! times, quotes, keys, hexadecimal digits.

pub(crate) mod case_mapping;
#[cfg(feature = "compiler")]
pub(crate) mod date_advice;
#[cfg(feature = "compiler")]
pub(crate) mod hex;
pub(crate) mod invisible;
#[cfg(feature = "compiler")]
pub(crate) mod letters;
pub(crate) mod object_id;
#[cfg(feature = "compiler")]
pub(crate) mod private_key;
#[cfg(feature = "compiler")]
pub(crate) mod public_key;
#[cfg(feature = "compiler")]
pub(crate) mod quotes;
pub(crate) mod rfc3339;
pub(crate) mod scan;
#[cfg(feature = "compiler")]
pub(crate) mod visible;
