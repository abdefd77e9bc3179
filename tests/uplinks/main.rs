//! Second networks and ways out, on real hosts: a LAN in namespaces where many hosts have a line of their
//! own behind (`lab.sh`), one audit, and `table`, which says of each host what must be said of it.
//!
//! Every line behind is captured from before the audit to its end: what we send must not be there.

mod capture;
mod lab;
mod ordinary;
mod search;
mod walk;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use capture::{Frame, is_ours};
use lab::{Host, night};
use search::{busiest_second, is_guess, is_search, is_to_everybody};

/// A host answers for itself with so many unicast frames to the uplink probes that are on by default.
const UNICAST_LIMIT: usize = 6;
/// Frames to everybody on a /24, for second networks and ways out.
const BROADCAST_LIMIT: usize = 1_500;
/// Guesses a second.
const GUESSES_PER_SECOND: usize = 50;
/// Of the whole search, in seconds.
const SEARCH_LIMIT: f64 = 60.0;
/// The host that gives every packet a new time to live: the one echo passes it.
const REWRITER: &str = "ttl-rewriter";

#[test]
fn every_host_is_graded_by_what_it_gives_away() {
    let Some(night) = night("grades") else { return };
    let mut told = String::new();
    let mut wrong = 0;
    for host in &night.hosts {
        let seen = ["multi_homed", "forwards", "uplink"].map(|hypothesis| night.grade(host, hypothesis));
        wrong += usize::from(seen != host.expected);
        let mark = if seen == host.expected { ' ' } else { '!' };
        let pairs: Vec<String> = seen.iter().zip(&host.expected).map(|(seen, wanted)| shown(seen, wanted)).collect();
        writeln!(told, "{mark} {:<20} M {:<26} F {:<26} U {}", host.name, pairs[0], pairs[1], pairs[2]).unwrap();
    }
    println!("{told}");
    assert_eq!(wrong, 0, "seen (expected):\n{told}");
}

fn shown(seen: &str, wanted: &str) -> String {
    if seen == wanted { seen.to_owned() } else { format!("{seen} ({wanted})") }
}

#[test]
fn nothing_of_ours_is_on_any_line_behind() {
    let Some(night) = night("captures") else { return };
    let mut lines = 0;
    let mut ours: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for host in &night.hosts {
        for (name, frames) in night.lines(host) {
            lines += 1;
            let found = frames.iter().filter(|frame| is_ours(frame)).map(|frame| format!("{name}: {frame:?}"));
            ours.entry(&host.name).or_default().extend(found);
        }
    }
    assert_eq!(lines, 18, "every line behind is captured");
    let echo = ours.remove(REWRITER).unwrap_or_default();
    assert!(ours.values().all(Vec::is_empty), "{ours:#?}");
    assert_eq!(echo.len(), 1, "one echo passes who rewrites it, and nothing after: {echo:#?}");
}

#[test]
fn who_rewrites_the_time_to_live_is_recognised() {
    let Some(night) = night("rewriter") else { return };
    let host = night.hosts.iter().find(|host| host.name == REWRITER).unwrap();
    let hops: Vec<&serde_json::Value> = night.facts("forwarding", host).into_iter().collect();
    let gone = hops.iter().any(|hop| hop["from"] == "192.168.88.1" && hop["quoted_ttl"].as_u64() > Some(1));
    assert!(gone, "the hop behind is told with the time to live that it quotes: {hops:#?}");
    for later in ["forwarding-again", "hairpin", "connected-networks", "walk"] {
        assert_eq!(night.packets(host, later), 0, "{later} comes after the echo that went through");
    }
}

#[test]
fn the_search_is_cheap() {
    let Some(night) = night("cost") else { return };
    let frames: Vec<Frame> = night.lan().into_iter().filter(Frame::is_from_scanner).collect();
    let guesses: Vec<&Frame> = frames.iter().filter(|frame| is_guess(frame)).collect();
    assert!(guesses.len() > 300, "{} guesses only", guesses.len());
    let widely = frames.iter().filter(|frame| is_to_everybody(frame) && is_search(frame)).count();
    let search: Vec<f64> = frames.iter().filter(|frame| is_search(frame)).map(|frame| frame.seconds).collect();
    let span = search.last().unwrap() - search[0];
    let busiest = busiest_second(&guesses);
    let per_host: Vec<(usize, &Host)> = night.hosts.iter().map(|host| (asked(&frames, host), host)).collect();
    let most = per_host.iter().filter(|(_, host)| host.is_ordinary()).max_by_key(|(packets, _)| *packets).unwrap();
    println!(
        "{widely} frames to everybody, of them {} guesses, at most {busiest} a second; {span:.1} s",
        guesses.len()
    );
    println!("most to an ordinary host: {} to {}", most.0, most.1.name);
    assert!(widely <= BROADCAST_LIMIT && busiest <= GUESSES_PER_SECOND, "{widely} in all, {busiest} a second");
    assert!(most.0 <= UNICAST_LIMIT, "{} frames to {}", most.0, most.1.name);
    assert!(span < SEARCH_LIMIT, "{span:.1} s");
}

/// Frames of the search to one host.
fn asked(frames: &[Frame], host: &Host) -> usize {
    let mac = host.mac();
    frames.iter().filter(|frame| frame.link.starts_with(&mac) && is_search(frame)).count()
}
