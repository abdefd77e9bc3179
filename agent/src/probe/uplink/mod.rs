//! Who leads out of this network? Nothing that is sent here leaves the segment.

pub mod all_routers;
pub mod router_solicitation;
