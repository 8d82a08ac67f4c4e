//! A package: the three XML files that every one has, and all other files.

use std::collections::HashSet;

use crate::archive;
use crate::component::File;
use crate::content_types;
use crate::error::{PackageError, Result};
use crate::manifest::{Managed, Manifest};
use crate::xml::{Document, Element};

const SOLUTION: &str = "solution.xml";
const CUSTOMIZATIONS: &str = "customizations.xml";
const CONTENT_TYPES: &str = "[Content_Types].xml";

/// The folders of files that definitions name.
const FOLDERS: &[&str] = &[
    "CanvasApps",
    "Connector",
    "Controls",
    "Formulas",
    "PluginAssemblies",
    "Reports",
    "WebResources",
    "Workflows",
];

/// A solution package, with everything that is in the zip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// solution.xml.
    pub solution: Document,
    /// customizations.xml.
    pub customizations: Document,
    /// `[Content_Types].xml`.
    pub content_types: Document,
    /// All other files, in their order.
    pub files: Vec<File>,
}

impl Package {
    /// Reads a zip. `name` is what the person knows it by, for messages.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self> {
        let mut files = archive::read(bytes).map_err(|e| e.at(name))?;
        let solution = take(&mut files, SOLUTION, name)?;
        let customizations = take(&mut files, CUSTOMIZATIONS, name)?;
        let content_types = match take(&mut files, CONTENT_TYPES, name) {
            Ok(document) => document,
            Err(error) if error.code == crate::error::CODE_XML => return Err(error),
            Err(_) => content_types::of(files.iter().map(|f| f.path.as_str())),
        };
        let package = Self { solution, customizations, content_types, files };
        package.check(name)?;
        Ok(package)
    }

    fn check(&self, name: &str) -> Result<()> {
        let manifest = self.manifest().map_err(|e| e.at(name))?;
        if manifest.managed == Managed::Both {
            return Err(PackageError::file("The package is neither managed nor unmanaged")
                .at(format!("{name}, {SOLUTION}"))
                .remedy("Managed is 2 only in a source tree; pack it as one or the other."));
        }
        let root = &self.customizations.root;
        if root.name != "ImportExportXml" {
            return Err(PackageError::xml(format!("The root is <{}>", root.name))
                .at(format!("{name}, {CUSTOMIZATIONS}"))
                .remedy("customizations.xml begins with <ImportExportXml>."));
        }
        Ok(())
    }

    /// What solution.xml says, and the languages that customizations.xml lists.
    pub fn manifest(&self) -> Result<Manifest> {
        let mut manifest = Manifest::read(&self.solution.root).map_err(|e| e.at(SOLUTION))?;
        let list = self.customizations.root.child("Languages");
        let languages = list.into_iter().flat_map(Element::elements);
        manifest.languages = languages.filter_map(|e| e.text().trim().parse().ok()).collect();
        Ok(manifest)
    }

    /// The files that customizations.xml names and that are not there.
    pub fn missing_files(&self) -> Vec<String> {
        let is_there: HashSet<String> =
            self.files.iter().map(|file| file.path.to_ascii_lowercase()).collect();
        let mut missing = Vec::new();
        for element in self.customizations.root.descendants() {
            let text = element.text();
            let Some(path) = text.trim().strip_prefix('/') else { continue };
            let folder = path.split('/').next().unwrap_or_default();
            let is_file = FOLDERS.contains(&folder) && path.len() > folder.len() + 1;
            if is_file && !is_there.contains(&path.to_ascii_lowercase()) {
                missing.push(path.to_owned());
            }
        }
        missing
    }

    /// The file at a path; where none is written so, one that differs in case only.
    pub fn file(&self, path: &str) -> Option<&File> {
        let exact = self.files.iter().find(|file| file.path == path);
        exact.or_else(|| self.files.iter().find(|file| file.path.eq_ignore_ascii_case(path)))
    }

    /// The zip. The same package always gives the same bytes. Refused where two files
    /// have the same path.
    pub fn write(&self) -> Result<Vec<u8>> {
        let customizations = self.customizations.to_bytes();
        let solution = self.solution.to_bytes();
        let content_types = self.content_types.to_bytes();
        let files = self.files.iter().map(|file| (file.path.as_str(), &*file.bytes));
        let first = [(CUSTOMIZATIONS, &*customizations), (SOLUTION, &*solution)];
        archive::write(first.into_iter().chain(files).chain([(CONTENT_TYPES, &*content_types)]))
    }
}

/// Takes one of the files that every package has, whatever the case of its name.
fn take(files: &mut Vec<File>, path: &str, name: &str) -> Result<Document> {
    let is_it = |file: &File| file.path.eq_ignore_ascii_case(path);
    let at = files.iter().position(is_it).ok_or_else(|| {
        PackageError::file(format!("{name} is not a solution package: {path} is missing"))
            .remedy("A solution package is the .zip that an export or a pack made.")
    })?;
    let file = files.remove(at);
    if files.iter().any(is_it) {
        return Err(PackageError::file(format!("{path} is there twice")).at(name));
    }
    Document::parse(&file.bytes).map_err(|e| e.at(format!("{name}, {path}")))
}
