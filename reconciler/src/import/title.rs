//! What the rows above a heading say of everything below: who brought it up to date and when, which department, which
//! network.

use ipnet::IpNet;
use jiff::civil::Date;

use super::cells::date::date;
use super::cells::network::networks;
use super::fold::{clean, code};
use super::sheet::Row;

/// What the rows above a heading say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Title {
    /// 最終更新日.
    pub updated: Option<Date>,
    /// 最終更新者.
    pub updated_by: Option<String>,
    /// 部署 of all rows.
    pub department: Option<String>,
    /// The network whose addresses are written as `.10`.
    pub network: Option<IpNet>,
}

/// Reads the rows above a heading, with a label and its value in one cell or in two neighbours.
pub(crate) fn title(rows: &[Row]) -> Title {
    let mut title = Title::default();
    for row in rows {
        let texts: Vec<String> = row.cells.iter().map(|(_, value)| value.text()).collect();
        for (at, text) in texts.iter().enumerate() {
            title.cell(text, texts.get(at + 1).map(String::as_str));
        }
    }
    title
}

impl Title {
    fn cell(&mut self, text: &str, next: Option<&str>) {
        let day =
            after(text, &["最終更新日", "更新年月日", "更新日", "改訂日", "作成日"], next).and_then(|text| date(&text));
        let today = code(text).strip_suffix("現在").and_then(date);
        self.updated = self.updated.or(day).or(today);
        let by = after(text, &["最終更新者", "更新者", "作成者"], next).filter(|by| date(by).is_none());
        self.updated_by = self.updated_by.take().or(by);
        let department = after(text, &["部署名", "部署", "部門名", "部門", "所属", "診療科"], next);
        self.department = self.department.take().or(department);
        let network = after(text, &["ネットワーク", "セグメント", "NW"], next);
        self.network = self.network.or_else(|| networks(&network?).first().copied());
    }
}

/// What follows a label: behind a colon or a blank in the same cell, or in the next cell.
fn after(text: &str, labels: &[&str], next: Option<&str>) -> Option<String> {
    let text = clean(text);
    let rest = labels.iter().find_map(|label| text.strip_prefix(label))?;
    let value = rest.trim_start_matches([':', '：', ' ', '　']);
    let value = match value.trim() {
        "" => next?,
        // Without a sign between, the label is the beginning of another word: 部署名簿, 最終更新日程.
        _ if value.len() == rest.len() => return None,
        value => value,
    };
    Some(daicho_shared::text::bounded(value)).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Value;
    use super::*;

    fn read(cells: &[&str]) -> Title {
        let cells = (0..).zip(cells).map(|(at, text)| (at, Value::Text((*text).to_owned()))).collect();
        title(&[Row { number: 1, cells }])
    }

    #[test]
    fn labels_and_values_stand_in_one_cell_or_in_two() {
        let one = read(&["最終更新日：2024年7月1日", "部署：放射線科", "ネットワーク：192.168.20.0/24"]);
        let two = read(&["最終更新日", "R6.7.1", "部署", "放射線科", "ネットワーク", "192.168.20.0/24"]);
        assert_eq!(one, two);
        assert_eq!((one.updated, one.department.as_deref()), (Some(jiff::civil::date(2024, 7, 1)), Some("放射線科")));
        assert_eq!(one.network, "192.168.20.0/24".parse().ok());
        assert_eq!(read(&["令和6年4月1日現在"]).updated, Some(jiff::civil::date(2024, 4, 1)));
        assert_eq!(read(&["部署名簿", "放射線科"]), Title::default());
    }
}
