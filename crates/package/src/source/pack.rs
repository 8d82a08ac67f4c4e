//! Tree → package.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;

use super::layout::{self, ALL_IN_ONE, FileName, ONE_EACH, OneEach};
use super::{CUSTOMIZATIONS, MANAGED, RELATIONSHIPS, SOLUTION, Tree};
use crate::component::{Component, ComponentKind, File, join};
use crate::content_types;
use crate::error::{PackageError, Result};
use crate::manifest::{Managed, Manifest};
use crate::package::Package;
use crate::xml::{Document, Element};

/// The package of a tree, managed or not. Payloads that are named and not there are told by
/// [`Package::missing_files`].
pub fn pack(tree: &Tree, managed: bool) -> Result<Package> {
    let source = Source::new(tree, managed);
    let mut manifest = Manifest::read(&source.need(SOLUTION)?).map_err(|e| e.at(SOLUTION))?;
    if manifest.managed == Managed::Managed && !managed {
        return Err(PackageError::file("The source holds only the managed form")
            .at(SOLUTION)
            .remedy("Pack it as managed, or unpack the unmanaged solution."));
    }
    manifest.managed = if managed { Managed::Managed } else { Managed::Unmanaged };
    let mut root = source.need(CUSTOMIZATIONS)?.stripped();
    source.one_each(&mut root)?;
    source.all_in_one(&mut root)?;
    source.templates(&mut root)?;
    source.relationships(&mut root)?;
    source.tables(&mut root)?;
    let loose = Package {
        solution: Document::new(manifest.to_element()),
        customizations: Document::new(root),
        content_types: content_types::of(std::iter::empty()),
        files: source.payloads()?,
    };
    Package::build(&loose.manifest()?, loose.components()?)
}

struct Source<'a> {
    tree: &'a Tree,
    /// The paths in lower case, as they are looked for.
    paths: HashMap<String, &'a str>,
    managed: bool,
}

impl<'a> Source<'a> {
    fn new(tree: &'a Tree, managed: bool) -> Self {
        let paths = tree.keys().map(|path| (path.to_ascii_lowercase(), path.as_str())).collect();
        Self { tree, paths, managed }
    }

    fn need(&self, path: &str) -> Result<Element> {
        let found = self.paths.get(&path.to_ascii_lowercase());
        let found = found.ok_or_else(|| {
            PackageError::file(format!("The folder is not a solution source: {path} is missing"))
                .remedy("It is the folder that an unpack made, with Other/Solution.xml in it.")
        })?;
        self.parse(found)
    }

    /// The root of a file. The namespace that every such file declares goes: customizations.xml
    /// declares it once.
    fn parse(&self, path: &str) -> Result<Element> {
        let bytes = self.tree.get(path).map(Vec::as_slice).unwrap_or_default();
        let mut root = Element::parse(bytes).map_err(|e| e.at(path))?;
        root.strip_layout();
        if root.name != "ImportExportXml" {
            root.remove_attribute("xmlns:xsi");
        }
        Ok(root)
    }

    /// The XML files below a folder that are wanted: of two forms only the right one.
    fn below(&self, folder: &str) -> impl Iterator<Item = (&'a str, String)> {
        let start = format!("{}/", folder.to_ascii_lowercase());
        let paths = self.tree.keys().map(|path| (path.as_str(), path.to_ascii_lowercase()));
        paths
            .filter(move |(_, lower)| lower.starts_with(&start) && lower.ends_with(".xml"))
            .filter(|(_, lower)| self.is_wanted(lower))
    }

    fn is_wanted(&self, lower: &str) -> bool {
        let Some(plain) = lower.strip_suffix(&format!("{MANAGED}.xml")) else {
            let other = lower.strip_suffix(".xml").map(|stem| format!("{stem}{MANAGED}.xml"));
            let has_other = other.is_some_and(|other| self.paths.contains_key(&other));
            return !(self.managed && has_other && has_two_forms(lower));
        };
        self.managed || !has_two_forms(&format!("{plain}.xml"))
    }

    fn one_each(&self, root: &mut Element) -> Result<()> {
        for one in ONE_EACH {
            for (path, lower) in self.below(one.folder) {
                if is_definition(one, &lower) {
                    root.child_or_new(one.section).push(self.parse(path)?);
                }
            }
        }
        Ok(())
    }

    fn all_in_one(&self, root: &mut Element) -> Result<()> {
        for (section, file) in ALL_IN_ONE {
            let stem = file.strip_suffix(".xml").unwrap_or(file).to_ascii_lowercase();
            let managed = self.paths.get(&format!("{stem}{MANAGED}.xml")).filter(|_| self.managed);
            let Some(path) = managed.or_else(|| self.paths.get(&format!("{stem}.xml"))) else {
                continue;
            };
            let found = self.parse(path)?;
            let place = root.child_or_new(section);
            let is_section = found.name == *section;
            if is_section && (found.name != "SiteMap" || found.child("SiteMap").is_some()) {
                *place = found;
            } else {
                place.push(found);
            }
        }
        Ok(())
    }

    fn templates(&self, root: &mut Element) -> Result<()> {
        for (path, _) in self.below("Templates").filter(|(_, p)| p.matches('/').count() == 1) {
            root.child_or_new("Templates").push(self.parse(path)?);
        }
        Ok(())
    }

    fn relationships(&self, root: &mut Element) -> Result<()> {
        let section = root.child_or_new("EntityRelationships");
        for (path, _) in self.below("Other/Relationships") {
            section.children.extend(self.parse(path)?.children);
        }
        let Some(path) = self.paths.get(&RELATIONSHIPS.to_ascii_lowercase()) else {
            return Ok(());
        };
        let defined: HashSet<&str> =
            section.elements().filter_map(|e| e.attribute("Name")).collect();
        for entry in self.parse(path)?.elements() {
            let name = entry.attribute("Name").unwrap_or_default();
            if !defined.contains(name) {
                return Err(PackageError::file(format!(
                    "Relationship {name} is listed and not defined"
                ))
                .at(*path)
                .remedy("Its definition belongs into a file of Other/Relationships."));
            }
        }
        Ok(())
    }

    fn tables(&self, root: &mut Element) -> Result<()> {
        let files: Vec<(&str, String)> = self.below("Entities").collect();
        for (path, lower) in &files {
            let Some(folder) = lower.strip_suffix("/entity.xml") else { continue };
            let mut entity = self.parse(path)?;
            let start = format!("{folder}/");
            for (path, lower) in &files {
                if let Some(rest) = lower.strip_prefix(&start) {
                    self.part(&mut entity, path, rest)?;
                }
            }
            root.child_or_new("Entities").push(entity);
        }
        Ok(())
    }

    /// Puts a form, view, chart or ribbon into its table.
    fn part(&self, entity: &mut Element, path: &str, rest: &str) -> Result<()> {
        let kind = match rest.split('/').next() {
            Some("ribbondiff.xml") => ComponentKind::Ribbon,
            Some("formxml") => ComponentKind::Form,
            Some("savedqueries") => ComponentKind::View,
            Some("visualizations") => ComponentKind::Chart,
            _ => return Ok(()),
        };
        let mut root = self.parse(path)?;
        let is_wrapped = matches!(root.name.as_str(), "forms" | "savedqueries" | "Visualizations");
        let parts = if is_wrapped { root.take_elements() } else { vec![root] };
        let folder = path.rsplit('/').nth(1).unwrap_or("main");
        for element in parts {
            let part = Component::new(kind, element).ok_or_else(|| {
                PackageError::xml("The definition has no id").at(path).remedy("Give it one.")
            })?;
            let group = if kind == ComponentKind::Form { Some(folder.to_owned()) } else { None };
            join(entity, Component { group, ..part })?;
        }
        Ok(())
    }

    /// The files that are not definitions, under their paths in the package.
    fn payloads(&self) -> Result<Vec<File>> {
        let web_resources = self.web_resources()?;
        let mut files = Vec::new();
        for (path, bytes) in self.tree {
            let safe = crate::archive::safe_path(path)?;
            let web_resource = web_resources.get(&safe.to_ascii_lowercase()).cloned();
            let Some(path) = web_resource.or_else(|| layout::package_path(&safe)) else { continue };
            files.push(File { path, bytes: Bytes::copy_from_slice(bytes) });
        }
        Ok(files)
    }

    /// The paths in the package of web resources, by their paths in the tree.
    fn web_resources(&self) -> Result<HashMap<String, String>> {
        let mut found = HashMap::new();
        for (path, lower) in self.below("WebResources") {
            let Some(file) = lower.strip_suffix(".data.xml") else { continue };
            if let Some(name) = self.parse(path)?.child_text("FileName") {
                found.insert(file.to_owned(), name.trim().trim_start_matches('/').to_owned());
            }
        }
        Ok(found)
    }
}

/// Forms, apps and site maps have a second file for their managed form.
fn has_two_forms(lower: &str) -> bool {
    lower.contains("/formxml/")
        || lower.starts_with("appmodules/")
        || lower.starts_with("appmodulesitemaps/")
        || lower == "other/sitemap.xml"
}

/// The path, in lower case, is that of a definition of this kind.
fn is_definition(one: &OneEach, lower: &str) -> bool {
    let rest = &lower[one.folder.len() + 1..];
    match one.name {
        FileName::Id | FileName::Key | FileName::Attribute(_) => !rest.contains('/'),
        FileName::Below(name) => {
            let stem = name.strip_suffix(".xml").unwrap_or(name).to_ascii_lowercase();
            let last = rest.rsplit('/').next().unwrap_or(rest);
            last == format!("{stem}.xml") || last == format!("{stem}{MANAGED}.xml")
        }
        FileName::End(end) => lower.ends_with(end),
        FileName::Data(_) => lower.ends_with(".data.xml"),
    }
}
