//! JSON and XML as one tree with lower-case keys: OCS's XML and GLPI's JSON have the same sections.
//!
//! GLPI: `inventory_format`; OCS and `FusionInventory`: elements of the same names in capitals under
//! `REQUEST/CONTENT`.

use std::net::IpAddr;

use daicho_shared::address::Mac;
use quick_xml::Reader;
use quick_xml::events::Event;
use serde_json::{Map, Value};

use super::super::error::Reason;
use super::machine::{Kind, MACHINES, Machine, Machines, System, address, prefix, told};
use super::windows;

/// The deepest nesting of elements that is read.
const DEPTH: usize = 32;
/// The most elements that are read.
const ELEMENTS: usize = 500_000;
/// The most octets of one element's text.
const TEXT: usize = 4_096;

/// JSON of GLPI's agent, or of `Get-ComputerInfo`; `None` where it is neither.
pub(super) fn json(text: &str) -> Result<Option<Machines>, Reason> {
    let value: Value = serde_json::from_str(text).map_err(|error| damaged(&error))?;
    let documents = match value {
        Value::Array(list) => list,
        one => vec![one],
    };
    let documents: Vec<Value> = documents.into_iter().take(MACHINES).map(lower).collect();
    let glpi: Vec<Machine> = documents.iter().filter_map(|one| content(one.get("content")?)).collect();
    if !glpi.is_empty() {
        return Ok(Some(Machines { format: Kind::GlpiJson, list: glpi }));
    }
    let info: Vec<Machine> = documents.iter().filter_map(windows::computer_info).collect();
    Ok((!info.is_empty()).then_some(Machines { format: Kind::ComputerInfo, list: info }))
}

/// XML of OCS or `FusionInventory`; `None` where it is something else.
pub(super) fn xml(text: &str) -> Result<Option<Machines>, Reason> {
    let tree = parse(text)?;
    let requests = list(tree.get("request"));
    let found: Vec<Machine> = requests.iter().filter_map(|request| content(request.get("content")?)).collect();
    Ok((!found.is_empty()).then_some(Machines { format: Kind::OcsXml, list: found }))
}

fn damaged(error: &impl ToString) -> Reason {
    Reason::InventoryDamaged { detail: daicho_shared::text::bounded(&error.to_string()) }
}

fn lower(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            Value::Object(map.into_iter().map(|(key, one)| (key.to_lowercase(), lower(one))).collect())
        }
        Value::Array(list) => Value::Array(list.into_iter().map(lower).collect()),
        other => other,
    }
}

/// Elements become objects, those that come again become lists, and the innermost are texts.
fn parse(text: &str) -> Result<Value, Reason> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(String, Map<String, Value>, String)> = vec![(String::new(), Map::new(), String::new())];
    for _ in 0..ELEMENTS {
        match reader.read_event().map_err(|error| damaged(&error))? {
            Event::Start(start) => {
                if open.len() > DEPTH {
                    return Err(damaged(&"nested too deeply"));
                }
                open.push((name(start.name().as_ref()), Map::new(), String::new()));
            }
            Event::Empty(empty) => put(&mut open, name(empty.name().as_ref()), Value::Null),
            Event::Text(part) => write(&mut open, &part),
            Event::CData(part) => write(&mut open, &part),
            Event::GeneralRef(name) => write(&mut open, entity(&name)),
            Event::End(_) => {
                let Some((name, map, text)) = open.pop().filter(|_| !open.is_empty()) else { break };
                let value = if map.is_empty() { Value::String(text) } else { Value::Object(map) };
                put(&mut open, name, value);
            }
            Event::Eof if open.len() == 1 => {
                return Ok(open.pop().map_or(Value::Null, |(_, map, _)| Value::Object(map)));
            }
            Event::Eof => break,
            _ => {}
        }
    }
    Err(damaged(&"the end is missing, or there are too many elements"))
}

/// The five entities of XML itself; no other is resolved.
fn entity(name: &str) -> &'static str {
    match name {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => " ",
    }
}

fn name(text: &str) -> String {
    text.to_lowercase()
}

fn write(open: &mut [(String, Map<String, Value>, String)], part: &str) {
    if let Some((_, _, text)) = open.last_mut() {
        let room = TEXT.saturating_sub(text.len());
        text.extend(part.chars().take(room));
    }
}

fn put(open: &mut [(String, Map<String, Value>, String)], name: String, value: Value) {
    let Some((_, map, _)) = open.last_mut() else { return };
    match map.get_mut(&name) {
        None => drop(map.insert(name, value)),
        Some(Value::Array(list)) => list.push(value),
        Some(known) => *known = Value::Array(vec![known.take(), value]),
    }
}

/// One or several, as a list.
fn list(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => vec![],
    }
}

/// The first of these keys that says something.
pub(super) fn text(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().find_map(|key| match value.get(key)? {
        Value::String(text) => told(text),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    })
}

/// The sections of an inventory; `None` where there is none of them.
fn content(content: &Value) -> Option<Machine> {
    let sections = ["hardware", "bios", "operatingsystem", "networks"];
    if !sections.iter().any(|section| content.get(section).is_some()) {
        return None;
    }
    let none = Value::Null;
    let section = |name: &str| list(content.get(name)).first().copied().unwrap_or(&none);
    let (hardware, bios, system) = (section("hardware"), section("bios"), section("operatingsystem"));
    let caption =
        text(system, &["full_name"]).or_else(|| text(hardware, &["osname"])).or_else(|| text(system, &["name"]));
    let version = [text(system, &["kernel_version"]), text(hardware, &["osversion"]), text(system, &["version"])];
    let mut machine = Machine {
        name: text(hardware, &["name"]).or_else(|| text(system, &["fqdn"])),
        domain: text(hardware, &["workgroup", "userdomain"]).or_else(|| text(system, &["dns_domain"])),
        maker: text(bios, &["smanufacturer", "mmanufacturer"]),
        model: text(bios, &["smodel", "mmodel"]),
        serial: text(bios, &["ssn", "msn"]),
        firmware: text(bios, &["bversion"]),
        os: caption.and_then(|caption| System::new(&caption, version.iter().flatten().next().map_or("", |v| v))),
        ..Machine::default()
    };
    for network in list(content.get("networks")) {
        card(&mut machine, network);
    }
    for program in list(content.get("softwares")) {
        if let Some(name) = text(program, &["name"]) {
            machine.program(&name, text(program, &["version"]).as_deref());
        }
    }
    Some(machine)
}

fn card(machine: &mut Machine, network: &Value) {
    let mac = text(network, &["mac", "macaddr"]).and_then(|mac| mac.parse::<Mac>().ok());
    let addresses: Vec<IpAddr> = ["ipaddress", "ipaddress6"]
        .iter()
        .flat_map(|key| list(network.get(key)))
        .filter_map(|value| address(value.as_str()?))
        .collect();
    let mask = text(network, &["ipmask"]).and_then(|mask| prefix(&mask));
    let status = text(network, &["status"]).map(|status| status.eq_ignore_ascii_case("up"));
    let name = text(network, &["description", "model", "type"]).unwrap_or_default();
    let virtual_device = matches!(network.get("virtualdev"), Some(Value::Bool(true)));
    if virtual_device && mac.is_none() && addresses.is_empty() {
        return;
    }
    let Some(card) = machine.card(&name, mac) else { return };
    card.up |= status.unwrap_or(!addresses.is_empty());
    for address in addresses {
        card.add(address, mask.filter(|_| address.is_ipv4()));
    }
}
