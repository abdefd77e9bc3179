//! What a device tells beside the system group: what it is made of, what is installed, who announces itself.

use super::Value;
use super::tree::{Tree, index, number, text};
use crate::description::Snmp;

/// Adds the tables of a description.
pub(super) fn grow(tree: &mut Tree, snmp: &Snmp) {
    entity(tree, snmp);
    software(tree, snmp);
    printer(tree, snmp);
    ups(tree, snmp);
    lldp(tree, snmp);
}

/// `entPhysicalTable` (RFC 6933): one chassis.
fn entity(tree: &mut Tree, snmp: &Snmp) {
    const CHASSIS: u32 = 3;
    let Some(entity) = &snmp.entity else { return };
    let mut put = |column, value| tree.put(&[47, 1, 1, 1, 1, column], &[1], value);
    put(2, text(&entity.model));
    put(4, number(0));
    put(5, number(CHASSIS));
    put(10, text(&entity.software));
    put(11, text(&entity.serial));
    put(12, text(&entity.maker));
    put(13, text(&entity.model));
}

/// `hrSWInstalledTable` (RFC 2790 §4.6); the date is the first of January 2024, midnight.
fn software(tree: &mut Tree, snmp: &Snmp) {
    const APPLICATION: u32 = 4;
    for (row, name) in (1u32..).zip(&snmp.software) {
        tree.put(&[25, 6, 3, 1, 1], &[row], number(row));
        tree.put(&[25, 6, 3, 1, 2], &[row], text(name));
        tree.put(&[25, 6, 3, 1, 4], &[row], number(APPLICATION));
        tree.put(&[25, 6, 3, 1, 5], &[row], Value::Octets(vec![0x07, 0xe8, 1, 1, 0, 0, 0, 0]));
    }
}

/// `prtGeneralTable` (RFC 3805), and the printer in `hrDeviceTable` (RFC 2790 §4.4).
fn printer(tree: &mut Tree, snmp: &Snmp) {
    const PRINTER: [u32; 10] = [1, 3, 6, 1, 2, 1, 25, 3, 1, 5];
    let Some(printer) = &snmp.printer else { return };
    tree.put(&[25, 3, 2, 1, 1], &[1], number(1));
    tree.put(&[25, 3, 2, 1, 2], &[1], Value::Oid(PRINTER.to_vec()));
    tree.put(&[25, 3, 2, 1, 3], &[1], text(&printer.model));
    tree.put(&[43, 5, 1, 1, 16], &[1], text(&printer.name));
    tree.put(&[43, 5, 1, 1, 17], &[1], text(&printer.serial));
}

/// `upsIdent` (RFC 1628 §2.1).
fn ups(tree: &mut Tree, snmp: &Snmp) {
    let Some(ups) = &snmp.ups else { return };
    tree.put(&[33, 1, 1, 1], &[0], text(&ups.maker));
    tree.put(&[33, 1, 1, 2], &[0], text(&ups.model));
    tree.put(&[33, 1, 1, 3], &[0], text(&ups.firmware));
}

/// `lldpLocPortTable`, `lldpRemTable` and `lldpRemManAddrTable` (IEEE 802.1AB §11).
fn lldp(tree: &mut Tree, snmp: &Snmp) {
    const LLDP: [u32; 7] = [1, 0, 8802, 1, 1, 2, 1];
    const MAC: u32 = 4;
    const INTERFACE_NAME: u32 = 5;
    const IPV4: u32 = 1;
    for (row, neighbour) in (1u32..).zip(&snmp.lldp) {
        let mut put = |table: &[u32], index: &[u32], value| tree.put_at(&[&LLDP, table].concat(), index, value);
        put(&[3, 7, 1, 2], &[neighbour.port], number(INTERFACE_NAME));
        put(&[3, 7, 1, 3], &[neighbour.port], text(&neighbour.label));
        let at = [0, neighbour.port, row];
        put(&[4, 1, 1, 4], &at, number(MAC));
        put(&[4, 1, 1, 5], &at, Value::Octets(neighbour.mac.0.to_vec()));
        put(&[4, 1, 1, 6], &at, number(INTERFACE_NAME));
        put(&[4, 1, 1, 7], &at, text(&neighbour.far_port));
        put(&[4, 1, 1, 9], &at, text(&neighbour.name));
        put(&[4, 1, 1, 10], &at, text(&neighbour.descr));
        if let Some(address) = neighbour.address {
            let at = [&at[..], &[IPV4, 4], &index(address)].concat();
            put(&[4, 2, 1, 3], &at, number(2));
        }
    }
}
