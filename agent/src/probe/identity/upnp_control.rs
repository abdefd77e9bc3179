//! Where the services of a UPnP gateway are controlled: UPnP Device Architecture 1.0 §2.1 (`URLBase`) and 2.0 §2.3
//! (`controlURL`).

use std::net::SocketAddrV4;

use daicho_shared::fact::Fact;
use daicho_shared::knowledge::ports::prints_raw;
use daicho_shared::text;

use super::told::attribute;
use super::xml;

/// The most services of one description that are kept.
const SERVICES: usize = 8;
/// The longest path that is followed.
const PATH: usize = 256;
/// Services of a gateway: nobody else's are asked anything.
const WANTED: [&str; 2] = ["urn:schemas-upnp-org:service:WAN", "urn:schemas-upnp-org:service:Layer3Forwarding:"];
/// Source and key of the attributes that tell a place.
const SOURCE: &str = "upnp";
const KEY: &str = "control";

/// Where one service is controlled, at the device itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::probe) struct Place {
    /// Service type.
    pub(in crate::probe) service: String,
    /// TCP port.
    pub(in crate::probe) port: u16,
    /// Path, with its slash.
    pub(in crate::probe) path: String,
}

impl Place {
    /// The place that an attribute of ours tells.
    pub(in crate::probe) fn of(fact: &Fact) -> Option<Self> {
        let Fact::Attribute { source, key, value } = fact else { return None };
        let mut parts = value.split(' ').filter(|_| source == SOURCE && key == KEY);
        let (service, port, path) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        Some(Self { service: service.to_owned(), port, path: path.to_owned() })
    }

    fn told(&self) -> Fact {
        attribute(SOURCE, KEY, format!("{} {} {}", self.service, self.port, self.path))
    }
}

/// The places that a description tells, which was fetched from this host and path.
pub(super) fn told(document: &[u8], host: SocketAddrV4, path: &str) -> Vec<Fact> {
    let base = (host.port(), path.to_owned());
    let mut reader = Reader { host, base, service: None, url: None, places: vec![] };
    xml::texts(document, |path, text| reader.take(path.last().map_or("", String::as_str), text));
    reader.places.iter().map(Place::told).collect()
}

struct Reader {
    host: SocketAddrV4,
    /// Port and path against which URLs are read.
    base: (u16, String),
    service: Option<String>,
    url: Option<String>,
    places: Vec<Place>,
}

impl Reader {
    /// Type and URL of a service stand side by side, in whichever order.
    fn take(&mut self, element: &str, text: &str) {
        match element {
            "URLBase" => self.base = self.resolved(text).unwrap_or_else(|| self.base.clone()),
            "serviceType" => self.service = Some(text::bounded(text)),
            "controlURL" => self.url = Some(text.to_owned()),
            _ => {}
        }
        if let (Some(service), Some(url)) = (&self.service, &self.url) {
            let place = self.resolved(url).map(|(port, path)| Place { service: service.clone(), port, path });
            let is_wanted = is_plain(service) && WANTED.iter().any(|wanted| service.starts_with(wanted));
            self.places.extend(place.filter(|_| is_wanted && self.places.len() < SERVICES));
            (self.service, self.url) = (None, None);
        }
    }

    /// Port and path of a URL that stays at the device (RFC 3986 §5.2, without its finer points).
    fn resolved(&self, url: &str) -> Option<(u16, String)> {
        let (base_port, base_path) = &self.base;
        let (port, path) = if let Some(rest) = url.strip_prefix("http://") {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            let (address, port) = host.split_once(':').unwrap_or((host, "80"));
            let port = port.parse().ok().filter(|_| address == self.host.ip().to_string())?;
            (port, format!("/{path}"))
        } else if url.starts_with('/') {
            (*base_port, url.to_owned())
        } else {
            let folder = base_path.rsplit_once('/').map_or("", |(folder, _)| folder);
            (*base_port, format!("{folder}/{url}"))
        };
        let is_safe = is_plain(&path) && path.len() < PATH && !url.contains("https:") && !prints_raw(port);
        is_safe.then_some((port, path))
    }
}

/// It can stand in a request as it is.
fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_graphic() && !matches!(c, '"' | '<' | '>'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(base: &str, url: &str) -> Vec<(u16, String)> {
        let service = "urn:schemas-upnp-org:service:WANIPConnection:1";
        let document = format!(
            "<root>{base}<device><serviceList><service><controlURL>{url}</controlURL>\
<serviceType>{service}</serviceType></service></serviceList></device></root>"
        );
        let told = told(document.as_bytes(), "10.77.0.16:43219".parse().unwrap(), "/igd/desc.xml");
        let places = told.iter().map(|fact| Place::of(fact).unwrap());
        places.inspect(|place| assert_eq!(place.service, service)).map(|place| (place.port, place.path)).collect()
    }

    #[test]
    fn a_url_is_read_against_its_base() {
        assert_eq!(places("", "/ctl/IPConn"), [(43219, "/ctl/IPConn".to_owned())]);
        assert_eq!(places("", "ipc"), [(43219, "/igd/ipc".to_owned())]);
        assert_eq!(places("", "http://10.77.0.16/ipc"), [(80, "/ipc".to_owned())]);
        let base = "<URLBase>http://10.77.0.16:5431/</URLBase>";
        assert_eq!(places(base, "ipc"), [(5431, "/ipc".to_owned())]);
    }

    #[test]
    fn a_url_that_leads_elsewhere_or_would_print_is_left() {
        let elsewhere = [
            "http://10.77.0.17/x",
            "http://router/x",
            "https://10.77.0.16/x",
            "/a b",
            "http://10.77.0.16:9100/x",
            "/\"",
        ];
        for url in elsewhere {
            assert_eq!(places("", url), [], "{url}");
        }
        let base = "<URLBase>http://203.0.113.5:5431/</URLBase>";
        assert_eq!(places(base, "/ipc"), [(43219, "/ipc".to_owned())]);
    }

    #[test]
    fn services_of_others_are_left_and_their_number_is_bounded() {
        let service = |name: &str| {
            format!(
                "<service><serviceType>urn:schemas-upnp-org:service:{name}:1</serviceType><controlURL>/c</controlURL></service>"
            )
        };
        let document = format!("<r>{}{}</r>", service("ContentDirectory"), service("WANIPConnection").repeat(99));
        assert_eq!(told(document.as_bytes(), "10.77.0.16:80".parse().unwrap(), "/").len(), SERVICES);
    }
}
