//! Three hundred ordinary devices of the simulated hospital: nobody is accused of what nobody has.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::process::Command;

use daicho_hospital::description::{DEMO, Device, Hospital, crowd};
use daicho_shared::class::Class;
use daicho_tests::{no_namespaces, program, run, skip};
use serde_json::Value;

const DEVICES: u16 = 300;
/// Where they stand.
const SCOPE: &str = "10.30.0.0/23";
const HYPOTHESES: [&str; 3] = ["multi_homed", "forwards", "uplink"];

#[test]
fn no_ordinary_device_is_more_than_an_indication() {
    if let Some(why) = no_namespaces() {
        return skip("ordinary devices", &why);
    }
    let result = audit();
    let devices = devices();
    let ordinary = devices.values().filter(|device| !has_something(device)).count();
    let (mut seen, mut accused) = (0, vec![]);
    for asset in result["assets"].as_array().unwrap() {
        let Some(device) = addresses(asset).find_map(|address| devices.get(&address)) else { continue };
        if has_something(device) {
            continue;
        }
        seen += 1;
        let graded = HYPOTHESES.map(|hypothesis| (hypothesis, asset[hypothesis]["grade"].as_str().unwrap()));
        let above = graded.into_iter().filter(|(_, grade)| matches!(*grade, "probable" | "confirmed"));
        accused.extend(above.map(|(hypothesis, grade)| format!("{}: {hypothesis} {grade}", device.name)));
    }
    println!("{seen} of {ordinary} ordinary devices were seen; {} accused", accused.len());
    assert!(ordinary >= 280 && seen * 100 >= ordinary * 95, "{seen} of {ordinary} ordinary devices were seen");
    assert!(accused.is_empty(), "{accused:#?}");
}

fn audit() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let script = format!(
        r#"
        "$DAICHO" init "$PROJECT" --quiet --scope {SCOPE} --interface lan0 || exit
        "$DAICHO" -C "$PROJECT" audit --json --lang en --fail-on urgent >"$PROJECT/result.json" || [ $? = 1 ]"#
    );
    let output = run(Command::new(program("daicho-hospital"))
        .args(["exec", "--quiet", "--clones", &DEVICES.to_string(), "--", "bash", "-c", &script])
        .env("PROJECT", folder.path().join("project"))
        .env("DAICHO", program("daicho")));
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&fs::read(folder.path().join("project/result.json")).unwrap()).unwrap()
}

/// The clones by their addresses.
fn devices() -> BTreeMap<IpAddr, Device> {
    let mut hospital = Hospital::parse(DEMO).unwrap();
    let demo = hospital.devices.len();
    crowd::clone_devices(&mut hospital, DEVICES);
    let clones = hospital.devices.into_iter().skip(demo);
    clones.filter_map(|device| Some((IpAddr::V4(device.interfaces[0].ipv4?), device))).collect()
}

/// It forwards, or is a router that names itself one: found, rightly.
fn has_something(device: &Device) -> bool {
    let gateway = device.ssdp.as_ref().is_some_and(|ssdp| ssdp.kind.contains("InternetGatewayDevice"));
    device.forwards || gateway || device.class == Class::LteRouter
}

fn addresses(asset: &Value) -> impl Iterator<Item = IpAddr> {
    let interfaces = asset["interfaces"].as_array().into_iter().flatten();
    let addresses = interfaces.flat_map(|it| it["addresses"].as_array().into_iter().flatten());
    addresses.filter_map(|address| address.as_str()?.parse().ok())
}
