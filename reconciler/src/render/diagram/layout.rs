//! Where everything stands: rows of boxes of one width, lines in the channels between the rows and beside the columns.
//!
//! Pure, in whole units, and without chance: the same picture is laid out in the same way on every machine. Of all numbers
//! of columns the one is taken whose sheet comes nearest to a sheet of A paper in landscape (ISO 216, 1 to √2).

use std::collections::{BTreeMap, BTreeSet};

/// Width of a box.
pub(super) const BOX: i32 = 232;
/// Between a row's boxes, without lines.
const GAP: i32 = 18;
/// Between rows, without lines.
const ROOM: i32 = 20;
/// Between two lines beside each other.
const TRACK: i32 = 5;
/// Around everything.
const MARGIN: i32 = 24;
/// Above a tier: its name.
const HEADING: i32 = 26;
/// From a box's right side to the line that leaves it; what comes in keeps to the left of that.
const OUT: i32 = 20;
/// How far beside it a second line of the same box leaves.
const ASIDE: i32 = 8;
/// Sheets narrower than this have no room for their legend.
const LEAST_COLUMNS: usize = 4;
/// The widest sheet that is tried.
const MOST_COLUMNS: usize = 16;

/// What is to be laid out: tiers of boxes, top to bottom, and lines from a box to a lower one.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    /// Heights of each tier's boxes.
    pub(super) tiers: Vec<Vec<i32>>,
    /// From a box to boxes of lower tiers, drawn as one bus.
    pub(super) nets: Vec<Net>,
    /// Height of the sheet's heading.
    pub(super) head: i32,
    /// Height of the sheet's foot.
    pub(super) foot: i32,
}

/// A box: its tier, and its place in it.
pub(super) type Node = (usize, usize);

/// Lines of one box.
#[derive(Debug, Clone)]
pub(super) struct Net {
    pub(super) from: Node,
    pub(super) to: Vec<Node>,
}

/// A laid-out sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sheet {
    pub(super) width: i32,
    pub(super) height: i32,
    /// Each tier's boxes.
    pub(super) boxes: Vec<Vec<Rect>>,
    pub(super) headings: Headings,
    /// Each net's lines, one for each box it leads to.
    pub(super) lines: Vec<Vec<Vec<(i32, i32)>>>,
}

/// A box's place.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rect {
    pub(super) x: i32,
    pub(super) y: i32,
    pub(super) height: i32,
}

/// Where a tier's name stands: left, base line; `None` for a tier without boxes.
type Headings = Vec<Option<(i32, i32)>>;

/// Lays the plan out on the sheet that is nearest to A paper.
pub(super) fn layout(plan: &Plan) -> Sheet {
    let most = plan.tiers.iter().map(Vec::len).max().unwrap_or(0).clamp(LEAST_COLUMNS, MOST_COLUMNS);
    let sheets = (LEAST_COLUMNS..=most).map(|columns| Grid::new(plan, columns).sheet());
    sheets.min_by_key(|sheet| off(sheet.width, sheet.height)).unwrap_or_else(|| Grid::new(plan, LEAST_COLUMNS).sheet())
}

/// How much larger than the smallest landscape A sheet around it a sheet is, in per mille of its size.
fn off(width: i32, height: i32) -> i64 {
    let (width, height) = (i64::from(width), i64::from(height));
    (width * 1000 / height.max(1) - 1414).abs()
}

/// A row of boxes on the sheet, with its tier.
struct Row {
    tier: usize,
    /// Place of its first box in the tier, and how many there are.
    first: usize,
    count: usize,
    height: i32,
}

/// Rows, and which lines run in which channel.
struct Grid<'p> {
    plan: &'p Plan,
    columns: usize,
    rows: Vec<Row>,
    /// For each channel above a row, and below the last: the nets that run in it.
    channels: Vec<BTreeSet<usize>>,
    /// For each gutter left of a column: the nets that run in it.
    gutters: Vec<BTreeSet<usize>>,
    /// For each box, the nets that end at it.
    ends: BTreeMap<Node, BTreeSet<usize>>,
}

impl<'p> Grid<'p> {
    fn new(plan: &'p Plan, columns: usize) -> Self {
        let mut rows = vec![];
        for (tier, heights) in plan.tiers.iter().enumerate() {
            for (at, chunk) in heights.chunks(columns).enumerate() {
                let height = chunk.iter().copied().max().unwrap_or(0);
                rows.push(Row { tier, first: at * columns, count: chunk.len(), height });
            }
        }
        let channels = vec![BTreeSet::new(); rows.len() + 1];
        let mut grid =
            Self { plan, columns, rows, channels, gutters: vec![BTreeSet::new(); columns], ends: BTreeMap::new() };
        for (index, net) in plan.nets.iter().enumerate() {
            for to in &net.to {
                grid.reserve(index, net.from, *to);
            }
        }
        grid
    }

    /// Row and column of a box.
    fn place(&self, (tier, at): Node) -> (usize, usize) {
        let row = self.rows.iter().position(|row| row.tier == tier && (row.first..row.first + row.count).contains(&at));
        (row.unwrap_or(0), at % self.columns)
    }

    /// A line leaves below its box, and comes in from above; where rows lie between, it passes them in the gutter left of
    /// the column it goes to.
    fn reserve(&mut self, net: usize, from: Node, to: Node) {
        let ((from_row, _), (to_row, to_column)) = (self.place(from), self.place(to));
        self.channels[from_row + 1].insert(net);
        if to_row > from_row + 1 {
            self.gutters[to_column].insert(net);
            self.channels[to_row].insert(net);
        }
        self.ends.entry(to).or_default().insert(net);
    }

    fn sheet(&self) -> Sheet {
        let lefts = self.lefts();
        let (tops, headings, bottom) = self.tops();
        let mut boxes: Vec<Vec<Rect>> = self.plan.tiers.iter().map(|tier| vec![Rect::default(); tier.len()]).collect();
        for (tier, heights) in self.plan.tiers.iter().enumerate() {
            for (at, height) in heights.iter().enumerate() {
                let (row, column) = self.place((tier, at));
                boxes[tier][at] = Rect { x: lefts[column], y: tops[row], height: *height };
            }
        }
        let lines = self.plan.nets.iter().enumerate();
        let lines =
            lines.map(|(index, net)| net.to.iter().map(|to| self.line(index, net.from, *to, &boxes, &tops)).collect());
        let width = lefts.last().copied().unwrap_or(MARGIN) + BOX + MARGIN;
        Sheet { width, height: bottom + self.plan.foot + MARGIN, lines: lines.collect(), boxes, headings }
    }

    fn lefts(&self) -> Vec<i32> {
        let mut x = MARGIN;
        let mut lefts = vec![];
        for (column, nets) in self.gutters.iter().enumerate() {
            x += tracks(nets) + if column == 0 { 0 } else { GAP };
            lefts.push(x);
            x += BOX;
        }
        lefts
    }

    /// Tops of the rows, places of the tiers' names, and the bottom.
    fn tops(&self) -> (Vec<i32>, Headings, i32) {
        let mut y = MARGIN + self.plan.head;
        let (mut tops, mut headings) = (vec![], vec![None; self.plan.tiers.len()]);
        for (index, row) in self.rows.iter().enumerate() {
            if row.first == 0 {
                headings[row.tier] = Some((MARGIN, y + HEADING - 8));
                y += HEADING;
            }
            y += ROOM + tracks(&self.channels[index]);
            tops.push(y);
            y += row.height;
        }
        (tops, headings, y + ROOM + self.channels.last().map_or(0, tracks))
    }

    fn line(&self, net: usize, from: Node, to: Node, boxes: &[Vec<Rect>], tops: &[i32]) -> Vec<(i32, i32)> {
        let ((from_row, _), (to_row, to_column)) = (self.place(from), self.place(to));
        let (start, end) = (boxes[from.0][from.1], boxes[to.0][to.1]);
        let before = self.plan.nets[..net].iter().filter(|other| other.from == from).count();
        let out = start.x + BOX - OUT + (i32::try_from(before).unwrap_or(0) * ASIDE).min(OUT - ASIDE);
        let drop = end.x + self.drop(net, to);
        let first = self.level(net, from_row + 1, tops);
        let mut points = vec![(out, start.y + start.height), (out, first)];
        if to_row > from_row + 1 {
            let beside = end.x - GAP / 2 - rank(&self.gutters[to_column], net) * TRACK;
            let last = self.level(net, to_row, tops);
            points.extend([(beside, first), (beside, last), (drop, last)]);
        } else {
            points.push((drop, first));
        }
        points.push((drop, end.y));
        points
    }

    /// The height of a net's line in the channel above a row.
    fn level(&self, net: usize, channel: usize, tops: &[i32]) -> i32 {
        let below = match tops.get(channel) {
            Some(top) => *top,
            None => tops.last().copied().unwrap_or(0) + self.rows.last().map_or(0, |row| row.height) + ROOM,
        };
        below - ROOM / 2 - rank(&self.channels[channel], net) * TRACK
    }

    /// Where on its upper side a box takes a net's line: never below where the box above lets one out.
    fn drop(&self, net: usize, to: Node) -> i32 {
        let ends = &self.ends[&to];
        let count = i32::try_from(ends.len()).unwrap_or(1).max(1);
        (rank(ends, net) + 1) * (BOX - 2 * OUT) / (count + 1)
    }
}

fn tracks(nets: &BTreeSet<usize>) -> i32 {
    i32::try_from(nets.len()).unwrap_or(0) * TRACK
}

fn rank(nets: &BTreeSet<usize>, net: usize) -> i32 {
    i32::try_from(nets.iter().take_while(|other| **other < net).count()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plans() -> impl Strategy<Value = Plan> {
        let tier = || prop::collection::vec(30..200i32, 0..30);
        let nets = prop::collection::vec((0..30usize, prop::collection::vec((1..3usize, 0..30usize), 1..5)), 0..20);
        (tier(), tier(), tier(), nets).prop_map(|(a, b, c, nets)| {
            let tiers = vec![a, b, c];
            let fits = |node: &Node| node.1 < tiers[node.0].len();
            let nets = nets.into_iter().map(|(from, to)| Net { from: (0, from), to });
            let nets = nets
                .filter(|net| fits(&net.from))
                .map(|net| Net { to: net.to.into_iter().filter(fits).collect(), ..net });
            let nets = nets.collect();
            Plan { nets, tiers, head: 60, foot: 40 }
        })
    }

    fn apart(a: &Rect, b: &Rect) -> bool {
        a.x + BOX <= b.x || b.x + BOX <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
    }

    /// The inside of a box.
    fn crosses(points: &[(i32, i32)], rect: &Rect) -> bool {
        points.windows(2).any(|pair| {
            let [(x1, y1), (x2, y2)] = [pair[0], pair[1]];
            let (left, right, top, bottom) = (x1.min(x2), x1.max(x2), y1.min(y2), y1.max(y2));
            left < rect.x + BOX && right > rect.x && top < rect.y + rect.height && bottom > rect.y
        })
    }

    type Piece = ((i32, i32), (i32, i32));

    /// Both lie on one line, and share more than a point of it.
    fn overlap((a, b): Piece, (c, d): Piece) -> bool {
        let shared = |a: i32, b: i32, c: i32, d: i32| a.min(b).max(c.min(d)) < a.max(b).min(c.max(d));
        let upright = a.0 == b.0 && c.0 == d.0 && a.0 == c.0 && shared(a.1, b.1, c.1, d.1);
        let level = a.1 == b.1 && c.1 == d.1 && a.1 == c.1 && shared(a.0, b.0, c.0, d.0);
        upright || level
    }

    proptest! {
        #[test]
        fn boxes_stand_apart_on_the_sheet_and_no_line_crosses_one(plan in plans()) {
            let sheet = layout(&plan);
            let boxes: Vec<&Rect> = sheet.boxes.iter().flatten().collect();
            for (at, one) in boxes.iter().enumerate() {
                prop_assert!(one.x >= 0 && one.y >= 0 && one.x + BOX <= sheet.width && one.y + one.height <= sheet.height);
                prop_assert!(boxes[at + 1..].iter().all(|other| apart(one, other)));
            }
            for points in sheet.lines.iter().flatten() {
                prop_assert!(points.windows(2).all(|pair| pair[0].0 == pair[1].0 || pair[0].1 == pair[1].1));
                prop_assert!(boxes.iter().all(|rect| !crosses(points, rect)), "{points:?}");
            }
        }

        /// Two nets that shared a piece of line would look like one.
        #[test]
        fn lines_of_two_nets_meet_only_where_they_cross(plan in plans()) {
            let sheet = layout(&plan);
            let pieces = |lines: &Vec<Vec<(i32, i32)>>| -> Vec<Piece> {
                lines.iter().flat_map(|points| points.windows(2).map(|pair| (pair[0], pair[1]))).collect()
            };
            let nets: Vec<Vec<Piece>> = sheet.lines.iter().map(pieces).collect();
            for (at, (one, net)) in nets.iter().zip(&plan.nets).enumerate() {
                // Nets that leave the same box leave it by the same line.
                let others = nets.iter().zip(&plan.nets).skip(at + 1).filter(|(_, other)| other.from != net.from);
                for (other, _) in others {
                    prop_assert!(!one.iter().any(|a| other.iter().any(|b| overlap(*a, *b))));
                }
            }
        }

        #[test]
        fn the_same_plan_is_laid_out_alike(plan in plans()) {
            prop_assert_eq!(layout(&plan), layout(&plan));
        }
    }
}
