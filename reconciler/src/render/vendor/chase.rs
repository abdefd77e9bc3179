//! The chase list for the terminal.

use comfy_table::{ContentArrangement, Table, presets};

use crate::render::words::Lang;
use crate::render::words::enquiry::{CHASE, state};
use crate::render::words::phrase::shown;
use crate::render::wrap::wrap;
use crate::vendor::status::Chase;

/// A table, one line a vendor. Borders are ASCII, as everywhere on the terminal.
pub fn text(list: &[Chase], lang: Lang, width: u16) -> Vec<u8> {
    let mut table = Table::new();
    table.load_style(presets::ASCII_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.force_no_tty();
    table.set_header(CHASE.map(|(ja, en)| lang.pick(ja, en)));
    let room = usize::from(width).saturating_sub(84).max(16);
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    for line in list {
        let answered = if line.enquiry.is_some() { format!("{}/{}", line.answered, line.rows) } else { "-".to_owned() };
        table.add_row([
            wrap(&shown(&line.vendor), room),
            state(line.state, lang).to_owned(),
            day(line.asked),
            day(line.due),
            line.days.map_or_else(|| "-".to_owned(), |days| days.to_string()),
            answered,
            day(line.received),
            line.contradictions.to_string(),
            line.devices.to_string(),
        ]);
    }
    format!("{table}\n").into_bytes()
}
