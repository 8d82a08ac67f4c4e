//! Pictures: what is shown of them in rows.

use std::io::Cursor;

use base::{Error, Kind, Result, limits};
use image::{DynamicImage, ImageFormat, ImageReader, Limits};

/// Formats that are understood, with their types and the endings of their files.
const FORMATS: &[(ImageFormat, &str, &str)] = &[
    (ImageFormat::Bmp, "image/bmp", "bmp"),
    (ImageFormat::Gif, "image/gif", "gif"),
    (ImageFormat::Jpeg, "image/jpeg", "jpg"),
    (ImageFormat::Png, "image/png", "png"),
];

/// The type and the ending of a picture.
pub(super) fn type_of(picture: &[u8]) -> (&'static str, &'static str) {
    let format = image::guess_format(picture).ok();
    let found = FORMATS.iter().find(|(known, ..)| Some(*known) == format);
    found.map_or((super::UNKNOWN_TYPE, "bin"), |(_, kind, ending)| (*kind, *ending))
}

/// The thumbnail of a picture: the square from its middle, at most 144 pixels wide. A picture that
/// is one already stays as it is. Takes the processor for a while.
pub(super) fn thumbnail(picture: &[u8]) -> Result<Vec<u8>> {
    let mut reader =
        ImageReader::new(Cursor::new(picture)).with_guessed_format().map_err(unreadable)?;
    let known = FORMATS.iter().map(|(format, ..)| *format);
    let format = reader.format().filter(|format| known.clone().any(|one| one == *format));
    let format = format.ok_or_else(|| unreadable("its format is not known"))?;
    reader.limits(decoding_limits());
    let whole = reader.decode().map_err(unreadable)?;
    let side = whole.width().min(whole.height());
    let max = limits::PICTURE_THUMBNAIL_PIXELS;
    if side == whole.width() && side == whole.height() && side <= max {
        return Ok(picture.to_vec());
    }
    let (left, top) = ((whole.width() - side) / 2, (whole.height() - side) / 2);
    let square = whole.crop_imm(left, top, side, side);
    let small = if side > max { square.thumbnail_exact(max, max) } else { square };
    encoded(&small, format)
}

/// A small file of some kilobytes may unfold to gigabytes.
fn decoding_limits() -> Limits {
    let mut decoding = Limits::default();
    decoding.max_image_width = Some(limits::PICTURE_SIDE_PIXELS_MAX);
    decoding.max_image_height = Some(limits::PICTURE_SIDE_PIXELS_MAX);
    decoding.max_alloc = Some(limits::PICTURE_DECODED_BYTES_MAX);
    decoding
}

/// A photograph stays one; everything else may have transparent parts.
fn encoded(picture: &DynamicImage, format: ImageFormat) -> Result<Vec<u8>> {
    let mut bytes = Cursor::new(Vec::new());
    match format {
        ImageFormat::Jpeg => {
            let opaque = DynamicImage::ImageRgb8(picture.to_rgb8());
            opaque.write_to(&mut bytes, ImageFormat::Jpeg)
        }
        _ => {
            let plain = DynamicImage::ImageRgba8(picture.to_rgba8());
            plain.write_to(&mut bytes, ImageFormat::Png)
        }
    }
    .map_err(Error::internal)?;
    Ok(bytes.into_inner())
}

fn unreadable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::new(
        Kind::Invalid,
        "0x80040203",
        format!(
            "The picture cannot be read. Send a PNG, JPEG, GIF or BMP of at most {} pixels a side.",
            limits::PICTURE_SIDE_PIXELS_MAX
        ),
    )
    .with_source(cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::new_rgb8(width, height).write_to(&mut bytes, format).expect("it is written");
        bytes.into_inner()
    }

    fn size(picture: &[u8]) -> (u32, u32) {
        let read = image::load_from_memory(picture).expect("it is a picture");
        (read.width(), read.height())
    }

    #[test]
    fn thumbnails_are_small_squares() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Bmp] {
            let made = |width, height| {
                let made = thumbnail(&picture(width, height, format));
                size(&made.expect("a thumbnail"))
            };
            assert_eq!(made(400, 300), (144, 144), "{format:?}");
            assert_eq!(made(400, 100), (100, 100), "{format:?}");
            assert_eq!(made(20, 20), (20, 20), "{format:?}");
        }
        let small = picture(10, 10, ImageFormat::Gif);
        assert_eq!(thumbnail(&small).ok(), Some(small));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let cut = picture(50, 50, ImageFormat::Png);
        for wrong in [&b""[..], b"text", b"\x89PNG\r\n\x1a\n", &cut[..cut.len() / 2]] {
            assert!(thumbnail(wrong).is_err(), "{wrong:?}");
        }
        let wide = picture(limits::PICTURE_SIDE_PIXELS_MAX + 1, 1, ImageFormat::Png);
        assert!(thumbnail(&wide).is_err());
    }

    #[test]
    fn types_are_told() {
        assert_eq!(type_of(&picture(1, 1, ImageFormat::Png)), ("image/png", "png"));
        assert_eq!(type_of(b"x"), ("application/octet-stream", "bin"));
    }
}
