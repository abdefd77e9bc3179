//! Whole diagrams: of the renderers' one night, and of a hospital with forty segments.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::*;
use crate::judge::asset::{Class, Grade};
use crate::judge::verdict::PointStatus;
use crate::render::{Lang, fixture};

fn night() -> Picture {
    Picture::new(&fixture::verdict(), &fixture::options(Lang::Ja))
}

/// Forty segments with 75 devices each, two routers over all of them, and sixteen points.
fn large() -> Picture {
    let network = |at: usize| format!("10.{}.{}.0/24", at / 8, at % 8);
    let classes = [Class::Pc, Class::Printer, Class::Server, Class::Modality, Class::Infusion, Class::Phone];
    let segments = (0..40).map(|at| Segment {
        network: network(at),
        looked_at: at % 9 != 8,
        seen: classes.iter().enumerate().map(|(rank, class)| (*class, [40, 12, 9, 6, 5, 3][rank])).collect(),
        rows: 70,
    });
    let machine = |id: String, networks: Vec<String>, standing| Machine {
        name: id.clone(),
        id,
        class: Class::Router,
        address: None,
        department: Some("情報システム室".into()),
        networks,
        declared: vec![],
        standing,
        second: Grade::Confirmed,
        forwards: Grade::Confirmed,
    };
    let core = (0..2)
        .map(|at| machine(format!("core-{at}"), (at * 20..at * 20 + 20).map(network).collect(), Standing::Declared));
    let homed = (0..12)
        .map(|at| machine(format!("pc-{at}"), vec![network(at * 3), "192.168.42.x".into()], Standing::Undeclared));
    let doors = (0..16).map(|at| Door {
        key: format!("point-{at}"),
        name: format!("保守回線 {at}"),
        kind: "lte5g".into(),
        department: Some("放射線科".into()),
        vendor: Some("C社".into()),
        status: [PointStatus::Undeclared, PointStatus::DeclaredSeen, PointStatus::DeclaredUnseen][at % 3],
        grade: Grade::Confirmed,
        machine: (at < 12).then(|| format!("pc-{at}")),
        segment: None,
    });
    Picture {
        hospital: Some("見本総合病院".into()),
        at: Timestamp::UNIX_EPOCH,
        run: "run".into(),
        complete: true,
        segments: segments.collect(),
        elsewhere: vec![Elsewhere { network: "192.168.42.x".into() }],
        machines: core.chain(homed).collect(),
        doors: doors.collect(),
        left_out: 0,
    }
}

#[test]
fn what_was_asked_is_drawn_however_many_networks_the_ledger_speaks_of() {
    let asked = |picture: &Picture| -> Vec<String> {
        let looked_at = picture.segments.iter().filter(|segment| segment.looked_at);
        looked_at.map(|segment| segment.network.clone()).collect()
    };
    let mut verdict = fixture::verdict();
    let ledger = std::sync::Arc::make_mut(&mut verdict.ledger);
    let row = ledger.entries[0].clone();
    let rows = (0..100u8).map(|at| {
        let address = std::net::IpAddr::from([1, 0, at, 5]);
        crate::judge::entry::Entry { addresses: vec![address], segments: vec![], ..row.clone() }
    });
    ledger.entries.extend(rows);
    let picture = Picture::new(&verdict, &fixture::options(Lang::Ja));
    assert_eq!(asked(&picture), asked(&night()));
    assert_eq!(picture.devices(), night().devices());
    let others = picture.segments.len() - asked(&picture).len();
    assert_eq!(others + picture.left_out, 100 + night().segments.len() - asked(&night()).len());
}

#[test]
fn the_widest_letters_do_not_leave_their_card() {
    let fitted = super::card::fit(&"W".repeat(500));
    assert!(fitted.chars().count() <= 19 && fitted.ends_with('…'), "{fitted}");
    assert_eq!(super::card::fit("pacs-gw01.example.local"), "pacs-gw01.example.local");
}

/// A network of the list of segments that nobody asked, a part of one that somebody did, and machines that were reached
/// over IPv6 alone.
#[test]
fn a_declared_segment_is_drawn_before_it_is_scanned_and_ipv6_where_nothing_else_answers() {
    use crate::judge::entry::{Field, Meaning, Register};
    let mut verdict = fixture::verdict();
    let networks: Vec<IpNet> = ["10.77.0.0/16", "10.0.0.0/8"].map(|net| net.parse().unwrap()).to_vec();
    let cells = vec![(Field::Segment, Meaning::Networks(networks))];
    let record = crate::answer::sample::record(Register::Segment, 1, cells);
    std::sync::Arc::make_mut(&mut verdict.ledger).records.push(record);
    let (six, far): (IpNet, IpAddr) = ("2001:db8:7::/64".parse().unwrap(), "2001:db8:7::5".parse().unwrap());
    verdict.run.scope.push(six);
    let asset = verdict.assets.iter_mut().find(|asset| !asset.interfaces.is_empty()).unwrap();
    asset.interfaces.truncate(1);
    (asset.interfaces[0].addresses, asset.interfaces[0].told) = ([far].into(), false);
    let picture = Picture::new(&verdict, &fixture::options(Lang::Ja));
    let of = |network: &str| picture.segments.iter().find(|segment| segment.network == network);
    assert!(of("10.77.0.0/16").is_some_and(|segment| !segment.looked_at && segment.rows == 0));
    assert!(of("10.0.0.0/8").is_none(), "parts of it were asked");
    assert!(of("2001:db8:7::/64").is_some_and(|segment| segment.looked_at && segment.devices() == 1));
}

/// `DAICHO_RENDER_TO=FOLDER` keeps the drawings, for looking at them.
#[test]
fn every_format_is_written_and_is_sound() {
    for (name, picture) in [("night", night()), ("large", large())] {
        for lang in [Lang::Ja, Lang::En] {
            let drawn = svg(&picture, &TimeZone::UTC, lang);
            let edited = drawio(&picture, &TimeZone::UTC, lang);
            for text in [&drawn, &edited] {
                let mut reader = quick_xml::Reader::from_str(text);
                reader.config_mut().check_end_names = true;
                while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
            }
            if let Some(folder) = std::env::var_os("DAICHO_RENDER_TO") {
                let path = |end: &str| std::path::Path::new(&folder).join(format!("{name}-{}.{end}", lang.tag()));
                std::fs::write(path("svg"), &drawn).unwrap();
                std::fs::write(path("drawio"), &edited).unwrap();
            }
        }
    }
}

/// In draw.io a line leaves and enters its cards where it does in the picture: on their edges, so that it runs straight.
#[test]
fn lines_are_pinned_to_the_edges_of_their_cards() {
    let edited = drawio(&large(), &TimeZone::UTC, Lang::Ja);
    let pins: Vec<(f64, f64)> = edited
        .split("exitX=")
        .flat_map(|part| part.split("entryX="))
        .skip(1)
        .filter_map(|part| part.split_once(';'))
        .filter_map(|(x, rest)| Some((x, rest.split_once("Y=")?.1.split_once(';')?.0)))
        .map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap()))
        .collect();
    assert_eq!(pins.len(), 2 * edited.matches(" edge=\"1\"").count());
    assert!(pins.iter().all(|(x, y)| (0.0..=1.0).contains(x) && [0.0, 1.0].contains(y)), "{pins:?}");
}

/// Every point, every machine between networks and every segment of the verdict is in the drawing, and nothing else is.
#[test]
fn all_that_is_known_is_drawn_and_nothing_that_is_not() {
    let verdict = fixture::verdict();
    let picture = night();
    assert_eq!(picture.doors.len(), verdict.external_points.len());
    let undeclared = verdict.external_points.iter().filter(|point| point.status == PointStatus::Undeclared).count();
    let drawn = svg(&picture, &TimeZone::UTC, Lang::Ja);
    assert_eq!(drawn.matches(">▲ 未申告の外部接続点</text>").count(), undeclared);
    let known: BTreeSet<&str> = verdict.assets.iter().map(|asset| asset.id.0.as_str()).collect();
    assert!(picture.machines.iter().all(|machine| known.contains(machine.id.as_str())));
    for segment in &picture.segments {
        assert!(drawn.contains(&segment.network), "{}", segment.network);
    }
    let counted: usize = picture.segments.iter().map(Segment::devices).sum();
    assert!(counted > 0 && counted <= verdict.assets.len());
}

/// What only the ledger says is a dashed line.
#[test]
fn a_second_network_that_only_the_ledger_tells_is_drawn_as_declared() {
    let mut picture = large();
    let drawn = |picture: &Picture| {
        let svg = svg(picture, &TimeZone::UTC, Lang::Ja).matches("stroke-width=\"1.5\" stroke-dasharray").count();
        (svg, drawio(picture, &TimeZone::UTC, Lang::Ja).matches("dashed=1;\" edge").count())
    };
    let before = drawn(&picture);
    let network = picture.segments[30].network.clone();
    picture.machines[3].declared.push(network);
    let after = drawn(&picture);
    assert_eq!((after.0 - before.0, after.1 - before.1), (1, 1));
    assert!(changes(&large(), &picture).iter().any(|one| one.marked == Marked::Changed && one.part == Part::Machine));
}

/// The smallest words on A3 are at least 1.8 mm high, and the sheet is no longer than A3 is wide.
#[test]
fn forty_segments_are_legible_on_a3() {
    let drawn = svg(&large(), &TimeZone::UTC, Lang::Ja);
    let view = drawn.split("viewBox=\"0 0 ").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let (width, height) = view.split_once(' ').unwrap();
    let (width, height): (f64, f64) = (width.parse().unwrap(), height.parse().unwrap());
    let smallest = 11.0 * (420.0 / width).min(297.0 / height);
    assert!(smallest >= 1.8, "{smallest} mm of {width} × {height}");
}

/// What a device calls itself cannot become part of the drawing's own language.
#[test]
fn hostile_names_stay_words() {
    let mut picture = night();
    picture.machines.push(Machine {
        name: format!("{}{}\u{0}\u{fffe}", fixture::SCRIPT, fixture::ESCAPES),
        ..large().machines.remove(0)
    });
    for text in [svg(&picture, &TimeZone::UTC, Lang::Ja), drawio(&picture, &TimeZone::UTC, Lang::Ja)] {
        assert!(!text.contains("<script") && !text.contains('\u{1b}') && !text.contains('\u{fffe}'));
    }
}

#[test]
fn what_changed_is_said_and_marked() {
    let before = large();
    let mut after = before.clone();
    after.doors[0].status = PointStatus::DeclaredSeen;
    after.doors[1].key = "point-new".into();
    after.machines.pop();
    let changes = changes(&before, &after);
    let told: Vec<(Part, Marked, &str)> =
        changes.iter().map(|change| (change.part, change.marked, change.key.as_str())).collect();
    assert_eq!(
        told,
        [
            (Part::Door, Marked::Changed, "point-0"),
            (Part::Door, Marked::Gone, "point-1"),
            (Part::Door, Marked::New, "point-new"),
            (Part::Machine, Marked::Gone, "pc-11"),
        ]
    );
    assert_eq!(changes[0].fields[0].before, "undeclared");
    let drawn = svg_of_changes(&before, &after, &TimeZone::UTC, Lang::Ja);
    assert_eq!((drawn.matches("【削除】").count(), drawn.matches("【追加】").count()), (2, 1));
    assert!(super::changes(&before, &before).is_empty());
}

/// A round trip through what is kept.
#[test]
fn a_picture_is_kept_and_read_again() {
    let kept = serde_json::to_string(&night()).unwrap();
    assert_eq!(serde_json::from_str::<Picture>(&kept).unwrap(), night());
}
