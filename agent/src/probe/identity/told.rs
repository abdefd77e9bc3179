//! The facts that every service brings: an open port, and who speaks there.

use daicho_shared::fact::{Fact, PortState, Transport};

/// A TCP port that accepted a connection.
pub(super) fn open(port: u16) -> Fact {
    Fact::Port { transport: Transport::Tcp, port, state: PortState::Open }
}

/// A service that spoke its protocol and said no more of itself.
pub(crate) fn service(transport: Transport, port: u16, protocol: &str) -> Fact {
    named(transport, port, protocol, Product::default())
}

/// What a service says of itself.
#[derive(Debug, Default)]
pub(super) struct Product {
    pub(super) name: Option<String>,
    pub(super) version: Option<String>,
    pub(super) banner: Option<String>,
}

/// A service that spoke its protocol and named its product.
pub(super) fn named(transport: Transport, port: u16, protocol: &str, product: Product) -> Fact {
    let Product { name, version, banner } = product;
    Fact::Service { transport, port, protocol: protocol.to_owned(), product: name, version, banner }
}

/// A named value, in a protocol's own spelling.
pub(crate) fn attribute(source: &str, key: &str, value: impl Into<String>) -> Fact {
    Fact::Attribute { source: source.to_owned(), key: key.to_owned(), value: value.into() }
}

/// A greeting that is longer than its protocol allows a line to be.
pub(super) fn endless_greeting() -> Fact {
    Fact::Unnatural { how: "endless-greeting".to_owned() }
}
