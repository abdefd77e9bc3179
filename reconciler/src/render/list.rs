//! Findings as lines that people choose from.

use std::io::{self, Write};

use serde::Serialize;

use super::Options;
use super::scene::Scene;
use super::view::finding;
use super::words::{fixed, standing};
use crate::judge::finding::Finding;
use crate::judge::review::group::Group;
use crate::judge::verdict::Verdict;

/// One finding, short.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Its identity.
    pub id: String,
    /// The short name that people type.
    pub handle: String,
    /// 重大度 in words.
    pub severity: &'static str,
    /// 種別 in words.
    pub title: String,
    /// The device or row.
    pub device: String,
    /// Its address.
    pub address: String,
    /// 部門.
    pub department: String,
    /// What is said.
    pub text: String,
    /// What was seen and where, in a sentence: the first of the grounds that is not the ledger's own word.
    pub ground: String,
    /// Code of the decision's state.
    pub state: &'static str,
    /// What was decided, in words.
    pub decision: String,
}

/// Every finding of a verdict: those that somebody still has to decide first.
pub fn lines(verdict: &Verdict, options: &Options) -> Vec<Line> {
    let scene = Scene::new(verdict, options);
    let line = |view: finding::FindingView<'_>| Line {
        id: view.finding.id.clone(),
        severity: fixed::severity(view.finding.severity, options.lang),
        text: view.said.what.plain(),
        ground: ground(&view).map(|line| line.sentence.plain()).unwrap_or_default(),
        state: view.standing.state.code(),
        decision: standing::standing(view.standing, &options.tz, options.lang),
        handle: view.handle,
        title: view.title,
        device: view.device,
        address: view.address,
        department: view.department,
    };
    finding::all(&scene).into_iter().map(line).collect()
}

fn ground<'v>(view: &'v finding::FindingView<'_>) -> Option<&'v finding::EvidenceLine> {
    view.evidence.iter().find(|line| line.seen).or_else(|| view.evidence.first())
}

/// The lines by groups, each under what means the whole group.
pub fn grouped(
    lines: &[Line],
    groups: &[Group<'_>],
    short: bool,
    options: &Options,
    out: &mut impl Write,
) -> io::Result<()> {
    let of = |finding: &Finding| lines.iter().find(|line| line.id == finding.id);
    for group in groups {
        let Some(first) = group.findings.first().and_then(|finding| of(finding)) else { continue };
        let count = options.lang.pick(format!("{}件", group.findings.len()), group.findings.len().to_string());
        writeln!(out, "{} {} {count}", first.severity, first.title)?;
        writeln!(out, "  --where '{}'", group.filter.replace('\'', "'\\''"))?;
        for line in group.findings.iter().filter(|_| !short).filter_map(|finding| of(finding)) {
            writeln!(out, "  {}", one(line))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Handle, state, device, address and what is said, parted by tabs.
pub fn one(line: &Line) -> String {
    [&line.handle, &line.decision, &line.device, &line.address, &line.text].map(String::as_str).join("\t")
}
