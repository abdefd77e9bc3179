//! Network equipment that tells about itself in its maker's own discovery protocol.

pub mod mikrotik;
pub mod ubiquiti;
