//! Components → package, as the service writes it.

use std::collections::HashMap;

use super::{Component, ComponentKind, File, SECTIONS, table};
use crate::content_types;
use crate::error::{PackageError, Result};
use crate::manifest::Manifest;
use crate::package::Package;
use crate::xml::{Document, Element};

impl Package {
    /// Assembles a package. Sections come in the order of the service, components in the order
    /// given; content types follow from what is there. The root components are those of the
    /// manifest (see [`crate::RootComponent::of`]). A managed package leaves out what is
    /// unmodified, as managed exports do.
    pub fn build(manifest: &Manifest, components: Vec<Component>) -> Result<Self> {
        let mut components = components;
        let files = take_files(&mut components)?;
        let languages = languages(manifest);
        if manifest.managed.is_managed() {
            components.retain(|c| c.kind == ComponentKind::Table || !c.is_unmodified());
        }
        let mut sections = Sections::sort(components)?;
        if manifest.managed.is_managed() {
            sections.tables.iter_mut().for_each(table::drop_unmodified);
        }
        let mut root = Element::new("ImportExportXml");
        root.attributes = manifest.platform_attributes().cloned().collect();
        for section in sections.known()? {
            root.push(section);
        }
        root.children.extend(sections.other.into_iter().map(Into::into));
        root.push(languages);
        let content_types = content_types::of(files.iter().map(|f| f.path.as_str()));
        let mut package = Self {
            solution: Document::new(manifest.to_element()),
            customizations: Document::new(root),
            content_types,
            files,
        };
        package.solution.root.lay_out();
        package.customizations.root.lay_out();
        Ok(package)
    }
}

/// Components by where they go.
#[derive(Default)]
struct Sections {
    tables: Vec<Element>,
    by_kind: HashMap<ComponentKind, Vec<Component>>,
    /// What is unknown inside a known section, by the path of its place.
    inside: Vec<(String, Element)>,
    /// Whole sections: association sets and what is unknown.
    other: Vec<Element>,
}

impl Sections {
    fn sort(components: Vec<Component>) -> Result<Self> {
        let mut sections = Self::default();
        let mut parts = Vec::new();
        let mut tables: HashMap<String, usize> = HashMap::new();
        for component in components {
            let has_parent = component.parent.is_some();
            match component.kind {
                ComponentKind::Table => {
                    tables.insert(component.key.to_lowercase(), sections.tables.len());
                    sections.tables.push(component.element);
                }
                kind if kind.is_part_of_table() => parts.push(component),
                ComponentKind::Ribbon if has_parent => parts.push(component),
                ComponentKind::Row | ComponentKind::File => {}
                _ if component.folder().is_some() => {}
                ComponentKind::Association if component.group.is_some() => {}
                ComponentKind::Unknown | ComponentKind::Association => match component.group {
                    Some(path) => sections.inside.push((path, component.element)),
                    None => sections.other.push(component.element),
                },
                kind => sections.by_kind.entry(kind).or_default().push(component),
            }
        }
        for part in parts {
            let name = part.parent.as_deref().unwrap_or_default().to_lowercase();
            let Some(&at) = tables.get(&name) else { return Err(without_table(&part)) };
            table::join(&mut sections.tables[at], part)?;
        }
        Ok(sections)
    }

    /// The known sections in their order: those with something in them, and those always there.
    fn known(&mut self) -> Result<Vec<Element>> {
        let mut done: Vec<Element> = Vec::new();
        for place in SECTIONS {
            let (name, rest) = place.path.split_once('/').unwrap_or((place.path, ""));
            let components = self.by_kind.remove(&place.kind).unwrap_or_default();
            if rest.is_empty() {
                done.extend(components.into_iter().map(|component| component.element));
                continue;
            }
            if done.last().is_none_or(|section| section.name != name) {
                done.push(Element::new(name));
            }
            let Some(section) = done.last_mut() else { continue };
            if place.kind == ComponentKind::Table {
                section.children.extend(self.tables.drain(..).map(Into::into));
            }
            for component in components {
                container(section, rest, component.group.as_deref()).push(component.element);
            }
            self.fill_unknown(section);
        }
        done.retain(|section| !section.children.is_empty() || is_always(&section.name));
        Ok(done)
    }

    fn fill_unknown(&mut self, section: &mut Element) {
        let mine = |path: &str| path.split('/').next() == Some(section.name.as_str());
        let (inside, rest) = std::mem::take(&mut self.inside).into_iter().partition(|x| mine(&x.0));
        self.inside = rest;
        let inside: Vec<(String, Element)> = inside;
        for (path, element) in inside {
            let names = path.split('/').skip(1);
            names.fold(&mut *section, |at, name| at.child_or_new(name)).push(element);
        }
    }
}

/// The element in a section that holds components of a place.
fn container<'a>(section: &'a mut Element, path: &str, group: Option<&str>) -> &'a mut Element {
    let Some((names, _last)) = path.rsplit_once('/') else { return section };
    let group = group.unwrap_or("Other");
    names
        .split('/')
        .fold(section, |at, name| at.child_or_new(if name == "*" { group } else { name }))
}

fn is_always(name: &str) -> bool {
    SECTIONS.iter().any(|place| place.is_always && place.path.split('/').next() == Some(name))
}

fn without_table(part: &Component) -> PackageError {
    let table = part.parent.as_deref().unwrap_or("none");
    PackageError::file(format!("{:?} {} is a part of table {table}", part.kind, part.key))
        .remedy("Put the table into the solution too, at least as a shell.")
}

/// All files: those of the components, and the XML of rows and association sets.
fn take_files(components: &mut [Component]) -> Result<Vec<File>> {
    let mut files: Vec<File> = Vec::new();
    let mut by_path: HashMap<String, usize> = HashMap::new();
    for component in components {
        let own = own_file(component);
        for file in own.into_iter().chain(std::mem::take(&mut component.files)) {
            match by_path.get(&file.path) {
                Some(&at) if files[at].bytes == file.bytes => {}
                Some(_) => {
                    let what = format!("Two components bring different files for {}", file.path);
                    return Err(PackageError::file(what));
                }
                None => {
                    crate::archive::safe_path(&file.path)?;
                    by_path.insert(file.path.clone(), files.len());
                    files.push(file);
                }
            }
        }
    }
    Ok(files)
}

/// The XML of a component that has a file of its own.
fn own_file(component: &Component) -> Option<File> {
    let folder = match component.kind {
        ComponentKind::Association => component.group.clone()?,
        _ => component.folder()?,
    };
    let path = format!("{folder}/{}.xml", component.element.name);
    Some(File::new(path, component.element.to_indented().into_bytes()))
}

/// The languages of the manifest, and in any case the base language.
fn languages(manifest: &Manifest) -> Element {
    let mut languages = manifest.languages.clone();
    if !languages.contains(&manifest.language) {
        languages.insert(0, manifest.language);
    }
    let language = |code: i32| Element::with_text("Language", code.to_string());
    Element::new("Languages").children_with(languages.into_iter().map(language))
}
