//! The ports an agent may try, from `config/ports.toml`.

use serde::Deserialize;

use crate::fact::Transport;

/// The table that is compiled in.
pub const DEFAULT: &str = include_str!("../../../config/ports.toml");

/// How much a scan asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// The default: the ports that class a device, at a pace that no device notices.
    Gentle,
    /// Every port worth asking on IT equipment.
    Normal,
    /// All of the table.
    Fast,
}

impl Profile {
    /// `gentle`, `normal` or `fast`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Gentle => "gentle",
            Self::Normal => "normal",
            Self::Fast => "fast",
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PortRow {
    /// Port number.
    pub port: u16,
    /// Transport protocol.
    pub transport: Transport,
    /// English name.
    pub name: String,
    /// Japanese name.
    pub name_ja: String,
    /// Class hint, e.g. `medical.dicom`.
    pub class: String,
    /// The smallest profile that tries it.
    pub asked: Profile,
    /// An open port makes its device fragile.
    #[serde(default)]
    pub fragile: bool,
    /// A connection may carry octets.
    #[serde(default = "yes")]
    pub payload: bool,
    /// Prefixes of class codes: tried in the second pass, on devices that seem to be such; empty:
    /// tried on everybody, in the first pass.
    #[serde(default)]
    pub seeming: Vec<String>,
    /// `yes` or `possible`.
    #[serde(default)]
    pub remote_maintenance: Option<String>,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    port: Vec<PortRow>,
}

/// The port table, in the order in which ports are tried.
#[derive(Debug, Clone)]
pub struct Ports(Vec<PortRow>);

impl Ports {
    /// Reads a table.
    pub fn parse(text: &str) -> Result<Self, toml::de::Error> {
        Ok(Self(toml::from_str::<File>(text)?.port))
    }

    /// The table that is compiled in; a test parses it.
    pub fn builtin() -> Self {
        Self::parse(DEFAULT).unwrap_or(Self(vec![]))
    }

    /// The rows that a profile tries, in order.
    pub fn asked_by(&self, profile: Profile) -> impl Iterator<Item = &PortRow> {
        self.0.iter().filter(move |row| row.asked <= profile)
    }

    /// The row of one port.
    pub fn get(&self, transport: Transport, port: u16) -> Option<&PortRow> {
        self.0.iter().find(|row| row.transport == transport && row.port == port)
    }
}

/// Ports that print whatever they receive: JetDirect and its neighbours, and LPD (RFC 1179).
/// No payload is ever sent to them, whatever a table says.
pub fn prints_raw(port: u16) -> bool {
    port == 515 || (9100..=9107).contains(&port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_table_parses_and_tells_medical_devices_first() {
        let ports = Ports::builtin();
        let gentle: Vec<_> = ports.asked_by(Profile::Gentle).collect();
        assert!(gentle[0].fragile && gentle[0].port == 104);
        assert!(gentle.len() < 25, "{}", gentle.len());
        assert!(ports.asked_by(Profile::Fast).filter(|row| prints_raw(row.port)).all(|row| !row.payload));
    }
}
