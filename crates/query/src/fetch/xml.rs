//! XML → a small tree, as far as FetchXML and paging cookies need one: names in lower case, no
//! document type, no namespaces.

use base::limits::{FETCH_XML_BYTES_MAX, NESTING_MAX};
use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::{ParseError, Result};

/// The protocol's code for XML that is none.
const INVALID_XML: &str = "0x80040201";

/// An element with all that is in it.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// In lower case.
    pub name: String,
    /// Names in lower case.
    pub attributes: Vec<(String, String)>,
    pub children: Vec<Element>,
    /// The text directly in it.
    pub text: String,
    /// Where it begins, as a byte offset.
    pub at: usize,
}

impl Element {
    /// The attribute `name`, without space around it; `None` also when it is empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.raw(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// The attribute `name`, as it is.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Reads `text` and gives its root.
pub(super) fn read(text: &str) -> Result<Element> {
    if text.len() > FETCH_XML_BYTES_MAX {
        return Err(invalid(format!("It is longer than {FETCH_XML_BYTES_MAX} bytes")));
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    let mut parser = Parser { reader: Reader::from_str(text), open: Vec::new(), root: None };
    let config = parser.reader.config_mut();
    config.check_end_names = true;
    config.allow_dangling_amp = false;
    parser.document().map_err(|error| error.with_position(parser.position(), text))
}

struct Parser<'a> {
    reader: Reader<&'a [u8]>,
    /// Elements whose end has not come, outermost first.
    open: Vec<Element>,
    root: Option<Element>,
}

impl Parser<'_> {
    fn document(&mut self) -> Result<Element> {
        loop {
            let at = offset(self.reader.buffer_position());
            match self.reader.read_event().map_err(invalid)? {
                Event::Start(tag) => self.start(&tag, at)?,
                Event::Empty(tag) => {
                    self.start(&tag, at)?;
                    self.end()?;
                }
                Event::End(_) => self.end()?,
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::CData(text) => self.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => self.text(&resolve(&reference)?)?,
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
                Event::DocType(_) => return Err(invalid("A DOCTYPE is not allowed")),
                Event::Eof => break,
            }
        }
        if let Some(element) = self.open.last() {
            return Err(invalid(format!("The end of the element '{}' is missing", element.name)));
        }
        self.root.take().ok_or_else(|| invalid("Root element is missing"))
    }

    fn start(&mut self, tag: &BytesStart<'_>, at: usize) -> Result<()> {
        if self.open.is_empty() && self.root.is_some() {
            return Err(invalid("There are multiple root elements"));
        }
        if self.open.len() >= NESTING_MAX {
            return Err(invalid(format!("Elements are nested deeper than {NESTING_MAX}")));
        }
        let name = tag.name().as_ref().to_ascii_lowercase();
        self.open.push(Element { name, attributes: attributes(tag)?, at, ..Element::default() });
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let element = self.open.pop().ok_or_else(|| invalid("There is an end without a start"))?;
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<()> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(invalid("There is text outside of the root element")),
        }
        Ok(())
    }

    fn position(&self) -> usize {
        match self.reader.error_position() {
            0 => offset(self.reader.buffer_position()),
            position => offset(position),
        }
    }
}

fn attributes(tag: &BytesStart<'_>) -> Result<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    for attribute in tag.attributes().with_checks(false) {
        let attribute = attribute.map_err(invalid)?;
        let name = attribute.key.as_ref().to_ascii_lowercase();
        if found.iter().any(|(known, _)| *known == name) {
            return Err(invalid(format!("'{name}' is a duplicate attribute name")));
        }
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(invalid)?;
        found.push((name, value.into_owned()));
    }
    Ok(found)
}

fn resolve(reference: &BytesRef<'_>) -> Result<String> {
    let unknown = || invalid(format!("The entity '&{};' is not known", &**reference));
    match reference.resolve_char_ref() {
        Ok(Some(c)) => Ok(c.to_string()),
        Ok(None) => resolve_predefined_entity(reference).map(str::to_owned).ok_or_else(unknown),
        Err(_) => Err(unknown()),
    }
}

fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

fn invalid(what: impl std::fmt::Display) -> ParseError {
    ParseError::new(format!("Invalid XML. {what}.")).with_code(INVALID_XML)
}
