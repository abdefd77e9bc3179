//! What Windows, and what speaks as Windows does, tells before anybody logs in.
//!
//! The first messages of a login name the machine, its domain and its build (MS-NLMP §2.2.1.2); they
//! travel in SMB, RDP and HTTP alike. Nobody here sends the third message, which
//! would be a login; an operator may wish for an anonymous one (`uplink/smb_interfaces.rs`).

pub mod http_ntlm;
pub mod ldap;
pub mod rdp;
pub mod rpc;
pub mod smb;
pub mod smb1;
pub mod sql_browser;

mod ber;
pub(in crate::probe) mod little;
pub(in crate::probe) mod ntlm;
pub(in crate::probe) mod session;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::{Fact, PortState, Transport};

use crate::probe::Reading;

/// The port is open.
fn open(port: u16) -> Fact {
    Fact::Port { transport: Transport::Tcp, port, state: PortState::Open }
}

/// A connection that told nothing in the protocol: what was heard was another one, or nothing was, as
/// from a server that closes the connection on what it does not speak.
fn untold(port: u16, heard: bool) -> Reading {
    let outcome = if heard { Outcome::OtherProtocol } else { Outcome::BrokeOff };
    Reading { facts: vec![open(port)], ..Reading::of(outcome) }
}
