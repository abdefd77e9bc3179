//! Rows of several registers that are one device. A key joins them where it is one machine's in each; in the register
//! of connection points a row is a line, and one device may have several.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::entry::{Entry, Register};
use super::group::{RowKey, keys, number_key, numbers_in};
use super::knowledge::Knowledge;
use super::names::host_key;

/// Joins the machines of each register. Not by 管理番号, because registers are numbered independently; but a line names
/// its 接続機器 by it.
pub(super) fn joined<'a>(within: Vec<Vec<&'a Entry>>, knowledge: &Knowledge) -> Vec<Vec<&'a Entry>> {
    let mut holders: BTreeMap<RowKey, Vec<usize>> = BTreeMap::new();
    for (index, rows) in within.iter().enumerate() {
        for key in rows.iter().flat_map(|row| keys(row, knowledge)).collect::<BTreeSet<_>>() {
            holders.entry(key).or_default().push(index);
        }
    }
    let mut leader: Vec<usize> = (0..within.len()).collect();
    for indices in holders.into_values().filter(|indices| indices.len() > 1) {
        unite(&mut leader, &joinable(&indices, &within));
    }
    for (line, device) in named(&within, knowledge) {
        unite(&mut leader, &[line, device]);
    }
    let mut joined: BTreeMap<usize, Vec<&Entry>> = BTreeMap::new();
    for (index, rows) in within.into_iter().enumerate() {
        joined.entry(root(&leader, index)).or_default().extend(rows);
    }
    joined.into_values().collect()
}

fn unite(leader: &mut [usize], indices: &[usize]) {
    let roots: Vec<usize> = indices.iter().map(|index| root(leader, *index)).collect();
    let first = roots.iter().copied().min().unwrap_or(0);
    for other in roots {
        leader[other] = first;
    }
}

fn root(leader: &[usize], mut index: usize) -> usize {
    while leader[index] != index {
        index = leader[index];
    }
    index
}

/// Of those that share a key, those that are one device. Several lines are at one device unless their cards or serial
/// numbers say otherwise: two routers of a pair share their moving address.
fn joinable(indices: &[usize], within: &[Vec<&Entry>]) -> Vec<usize> {
    let (lines, devices): (Vec<usize>, Vec<usize>) = indices.iter().partition(|index| is_line(&within[**index]));
    let registers: BTreeSet<Register> = devices.iter().map(|index| within[*index][0].register).collect();
    let devices = if registers.len() == devices.len() { devices } else { vec![] };
    if let [line] = lines[..] {
        let alone = devices.is_empty();
        return if alone { vec![] } else { devices.into_iter().chain([line]).collect() };
    }
    let differ = |one: &usize, other: &usize| differ(&within[*one], &within[*other]);
    let mut lines: Vec<usize> =
        lines.into_iter().filter(|line| !devices.iter().any(|device| differ(line, device))).collect();
    if lines.iter().any(|one| lines.iter().any(|other| differ(one, other))) {
        lines.clear();
    }
    devices.into_iter().chain(lines).collect()
}

fn is_line(rows: &[&Entry]) -> bool {
    rows[0].register == Register::ExternalConnection
}

/// Both say which card or serial number, and none of one side is one of the other's.
fn differ(one: &[&Entry], other: &[&Entry]) -> bool {
    let macs = |rows: &[&Entry]| rows.iter().flat_map(|row| row.macs.iter().copied()).collect::<BTreeSet<_>>();
    let serials = |rows: &[&Entry]| rows.iter().filter_map(|row| row.serial_no.clone()).collect::<BTreeSet<_>>();
    apart(&macs(one), &macs(other)) || apart(&serials(one), &serials(other))
}

fn apart<T: Ord>(one: &BTreeSet<T>, other: &BTreeSet<T>) -> bool {
    !one.is_empty() && !other.is_empty() && one.is_disjoint(other)
}

/// Lines whose 接続機器 is the number or the name of one device of another register.
fn named(within: &[Vec<&Entry>], knowledge: &Knowledge) -> Vec<(usize, usize)> {
    let mut called: HashMap<String, BTreeSet<usize>> = HashMap::new();
    for (index, rows) in within.iter().enumerate().filter(|(_, rows)| !is_line(rows)) {
        for row in rows {
            let number = row.asset_no.as_deref().and_then(number_key);
            for name in number.into_iter().chain(host(row.hostname.as_deref(), knowledge)) {
                called.entry(name).or_default().insert(index);
            }
        }
    }
    let one =
        |name: &String| called.get(name).filter(|known| known.len() == 1).and_then(|known| known.first().copied());
    let lines = within.iter().enumerate().filter(|(_, rows)| is_line(rows));
    let device = |(line, rows): (usize, &Vec<&Entry>)| {
        let texts = || rows.iter().filter_map(|row| row.model.as_deref());
        let names = texts().flat_map(numbers_in).chain(texts().filter_map(|text| host(Some(text), knowledge)));
        let devices: BTreeSet<usize> = names.filter_map(|name| one(&name)).collect();
        let device = *devices.first().filter(|_| devices.len() == 1)?;
        (!differ(rows, &within[device])).then_some((line, device))
    };
    lines.filter_map(device).collect()
}

fn host(name: Option<&str>, knowledge: &Knowledge) -> Option<String> {
    host_key(name?, &knowledge.identity.generic_names)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{keyed, row};
    use super::*;

    const MAC: &str = "00:80:A3:00:00:01";

    fn line(number: u32, address: &str, mac: &str) -> Entry {
        let mut line = keyed(number, address, mac);
        line.register = Register::ExternalConnection;
        line.asset_no = Some(format!("EX-00{number}"));
        line
    }

    /// Numbers of the rows of each device.
    fn devices(rows: &[Entry]) -> Vec<Vec<u32>> {
        let groups = super::super::group::groups(rows, &Knowledge::builtin());
        groups.iter().map(|group| group.rows.iter().map(|row| row.origin.row).collect()).collect()
    }

    #[test]
    fn several_lines_are_at_one_device_whether_another_register_has_it_or_not() {
        let lines = [line(1, "10.0.0.1", MAC), line(2, "10.0.0.1", ""), line(3, "10.0.0.9", "")];
        assert_eq!(devices(&lines), [vec![1, 2], vec![3]]);
        let with_device = [&[keyed(4, "10.0.0.1", MAC)][..], &lines].concat();
        assert_eq!(devices(&with_device), [vec![4, 1, 2], vec![3]]);
    }

    #[test]
    fn two_routers_with_one_moving_address_stay_two() {
        let other = "00:80:A3:00:00:02";
        let pair = [line(1, "10.0.0.1", MAC), line(2, "10.0.0.1", other)];
        assert_eq!(devices(&pair), [[1], [2]]);
        let third = [&pair[..], &[line(3, "10.0.0.1", "")]].concat();
        assert_eq!(devices(&third).len(), 3, "it may be a line of either");
        let devices_too = [&pair[..], &[keyed(4, "10.0.0.2", MAC), keyed(5, "10.0.0.3", other)]].concat();
        assert_eq!(devices(&devices_too), [[1, 4], [2, 5]]);
    }

    #[test]
    fn a_line_names_its_device_by_number_or_name() {
        for called in ["NW-0031", "NW-0031（1F）", "vpn-router"] {
            let mut device = row(1);
            (device.asset_no, device.hostname) = (Some("NW-0031".into()), Some("VPN-ROUTER".into()));
            let mut line = line(2, "10.0.0.1", MAC);
            line.model = Some(called.into());
            assert_eq!(devices(&[device.clone(), line.clone()]), [[1, 2]], "{called}");
            device.macs = vec!["00:80:A3:00:00:02".parse().unwrap()];
            assert_eq!(devices(&[device, line]).len(), 2, "another card");
        }
    }
}
