//! Words: of what is searched, and in what is found. Pure.

use base::limits::SEARCH_WORDS_MAX;

/// Signs of the query language that stand between words; a backslash before them means nothing here.
const SIGNS: &[char] = &[
    '+', '-', '&', '|', '!', '(', ')', '{', '}', '[', ']', '^', '"', '~', '*', '?', ':', '\\', '/',
];

/// The words of a text, in lower case, each once.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for word in text.to_lowercase().split(|c: char| c.is_whitespace() || SIGNS.contains(&c)) {
        if !word.is_empty() && !found.iter().any(|known| known == word) {
            found.push(word.to_owned());
        }
    }
    found.truncate(SEARCH_WORDS_MAX);
    found
}

/// How well a text has the words: a whole word counts most, then the beginning of one.
pub(super) fn score(text: &str, wanted: &[String]) -> f64 {
    let there = words(text);
    let of_word = |word: &String| {
        let of = |found: &String| match () {
            () if found == word => 1.0,
            () if found.starts_with(word.as_str()) => 0.6,
            () if found.contains(word.as_str()) => 0.3,
            () => 0.0,
        };
        there.iter().map(of).fold(0.0, f64::max)
    };
    wanted.iter().map(of_word).sum()
}

/// The text with marks around what was found, or nothing if nothing was.
pub(super) fn marked(text: &str, wanted: &[String]) -> Option<String> {
    let mut any = false;
    let pieces = text.split(' ').map(|piece| {
        let lower = piece.to_lowercase();
        if wanted.iter().any(|word| lower.contains(word.as_str())) {
            any = true;
            format!("{{crmhit}}{piece}{{/crmhit}}")
        } else {
            piece.to_owned()
        }
    });
    let text = pieces.collect::<Vec<_>>().join(" ");
    any.then_some(text)
}

/// The words with the last one completed as most of the texts have it.
pub(in crate::data) fn completion<'t>(
    wanted: &[String],
    texts: impl Iterator<Item = &'t str>,
) -> Option<String> {
    let (last, first) = wanted.split_last()?;
    let mut counted: Vec<(String, usize)> = Vec::new();
    let is_new = |word: &String| word.starts_with(last.as_str()) && !first.contains(word);
    for word in texts.flat_map(words).filter(is_new) {
        match counted.iter_mut().find(|(known, _)| *known == word) {
            Some((_, count)) => *count += 1,
            None => counted.push((word, 1)),
        }
    }
    counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let best = counted.into_iter().next()?.0;
    Some(first.iter().cloned().chain([best]).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_no_words() {
        assert_eq!(words(r#"Contoso\-Ltd "a b" A*"#), ["contoso", "ltd", "a", "b"]);
    }

    #[test]
    fn whole_words_count_most() {
        let wanted = words("cont");
        assert!(score("Cont AG", &wanted) > score("Contoso", &wanted));
        assert!(score("Contoso", &wanted) > score("Discontent", &wanted));
        assert_eq!(score("Fabrikam", &wanted), 0.0);
    }

    #[test]
    fn what_was_found_is_marked() {
        assert_eq!(marked("Contoso Ltd", &words("cont")).unwrap(), "{crmhit}Contoso{/crmhit} Ltd");
        assert_eq!(marked("Fabrikam", &words("cont")), None);
    }

    #[test]
    fn the_last_word_is_completed() {
        let texts = ["The Contoso Ltd", "Contoso", "Continent"];
        assert_eq!(completion(&words("the cont"), texts.into_iter()).unwrap(), "the contoso");
        assert_eq!(completion(&words("x"), texts.into_iter()), None);
    }
}
