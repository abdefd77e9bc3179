//! What a row does not say itself, but the sheet's name, its title rows, or a group row above it.

use std::sync::LazyLock;

use ipnet::IpNet;
use jiff::civil::Date;
use regex::Regex;

use super::columns::Columns;
use super::fold::{clean, code};
use super::sheet::Row;
use super::title::Title;
use super::values::Words;
use crate::judge::entry::{DeviceType, Field, Status};

/// Fills empty cells of the rows below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Inherited {
    /// Of a group row, else of the title rows, else the sheet's name.
    pub department: Option<String>,
    /// Of a group row.
    pub location: Option<String>,
    /// Of a group row.
    pub device_type: Option<DeviceType>,
    /// The sheet's name is a status: 廃棄, 予備 …
    pub status: Option<Status>,
    /// The network of the title rows.
    pub network: Option<IpNet>,
    /// The day of the import: what was planned for a later one has not happened.
    pub today: Option<Date>,
}

/// What a group row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Group {
    /// A floor or room.
    Location(String),
    /// A kind of device.
    DeviceType(DeviceType),
    /// A department.
    Department(String),
}

/// A floor: `2F`, `地下1階`, `屋上`.
static FLOOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:地下|[BbMmRr])?[0-9]{0,2}(?:階|[Ff])$|^屋上$").expect("the pattern is a constant that a test uses")
});

impl Inherited {
    /// From a sheet's name and its title rows.
    pub(crate) fn new(sheet: &str, title: &Title, columns: &Columns) -> Self {
        let by_name = columns.is_department(sheet).then(|| clean(sheet));
        Self {
            department: title.department.clone().or(by_name),
            status: status(sheet, &columns.words),
            network: title.network,
            ..Self::default()
        }
    }

    /// The same sheet below a group row.
    pub(crate) fn enter(&mut self, group: Group) {
        match group {
            Group::Location(location) => self.location = Some(location),
            Group::DeviceType(kind) => self.device_type = Some(kind),
            Group::Department(department) => self.department = Some(department),
        }
    }
}

/// `廃棄`, `廃棄済み一覧`, `R5年度廃棄`; not `廃棄予定`.
fn status(sheet: &str, words: &Words) -> Option<Status> {
    let name = clean(sheet);
    let has = |list: &[String]| list.iter().any(|word| name.contains(word.as_str()));
    let gone = has(&words.disposed.sheets) && !has(&words.disposed.not_yet);
    words.status(sheet).or(gone.then_some(Status::Retired))
}

impl Group {
    /// The group that a row of one cell names, if it is one.
    pub(crate) fn of(row: &Row, columns: &Columns) -> Option<Self> {
        let [(_, value)] = row.cells.as_slice() else { return None };
        let text = value.text();
        let label = label(&text);
        let folded = code(label);
        if label.is_empty() || columns.words.is_total(label) {
            None
        } else if FLOOR.is_match(&folded) {
            Some(Self::Location(label.to_owned()))
        } else if let Some(kind) = columns.words.device_type(label) {
            Some(Self::DeviceType(kind))
        } else if label.ends_with('室') && !columns.is_department(label.trim_end_matches('室')) {
            Some(Self::Location(label.to_owned()))
        } else {
            columns.is_department(label).then(|| Self::Department(label.to_owned()))
        }
    }

    /// The column that it fills.
    pub(crate) fn field(&self) -> Field {
        match self {
            Self::Location(_) => Field::Location,
            Self::DeviceType(_) => Field::DeviceType,
            Self::Department(_) => Field::Department,
        }
    }
}

/// A group's name without its ornaments: as it would stand in the column that it fills.
pub(crate) fn label(text: &str) -> &str {
    text.trim_matches(|c: char| "【】■●◆□◇○◎▼▽[]＜＞<>「」・ 　".contains(c))
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Value;
    use super::*;

    fn group(text: &str) -> Option<Group> {
        Group::of(&Row { number: 1, cells: vec![(0, Value::Text(text.to_owned()))] }, &Columns::builtin())
    }

    #[test]
    fn groups_are_floors_kinds_rooms_and_departments() {
        for floor in ["【2階】", "■２Ｆ", "地下1階", "B1F", "屋上"] {
            assert!(matches!(group(floor), Some(Group::Location(_))), "{floor}");
        }
        assert_eq!(group("■サーバ"), Some(Group::DeviceType(DeviceType::Server)));
        assert_eq!(group("【放射線科】"), Some(Group::Department("放射線科".into())));
        assert_eq!(group("● 第1診察室"), Some(Group::Location("第1診察室".into())));
        for other in ["合計", "※ 3月に確認", "以上", "A社"] {
            assert_eq!(group(other), None, "{other}");
        }
    }

    #[test]
    fn a_sheet_named_after_a_department_or_a_status_says_so() {
        let columns = Columns::builtin();
        let of = |name: &str| Inherited::new(name, &Title::default(), &columns);
        assert_eq!(of("3F東病棟").department.as_deref(), Some("3F東病棟"));
        for name in ["廃棄", "廃棄済み一覧", "R5年度廃棄", "除却リスト"] {
            assert_eq!(of(name).status, Some(Status::Retired), "{name}");
        }
        assert_eq!(of("廃棄予定").status, None);
        for name in ["Sheet1", "R6", "機器台帳", "医療機器台帳"] {
            assert_eq!(of(name), Inherited::default(), "{name}");
        }
    }
}
