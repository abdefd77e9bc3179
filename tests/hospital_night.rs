//! A whole night at the simulated hospital, as `daicho demo` runs it, against the scenario that says what
//! must be found: nothing missing, nothing extra. And a night that is cut short.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use daicho_hospital::description::{DEMO, Device, Hospital, Shows};
use daicho_tests::{no_namespaces, program, root, run, skip};
use serde::Deserialize;
use serde_json::Value;

/// What the scenario says must be found.
#[derive(Debug, Deserialize)]
struct Scenario {
    /// The day on which it was written.
    written: String,
    finding: Vec<Expected>,
}

/// One expected finding.
#[derive(Debug, Clone, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Expected {
    code: String,
    #[serde(default)]
    entry: Option<String>,
    #[serde(default)]
    field: Option<String>,
    #[serde(default)]
    problem: Option<String>,
    #[serde(default)]
    address: Option<String>,
    #[serde(default)]
    mac: Option<String>,
    /// A service or product that it is about.
    #[serde(default)]
    about: Option<String>,
    why: String,
}

#[test]
fn the_demo_finds_what_was_planted_and_nothing_else() {
    if let Some(why) = no_namespaces() {
        return skip("demo", &why);
    }
    let Night { folder, result } = night();
    let out = folder.path().join("demo");
    let scenario = fs::read_to_string(root().join("tests/hospital/demo/scenario.toml")).unwrap();
    let scenario: Scenario = toml::from_str(&scenario).unwrap();

    let mut found: Vec<Value> = result["findings"].as_array().unwrap().clone();
    let mut missing = vec![];
    for expected in &scenario.finding {
        match found.iter().position(|finding| matches(result, finding, expected)) {
            Some(at) => drop(found.remove(at)),
            None => {
                missing.push(format!("{} {:?} {:?} {}", expected.code, expected.entry, expected.address, expected.why));
            }
        }
    }
    // Days that have come since.
    found.retain(|finding| !is_support(finding) || finding["details"]["last_day"].as_str() <= Some(&scenario.written));
    let extra: Vec<String> = found.iter().map(|finding| told(result, finding)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing:\n{}\nextra:\n{}", missing.join("\n"), extra.join("\n"));
    for name in ["report.html", "findings.xlsx", "result.json", "data/daicho.sqlite"] {
        let path = out.join(name);
        assert!(fs::metadata(&path).is_ok_and(|it| it.len() > 1000), "{} is missing or empty", path.display());
    }
}

/// At most this share of the devices may be called something that they are not, in percent.
const WRONG_CLASSES: usize = 2;

#[test]
fn every_device_is_known_for_what_it_is() {
    if let Some(why) = no_namespaces() {
        return skip("identity", &why);
    }
    let Night { result, .. } = night();
    let hospital = Hospital::parse(DEMO).unwrap();
    let devices: Vec<&Device> = hospital.devices.iter().filter(|device| !device.untouchable).collect();
    let kinds: BTreeSet<&str> = devices.iter().map(|device| device.class.code()).collect();
    assert!(kinds.len() >= 25, "the hospital has {} kinds of devices only: {kinds:?}", kinds.len());
    let mut wrong = vec![];
    let mut unsaid = vec![];
    for device in &devices {
        let seen = assets_of(result, device);
        let class = seen["class"]["value"].as_str().unwrap_or("not found");
        if class != device.class.code() {
            wrong.push(format!("{} is {}, called {class}: {}", device.name, device.class, seen["class"]));
        }
        unsaid.extend(unsaid_of(device, &seen));
    }
    println!("{} of {} classes right, {} kinds", devices.len() - wrong.len(), devices.len(), kinds.len());
    assert!(wrong.len() * 100 <= devices.len() * WRONG_CLASSES, "{}", wrong.join("\n"));
    assert!(unsaid.is_empty(), "shown on the wire, and not said:\n{}", unsaid.join("\n"));
}

/// Whatever is said of a device, each reason for it names the observation that it stands on.
#[test]
fn no_reason_stands_on_nothing() {
    if let Some(why) = no_namespaces() {
        return skip("reasons", &why);
    }
    let Night { result, .. } = night();
    let reasons = reasons_in(&result["assets"]);
    assert!(reasons.len() > 300, "{} reasons only", reasons.len());
    let groundless: Vec<_> = reasons.into_iter().filter(|why| why["evidence"] == serde_json::json!([])).collect();
    assert!(groundless.is_empty(), "{groundless:#?}");
}

fn reasons_in(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().flat_map(reasons_in).collect(),
        Value::Object(fields) if fields.contains_key("rule") => vec![value],
        Value::Object(fields) => fields.values().flat_map(reasons_in).collect(),
        _ => vec![],
    }
}

/// What the device shows of its make, and the result does not say.
fn unsaid_of(device: &Device, seen: &Value) -> Vec<String> {
    let Shows { maker, model, os, firmware } = &device.shows;
    let shown = [("maker", maker), ("model", model), ("os", os), ("firmware", firmware)];
    let missing = shown.into_iter().filter_map(|(part, wanted)| {
        let wanted = wanted.as_ref()?;
        let said = seen[part]["value"].as_str().or(seen[part].as_str()).unwrap_or("");
        let right = said.to_lowercase().contains(&wanted.to_lowercase());
        (!right).then(|| format!("{}: {part} is {wanted:?}, said {said:?}", device.name))
    });
    missing.collect()
}

/// The asset that has one of the device's addresses.
fn assets_of(result: &Value, device: &Device) -> Value {
    let own: Vec<String> = device
        .interfaces
        .iter()
        .flat_map(|it| [it.ipv4.map(|a| format!("\"{a}\"")), it.ipv6.map(|a| format!("\"{a}\""))].into_iter().flatten())
        .collect();
    let assets = result["assets"].as_array().unwrap();
    let has = |asset: &&Value| own.iter().any(|address| asset["interfaces"].to_string().contains(address.as_str()));
    assets.iter().find(has).cloned().unwrap_or(Value::Null)
}

/// One night for all tests.
struct Night {
    folder: tempfile::TempDir,
    result: Value,
}

fn night() -> &'static Night {
    static NIGHT: OnceLock<Night> = OnceLock::new();
    NIGHT.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let result = demo(&folder.path().join("demo"));
        Night { folder, result }
    })
}

fn demo(out: &Path) -> Value {
    let output = run(Command::new(program("daicho")).args(["demo", "--json", "--out"]).arg(out));
    let code = output.status.code();
    assert_eq!(code, Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
    let written: Value = serde_json::from_slice(&fs::read(out.join("result.json")).unwrap()).unwrap();
    assert_eq!(printed, written, "what is printed is what is written");
    written
}

/// A finding is an expected one when everything that the scenario names agrees.
fn matches(result: &Value, finding: &Value, expected: &Expected) -> bool {
    let entry = expected.entry.as_ref().is_none_or(|number| entry_numbers(result, finding).contains(number));
    let asset = asset(result, finding);
    let address = expected.address.as_ref().is_none_or(|wanted| mentions(&[&asset, finding], wanted));
    let mac = expected.mac.as_ref().is_none_or(|wanted| mentions(&[&asset, finding], wanted));
    let field = expected.field.as_ref().is_none_or(|wanted| {
        finding["details"]["field"] == wanted.as_str() || mentions(&[&finding["details"]], wanted)
    });
    let problem = expected.problem.as_ref().is_none_or(|wanted| mentions(&[finding], wanted));
    let about = expected.about.as_ref().is_none_or(|wanted| mentions(&[&finding["details"]], wanted));
    // What was near when the scenario was written has ended some day.
    let code = finding["code"] == expected.code.as_str()
        || (expected.code == "support_ending" && finding["code"] == "support_ended");
    code && entry && address && mac && field && problem && about
}

fn is_support(finding: &Value) -> bool {
    finding["code"].as_str().is_some_and(|code| code.starts_with("support_"))
}

fn mentions(values: &[&Value], wanted: &str) -> bool {
    values.iter().any(|value| value.to_string().contains(wanted))
}

fn asset(result: &Value, finding: &Value) -> Value {
    let assets = result["assets"].as_array().unwrap();
    assets.iter().find(|asset| asset["id"] == finding["asset"]).cloned().unwrap_or(Value::Null)
}

fn entry_numbers(result: &Value, finding: &Value) -> BTreeSet<String> {
    let cited: Vec<&Value> = finding["entries"].as_array().map(|it| it.iter().collect()).unwrap_or_default();
    let cited = cited.into_iter().chain(std::iter::once(&finding["entry"]));
    let ids: BTreeSet<String> = cited.filter_map(Value::as_str).map(str::to_owned).collect();
    let entries = result["entries"].as_array().unwrap();
    let numbers = entries.iter().filter(|entry| entry["id"].as_str().is_some_and(|id| ids.contains(id)));
    numbers.filter_map(|entry| entry["asset_no"].as_str().map(str::to_owned)).collect()
}

fn told(result: &Value, finding: &Value) -> String {
    format!("{} {:?} {} {}", finding["code"], entry_numbers(result, finding), finding["asset"], finding["text"])
}
