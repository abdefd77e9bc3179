//! Facts as named texts: the fields that rules look at.

use std::borrow::Cow;

use crate::address::Mac;
use crate::fact::{Fact, NameSource, PortState, Transport};
use crate::knowledge::oui;
use crate::knowledge::ports::Ports;

/// A text in a named field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sign<'f> {
    /// The field, e.g. `http.title`, `oui`, `port`, `dhcp.vendor-class`.
    pub field: Cow<'f, str>,
    /// The text.
    pub text: Cow<'f, str>,
    /// The fact it was read from, by its place.
    pub fact: Option<usize>,
}

/// Everything that rules may look at, of one device.
pub fn signs<'f>(
    macs: impl IntoIterator<Item = Mac>,
    facts: impl IntoIterator<Item = &'f Fact>,
    ports: &'f Ports,
) -> Vec<Sign<'f>> {
    let mut signs = vec![];
    for maker in macs.into_iter().filter_map(oui::lookup) {
        let field = if maker.dedicated { "oui" } else { "oui.shared" };
        if maker.mixed {
            signs.push(Sign { field: "oui.mixed".into(), text: maker.class_hint.clone().into(), fact: None });
        }
        signs.push(Sign { field: field.into(), text: maker.class_hint.into(), fact: None });
        let whose = if maker.dedicated { "oui.own-maker" } else { "oui.maker" };
        signs.push(Sign { field: whose.into(), text: maker.name.into(), fact: None });
    }
    let facts: Vec<&Fact> = facts.into_iter().collect();
    // Where every port is open, an open port says nothing.
    let all_open = facts.iter().any(|fact| matches!(fact, Fact::Unnatural { how } if how == "every-port-open"));
    for (place, fact) in facts.into_iter().enumerate() {
        if all_open && matches!(fact, Fact::Port { .. }) {
            continue;
        }
        let mut hear = |field: Cow<'f, str>, text: Cow<'f, str>| {
            signs.push(Sign { field, text, fact: Some(place) });
        };
        read(fact, ports, &mut hear);
    }
    signs
}

fn read<'f>(fact: &'f Fact, ports: &'f Ports, hear: &mut impl FnMut(Cow<'f, str>, Cow<'f, str>)) {
    match fact {
        Fact::Port { transport, port, state: PortState::Open } => open(*transport, *port, ports, hear),
        Fact::Service { transport, port, protocol, product, version, banner } => {
            open(*transport, *port, ports, hear);
            hear("service".into(), protocol.into());
            let texts = [("product", product), ("version", version), ("banner", banner)];
            for (part, text) in texts.into_iter().filter_map(|(part, text)| Some((part, text.as_deref()?))) {
                hear(format!("service.{part}").into(), text.into());
                hear(format!("{protocol}.{part}").into(), text.into());
            }
        }
        Fact::Web { title, server, realm, .. } => {
            let fields = [("http.title", title), ("http.server", server), ("http.realm", realm)];
            for (field, text) in fields.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?))) {
                hear(field.into(), text.into());
            }
        }
        Fact::Name { source, name, domain } => {
            hear("name".into(), name.split('.').next().unwrap_or(name).into());
            hear(format!("name.{}", source_code(*source)).into(), name.into());
            if let Some(domain) = domain {
                hear(format!("domain.{}", source_code(*source)).into(), domain.into());
            }
        }
        Fact::System { description, object_id, .. } => {
            hear("snmp.description".into(), description.into());
            hear("snmp.object-id".into(), object_id.trim_start_matches('.').into());
            if let Some(number) = enterprise(object_id) {
                hear("snmp.enterprise".into(), number.into());
            }
        }
        Fact::Product { source, maker, model, serial, firmware } => {
            let texts = [("maker", maker), ("model", model), ("serial", serial), ("firmware", firmware)];
            for (part, text) in texts.into_iter().filter_map(|(part, text)| Some((part, text.as_deref()?))) {
                hear(format!("product.{part}").into(), text.into());
                hear(format!("{source}.{part}").into(), text.into());
            }
        }
        other => read_more(other, hear),
    }
}

fn read_more<'f>(fact: &'f Fact, hear: &mut impl FnMut(Cow<'f, str>, Cow<'f, str>)) {
    match fact {
        Fact::DefaultGateway { .. } => hear("sign".into(), "gateway".into()),
        Fact::Router { how } => hear("sign".into(), how.into()),
        Fact::Forwarding { enabled: true } => hear("sign".into(), "forwards".into()),
        Fact::Announcement { kind, instance, .. } => {
            hear("announcement".into(), kind.into());
            if let Some(instance) = instance {
                hear("announcement.instance".into(), instance.into());
            }
        }
        Fact::Attribute { source, key, value } => hear(format!("{source}.{key}").into(), value.into()),
        Fact::OperatingSystem { source, name, version, build, edition } => {
            hear("sign".into(), "tells-os".into());
            let number = build.map(|build| build.to_string());
            let parts = [("name", name), ("version", version), ("build", &number), ("edition", edition)];
            for (part, text) in parts.into_iter().filter_map(|(part, text)| Some((part, text.clone()?))) {
                hear(format!("os.{part}").into(), text.into());
            }
            let line = [name.clone(), version.clone(), number.map(|number| format!("build {number}")), edition.clone()];
            hear(format!("os.{source}").into(), line.into_iter().flatten().collect::<Vec<_>>().join(" ").into());
        }
        Fact::FileSharing { dialects, .. } => {
            for dialect in dialects {
                hear("smb.dialect".into(), dialect.into());
            }
        }
        Fact::Association { answer, implementation, version, accepted, .. } => {
            hear("dicom.answer".into(), answer.into());
            let texts = [("dicom.implementation", implementation), ("dicom.version", version)];
            for (field, text) in texts.into_iter().filter_map(|(field, text)| Some((field, text.as_deref()?))) {
                hear(field.into(), text.into());
            }
            for syntax in accepted {
                hear("dicom.accepted".into(), syntax.into());
            }
            if accepted == &[VERIFICATION] {
                hear("sign".into(), "dicom-verification-only".into());
            }
        }
        Fact::Engine { enterprise, text, .. } => {
            hear("snmp.engine-enterprise".into(), enterprise.to_string().into());
            if let Some(text) = text {
                hear("snmp.engine-text".into(), text.into());
            }
        }
        Fact::VirtualRouter { protocol, .. } => hear("sign".into(), protocol.into()),
        Fact::Certificate { subject, issuer, .. } => {
            hear("tls.subject".into(), subject.into());
            hear("tls.issuer".into(), issuer.into());
        }
        Fact::Interface { name, .. } => hear("interface".into(), name.into()),
        Fact::Software { name, .. } => hear("software".into(), name.into()),
        _ => {}
    }
}

fn open<'f>(transport: Transport, port: u16, ports: &'f Ports, hear: &mut impl FnMut(Cow<'f, str>, Cow<'f, str>)) {
    hear("port".into(), format!("{}/{port}", transport.as_str()).into());
    if let Some(row) = ports.get(transport, port) {
        hear("port.class".into(), row.class.as_str().into());
    }
}

/// Verification SOP class, PS3.4 §A.4.
const VERIFICATION: &str = "1.2.840.10008.1.1";

/// The private enterprise number under `1.3.6.1.4.1` (RFC 2578 §4).
fn enterprise(object_id: &str) -> Option<&str> {
    let rest = object_id.trim_start_matches('.').strip_prefix("1.3.6.1.4.1.")?;
    rest.split('.').next().filter(|number| number.parse::<u32>().is_ok())
}

/// The word for a source of names in field names, as in batches.
fn source_code(source: NameSource) -> &'static str {
    match source {
        NameSource::Dns => "dns",
        NameSource::Netbios => "netbios",
        NameSource::Mdns => "mdns",
        NameSource::Snmp => "snmp",
        NameSource::Certificate => "certificate",
        NameSource::Upnp => "upnp",
        NameSource::Ntlm => "ntlm",
        NameSource::Ldap => "ldap",
        NameSource::Rpc => "rpc",
        NameSource::Llmnr => "llmnr",
        NameSource::Browser => "browser",
        NameSource::Dhcp => "dhcp",
        NameSource::Lldp => "lldp",
        NameSource::WsDiscovery => "ws-discovery",
        NameSource::SqlBrowser => "sql-browser",
        NameSource::Device => "device",
        NameSource::Inventory => "inventory",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn enterprise_numbers_are_read() {
        assert_eq!(enterprise(".1.3.6.1.4.1.8072.3.2.10"), Some("8072"));
        assert_eq!(enterprise("1.3.6.1.2.1"), None);
    }

    #[test]
    fn an_attribute_is_a_field_of_its_protocol() {
        let fact = Fact::Attribute { source: "dhcp".into(), key: "vendor-class".into(), value: "MSFT 5.0".into() };
        let ports = Ports::builtin();
        let signs = signs([], [&fact], &ports);
        assert_eq!(
            (signs[0].field.as_ref(), signs[0].text.as_ref(), signs[0].fact),
            ("dhcp.vendor-class", "MSFT 5.0", Some(0))
        );
    }
}
