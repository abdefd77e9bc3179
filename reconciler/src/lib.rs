//! The reconciler: reads what agents saw and what people declared, and says, with evidence, what differs.
//!
//! `import` and `store` bring values in, `judge` and `vendor` are pure, `render` puts values out; `run` joins them.

pub mod answer;
pub mod cli;
pub mod edge;
pub mod export;
pub mod import;
pub mod judge;
pub mod lang;
pub mod pack;
pub mod render;
pub mod run;
pub mod settings;
pub mod store;
pub mod vendor;
