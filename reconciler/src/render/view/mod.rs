//! What the renderers share: the verdict, sorted, counted and put into words, but not yet laid out.

mod basis;
pub(crate) mod change;
pub(crate) mod closed;
pub(crate) mod coverage;
pub(crate) mod device;
pub(crate) mod dual_homed;
pub(crate) mod figure;
pub(crate) mod finding;
mod hint;
pub(crate) mod impact;
pub(crate) mod rows;

use self::change::ChangeLine;
use self::closed::Closed;
use self::coverage::Looked;
use self::dual_homed::DualHomed;
use self::figure::Figures;
use self::finding::FindingView;
use self::impact::Impact;
use super::Options;
use super::scene::Scene;
use crate::judge::verdict::Verdict;

/// A whole report in words.
pub(crate) struct Report<'a> {
    pub(crate) scene: Scene<'a>,
    /// Most urgent and most certain first.
    pub(crate) findings: Vec<FindingView<'a>>,
    pub(crate) figures: Figures,
    pub(crate) looked: Looked,
    pub(crate) impact: Impact,
    /// 二系統接続一覧.
    pub(crate) dual_homed: Vec<DualHomed<'a>>,
    /// Where the options name a segment that is believed closed.
    pub(crate) closed: Option<Closed>,
    /// `None` on the first night.
    pub(crate) changes: Option<Vec<ChangeLine>>,
}

impl<'a> Report<'a> {
    pub(crate) fn new(verdict: &'a Verdict, options: &'a Options) -> Self {
        let scene = Scene::new(verdict, options);
        Self {
            findings: finding::all(&scene),
            figures: figure::figures(&scene),
            looked: coverage::looked(&scene),
            impact: impact::impact(&scene),
            dual_homed: dual_homed::list(&scene),
            closed: closed::closed(&scene),
            changes: verdict.changes.as_ref().map(|changes| change::lines(changes, &scene)),
            scene,
        }
    }
}
