//! A whole night at the simulated hospital, as `daicho demo` runs it, against the scenario that says what
//! must be found: nothing missing, nothing extra. And a night that is cut short.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use daicho_tests::{no_namespaces, program, root, run, skip};
use serde::Deserialize;
use serde_json::Value;

/// What the scenario says must be found.
#[derive(Debug, Deserialize)]
struct Scenario {
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
    why: String,
}

#[test]
fn the_demo_finds_what_was_planted_and_nothing_else() {
    if let Some(why) = no_namespaces() {
        return skip("demo", &why);
    }
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo");
    let result = demo(&out);
    let scenario = fs::read_to_string(root().join("tests/hospital/demo/scenario.toml")).unwrap();
    let scenario: Scenario = toml::from_str(&scenario).unwrap();

    let mut found: Vec<Value> = result["findings"].as_array().unwrap().clone();
    let mut missing = vec![];
    for expected in &scenario.finding {
        match found.iter().position(|finding| matches(&result, finding, expected)) {
            Some(at) => drop(found.remove(at)),
            None => {
                missing.push(format!("{} {:?} {:?} {}", expected.code, expected.entry, expected.address, expected.why));
            }
        }
    }
    let extra: Vec<String> = found.iter().map(|finding| told(&result, finding)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing:\n{}\nextra:\n{}", missing.join("\n"), extra.join("\n"));
    for name in ["report.html", "findings.xlsx", "result.json", "data/daicho.sqlite"] {
        let path = out.join(name);
        assert!(fs::metadata(&path).is_ok_and(|it| it.len() > 1000), "{} is missing or empty", path.display());
    }
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
    finding["code"] == expected.code.as_str() && entry && address && mac && field && problem
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
