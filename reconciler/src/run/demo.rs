//! `daicho demo`: the real program against a simulated hospital, in a folder that can be looked at after.

use std::ffi::OsString;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use ipnet::IpNet;
use jiff::{Timestamp, Zoned};
use serde::Deserialize;

use super::console::Console;
use super::project::Project;
use super::{CLEAN, Failure, PARTIAL, agent, audit, ledger};
use crate::cli::{Common, words};
use crate::edge;
use crate::import::Mappings;
use crate::settings::{Resolver, SETTINGS_FILE};

/// The file in which the simulated hospital says what it is.
const DESCRIPTION: &str = "demo.toml";

/// What the simulated hospital says about itself.
#[derive(Debug, Deserialize)]
struct Demo {
    scope: Vec<IpNet>,
    #[serde(default)]
    exclude: Vec<IpNet>,
    #[serde(default)]
    interface: Option<String>,
    #[serde(default)]
    resolver: Option<IpAddr>,
    #[serde(default)]
    snmp_community: Option<String>,
}

pub(super) fn demo(common: &Common, out: Option<&Path>, console: &Console, now: Timestamp) -> Result<u8, Failure> {
    let hospital = agent::beside("daicho-hospital")?;
    let prefix = [hospital.as_os_str(), "exec".as_ref(), "--".as_ref(), agent::beside("daicho-agent")?.as_os_str()]
        .map(OsString::from);
    let folder =
        out.map_or_else(|| common.folder.join(name(&now.to_zoned(jiff::tz::TimeZone::system()))), Path::to_owned);
    let folder = std::path::absolute(&folder).map_err(|source| Failure::file(&folder, source))?;
    refuse_foreign(&folder)?;
    console.note(&words::demo_begins(console.lang));
    let described = describe(&hospital, &folder)?;
    let path = folder.join(SETTINGS_FILE);
    let settings = settings(&described, &prefix, console.lang)?;
    edge::replace_private_file(&path, settings.as_bytes()).map_err(|source| Failure::file(&path, source))?;
    let (mut project, lock) = Project::open(&folder, "demo", now)?;
    ledger::import(&mut project.store, &ledger_files(&folder)?, &Mappings::default(), console, now)?;
    let verdict = audit::audit_folder(&mut project, &lock, console, now)?;
    audit::write_reports(&project, &verdict, &folder)?;
    audit::show(&project, &verdict, console)?;
    console.note(&words::demo_done(&folder, console.lang));
    Ok(if verdict.run.complete { CLEAN } else { PARTIAL })
}

fn name(now: &Zoned) -> String {
    now.strftime("daicho-demo-%Y%m%d-%H%M%S").to_string()
}

/// A demo writes a `daicho.toml` of its own, and never over a real one.
fn refuse_foreign(folder: &Path) -> Result<(), Failure> {
    let empty = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none());
    let ours = !folder.exists() || empty || folder.join(DESCRIPTION).is_file();
    if ours { Ok(()) } else { Err(Failure::NotEmpty { path: folder.to_owned() }) }
}

/// Lets the simulated hospital write its ledger and its description into the folder.
fn describe(hospital: &Path, folder: &Path) -> Result<Demo, Failure> {
    std::fs::create_dir_all(folder).map_err(|source| Failure::file(folder, source))?;
    let mut command = Command::new(hospital);
    command.args(["files", "--out"]).arg(folder).stdin(Stdio::null()).stdout(Stdio::null());
    let status = command.status().map_err(|source| Failure::ProgramStart { path: hospital.to_owned(), source })?;
    if !status.success() {
        let (path, status) = (hospital.to_owned(), status.to_string());
        return Err(Failure::ProgramFailed { path, status, usage: false, said: String::new() });
    }
    let path = folder.join(DESCRIPTION);
    let text = std::fs::read_to_string(&path).map_err(|source| Failure::file(&path, source))?;
    Ok(toml::from_str(&text).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?)
}

/// The demo's folder is a project folder like any other: `daicho -C DIR audit` works in it, too.
fn settings(demo: &Demo, prefix: &[OsString], lang: crate::lang::Lang) -> Result<String, Failure> {
    #[derive(serde::Serialize)]
    struct File<'a> {
        hospital: toml::Table,
        scope: Scope<'a>,
        scan: toml::Table,
        resolver: Resolver,
        snmp: toml::Table,
        report: toml::Table,
    }
    #[derive(serde::Serialize)]
    struct Scope<'a> {
        networks: &'a [IpNet],
        exclude: &'a [IpNet],
        #[serde(skip_serializing_if = "Option::is_none")]
        interface: Option<&'a str>,
    }
    let words: Vec<String> = prefix.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let table = |key: &str, value: toml::Value| toml::Table::from_iter([(key.to_owned(), value)]);
    let file = File {
        hospital: table("name", lang.pick("模擬病院（実演）", "Simulated hospital (demo)").into()),
        scope: Scope { networks: &demo.scope, exclude: &demo.exclude, interface: demo.interface.as_deref() },
        scan: table("agent", words.into()),
        resolver: Resolver { address: demo.resolver },
        snmp: table("communities", demo.snmp_community.iter().cloned().collect::<Vec<_>>().into()),
        report: table("lang", lang.pick("ja", "en").into()),
    };
    Ok(toml::to_string(&file).map_err(anyhow::Error::from)?)
}

/// The sample registers, in one order.
fn ledger_files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|source| Failure::file(folder, source))?;
    let is_ledger = |path: &PathBuf| path.extension().is_some_and(|kind| kind == "csv" || kind == "xlsx");
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).filter(is_ledger).collect();
    files.retain(|path| path.file_name().is_none_or(|name| name != "findings.xlsx"));
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    #[test]
    fn a_real_project_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        refuse_foreign(folder.path()).unwrap();
        refuse_foreign(&folder.path().join("new")).unwrap();
        std::fs::write(folder.path().join(SETTINGS_FILE), "").unwrap();
        assert!(matches!(refuse_foreign(folder.path()), Err(Failure::NotEmpty { .. })));
        std::fs::write(folder.path().join(DESCRIPTION), "").unwrap();
        refuse_foreign(folder.path()).unwrap();
    }

    #[test]
    fn the_demo_folder_is_an_ordinary_project() {
        let demo: Demo = toml::from_str(
            "scope = [\"10.20.0.0/24\"]\nexclude = [\"10.20.0.99/32\"]\ninterface = \"lan\"\n\
             resolver = \"10.20.0.1\"\nsnmp_community = \"public\"\n",
        )
        .unwrap();
        let prefix = ["/bin/daicho-hospital", "exec", "--", "/bin/daicho-agent"].map(OsString::from);
        let text = settings(&demo, &prefix, crate::lang::Lang::Ja).unwrap();
        let read = Settings::parse(&text, Path::new("daicho.toml")).unwrap();
        assert_eq!((read.scope.networks, read.scope.exclude), (demo.scope, demo.exclude));
        assert_eq!(read.scope.interface.as_deref(), Some("lan"));
        assert_eq!(read.scan.agent, prefix);
        assert_eq!(read.resolver.address, demo.resolver);
        assert_eq!(read.snmp.communities.len(), 1);
    }
}
