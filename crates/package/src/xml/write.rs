//! Tree → text. The same tree always gives the same text.

use std::fmt;

use super::{Document, Element, Node};

/// Two spaces for each level, as the service lays its files out.
const INDENT: &str = "  ";

impl Document {
    /// The file as it is: the tree has its own layout.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.write(None)
    }

    /// The file with a line for each element. Layout that the tree has goes.
    pub fn to_indented_bytes(&self) -> Vec<u8> {
        self.write(Some("\n"))
    }

    fn write(&self, line: Option<&str>) -> Vec<u8> {
        let mut out = String::new();
        if self.has_bom {
            out.push('\u{feff}');
        }
        if let Some(declaration) = &self.declaration {
            out.push_str("<?xml ");
            out.push_str(declaration);
            out.push_str("?>");
            out.push_str(line.unwrap_or_default());
        }
        for node in &self.before {
            write_node(node, None, &mut out);
            out.push_str(line.unwrap_or_default());
        }
        write_element(&self.root, line.map(|_| 0), &mut out);
        for node in &self.after {
            out.push_str(line.unwrap_or_default());
            write_node(node, None, &mut out);
        }
        out.into_bytes()
    }
}

impl Element {
    /// The element with a line for each element in it. Layout that the tree has goes.
    pub fn to_indented(&self) -> String {
        let mut out = String::new();
        write_element(self, Some(0), &mut out);
        out
    }
}

/// The element as it is: the tree has its own layout.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        write_element(self, None, &mut out);
        f.write_str(&out)
    }
}

/// With a `level`, children that are not mixed with text are laid out below it.
fn write_element(element: &Element, level: Option<usize>, out: &mut String) {
    out.push('<');
    out.push_str(&element.name);
    for (name, value) in &element.attributes {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape(value, true, out);
        out.push('"');
    }
    if element.children.is_empty() {
        out.push_str(" />");
        return;
    }
    out.push('>');
    let level = level.filter(|_| can_be_laid_out(element));
    for node in &element.children {
        if let Some(level) = level {
            if node.is_layout() {
                continue;
            }
            new_line(level + 1, out);
        }
        write_node(node, level.map(|level| level + 1), out);
    }
    if let Some(level) = level {
        new_line(level, out);
    }
    out.push_str("</");
    out.push_str(&element.name);
    out.push('>');
}

/// White space may be added where there are elements and no text.
fn can_be_laid_out(element: &Element) -> bool {
    element.elements().next().is_some()
        && element.children.iter().all(|node| match node {
            Node::Text(_) => node.is_layout(),
            Node::CData(_) => false,
            _ => true,
        })
}

fn new_line(level: usize, out: &mut String) {
    out.push('\n');
    for _ in 0..level {
        out.push_str(INDENT);
    }
}

fn write_node(node: &Node, level: Option<usize>, out: &mut String) {
    match node {
        Node::Element(element) => write_element(element, level, out),
        Node::Text(text) => escape(text, false, out),
        Node::CData(text) => {
            out.push_str("<![CDATA[");
            out.push_str(&text.replace("]]>", "]]]]><![CDATA[>"));
            out.push_str("]]>");
        }
        Node::Comment(text) => write_comment(text, out),
        Node::Instruction(text) => {
            out.push_str("<?");
            out.push_str(&text.replace("?>", "? >"));
            out.push_str("?>");
        }
    }
}

/// A comment cannot hold `--` nor end in `-`; a space goes between.
fn write_comment(text: &str, out: &mut String) {
    out.push_str("<!--");
    let mut last = ' ';
    for c in text.chars() {
        if c == '-' && last == '-' {
            out.push(' ');
        }
        out.push(c);
        last = c;
    }
    if last == '-' {
        out.push(' ');
    }
    out.push_str("-->");
}

/// Writes what a reader would otherwise change (line ends, and in attributes tabs too) and other
/// control characters as references. NUL, which XML cannot carry at all, becomes U+FFFD.
fn escape(text: &str, in_attribute: bool, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' if in_attribute => out.push_str("&quot;"),
            '\n' if !in_attribute => out.push(c),
            '\t' if !in_attribute => out.push(c),
            '\0' => out.push('\u{fffd}'),
            c if c.is_ascii_control() => {
                out.push_str(&format!("&#x{:X};", u32::from(c)));
            }
            c => out.push(c),
        }
    }
}
