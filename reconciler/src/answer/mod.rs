//! From findings to answers: what a form asks, what a verdict says about it, and what only a person can say. Values in,
//! values out: no I/O, no clock, no SQL, and no words but those of the forms.
//!
//! `question`, `forms`: the forms as data; `ground`: a verdict on a day, with its devices (`device`), departments
//! (`department`), vendors (`vendors`), external connection points per department (`points`) and segments (`segments`); `figures`: what is
//! counted, each by its key, as a `figure` with what stands behind it; `draft`: what follows of them for each question;
//! `unseen`: what was not looked at; `sheet`: all of it as one value that is frozen; `said`: what counts as filled in.

pub mod department;
mod device;
pub mod draft;
pub mod figure;
pub mod figures;
pub mod forms;
pub mod ground;
pub mod listed;
pub mod points;
pub mod question;
mod said;
#[cfg(test)]
pub(crate) mod sample;
pub mod segments;
pub mod sheet;
#[cfg(test)]
mod tests;
pub mod unseen;
mod vendors;
