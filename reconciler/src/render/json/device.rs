//! One device as JSON: the machine of `result.json`, with what it was asked.

use std::io::{self, Write};
use std::net::IpAddr;

use daicho_shared::coverage::Outcome;
use daicho_shared::fact::Fact;
use daicho_shared::observation::Observation;
use jiff::Timestamp;
use serde::Serialize;

use super::{convert, document as out};
use crate::judge::asset::Asset;
use crate::judge::verdict::Verdict;
use crate::render::Options;
use crate::render::scene::Scene;
use crate::render::view::device::class_differs;

#[derive(Serialize)]
struct Shown<'a> {
    format: &'static str,
    version: u32,
    run: String,
    started: Timestamp,
    basis: Option<out::Basis>,
    device: out::Asset,
    class_differs: Option<String>,
    findings: Vec<String>,
    sent: Vec<Sent>,
    questions: Vec<Question<'a>>,
}

#[derive(Serialize)]
struct Sent {
    probe: String,
    address: IpAddr,
    packets: u32,
}

#[derive(Serialize)]
struct Question<'a> {
    number: u32,
    at: Timestamp,
    probe: String,
    address: IpAddr,
    outcome: Outcome,
    facts: &'a [Fact],
}

/// Writes the device, indented, with a line break at its end.
pub fn write(
    verdict: &Verdict,
    asset: &Asset,
    asked: &[&Observation],
    options: &Options,
    output: &mut impl Write,
) -> io::Result<()> {
    let scene = Scene::new(verdict, options);
    let mine = |finding: &&crate::judge::finding::Finding| finding.asset.as_ref() == Some(&asset.id);
    let shown = Shown {
        format: "daicho-device",
        version: 1,
        run: verdict.run.id.to_string(),
        started: verdict.run.started,
        basis: verdict.basis.as_ref().map(convert::basis),
        device: convert::asset(asset, &scene),
        class_differs: class_differs(asset, &scene).map(|text| text.plain()),
        findings: verdict.findings.iter().filter(mine).map(|finding| finding.id.clone()).collect(),
        sent: sent(asset, &scene),
        questions: asked.iter().map(|one| question(one)).collect(),
    };
    serde_json::to_writer_pretty(&mut *output, &shown)?;
    output.write_all(b"\n")
}

fn sent(asset: &Asset, scene: &Scene<'_>) -> Vec<Sent> {
    let reached = scene.verdict.sent.iter().filter(|sent| scene.reached(sent.address, sent.mac) == Some(&asset.id));
    reached.map(|sent| Sent { probe: sent.probe.to_string(), address: sent.address, packets: sent.packets }).collect()
}

fn question(one: &Observation) -> Question<'_> {
    Question {
        number: one.number,
        at: one.at,
        probe: one.probe.to_string(),
        address: one.target.address,
        outcome: one.outcome,
        facts: &one.facts,
    }
}
