//! Facts of the field that both sides need, compiled in from `config/` and replaceable by a file.

pub mod guesses;
pub mod makers;
pub mod oui;
pub mod ports;
