//! Ledgers as hospitals keep them, from their octets to entries and problems, by the program itself. What must come
//! out stands in `expected/`, one line a row: with `DAICHO_TEST_BLESS` set, the files are written anew, for somebody
//! to read before they are kept.

mod biff;
mod books;

use std::fs;
use std::path::Path;
use std::process::Command;

use daicho_tests::{program, root, run};
use serde_json::Value;

#[test]
fn every_ledger_is_read_as_a_person_reads_it() {
    let project = project();
    let mut wrong = vec![];
    for (name, make) in books::BOOKS {
        fs::write(project.path().join(name), make()).unwrap();
        let said = told(&import(project.path(), name));
        let path = root().join("tests/ledgers/expected").join(format!("{name}.txt"));
        if std::env::var_os("DAICHO_TEST_BLESS").is_some() {
            fs::write(&path, &said).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if said != expected {
            wrong.push(format!("{name}\n{}", difference(&expected, &said)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_a_ledger_keeper_is_told_names_sheet_row_and_column() {
    let project = project();
    let (name, make) = books::BOOKS[4];
    fs::write(project.path().join(name), make()).unwrap();
    let output = run(daicho(project.path()).args(["ledger", "import", "--dry-run", name]));
    let text = String::from_utf8(output.stdout).unwrap();
    let wanted = "3枚目のシート『3F東病棟』3行目 E列: 状態『たぶん』はこの列の選択肢にない語です。";
    assert!(text.contains(wanted), "{text}");
    let personal = "5枚目のシート『アカウント一覧』: 『アカウント一覧』は個人の情報の表";
    assert!(text.contains(personal), "{text}");
}

#[test]
fn a_ledger_that_is_imported_again_has_not_changed() {
    let project = project();
    for (name, make) in books::BOOKS {
        fs::write(project.path().join(name), make()).unwrap();
        assert!(run(daicho(project.path()).args(["ledger", "import", name])).status.success(), "{name}");
        let again = import(project.path(), name);
        let changes = &again["changes"];
        for kind in ["added", "removed", "changed"] {
            assert_eq!(changes[kind].as_array().map(Vec::len), Some(0), "{name}: {changes}");
        }
        assert_eq!(changes["respelled"], 0, "{name}");
    }
}

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(daicho(folder.path()).args(["init", "."])).status.success());
    folder
}

fn daicho(folder: &Path) -> Command {
    let mut command = Command::new(program("daicho"));
    command.current_dir(folder).env("LANG", "ja_JP.UTF-8").env_remove("LC_ALL");
    command
}

fn import(folder: &Path, name: &str) -> Value {
    let output = run(daicho(folder).args(["ledger", "import", "--dry-run", "--json", name]));
    assert!(output.status.success(), "{name}: {output:?}");
    let mut files: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    files.remove(0)
}

/// The file, its rows and its problems, one a line; what is empty or unknown is left out.
fn told(found: &Value) -> String {
    let mut lines = vec![line("file", &found["file"], &["name", "sha256", "imported"])];
    for (kind, list) in [("entry", "entries"), ("record", "records"), ("problem", "problems")] {
        let values = found[list].as_array().into_iter().flatten();
        lines.extend(values.map(|value| line(kind, value, &["cells"])));
    }
    lines.join("\n") + "\n"
}

fn line(kind: &str, value: &Value, without: &[&str]) -> String {
    let object = value.as_object().unwrap();
    let parts = object.iter().filter(|(name, value)| !without.contains(&name.as_str()) && !is_empty(value));
    let parts: Vec<String> = parts.map(|(name, value)| format!("{name}={}", short(value))).collect();
    format!("{kind} {}", parts.join(" "))
}

fn is_empty(value: &Value) -> bool {
    let nothing = matches!(value, Value::Null | Value::Bool(false)) || value == "unknown" || value == "";
    nothing || value.as_array().is_some_and(Vec::is_empty) || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace('\n', "⏎"),
        Value::Array(list) => list.iter().map(short).collect::<Vec<_>>().join("+"),
        // An origin without its file, which stands in the name.
        Value::Object(object) if object.contains_key("row") => format!("{}!{}", short(&object["sheet"]), object["row"]),
        Value::Object(object) if object.contains_key("meaning") => short(&object["meaning"]),
        Value::Object(object) => {
            let parts = object.iter().filter(|(_, value)| !is_empty(value));
            let parts: Vec<String> = parts.map(|(name, value)| format!("{name}:{}", short(value))).collect();
            format!("{{{}}}", parts.join(" "))
        }
        other => other.to_string(),
    }
}

fn difference(expected: &str, found: &str) -> String {
    let missing =
        expected.lines().filter(|line| !found.lines().any(|other| other == *line)).map(|line| format!("- {line}"));
    let new =
        found.lines().filter(|line| !expected.lines().any(|other| other == *line)).map(|line| format!("+ {line}"));
    missing.chain(new).collect::<Vec<_>>().join("\n")
}
