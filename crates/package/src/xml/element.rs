//! Finding, changing and building elements.

use std::borrow::Cow;
use std::iter;

use super::{Element, Node};

/// Building.
impl Element {
    /// An empty element.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// An element with only text.
    pub fn with_text(name: impl Into<String>, text: impl Into<String>) -> Self {
        let text = text.into();
        let children = if text.is_empty() { Vec::new() } else { vec![Node::Text(text)] };
        Self { name: name.into(), attributes: Vec::new(), children }
    }

    /// The same element with an attribute more (or another value for it).
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.set_attribute(name, value);
        self
    }

    /// The same element with a child more.
    #[must_use]
    pub fn child_with(mut self, child: Element) -> Self {
        self.push(child);
        self
    }

    /// The same element with a child more that holds only text.
    #[must_use]
    pub fn text_with(self, name: &str, text: impl Into<String>) -> Self {
        self.child_with(Element::with_text(name, text))
    }

    /// The same element with more children.
    #[must_use]
    pub fn children_with(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.children.extend(children.into_iter().map(Node::Element));
        self
    }

    /// Adds a child at the end.
    pub fn push(&mut self, child: Element) {
        self.children.push(Node::Element(child));
    }
}

/// Finding.
impl Element {
    /// The child elements.
    pub fn elements(&self) -> impl DoubleEndedIterator<Item = &Element> {
        self.children.iter().filter_map(Node::as_element)
    }

    /// The child elements, to change.
    pub fn elements_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Element> {
        self.children.iter_mut().filter_map(Node::as_element_mut)
    }

    /// The first child element with this name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|e| e.name == name)
    }

    /// The first child element with this name, to change.
    pub fn child_mut(&mut self, name: &str) -> Option<&mut Element> {
        self.elements_mut().find(|e| e.name == name)
    }

    /// The first child element with this name, made at the end where there is none.
    pub fn child_or_new(&mut self, name: &str) -> &mut Element {
        let at = self
            .children
            .iter()
            .position(|n| n.as_element().is_some_and(|e| e.name == name))
            .unwrap_or_else(|| {
                self.push(Element::new(name));
                self.children.len() - 1
            });
        match &mut self.children[at] {
            Node::Element(element) => element,
            _ => unreachable!("the position is that of an element"),
        }
    }

    /// The child elements with this name.
    pub fn children_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.elements().filter(move |e| e.name == name)
    }

    /// The element at a path of names, such as `EntityInfo/entity/attributes`.
    pub fn find(&self, path: &str) -> Option<&Element> {
        path.split('/').try_fold(self, |element, name| element.child(name))
    }

    /// The element at a path of names, to change.
    pub fn find_mut(&mut self, path: &str) -> Option<&mut Element> {
        path.split('/').try_fold(self, |element, name| element.child_mut(name))
    }

    /// This element and all elements below it, in document order.
    pub fn descendants(&self) -> impl Iterator<Item = &Element> {
        let mut rest = vec![self];
        iter::from_fn(move || {
            let next = rest.pop()?;
            rest.extend(next.elements().rev());
            Some(next)
        })
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The text directly inside, CDATA included.
    pub fn text(&self) -> Cow<'_, str> {
        let mut parts = self.children.iter().filter_map(|node| match node {
            Node::Text(text) | Node::CData(text) => Some(text.as_str()),
            _ => None,
        });
        match (parts.next(), parts.next()) {
            (None, _) => Cow::Borrowed(""),
            (Some(only), None) => Cow::Borrowed(only),
            (Some(first), Some(second)) => {
                Cow::Owned([first, second].into_iter().chain(parts).collect())
            }
        }
    }

    /// The text of the first child element with this name; none where there is no such child.
    pub fn child_text(&self, name: &str) -> Option<Cow<'_, str>> {
        self.child(name).map(Element::text)
    }

    /// Nothing is inside but layout.
    pub fn is_empty(&self) -> bool {
        self.children.iter().all(Node::is_layout)
    }
}

/// Changing.
impl Element {
    /// Sets an attribute, in its place where it is there, else at the end.
    pub fn set_attribute(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.attributes.iter_mut().find(|(n, _)| n == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name.to_owned(), value)),
        }
    }

    /// Takes an attribute away and gives its value.
    pub fn remove_attribute(&mut self, name: &str) -> Option<String> {
        let at = self.attributes.iter().position(|(n, _)| n == name)?;
        Some(self.attributes.remove(at).1)
    }

    /// Replaces all that is inside by text.
    pub fn set_text(&mut self, text: impl Into<String>) {
        let text = text.into();
        self.children.clear();
        if !text.is_empty() {
            self.children.push(Node::Text(text));
        }
    }

    /// Sets the text of the first child with this name, made at the end where there is none.
    pub fn set_child_text(&mut self, name: &str, text: impl Into<String>) {
        self.child_or_new(name).set_text(text);
    }

    /// Takes the first child with this name away and gives it.
    pub fn remove_child(&mut self, name: &str) -> Option<Element> {
        let at =
            self.children.iter().position(|n| n.as_element().is_some_and(|e| e.name == name))?;
        match self.children.remove(at) {
            Node::Element(element) => Some(element),
            _ => None,
        }
    }

    /// Takes all child elements out and gives them; other nodes go.
    pub fn take_elements(&mut self) -> Vec<Element> {
        let children = std::mem::take(&mut self.children);
        children
            .into_iter()
            .filter_map(|node| match node {
                Node::Element(element) => Some(element),
                _ => None,
            })
            .collect()
    }

    /// Removes white space that only lays the file out: text without a visible character beside
    /// child elements. In an element without child elements it is kept, for it may be a value.
    pub fn strip_layout(&mut self) {
        if self.elements().next().is_some() {
            self.children.retain(|node| !node.is_layout());
        }
        self.elements_mut().for_each(Element::strip_layout);
    }

    /// The same element without layout.
    #[must_use]
    pub fn stripped(&self) -> Self {
        let mut element = self.clone();
        element.strip_layout();
        element
    }
}

impl Node {
    /// The element, where it is one.
    pub fn as_element(&self) -> Option<&Element> {
        match self {
            Node::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The element, where it is one, to change.
    pub fn as_element_mut(&mut self) -> Option<&mut Element> {
        match self {
            Node::Element(element) => Some(element),
            _ => None,
        }
    }

    /// It is text without a visible character.
    pub fn is_layout(&self) -> bool {
        matches!(self, Node::Text(text) if text.chars().all(is_space))
    }
}

/// White space as XML has it.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

impl From<Element> for Node {
    fn from(element: Element) -> Self {
        Node::Element(element)
    }
}
