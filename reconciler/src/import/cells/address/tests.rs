//! Every way in which people write addresses, and what is none.

use super::*;
use crate::import::values::DEFAULT;
use proptest::prelude::*;

fn read(text: &str) -> Addresses {
    addresses(text, &Words::parse(DEFAULT).unwrap(), None)
}

fn one(text: &str) -> String {
    let found = read(text);
    assert_eq!((found.problem, found.list.len()), (None, 1), "{text}: {found:?}");
    found.list[0].to_string()
}

#[test]
fn every_spelling_is_one_address() {
    for text in [
        "192.168.1.10",
        "１９２．１６８．１．１０",
        "192。168。1。10",
        "192,168,1,10",
        "192.168.1 .10",
        "192.168.001.010",
        "192.168.1.10/24",
        "192.168.1.10 (255.255.255.0)",
        "192.168.1.10（旧192.168.1.3）",
        "192.168.1.10（撤去済 192.168.1.3）",
        "192.168.1.3→192.168.1.10",
        " 192.168.1.10\u{200b}\n",
        "有線：192.168.1.10",
    ] {
        assert_eq!(one(text), "192.168.1.10", "{text}");
    }
    assert_eq!(one("fe80::1%eth0"), "fe80::1");
    assert_eq!(one("2001:db8::5/64"), "2001:db8::5");
}

#[test]
fn several_addresses_stand_in_one_cell() {
    for text in [
        "10.0.0.5\n10.1.0.5",
        "10.0.0.5、10.1.0.5",
        "10.0.0.5/10.1.0.5",
        "有線:10.0.0.5 無線:10.1.0.5",
        "10.0.0.5及び10.1.0.5",
    ] {
        let found = read(text);
        let texts: Vec<_> = found.list.iter().map(ToString::to_string).collect();
        assert_eq!((texts, found.problem), (vec!["10.0.0.5".into(), "10.1.0.5".into()], None), "{text}");
    }
}

#[test]
fn dhcp_is_dynamic_and_none_is_none() {
    for text in ["DHCP", "ＤＨＣＰ", "自動取得", "DHCP(192.168.1.0/24)"] {
        let found = read(text);
        assert!(found.dynamic && found.problem.is_none(), "{text}: {found:?}");
    }
    for text in ["", "-", "なし", "―", "N/A", "0.0.0.0"] {
        assert_eq!(read(text), Addresses::default(), "{text}");
    }
}

#[test]
fn what_is_wrong_is_named() {
    use ProblemKind::{AddressImplausible, AddressMalformed, AddressPlaceholder};
    for (text, problem) in [
        ("192.168.〇.〇", AddressPlaceholder),
        ("192.168.x.x", AddressPlaceholder),
        ("192.168.0.＊", AddressPlaceholder),
        ("192.168.○.○", AddressPlaceholder),
        ("192.168.1.300", AddressMalformed),
        ("192.168.1", AddressMalformed),
        ("192.168.1.20～10", AddressMalformed),
        ("192.168.1.10-192.168.3.20", AddressMalformed),
        ("1921681010", AddressMalformed),
        ("127.0.0.1", AddressImplausible),
        ("169.254.3.4", AddressImplausible),
        ("239.1.1.1", AddressImplausible),
        ("＝SUM(A1)", AddressMalformed),
        ("内線1234", AddressMalformed),
    ] {
        assert_eq!(read(text).problem, Some(problem), "{text}");
    }
}

#[test]
fn ranges_are_read_and_reported() {
    for text in ["192.168.1.10～12", "192.168.1.10 - 192.168.1.12", "192.168.1.10〜.12", "１９２.168.1.10－12"] {
        let found = read(text);
        assert_eq!((found.list.len(), found.problem), (3, Some(ProblemKind::AddressRange)), "{text}");
        assert_eq!(found.list[2].to_string(), "192.168.1.12", "{text}");
    }
    let pool = read("192.168.1.100-199(DHCP)");
    assert_eq!((pool.list.len(), pool.dynamic, pool.problem), (0, true, None));
}

#[test]
fn abbreviations_are_completed() {
    let texts = |found: Addresses| found.list.iter().map(ToString::to_string).collect::<Vec<_>>();
    for text in ["192.168.1.10,11,12", "192.168.1.10/11/12", "192.168.1.10、.11、.12"] {
        assert_eq!(texts(read(text)), ["192.168.1.10", "192.168.1.11", "192.168.1.12"], "{text}");
    }
    assert_eq!(texts(read("192.168.1.10/40")), ["192.168.1.10", "192.168.1.40"]);
    let network = "192.168.20.0/24".parse().ok();
    assert_eq!(texts(addresses(".10", &Words::parse(DEFAULT).unwrap(), network)), ["192.168.20.10"]);
    assert_eq!(read(".10").problem, Some(ProblemKind::AddressMalformed));
}

#[test]
fn no_number_beside_an_address_becomes_one() {
    for (text, expected) in [
        ("192.168.20.11（VLAN:20）", vec!["192.168.20.11"]),
        ("192.168.20.11 VLAN 20", vec!["192.168.20.11"]),
        ("VLAN20：192.168.20.11", vec!["192.168.20.11"]),
        ("192.168.20.11（ポート:104）", vec!["192.168.20.11"]),
        ("192.168.20.11 ポート：Gi1/0/1", vec!["192.168.20.11"]),
        ("192.168.20.31\n192.168.20.32:104", vec!["192.168.20.31", "192.168.20.32"]),
        ("192.168.20.11 GW:192.168.20.254", vec!["192.168.20.11"]),
        ("192.168.20.11\nデフォルトゲートウェイ： 192.168.20.254", vec!["192.168.20.11"]),
        ("IP:192.168.20.11、GW:192.168.20.254、優先DNS:10.0.0.1,10.0.0.2", vec!["192.168.20.11"]),
        ("192.168.20.11 マスク 255.255.255.0", vec!["192.168.20.11"]),
        ("192.168.20.11 サブネット:24", vec!["192.168.20.11"]),
        ("192.168.20.11 内線:12", vec!["192.168.20.11"]),
        ("192.168.20.13/14", vec!["192.168.20.13", "192.168.20.14"]),
        ("10.10.0.52 NIC 2", vec!["10.10.0.52"]),
        ("NIC2:10.10.0.52", vec!["10.10.0.52"]),
    ] {
        let found = read(text);
        let texts: Vec<_> = found.list.iter().map(ToString::to_string).collect();
        assert_eq!((texts, found.problem), (expected.iter().map(ToString::to_string).collect(), None), "{text}");
    }
    for (text, own) in [("10.10.0.49 (2023/4/1変更)", 1), ("10.10.0.49 12", 1), ("GW:192.168.20.254", 0), ("棟:12", 0)]
    {
        let found = read(text);
        assert_eq!((found.list.len(), found.problem), (own, Some(ProblemKind::AddressMalformed)), "{text}");
    }
}

proptest! {
    #[test]
    fn a_range_has_all_its_addresses(first: u8, more in 1_u8..64) {
        prop_assume!(first.checked_add(more).is_some());
        let found = read(&format!("10.1.2.{first}～{}", first + more));
        prop_assert_eq!((found.list.len(), found.problem), (usize::from(more) + 1, Some(ProblemKind::AddressRange)));
    }

    #[test]
    fn no_text_panics_and_the_number_is_bounded(text in "\\PC*|[0-9.:/,〇()~\\n -]{0,80}") {
        prop_assert!(read(&text).list.len() <= limits::VALUES_PER_CELL + 64 + limits::RANGE as usize);
    }

    #[test]
    fn an_address_is_read_back(octets: [u8; 4]) {
        let address = Ipv4Addr::from(octets);
        prop_assume!(is_plausible(address.into()));
        prop_assert_eq!(read(&address.to_string()).list, vec![IpAddr::V4(address)]);
    }
}

#[test]
fn a_network_is_no_device_and_an_address_with_its_prefix_is_one() {
    for text in ["192.168.10.0/24", "１９２．１６８．１０．０／２４", "10.0.0.0/8", "10.0.0.8/29"] {
        let found = read(text);
        assert_eq!((found.list.len(), found.problem), (0, Some(ProblemKind::AddressMalformed)), "{text}");
    }
    for (text, own) in [("10.0.1.0/23", "10.0.1.0"), ("10.0.0.9/29", "10.0.0.9"), ("10.0.0.4/32", "10.0.0.4")] {
        assert_eq!(one(text), own, "{text}");
    }
}
