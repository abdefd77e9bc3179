//! Medical protocols: DICOM verified and nothing else, HL7 listened to and never spoken.

pub mod dicom;
pub mod mllp;

mod pdu;
