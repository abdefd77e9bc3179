//! What stands in one cell, as values: no cell's text is an error, it is a value or a problem.

pub(crate) mod address;
pub(crate) mod date;
pub(crate) mod label;
pub(crate) mod list;
pub(crate) mod mac;
pub(crate) mod network;
