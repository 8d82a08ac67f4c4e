//! Tree → text. The same tree always gives the same text.

use std::fmt;

use super::{Document, Element, Node};

/// Two spaces for each level, as the service lays its files out.
const INDENT: &str = "  ";

impl Document {
    /// The file as it is: the tree has its own layout.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        if self.has_bom {
            out.push('\u{feff}');
        }
        if let Some(declaration) = &self.declaration {
            out.push_str("<?xml ");
            out.push_str(declaration);
            out.push_str("?>\n");
        }
        for node in &self.before {
            write_node(node, &mut out);
            out.push('\n');
        }
        write_element(&self.root, &mut out);
        for node in &self.after {
            out.push('\n');
            write_node(node, &mut out);
        }
        out.into_bytes()
    }
}

impl Element {
    /// The element with a line for each element in it. Layout that the tree has goes.
    pub fn to_indented(&self) -> String {
        let mut element = self.clone();
        element.lay_out();
        element.to_string()
    }

    /// Gives each element in it a line of its own. Layout that the tree has goes.
    pub fn lay_out(&mut self) {
        self.strip_layout();
        lay_out(self, 0);
    }
}

/// Adds white space where there are elements and no text.
fn lay_out(element: &mut Element, level: usize) {
    let has_text = element.children.iter().any(|n| matches!(n, Node::Text(_) | Node::CData(_)));
    if has_text || element.elements().next().is_none() {
        return;
    }
    let line = |level: usize| Node::Text(format!("\n{}", INDENT.repeat(level)));
    let mut children = Vec::with_capacity(element.children.len() * 2 + 1);
    for mut node in std::mem::take(&mut element.children) {
        if let Node::Element(child) = &mut node {
            lay_out(child, level + 1);
        }
        children.push(line(level + 1));
        children.push(node);
    }
    children.push(line(level));
    element.children = children;
}

/// The element as it is: the tree has its own layout.
impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = String::new();
        write_element(self, &mut out);
        f.write_str(&out)
    }
}

fn write_element(element: &Element, out: &mut String) {
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
    element.children.iter().for_each(|node| write_node(node, out));
    out.push_str("</");
    out.push_str(&element.name);
    out.push('>');
}

fn write_node(node: &Node, out: &mut String) {
    match node {
        Node::Element(element) => write_element(element, out),
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
