//! Package → tree.

use super::layout::{self, ALL_IN_ONE, ONE_EACH};
use super::{CUSTOMIZATIONS, MANAGED, RELATIONSHIPS, SOLUTION, Tree};
use crate::component::{Component, ComponentKind, join, place_of};
use crate::error::{PackageError, Result};
use crate::manifest::Managed;
use crate::package::Package;
use crate::xml::{Document, Element};

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The places in a table whose content has files of its own.
const EMPTIED: &[&str] = &["FormXml", "SavedQueries", "Visualizations", "RibbonDiffXml"];

/// The tree of a package. Forms, apps and site maps of a managed one are in managed files.
pub fn unpack(package: &Package) -> Result<Tree> {
    let is_managed = package.manifest()?.managed.is_managed();
    let mut tree = Unpacked::default();
    tree.put("", SOLUTION, package.solution.root.clone())?;
    tree.components(package, if is_managed { MANAGED } else { "" })?;
    tree.customizations(package)?;
    Ok(tree.files)
}

/// The tree for both forms of a solution: forms, apps and site maps have a second, managed file.
pub fn unpack_both(unmanaged: &Package, managed: &Package) -> Result<Tree> {
    let mut manifest = unmanaged.manifest()?;
    let other = managed.manifest()?;
    if manifest.unique_name != other.unique_name || manifest.version != other.version {
        return Err(PackageError::file(format!(
            "{} {} and {} {} are not two forms of one solution",
            manifest.unique_name, manifest.version, other.unique_name, other.version
        ))
        .remedy("Export the same version twice, managed and unmanaged."));
    }
    manifest.managed = Managed::Both;
    let mut tree = Unpacked::default();
    tree.put("", SOLUTION, manifest.to_element())?;
    tree.components(unmanaged, "")?;
    let inline = std::mem::take(&mut tree.inline);
    tree.components(managed, MANAGED)?;
    tree.inline = inline;
    tree.customizations(unmanaged)?;
    Ok(tree.files)
}

#[derive(Default)]
struct Unpacked {
    files: Tree,
    /// Sections with one file for all, as far as they are filled.
    shared: Vec<(String, Element)>,
    /// What stays in Other/Customizations.xml.
    inline: Vec<Component>,
}

impl Unpacked {
    /// With an `end`, for the managed form; what is there already stays.
    fn components(&mut self, package: &Package, end: &str) -> Result<()> {
        let mut components = package.components()?.into_iter().peekable();
        while let Some(mut component) = components.next() {
            for file in std::mem::take(&mut component.files) {
                let path = layout::payload_path(&component, &file.path);
                self.files.entry(path).or_insert_with(|| file.bytes.to_vec());
            }
            if component.kind == ComponentKind::Table {
                let mut parts = Vec::new();
                while let Some(part) = components.next_if(|c| c.parent.is_some() && !is_row(c)) {
                    parts.push(part);
                }
                self.table(component, parts, end)?;
            } else {
                self.component(component, end)?;
            }
        }
        for (path, element) in std::mem::take(&mut self.shared) {
            self.put(end, &path, element)?;
        }
        Ok(())
    }

    fn table(&mut self, table: Component, parts: Vec<Component>, end: &str) -> Result<()> {
        let folder = format!("Entities/{}", layout::file_name(&table.key));
        let mut entity = table.element;
        let mut ribbon = entity.child("RibbonDiffXml").cloned();
        for mut part in parts {
            for file in std::mem::take(&mut part.files) {
                let path = layout::payload_path(&part, &file.path);
                self.files.entry(path).or_insert_with(|| file.bytes.to_vec());
            }
            let id = format!("{{{}}}.xml", part.key);
            let kind = layout::file_name(part.group.as_deref().unwrap_or("main"));
            match part.kind {
                ComponentKind::Form => {
                    let forms = Element::new("forms").child_with(part.element);
                    self.put(end, &format!("{folder}/FormXml/{kind}/{id}"), forms)?;
                }
                ComponentKind::View => {
                    let views = Element::new("savedqueries").child_with(part.element);
                    self.put("", &format!("{folder}/SavedQueries/{id}"), views)?;
                }
                ComponentKind::Chart => {
                    self.put("", &format!("{folder}/Visualizations/{id}"), part.element)?;
                }
                ComponentKind::Ribbon => ribbon = Some(part.element),
                _ => join(&mut entity, part)?,
            }
        }
        if let Some(ribbon) = ribbon {
            self.put("", &format!("{folder}/RibbonDiff.xml"), ribbon)?;
        }
        let emptied = entity.elements_mut().filter(|e| EMPTIED.contains(&e.name.as_str()));
        emptied.for_each(|e| e.children.clear());
        self.put("", &format!("{folder}/Entity.xml"), entity)
    }

    fn component(&mut self, component: Component, end: &str) -> Result<()> {
        if let Some(one) = ONE_EACH.iter().find(|one| one.kind == component.kind) {
            let mut path = layout::path_of(one, &component);
            if component.kind == ComponentKind::Role && self.is_taken(&path, &component) {
                path = format!("Roles/{{{}}}.xml", component.key);
            }
            return self.put(end, &path, component.element);
        }
        match component.kind {
            ComponentKind::Relationship => self.relationship(component.element),
            ComponentKind::Template => {
                let group = component.group.unwrap_or_else(|| "Other".to_owned());
                let path = format!("Templates/{}.xml", layout::file_name(&group));
                self.share(&path, &group, "", component.element);
            }
            ComponentKind::File => {}
            _ if is_row(&component) => {
                let folder = component.group.clone().or(component.folder()).unwrap_or_default();
                let path = format!("{folder}/{}.xml", component.element.name);
                let text = component.element.to_indented();
                self.files.entry(path).or_insert_with(|| text.into_bytes());
            }
            kind => match shared_file(kind) {
                Some((path, inner)) => self.share(path, &inner.0, &inner.1, component.element),
                None => self.inline.push(component),
            },
        }
        Ok(())
    }

    /// Another role with the same name was there before.
    fn is_taken(&self, path: &str, component: &Component) -> bool {
        let other = self.files.get(path).and_then(|bytes| Element::parse(bytes).ok());
        other.is_some_and(|other| other.attribute("id") != component.element.attribute("id"))
    }

    fn relationship(&mut self, element: Element) {
        let name = element.attribute("Name").unwrap_or_default().to_owned();
        let entry = Element::new("EntityRelationship").with("Name", name);
        let path = format!("Other/Relationships/{}.xml", layout::relationship_table(&element));
        self.share(RELATIONSHIPS, "EntityRelationships", "", entry);
        self.share(&path, "EntityRelationships", "", element);
    }

    /// Adds an element to a file that holds several.
    fn share(&mut self, path: &str, root: &str, below: &str, element: Element) {
        let at = self.shared.iter().position(|(p, _)| p == path).unwrap_or_else(|| {
            self.shared.push((path.to_owned(), Element::new(root)));
            self.shared.len() - 1
        });
        let mut holder = &mut self.shared[at].1;
        if element.name == "RibbonDiffXml" {
            *holder = element;
            return;
        }
        for name in below.split('/').filter(|name| !name.is_empty()) {
            holder = holder.child_or_new(name);
        }
        holder.push(element);
    }

    /// Other/Customizations.xml: all sections, with only what has no file of its own.
    fn customizations(&mut self, package: &Package) -> Result<()> {
        let inline = Package::build(&package.manifest()?, std::mem::take(&mut self.inline))?;
        let rest = inline.customizations.root;
        let mut root = package.customizations.root.stripped();
        for section in root.elements_mut().filter(|section| section.name != "Languages") {
            let filled = rest.child(&section.name).map(Element::stripped);
            *section = filled.unwrap_or_else(|| Element::new(section.name.clone()));
        }
        self.put("", CUSTOMIZATIONS, root)
    }

    /// Writes a definition; with an `end`, under its managed name where it has one.
    fn put(&mut self, end: &str, path: &str, mut root: Element) -> Result<()> {
        let path = if end.is_empty() || !has_managed_file(path) {
            path.to_owned()
        } else {
            format!("{}{end}.xml", path.strip_suffix(".xml").unwrap_or(path))
        };
        crate::archive::safe_path(&path)?;
        if root.name != "AppModule" && root.attribute("xmlns:xsi").is_none() {
            root.set_attribute("xmlns:xsi", XSI);
        }
        root.lay_out();
        let mut document = Document::new(root).with_declaration();
        document.has_bom = true;
        self.files.entry(path).or_insert_with(|| document.to_bytes());
        Ok(())
    }
}

/// Forms, apps and site maps differ when managed.
fn has_managed_file(path: &str) -> bool {
    let ends = ["/AppModule.xml", "/AppModuleSiteMap.xml", "Other/SiteMap.xml"];
    path.contains("/FormXml/") || ends.iter().any(|end| path.ends_with(end))
}

/// It has an XML file of its own in the package.
fn is_row(component: &Component) -> bool {
    let is_set = component.kind == ComponentKind::Association && component.group.is_some();
    component.folder().is_some() || is_set
}

/// For kinds that share a file: the file, its root and the path of elements below the root.
fn shared_file(kind: ComponentKind) -> Option<(&'static str, (String, String))> {
    let place = place_of(kind)?;
    let mut names: Vec<&str> = place.split('/').collect();
    let (section, file) = ALL_IN_ONE.iter().find(|(section, _)| *section == names[0])?;
    names.remove(0);
    names.pop();
    Some((file, ((*section).to_owned(), names.join("/"))))
}
