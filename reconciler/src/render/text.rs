//! The terminal: one table of findings, then counts, what was not looked at, impact and changes.
//!
//! Everything foreign went through `words::phrase`, so no octet of it can steer the terminal. Borders
//! are ASCII, because box-drawing characters are two columns wide on many Japanese terminals.

use std::io::{self, Write};

use comfy_table::{Attribute, Cell, Color, ContentArrangement, Table, presets};

use super::Options;
use super::view::Report;
use super::view::finding::FindingView;
use super::words::headings::{Headings, headings};
use super::words::phrase::{Phrase, short, shown};
use super::words::{date, fixed};
use super::wrap::wrap;
use crate::judge::finding::Severity;
use crate::judge::verdict::Verdict;

/// Writes the findings and what belongs to them. A closed pipe comes back as the `Err` it is.
pub fn findings(verdict: &Verdict, options: &Options, output: &mut impl Write) -> io::Result<()> {
    let report = Report::new(verdict, options);
    let words = headings(options.lang);
    head(&report, words, output)?;
    if !report.findings.is_empty() {
        writeln!(output, "{}\n", table(&report.findings, words, options))?;
    }
    counts(&report, words, output)?;
    list(words.not_looked, report.looked.not.iter().map(Phrase::plain), output)?;
    list(words.blind, report.looked.blind.iter().map(|text| (*text).to_owned()), output)?;
    impact(&report, words, output)?;
    changes(&report, words, output)
}

fn head(report: &Report<'_>, words: &Headings, output: &mut impl Write) -> io::Result<()> {
    let (scene, run) = (&report.scene, &report.scene.verdict.run);
    let lang = scene.lang();
    let scope: Vec<String> = run.scope.iter().map(ToString::to_string).collect();
    let end = run.finished.map(|at| date::end_of(at, run.started, &scene.options.tz, lang)).unwrap_or_default();
    if let Some(hospital) = &scene.options.hospital {
        writeln!(output, "{}: {}", words.hospital, shown(hospital))?;
    }
    writeln!(output, "{}: {}", words.scope, scope.join(", "))?;
    writeln!(output, "{}: {} – {end}  {}: {}", words.when, scene.moment(run.started), words.scanner, shown(&run.host))?;
    writeln!(output, "\n{}\n", report.figures.headline)
}

fn table(findings: &[FindingView<'_>], words: &Headings, options: &Options) -> Table {
    let widths = widths(options);
    let mut table = Table::new();
    table.load_style(presets::ASCII_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    if options.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let names = [words.severity, words.grade, words.kind, words.device, words.content];
    table.set_header(names.iter().zip(widths).map(|(name, width)| wrap(name, width)));
    for view in findings {
        table.add_row(row(view, widths, options));
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 1));
    });
    table
}

/// Severity, grade and kind get what they need, the device a fifth, the sentence the rest; nine columns
/// are gaps.
fn widths(options: &Options) -> [usize; 5] {
    let width = usize::from(options.width).max(60);
    let (severity, grade) = options.lang.pick((6, 8), (8, 11));
    let kind = options.lang.pick(16, 14).min(width / 5);
    let device = width / 5;
    [severity, grade, kind, device, width - 9 - severity - grade - kind - device]
}

fn row(view: &FindingView<'_>, widths: [usize; 5], options: &Options) -> Vec<Cell> {
    let lang = options.lang;
    let severity = Cell::new(fixed::severity(view.finding.severity, lang));
    let severity = match (options.colour, view.finding.severity) {
        (true, Severity::Urgent) => severity.fg(Color::Red).add_attribute(Attribute::Bold),
        (true, Severity::Act) => severity.fg(Color::Yellow),
        _ => severity,
    };
    let grade = Cell::new(fixed::grade(view.finding.grade, lang));
    let grade = if options.colour { grade.fg(Color::Cyan) } else { grade };
    let new = if view.is_new == Some(true) { lang.pick("【新規】", "[new] ") } else { "" };
    let content = format!("{new}{}", view.said.what.plain());
    let [_, _, kind_width, device_width, content_width] = widths;
    let kind = [view.title.as_str(), &view.handle, &view.decision].map(|text| wrap(text, kind_width));
    let kind = Cell::new(kind.join("\n").trim_end());
    vec![severity, grade, kind, Cell::new(wrap(&device(view), device_width)), Cell::new(wrap(&content, content_width))]
}

/// Name, then what it is, place, department and asset number, as far as they are known, one a line.
fn device(view: &FindingView<'_>) -> String {
    let known = [&view.device, &view.identity, &view.location, &view.department, &view.asset_no, &view.address];
    let mut lines: Vec<String> = Vec::new();
    for text in known {
        // The location often repeats the department; a table cell need not.
        if !text.is_empty() && !lines.iter().any(|line| line.contains(text.as_str())) {
            lines.push(short(text));
        }
    }
    lines.join("\n")
}

fn counts(report: &Report<'_>, words: &Headings, output: &mut impl Write) -> io::Result<()> {
    let lang = report.scene.lang();
    let by_severity = report.figures.by_severity.iter();
    let by_severity: Vec<String> =
        by_severity.map(|(severity, number)| format!("{} {number}", fixed::severity(*severity, lang))).collect();
    let four = report.figures.four.iter();
    let four = four.map(|figure| format!("{} {} ({}; {})", figure.name, figure.count, figure.base, figure.change));
    let lines = [by_severity.join(" / ")].into_iter().chain(four).chain(report.figures.counts.iter().cloned());
    list(words.counts, lines, output)
}

fn impact(report: &Report<'_>, words: &Headings, output: &mut impl Write) -> io::Result<()> {
    let lines = report.impact.lines(report.scene.lang()).into_iter();
    list(words.impact, lines.map(|(heading, text)| format!("{heading}: {}", text.plain())), output)
}

fn changes(report: &Report<'_>, words: &Headings, output: &mut impl Write) -> io::Result<()> {
    let Some(lines) = &report.changes else {
        return list(words.changes, [words.first_night.to_owned()], output);
    };
    let since = report.scene.verdict.changes.as_ref().map(|changes| report.scene.moment(changes.since_started));
    let heading = format!("{} ({})", words.changes, since.unwrap_or_default());
    if lines.is_empty() {
        return list(&heading, [words.no_changes.to_owned()], output);
    }
    list(&heading, lines.iter().map(|line| format!("{}: {}", line.kind, line.text.plain())), output)
}

fn list(heading: &str, lines: impl IntoIterator<Item = String>, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "{heading}")?;
    lines.into_iter().try_for_each(|line| writeln!(output, "  - {line}"))?;
    writeln!(output)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use unicode_width::UnicodeWidthStr;

    use super::*;
    use crate::render::{Lang, fixture};

    fn written(verdict: &Verdict, options: &Options) -> String {
        let mut bytes = Vec::new();
        findings(verdict, options, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// Compares with the file; `UPDATE_GOLDEN=1` writes it anew.
    fn golden(name: &str, text: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, text).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(text == expected, "{name} differs; look at it, then run again with UPDATE_GOLDEN=1:\n{text}");
    }

    #[test]
    fn the_text_is_the_golden_one() {
        golden("findings.ja.txt", &written(&fixture::verdict(), &fixture::options(Lang::Ja)));
        golden("findings.en.txt", &written(&fixture::verdict(), &fixture::options(Lang::En)));
        golden("quiet.ja.txt", &written(&fixture::quiet(), &fixture::options(Lang::Ja)));
    }

    #[test]
    fn no_foreign_text_steers_the_terminal() {
        let text = written(&fixture::verdict(), &fixture::options(Lang::Ja));
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        assert!(!text.contains('\u{202e}') && !text.contains(fixture::ESCAPES));
    }

    #[test]
    fn colour_comes_only_when_asked_for() {
        let options = Options { colour: true, ..fixture::options(Lang::Ja) };
        assert!(written(&fixture::verdict(), &options).contains("\u{1b}["));
    }

    #[test]
    fn the_table_keeps_to_the_width() {
        for width in [60, 80, 100, 140] {
            for lang in [Lang::Ja, Lang::En] {
                let options = Options { width, ..fixture::options(lang) };
                let report_of = fixture::verdict();
                let report = Report::new(&report_of, &options);
                let table = table(&report.findings, headings(lang), &options).to_string();
                let widest = table.lines().map(UnicodeWidthStr::width).max().unwrap();
                assert!(widest <= usize::from(width), "{widest} > {width}\n{table}");
            }
        }
    }

    #[test]
    fn a_closed_pipe_is_an_error_value() {
        struct Closed;
        impl Write for Closed {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::BrokenPipe.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let error = findings(&fixture::verdict(), &fixture::options(Lang::Ja), &mut Closed).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    }
}
