use super::*;
use crate::judge::entry::Meaning;
use crate::judge::sample::{World, keyed};

const SECRET: [u8; 32] = [7; 32];

fn known(verdicts: &[Verdict]) -> Known<'_> {
    Known { verdicts, decisions: &[], hospital: Some("鈴木病院"), ordinary: &[] }
}

fn made(world: &World, secret: [u8; 32]) -> Redactor {
    Redactor::new(&known(&[world.verdict()]), secret).unwrap()
}

/// A device with an address, a serial number and users; its row says how it is called.
fn world() -> World {
    let mut world = World::new();
    world.arp("10.0.0.5", "00:80:A3:00:00:05");
    let mut seen = keyed(1, "10.0.0.5", "00:80:A3:00:00:05");
    seen.serial_no = Some("FCW2412A01X".into());
    seen.users = vec!["鈴木一郎（内科）".into(), "ab".into(), "内科".into(), "山田 太郎".into()];
    seen.department = Some("内科".into());
    seen.vendor = Some("株式会社山田電機".into());
    seen.hostname = Some("BRN0080A3000005".into());
    seen.cells.entry(Field::SoftwareVersion).or_default().raw = "2.4.0.7 / 10.0.0.77".into();
    world.rows = vec![seen];
    world
}

fn redactor() -> Redactor {
    made(&world(), SECRET)
}

fn mask(text: &str) -> &str {
    &text[text.find('[').unwrap()..=text.find(']').unwrap()]
}

#[test]
fn one_device_has_one_mask_by_whatever_key() {
    let redactor = redactor();
    let masked = redactor.text("10.0.0.5 / 00:80:A3:00:00:05 / 00-80-a3-00-00-05 / mac-0080A3000005 / FCW2412A01X");
    let mask = mask(&masked);
    assert_eq!(masked, format!("10.0.0.{mask} / 00:80:A3:{mask} / 00-80-a3-{mask} / mac-0080A3{mask} / {mask}"));
    let other = made(&World::new(), [8; 32]);
    assert_ne!(other.text("10.0.0.5"), redactor.text("10.0.0.5"), "another project has another mask");
}

#[test]
fn an_address_is_masked_in_every_spelling() {
    let redactor = redactor();
    for (text, masked, never) in [
        ("203.0.113.9", "203.0.113.[", ".9"),
        ("10.9.9.20-30 まで", "10.9.9.[", "30"),
        ("10.0.0.5-10.0.0.9", "10.0.0.[", ".9"),
        ("10.0.0.5～9", "10.0.0.[", "9"),
        ("10.0.0.5〜10.0.0.119", "10.0.0.[", "119"),
        ("10.0.0.5、6、7", "10.0.0.[", "6"),
        ("10.0.0.5/24", "10.0.0.[", ".5"),
        ("10.0.0.5:8080", "10.0.0.[", ".5"),
        ("10.0.0.005", "10.0.0.[", "005"),
        ("192.168.001.020", "192.168.001.[", "020"),
        ("１０．０．０．５", "１０．０．０．[", "５"),
        ("pc-10-0-0-5", "pc-10-0-0-[", "-5"),
        ("ip10_0_1_4", "ip10_0_1_[", "_4"),
        ("5.0.0.10.in-addr.arpa", "[", "5."),
        ("http://10.0.0.5/", "http://10.0.0.[", ".5/"),
        ("v10.0.0.5", "v10.0.0.[", ".5"),
        ("Ver 10.0.0.77", "Ver 10.0.0.[", "77"),
        ("fe80::280:a3ff:fe00:5%eth0", "fe80::[", "fe00"),
        ("2001:db8:0:1::20", "2001:db8:0:1::[", "20"),
        ("2001:0DB8:0000:0001:0000:0000:0000:0020", "2001:db8:0:1::[", "0020"),
        ("IPv6:2001:db8:0:1::20", "IPv6:2001:db8:0:1::[", "::20"),
        ("[2001:db8:0:1::20]:443", "[2001:db8:0:1::[", "::20"),
        ("2001:db8:0:1::20-29", "2001:db8:0:1::[", "29"),
        ("2001-db8-0-1--20.ipv6-literal.net", "[", "20"),
        ("0080.a300.0005", "0080.a3[", "0005"),
        ("00:11:22:33:44:55", "00:11:22:[", "55"),
        ("００－８０－Ａ３－００－００－０５", "００－８０－Ａ３－[", "５"),
        ("00 80 a3 00 00 05", "00 80 a3 [", "05"),
        ("BRN0080A3000005", "BRN0080A3[", "05"),
        ("NPI000005", "NPI000005", "\u{0}"),
    ] {
        let found = redactor.text(text);
        assert!(found.starts_with(masked), "{text}: {found}");
        let rest = found.rsplit('[').next().unwrap();
        assert!(!rest.contains(never), "{text}: {found}");
        assert_eq!(redactor.text(&found), found, "{text}: what is masked stays");
    }
}

#[test]
fn what_is_no_address_stays() {
    let redactor = redactor();
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
        "仕様書と同様の様式、氏名、業者様、患者様、お客様、担当者様",
        "1.3.6.1.4.1.2435.2.3",
    ] {
        assert_eq!(redactor.text(text), text);
    }
}

#[test]
fn names_are_masked_in_every_spelling_whole_or_cut_and_departments_are_no_names() {
    let redactor = redactor();
    assert_eq!(redactor.text("内科の端末"), "内科の端末");
    assert_eq!(redactor.text("株式会社山田電機、鈴木病院"), "株式会社山田電機、鈴木病院");
    for text in [
        "鈴木一郎（内科）の端末",
        "鈴木 一郎が使用",
        "鈴木　一郎",
        "鈴木さんの端末",
        "連絡は鈴木へ",
        "担当: 鈴木一…",
        "山田太郎",
        "山田　太郎",
        "山 田 太 郎",
        "山田様",
        "保守は山田が担当",
        "佐藤様に確認",
    ] {
        let masked = redactor.text(text);
        assert!(
            ["鈴木", "山田", "太郎", "佐藤", "田 太"].iter().all(|name| !masked.contains(name)),
            "{text}: {masked}"
        );
    }
    let masked = redactor.text("山田太郎と山田 太郎と山田様");
    assert_eq!(masked.matches(mask(&masked)).count(), 3, "one person has one mask: {masked}");
    assert_eq!(redactor.text("table ab"), "table ab", "two letters are masked in their own cell alone");
    assert_eq!(redactor.persons("ab、内科、B社サポート").matches('[').count(), 1);
    assert_eq!(redactor.text("10.0.0.…"), "10.0.0.[…]…");
}

#[test]
fn a_short_number_is_masked_in_its_own_cell_and_where_a_word_says_so() {
    let mut world = world();
    world.rows[0].serial_no = Some("1000".into());
    let redactor = made(&world, SECRET);
    assert_eq!(redactor.text("1000床、1000 packets"), "1000床、1000 packets");
    assert!(!redactor.text("S/N: 1000").contains("1000") && !redactor.text("シリアル番号『1000』").contains("1000"));
    let masked = redactor.verdict(&world.verdict());
    assert!(masked.ledger.entries[0].serial_no.as_deref().unwrap().starts_with('['));
    let row = br#"<row r="1000"><c r="A1000"><v>1000</v></c></row>"#;
    assert_eq!(redactor.file("a.xml", row).unwrap(), row);
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
    let Err(Unmasked::Left { file, place, kind, hint }) = redactor.file("図.svg", hidden.as_bytes()) else { panic!() };
    assert_eq!((file.as_str(), place.as_str(), kind), ("図.svg", "svg id", Kind::Number));
    assert!(hint.starts_with('F') && !hint.contains("FCW"));
}

#[test]
fn what_forms_print_is_never_masked_whoever_is_called_like_a_word_of_theirs() {
    use crate::answer::forms::Forms;

    let forms = Forms::with(&[], &crate::judge::sample::KNOWLEDGE).unwrap();
    let printed: Vec<String> = forms.all().iter().map(|form| serde_json::to_string(&form.questions).unwrap()).collect();
    let mut world = world();
    world.rows[0].users.extend(["岡山 太郎", "管理", "機器管理台帳", "確認"].map(str::to_owned));
    let verdicts = [world.verdict()];
    let known = Known { ordinary: &printed, ..known(&verdicts) };
    let redactor = Redactor::new(&known, SECRET).unwrap();
    for form in forms.all() {
        for question in &form.questions {
            let texts = [Some(&question.text), question.note.as_ref(), question.text_en.as_ref()];
            for text in texts.into_iter().flatten() {
                assert_eq!(&redactor.text(text), text);
            }
        }
    }
    assert!(!redactor.text("岡山太郎、岡山様").contains("岡山"));
}

/// A world in which a register, a vendor and whoever asked it name persons.
fn asked() -> World {
    use crate::judge::entry::{EntryId, Origin, Record, Register, Written};
    use crate::judge::vendor::{Reply, Said, Subject};

    let mut world = world();
    let cells = [
        (Field::RemoteWho, "株式会社B社 鬼塚美月"),
        (Field::SecurityManager, "久遠 静"),
        (Field::FoundBy, "蜂須賀さんより聞き取り"),
        (Field::MdsReviewed, "2026/6/15 氷室小夜"),
        (Field::ContractHolder, "百目鬼渚"),
        (Field::Vendor, "株式会社B社"),
    ];
    let written = |raw: &str| Written { column: "A".into(), raw: raw.into(), meaning: Meaning::Text(raw.into()) };
    world.records.push(Record {
        id: EntryId("remote_maintenance:1".into()),
        register: Register::RemoteMaintenance,
        origin: Origin { file: "a.csv".into(), sheet: String::new(), row: 2 },
        values: cells.iter().map(|(field, raw)| (*field, written(raw))).collect(),
    });
    let who = [("who".to_owned(), Said::Text("B社 狩野 英孝".into()))];
    world.vendors.replies.push(Reply {
        number: 1,
        enquiry: 1,
        vendor: "B社".into(),
        received: jiff::Timestamp::UNIX_EPOCH,
        received_on: jiff::civil::date(2026, 2, 1),
        by: "烏丸雅".into(),
        file: "B.xlsx".into(),
        sha256: String::new(),
        answered_by: Some("B社 保守部 日下部 凜".into()),
        answered_on: None,
        rows: [(Subject::whole(), who.into())].into(),
    });
    world
}

/// Everybody whose name a document can print, by where it stands: each is a word of its own.
#[test]
fn whoever_decides_approves_answers_or_stands_in_a_register_is_masked() {
    use crate::judge::review::standing::{Said, Standing, State};

    let mut verdict = asked().verdict();
    let decided = Said {
        by: "九鬼清隆".into(),
        at: jiff::Timestamp::UNIX_EPOCH,
        reason: Some("鬼塚に確認。10.0.0.5".into()),
        approver: Some("鷹取院長".into()),
        rule: None,
    };
    let standing = Standing {
        state: State::Assigned { to: "内科 轟木".into(), until: None },
        decided: Some(decided),
        ..Standing::default()
    };
    verdict.reviewed.standings.insert("x".into(), standing);
    let verdicts = [verdict];
    let redactor = Redactor::new(&known(&verdicts), SECRET).unwrap();
    let names = ["鬼塚", "久遠", "蜂須賀", "氷室", "百目鬼", "狩野", "烏丸", "日下部", "九鬼", "鷹取", "轟木"];
    for text in [
        "鬼塚美月、久遠静、蜂須賀さん、氷室小夜、百目鬼渚、狩野英孝、烏丸雅、日下部凜、九鬼清隆、鷹取、轟木",
        "鬼塚が、久遠は、氷室へ、百目鬼に、狩野と、烏丸さん、日下部、九鬼",
    ] {
        let masked = redactor.text(text);
        assert!(names.iter().all(|name| !masked.contains(name)), "{masked}");
    }
    let shown =
        format!("{:?}{:?}", redactor.verdict(&verdicts[0]).reviewed, redactor.verdict(&verdicts[0]).ledger.records);
    assert!(names.iter().all(|name| !shown.contains(name)) && !shown.contains("10.0.0.5"), "{shown}");
    for stays in ["株式会社B社", "聞き取り", "内科", "院長"] {
        assert!(shown.contains(stays), "{stays}: {shown}");
    }
}

#[test]
fn the_order_of_a_masked_verdict_tells_nothing() {
    let mut world = World::new();
    for last in 5..25 {
        world.arp(&format!("10.0.0.{last}"), &format!("00:80:A3:00:00:{last:02X}"));
    }
    let verdicts = [world.verdict()];
    assert!(verdicts[0].assets.is_sorted_by_key(|asset| &asset.id));
    let order = |secret| {
        let masked = Redactor::new(&known(&verdicts), secret).unwrap().verdict(&verdicts[0]);
        let findings: Vec<String> = masked.findings.iter().map(|finding| finding.id.clone()).collect();
        let assets: Vec<String> = masked.assets.iter().map(|asset| asset.id.0.clone()).collect();
        assert!(!assets.is_sorted() && !findings.is_sorted());
        assets
    };
    assert_eq!(order(SECRET), order(SECRET));
    assert_ne!(order(SECRET), order([8; 32]));
}

#[test]
fn what_stands_in_free_text_in_another_way_is_masked_too() {
    let mut world = world();
    world.rows[0].serial_no = Some("S/N: ABC-12 345 678".into());
    world.rows[0].users.push("Owada Takashi".into());
    let redactor = made(&world, SECRET);
    for (text, never) in [
        ("電話090-1234-5678、夜間は０３（１１１１）２２２２", vec!["1234", "5678", "１１"]),
        ("09012345678 / m.unknown@aoba.example まで", vec!["0901", "unknown", "aoba"]),
        ("10.0.\n0.5 と 10 . 0 . 0 . 5 と 10。0。0。5 と 10,0,0,5", vec!["0.5", ". 5", "。5", ",5"]),
        ("DESKTOP-ABC12345678、ABC-12-345-678", vec!["345"]),
        ("PC-OWADA61、owada-pc", vec!["OWADA", "owada"]),
    ] {
        let masked = redactor.text(text);
        assert!(never.iter().all(|never| !masked.contains(never)), "{text}: {masked}");
        assert_eq!(redactor.text(&masked), masked, "{text}");
    }
    for text in [
        "2026-01-12 01:02:03",
        "0123-45",
        "00-1234-5678",
        "1,2,3,4",
        "10.0.0.1、10、20",
        "towada",
        "管理番号 0001-0001-001",
    ] {
        let masked = redactor.text(text);
        assert!(masked == text || text.starts_with("10."), "{text}: {masked}");
    }
}

#[test]
fn an_address_that_cannot_be_read_is_masked_whole() {
    let redactor = redactor();
    for (field, raw, masked) in [
        (Field::MacAddress, "00-00-48-31-0Z-01", "[…]"),
        (Field::MacAddress, "1.99912E+09", "[…]"),
        (Field::IpAddress, "１９２．１６８，１．２０\nDHCP", "[…]\nDHCP"),
        (Field::IpAddress, "なし", "なし"),
    ] {
        assert_eq!(redactor.cell(field, raw), masked);
    }
    assert!(redactor.cell(Field::IpAddress, "10.0.0.5\n10.0.0.77").starts_with("10.0.0.["));
}
