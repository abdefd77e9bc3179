//! The workbooks and the submission pack of the demo hospital, made by the program and looked into as whoever gets them
//! would: every sheet fits its paper, a changed octet is named, and nothing is left in a masked pack.

mod registers;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use daicho::pack::{Files, archive};
use daicho_tests::{OFFICIAL, no_namespaces, program, run, skip};
use registers::{REGISTERS, TOLD};
use serde_json::Value;

/// The workbooks of `daicho books`, and of which of them every sheet lists choices.
const BOOKS: [(&str, bool); 8] = [
    ("機器管理台帳.xlsx", true),
    ("医療機器台帳.xlsx", true),
    ("外部接続点一覧（部門別）.xlsx", true),
    ("二系統接続一覧.xlsx", false),
    ("リモート保守台帳.xlsx", true),
    ("事業者とシステムの対応表.xlsx", true),
    ("確認・報告記録.xlsx", false),
    ("調査範囲と方法の説明書.xlsx", false),
];

/// A project that was scanned and judged, with every register.
struct Project {
    /// Goes with the project.
    temporary: tempfile::TempDir,
    folder: PathBuf,
}

fn daicho(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(program("daicho"));
    run(command.arg("-C").arg(folder).args(arguments).env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL"))
}

/// What is typed must be taken.
fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = daicho(folder, arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

impl Project {
    fn path(&self, name: &str) -> PathBuf {
        self.temporary.path().join(name)
    }

    /// A pack at a place of its own.
    fn pack(&self, name: &str, more: &[&str]) -> PathBuf {
        let out = self.path(name);
        done(&self.folder, &[&["pack", "okayama", "-q", "--out", out.to_str().unwrap()], more].concat());
        out
    }

    fn verify(&self, pack: &Path, more: &[&str]) -> (Option<i32>, Value) {
        let output = daicho(&self.folder, &[&["pack", "verify", "--json", pack.to_str().unwrap()], more].concat());
        (output.status.code(), serde_json::from_slice(&output.stdout).unwrap_or(Value::Null))
    }
}

fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(|| {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("demo");
        let begun =
            run(Command::new(program("daicho")).args(["demo", "--quiet", "--lang", "ja", "--out"]).arg(&folder));
        assert_eq!(begun.status.code(), Some(0), "{begun:?}");
        fs::create_dir(folder.join("evidence")).unwrap();
        fs::write(folder.join("evidence/回線写真.jpg"), "abc").unwrap();
        for (name, text) in REGISTERS {
            let path = temporary.path().join(name);
            fs::write(&path, text).unwrap();
            done(&folder, &["ledger", "import", "-q", path.to_str().unwrap()]);
        }
        daicho(&folder, &["reconcile", "-q"]);
        let out = temporary.path().join("answers");
        done(&folder, &["answer", "hospital-checklist", "-q", "--out", out.to_str().unwrap()]);
        done(&folder, &["pack", "key", "-q"]);
        Project { temporary, folder }
    })
}

/// The files of a pack that is a folder.
fn files(folder: &Path) -> Files {
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap())
    };
    fs::read_dir(folder).unwrap().map(entry).collect()
}

/// The plain pack of the demo hospital; whoever changes it takes a copy.
fn plain() -> &'static Files {
    static PLAIN: OnceLock<Files> = OnceLock::new();
    PLAIN.get_or_init(|| files(&project().pack("plain", &[])))
}

/// The parts of a workbook, by name.
fn parts(octets: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(octets)).unwrap();
    let count = archive.len();
    let read = |index| {
        let mut part = archive.by_index(index).unwrap();
        let (name, mut text) = (part.name().unwrap().into_owned(), String::new());
        part.read_to_string(&mut text).unwrap();
        (name, text)
    };
    (0..count).map(read).collect()
}

/// The texts of a workbook, in the order in which they were first written.
fn texts(parts: &BTreeMap<String, String>) -> Vec<String> {
    let shared = parts["xl/sharedStrings.xml"].split("<si>").skip(1);
    let inner = shared.filter_map(|one| one.split_once("</t>")?.0.split_once('>').map(|(_, rest)| rest.to_owned()));
    inner.map(|text| text.rsplit_once('>').map_or(text.clone(), |(_, rest)| rest.to_owned())).collect()
}

#[test]
fn every_workbook_is_fit_for_paper_and_says_where_it_comes_from() {
    if let Some(why) = no_namespaces() {
        return skip("workbooks", &why);
    }
    let project = project();
    let out = project.path("books");
    done(&project.folder, &["books", "-q", "--out", out.to_str().unwrap()]);
    let runs = done(&project.folder, &["runs"]);
    let run = runs.split('\t').nth(1).unwrap();
    for (name, lists) in BOOKS {
        let parts = parts(&fs::read(out.join(name)).unwrap());
        let (all, texts) = (parts.values().cloned().collect::<String>(), texts(&parts));
        assert!(parts["xl/workbook.xml"].contains("_xlnm.Print_Area"), "{name}");
        assert!(texts.iter().any(|text| text.contains(run)), "{name} names the run");
        let names = |end: &str| texts.iter().any(|text| text.contains("SHA-256") && text.contains(end));
        assert!(names(".csv") || names(".xlsx"), "{name} names the ledger");
        assert!(name != BOOKS[0].0 || !names("外部接続点台帳.csv"), "{name} names the files that its rows are from");
        let sheets: Vec<&String> =
            parts.iter().filter(|(part, _)| part.starts_with("xl/worksheets/sheet")).map(|(_, text)| text).collect();
        for sheet in &sheets {
            assert!(
                sheet.contains("<pageSetup paperSize=\"8\"") || sheet.contains("<pageSetup paperSize=\"9\""),
                "{name}"
            );
            assert!(sheet.contains("fitToPage=\"1\"") && !sheet.contains("<f>"), "{name}");
        }
        assert_eq!(all.contains("dataValidation type=\"list\""), lists, "{name}");
        if name != "確認・報告記録.xlsx" {
            assert!(parts["xl/workbook.xml"].contains("_xlnm.Print_Titles"), "{name} repeats its headings");
        }
    }
}

#[test]
fn the_registers_say_what_is_declared_what_was_seen_and_what_evidence_there_is() {
    if let Some(why) = no_namespaces() {
        return skip("registers", &why);
    }
    let project = project();
    let out = project.path("registers");
    done(&project.folder, &["books", "-q", "--only", "equipment", "points", "vendors", "--out", out.to_str().unwrap()]);
    let read = |name: &str| texts(&parts(&fs::read(out.join(name)).unwrap()));
    let equipment = read("機器管理台帳.xlsx");
    let at = equipment.iter().position(|text| text == OFFICIAL[0]).unwrap();
    assert_eq!(equipment[at..at + OFFICIAL.len()], OFFICIAL);
    let points = read("外部接続点一覧（部門別）.xlsx");
    let says = |part: &str| points.iter().any(|text| text.contains(part));
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(says(&format!("evidence/回線写真.jpg\nSHA-256 {abc}\n議事録_第3回.pdf\nファイルなし")), "{points:#?}");
    assert!(says("プロジェクトのフォルダの外のため未確認"));
    assert!(says("&apos;=HYPERLINK") || says("'=HYPERLINK"), "a formula is no formula");
    for said in [
        "放射線科 小計",
        "薬剤部 小計",
        "部門の申告 0件（2026年2月20日（金）、高橋四郎）",
        "未申告・観測あり",
        "閉域とは言えません",
        "合計",
    ] {
        assert!(says(said), "{said}");
    }
    let vendors = read("事業者とシステムの対応表.xlsx");
    for said in ["●［遠］", "○", "△", "依頼済み・未受領"] {
        assert!(vendors.iter().any(|text| text.starts_with(said)), "{said}: {vendors:?}");
    }
}

#[test]
fn a_pack_is_whole_until_somebody_touches_it() {
    if let Some(why) = no_namespaces() {
        return skip("packs", &why);
    }
    let project = project();
    let key = project.folder.join("pack-key.pub");
    let key = ["--key", key.to_str().unwrap()];
    let (folder, archive) = (project.path("copy"), project.pack("pack.zip", &[]));
    fs::create_dir(&folder).unwrap();
    for (name, octets) in plain() {
        fs::write(folder.join(name), octets).unwrap();
    }
    for pack in [&folder, &archive] {
        let (code, said) = project.verify(pack, &key);
        assert_eq!((code, said["signature"].as_str()), (Some(0), Some("valid")), "{said:#}");
    }
    let again = archive::write(plain()).unwrap();
    assert!(fs::read(&archive).unwrap() == again, "the same pack, made again, is the same archive octet by octet");
    let index: Value = serde_json::from_slice(&fs::read(folder.join("index.json")).unwrap()).unwrap();
    let numbers: Vec<&str> =
        index["documents"].as_array().unwrap().iter().filter_map(|one| one["number"].as_str()).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6", "7", ""]);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), index["files"].as_array().unwrap().len() + 2);

    let name = "4-1_機器管理台帳.xlsx";
    let mut octets = fs::read(folder.join(name)).unwrap();
    octets[1000] ^= 1;
    fs::write(folder.join(name), octets).unwrap();
    fs::remove_file(folder.join("6-1_ネットワーク構成図.svg")).unwrap();
    fs::write(folder.join("あとから.txt"), "x").unwrap();
    let (code, said) = project.verify(&folder, &key);
    assert_eq!(code, Some(1));
    assert_eq!(said["changed"], serde_json::json!([name]));
    assert_eq!(said["missing"], serde_json::json!(["6-1_ネットワーク構成図.svg"]));
    assert_eq!(said["added"], serde_json::json!(["あとから.txt"]));
    let told = daicho(&project.folder, &["pack", "verify", folder.to_str().unwrap()]);
    assert!(String::from_utf8_lossy(&told.stdout).contains(&format!("変更: {name}")));
}

#[test]
fn what_is_no_pack_or_of_somebody_else_is_said_to_be() {
    if let Some(why) = no_namespaces() {
        return skip("other packs", &why);
    }
    let project = project();
    let pack = project.path("mine.zip");
    fs::write(&pack, archive::write(plain()).unwrap()).unwrap();
    let other = project.path("other");
    let init = run(Command::new(program("daicho")).arg("init").arg(&other));
    assert_eq!(init.status.code(), Some(0), "{init:?}");
    assert_eq!(daicho(&other, &["pack", "okayama", "--out", "x"]).status.code(), Some(4), "nothing was scanned there");
    done(&other, &["pack", "key"]);
    let stranger = other.join("pack-key.pub");
    let (code, said) = project.verify(&pack, &["--key", stranger.to_str().unwrap()]);
    assert_eq!((code, said["signature"].as_str()), (Some(1), Some("other_key")));
    let cut = project.path("cut.zip");
    let octets = fs::read(&pack).unwrap();
    fs::write(&cut, &octets[..octets.len() / 2]).unwrap();
    assert_eq!(project.verify(&cut, &[]).0, Some(2));
    assert_eq!(project.verify(&project.path("nowhere"), &[]).0, Some(2));
    assert_eq!(project.verify(&pack, &["--key", pack.to_str().unwrap()]).0, Some(2));
    let again = daicho(&project.folder, &["pack", "okayama", "--out", pack.to_str().unwrap()]);
    assert_eq!((again.status.code(), fs::read(&pack).unwrap()), (Some(2), octets), "nothing is written over");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let key = other.join("data/pack.key");
        assert_eq!(fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        assert_eq!(daicho(&other, &["pack", "key"]).status.code(), Some(2), "a key that others may read is none");
    }
}

/// Searched as somebody would who wants to find something: every part of every file, for every spelling.
#[test]
fn nothing_is_left_in_a_masked_pack() {
    if let Some(why) = no_namespaces() {
        return skip("masked packs", &why);
    }
    let project = project();
    let out = project.pack("masked", &["--redacted"]);
    let masked = files(&out);
    let secrets = secrets(&project.folder);
    assert!(secrets.len() > 150, "{} secrets only", secrets.len());
    assert!(found(plain(), &secrets).len() > 80, "the plain pack shows what is searched for");
    assert_eq!(found(&masked, &secrets), BTreeSet::new());
    assert_eq!(project.verify(&out, &[]).0, Some(0));
    let again = fs::read(project.pack("masked.zip", &["--redacted"])).unwrap();
    assert!(again == archive::write(&masked).unwrap(), "the same device has the same mask");
}

/// Addresses and MAC addresses that were seen, in several spellings, and what the registers tell.
fn secrets(folder: &Path) -> BTreeSet<String> {
    let result: Value = serde_json::from_slice(&fs::read(folder.join("result.json")).unwrap()).unwrap();
    let mut all: BTreeSet<String> = TOLD.iter().map(|told| (*told).to_owned()).collect();
    for interface in
        result["assets"].as_array().unwrap().iter().flat_map(|asset| asset["interfaces"].as_array().unwrap())
    {
        if let Some(mac) = interface["mac"].as_str() {
            let spelt = [mac.to_owned(), mac.to_lowercase(), mac.replace(':', "-"), mac.replace(':', "")];
            all.extend(spelt);
        }
        all.extend(interface["addresses"].as_array().unwrap().iter().filter_map(Value::as_str).map(str::to_owned));
    }
    all
}

/// Which secrets stand in which file.
fn found(pack: &Files, secrets: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (name, octets) in pack {
        let inside = match name.rsplit('.').next().unwrap() {
            "xlsx" => parts(octets),
            "png" => continue,
            _ => [(String::new(), String::from_utf8(octets.clone()).unwrap())].into(),
        };
        for (part, text) in inside {
            let here = secrets.iter().filter(|secret| text.contains(*secret));
            all.extend(here.map(|secret| format!("{name}/{part}: {secret}")));
        }
    }
    all
}
