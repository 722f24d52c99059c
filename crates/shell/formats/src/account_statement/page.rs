//! Pages of A4: text, lines and tables from top to bottom, with a new page where the last one is full.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::fonts::{Face, encoded, shown, width};

/// Points.
const WIDTH: f32 = 595.0;
const HEIGHT: f32 = 842.0;
pub(super) const LEFT: f32 = 48.0;
pub(super) const RIGHT: f32 = WIDTH - 48.0;
const TOP: f32 = HEIGHT - 56.0;
const BOTTOM: f32 = 72.0;

/// Red, green, blue.
pub(super) type Colour = [f32; 3];
pub(super) const INK: Colour = [0.11, 0.14, 0.19];
pub(super) const SOFT: Colour = [0.37, 0.41, 0.47];
pub(super) const LINE: Colour = [0.87, 0.89, 0.92];
pub(super) const ACCENT: Colour = [0.06, 0.37, 0.42];
pub(super) const MINUS: Colour = [0.63, 0.21, 0.17];

/// How a text looks.
#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) face: Face,
    pub(super) size: f32,
    pub(super) colour: Colour,
}

impl Look {
    pub(super) const fn plain(size: f32, colour: Colour) -> Self {
        Self { face: Face::Plain, size, colour }
    }

    pub(super) const fn bold(size: f32, colour: Colour) -> Self {
        Self { face: Face::Bold, size, colour }
    }

    /// How wide a text is, in points.
    #[expect(clippy::cast_precision_loss, clippy::as_conversions, reason = "a place on paper, not an amount")]
    fn width(self, text: &str) -> f32 {
        width(text, self.face) as f32 * self.size / 1000.0
    }
}

/// The document on the way from top to bottom.
pub(super) struct Pages {
    done: Vec<Content>,
    open: Content,
    /// Where the next line stands.
    pub(super) at: f32,
}

impl Pages {
    pub(super) fn new() -> Self {
        let mut pages = Self { done: Vec::new(), open: Content::new(), at: TOP };
        pages.band();
        pages
    }

    /// The strip of colour at the top of a page.
    fn band(&mut self) {
        self.open.set_fill_rgb(ACCENT[0], ACCENT[1], ACCENT[2]);
        self.open.rect(0.0, HEIGHT - 6.0, WIDTH, 6.0).fill_nonzero();
    }

    /// Begins a new page where less than this is left; says whether it did.
    pub(super) fn need(&mut self, space: f32) -> bool {
        if self.at - space >= BOTTOM {
            return false;
        }
        self.done.push(std::mem::replace(&mut self.open, Content::new()));
        self.at = TOP;
        self.band();
        true
    }

    /// Writes at a place, from the left.
    pub(super) fn write(&mut self, x: f32, text: &str, look: Look) {
        let [red, green, blue] = look.colour;
        let font: &[u8] = if look.face == Face::Bold { b"B" } else { b"P" };
        self.open.set_fill_rgb(red, green, blue);
        self.open.begin_text().set_font(Name(font), look.size).next_line(x, self.at);
        self.open.show(Str(&encoded(&shown(text)))).end_text();
    }

    /// Writes so that it ends at a place.
    pub(super) fn write_to(&mut self, right: f32, text: &str, look: Look) {
        self.write(right - look.width(&shown(text)), text, look);
    }

    /// A line across the page.
    pub(super) fn rule(&mut self, colour: Colour) {
        self.open.set_fill_rgb(colour[0], colour[1], colour[2]);
        self.open.rect(LEFT, self.at, RIGHT - LEFT, 0.6).fill_nonzero();
    }

    /// Every page gets its foot; then the bytes.
    pub(super) fn finish(mut self, title: &str, foot: &str) -> Vec<u8> {
        let pages = std::mem::take(&mut self.done)
            .into_iter()
            .chain([std::mem::replace(&mut self.open, Content::new())]);
        let pages: Vec<Content> = pages.collect();
        let count = pages.len();
        let (catalog, tree, info) = (Ref::new(1), Ref::new(2), Ref::new(3));
        let (plain, bold) = (Ref::new(4), Ref::new(5));
        let number = |place: usize| i32::try_from(place).unwrap_or(i32::MAX);
        let id = |place: usize| Ref::new(number(place).saturating_mul(2).saturating_add(6));
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree).lang(TextStr("en"));
        pdf.document_info(info).title(TextStr(title)).producer(TextStr("Tribute"));
        pdf.pages(tree).kids((0..count).map(id)).count(number(count));
        for (font, name) in [(plain, "Helvetica"), (bold, "Helvetica-Bold")] {
            pdf.type1_font(font)
                .base_font(Name(name.as_bytes()))
                .encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        for (place, content) in pages.into_iter().enumerate() {
            self.open = content;
            self.foot(foot, place.saturating_add(1), count);
            let content = std::mem::replace(&mut self.open, Content::new()).finish();
            let text = id(place).next();
            let mut page = pdf.page(id(place));
            page.parent(tree).media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT)).contents(text);
            page.resources().fonts().pair(Name(b"P"), plain).pair(Name(b"B"), bold);
            page.finish();
            pdf.stream(text, &content);
        }
        pdf.finish()
    }

    fn foot(&mut self, foot: &str, page: usize, of: usize) {
        self.at = 52.0;
        self.rule(LINE);
        self.at = 38.0;
        let look = Look::plain(6.8, SOFT);
        self.write(LEFT, foot, look);
        self.write_to(RIGHT, &format!("{page} / {of}"), look);
    }
}

/// A text in lines that are no wider than this. A word that is wider alone is broken.
pub(super) fn wrapped(text: &str, look: Look, most: f32) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in shown(text).split(' ') {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if look.width(&longer) <= most {
            line = longer;
            continue;
        }
        if !line.is_empty() {
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            if look.width(&line) + look.width(&letter.to_string()) > most {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    lines.push(line);
    lines
}
