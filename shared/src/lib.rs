//! The words of Daicho: what an agent writes down and a reconciler reads.
//!
//! No I/O, no clock and no opinion lives here. An agent can say what it saw ([`fact::Fact`],
//! [`observation::Observation`]), what it asked and how that ended ([`coverage`]), and hand the
//! whole run over as one [`batch::Batch`]. What a thing *is*, and whether that is a problem, is
//! decided by the reconciler alone.

pub mod address;
pub mod ae_title;
pub mod batch;
pub mod class;
pub mod coverage;
pub mod fact;
pub mod id;
pub mod knowledge;
pub mod learned;
pub mod observation;
pub mod recognise;
pub mod text;
