//! What are you made of? The chassis of the physical entities (RFC 6933, ENTITY-MIB): maker, model,
//! serial number, versions, and the number that its owner wrote into it.

use daicho_shared::fact::Fact;

use super::variables::Variables;
use super::{attribute, is_readable, read, table};
#[cfg(test)]
use crate::probe::Variable;
use crate::probe::{Audience, Card, Known, Level, Probe, Question, Reading, Reply};

/// The probe.
#[derive(Debug)]
pub struct Entity;

static CARD: Card = Card {
    name: "snmp-entity",
    title: "Which model are you, with which serial number and firmware? (read only)",
    title_ja: "型名・製造番号・ファームウェア版の読み取り（SNMP ENTITY-MIB）",
    standard: "RFC 6933 §3",
    packets: 2,
    level: Level::Query,
    may_upset: "nothing known; at most two small requests",
    audience: Audience::Seeming(&[
        "network",
        "vpn",
        "lte-router",
        "storage",
        "server",
        "hypervisor",
        "ups",
        "printer",
        "camera",
        "phone",
        "building",
        "iot",
        "unknown",
    ]),
    why: "model, serial number and firmware, for the ledger",
    why_ja: "台帳と照合する型名・製造番号・ファームウェア版を知るため",
};

const DESCRIPTION: &str = "1.3.6.1.2.1.47.1.1.1.1.2";
const CONTAINED_IN: &str = "1.3.6.1.2.1.47.1.1.1.1.4";
const CLASS: &str = "1.3.6.1.2.1.47.1.1.1.1.5";
const FIRMWARE: &str = "1.3.6.1.2.1.47.1.1.1.1.9";
const SOFTWARE: &str = "1.3.6.1.2.1.47.1.1.1.1.10";
const SERIAL: &str = "1.3.6.1.2.1.47.1.1.1.1.11";
const MAKER: &str = "1.3.6.1.2.1.47.1.1.1.1.12";
const MODEL: &str = "1.3.6.1.2.1.47.1.1.1.1.13";
/// `entPhysicalAssetID`: the owner's own inventory number.
const ASSET_ID: &str = "1.3.6.1.2.1.47.1.1.1.1.15";

const COLUMNS: &[&str] = &[DESCRIPTION, CONTAINED_IN, CLASS, FIRMWARE, SOFTWARE, SERIAL, MAKER, MODEL, ASSET_ID];
/// The chassis stands first, or soon after its stack and its modules.
const ROWS: usize = 14;
/// `entPhysicalClass`.
const CHASSIS: u32 = 3;
const STACK: u32 = 11;
/// The most members of a stack that are told.
const MEMBERS: usize = 8;

impl Probe for Entity {
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
    let rows = variables.rows(&[DESCRIPTION, MODEL, SERIAL]);
    let chassis: Vec<&str> = rows.iter().copied().filter(|row| is_chassis(variables, row)).collect();
    let Some(first) = chassis.iter().copied().find(|row| names_itself(variables, row)) else { return vec![] };
    let said = |column: &str| variables.said(&format!("{column}.{first}")).filter(|text| tells(text));
    // Where the chassis itself has none, the version stands at what runs in it.
    let version = |column: &'static str| {
        let of_all = rows.iter().find_map(|row| variables.said(&format!("{column}.{row}")));
        said(column).or(of_all).filter(|text| tells(text))
    };
    let product = Fact::Product {
        source: "entity-mib".to_owned(),
        maker: said(MAKER),
        model: said(MODEL),
        serial: said(SERIAL),
        firmware: version(SOFTWARE).or_else(|| version(FIRMWARE)),
    };
    let description = said(DESCRIPTION).map(|text| attribute("entity-mib", "description", text));
    let number = said(ASSET_ID).map(|text| attribute("entity-mib", "asset-id", text));
    let members = chassis.iter().filter(|row| **row != first).take(MEMBERS);
    let members = members.filter_map(|row| variables.said(&format!("{SERIAL}.{row}")));
    let members = members.map(|serial| attribute("entity-mib", "member-serial", serial));
    [Some(product), description, number].into_iter().flatten().chain(members).collect()
}

/// A chassis, or what is contained in nothing where the agent leaves the class out.
fn is_chassis(variables: &Variables<'_>, row: &str) -> bool {
    let class = variables.number(&format!("{CLASS}.{row}"));
    match class {
        Some(class) => class == CHASSIS || class == STACK && names_itself(variables, row),
        None => variables.number(&format!("{CONTAINED_IN}.{row}")) == Some(0),
    }
}

fn names_itself(variables: &Variables<'_>, row: &str) -> bool {
    [MODEL, SERIAL].iter().any(|column| variables.said(&format!("{column}.{row}")).is_some_and(|text| tells(&text)))
}

/// Not a stand-in for a value.
fn tells(text: &str) -> bool {
    const STAND_INS: &[&str] = &["n/a", "na", "none", "unknown", "not available", "unspecified", "0", "-"];
    !STAND_INS.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
pub(super) fn sample() -> Vec<Variable> {
    let row = |number: u32, values: &[(&str, &str)]| -> Vec<(String, String)> {
        let oid = |column: &str| format!("1.3.6.1.2.1.47.1.1.1.1.{column}.{number}");
        values.iter().map(|(column, value)| (oid(column), (*value).to_owned())).collect()
    };
    let stack =
        row(1, &[("2", "stack"), ("4", "0"), ("5", "11"), ("11", ""), ("12", "Cisco Systems, Inc."), ("13", "")]);
    let chassis = [
        ("2", "WS-C3750X-48P"),
        ("4", "1"),
        ("5", "3"),
        ("10", "12.2(55)SE5"),
        ("11", "FDO1"),
        ("13", "WS-C3750X-48P-S"),
        ("15", "NW-0012"),
    ];
    let other = [("2", "WS-C3750X-24P"), ("4", "1"), ("5", "3"), ("10", ""), ("11", "FDO2"), ("13", "WS-C3750X-24P-S")];
    let all: Vec<(String, String)> = [stack, row(1001, &chassis), row(2001, &other)].concat();
    let all: Vec<(&str, &str)> = all.iter().map(|(oid, value)| (oid.as_str(), value.as_str())).collect();
    super::variables::told(&all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_chassis_is_the_product_and_the_others_are_members() {
        let list = sample();
        let facts = facts(&Variables::new(&list));
        let Fact::Product { model, serial, firmware, .. } = &facts[0] else { panic!("{facts:?}") };
        assert_eq!(model.as_deref(), Some("WS-C3750X-48P-S"));
        assert_eq!((serial.as_deref(), firmware.as_deref()), (Some("FDO1"), Some("12.2(55)SE5")));
        assert!(facts.contains(&attribute("entity-mib", "member-serial", "FDO2".into())));
        assert!(facts.contains(&attribute("entity-mib", "asset-id", "NW-0012".into())));
    }

    #[test]
    fn what_names_nothing_is_not_a_product() {
        let list = super::super::variables::told(&[
            ("1.3.6.1.2.1.47.1.1.1.1.5.1", "3"),
            ("1.3.6.1.2.1.47.1.1.1.1.11.1", "N/A"),
            ("1.3.6.1.2.1.47.1.1.1.1.13.1", ""),
        ]);
        assert!(facts(&Variables::new(&list)).is_empty());
    }
}
