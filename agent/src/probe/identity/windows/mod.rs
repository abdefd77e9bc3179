//! What Windows, and what speaks as Windows does, tells before anybody logs in.
//!
//! The first messages of a login name the machine, its domain and its build (MS-NLMP §2.2.1.2); they
//! travel in SMB, RDP and HTTP alike. Nobody ever sends the third message, which would be a login.

pub mod http_ntlm;
pub mod ldap;
pub mod rdp;
pub mod rpc;
pub mod smb;
pub mod smb1;
pub mod sql_browser;

mod ber;
mod little;
mod ntlm;
mod session;
