//! Pictures of QR codes, black on white, with the margin that readers need.

use std::io::{self, Write};

use fast_qr::QRCode;
use flate2::{Compression, write::ZlibEncoder};

/// Modules of white around the code.
const MARGIN: usize = 4;
/// Pixels of a module.
const PIXELS: usize = 8;

/// Whether a place of the picture, margin included, is black.
fn is_black(code: &QRCode, row: usize, column: usize) -> bool {
    let inside = |at: usize| at.checked_sub(MARGIN).filter(|at| *at < code.size);
    inside(row).zip(inside(column)).is_some_and(|(row, column)| code[row][column].value())
}

const fn side(code: &QRCode) -> usize {
    code.size.saturating_add(2 * MARGIN)
}

/// As SVG: one path of squares.
pub(super) fn svg(code: &QRCode) -> io::Result<Vec<u8>> {
    let side = side(code);
    let mut svg = Vec::new();
    write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\""
    )?;
    for row in 0..side {
        for column in (0..side).filter(|column| is_black(code, row, *column)) {
            write!(svg, "M{column} {row}h1v1h-1z")?;
        }
    }
    svg.write_all(b"\"/></svg>")?;
    Ok(svg)
}

/// As PNG with one bit a pixel.
pub(super) fn png(code: &QRCode) -> io::Result<Vec<u8>> {
    let width = side(code).saturating_mul(PIXELS);
    let mut lines = ZlibEncoder::new(Vec::new(), Compression::best());
    for row in 0..side(code) {
        // A line begins with its filter, which is none. 8 pixels of a module are one byte.
        let mut line = vec![0_u8];
        line.extend((0..side(code)).map(|column| if is_black(code, row, column) { 0x00 } else { 0xff }));
        for _ in 0..PIXELS {
            lines.write_all(&line)?;
        }
    }
    let width = u32::try_from(width).map_err(io::Error::other)?.to_be_bytes();
    // 1 bit of grey, deflated, no interlacing.
    let head = [&width[..], &width[..], &[1, 0, 0, 0, 0]].concat();
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for (name, data) in [(b"IHDR", head), (b"IDAT", lines.finish()?), (b"IEND", Vec::new())] {
        let length = u32::try_from(data.len()).map_err(io::Error::other)?;
        let named = [name.as_slice(), &data].concat();
        png.extend_from_slice(&length.to_be_bytes());
        png.extend_from_slice(&named);
        png.extend_from_slice(&crc32fast::hash(&named).to_be_bytes());
    }
    Ok(png)
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use fast_qr::qr::QRBuilder;

    use super::*;

    const ADDRESS: &str = "https://go.example.com/r/ada-spring/acme?via=qr";

    /// What another program's reader finds in a picture of so many pixels a side.
    fn scanned(side: usize, black: impl Fn(usize, usize) -> bool) -> String {
        let grey = |x: usize, y: usize| if black(y, x) { 0 } else { 255 };
        let mut picture = rqrr::PreparedImage::prepare_from_greyscale(side, side, grey);
        picture.detect_grids().first().unwrap().decode().unwrap().1
    }

    #[test]
    fn a_reader_finds_the_address_in_the_png() {
        let png = png(&QRBuilder::new(ADDRESS).build().unwrap()).unwrap();
        let width = usize::try_from(u32::from_be_bytes(png[16..20].try_into().unwrap())).unwrap();
        let data = usize::try_from(u32::from_be_bytes(png[33..37].try_into().unwrap())).unwrap();
        assert_eq!((&png[12..16], &png[37..41]), (b"IHDR".as_slice(), b"IDAT".as_slice()));
        let mut lines = Vec::new();
        flate2::read::ZlibDecoder::new(&png[41..41 + data]).read_to_end(&mut lines).unwrap();
        let bytes = width / 8 + 1;
        assert_eq!(lines.len(), bytes * width);
        let black =
            |row: usize, column: usize| lines[row * bytes + 1 + column / 8] & (0x80 >> (column % 8)) == 0;
        assert_eq!(scanned(width, black), ADDRESS);
    }

    #[test]
    fn a_reader_finds_the_address_in_the_svg() {
        let code = QRBuilder::new(ADDRESS).build().unwrap();
        let svg = String::from_utf8(svg(&code).unwrap()).unwrap();
        let squares: std::collections::BTreeSet<&str> = svg.split(['M', 'h']).collect();
        let black =
            |row: usize, column: usize| squares.contains(format!("{} {}", column / 8, row / 8).as_str());
        assert_eq!(scanned(side(&code) * 8, black), ADDRESS);
    }
}
