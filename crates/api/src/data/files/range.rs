//! `Range` of a download, `Content-Range` of a part of an upload.

use base::{Error, Kind, Result};

/// What a download is to give: the first and the last byte, within `size`. Nothing where the whole
/// is asked for, also by ranges that are not understood, as the standard says.
pub(super) fn asked(header: Option<&str>, size: u64) -> Result<Option<(u64, u64)>> {
    let Some(range) = header.and_then(|text| text.trim().strip_prefix("bytes=")) else {
        return Ok(None);
    };
    let Some((first, last)) = range.split_once('-').filter(|_| !range.contains(',')) else {
        return Ok(None);
    };
    let number = |text: &str| text.trim().parse::<u64>().ok();
    let found = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => (first, last.min(size.saturating_sub(1))),
        (Some(first), None) if last.trim().is_empty() => (first, size.saturating_sub(1)),
        (None, Some(count)) if first.trim().is_empty() && count > 0 => {
            (size.saturating_sub(count), size.saturating_sub(1))
        }
        _ => return Ok(None),
    };
    match found.0 < size {
        true => Ok(Some(found)),
        false => Err(Error::new(
            Kind::Invalid,
            "0x80040203",
            format!("The range begins at byte {}; the file has {size} bytes.", found.0),
        )),
    }
}

/// Whether a download is asked for from where the file ends.
pub(super) fn begins_at_end(header: Option<&str>, size: u64) -> bool {
    let range = header.and_then(|text| text.trim().strip_prefix("bytes="));
    let first = range.and_then(|range| range.split_once('-')).map(|(first, _)| first.trim());
    size > 0 && first.and_then(|first| first.parse().ok()) == Some(size)
}

/// A part of an upload: where it begins, how long it is, how long the whole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub start: u64,
    pub length: u64,
    pub total: u64,
}

impl Part {
    /// Reads `bytes 0-4194303/5000000`. An empty part ends before it begins (`bytes 16-15/16`).
    pub fn parse(header: Option<&str>) -> Result<Self> {
        let wrong = || {
            Error::new(
                Kind::Invalid,
                "0x80040203",
                "A part of an upload needs the header 'Content-Range: bytes first-last/total'.",
            )
        };
        let text = header.and_then(|text| text.trim().strip_prefix("bytes")).ok_or_else(wrong)?;
        let (range, total) = text.trim().split_once('/').ok_or_else(wrong)?;
        let (first, last) = range.split_once('-').ok_or_else(wrong)?;
        let number = |text: &str| text.trim().parse::<u64>().map_err(|_| wrong());
        let (start, total) = (number(first)?, number(total)?);
        // An empty file has no last byte: `bytes 0--1/0`.
        let end = match last.trim() {
            "-1" => 0,
            last => number(last)?.checked_add(1).ok_or_else(wrong)?,
        };
        let length = end.checked_sub(start).ok_or_else(wrong)?;
        Ok(Self { start, length, total })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_downloads() {
        let read = |text| asked(Some(text), 10);
        for (text, wanted) in [
            ("bytes=0-3", Some((0, 3))),
            ("bytes=4-", Some((4, 9))),
            ("bytes=-3", Some((7, 9))),
            ("bytes=-30", Some((0, 9))),
            ("bytes=2-99", Some((2, 9))),
            ("bytes=5-2", None),
            ("bytes=0-1,3-4", None),
            ("bytes=x-", None),
            ("items=0-1", None),
        ] {
            assert_eq!(read(text).ok(), Some(wanted), "{text}");
        }
        assert!(read("bytes=10-").is_err());
        assert_eq!(asked(None, 10).ok(), Some(None));
    }

    #[test]
    fn parts_of_uploads() {
        let read = |text| Part::parse(Some(text)).ok();
        let part = |start, length, total| Some(Part { start, length, total });
        assert_eq!(read("bytes 0-3/10"), part(0, 4, 10));
        assert_eq!(read("bytes 16-15/16"), part(16, 0, 16));
        assert_eq!(read("bytes 0--1/0"), part(0, 0, 0));
        for wrong in ["", "0-3/10", "bytes 5-3/10", "bytes 0-3/*", "bytes 0-18446744073709551615/1"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
        assert!(Part::parse(None).is_err());
    }
}
