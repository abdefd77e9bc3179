//! `closed-<segment>.html`: the statement about a segment that is believed closed, and the check sheet for the walk
//! round. One self-contained page that prints on A4, as the report is.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::io::{self, Write};

use askama::Template;
use ipnet::IpNet;

use super::Options;
use super::html::{CSS, style_hash};
use super::scene::{self, Scene};
use super::view::Report;
use super::view::closed::{Closed, Tested};
use super::words::headings::{Headings, headings};
use super::words::phrase::{Phrase, shown};
use super::words::{Lang, date, fixed, observation};
use crate::judge::asset::{AssetId, Grade};
use crate::judge::verdict::Verdict;

/// Writes the page; nothing where the options name no segment.
pub fn statement(verdict: &Verdict, options: &Options, output: &mut impl Write) -> io::Result<()> {
    let report = Report::new(verdict, options);
    let Some(closed) = &report.closed else { return Ok(()) };
    let text = Page::new(&report, closed).render().map_err(io::Error::other)?;
    output.write_all(text.as_bytes())
}

/// The file's name: `closed-10.0.0.0-24.html`.
pub fn file_name(segment: IpNet) -> String {
    format!("closed-{}.html", segment.to_string().replace(['/', ':'], "-"))
}

#[derive(Template)]
#[template(path = "closed.html")]
struct Page<'a> {
    w: &'static Headings,
    lang: Lang,
    css: &'static str,
    style_hash: String,
    hospital: Option<String>,
    host: String,
    when: String,
    closed: &'a Closed,
    segment: String,
    /// Machines that show something, the surest way out first.
    signed: Vec<Machine>,
    /// Those that show nothing, and of which not everything could be decided.
    undecided: Vec<Machine>,
    parts: [(&'static str, Vec<&'a Tested>); 2],
}

/// One machine of the segment.
struct Machine {
    device: Phrase,
    address: String,
    /// Way out, second network, forwarding.
    grades: [Grade; 3],
    /// A declared external connection point.
    declared: bool,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report<'a>, closed: &'a Closed) -> Self {
        let scene = &report.scene;
        let (lang, run, w) = (scene.lang(), &scene.verdict.run, headings(scene.lang()));
        let end = run.finished.map(|at| date::end_of(at, run.started, &scene.options.tz, lang)).unwrap_or_default();
        let (signed, undecided) = machines(scene, closed);
        let part = |search| closed.methods.iter().filter(|one| one.search == search).collect();
        Self {
            w,
            lang,
            css: CSS,
            style_hash: style_hash(),
            hospital: scene.options.hospital.as_deref().map(shown),
            host: shown(&run.host),
            when: format!("{}{}{end}", scene.moment(run.started), lang.pick("〜", " – ")),
            closed,
            segment: closed.segment.to_string(),
            signed,
            undecided,
            parts: [(w.closed_search, part(true)), (w.closed_rest, part(false))],
        }
    }
}

/// Those that show something, and those of the others of which not everything could be decided.
fn machines(scene: &Scene<'_>, closed: &Closed) -> (Vec<Machine>, Vec<Machine>) {
    let shown = [&closed.uplink, &closed.multi_homed, &closed.forwards, &closed.declared];
    let shown: BTreeSet<&AssetId> = shown.into_iter().flatten().collect();
    let machine = |id: &AssetId| {
        let asset = scene.asset(id)?;
        Some(Machine {
            device: Phrase::new(scene.subject(id)),
            address: scene::address(asset).map(|address| address.to_string()).unwrap_or_default(),
            grades: [asset.uplink.grade, asset.multi_homed.grade, asset.forwards.grade],
            declared: closed.declared.contains(id),
        })
    };
    let rest = closed.undecided.iter().filter(|id| !shown.contains(id)).filter_map(machine).collect();
    let mut shown: Vec<Machine> = shown.iter().filter_map(|id| machine(id)).collect();
    shown.sort_by_key(|one| Reverse(one.grades));
    (shown, rest)
}

/// What the template calls.
#[allow(
    clippy::trivially_copy_pass_by_ref,
    clippy::unused_self,
    reason = "templates pass references, and call methods"
)]
impl Page<'_> {
    fn method(&self, tested: &Tested) -> String {
        observation::method_plain(&tested.probe, self.lang)
    }

    fn grade_word(&self, grade: &Grade) -> &'static str {
        fixed::grade(*grade, self.lang)
    }

    fn grade_mark(&self, grade: &Grade) -> &'static str {
        fixed::grade_mark(*grade)
    }

    fn grade_class(&self, grade: &Grade) -> &'static str {
        let word = fixed::grade(*grade, Lang::En);
        word.split_once(' ').map_or(word, |(first, _)| first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::fixture;

    fn page(segment: &str, verdict: &Verdict, lang: Lang) -> String {
        let options = Options { closed: segment.parse().ok(), ..fixture::options(lang) };
        let mut bytes = Vec::new();
        statement(verdict, &options, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_statement_names_what_answered_and_never_calls_an_open_segment_closed() {
        let text = page("10.20.0.0/24", &fixture::verdict(), Lang::Ja);
        for said in ["確認書", "閉域とは言えません", "点検表", "使われていない2枚目のLANカード", "ARP", "kanri-pc"]
        {
            assert!(text.contains(said), "{said}");
        }
        assert!(!text.contains("<script"));
        assert!(page("10.20.0.0/24", &fixture::verdict(), Lang::En).contains("cannot be called closed"));
    }

    #[test]
    fn a_segment_in_which_nobody_answered_is_not_called_closed_either() {
        assert!(page("10.99.0.0/24", &fixture::verdict(), Lang::Ja).contains("判断できません"));
    }

    #[test]
    fn a_file_name_holds_no_slash() {
        assert_eq!(file_name("10.20.0.0/24".parse().unwrap()), "closed-10.20.0.0-24.html");
        assert_eq!(file_name("fd00::/64".parse().unwrap()), "closed-fd00---64.html");
    }
}
