//! XML as solution packages carry it: a tree that keeps everything.
//!
//! Names are kept as written, with their prefixes. What is kept is the infoset: elements,
//! attributes in their order, text, CDATA, comments and processing instructions; not which quotes
//! or which form of a reference was used. There are no external entities and no `DOCTYPE`.
//!
//! ```
//! use package::xml::Element;
//!
//! let mut role = Element::parse(br#"<Role name="Planner"><IsCustomizable>1</IsCustomizable></Role>"#)?;
//! assert_eq!(role.attribute("name"), Some("Planner"));
//! role.set_child_text("IsCustomizable", "0");
//! assert_eq!(role.to_string(), r#"<Role name="Planner"><IsCustomizable>0</IsCustomizable></Role>"#);
//! # Ok::<(), package::PackageError>(())
//! ```

mod compare;
mod element;
mod parse;
mod write;

pub use compare::difference;

/// A whole XML file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The file begins with a byte order mark.
    pub has_bom: bool,
    /// The inside of `<?xml …?>`, such as `version="1.0" encoding="utf-8"`, where there is one.
    pub declaration: Option<String>,
    /// Comments and processing instructions before the root.
    pub before: Vec<Node>,
    /// The root element.
    pub root: Element,
    /// Comments and processing instructions after the root.
    pub after: Vec<Node>,
}

/// An element with all that is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The name as written, with its prefix.
    pub name: String,
    /// Attributes in their order, namespace declarations too.
    pub attributes: Vec<(String, String)>,
    /// What is between the tags.
    pub children: Vec<Node>,
}

/// One thing inside an element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, with references resolved.
    Text(String),
    /// The inside of `<![CDATA[…]]>`.
    CData(String),
    /// The inside of `<!--…-->`.
    Comment(String),
    /// The inside of `<?…?>`.
    Instruction(String),
}

/// The declaration that the pack tool writes.
pub const DECLARATION: &str = r#"version="1.0" encoding="utf-8""#;

impl Document {
    /// A file with only a root: no byte order mark, no declaration.
    pub fn new(root: Element) -> Self {
        Self { has_bom: false, declaration: None, before: Vec::new(), root, after: Vec::new() }
    }

    /// The same file with `<?xml version="1.0" encoding="utf-8"?>`.
    #[must_use]
    pub fn with_declaration(mut self) -> Self {
        self.declaration = Some(DECLARATION.to_owned());
        self
    }
}
