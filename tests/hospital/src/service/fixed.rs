//! Services that need no protocol: silence, a greeting, fixed octets.

use super::{Say, Talk};

/// Listens, and says nothing.
#[derive(Debug)]
pub struct Silent;

impl Talk for Silent {
    fn hear(&mut self, _octets: &[u8]) -> Say {
        Say::default()
    }
}

/// Listens, and complains of every octet: HL7 over MLLP, where a message would be stored.
#[derive(Debug, Default)]
pub struct Interface(usize);

impl Talk for Interface {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.0 += octets.len();
        Say::default()
    }

    fn complaint(&mut self) -> Option<String> {
        (self.0 > 0).then(|| format!("{} octets to an HL7 interface", std::mem::take(&mut self.0)))
    }
}

/// Says this when the connection stands.
#[derive(Debug)]
pub struct Greeting(pub Vec<u8>);

impl Talk for Greeting {
    fn open(&mut self) -> Say {
        Say::more(std::mem::take(&mut self.0))
    }

    fn hear(&mut self, _octets: &[u8]) -> Say {
        Say::default()
    }
}

/// Answers the first octets with these.
#[derive(Debug)]
pub struct Fixed(pub Vec<u8>);

impl Talk for Fixed {
    fn hear(&mut self, _octets: &[u8]) -> Say {
        Say::more(std::mem::take(&mut self.0))
    }
}
