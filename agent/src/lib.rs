//! The agent: looks at the networks it was given, gently, and writes down what answered.
//!
//! `settings` says what is meant, `scope` what is allowed, `plan` what will be asked, `engine` what
//! to ask next, `edge` touches the operating system, and `run` joins the last two.

pub mod probe;
