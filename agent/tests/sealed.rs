//! A sealed process opens no socket. Alone in its file: the seal is for the whole process.
#![cfg(unix)]

use std::net::UdpSocket;

#[test]
fn a_sealed_process_opens_no_socket() {
    UdpSocket::bind("127.0.0.1:0").unwrap();
    daicho_agent::edge::sealed::open_nothing_more().unwrap();
    let refused = UdpSocket::bind("127.0.0.1:0").unwrap_err();
    assert_eq!(refused.raw_os_error(), Some(libc::EMFILE));
    assert!(std::fs::File::open("/dev/null").is_err());
}
