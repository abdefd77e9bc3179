use super::*;
use crate::judge::entry::Field;
use crate::judge::sample::{World, keyed};

/// A device with two addresses, a serial number and a user; another that only the ledger knows.
fn redactor() -> Redactor {
    let mut world = World::new();
    world.arp("10.0.0.5", "00:80:A3:00:00:05");
    let mut seen = keyed(1, "10.0.0.5", "00:80:A3:00:00:05");
    seen.serial_no = Some("FCW2412A01X".into());
    seen.users = vec!["鈴木一郎（内科）".into(), "ab".into(), "内科".into()];
    seen.department = Some("内科".into());
    let mut cells = seen.cells.clone();
    cells.entry(Field::SoftwareVersion).or_default().raw = "2.4.0.7".into();
    seen.cells = cells;
    world.rows = vec![seen];
    Redactor::new(&[world.verdict()], [7; 32]).unwrap()
}

#[test]
fn one_device_has_one_mask_by_whatever_key() {
    let redactor = redactor();
    let masked = redactor.text("10.0.0.5 / 00:80:A3:00:00:05 / 00-80-a3-00-00-05 / mac-0080A3000005 / FCW2412A01X");
    let mask = &masked[masked.find('[').unwrap()..=masked.find(']').unwrap()];
    assert_eq!(masked, format!("10.0.0.{mask} / 00:80:A3:{mask} / 00-80-a3-{mask} / mac-0080A3{mask} / {mask}"));
    let other = Redactor::new(&[World::new().verdict()], [8; 32]).unwrap();
    assert_ne!(other.text("10.0.0.5"), redactor.text("10.0.0.5"), "another project has another mask");
}

#[test]
fn addresses_that_nobody_knows_are_masked_and_what_is_none_stays() {
    let redactor = redactor();
    for (text, masked) in [
        ("203.0.113.9", "203.0.113.["),
        ("10.9.9.20-30 まで", "10.9.9.["),
        ("fe80::280:a3ff:fe00:5%eth0", "fe80::["),
        ("2001:db8:0:1::20", "2001:db8:0:1::["),
        ("0080.a300.0005", "0080.a3["),
        ("00:11:22:33:44:55", "00:11:22:["),
    ] {
        let found = redactor.text(text);
        assert!(found.starts_with(masked) && !found.contains("20-30"), "{text}: {found}");
    }
    for text in [
        "10.0.0.0/24",
        "255.255.255.0",
        "224.0.0.251",
        "版 2.4.0.7",
        "v1.2.3.4",
        "10.0.19045.1",
        "2026-11-21 02:15:30",
        "ff02::1",
        "2001:db8::/64",
        "01a1ffde-097e-749b-8d1e-0201e0f1b2b7",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn names_are_masked_where_they_stand_whole_or_cut_and_departments_are_no_names() {
    let redactor = redactor();
    assert_eq!(redactor.text("内科の端末"), "内科の端末");
    let masked = redactor.text("鈴木一郎（内科）の端末、鈴木一郎が使用");
    assert!(!masked.contains("鈴木") && masked.contains("の端末"), "{masked}");
    assert!(!redactor.text("担当: 鈴木一…").contains("鈴木"), "{}", redactor.text("担当: 鈴木一…"));
    assert!(!redactor.text("担当: 鈴木一…").contains("担当: 鈴"));
    assert!(redactor.text("ab") != "ab" && redactor.text("table") == "table");
    assert_eq!(redactor.text("10.0.0.…"), "10.0.0.[…]…");
}

#[test]
fn every_part_of_a_file_is_looked_into_and_other_forms_are_refused() {
    let redactor = redactor();
    let svg =
        r#"<svg width="10.5" d="M1.2.3.4"><title>10.0.0.5 &amp; FCW2412A01X</title><text x="10">鈴木一郎</text></svg>"#;
    let masked = String::from_utf8(redactor.file("a.svg", svg.as_bytes()).unwrap()).unwrap();
    assert!(masked.starts_with(r#"<svg width="10.5" d="M1.2.3.4"><title>10.0.0.["#), "{masked}");
    assert!(masked.contains("&amp; [") && !masked.contains("鈴木"));
    assert!(matches!(redactor.file("a.png", b"x"), Err(Unmasked::Form(_))));
    let hidden = r#"<svg id="FCW2412A01X"/>"#;
    assert!(matches!(redactor.file("a.svg", hidden.as_bytes()), Err(Unmasked::Left { .. })));
}
