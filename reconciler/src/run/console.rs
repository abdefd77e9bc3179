//! Standard output for results, standard error for everything else.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::Failure;
use crate::cli::{Color, Common};
use crate::lang::Lang;

/// Columns where nobody says how wide the terminal is.
const WIDTH: u16 = 120;

/// The shell's own word on the width.
fn width() -> u16 {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    said.filter(|columns| *columns >= 60).unwrap_or(WIDTH)
}

/// Where a command speaks.
#[derive(Debug)]
pub(super) struct Console {
    /// The language of messages.
    pub(super) lang: Lang,
    /// Results are JSON.
    pub(super) json: bool,
    /// Nothing but results and errors.
    pub(super) quiet: bool,
    /// Results may be coloured.
    pub(super) color: bool,
    /// Columns of the terminal.
    pub(super) width: u16,
}

impl Console {
    pub(super) fn new(common: &Common) -> Self {
        let lang = common.lang.unwrap_or_else(|| crate::lang::from_environment(|name| std::env::var(name).ok()));
        let color = match common.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty()),
        };
        Self { lang, json: common.json, quiet: common.quiet, color, width: width() }
    }

    /// Says something in passing.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Says why it cannot be done.
    pub(super) fn error(&self, text: &str) {
        let mark = self.lang.pick("エラー: ", "error: ");
        let _ = writeln!(io::stderr(), "{mark}{text}");
    }

    /// A line of the result.
    pub(super) fn line(&self, text: &str) -> Result<(), Failure> {
        self.bytes(format!("{text}\n").as_bytes())
    }

    /// The result as JSON.
    pub(super) fn value(&self, value: &impl serde::Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(value).map_err(anyhow::Error::from)?;
        self.line(&text)
    }

    /// The result as it is. A reader that has read enough (`| head`) is no failure.
    #[allow(clippy::unused_self, reason = "results go where the console says, and nowhere else")]
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut out = io::stdout().lock();
        match out.write_all(bytes).and_then(|()| out.flush()) {
            Err(source) if source.kind() != io::ErrorKind::BrokenPipe => Err(Failure::file(Path::new("-"), source)),
            _ => Ok(()),
        }
    }
}
