//! What was asked and how it ended. Silence is a result, and "not allowed" is one, too.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::id::ProbeName;

/// How one question ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It answered in the protocol asked for.
    Answered,
    /// Nothing came back in time.
    Silent,
    /// It said no (RST, port unreachable, reject).
    Refused,
    /// It answered, but in another protocol.
    OtherProtocol,
    /// It began to answer and broke off.
    BrokeOff,
    /// The scope, the device's class or its budget forbade the question.
    NotAllowed,
}

/// How a segment was looked at by one probe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The network, as the scope names it.
    pub segment: IpNet,
    /// The segment is on the agent's own link (ARP reaches it), or behind a router.
    pub on_link: bool,
    /// The probe.
    pub probe: ProbeName,
    /// Questions put, retries not counted.
    pub asked: u32,
    /// Questions answered, refusals included: somebody was there.
    pub answered: u32,
    /// Questions not put because they were not allowed.
    pub not_allowed: u32,
    /// Questions not put because the run ended first.
    pub not_reached: u32,
}
