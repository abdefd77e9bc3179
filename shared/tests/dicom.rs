//! What an association says about a device, by the rules that are compiled in.

use daicho_shared::class::Class;
use daicho_shared::fact::{Fact, PortState, Transport};
use daicho_shared::knowledge::ports::Ports;
use daicho_shared::recognise::{Recognition, Rules, recognise, signs};

const VERIFICATION: &str = "1.2.840.10008.1.1";

/// A node on port 104 that says this.
fn node(implementation: &str, version: &str, accepted: &[&str]) -> Recognition {
    let facts = [
        Fact::Port { transport: Transport::Tcp, port: 104, state: PortState::Open },
        Fact::Association {
            port: 104,
            tls: false,
            called: "ANY-SCP".into(),
            answer: "accepted".into(),
            reason: None,
            implementation: Some(implementation.into()),
            version: Some(version.into()),
            accepted: std::iter::once(&VERIFICATION).chain(accepted).map(|it| (*it).to_owned()).collect(),
            echo: Some(0),
        },
    ];
    recognise(Rules::builtin(), &signs([], &facts, &Ports::builtin()))
}

fn value(conclusion: Option<&daicho_shared::recognise::Conclusion<String>>) -> Option<&str> {
    conclusion.map(|it| it.value.as_str())
}

#[test]
fn accepted_services_tell_the_role() {
    let classes = [
        (Class::Modality, &[][..]),
        (Class::Pacs, &["1.2.840.10008.5.1.4.1.2.2.1", "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.20.1"]),
        (Class::MedicalGateway, &["1.2.840.10008.5.1.4.31"]),
        (Class::Printer, &["1.2.840.10008.5.1.1.9"]),
        // Who takes images and answers no question may be a viewer, or an archive: nothing tells which.
        (Class::Medical, &["1.2.840.10008.5.1.4.1.1.2"]),
    ];
    for (class, accepted) in classes {
        assert_eq!(node("1.2.3", "X", accepted).class.value, class, "{accepted:?}");
    }
}

#[test]
fn the_implementation_tells_the_maker_and_a_toolkit_does_not() {
    let siemens = node("1.3.12.2.1107.5.2", "MR_VB19A", &[]);
    assert_eq!((value(siemens.maker.as_ref()), siemens.class.value), (Some("Siemens Healthineers"), Class::Modality));
    let canon = node("1.2.392.200036.9116.2.6.1", "TM_CT", &[]);
    assert_eq!(value(canon.maker.as_ref()), Some("Canon Medical Systems"));
    let logiq = node("1.2.840.113619.6.323", "LOGIQS8_1", &[]);
    assert_eq!((value(logiq.maker.as_ref()), value(logiq.model.as_ref())), (Some("GE HealthCare"), Some("LOGIQS8")));
    let dcmtk = node("1.2.276.0.7230010.3.0.3.6.7", "OFFIS_DCMTK_367", &[]);
    assert_eq!((value(dcmtk.maker.as_ref()), value(dcmtk.firmware.as_ref())), (None, Some("DCMTK 3.6.7")));
    let conquest = node("1.2.826.0.1.3680043.2.135.1066.101", "1.5.0/WIN32", &["1.2.840.10008.5.1.4.1.2.2.1"]);
    assert_eq!(
        (value(conquest.model.as_ref()), value(conquest.firmware.as_ref()), conquest.class.value),
        (Some("Conquest DICOM server"), Some("Conquest 1.5.0"), Class::Pacs)
    );
}
