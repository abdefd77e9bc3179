//! What is it?
