//! The diagram as PNG, for documents that take nothing else.

use std::sync::Arc;

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::Database;
use resvg::usvg::{Options, Tree};

/// Pixels across, whatever the sheet: A3 at about 240 dots an inch.
const ACROSS: u32 = 4000;
/// The most pixels of a picture: a sheet that is very high is drawn smaller.
const MOST: u32 = 40_000_000;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum PngError {
    /// No installed face has Japanese characters; they would be missing.
    #[error("no installed font has Japanese characters")]
    NoFont,
    /// The drawing cannot be turned into pixels.
    #[error("cannot draw: {detail}")]
    NotDrawn {
        /// What the drawing library says.
        detail: String,
    },
}

/// Turns a drawing of [`super::svg()`] into pixels, with the system's own Japanese faces.
pub fn png(svg: &str) -> Result<Vec<u8>, PngError> {
    let mut fonts = Database::new();
    fonts.load_system_fonts();
    let family = japanese(&fonts).ok_or(PngError::NoFont)?;
    fonts.set_sans_serif_family(family);
    let options = Options { fontdb: Arc::new(fonts), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| not_drawn(&error))?;
    let size = tree.size();
    let (width, height) = pixels(size.width(), size.height());
    let mut pixmap = Pixmap::new(width, height).ok_or_else(|| not_drawn("no memory for the picture"))?;
    #[allow(clippy::cast_precision_loss, reason = "a few thousand pixels")]
    let scale = width as f32 / size.width();
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixmap.as_mut());
    pixmap.encode_png().map_err(|error| not_drawn(&error))
}

/// Width and height in pixels, within [`MOST`].
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "sizes are positive and small")]
fn pixels(width: f32, height: f32) -> (u32, u32) {
    let ratio = f64::from(height) / f64::from(width.max(1.0));
    let across = f64::from(ACROSS).min((f64::from(MOST) / ratio.max(0.01)).sqrt());
    (across as u32, (across * ratio).ceil().max(1.0) as u32)
}

/// The family of a face that has both kana and kanji, sans serif before others.
fn japanese(fonts: &Database) -> Option<String> {
    const LIKED: [&str; 6] = ["Noto Sans CJK JP", "Noto Sans JP", "Yu Gothic", "Meiryo", "IPAGothic", "IPAexGothic"];
    let families = || fonts.faces().flat_map(|face| face.families.iter().map(|(name, _)| name));
    let liked = LIKED.iter().find(|liked| families().any(|name| name == *liked)).map(|name| (*name).to_owned());
    liked.or_else(|| families().find(|name| is_japanese(name)).cloned())
}

fn is_japanese(family: &str) -> bool {
    ["CJK JP", " JP", "Gothic", "Mincho", "IPA", "ゴシック", "明朝"].iter().any(|part| family.contains(part))
}

fn not_drawn(detail: &(impl ToString + ?Sized)) -> PngError {
    PngError::NotDrawn { detail: detail.to_string() }
}
