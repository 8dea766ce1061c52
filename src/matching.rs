//! Which clauses of a mapping match an upstream group.

pub(crate) mod affix;
pub(crate) mod affix_index;
pub(crate) mod glob;
pub(crate) mod lookalikes;
pub(crate) mod matcher;
pub(crate) mod regex_vm;
