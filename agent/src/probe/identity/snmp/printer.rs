//! Which printer are you? Printer-MIB (RFC 3805): name and serial number; the description of the printer
//! (RFC 2790); maker and model in the IEEE 1284 device identifier (PWG 5107.1). Nothing about what was printed.

use daicho_shared::fact::Fact;

use super::host::{DEVICE_DESCRIPTION, DEVICE_TYPE};
use super::variables::{Variables, as_text};
use super::{attribute, is_readable, read, table};
#[cfg(test)]
use crate::probe::Variable;
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Printer;

static CARD: Card = Card {
    name: "snmp-printer",
    title: "Which printer are you, with which serial number? (read only)",
    title_ja: "プリンターの型名と製造番号の読み取り（SNMP Printer-MIB）",
    standard: "RFC 3805 §2, PWG 5107.1",
    packets: 2,
    level: Level::Query,
    may_upset: "nothing known; one small request, which prints nothing",
    audience: Audience::Seeming(&["printer"]),
    why: "model and serial number, for the ledger",
    why_ja: "台帳と照合する型名・製造番号を知るため",
};

const NAME: &str = "1.3.6.1.2.1.43.5.1.1.16";
const SERIAL: &str = "1.3.6.1.2.1.43.5.1.1.17";
/// `ppmPrinterIEEE1284DeviceId`.
const DEVICE_ID: &str = "1.3.6.1.4.1.2699.1.2.1.2.1.1.3";
/// Columns of three tables: each is read for itself.
const COLUMNS: &[&str] = &[NAME, SERIAL, DEVICE_TYPE, DEVICE_DESCRIPTION, DEVICE_ID];
const ROWS: usize = 12;
/// `hrDevicePrinter`.
const PRINTER: &str = "1.3.6.1.2.1.25.3.1.5";

impl Probe for Printer {
    fn card(&self) -> &'static Card {
        &CARD
    }

    fn ask(&self, known: &Known<'_>) -> Vec<Question> {
        if is_readable(known) { vec![table(COLUMNS, ROWS)] } else { vec![] }
    }

    fn read(&self, question: &Question, reply: Reply<'_>) -> Reading {
        read(question, reply, facts)
    }
}

fn facts(variables: &Variables<'_>) -> Vec<Fact> {
    let first = |column| variables.column(column).map(|(_, value)| as_text(value)).find(|text| !text.is_empty());
    let mut printers = variables.column(DEVICE_TYPE).filter(|(_, kind)| as_text(kind) == PRINTER);
    let description = printers.find_map(|(index, _)| variables.said(&format!("{DEVICE_DESCRIPTION}.{index}")));
    let id = first(DEVICE_ID).unwrap_or_default();
    let maker = part(&id, &["MFG", "MANUFACTURER"]);
    let model = part(&id, &["MDL", "MODEL"]).or(description);
    let serial = first(SERIAL).or_else(|| part(&id, &["SN", "SERN", "SERIALNUMBER"]));
    let told = maker.is_some() || model.is_some() || serial.is_some();
    let source = "printer-mib".to_owned();
    let product = told.then_some(Fact::Product { source, maker, model, serial, firmware: None });
    let name = first(NAME).map(|name| attribute("printer-mib", "name", name));
    product.into_iter().chain(name).collect()
}

/// A value of `KEY:value;KEY:value;` (IEEE 1284 §7.6).
fn part(id: &str, keys: &[&str]) -> Option<String> {
    let mut pairs = id.split(';').filter_map(|pair| pair.split_once(':'));
    let (_, value) = pairs.find(|(key, _)| keys.contains(&key.trim().to_uppercase().as_str()))?;
    Some(value.trim().to_owned()).filter(|value| !value.is_empty())
}

#[cfg(test)]
pub(super) fn sample() -> Vec<Variable> {
    super::variables::told(&[
        ("1.3.6.1.2.1.43.5.1.1.16.1", "2F-NURSE-MFP"),
        ("1.3.6.1.2.1.43.5.1.1.17.1", "WXY12345"),
        ("1.3.6.1.2.1.25.3.2.1.2.2", "oid:1.3.6.1.2.1.25.3.1.5"),
        ("1.3.6.1.2.1.25.3.2.1.3.2", "iR-ADV C3530"),
        ("1.3.6.1.4.1.2699.1.2.1.2.1.1.3.1", "MFG:Canon;CMD:LIPSLX;MDL:iR-ADV C3530;CLS:PRINTER;"),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn product(list: &[Variable]) -> Fact {
        facts(&Variables::new(list)).swap_remove(0)
    }

    fn expected(maker: Option<&str>, model: &str) -> Fact {
        let (maker, model, serial) = (maker.map(str::to_owned), Some(model.to_owned()), Some("WXY12345".to_owned()));
        Fact::Product { source: "printer-mib".into(), maker, model, serial, firmware: None }
    }

    #[test]
    fn maker_model_and_serial_number_are_read() {
        assert_eq!(product(&sample()), expected(Some("Canon"), "iR-ADV C3530"));
        assert_eq!(product(&sample()[..4]), expected(None, "iR-ADV C3530"));
    }
}
