//! What Windows' own commands say: `systeminfo` (a table or a list, in Japanese and English), `wmic` with
//! `/format:csv`, and `Get-ComputerInfo | ConvertTo-Json`.

use std::collections::BTreeMap;
use std::net::IpAddr;

use daicho_shared::address::Mac;
use serde_json::Value;

use super::super::error::Reason;
use super::ipconfig;
use super::machine::{Kind, MACHINES, Machine, Machines, System, address, told};
use super::tree;

/// Rows of a table that are read.
const ROWS: usize = 50_000;

/// Headings of `systeminfo`, in both languages, and what they mean.
const SYSTEMINFO: &[(&str, &str, Part)] = &[
    ("host name", "ホスト名", Part::Name),
    ("os name", "os 名", Part::Caption),
    ("os version", "os バージョン", Part::Version),
    ("system manufacturer", "システム製造元", Part::Maker),
    ("system model", "システム モデル", Part::Model),
    ("bios version", "bios バージョン", Part::Firmware),
    ("domain", "ドメイン", Part::Domain),
    ("network card(s)", "ネットワーク カード", Part::Network),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Name,
    Caption,
    Version,
    Maker,
    Model,
    Firmware,
    Domain,
    Network,
}

type Parts = BTreeMap<Part, String>;

fn part(heading: &str) -> Option<Part> {
    let heading = heading.trim().trim_end_matches([':', '：']).trim().to_lowercase();
    SYSTEMINFO.iter().find(|(en, ja, _)| heading == *en || heading == *ja).map(|(.., part)| *part)
}

/// Text of one of the commands; `None` where it is of none.
pub(super) fn text(text: &str) -> Result<Option<Machines>, Reason> {
    // `wmic` ends its lines with two carriage returns where its output was redirected.
    let text = text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace('\r', "\n");
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    if first.trim_start_matches('\u{feff}').to_lowercase().starts_with("node,") {
        return wmic(&text).map(Some);
    }
    let headings = first.split(',').filter(|cell| part(cell.trim().trim_matches('"')).is_some()).count();
    if headings >= 3 {
        return systeminfo_table(&text).map(Some);
    }
    Ok(systeminfo_list(&text).or_else(|| ipconfig::read(&text)))
}

fn rows(text: &str) -> Result<Vec<Vec<String>>, Reason> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let rows: Result<Vec<csv::StringRecord>, _> = reader.records().take(ROWS).collect();
    let rows =
        rows.map_err(|error| Reason::InventoryDamaged { detail: daicho_shared::text::bounded(&error.to_string()) })?;
    Ok(rows.iter().map(|row| row.iter().map(|cell| cell.trim().to_owned()).collect()).collect())
}

/// `systeminfo /fo csv`: one row of headings, one row a machine; files put together repeat the headings.
fn systeminfo_table(text: &str) -> Result<Machines, Reason> {
    let mut headings: Vec<Option<Part>> = vec![];
    let mut list = vec![];
    for row in rows(text)? {
        let found: Vec<Option<Part>> = row.iter().map(|cell| part(cell)).collect();
        if found.iter().flatten().count() >= 3 {
            headings = found;
            continue;
        }
        let told = headings.iter().zip(&row).filter_map(|(part, cell)| Some(((*part)?, cell.clone())));
        if list.len() < MACHINES {
            list.push(systeminfo(&told.collect()));
        }
    }
    Ok(Machines { format: Kind::Systeminfo, list })
}

/// `systeminfo` as it is printed: a heading, a colon, a value; later lines of a value are indented.
fn systeminfo_list(text: &str) -> Option<Machines> {
    let mut parts = Parts::new();
    let mut last = None;
    for line in text.lines() {
        if line.starts_with(char::is_whitespace) {
            if let Some(value) = last.and_then(|part| parts.get_mut(&part)) {
                value.push(',');
                value.extend(line.trim().chars().take(512));
            }
            continue;
        }
        last = line.split_once(':').and_then(|(heading, value)| Some((part(heading)?, value))).map(|(part, value)| {
            parts.insert(part, value.trim().to_owned());
            part
        });
    }
    let known = parts.contains_key(&Part::Name) && parts.contains_key(&Part::Caption);
    known.then(|| Machines { format: Kind::Systeminfo, list: vec![systeminfo(&parts)] })
}

fn systeminfo(parts: &Parts) -> Machine {
    let get = |part: Part| parts.get(&part).map_or("", String::as_str);
    let mut machine = Machine {
        name: told(get(Part::Name)),
        domain: told(get(Part::Domain)),
        maker: told(get(Part::Maker)),
        model: told(get(Part::Model)),
        firmware: told(get(Part::Firmware)),
        os: System::new(get(Part::Caption), get(Part::Version)),
        ..Machine::default()
    };
    // `[01]: 10.20.0.5`: an entry of a list; the address of a DHCP server stands behind another word.
    let entries = get(Part::Network).split(',').filter_map(|piece| piece.trim().strip_prefix('[')?.split_once("]:"));
    let own: Vec<IpAddr> = entries.filter_map(|(_, value)| value.trim().parse().ok()).collect();
    if let Some(card) = (!own.is_empty()).then(|| machine.card("systeminfo", None)).flatten() {
        card.up = true;
        card.add_all(own);
    }
    machine
}

/// `wmic CLASS get A,B /format:csv`: tables under a heading that begins with `Node`, one after another.
fn wmic(text: &str) -> Result<Machines, Reason> {
    let mut machines: BTreeMap<String, Machine> = BTreeMap::new();
    let mut headings: Vec<String> = vec![];
    for row in rows(text)? {
        if row.first().is_some_and(|cell| cell.eq_ignore_ascii_case("node")) {
            headings = row.iter().map(|cell| cell.to_lowercase()).collect();
            continue;
        }
        let Some(node) = row.first().and_then(|node| told(node)) else { continue };
        if machines.len() >= MACHINES && !machines.contains_key(&node) {
            continue;
        }
        let fresh = || Machine { name: Some(node.clone()), ..Machine::default() };
        let cells: BTreeMap<&str, &str> =
            headings.iter().zip(&row).map(|(h, cell)| (h.as_str(), cell.as_str())).collect();
        wmic_row(machines.entry(node.clone()).or_insert_with(fresh), &cells);
    }
    Ok(Machines { format: Kind::Wmic, list: machines.into_values().collect() })
}

/// Which class a row is of is told by its columns: `Win32_BIOS`, `Win32_ComputerSystem`,
/// `Win32_OperatingSystem`, `Win32_NetworkAdapter(Configuration)`, `Win32_Product`.
fn wmic_row(machine: &mut Machine, cells: &BTreeMap<&str, &str>) {
    let get = |name: &str| cells.get(name).copied().and_then(told);
    if let Some(serial) =
        get("serialnumber").or_else(|| get("identifyingnumber")).filter(|_| !cells.contains_key("buildnumber"))
    {
        machine.serial.get_or_insert(serial);
    }
    if let Some(version) = get("smbiosbiosversion") {
        machine.firmware.get_or_insert(version);
    }
    if cells.contains_key("model") && !cells.contains_key("macaddress") {
        machine.model = machine.model.take().or_else(|| get("model"));
        machine.maker = machine.maker.take().or_else(|| get("manufacturer"));
        machine.domain = machine.domain.take().or_else(|| get("domain"));
    }
    if cells.contains_key("macaddress") {
        return wmic_card(machine, cells);
    }
    let caption = get("caption").filter(|caption| caption.contains("Windows"));
    if let Some(caption) = caption {
        machine.os =
            machine.os.take().or_else(|| System::new(&caption, cells.get("version").copied().unwrap_or_default()));
        return;
    }
    let is_program =
        cells.contains_key("version") && cells.contains_key("name") && !cells.contains_key("smbiosbiosversion");
    if let Some(name) = get("name").filter(|_| is_program) {
        machine.program(&name, get("version").as_deref());
    }
}

fn wmic_card(machine: &mut Machine, cells: &BTreeMap<&str, &str>) {
    let get = |name: &str| cells.get(name).copied().and_then(told);
    let Some(mac) = get("macaddress").and_then(|mac| mac.parse::<Mac>().ok()) else { return };
    let name = get("description").or_else(|| get("name")).unwrap_or_default();
    // Lists are written as `{10.20.0.5;fe80::1}`.
    let listed = cells.get("ipaddress").copied().unwrap_or_default();
    let own: Vec<IpAddr> = listed.trim_matches(['{', '}']).split([';', ',']).filter_map(address).collect();
    let enabled =
        ["netenabled", "ipenabled"].iter().any(|key| get(key).is_some_and(|on| on.eq_ignore_ascii_case("true")));
    if let Some(card) = machine.card(&name, Some(mac)) {
        card.up |= enabled || !own.is_empty();
        card.add_all(own);
    }
}

/// `Get-ComputerInfo`, with keys in lower case. PowerShell 5 writes `BiosSeralNumber`.
pub(super) fn computer_info(document: &Value) -> Option<Machine> {
    let text = |keys: &[&str]| tree::text(document, keys);
    let caption = text(&["osname", "windowsproductname"]);
    let name = text(&["csdnshostname", "csname"]);
    if name.is_none() || (caption.is_none() && document.get("biosmanufacturer").is_none()) {
        return None;
    }
    let version = text(&["osversion"]).unwrap_or_default();
    let mut os = caption.and_then(|caption| System::new(&caption, &version));
    if let Some(os) = &mut os {
        os.build = os.build.or_else(|| text(&["osbuildnumber"])?.parse().ok());
    }
    let mut machine = Machine {
        name,
        domain: text(&["csdomain", "csworkgroup"]),
        maker: text(&["csmanufacturer"]),
        model: text(&["csmodel"]),
        serial: text(&["biosseralnumber", "biosserialnumber"]),
        firmware: text(&["biossmbiosbiosversion"]),
        os,
        ..Machine::default()
    };
    for adapter in document.get("csnetworkadapters").and_then(Value::as_array).into_iter().flatten() {
        // At its default depth ConvertTo-Json writes a list of texts as one text with spaces.
        let listed = match adapter.get("ipaddresses") {
            Some(Value::String(all)) => all.split_whitespace().filter_map(address).collect(),
            Some(Value::Array(all)) => all.iter().filter_map(|one| address(one.as_str()?)).collect::<Vec<_>>(),
            _ => vec![],
        };
        let name = tree::text(adapter, &["description", "connectionid"]).unwrap_or_default();
        if let Some(card) = (!listed.is_empty()).then(|| machine.card(&name, None)).flatten() {
            card.up = true;
            card.add_all(listed);
        }
    }
    Some(machine)
}

#[cfg(test)]
mod tests {
    use super::super::machines;
    use super::super::tests::one;
    use super::*;

    #[test]
    fn systeminfo_is_read_as_a_table_in_japanese_cp932() {
        let text = "\"ホスト名\",\"OS 名\",\"OS バージョン\",\"OS 製造元\",\"システム製造元\",\"システム モデル\",\"BIOS バージョン\",\"ドメイン\",\"ネットワーク カード\"\r\n\
                    \"HOSHA-PC01\",\"Microsoft Windows 10 Enterprise LTSC\",\"10.0.17763 N/A ビルド 17763\",\"Microsoft Corporation\",\"NEC\",\"Mate MKL31\",\"NEC 1.2, 2020/02/17\",\"hosp.local\",\
                    \"1 NIC(s) インストール済みです。,[01]: Intel(R) Ethernet,      接続名:   イーサネット,      DHCP が有効: はい,      DHCP サーバー: 10.10.0.1,      IP アドレス,        [01]: 10.10.0.84,        [02]: fe80::1\"\r\n";
        let machine = one(&encoding_rs::SHIFT_JIS.encode(text).0);
        assert_eq!((machine.name.as_deref(), machine.model.as_deref()), (Some("HOSHA-PC01"), Some("Mate MKL31")));
        let os = machine.os.clone().unwrap();
        assert_eq!((os.name.as_str(), os.build), ("Windows 10 Enterprise LTSC", Some(17763)));
        assert_eq!(machine.place().0, "10.10.0.84".parse().ok());
        assert_eq!(machine.cards[0].addresses.len(), 1, "neither the DHCP server nor a link-local address");
    }

    #[test]
    fn systeminfo_is_read_as_it_is_printed() {
        let text = "\r\nHost Name:                 PC1\r\nOS Name:                   Microsoft Windows 11 Pro\r\n\
                    OS Version:                10.0.22621 N/A Build 22621\r\nSystem Manufacturer:       Dell Inc.\r\n\
                    Network Card(s):           1 NIC(s) Installed.\r\n                           [01]: Intel\r\n\
                    \x20                                [01]: 10.1.0.5\r\nHyper-V Requirements:      x\r\n";
        let machine = one(text.as_bytes());
        assert_eq!(machine.place().0, "10.1.0.5".parse().ok());
        assert_eq!(machine.os.unwrap().build, Some(22621));
    }

    #[test]
    fn wmic_tables_in_utf16_are_put_together_by_node() {
        let text = "\r\r\nNode,Manufacturer,SerialNumber,SMBIOSBIOSVersion\r\r\nPC1,Dell Inc.,5H4PRY1,A10\r\r\n\r\r\n\
                    Node,Domain,Manufacturer,Model,Name\r\r\nPC1,hosp.local,Dell Inc.,OptiPlex 3070,PC1\r\r\n\
                    Node,BuildNumber,Caption,SerialNumber,Version\r\r\nPC1,19045,Microsoft Windows 10 Pro,00330-80000,10.0.19045\r\r\n\
                    Node,Description,IPAddress,MACAddress\r\r\nPC1,Intel I219,{10.1.0.5;fe80::1},00:80:A3:00:00:05\r\r\nPC1,WAN Miniport,,\r\r\n\
                    Node,Name,Version\r\r\nPC1,AnyDesk,7.0\r\r\n";
        let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(machines(&bytes).unwrap().format, Kind::Wmic);
        let machine = one(&bytes);
        assert_eq!((machine.serial.as_deref(), machine.model.as_deref()), (Some("5H4PRY1"), Some("OptiPlex 3070")));
        assert_eq!((machine.cards.len(), machine.software.len()), (1, 1));
        assert_eq!(machine.os.unwrap().build, Some(19045));
        assert_eq!(machine.cards[0].addresses, [("10.1.0.5".parse().unwrap(), None)]);
    }

    #[test]
    fn get_computerinfo_is_read_with_its_misspelling() {
        let text = "{\"BiosSeralNumber\": \"DLGQD72\", \"BiosManufacturer\": \"Dell Inc.\", \"CsName\": \"PC1\", \
                    \"CsManufacturer\": \"Dell Inc.\", \"CsModel\": \"Latitude\", \"OsName\": \"Microsoft Windows 10 Pro\", \
                    \"OsVersion\": \"10.0.19045\", \"OsBuildNumber\": \"19045\", \
                    \"CsNetworkAdapters\": [{\"Description\": \"Intel\", \"IPAddresses\": \"10.1.0.5 fe80::1\"}, {\"Description\": \"x\", \"IPAddresses\": null}]}";
        assert_eq!(machines(text.as_bytes()).unwrap().format, Kind::ComputerInfo);
        let machine = one(text.as_bytes());
        assert_eq!((machine.serial.as_deref(), machine.place().0), (Some("DLGQD72"), "10.1.0.5".parse().ok()));
    }
}
