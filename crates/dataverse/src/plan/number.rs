//! Exact numbers: decimal text to integers scaled by a power of ten.

/// A decimal number at a scale, rounded down, and whether nothing was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scaled {
    /// The greatest scaled integer that is not greater; the nearest `i64` if it is out of range.
    pub floor: i64,
    /// Whether it is the number itself.
    pub is_exact: bool,
}

/// `text` as an integer scaled by `10^scale`; nothing if it is no number.
pub(crate) fn scaled(text: &str, scale: u8) -> Option<Scaled> {
    let digits = Digits::parse(text)?;
    let (magnitude, has_rest, _) = digits.cut(scale);
    let signed = match (digits.is_negative, has_rest) {
        (false, _) => magnitude,
        (true, false) => -magnitude,
        (true, true) => -magnitude - 1,
    };
    match i64::try_from(signed) {
        Ok(floor) => Some(Scaled { floor, is_exact: !has_rest }),
        Err(_) if signed < 0 => Some(Scaled { floor: i64::MIN, is_exact: false }),
        Err(_) => Some(Scaled { floor: i64::MAX, is_exact: false }),
    }
}

/// `text` as an integer scaled by `10^scale`, rounded half away from zero; nothing if it is no
/// number or too large.
pub(crate) fn rounded(text: &str, scale: u8) -> Option<i64> {
    let digits = Digits::parse(text)?;
    let (magnitude, _, rounds_up) = digits.cut(scale);
    let magnitude = magnitude + i128::from(rounds_up);
    i64::try_from(if digits.is_negative { -magnitude } else { magnitude }).ok()
}

/// A decimal number: `0.<digits> * 10^point`, without leading zeros.
struct Digits {
    is_negative: bool,
    digits: Vec<u8>,
    point: i64,
}

impl Digits {
    fn parse(text: &str) -> Option<Self> {
        let (is_negative, rest) = match text.as_bytes().first()? {
            b'-' => (true, &text[1..]),
            b'+' => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().ok()?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = || whole.bytes().chain(fraction.bytes());
        if all().next().is_none() || !all().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let zeros = all().take_while(|byte| *byte == b'0').count();
        let digits = all().skip(zeros).map(|byte| byte - b'0').collect::<Vec<_>>();
        let point =
            i64::try_from(whole.len()).ok()? - i64::try_from(zeros).ok()? + i64::from(exponent);
        Some(Self { is_negative, digits, point })
    }

    /// The magnitude at `scale`, whether digits are cut off, and whether they are a half or more.
    /// A magnitude that no `i64` holds is told as a very large one.
    fn cut(&self, scale: u8) -> (i128, bool, bool) {
        const TOO_MANY: i64 = 30;
        let kept = self.point + i64::from(scale);
        if self.digits.is_empty() {
            return (0, false, false);
        }
        if kept > TOO_MANY {
            return (i128::from(i64::MAX) * 4, false, false);
        }
        let Ok(kept) = usize::try_from(kept) else { return (0, true, false) };
        let digit = |index: usize| self.digits.get(index).copied().unwrap_or(0);
        let magnitude = (0..kept).fold(0_i128, |sum, index| sum * 10 + i128::from(digit(index)));
        let has_rest = self.digits.iter().skip(kept).any(|digit| *digit != 0);
        (magnitude, has_rest, digit(kept) >= 5)
    }
}

/// `scaled / 10^scale` as decimal text, with all the digits of the scale.
pub(crate) fn text(scaled: i64, scale: u8) -> String {
    if scale == 0 {
        return scaled.to_string();
    }
    let digits = format!("{:0width$}", scaled.unsigned_abs(), width = usize::from(scale) + 1);
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(scale));
    format!("{}{whole}.{fraction}", if scaled < 0 { "-" } else { "" })
}

/// `a * 10^to / b`, rounded half away from zero; nothing if it is too large or `b` is zero.
pub(crate) fn divide(a: i64, b: i64, to: u8) -> Option<i64> {
    let a = i128::from(a).checked_mul(10_i128.checked_pow(u32::from(to))?)?;
    let b = i128::from(b);
    if b == 0 {
        return None;
    }
    let (quotient, rest) = (a / b, a % b);
    let away = if rest.abs() * 2 >= b.abs() { a.signum() * b.signum() } else { 0 };
    i64::try_from(quotient + away).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_exact() {
        let check = |text, scale, floor, is_exact| {
            assert_eq!(scaled(text, scale), Some(Scaled { floor, is_exact }), "{text} at {scale}");
        };
        check("1.25", 2, 125, true);
        check("1.255", 2, 125, false);
        check("-1.255", 2, -126, false);
        check("-1.25", 2, -125, true);
        check("12e2", 0, 1200, true);
        check("1.5e-3", 4, 15, true);
        check("0.0000", 2, 0, true);
        check("1e30", 0, i64::MAX, false);
        check("-1e30", 0, i64::MIN, false);
        check("1e-30", 4, 0, false);
        for text in ["", "-", ".", "1,5", "abc", "1e", "0x5"] {
            assert_eq!(scaled(text, 2), None, "{text}");
        }
    }

    #[test]
    fn writes_round_half_away_from_zero() {
        assert_eq!(rounded("1.255", 2), Some(126));
        assert_eq!(rounded("-1.255", 2), Some(-126));
        assert_eq!(rounded("1.2549", 2), Some(125));
        assert_eq!(rounded("0.5", 0), Some(1));
        assert_eq!(rounded("0.05", 0), Some(0));
        assert_eq!(rounded("9e99", 0), None);
        assert_eq!(text(-5, 2), "-0.05");
        assert_eq!(text(12345, 4), "1.2345");
        assert_eq!(divide(100_0000, 3, 0), Some(33_3333));
        assert_eq!(divide(-5, 2, 0), Some(-3));
        assert_eq!(divide(5, 0, 0), None);
    }
}
