//! WS-Discovery (2005/04), the metadata of a device (DPWS 2006/02, WS-Transfer), and ONVIF's device service
//! (Core Specification §8.3.2): SOAP 1.2 by UDP and by HTTP.

use std::net::{IpAddr, SocketAddr};

use super::posted::{self, Came, Request};
use super::ssdp::{escaped, uuid};
use super::{Say, Talk, http};
use crate::description::{Device, Onvif, Wsd};

const DEVPROF: &str = "http://schemas.xmlsoap.org/ws/2006/02/devprof";
const ONVIF: &str = "http://www.onvif.org/ver10/network/wsdl";
const ONVIF_PATH: &str = "/onvif/device_service";
const SOAP: &str = "application/soap+xml";

/// The answers to a Probe: one for each kind of device that it is and that was looked for.
pub fn answer(plan: &Device, own: IpAddr, data: &[u8]) -> Vec<Vec<u8>> {
    let text = String::from_utf8_lossy(data);
    let (Some(action), Some(id)) = (element(&text, "Action"), element(&text, "MessageID")) else { return vec![] };
    if !action.ends_with("/ws/2005/04/discovery/Probe") {
        return vec![];
    }
    let wanted = element(&text, "Types").unwrap_or_default();
    let looked_for = |namespace: &str, name: &str| {
        wanted.split_ascii_whitespace().all(|kind| {
            let (prefix, local) = kind.split_once(':').unwrap_or(("", kind));
            local == name && text.contains(&format!("xmlns:{prefix}=\"{namespace}\""))
        })
    };
    let wsd = plan.wsd.as_ref().filter(|_| looked_for(DEVPROF, "Device"));
    let onvif = plan.onvif.as_ref().filter(|_| looked_for(ONVIF, "NetworkVideoTransmitter"));
    let wsd = wsd.map(|wsd| matched(wsd, &uuid(&plan.name), own));
    let onvif = onvif.map(|onvif| camera(onvif, &uuid(&plan.name), own));
    wsd.into_iter().chain(onvif).map(|found| matches_message(id, &found)).collect()
}

fn matches_message(id: &str, found: &str) -> Vec<u8> {
    let action = "http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches";
    envelope(action, id, &format!("<d:ProbeMatches><d:ProbeMatch>{found}</d:ProbeMatch></d:ProbeMatches>"))
}

fn matched(wsd: &Wsd, id: &str, own: IpAddr) -> String {
    let kind = if wsd.computer.is_some() { "pub:Computer" } else { "wprt:PrintDeviceType" };
    let place = format!("<d:XAddrs>http://{}/{id}</d:XAddrs>", SocketAddr::new(own, wsd.port.unwrap_or(5357)));
    let place = if wsd.tells_place { place } else { String::new() };
    format!("{}<d:Types>p:Device {kind}</d:Types>{place}<d:MetadataVersion>1</d:MetadataVersion>", reference(id))
}

fn camera(onvif: &Onvif, id: &str, own: IpAddr) -> String {
    let scope = |key: &str, value: &str| format!("onvif://www.onvif.org/{key}/{}", value.replace(' ', "%20"));
    let place = onvif.location.as_ref().map(|place| scope("location", place)).unwrap_or_default();
    let name = scope("name", &format!("{} {}", onvif.manufacturer, onvif.model));
    let scopes = escaped(&format!("{} {name} {place}", scope("hardware", &onvif.model)));
    let address = SocketAddr::new(own, onvif.port.unwrap_or(80));
    format!(
        "{}<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>{scopes}</d:Scopes>\
         <d:XAddrs>http://{address}{ONVIF_PATH}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>",
        reference(id)
    )
}

fn reference(id: &str) -> String {
    format!("<a:EndpointReference><a:Address>urn:uuid:{id}</a:Address></a:EndpointReference>")
}

fn envelope(action: &str, id: &str, body: &str) -> Vec<u8> {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
         xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:d=\"http://schemas.xmlsoap.org/ws/2005/04/discovery\" \
         xmlns:p=\"{DEVPROF}\" xmlns:x=\"http://schemas.xmlsoap.org/ws/2004/09/mex\" xmlns:dn=\"{ONVIF}\" \
         xmlns:pub=\"http://schemas.microsoft.com/windows/pub/2005/07\" \
         xmlns:wprt=\"http://schemas.microsoft.com/windows/2006/08/wdp/print\" \
         xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\" xmlns:ter=\"http://www.onvif.org/ver10/error\">\
         <s:Header><a:Action>{action}</a:Action><a:RelatesTo>{}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>",
        escaped(id)
    )
    .into_bytes()
}

/// The text of the first element of this local name.
fn element<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let mut opened = text.split('<').filter_map(|rest| rest.split_once('>'));
    let found = opened.find(|(tag, _)| {
        let tag = tag.split_ascii_whitespace().next().unwrap_or_default();
        !tag.starts_with('/') && tag.rsplit(':').next() == Some(name)
    });
    found.map(|(_, content)| content.trim())
}

/// The services that stand at a port beside a page.
#[derive(Debug)]
pub struct Desk {
    id: String,
    wsd: Option<Wsd>,
    onvif: Option<Onvif>,
    page: http::Page,
    heard: Vec<u8>,
}

impl Desk {
    /// The services of a device at this port, if it has any there.
    pub fn at(port: u16, plan: &Device) -> bool {
        ports(plan).contains(&port)
    }

    /// A server for one connection; `page` answers everything else.
    pub fn new(port: u16, plan: &Device, page: http::Page) -> Self {
        let wsd = plan.wsd.clone().filter(|wsd| wsd.port.unwrap_or(5357) == port);
        let onvif = plan.onvif.clone().filter(|onvif| onvif.port.unwrap_or(80) == port);
        Self { id: uuid(&plan.name), wsd, onvif, page, heard: vec![] }
    }

    fn answer(&self, request: &Request) -> Vec<u8> {
        let text = String::from_utf8_lossy(&request.body);
        let action = element(&text, "Action").unwrap_or_default();
        let id = element(&text, "MessageID").unwrap_or_default();
        if request.kind != SOAP {
            return posted::answer("415 Unsupported Media Type", "", "text/plain", b"");
        }
        match (&self.wsd, &self.onvif) {
            (Some(wsd), _) if request.path == format!("/{}", self.id) && action.ends_with("/transfer/Get") => {
                let action = "http://schemas.xmlsoap.org/ws/2004/09/transfer/GetResponse";
                posted::answer("200 OK", "", SOAP, &envelope(action, id, &described(wsd, &self.id)))
            }
            (_, Some(onvif)) if request.path == ONVIF_PATH && text.contains("GetDeviceInformation") => {
                let body = if onvif.login { denied() } else { information(onvif) };
                let status = if onvif.login { "400 Bad Request" } else { "200 OK" };
                posted::answer(status, "", SOAP, &envelope("", id, &body))
            }
            _ => posted::answer("404 Not Found", "", "text/plain", b""),
        }
    }
}

/// The ports at which a device has such services.
pub fn ports(plan: &Device) -> Vec<u16> {
    let wsd = plan.wsd.as_ref().map(|wsd| wsd.port.unwrap_or(5357));
    let onvif = plan.onvif.as_ref().map(|onvif| onvif.port.unwrap_or(80));
    wsd.into_iter().chain(onvif).collect()
}

impl Talk for Desk {
    fn hear(&mut self, octets: &[u8]) -> Say {
        self.heard.extend(octets);
        match posted::read(&self.heard) {
            Came::Part => Say::default(),
            Came::Whole(request) if request.method == "POST" => Say::last(self.answer(&request)),
            Came::Whole(_) | Came::Wrong => self.page.hear(&self.heard),
        }
    }
}

fn described(wsd: &Wsd, id: &str) -> String {
    let told = |name: &str, value: Option<&str>| {
        value.map(|value| format!("<p:{name}>{}</p:{name}>", escaped(value))).unwrap_or_default()
    };
    let device = [
        told("FriendlyName", Some(&wsd.friendly_name)),
        told("FirmwareVersion", wsd.firmware.as_deref()),
        told("SerialNumber", wsd.serial.as_deref()),
    ];
    let model = [told("Manufacturer", Some(&wsd.manufacturer)), told("ModelName", Some(&wsd.model))];
    let computer = wsd.computer.as_deref().map(|name| format!("<pub:Computer>{}</pub:Computer>", escaped(name)));
    let section = |dialect: &str, body: &str| {
        format!("<x:MetadataSection Dialect=\"{DEVPROF}/{dialect}\">{body}</x:MetadataSection>")
    };
    let host =
        format!("<p:Relationship><p:Host>{}{}</p:Host></p:Relationship>", reference(id), computer.unwrap_or_default());
    [
        "<x:Metadata>".to_owned(),
        section("ThisDevice", &format!("<p:ThisDevice>{}</p:ThisDevice>", device.concat())),
        section("ThisModel", &format!("<p:ThisModel>{}</p:ThisModel>", model.concat())),
        section("Relationship", &host),
        "</x:Metadata>".to_owned(),
    ]
    .concat()
}

fn information(onvif: &Onvif) -> String {
    let fields = [
        ("Manufacturer", &onvif.manufacturer),
        ("Model", &onvif.model),
        ("FirmwareVersion", &onvif.firmware),
        ("SerialNumber", &onvif.serial),
        ("HardwareId", &onvif.model),
    ];
    let told = fields.map(|(name, value)| format!("<tds:{name}>{}</tds:{name}>", escaped(value)));
    format!("<tds:GetDeviceInformationResponse>{}</tds:GetDeviceInformationResponse>", told.concat())
}

/// ONVIF Core Specification §5.8.2.3.
fn denied() -> String {
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code>\
     <s:Reason><s:Text>Sender not authorized</s:Text></s:Reason></s:Fault>"
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::description::Hospital;

    const PLACE: &str = "name = \"h\"\n[station]\nmac = \"02:00:00:00:00:05\"\naddresses = [\"10.0.0.5/24\"]\n\
[[segment]]\nname = \"lan\"\nnetwork = \"10.0.0.0/24\"\n[[device]]\nname = \"it\"\nclass = \"camera\"\n\
[[device.interface]]\nsegment = \"lan\"\nmac = \"00:80:45:00:00:09\"\nipv4 = \"10.0.0.9\"\n";

    fn device(more: &str) -> Device {
        Hospital::parse(&format!("{PLACE}{more}")).unwrap().devices.remove(0)
    }

    fn probe(kind: &str) -> String {
        format!(
            "<e xmlns:w=\"{DEVPROF}\" xmlns:n=\"{ONVIF}\"><a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe\
             </a:Action><a:MessageID>urn:uuid:1</a:MessageID><d:Types>{kind}</d:Types></e>"
        )
    }

    #[test]
    fn is_found_as_what_it_is_whatever_the_prefix() {
        let camera =
            device("[device.onvif]\nmanufacturer = \"A\"\nmodel = \"B 1\"\nfirmware = \"1\"\nserial = \"2\"\n");
        let own = [10, 0, 0, 9].into();
        let said = answer(&camera, own, probe("n:NetworkVideoTransmitter").as_bytes());
        let text = String::from_utf8_lossy(&said[0]).into_owned();
        assert!(text.contains("hardware/B%201") && text.contains("http://10.0.0.9:80/onvif/device_service"), "{text}");
        assert!(answer(&camera, own, probe("w:Device").as_bytes()).is_empty());
        assert!(answer(&camera, own, probe("w:NetworkVideoTransmitter").as_bytes()).is_empty());
    }

    #[test]
    fn metadata_stand_under_its_number() {
        let pc = device("[device.wsd]\ncomputer = \"PC7/Workgroup:H\"\nfriendly_name = \"a < b\"\n");
        let mut desk = Desk::new(5357, &pc, http::Page::new(crate::description::Http::default(), None));
        let body = "<a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action>";
        let id = uuid("it");
        let request = format!(
            "POST /{id} HTTP/1.1\r\nHost: x\r\nContent-Type: application/soap+xml\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let text = String::from_utf8(desk.hear(request.as_bytes()).octets).unwrap();
        assert!(text.contains("<pub:Computer>PC7/Workgroup:H</pub:Computer>") && text.contains("a &lt; b"), "{text}");
    }
}
