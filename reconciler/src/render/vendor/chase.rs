//! The chase list for the terminal.

use comfy_table::{ContentArrangement, Table, presets};

use crate::render::words::Lang;
use crate::render::words::enquiry::{CHASE, answered, devices, gone, state};
use crate::render::words::phrase::shown;
use crate::render::wrap::wrap;
use crate::vendor::status::Chase;

/// A table, one line a vendor. Borders are ASCII, as everywhere on the terminal.
pub fn text(list: &[Chase], lang: Lang, width: u16) -> Vec<u8> {
    let mut table = Table::new();
    table.load_style(presets::ASCII_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Disabled);
    table.force_no_tty();
    table.set_header(CHASE.map(|(ja, en)| lang.pick(ja, en)));
    let room = usize::from(width).saturating_sub(104).max(16);
    let day = |day: Option<jiff::civil::Date>| day.map_or_else(|| "-".to_owned(), |day| day.to_string());
    for line in list {
        table.add_row([
            wrap(&shown(&line.vendor), room),
            state(line, lang).to_owned(),
            day(line.asked),
            day(line.due),
            line.days.map_or_else(|| "-".to_owned(), |days| days.to_string()),
            answered(line, lang),
            day(line.received),
            line.contradictions.to_string(),
            devices(line, lang),
        ]);
    }
    let gone = list.iter().filter_map(|line| gone(line, lang)).map(|note| note + "\n");
    (format!("{table}\n") + &gone.collect::<String>()).into_bytes()
}
