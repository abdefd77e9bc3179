//! A hospital whose registers, devices and decisions write every secret in many ways, and a masked pack of it that is
//! searched as somebody would who wants to find one. The plain pack shows that there is something to be found.
#![cfg(unix)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::json;
use unicode_normalization::UnicodeNormalization;

const LEDGER: &str = "管理番号,IPアドレス,MACアドレス,コンピュータ名,シリアル番号,部門,機器区分,利用者,管理責任者,保守事業者,ソフトウェア,ソフトウェアバージョン,リモート保守,説明
IT-901,10.20.0.211,00:80:A3:7E:5D:11,pc-10-20-0-211,ZQX77K1M,医事課,医療機器,青柳 虎太郎,B社サポート,株式会社B社,監視,10.20.0.211,有,青柳様の端末。10.20.0.211-10.20.0.219 と 10.20.0.214～218、監視は 10.20.0.211:8080
IT-902,10.20.0.212,00-80-A3-7E-5D-12,BRN0080A37E5D12,1000,放射線科,医療機器,共用,轟木龍之介,B社,,2.4.0.7,有,轟木さん保管。MACは 0080.A37E.5D12（0080a37e5d12）。10.20.0.212/24、１０．２０．０．２１２、010.020.000.212
IT-903,10.20.0.213,00:80:A3:7E:5D:13,NPI7E5D13,QW-88-4417-Z,放射線科,医療機器,ｸﾛｶﾜ ﾐｽﾞｷ,青柳虎太郎,B社,,,無,クロカワミズキの端末、S/N QW884417Z。2001:db8:7:8::9a13、2001:0DB8:0007:0008:0000:0000:0000:9A13。青柳　虎太郎に連絡
IT-904,10.20.0.214,,放射線科 10_20_0_214,機器管理台帳,放射線科,医療機器,B社サポート,サポート,B社,,,無,シリアルは機器管理台帳
";

/// Registers by name.
const REGISTERS: [(&str, &str); 4] = [
    (
        "外部接続点台帳.csv",
        "接続点番号,部門,名称,用途,回線種別,契約者,事業者,回線ID,機器IP,院内側セグメント,アクセス制御,把握方法,確認日,確認者,状態\n\
         EX-901,放射線科,CT保守回線,リモート保守,閉域IP-VPN,病院,B社,CAF00998877,10.20.0.241,10.20.0.0/24,有: 10.20.0.241 から 10.20.0.249 まで,蜂須賀さんより聞き取り,2026/6/10,蜂須賀 恒,稼働\n",
    ),
    (
        "リモート保守台帳.csv",
        "管理番号,事業者,対象システム,対象機器(管理番号),有無,目的,誰が,どのように,接続元IP制限,認証方法,回答者(事業者),確認者(病院),確認日\n\
         RM-901,株式会社B社,PACS,IT-901,有,障害対応,B社 鬼塚 美月,IPsec-VPN,有: 203.0.113.177,証明書,氷室小夜,医療情報室 青柳　虎太郎,2026/6/10\n",
    ),
    (
        "事業者台帳.csv",
        "事業者番号,事業者,役割,担当システム,契約,緊急連絡先,管理責任者,MDS/SDS種別,MDS/SDS依頼日,点検日・点検者\n\
         V-901,株式会社B社,保守,PACS,PACS保守契約,090-1234-5678 久遠,久遠 静,MDS,2026/5/1,2026/6/15 氷室小夜\n",
    ),
    (
        "部門マスタ.csv",
        "部門コード,部門名,調達,情報セキュリティ担当者,外部接続点数(申告),申告日,申告者\n\
         D91,放射線科,有,百目鬼 渚,1,2026/2/20,百目鬼渚\nD92,医事課,有,,0,2026/2/20,九鬼清隆\n",
    ),
];

/// What must not be found, folded as a searcher would: widths, case and blanks.
const SECRETS: [&str; 53] = [
    "10.20.0.211",
    "10.20.0.212",
    "10.20.0.213",
    "10.20.0.214",
    "10.20.0.219",
    "10.20.0.231",
    "10.20.0.241",
    "10.20.0.249",
    "～218",
    "10-20-0-211",
    "10_20_0_214",
    "010.020.000.212",
    "203.0.113.177",
    "0.211",
    "0.212",
    "7e:5d:11",
    "7e-5d-12",
    "7e5d12",
    "7e5d13",
    "7e:5d:13",
    "7e:5d:31",
    "a37e.5d12",
    "9a13",
    "zqx77k1m",
    "qw-88-4417-z",
    "qw884417z",
    "caf00998877",
    "090-1234-5678",
    "青柳虎太郎",
    "青柳",
    "虎太郎",
    "轟木龍之介",
    "轟木",
    "クロカワミズキ",
    "クロカワ",
    "ミズキ",
    "蜂須賀恒",
    "蜂須賀",
    "鬼塚美月",
    "鬼塚",
    "美月",
    "氷室小夜",
    "氷室",
    "久遠静",
    "久遠",
    "百目鬼渚",
    "百目鬼",
    "九鬼清隆",
    "九鬼",
    "鷹取",
    "烏丸",
    "烏丸雅",
    "0.213",
];

struct Folder(tempfile::TempDir);

impl Folder {
    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn daicho(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_daicho"));
        command.current_dir(self.0.path()).args(arguments).env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL");
        command.output().unwrap()
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.daicho(arguments);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?} {told}");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn pack(&self, name: &str, more: &[&str]) -> BTreeMap<String, Vec<u8>> {
        self.done(&[&["pack", "okayama", "-q", "--out", name], more].concat());
        let entry = |entry: std::io::Result<fs::DirEntry>| {
            let path = entry.unwrap().path();
            (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
        };
        fs::read_dir(self.path(name)).unwrap().map(entry).collect()
    }
}

/// A night on which the devices answered, and one that nobody declared.
fn batch() -> String {
    let at = "2026-09-01T02:15:01Z";
    let mut lines = vec![json!({
        "record": "header", "format": "daicho-batch", "version": 1, "agent": "0.1.0", "host": "scanner",
        "run": "01900000-0000-7000-8000-000000000901", "started": at, "scope": ["10.20.0.0/24"], "exclude": [],
        "profile": "gentle", "interfaces": []
    })];
    let devices = [(211, "11"), (212, "12"), (213, "13"), (231, "31")];
    for (number, (last, card)) in (1..).zip(devices) {
        let (address, mac) = (format!("10.20.0.{last}"), format!("00:80:A3:7E:5D:{card}"));
        let mut facts = vec![json!({"fact": "link_address", "mac": mac})];
        if last == 231 {
            facts.push(json!({"fact": "name", "source": "mdns", "name": "烏丸雅-10-20-0-231", "domain": null}));
        }
        lines.push(json!({
            "record": "observation", "number": number, "at": at, "probe": "arp", "outcome": "answered",
            "target": {"address": address, "mac": mac, "interface": "eth0"}, "facts": facts
        }));
        lines.push(json!({
            "record": "sent", "address": address, "mac": mac, "probe": "arp", "packets": 1, "first": at, "last": at
        }));
    }
    lines.push(json!({
        "record": "coverage", "segment": "10.20.0.0/24", "on_link": true, "probe": "arp", "asked": 254, "answered": 4,
        "not_allowed": 0, "not_reached": 0
    }));
    lines.push(json!({"record": "end", "finished": "2026-09-01T02:16:00Z", "complete": true}));
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    lines.join("\n") + "\n"
}

fn hospital() -> Folder {
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.done(&["init", ".", "--scope", "10.20.0.0/24"]);
    for (name, text) in [("台帳.csv", LEDGER)].into_iter().chain(REGISTERS) {
        fs::write(folder.path(name), text).unwrap();
        folder.done(&["ledger", "import", "-q", name]);
    }
    fs::write(folder.path("night.jsonl"), batch()).unwrap();
    folder.done(&["import-batch", "night.jsonl"]);
    folder.daicho(&["reconcile", "-q"]);
    let remark =
        ["decide", "comment", "--where", "code=not_in_ledger", "--yes", "--by", "烏丸 雅", "--reason", "鬼塚美月へ"];
    folder.done(&remark);
    let reason = "烏丸雅と轟木で確認。10.20.0.213 と 10.20.0.231 は検証用";
    let decided = ["--where", "code=not_in_ledger", "--yes", "--by", "九鬼 清隆"];
    let ignored = ["--until", "2027-03-31", "--approver", "鷹取 院長", "--reason", reason];
    folder.done(&[&["decide", "ignore"], decided.as_slice(), &ignored].concat());
    folder.daicho(&["reconcile", "-q"]);
    folder.done(&["answer", "hospital-checklist", "-q", "--out", "answers"]);
    folder.done(&["pack", "key", "-q"]);
    folder
}

/// Every part of every file as a text.
fn parts(pack: &BTreeMap<String, Vec<u8>>) -> Vec<(String, String)> {
    let mut all = vec![];
    for (name, octets) in pack {
        match name.rsplit('.').next().unwrap() {
            "xlsx" => {
                let mut archive = zip::ZipArchive::new(Cursor::new(octets)).unwrap();
                for index in 0..archive.len() {
                    let mut part = archive.by_index(index).unwrap();
                    let (inner, mut text) = (part.name().unwrap().into_owned(), String::new());
                    part.read_to_string(&mut text).unwrap();
                    all.push((format!("{name}/{inner}"), text));
                }
            }
            "png" => {
                // A picture of what was masked before, without any text beside it.
                let text = [b"tEXt", b"zTXt", b"iTXt", b"eXIf"];
                assert!(!octets.windows(4).any(|chunk| text.iter().any(|kind| kind.as_slice() == chunk)), "{name}");
            }
            _ => all.push((name.clone(), String::from_utf8(octets.clone()).unwrap())),
        }
    }
    all
}

fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| !c.is_whitespace()).collect()
}

/// Which secrets are found, and where first.
fn found(parts: &[(String, String)]) -> BTreeMap<&'static str, String> {
    let parts: Vec<(&String, String)> = parts.iter().map(|(name, text)| (name, folded(text))).collect();
    let place = |secret: &'static str| {
        let secret_folded = folded(secret);
        let (name, text) = parts.iter().find(|(_, text)| text.contains(&secret_folded))?;
        let at = text.find(&secret_folded)?;
        let around: String = text[..at].chars().rev().take(20).collect::<Vec<_>>().into_iter().rev().collect();
        Some((secret, format!("{name}: {around}…{}", text[at..].chars().take(30).collect::<String>())))
    };
    SECRETS.into_iter().filter_map(place).collect()
}

#[test]
fn nothing_of_an_adversarial_hospital_is_left_in_its_masked_pack() {
    let folder = hospital();
    let plain = parts(&folder.pack("plain", &[]));
    let shown: BTreeSet<&str> = found(&plain).into_keys().collect();
    let missing: Vec<&str> = SECRETS.into_iter().filter(|secret| !shown.contains(secret)).collect();
    assert!(shown.len() > 40, "the plain pack shows what is searched for, but not {missing:?}");
    let masked = parts(&folder.pack("masked", &["--redacted"]));
    assert_eq!(found(&masked), BTreeMap::new());
    let all: String = masked.iter().map(|(_, text)| text.as_str()).collect();
    for stays in ["株式会社B社", "B社サポート", "放射線科", "医事課", "2.4.0.7", "10.20.0.0/24", "10.20.0.["]
    {
        assert!(all.contains(stays), "{stays} stays");
    }
    let masks = |before: &str| -> BTreeSet<String> {
        all.split(before).skip(1).filter_map(|rest| Some(rest.split_once(']')?.0.to_owned())).collect()
    };
    let (cards, addresses) = (masks("00:80:A3:["), masks("10.20.0.["));
    assert!(cards.len() > 3 && cards.is_subset(&addresses), "a device has one mask: {cards:?} {addresses:?}");
    assert!(all.contains("様の端末"), "what stands around a name stays");
    assert_eq!(folder.daicho(&["pack", "verify", "masked"]).status.code(), Some(0));
}

#[test]
fn a_key_that_is_not_there_is_a_mistake_of_whoever_typed_it() {
    let folder = Folder(tempfile::tempdir().unwrap());
    folder.done(&["init", ".", "--scope", "10.20.0.0/24"]);
    let output = folder.daicho(&["pack", "verify", ".", "--key", "nowhere.pub"]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere.pub"));
}
