//! `[Content_Types].xml`: one type for each extension of the package.

use std::collections::BTreeSet;

use crate::xml::{Document, Element};

const NAMESPACE: &str = "http://schemas.openxmlformats.org/package/2006/content-types";
const OCTET_STREAM: &str = "application/octet-stream";

/// The list for files at these paths. Files without an extension are listed one by one.
pub(crate) fn of<'a>(paths: impl Iterator<Item = &'a str>) -> Document {
    let mut extensions = vec!["xml".to_owned()];
    let mut others = BTreeSet::new();
    for path in paths {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.') {
            Some((_, extension)) => {
                if !extensions.iter().any(|e| e == extension) {
                    extensions.push(extension.to_owned());
                }
            }
            None => {
                others.insert(format!("/{path}"));
            }
        }
    }
    let default = |extension: String| {
        Element::new("Default").with("Extension", extension).with("ContentType", OCTET_STREAM)
    };
    let one = |path: String| {
        Element::new("Override").with("PartName", path).with("ContentType", OCTET_STREAM)
    };
    let root = Element::new("Types")
        .with("xmlns", NAMESPACE)
        .children_with(extensions.into_iter().map(default))
        .children_with(others.into_iter().map(one));
    let mut document = Document::new(root).with_declaration();
    document.has_bom = true;
    document
}
