//! Whether two trees say the same.

use super::{Element, Node};

impl Element {
    /// The two say the same: layout, comments and the order of attributes aside.
    pub fn says_same(&self, other: &Element) -> bool {
        difference(self, other).is_none()
    }
}

/// The first place where two trees differ, or none where they say the same. Layout, comments, the
/// order of attributes and the form of text (CDATA or not) aside.
pub fn difference(left: &Element, right: &Element) -> Option<String> {
    if left.name != right.name {
        return Some(format!("<{}> against <{}>", left.name, right.name));
    }
    let inside = attributes(left, right).or_else(|| children(left, right))?;
    Some(format!("{}/{inside}", left.name))
}

fn attributes(left: &Element, right: &Element) -> Option<String> {
    for (name, value) in &left.attributes {
        match right.attribute(name) {
            None => return Some(format!("@{name} is only left")),
            Some(other) if other != value => {
                return Some(format!("@{name}: {value:?} against {other:?}"));
            }
            Some(_) => {}
        }
    }
    let extra = right.attributes.iter().find(|(name, _)| left.attribute(name).is_none())?;
    Some(format!("@{} is only right", extra.0))
}

fn children(left: &Element, right: &Element) -> Option<String> {
    let (mut lefts, mut rights) = (parts(left), parts(right));
    for at in 0.. {
        match (lefts.next(), rights.next()) {
            (None, None) => break,
            (Some(one), None) => return Some(format!("[{at}] {} is only left", one.show())),
            (None, Some(one)) => return Some(format!("[{at}] {} is only right", one.show())),
            (Some(Part::Element(l)), Some(Part::Element(r))) => {
                if let Some(inside) = difference(l, r) {
                    return Some(format!("[{at}]{inside}"));
                }
            }
            (Some(Part::Text(l)), Some(Part::Text(r))) if l == r => {}
            (Some(l), Some(r)) => {
                return Some(format!("[{at}] {} against {}", l.show(), r.show()));
            }
        }
    }
    None
}

/// What counts inside an element: child elements, and the text between two of them as one.
enum Part<'a> {
    Element(&'a Element),
    Text(String),
}

impl Part<'_> {
    fn show(&self) -> String {
        match self {
            Part::Element(element) => format!("<{}>", element.name),
            Part::Text(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
        }
    }
}

fn parts(element: &Element) -> impl Iterator<Item = Part<'_>> {
    let has_elements = element.elements().next().is_some();
    let mut parts: Vec<Part<'_>> = Vec::new();
    for node in &element.children {
        match node {
            Node::Element(child) => parts.push(Part::Element(child)),
            Node::Text(text) | Node::CData(text) => match parts.last_mut() {
                Some(Part::Text(before)) => before.push_str(text),
                _ => parts.push(Part::Text(text.clone())),
            },
            Node::Comment(_) | Node::Instruction(_) => {}
        }
    }
    parts.into_iter().filter(move |part| match part {
        Part::Element(_) => true,
        Part::Text(text) if has_elements => !text.trim().is_empty(),
        Part::Text(text) => !text.is_empty(),
    })
}
