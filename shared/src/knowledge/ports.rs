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
    /// tried on everybody, in the first pass. Profiles larger than [`Self::asked`] try it on everybody.
    #[serde(default)]
    pub seeming: Vec<String>,
    /// [`Self::seeming`] counts in every profile.
    #[serde(default)]
    pub strict: bool,
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

    /// The same, each with the classes that count in this profile.
    pub fn rows_of(&self, profile: Profile) -> Vec<PortRow> {
        let everybody = |row: &PortRow| row.asked < profile && !row.strict;
        let fit = |row: &PortRow| if everybody(row) { PortRow { seeming: vec![], ..row.clone() } } else { row.clone() };
        self.asked_by(profile).map(fit).collect()
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
    use crate::class::Class;

    #[test]
    fn the_builtin_table_parses_and_tells_medical_devices_first() {
        let ports = Ports::builtin();
        let gentle: Vec<_> = ports.asked_by(Profile::Gentle).collect();
        assert!(gentle[0].fragile && gentle[0].port == 104);
        let first_pass = gentle.iter().filter(|row| row.seeming.is_empty()).count();
        assert!(first_pass <= 12, "{first_pass} ports for everybody");
        assert!(ports.asked_by(Profile::Fast).filter(|row| prints_raw(row.port)).all(|row| !row.payload));
    }

    #[test]
    fn a_port_is_listed_once_and_its_classes_exist() {
        let ports = Ports::builtin();
        let mut seen = std::collections::BTreeSet::new();
        let is_class = |prefix: &String| Class::ALL.iter().any(|(class, _)| class.is_within(prefix));
        for row in &ports.0 {
            assert!(seen.insert(row.port), "{} twice", row.port);
            assert!(row.seeming.iter().all(is_class), "{}: {:?}", row.port, row.seeming);
        }
    }

    #[test]
    fn a_larger_profile_asks_everybody_but_for_what_is_strict() {
        let ports = Ports::builtin();
        let classes = |profile: Profile, port: u16| {
            let rows = ports.rows_of(profile);
            rows.into_iter().find(|row| row.port == port).map(|row| row.seeming.len())
        };
        assert!(classes(Profile::Gentle, 5432) > Some(0));
        assert_eq!(classes(Profile::Normal, 5432), Some(0));
        assert_eq!(classes(Profile::Fast, 502), Some(1));
    }
}
