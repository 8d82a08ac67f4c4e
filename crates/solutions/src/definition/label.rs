//! Labels: `<labels><label description="…" languagecode="1033"/></labels>` under many names.

use metadata::Label;
use package::xml::Element;

/// Reads every child of `parent` with a description and a language; nothing where there is none.
pub fn read_labels(parent: &Element) -> Label {
    let mut label = Label::default();
    for child in parent.elements() {
        let text = child.attribute("description");
        let language = child.attribute("languagecode").and_then(|code| code.parse().ok());
        if let (Some(text), Some(language)) = (text, language)
            && !text.is_empty()
        {
            label.set(language, text);
        }
    }
    label
}

/// Takes over the labels of a child element, where it is there.
pub(crate) fn apply_labels(label: &mut Label, element: &Element, child: &str) {
    if let Some(parent) = element.child(child) {
        for (language, text) in read_labels(parent).0 {
            label.set(language, text);
        }
    }
}

/// Writes a label as `parent` with one `child` for each language.
pub fn write_labels(label: &Label, parent: &str, child: &str) -> Element {
    let entries = label.0.iter().map(|(language, text)| {
        Element::new(child).with("description", text).with("languagecode", language.to_string())
    });
    Element::new(parent).children_with(entries)
}
