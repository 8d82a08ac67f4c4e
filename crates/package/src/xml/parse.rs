//! Bytes → tree.

use std::collections::HashSet;

use base::limits;
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use super::element::is_space;
use super::{Document, Element, Node};
use crate::error::{PackageError, Result};

/// Where this many attributes are passed, looking for a repeated one goes through a set.
const FEW_ATTRIBUTES: usize = 16;

impl Document {
    /// Reads a file. Faults name line, column and the path of elements.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let has_bom = bytes.starts_with(b"\xef\xbb\xbf");
        let bytes = if has_bom { &bytes[3..] } else { bytes };
        let text = utf8(bytes)?;
        let mut parser = Parser::new(text);
        match parser.document() {
            Ok(document) => Ok(Document { has_bom, ..document }),
            Err(error) => Err(error.at(parser.place())),
        }
    }
}

impl Element {
    /// Reads a file and gives its root; what else is in the file is left out.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        Ok(Document::parse(bytes)?.root)
    }
}

fn utf8(bytes: &[u8]) -> Result<&str> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Err(PackageError::xml("The XML is in UTF-16").remedy("Save it as UTF-8."));
    }
    std::str::from_utf8(bytes).map_err(|e| {
        PackageError::xml("The XML is not valid UTF-8")
            .at(format!("byte {}", e.valid_up_to() + 1))
            .remedy("Save it as UTF-8.")
    })
}

struct Parser<'a> {
    text: &'a str,
    reader: Reader<&'a [u8]>,
    /// Elements whose end has not come, outermost first.
    open: Vec<Element>,
    root: Option<Element>,
    document: Document,
    nodes: usize,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_comments = true;
        config.check_end_names = true;
        config.allow_dangling_amp = false;
        let document = Document::new(Element::default());
        Self { text, reader, open: Vec::new(), root: None, document, nodes: 0 }
    }

    fn document(&mut self) -> Result<Document> {
        loop {
            let at_start = self.reader.buffer_position() == 0;
            let event = self.reader.read_event().map_err(|e| PackageError::xml(sentence(&e)))?;
            match event {
                Event::Start(tag) => self.start(&tag)?,
                Event::Empty(tag) => {
                    self.start(&tag)?;
                    self.end()?;
                }
                Event::End(_) => self.end()?,
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => self.text(&resolve(&reference)?)?,
                Event::CData(text) => self.cdata(text.xml10_content().into_owned())?,
                Event::Comment(text) => self.node(Node::Comment(text.xml10_content().into()))?,
                Event::PI(text) => self.node(Node::Instruction(text.to_string()))?,
                Event::Decl(text) => self.declaration(&text, at_start)?,
                Event::DocType(_) => {
                    return Err(PackageError::xml("A DOCTYPE is not allowed")
                        .remedy("Remove it; its entities must be written out."));
                }
                Event::Eof => break,
            }
        }
        self.finish()
    }

    fn finish(&mut self) -> Result<Document> {
        if let Some(element) = self.open.last() {
            let what = format!("The file ends before </{}>; it is cut off", element.name);
            return Err(PackageError::xml(what));
        }
        let Some(root) = self.root.take() else {
            return Err(PackageError::xml("There is no root element"));
        };
        let document = std::mem::replace(&mut self.document, Document::new(Element::default()));
        Ok(Document { root, ..document })
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<()> {
        if self.open.is_empty() && self.root.is_some() {
            return Err(PackageError::xml("There is a second root element"));
        }
        if self.open.len() >= limits::XML_DEPTH_MAX {
            let what = format!("Elements are nested deeper than {}", limits::XML_DEPTH_MAX);
            return Err(PackageError::limit(what));
        }
        self.count()?;
        let name = check_name(tag.name().as_ref())?.to_owned();
        let attributes = self.attributes(tag)?;
        self.open.push(Element { name, attributes, children: Vec::new() });
        Ok(())
    }

    fn attributes(&mut self, tag: &BytesStart<'_>) -> Result<Vec<(String, String)>> {
        let mut found: Vec<(String, String)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|e| PackageError::xml(sentence(&e)))?;
            self.count()?;
            let name = check_name(attribute.key.as_ref())?.to_owned();
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|e| PackageError::xml(format!("Attribute {name}: {e}")))?;
            check_text(&value)?;
            if is_repeated(&found, &mut seen, &name) {
                return Err(PackageError::xml(format!("Attribute {name} is there twice")));
            }
            found.push((name, value.into_owned()));
        }
        Ok(found)
    }

    fn end(&mut self) -> Result<()> {
        let element =
            self.open.pop().ok_or_else(|| PackageError::xml("There is an end without a start"))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(element)),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<()> {
        check_text(text)?;
        let Some(parent) = self.open.last_mut() else {
            return if text.chars().all(is_space) {
                Ok(())
            } else {
                Err(PackageError::xml("There is text outside the root element"))
            };
        };
        if let Some(Node::Text(before)) = parent.children.last_mut() {
            before.push_str(text);
            return Ok(());
        }
        if text.is_empty() {
            return Ok(());
        }
        self.node(Node::Text(text.to_owned()))
    }

    fn cdata(&mut self, text: String) -> Result<()> {
        check_text(&text)?;
        if self.open.is_empty() {
            return Err(PackageError::xml("There is text outside the root element"));
        }
        self.node(Node::CData(text))
    }

    fn node(&mut self, node: Node) -> Result<()> {
        self.count()?;
        let siblings = match (self.open.last_mut(), &self.root) {
            (Some(parent), _) => &mut parent.children,
            (None, None) => &mut self.document.before,
            (None, Some(_)) => &mut self.document.after,
        };
        siblings.push(node);
        Ok(())
    }

    fn declaration(&mut self, text: &str, at_start: bool) -> Result<()> {
        if !at_start {
            return Err(PackageError::xml("<?xml …?> is not at the beginning of the file"));
        }
        let inside = text.strip_prefix("xml").unwrap_or(text).trim_matches(is_space);
        if !inside.starts_with("version") {
            return Err(PackageError::xml("<?xml …?> does not begin with its version"));
        }
        let lower = inside.to_ascii_lowercase();
        let other = lower.split("encoding").nth(1).is_some_and(|rest| {
            let name = rest.trim_matches(|c| is_space(c) || c == '=');
            !["utf-8", "utf8", "us-ascii"].iter().any(|known| {
                name.strip_prefix(['"', '\'']).is_some_and(|name| name.starts_with(known))
            })
        });
        if other {
            return Err(
                PackageError::xml("The XML is not declared as UTF-8").remedy("Save it as UTF-8.")
            );
        }
        self.document.declaration = Some(inside.to_owned());
        Ok(())
    }

    fn count(&mut self) -> Result<()> {
        self.nodes += 1;
        if self.nodes > limits::XML_NODES_MAX {
            let what = format!("There are more than {} elements", limits::XML_NODES_MAX);
            return Err(PackageError::limit(what));
        }
        Ok(())
    }

    /// Line, column and path of what was being read.
    fn place(&self) -> String {
        let position = match self.reader.error_position() {
            0 => self.reader.buffer_position(),
            position => position,
        };
        let end = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        let before = &self.text.as_bytes()[..end];
        let line = 1 + before.iter().filter(|&&b| b == b'\n').count();
        let column = 1 + before.iter().rev().take_while(|&&b| b != b'\n').count();
        let place = format!("line {line}, column {column}");
        if self.open.is_empty() {
            return place;
        }
        let path: Vec<&str> = self.open.iter().map(|e| e.name.as_str()).collect();
        format!("{place}, in {}", path.join("/"))
    }
}

fn is_repeated(found: &[(String, String)], seen: &mut HashSet<String>, name: &str) -> bool {
    if found.len() < FEW_ATTRIBUTES {
        return found.iter().any(|(n, _)| n == name);
    }
    if seen.is_empty() {
        seen.extend(found.iter().map(|(n, _)| n.clone()));
    }
    !seen.insert(name.to_owned())
}

fn resolve(reference: &BytesRef<'_>) -> Result<String> {
    let unknown = || PackageError::xml(format!("&{}; is not known", &**reference));
    match reference.resolve_char_ref() {
        Ok(Some(c)) => Ok(c.to_string()),
        Ok(None) => resolve_predefined_entity(reference).map(str::to_owned).ok_or_else(unknown),
        Err(_) => Err(unknown()),
    }
}

/// Refuses names that could not be written again.
fn check_name(name: &str) -> Result<&str> {
    let is_start = |c: char| c.is_ascii_alphabetic() || c == '_' || c == ':' || !c.is_ascii();
    let is_more = |c: char| is_start(c) || c.is_ascii_digit() || c == '-' || c == '.';
    if name.starts_with(is_start) && name.chars().all(is_more) {
        return Ok(name);
    }
    let short: String = name.chars().take(40).collect();
    Err(PackageError::xml(format!("{short:?} is not a name")))
}

/// Refuses the one character that no form of XML can carry.
fn check_text(text: &str) -> Result<()> {
    if text.contains('\0') {
        return Err(PackageError::xml("There is a NUL character"));
    }
    Ok(())
}

/// The parser's text as a sentence without its full stop.
fn sentence(error: &dyn std::error::Error) -> String {
    format!("The XML cannot be read: {error}")
}
