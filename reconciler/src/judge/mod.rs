//! The judge: values in, a [`Verdict`] out. No I/O, no clock, no words for people.

pub mod asset;
pub mod entry;
pub mod finding;
pub mod pairing;
pub mod verdict;
