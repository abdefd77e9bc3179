//! What the tables say of names as devices and people write them.

use std::collections::BTreeSet;

use super::*;
use crate::judge::Knowledge;

#[test]
fn a_system_is_the_most_particular_product_that_fits() {
    let table = EndOfSupport::builtin();
    for (told, product) in [
        ("Windows 10 22H2 (19045)", "Windows 10 22H2"),
        ("Windows 10 Pro 21H2 (19044)", "Windows 10 21H2"),
        ("Win10", "Windows 10"),
        ("Microsoft Windows 10 Pro", "Windows 10"),
        ("Windows 8.1 (9600)", "Windows 8.1"),
        ("Win8", "Windows 8"),
        ("Windows 7 SP1 (7601)", "Windows 7"),
        ("Windows Server 2008 R2 SP1 (7601)", "Windows Server 2008 R2"),
        ("Windows Server 2008 SP2 (6003)", "Windows Server 2008"),
        ("Windows Server 2012 R2 (9600)", "Windows Server 2012 R2"),
        ("WindowsServer2016", "Windows Server 2016"),
        ("Debian GNU/Linux 11", "Debian 11"),
        ("RHEL 7", "Red Hat Enterprise Linux 7"),
        ("CentOS Linux 7.9", "CentOS Linux 7"),
        ("VMware ESXi 6.7.0", "VMware ESXi 6.7"),
        ("FortiOS 7.2.8", "FortiOS 7.2"),
        ("FortiOS v7.0.12", "FortiOS 7.0"),
    ] {
        assert_eq!(table.product_of(told).map(|it| it.name.as_str()), Some(product), "{told}");
    }
    for told in ["Windows 11", "Windows", "Linux 5.14.0", "Debian", "FortiOS 7.4.1", "FortiOS", "ESXi", "Debian 1"]
        .into_iter()
        .chain([
            "Windows 100",
            "Windows 75",
            "WIN7500",
            "WIN-10K",
            "BIWIN 10",
            "SQL Server 2016",
            "Exchange Server 2013",
        ])
        .chain(["Windows 10.0.22631", "Windows 10.0.17763", "CentOS 70", "CentOS Stream 9", "RHEL 75", "Ubuntu 18.041"])
        .chain(["ESXi 6.70", "Debian 100", "Windows Server 2025", "Server room 2016", "FortiOS 70.1", "Linux 7.0"])
    {
        assert_eq!(table.product_of(told).map(|it| it.name.as_str()), None, "{told}");
    }
}

#[test]
fn a_system_is_known_as_people_run_its_words_together() {
    let table = EndOfSupport::builtin();
    for (told, product) in [
        ("Windows10Pro", "Windows 10"),
        ("Ｗｉｎｄｏｗｓ１０", "Windows 10"),
        ("Windows® 10 Pro", "Windows 10"),
        ("Microsoft Windows™10", "Windows 10"),
        ("Microsoft(R) Windows(R) XP", "Windows XP"),
        ("ウィンドウズ7", "Windows 7"),
        ("Win 7", "Windows 7"),
        ("WIN7Pro SP1", "Windows 7"),
        ("WinXP", "Windows XP"),
        ("WindowsXP", "Windows XP"),
        ("Windows 8.1Pro", "Windows 8.1"),
        ("Windows10Pro22H2", "Windows 10 22H2"),
        ("Win10 Ent 1909", "Windows 10 1909"),
        ("Windows 10 Enterprise 2016 LTSB", "Windows 10 1607"),
        ("Windows 10 LTSB 2015", "Windows 10 1507"),
        ("Windows10IoT Enterprise LTSC2019", "Windows 10 1809"),
        ("Windows 10 IoT Enterprise 2021 LTSC", "Windows 10 21H2"),
        ("Windows 11 IoT Enterprise LTSC 2024", "Windows 11 24H2"),
        ("Windows2012R2", "Windows Server 2012 R2"),
        ("WindowsServer2012R2 Standard", "Windows Server 2012 R2"),
        ("Windows Storage Server 2012R2", "Windows Server 2012 R2"),
        ("Windows 2008 R2", "Windows Server 2008 R2"),
        ("Server2016", "Windows Server 2016"),
        ("Server 2019 Std", "Windows Server 2019"),
        ("Windowsサーバー2008", "Windows Server 2008"),
        ("CentOS7", "CentOS Linux 7"),
        ("CentOS7.9", "CentOS Linux 7"),
        ("RHEL7.9", "Red Hat Enterprise Linux 7"),
        ("RedHat Enterprise Linux Server release 7.9 (Maipo)", "Red Hat Enterprise Linux 7"),
        ("Debian10", "Debian 10"),
        ("Ubuntu18.04", "Ubuntu 18.04 LTS"),
        ("Ubuntu18.04LTS", "Ubuntu 18.04 LTS"),
        ("ESXi6.7", "VMware ESXi 6.7"),
        ("VMware ESXi6.7U3", "VMware ESXi 6.7"),
        ("FortiOS7.0.12", "FortiOS 7.0"),
        ("Rocky8", "Rocky Linux 8"),
    ] {
        assert_eq!(table.product_of(told).map(|it| it.name.as_str()), Some(product), "{told}");
    }
}

#[test]
fn an_edition_that_is_told_has_its_own_day_and_one_that_is_not_leaves_both() {
    let table = EndOfSupport::builtin();
    let days = |told: &str| {
        let (_, day, latest) = table.last_days(told).unwrap();
        (day.to_string(), latest.map(|day| day.to_string()))
    };
    let day = |text: &str| (text.to_owned(), None);
    assert_eq!(days("Windows 10 21H2 (19044)"), ("2023-06-13".into(), Some("2032-01-13".into())));
    assert_eq!(days("Windows 10 Pro 21H2 (19044)"), day("2023-06-13"));
    assert_eq!(days("Windows 10 Enterprise LTSC 21H2"), day("2027-01-12"));
    assert_eq!(days("Windows 10 IoT Enterprise LTSC 21H2"), day("2032-01-13"));
    assert_eq!(days("Windows 10 Enterprise 21H2 (19044)"), day("2024-06-11"));
    assert_eq!(days("Windows 10 22H2 (19045)"), day("2025-10-14"));
    assert_eq!(days("Windows10 LTSC 2019"), day("2029-01-09"));
    assert_eq!(days("Windows 10 Enterprise 2016 LTSB"), day("2026-10-13"));
    assert_eq!(days("Windows 10 LTSC2021 IoT"), day("2032-01-13"));
    assert_eq!(days("Windows10Pro 21H2"), day("2023-06-13"));
    assert_eq!(days("Windows 10 LTSC"), ("2025-10-14".into(), Some("2032-01-13".into())));
}

#[test]
fn a_segment_is_for_managing_equipment_where_it_says_so_of_equipment() {
    let management = &Services::builtin().management;
    for text in [
        "管理用",
        "管理セグメント",
        "機器管理用VLAN",
        "ネットワーク機器管理",
        "ネットワーク機器の管理・監視",
        "サーバ管理用",
        "運用管理",
        "運用管理系",
        "運用監視",
        "死活監視用",
        "保守用",
        "VLAN99 管理用",
        "管理用（スイッチ）",
        "ＭＧＭＴ",
        "mgmt",
        "mgmt-vlan",
        "VLAN99_mgmt",
        "Management",
        "network management",
        "OOB network",
    ] {
        assert!(management.is_for_managing(text), "{text}");
    }
    for text in [
        "監視カメラ",
        "監視カメラ用",
        "薬剤管理用",
        "薬剤管理",
        "ME機器管理用",
        "医療機器管理",
        "検体管理用",
        "入退室管理",
        "温度監視",
        "中央監視",
        "患者監視モニタ",
        "物品管理用セグメント",
        "病床管理システム",
        "管理棟",
        "管理栄養士",
        "運用管理室",
        "drug management",
        "building management",
        "administration",
        "診療系",
    ] {
        assert!(!management.is_for_managing(text), "{text}");
    }
}

#[test]
fn names_and_keys_are_unique_and_every_text_has_both_languages() {
    let (services, support) = (Services::builtin(), EndOfSupport::builtin());
    let names: BTreeSet<&str> = support.product.iter().map(|product| product.name.as_str()).collect();
    assert_eq!(names.len(), support.product.len());
    let keys: BTreeSet<&str> = services.service.iter().map(|service| service.way.key.as_str()).collect();
    assert_eq!(keys.len(), services.service.len());
    for product in &support.product {
        assert_eq!(product.note.is_some(), product.note_ja.is_some(), "{}", product.name);
        assert!(product.edition.iter().all(|edition| edition.last_day > product.last_day), "{}", product.name);
        let first = product.edition.iter().filter_map(|edition| edition.earliest);
        assert!(first.into_iter().all(|day| day >= product.last_day), "{}", product.name);
        assert!(product.source.contains("https://"), "{}", product.name);
    }
    assert!(services.service.iter().all(|it| !(it.way.spoken.is_empty() && it.way.open.is_empty())));
}

/// A port is only looked at where the agent's table has it, and a field only where signs have it.
#[test]
fn every_port_of_the_table_is_one_that_the_agent_tries() {
    let knowledge = Knowledge::builtin();
    let ways = knowledge.services.service.iter().map(|service| &service.way);
    for open in ways.chain(&knowledge.services.management.way).flat_map(|way| &way.open) {
        let port = open.strip_prefix("tcp/").and_then(|port| port.parse().ok()).unwrap();
        assert!(knowledge.ports.get(daicho_shared::fact::Transport::Tcp, port).is_some(), "{open}");
    }
}
