//! The agent: looks at the networks it was given, gently, and writes down what answered.
//!
//! `settings` says what is meant, `scope` what is allowed, `plan` what will be asked, `engine` what
//! to ask next, `edge` touches the operating system, and `run` joins the last two. `listen` joins
//! them, too, and asks nothing.

pub mod cli;
pub mod edge;
pub mod engine;
pub mod listen;
pub mod plan;
pub mod preview;
pub mod probe;
pub mod reread;
pub mod run;
pub mod scope;
pub mod settings;
