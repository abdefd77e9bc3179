//! `daicho init`: makes a project folder, and never overwrites what somebody wrote there.

use std::io::{ErrorKind, Write};
use std::path::Path;

use ipnet::IpNet;

use super::console::Console;
use super::{CLEAN, Failure, rooms};
use crate::cli::{Init, words};
use crate::edge;
use crate::settings::{SAMPLE, SETTINGS_FILE};

/// Name of the empty ledger in a new project folder.
pub(super) const TEMPLATE_FILE: &str = "機器台帳（ひな形）.xlsx";

pub(super) fn init(options: &Init, console: &Console) -> Result<u8, Failure> {
    let folder = &options.dir;
    std::fs::create_dir_all(folder).map_err(|source| Failure::file(folder, source))?;
    let data = folder.join("data");
    edge::make_private_folder(&data).map_err(|source| Failure::file(&data, source))?;
    let settings = sample(&options.scope, options.interface.as_deref());
    make(&folder.join(SETTINGS_FILE), settings.as_bytes(), console)?;
    make(&folder.join(TEMPLATE_FILE), &rooms::ledger_template(console.lang)?, console)?;
    console.note(&words::initialised(folder, options.scope.is_empty(), console.lang));
    Ok(CLEAN)
}

/// The commented sample with what is known already.
pub(super) fn sample(scope: &[IpNet], interface: Option<&str>) -> String {
    let list = toml::Value::from(scope.iter().map(ToString::to_string).collect::<Vec<_>>());
    let text = SAMPLE.replacen("\nnetworks = []\n", &format!("\nnetworks = {list}\n"), 1);
    match interface {
        Some(name) => {
            let line = format!("\ninterface = {}\n", toml::Value::from(name));
            text.replacen("\n# interface = \"eth0\"\n", &line, 1)
        }
        None => text,
    }
}

fn make(path: &Path, bytes: &[u8], console: &Console) -> Result<(), Failure> {
    match edge::make_private_file(path).and_then(|mut file| file.write_all(bytes)) {
        Err(source) if source.kind() == ErrorKind::AlreadyExists => {
            console.note(&words::kept(path, console.lang));
            Ok(())
        }
        made => made.map_err(|source| Failure::file(path, source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::Lang;
    use crate::settings::Settings;

    fn console() -> Console {
        Console { lang: Lang::Ja, json: false, quiet: true, color: false, width: 80 }
    }

    #[test]
    fn the_sample_takes_what_was_typed() {
        let scope = ["10.20.0.0/24".parse().unwrap(), "fd00::/64".parse().unwrap()];
        let settings = Settings::parse(&sample(&scope, Some("en\"0")), Path::new("daicho.toml")).unwrap();
        assert_eq!(settings.scope.networks, scope);
        assert_eq!(settings.scope.interface.as_deref(), Some("en\"0"));
    }

    #[test]
    fn what_stands_there_is_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let options = Init { dir: folder.path().join("a/b"), scope: vec![], interface: None };
        init(&options, &console()).unwrap();
        assert_eq!(std::fs::read_to_string(options.dir.join(SETTINGS_FILE)).unwrap(), SAMPLE);
        assert!(std::fs::read(options.dir.join(TEMPLATE_FILE)).unwrap().starts_with(b"PK"));
        assert!(options.dir.join("data").is_dir());
        for file in [SETTINGS_FILE, TEMPLATE_FILE] {
            std::fs::write(options.dir.join(file), "theirs").unwrap();
        }
        init(&options, &console()).unwrap();
        for file in [SETTINGS_FILE, TEMPLATE_FILE] {
            assert_eq!(std::fs::read_to_string(options.dir.join(file)).unwrap(), "theirs");
        }
    }
}
