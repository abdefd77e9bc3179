//! Facts of the field that both sides need, compiled in from `config/` and replaceable by a file.

pub mod makers;
pub mod oui;
pub mod ports;
