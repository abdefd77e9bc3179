//! DICOM nodes of other makers: what they tell, and what their own logs say that was asked of them.

use std::fs;

use daicho_shared::batch::Batch;
use daicho_shared::fact::{Fact, PortState};
use tempfile::TempDir;

use super::{Host, assert_any, facts, scan};

/// A store of images, as a modality or a viewer runs one.
const STORESCP: Host = Host {
    name: "storescp",
    last: 21,
    needs: &["storescp", "ss"],
    start: "mkdir -p db\nexec storescp -v -aet CT1 -od db 104",
    ready: "ss -ltn | grep -q ':104 '",
};

/// An archive that answers to one AE title only.
const DCMQRSCP: Host = Host {
    name: "dcmqrscp",
    last: 22,
    needs: &["dcmqrscp", "ss"],
    start: r"
mkdir -p db/QR
cat >conf <<EOF
NetworkTCPPort  = 11112
MaxPDUSize      = 16384
MaxAssociations = 4
HostTable BEGIN
HostTable END
VendorTable BEGIN
VendorTable END
AETable BEGIN
QRSCP $DIR/db/QR RW (10, 1024mb) ANY
AETable END
EOF
exec dcmqrscp -v -c conf 11112",
    ready: "ss -ltn | grep -q ':11112 '",
};

const ORTHANC: Host = Host {
    name: "orthanc",
    last: 23,
    needs: &["Orthanc"],
    start: r#"
cat >conf.json <<EOF
{
  "StorageDirectory": "db", "IndexDirectory": "db", "HttpServerEnabled": false,
  "DicomAet": "ORTHANC", "DicomPort": 4242, "DicomCheckCalledAet": true
}
EOF
exec Orthanc --verbose conf.json"#,
    ready: "grep -q 'Orthanc has started' $DIR/log",
};

const STORESCP_TLS: Host = Host {
    name: "storescp-tls",
    last: 24,
    needs: &["storescp", "openssl", "ss"],
    start: r#"
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj "/CN=ct1.hosp.example" 2>/dev/null
mkdir -p db
exec storescp -v +tls key.pem cert.pem -ic -aet CT1 -od db 2762"#,
    ready: "ss -ltn | grep -q ':2762 '",
};

/// What dcmtk's programs say of an association that is verified and released, and of nothing else.
const VERIFIED: [&str; 4] =
    ["Association Received", "Association Acknowledged", "Received Echo", "Association Release"];

/// What dcmtk's programs wrote of associations, in order.
fn dcmtk_log(folder: &TempDir, host: &Host) -> Vec<String> {
    let log = fs::read_to_string(folder.path().join("lan").join(host.name).join("log")).unwrap();
    let said = log.lines().filter(|line| !line.contains("Cleaned up after child"));
    said.filter_map(|line| line.strip_prefix("I: ").or(line.strip_prefix("E: ")).or(line.strip_prefix("W: ")))
        .map(str::to_owned)
        .collect()
}

fn is_verified(log: &[String]) {
    assert_eq!(log.len(), VERIFIED.len(), "{log:#?}");
    assert!(log.iter().zip(VERIFIED).all(|(line, wanted)| line.starts_with(wanted)), "{log:#?}");
}

/// What was sent to a host by the probe.
fn packets(batch: &Batch, host: &Host) -> u32 {
    let address: std::net::IpAddr = [10, 77, 0, host.last].into();
    batch.sent.iter().filter(|it| it.address == address && it.probe.0 == "dicom").map(|it| it.packets).sum()
}

#[test]
fn storescp_is_verified_and_asked_nothing_else() {
    let Some((folder, batch)) = scan("storescp", &[&STORESCP], "") else { return };
    let facts = facts(&batch, STORESCP.last);
    assert_any(&facts, "association", |fact| {
        matches!(fact, Fact::Association { port: 104, tls: false, answer, version: Some(version), implementation: Some(uid), accepted, echo: Some(0), .. }
            if answer == "accepted" && version.starts_with("OFFIS_DCMTK_") && uid.starts_with("1.2.276.0.7230010.3.0.3.")
                && accepted.first().is_some_and(|syntax| syntax == "1.2.840.10008.1.1") && accepted.len() == 5)
    });
    is_verified(&dcmtk_log(&folder, &STORESCP));
    assert!((5..=8).contains(&packets(&batch, &STORESCP)), "{}", packets(&batch, &STORESCP));
}

#[test]
fn a_node_that_does_not_know_the_title_says_so() {
    let Some((folder, batch)) = scan("dcmqrscp, any title", &[&DCMQRSCP], "") else { return };
    let facts = facts(&batch, DCMQRSCP.last);
    assert_any(&facts, "rejection", |fact| {
        matches!(fact, Fact::Association { port: 11112, answer, reason: Some(reason), called, .. }
            if answer == "rejected" && reason == "1/1/7" && called == "ANY-SCP")
    });
    let log = dcmtk_log(&folder, &DCMQRSCP);
    assert!(log.len() == 2 && log[1].contains("Refusing Association"), "{log:#?}");
}

#[test]
fn a_node_is_called_by_its_configured_title() {
    let settings = "[[dicom.node]]\naddress = \"10.77.0.22\"\nae_title = \"QRSCP\"\n";
    let Some((folder, batch)) = scan("dcmqrscp, its title", &[&DCMQRSCP], settings) else { return };
    assert_any(&facts(&batch, DCMQRSCP.last), "association", |fact| {
        matches!(fact, Fact::Association { called, accepted, echo: Some(0), .. }
            if called == "QRSCP" && accepted.iter().any(|syntax| syntax == "1.2.840.10008.5.1.4.1.2.2.1"))
    });
    is_verified(&dcmtk_log(&folder, &DCMQRSCP));
}

#[test]
fn where_verification_is_switched_off_the_port_is_only_connected_to() {
    let Some((folder, batch)) = scan("storescp, connected to", &[&STORESCP], "[dicom]\nverify = false\n") else {
        return;
    };
    let facts = facts(&batch, STORESCP.last);
    assert_any(&facts, "port", |fact| matches!(fact, Fact::Port { port: 104, state: PortState::Open, .. }));
    assert!(!facts.iter().any(|fact| matches!(fact, Fact::Association { .. })));
    let log = dcmtk_log(&folder, &STORESCP);
    assert!(log.iter().all(|line| !line.starts_with("Association Acknowledged")), "{log:#?}");
}

/// What Orthanc wrote of DICOM, without times and places.
fn orthanc_log(folder: &TempDir) -> Vec<String> {
    let log = fs::read_to_string(folder.path().join("lan/orthanc/log")).unwrap();
    let said = log.split("Orthanc has started").nth(1).unwrap_or_default().lines();
    let dicom = said.filter(|line| line.contains("(dicom)") || line.contains("Incoming"));
    let dicom = dicom.filter(|line| !line.contains("DICOM server started"));
    dicom.filter_map(|line| Some(line.split_once("] ")?.1.trim_start_matches("(dicom) ").to_owned())).collect()
}

#[test]
fn orthanc_is_verified_and_asked_nothing_else() {
    let settings = "[[dicom.node]]\naddress = \"10.77.0.23\"\nae_title = \"ORTHANC\"\nport = 4242\n";
    let Some((folder, batch)) = scan("Orthanc", &[&ORTHANC], settings) else { return };
    assert_any(&facts(&batch, ORTHANC.last), "association", |fact| {
        matches!(fact, Fact::Association { port: 4242, called, accepted, echo: Some(0), .. }
            if called == "ORTHANC" && accepted.iter().any(|syntax| syntax == "1.2.840.10008.1.20.1"))
    });
    let expected = [
        "Association Received",
        "Incoming connection",
        "Association Acknowledged",
        "Incoming Echo request",
        "Received Echo Request",
        "Finishing association",
        "Association Release",
    ];
    let log = orthanc_log(&folder);
    assert!(log.len() == expected.len() && log.iter().zip(expected).all(|(line, it)| line.starts_with(it)), "{log:#?}");
}

#[test]
fn orthanc_rejects_a_title_that_is_not_its_own() {
    let Some((folder, batch)) = scan("Orthanc, any title", &[&ORTHANC], "") else { return };
    assert_any(
        &facts(&batch, ORTHANC.last),
        "rejection",
        |fact| matches!(fact, Fact::Association { port: 4242, answer, reason: Some(_), .. } if answer == "rejected"),
    );
    let log = orthanc_log(&folder);
    assert!(!log.iter().any(|line| line.contains("Acknowledged") || line.contains("Echo")), "{log:#?}");
}

#[test]
fn dicom_inside_tls_shows_its_certificate_too() {
    let Some((folder, batch)) = scan("storescp +tls", &[&STORESCP_TLS], "") else { return };
    let facts = facts(&batch, STORESCP_TLS.last);
    assert_any(
        &facts,
        "association",
        |fact| matches!(fact, Fact::Association { port: 2762, tls: true, answer, echo: Some(0), .. } if answer == "accepted"),
    );
    assert_any(
        &facts,
        "certificate",
        |fact| matches!(fact, Fact::Certificate { port: 2762, subject, .. } if subject.contains("ct1.hosp.example")),
    );
    is_verified(&dcmtk_log(&folder, &STORESCP_TLS));
}
