//! Package → components.

use std::collections::HashMap;

use super::{Component, ComponentKind, File, SECTIONS, table};
use crate::error::Result;
use crate::package::Package;
use crate::xml::Element;

/// Folders that belong to sections of customizations.xml; what lies there is no row.
const FOLDERS_OF_SECTIONS: &[&str] = &[
    "assets",
    "canvasapps",
    "connector",
    "controls",
    "formulas",
    "pluginassemblies",
    "reports",
    "templates",
    "webresources",
    "workflows",
];

impl Package {
    /// The components, in the order of the package: a table is followed by its parts.
    pub fn components(&self) -> Result<Vec<Component>> {
        let mut found = Vec::new();
        for mut section in self.customizations.root.stripped().take_elements() {
            if section.name != "Languages" {
                read_section(&mut section, &mut found);
            }
        }
        let mut files = Files::new(&self.files);
        found.iter_mut().for_each(|component| files.claim(component));
        read_rows(&mut files, &mut found)?;
        files.unclaimed().for_each(|file| found.push(lone_file(file)));
        Ok(found)
    }
}

pub(crate) fn read_section(section: &mut Element, found: &mut Vec<Component>) {
    let known = SECTIONS.iter().any(|place| first(place.path) == section.name);
    let is_plain = section.attributes.is_empty();
    if known && is_plain {
        let path = section.name.clone();
        if SECTIONS.iter().any(|place| place.path == path) {
            return push(std::mem::take(section), &path, None, found);
        }
        walk(section, &path, found);
    } else if is_association(section) {
        let key = section.name.clone();
        found.push(plain(ComponentKind::Association, key, std::mem::take(section)));
    } else {
        let key = section.name.clone();
        found.push(plain(ComponentKind::Unknown, key, std::mem::take(section)));
    }
}

/// Goes down from a section to its components.
fn walk(container: &mut Element, path: &str, found: &mut Vec<Component>) {
    for mut child in container.take_elements() {
        let child_path = format!("{path}/{}", child.name);
        let matches = |p: &str| match_path(p, &child_path);
        if SECTIONS.iter().any(|place| matches(place.path) == Match::Whole) {
            push(child, &child_path, path.split_once('/').map(|(_, group)| group), found);
        } else if SECTIONS.iter().any(|place| matches(place.path) == Match::Beginning)
            && child.attributes.is_empty()
        {
            walk(&mut child, &child_path, found);
        } else {
            found.push(unknown(child, path, found.len()));
        }
    }
}

fn push(element: Element, path: &str, group: Option<&str>, found: &mut Vec<Component>) {
    let place = SECTIONS.iter().find(|place| match_path(place.path, path) == Match::Whole);
    let kind = place.map_or(ComponentKind::Unknown, |place| place.kind);
    let Some(key) = kind.key_of(&element) else {
        let section = path.rsplit_once('/').map_or("", |(section, _)| section);
        found.push(unknown(element, section, found.len()));
        return;
    };
    if kind == ComponentKind::Table {
        return table::split(key, element, found);
    }
    let mut component = plain(kind, key, element);
    if kind == ComponentKind::Template {
        component.group = group.map(str::to_owned);
    }
    found.push(component);
}

fn plain(kind: ComponentKind, key: String, element: Element) -> Component {
    Component { kind, key, parent: None, group: None, element, files: Vec::new() }
}

/// A part of a known section that is not known: its place is its group.
fn unknown(element: Element, section: &str, number: usize) -> Component {
    let key = format!("{section}/{} {number}", element.name);
    let group = Some(section.to_owned());
    Component { group, ..plain(ComponentKind::Unknown, key, element) }
}

fn lone_file(file: File) -> Component {
    let element = Element::new("File").with("Path", &*file.path);
    let component = plain(ComponentKind::File, file.path.clone(), element);
    Component { files: vec![file], ..component }
}

fn is_association(section: &Element) -> bool {
    let Some(name) = section.name.strip_suffix("set") else { return false };
    section.elements().next().is_some() && section.elements().all(|e| e.name == name)
}

fn first(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

#[derive(PartialEq)]
enum Match {
    Whole,
    Beginning,
    None,
}

/// Whether `path` is the place, or on the way to it.
fn match_path(place: &str, path: &str) -> Match {
    let mut wanted = place.split('/');
    for name in path.split('/') {
        match wanted.next() {
            Some(want) if want == "*" || want == name => {}
            _ => return Match::None,
        }
    }
    if wanted.next().is_none() { Match::Whole } else { Match::Beginning }
}

/// The files of a package, and which of them belong to a component.
struct Files<'a> {
    files: &'a [File],
    by_path: HashMap<String, usize>,
    is_claimed: Vec<bool>,
}

impl<'a> Files<'a> {
    fn new(files: &'a [File]) -> Self {
        let by_path =
            files.iter().enumerate().map(|(at, f)| (f.path.to_ascii_lowercase(), at)).collect();
        Self { files, by_path, is_claimed: vec![false; files.len()] }
    }

    /// Gives a component the files that its definition names, in whichever element.
    fn claim(&mut self, component: &mut Component) {
        let mut named: Vec<usize> = Vec::new();
        for element in component.element.descendants() {
            let text = element.text();
            let Some(path) = text.trim().strip_prefix('/') else { continue };
            let at = self.by_path.get(&path.to_ascii_lowercase());
            named.extend(at.filter(|at| !named.contains(at)));
        }
        if component.kind == ComponentKind::CustomControl {
            self.add_folders(&mut named);
        }
        for at in named {
            self.is_claimed[at] = true;
            component.files.push(self.files[at].clone());
        }
    }

    /// A code component is a whole folder; its definition names the manifest.
    fn add_folders(&self, named: &mut Vec<usize>) {
        let folders: Vec<String> = named
            .iter()
            .filter_map(|&at| self.files[at].path.rsplit_once('/'))
            .map(|(folder, _)| format!("{folder}/"))
            .collect();
        for (at, file) in self.files.iter().enumerate() {
            let is_in = folders.iter().any(|folder| file.path.starts_with(folder));
            if is_in && !named.contains(&at) {
                named.push(at);
            }
        }
    }

    fn unclaimed(&self) -> impl Iterator<Item = File> {
        let free = self.files.iter().zip(&self.is_claimed).filter(|(_, claimed)| !**claimed);
        free.map(|(file, _)| file.clone())
    }
}

/// Rows of solution-aware tables and association sets, from their folders.
fn read_rows(files: &mut Files<'_>, found: &mut Vec<Component>) -> Result<()> {
    let mut rows: HashMap<String, usize> = HashMap::new();
    for (at, file) in files.files.iter().enumerate() {
        if files.is_claimed[at] || !is_row_path(&file.path) {
            continue;
        }
        let element = Element::parse(&file.bytes).map_err(|e| e.at(&*file.path))?.stripped();
        let Some((folder, name)) = file.path.rsplit_once('/') else { continue };
        if name.strip_suffix(".xml") != Some(&element.name) {
            continue;
        }
        files.is_claimed[at] = true;
        if folder.eq_ignore_ascii_case("assets") {
            let key = element.name.clone();
            let set = plain(ComponentKind::Association, key, element);
            found.push(set.in_group(folder));
            continue;
        }
        rows.insert(folder.to_owned(), found.len());
        found.push(Component::row(folder, element));
    }
    give_files(files, &rows, found);
    Ok(())
}

/// The other files below the folder of a row belong to the row.
fn give_files(files: &mut Files<'_>, rows: &HashMap<String, usize>, found: &mut [Component]) {
    for (at, file) in files.files.iter().enumerate() {
        if files.is_claimed[at] {
            continue;
        }
        let mut path = file.path.as_str();
        while let Some((folder, _)) = path.rsplit_once('/') {
            if let Some(&row) = rows.get(folder) {
                files.is_claimed[at] = true;
                found[row].files.push(file.clone());
                break;
            }
            path = folder;
        }
    }
}

/// `plural/key/name.xml`, with more pairs of plural and key between for nested rows; or
/// `Assets/name.xml`.
fn is_row_path(path: &str) -> bool {
    if !path.ends_with(".xml") {
        return false;
    }
    let parts = path.split('/').count();
    let top = first(path).to_ascii_lowercase();
    if top == "assets" {
        return parts == 2;
    }
    parts >= 3 && parts % 2 == 1 && !FOLDERS_OF_SECTIONS.contains(&top.as_str())
}

pub(super) fn row_kind(element: &Element) -> ComponentKind {
    let is_variable = element.name == "environmentvariabledefinition"
        && element.attribute("schemaname").is_some_and(|name| !name.is_empty());
    if is_variable { ComponentKind::EnvironmentVariable } else { ComponentKind::Row }
}

/// The folder of the row that a nested row belongs to.
pub(super) fn parent_folder(folder: &str) -> Option<String> {
    let (rest, _key) = folder.rsplit_once('/')?;
    let (parent, _plural) = rest.rsplit_once('/')?;
    Some(parent.to_owned())
}
