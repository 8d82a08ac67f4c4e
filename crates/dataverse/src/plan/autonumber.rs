//! Patterns of autonumber columns: `CAR-{SEQNUM:3}-{RANDSTRING:6}-{DATETIMEUTC:yyyyMMdd}`.

use base::Instant;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A part of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Text as it is.
    Text(String),
    /// The next number, with at least so many digits.
    Number(usize),
    /// So many random letters and digits.
    Random(usize),
    /// The time now, in a .NET format.
    Time(String),
}

/// How long a random part is at most (protocol).
const RANDOM_CHARS_MAX: usize = 6;
/// How many digits a number is filled up to at most.
const DIGITS_MAX: usize = 18;

/// Takes a pattern apart; nothing if it is none.
pub(crate) fn parse(pattern: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        if open > 0 {
            parts.push(Part::Text(rest[..open].to_owned()));
        }
        let close = open + rest[open..].find('}')?;
        parts.push(placeholder(&rest[open + 1..close])?);
        rest = &rest[close + 1..];
    }
    if !rest.is_empty() {
        parts.push(Part::Text(rest.to_owned()));
    }
    Some(parts)
}

fn placeholder(text: &str) -> Option<Part> {
    let (name, option) = text.split_once(':').unwrap_or((text, ""));
    let number = |max: usize| option.parse::<usize>().ok().filter(|number| *number <= max);
    match name {
        "SEQNUM" if option.is_empty() => Some(Part::Number(1)),
        "SEQNUM" => number(DIGITS_MAX).map(Part::Number),
        "RANDSTRING" => number(RANDOM_CHARS_MAX).filter(|count| *count > 0).map(Part::Random),
        "DATETIMEUTC" if option.is_empty() => Some(Part::Time("yyyyMMddHHmmss".to_owned())),
        "DATETIMEUTC" => Some(Part::Time(option.to_owned())),
        _ => None,
    }
}

/// `count` letters and digits, from random bytes.
pub(crate) fn random(bytes: &[u8], count: usize) -> String {
    const CHARS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let char = |byte: &u8| char::from(CHARS[usize::from(*byte) % CHARS.len()]);
    bytes.iter().take(count).map(char).collect()
}

/// The time in a .NET format: `yyyy yy MM M dd d HH H hh h mm m ss s tt`, other text as it is.
pub(crate) fn time(now: Instant, format: &str) -> String {
    let at = Timestamp::from_second(now.0).unwrap_or(Timestamp::UNIX_EPOCH).to_zoned(TimeZone::UTC);
    let hour12 = (at.hour() + 11) % 12 + 1;
    let mut text = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(first).len();
        let two = run >= 2;
        let number = |value: i64| if two { format!("{value:02}") } else { value.to_string() };
        match first {
            'y' if run >= 3 => text.push_str(&format!("{:04}", at.year())),
            'y' => text.push_str(&number(i64::from(at.year() % 100))),
            'M' => text.push_str(&number(i64::from(at.month()))),
            'd' => text.push_str(&number(i64::from(at.day()))),
            'H' => text.push_str(&number(i64::from(at.hour()))),
            'h' => text.push_str(&number(i64::from(hour12))),
            'm' => text.push_str(&number(i64::from(at.minute()))),
            's' => text.push_str(&number(i64::from(at.second()))),
            't' => {
                let half = if at.hour() < 12 { "AM" } else { "PM" };
                text.push_str(if two { half } else { &half[..1] });
            }
            _ => text.push_str(&rest[..run]),
        }
        rest = &rest[run..];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_taken_apart() {
        let parts = parse("CAR-{SEQNUM:3}-{RANDSTRING:6}{DATETIMEUTC:yyyy-M}").unwrap();
        assert_eq!(
            parts,
            [
                Part::Text("CAR-".to_owned()),
                Part::Number(3),
                Part::Text("-".to_owned()),
                Part::Random(6),
                Part::Time("yyyy-M".to_owned()),
            ]
        );
        for wrong in ["{", "{X}", "{RANDSTRING:7}", "{RANDSTRING}", "{SEQNUM:99}"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn times_follow_the_format() {
        let now = Instant(1_715_769_005);
        assert_eq!(time(now, "yyyyMMddHHmmss"), "20240515103005");
        assert_eq!(time(now, "d.M.yy h:mm tt"), "15.5.24 10:30 AM");
        assert_eq!(random(&[0, 25, 35, 36], 4), "AZ9A");
    }
}
