//! Putting a verdict out: the terminal, a page, a workbook, JSON. A value in, bytes out.

pub mod answer;
pub mod closed;
pub mod device;
pub mod diagram;
pub mod html;
pub mod json;
pub mod layout;
pub mod list;
mod scatter;
mod scene;
pub mod text;
pub mod understanding;
pub mod vendor;
mod view;
pub mod words;
mod wrap;
pub mod xlsx;

#[cfg(test)]
mod fixture;

use ipnet::IpNet;
use jiff::tz::TimeZone;

pub use self::scatter::Scatter;
pub use self::words::Lang;

/// How a verdict is put out.
#[derive(Debug, Clone)]
pub struct Options {
    /// The language of every sentence.
    pub lang: Lang,
    /// Colour on the terminal; never the only sign.
    pub colour: bool,
    /// Columns of the terminal.
    pub width: u16,
    /// The time zone in which times are written.
    pub tz: TimeZone,
    /// 病院名, where it is configured.
    pub hospital: Option<String>,
    /// Who ran it, where it is configured.
    pub operator: Option<String>,
    /// The segment that is believed closed, of which a statement is made.
    pub closed: Option<IpNet>,
    /// What would stand in the order of addresses stands in this one, and a device's packets are told by the day: the
    /// order in which addresses are asked is theirs, too.
    pub scatter: Option<Scatter>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            lang: Lang::Ja,
            colour: false,
            width: 100,
            tz: TimeZone::UTC,
            hospital: None,
            operator: None,
            closed: None,
            scatter: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// `DAICHO_RENDER_TO=FOLDER` keeps the files, for looking at them.
    #[test]
    fn every_output_is_written_in_both_languages() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = std::env::var_os("DAICHO_RENDER_TO").map_or_else(|| temporary.path().to_owned(), PathBuf::from);
        for lang in [Lang::Ja, Lang::En] {
            for (name, verdict) in
                [("night", fixture::verdict()), ("quiet", fixture::quiet()), ("busy", fixture::busy())]
            {
                let options = fixture::options(lang);
                let path = |what: &str, end: &str| folder.join(format!("{name}-{what}-{}.{end}", lang.tag()));
                let mut page = Vec::new();
                html::report(&verdict, &options, &mut page).unwrap();
                std::fs::write(path("report", "html"), page).unwrap();
                std::fs::write(path("findings", "xlsx"), xlsx::workbook(&verdict, &options).unwrap()).unwrap();
                let mut document = Vec::new();
                json::write(&verdict, &options, &mut document).unwrap();
                std::fs::write(path("result", "json"), document).unwrap();
            }
        }
        assert!(temporary.path().exists());
    }
}
