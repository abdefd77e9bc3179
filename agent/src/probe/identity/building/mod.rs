//! Building control and industrial controllers: read-only identification, and only where something
//! speaks for such a device already.

pub mod bacnet;
pub mod modbus;
