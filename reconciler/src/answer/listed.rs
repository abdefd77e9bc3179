//! What a register of external connection points lists: every point, every department with its counts, every segment.

use super::ground::Ground;
use super::points::{DepartmentPoints, PointRow, by_department};
use super::segments::SegmentLook;

/// Points, departments and segments of one verdict on one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// Declared points in the ledger's order, then undeclared and unclear ones.
    pub points: Vec<PointRow>,
    /// Departments in the order of their list, then others that rows name, then none.
    pub departments: Vec<DepartmentPoints>,
    /// Segments that are declared, that the ledger's addresses tell of, and that were scanned.
    pub segments: Vec<SegmentLook>,
}

impl Ground<'_> {
    /// Points, departments and segments.
    pub fn listed(&self) -> Listed {
        Listed {
            points: self.points.clone(),
            departments: by_department(&self.points, &self.departments),
            segments: self.segments.clone(),
        }
    }
}
