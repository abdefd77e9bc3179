//! Which power supply are you? The identification group of UPS-MIB (RFC 1628 §2.1), and in the same
//! request that of APC's own MIB (`PowerNet`), because the standard's has no serial number.

use daicho_shared::fact::Fact;

use super::variables::Variables;
use super::{attribute, is_readable, read, scalars};
#[cfg(test)]
use crate::probe::Variable;
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Ups;

static CARD: Card = Card {
    name: "snmp-ups",
    title: "Which power supply are you? (identification only, read only)",
    title_ja: "無停電電源装置の型名と版の読み取り（SNMP UPS-MIB）",
    standard: "RFC 1628 §2.1",
    packets: 4,
    level: Level::Query,
    may_upset: "nothing known; one small request, no test and no control",
    audience: Audience::Seeming(&["ups", "building", "iot", "unknown"]),
    why: "maker, model and firmware, for the ledger",
    why_ja: "台帳と照合する製造者・型名・ファームウェア版を知るため",
};

pub(super) const MAKER: &str = "1.3.6.1.2.1.33.1.1.1.0";
pub(super) const MODEL: &str = "1.3.6.1.2.1.33.1.1.2.0";
pub(super) const FIRMWARE: &str = "1.3.6.1.2.1.33.1.1.3.0";
const AGENT: &str = "1.3.6.1.2.1.33.1.1.4.0";
const NAME: &str = "1.3.6.1.2.1.33.1.1.5.0";
/// `upsBasicIdentModel`, `upsAdvIdentFirmwareRevision`, `upsAdvIdentSerialNumber`.
const APC_MODEL: &str = "1.3.6.1.4.1.318.1.1.1.1.1.1.0";
const APC_FIRMWARE: &str = "1.3.6.1.4.1.318.1.1.1.1.2.1.0";
const APC_SERIAL: &str = "1.3.6.1.4.1.318.1.1.1.1.2.3.0";

const SCALARS: &[&str] = &[MAKER, MODEL, FIRMWARE, AGENT, NAME, APC_MODEL, APC_FIRMWARE, APC_SERIAL];

impl Probe for Ups {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        if is_readable(known) { vec![scalars(SCALARS)] } else { vec![] }
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        read(question, reply, facts)
    }
}

pub(super) fn facts(variables: &Variables<'_>) -> Vec<Fact> {
    let (maker, model) = (variables.said(MAKER), variables.said(MODEL).or_else(|| variables.said(APC_MODEL)));
    let serial = variables.said(APC_SERIAL);
    let firmware = variables.said(FIRMWARE).or_else(|| variables.said(APC_FIRMWARE));
    let told = maker.is_some() || model.is_some() || serial.is_some();
    let product = told.then(|| Fact::Product { source: "ups-mib".to_owned(), maker, model, serial, firmware });
    let more = [("agent", AGENT), ("name", NAME)].into_iter();
    let more = more.filter_map(|(key, oid)| Some(attribute("ups-mib", key, variables.said(oid)?)));
    product.into_iter().chain(more).collect()
}

#[cfg(test)]
pub(super) fn sample() -> Vec<Variable> {
    super::variables::told(&[
        (MAKER, "American Power Conversion Corp."),
        (MODEL, "Smart-UPS 1500 RM"),
        (FIRMWARE, "617.3.I"),
        (APC_SERIAL, "AS1234567890"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maker_model_and_firmware_are_read() {
        let list = sample();
        let expected = Fact::Product {
            source: "ups-mib".into(),
            maker: Some("American Power Conversion Corp.".into()),
            model: Some("Smart-UPS 1500 RM".into()),
            serial: Some("AS1234567890".into()),
            firmware: Some("617.3.I".into()),
        };
        assert_eq!(facts(&Variables::new(&list)), [expected]);
        assert!(facts(&Variables::new(&[])).is_empty());
    }
}
