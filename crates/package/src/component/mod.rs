//! A package as a list of components, each with its own definition and files.
//!
//! A table comes apart: the table itself ([`ComponentKind::Table`], its `Entity` element with the
//! parts taken out) and its columns, keys, forms, views, charts and ribbon, each a component with
//! the table as its parent. Rows of solution-aware tables ([`ComponentKind::Row`]) come from
//! folders. What is in a package and not known here is a component too
//! ([`ComponentKind::Unknown`], [`ComponentKind::File`]), so nothing is lost silently.

mod build;
mod kind;
mod read;
mod table;

use bytes::Bytes;
use uuid::Uuid;

pub use kind::ComponentKind;
pub(crate) use kind::place_of;
use kind::{NESTED, Place, SECTIONS};
pub(crate) use table::join;

use crate::xml::Element;

/// One component of a solution: what it is, its definition and its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// What it is.
    pub kind: ComponentKind,
    /// What names it among those of its kind and parent: an id in lower case without braces, or
    /// a name as written. For a row: its folder, such as `customapis/fh_Approve`.
    pub key: String,
    /// The key of the component it is a part of: the name of the table for a column, the folder of
    /// the parent row for a nested row.
    pub parent: Option<String>,
    /// Where it is filed within its section: the type of a form (`main`), `Assets` for an
    /// association set with a file of its own, the path of the section for what is unknown.
    pub group: Option<String>,
    /// The definition as the package carries it, without layout.
    pub element: Element,
    /// Its files, such as the JSON of a flow, under their paths in the package.
    pub files: Vec<File>,
}

/// A file of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// The path in the package, with forward slashes and none at the beginning.
    pub path: String,
    /// What is in it.
    pub bytes: Bytes,
}

impl File {
    /// A file at a path.
    pub fn new(path: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }
}

impl Component {
    /// A component of a section of customizations.xml; the key is read from the element. None
    /// where the element lacks what names it.
    pub fn new(kind: ComponentKind, element: Element) -> Option<Self> {
        let key = kind.key_of(&element)?;
        Some(Self { kind, key, parent: None, group: None, element, files: Vec::new() })
    }

    /// A row of a solution-aware table: `folder` is the plural name and the key, such as
    /// `customapis/fh_Approve`; for a nested row the folder of the parent comes before.
    pub fn row(folder: &str, element: Element) -> Self {
        let kind = read::row_kind(&element);
        let key = match kind {
            ComponentKind::EnvironmentVariable => {
                element.attribute("schemaname").unwrap_or_default().to_owned()
            }
            _ => folder.to_owned(),
        };
        let parent = read::parent_folder(folder);
        Self { kind, key, parent, group: None, element, files: Vec::new() }
    }

    /// The same component as a part of another.
    #[must_use]
    pub fn within(mut self, parent: impl Into<String>) -> Self {
        self.parent = Some(parent.into());
        self
    }

    /// The same component in a group: for a form its type, such as `main`.
    #[must_use]
    pub fn in_group(mut self, group: impl Into<String>) -> Self {
        self.group = Some(group.into());
        self
    }

    /// The same component with one more file.
    #[must_use]
    pub fn with_file(mut self, path: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        self.files.push(File::new(path, bytes));
        self
    }

    /// The number of the component type, where it is the same in every environment.
    pub fn type_code(&self) -> Option<i32> {
        self.kind.type_code()
    }

    /// The id that the package gives it, where its kind is known by an id.
    pub fn id(&self) -> Option<Uuid> {
        self.kind.id_of(&self.element)
    }

    /// The logical name of the table whose row it is, for rows.
    pub fn row_table(&self) -> Option<&str> {
        let is_row = self.kind == ComponentKind::Row || self.folder().is_some();
        is_row.then_some(self.element.name.as_str())
    }

    /// The folder of a row in the package.
    pub fn folder(&self) -> Option<String> {
        match self.kind {
            ComponentKind::Row => Some(self.key.clone()),
            ComponentKind::EnvironmentVariable
                if self.element.name == "environmentvariabledefinition" =>
            {
                Some(format!("environmentvariabledefinitions/{}", self.key))
            }
            _ => None,
        }
    }

    /// The package says only that it is needed: `unmodified="1"`. It makes no layer.
    pub fn is_unmodified(&self) -> bool {
        let element = match self.kind {
            ComponentKind::Table => self.element.find("EntityInfo/entity").unwrap_or(&self.element),
            _ => &self.element,
        };
        element.attribute("unmodified") == Some("1")
    }

    /// The file that the text of a child element names, such as `JsonFileName`.
    pub fn file(&self, child: &str) -> Option<&File> {
        let path = self.element.child_text(child)?;
        let path = path.trim().trim_start_matches('/');
        self.files.iter().find(|file| file.path.eq_ignore_ascii_case(path))
    }

    /// The first file whose name (after the last slash) is this one.
    pub fn file_named(&self, name: &str) -> Option<&File> {
        self.files
            .iter()
            .find(|f| f.path.rsplit('/').next().is_some_and(|n| n.eq_ignore_ascii_case(name)))
    }
}
