//! Ways to see and steer a device's screen from afar.

pub mod vnc;
