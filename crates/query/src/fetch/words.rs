//! The words of FetchXML for what the model has as enums.

use super::{DateGrouping, Figure, LinkKind};

/// Words with what they mean; the first one of several with a meaning is written.
pub(super) type Words<T> = &'static [(&'static str, T)];

pub(super) const DATE_GROUPINGS: Words<DateGrouping> = &[
    ("day", DateGrouping::Day),
    ("fiscal-period", DateGrouping::FiscalPeriod),
    ("fiscal-year", DateGrouping::FiscalYear),
    ("month", DateGrouping::Month),
    ("quarter", DateGrouping::Quarter),
    ("week", DateGrouping::Week),
    ("year", DateGrouping::Year),
];

pub(super) const FIGURES: Words<Figure> = &[
    ("avg", Figure::Average),
    ("count", Figure::Count),
    ("countcolumn", Figure::CountColumn),
    ("max", Figure::Max),
    ("min", Figure::Min),
    ("sum", Figure::Sum),
];

pub(super) const LINK_KINDS: Words<LinkKind> = &[
    ("all", LinkKind::All),
    ("any", LinkKind::Any),
    ("exists", LinkKind::Exists),
    ("in", LinkKind::In),
    ("inner", LinkKind::Inner),
    ("matchfirstrowusingcrossapply", LinkKind::MatchFirst),
    ("natural", LinkKind::Inner),
    ("not all", LinkKind::NotAll),
    ("not any", LinkKind::NotAny),
    ("outer", LinkKind::Outer),
];

/// What `word` means, in any case.
pub(super) fn meaning<T: Copy>(words: Words<T>, word: &str) -> Option<T> {
    words.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, meaning)| *meaning)
}

/// The word for `meaning`.
pub(super) fn word<T: PartialEq>(words: Words<T>, meaning: &T) -> &'static str {
    let found = words.iter().find(|(_, known)| known == meaning);
    found.map(|(word, _)| *word).expect("every meaning is in its list")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_order() {
        assert!(DATE_GROUPINGS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(FIGURES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(LINK_KINDS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
