//! References such as `B3` and `A4:Y10`.

/// A rectangle of cells: rows from 1, columns from 0, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Area {
    /// First row.
    pub top: u32,
    /// Last row.
    pub bottom: u32,
    /// First column.
    pub left: u32,
    /// Last column.
    pub right: u32,
}

impl Area {
    /// Reads `B3` or `A4:Y10`; `$` signs do not count.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.replace('$', "");
        let (first, last) = text.split_once(':').unwrap_or((&text, &text));
        let ((row, column), (bottom, right)) = (cell(first)?, cell(last)?);
        let (top, left) = (row.min(bottom), column.min(right));
        Some(Self { top, bottom: bottom.max(row), left, right: right.max(column) })
    }

    /// The cell lies within.
    pub(crate) fn holds(&self, row: u32, column: u32) -> bool {
        (self.top..=self.bottom).contains(&row) && (self.left..=self.right).contains(&column)
    }

    /// The smallest area that also holds a cell.
    pub(crate) fn with(self, row: u32, column: u32) -> Self {
        Self {
            top: self.top.min(row),
            bottom: self.bottom.max(row),
            left: self.left.min(column),
            right: self.right.max(column),
        }
    }

    /// As a reference.
    pub(crate) fn shown(&self) -> String {
        let first = format!("{}{}", letters(self.left), self.top);
        let last = format!("{}{}", letters(self.right), self.bottom);
        if first == last { first } else { format!("{first}:{last}") }
    }
}

/// Row (from 1) and column (from 0) of a cell's reference, within a sheet's bounds (ECMA-376 18.3.1.4).
pub(crate) fn cell(text: &str) -> Option<(u32, u32)> {
    let digits = text.find(|c: char| c.is_ascii_digit())?;
    let (letters, number) = text.split_at(digits);
    if letters.is_empty() || letters.len() > 3 || number.len() > 7 {
        return None;
    }
    let column = letters.bytes().try_fold(0_u32, |column, byte| {
        let letter = byte.to_ascii_uppercase();
        letter.is_ascii_uppercase().then(|| column * 26 + u32::from(letter - b'A') + 1)
    })?;
    let row: u32 = number.parse().ok()?;
    ((1..=1_048_576).contains(&row) && (1..=16_384).contains(&column)).then(|| (row, column - 1))
}

/// The letters of a column, from 0.
pub(crate) fn letters(column: u32) -> String {
    crate::import::letters(u16::try_from(column).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_read_and_written() {
        assert_eq!(cell("A1"), Some((1, 0)));
        assert_eq!(cell("XFD1048576"), Some((1_048_576, 16_383)));
        assert_eq!([cell("XFE1"), cell("A0"), cell("A1048577"), cell("1"), cell("あ1")], [None; 5]);
        let area = Area::parse("$B$3:Y10").unwrap();
        assert_eq!((area.shown(), area.with(12, 0).shown()), ("B3:Y10".into(), "A3:Y12".into()));
        assert_eq!(Area::parse("C7").unwrap().shown(), "C7");
        assert!(area.holds(3, 1) && !area.holds(2, 1));
    }
}
