//! What the tests of the whole share: where the programs are, and how to run them.

use std::env;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The columns of the checklist manual's form of 情報機器管理台帳, in their order.
pub const OFFICIAL: [&str; 12] = [
    "管理番号",
    "メーカー",
    "OS",
    "ソフトウェア",
    "ソフトウェアバージョン",
    "IPアドレス",
    "コンピュータ名",
    "設置場所",
    "利用者",
    "登録日",
    "状態",
    "説明",
];

/// The project's top folder.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// A program of this workspace, built beside the running test.
///
/// # Panics
/// Where it was not built: the test's command builds the whole workspace.
pub fn program(name: &str) -> PathBuf {
    let test = env::current_exe().expect("a running test has a path");
    let folder = test.parent().and_then(Path::parent).expect("tests run in target/PROFILE/deps");
    let path = folder.join(name);
    assert!(path.exists(), "{} is not built: run `cargo build --workspace` first", path.display());
    path
}

/// Runs a command to its end, with what it wrote.
///
/// # Panics
/// Where it cannot be started.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Why namespaces cannot be made here, if they cannot.
pub fn no_namespaces() -> Option<String> {
    let status = Command::new(program("daicho-hospital")).args(["exec", "--quiet", "--", "true"]).output();
    match status {
        Ok(output) if output.status.success() => None,
        Ok(output) => Some(String::from_utf8_lossy(&output.stderr).into_owned()),
        Err(error) => Some(error.to_string()),
    }
}

/// Says that a test was skipped, and why. With `DAICHO_TEST_ALL` set, skipping is a failure.
///
/// # Panics
/// With `DAICHO_TEST_ALL` set.
pub fn skip(test: &str, why: &str) {
    assert!(env::var_os("DAICHO_TEST_ALL").is_none(), "{test} may not be skipped here: {why}");
    eprintln!("SKIPPED {test}: {why}");
}
