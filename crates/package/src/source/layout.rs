//! Which component goes to which file.

use crate::component::{Component, ComponentKind};
use crate::xml::Element;

/// A kind of component with a file for each.
pub(super) struct OneEach {
    pub kind: ComponentKind,
    /// The section of customizations.xml that holds it.
    pub section: &'static str,
    /// The folder that holds the files.
    pub folder: &'static str,
    pub name: FileName,
}

/// How the file of a component is named.
pub(super) enum FileName {
    /// `{id}.xml`.
    Id,
    /// `<key>.xml`.
    Key,
    /// `<value of an attribute>.xml`.
    Attribute(&'static str),
    /// `<key>/<this>`.
    Below(&'static str),
    /// `<key><this>`.
    End(&'static str),
    /// The file that a child element names, with `.data.xml` behind.
    Data(&'static str),
}

use ComponentKind as K;
use FileName::{Attribute, Below, Data, End, Id, Key};

const fn one(
    kind: ComponentKind,
    section: &'static str,
    folder: &'static str,
    name: FileName,
) -> OneEach {
    OneEach { kind, section, folder, name }
}

/// Components with a file each. Sorted.
#[rustfmt::skip]
pub(super) static ONE_EACH: &[OneEach] = &[
    one(K::AppModule, "AppModules", "AppModules", Below("AppModule.xml")),
    one(K::AppModuleSiteMap, "AppModuleSiteMaps", "AppModuleSiteMaps", Below("AppModuleSiteMap.xml")),
    one(K::CanvasApp, "CanvasApps", "CanvasApps", End(".meta.xml")),
    one(K::Choice, "optionsets", "OptionSets", Key),
    one(K::Connector, "Connectors", "Connectors", Key),
    one(K::CustomControl, "CustomControls", "Controls", Data("FileName")),
    one(K::Dashboard, "Dashboards", "Dashboards", Id),
    one(K::InteractionCentricDashboard, "InteractionCentricDashboards", "InteractionCentricDashboards", Id),
    one(K::PluginAssembly, "SolutionPluginAssemblies", "PluginAssemblies", Data("FileName")),
    one(K::Report, "Reports", "Reports", Data("FileName")),
    one(K::Role, "Roles", "Roles", Attribute("name")),
    one(K::SdkMessageProcessingStep, "SdkMessageProcessingSteps", "SdkMessageProcessingSteps", Id),
    one(K::WebResource, "WebResources", "WebResources", End(".data.xml")),
    one(K::Workflow, "Workflows", "Workflows", Data("JsonFileName")),
];

/// Sections with one file for all: the section of customizations.xml and its file.
pub(super) static ALL_IN_ONE: &[(&str, &str)] = &[
    ("ConnectionRoles", "Other/ConnectionRoles.xml"),
    ("EntityMaps", "Other/EntityMaps.xml"),
    ("FieldSecurityProfiles", "Other/FieldSecurityProfiles.xml"),
    ("RibbonDiffXml", "Other/RibbonCustomizations.xml"),
    ("ServiceEndpoints", "PluginAssemblies/ServiceEndpoints.xml"),
    ("SiteMap", "Other/SiteMap.xml"),
];

/// Folders of the package that are called otherwise in a tree: in the package, in the tree.
const RENAMED: (&str, &str) = ("Connector", "Connectors");

/// The top folders as they are written, whatever case a tree has.
const FOLDERS: &[&str] = &[
    "Assets",
    "CanvasApps",
    "Controls",
    "PluginAssemblies",
    "Reports",
    "Templates",
    "WebResources",
    "Workflows",
];

/// The file of a component in a tree.
pub(super) fn path_of(one: &OneEach, component: &Component) -> String {
    let key = &component.key;
    let folder = one.folder;
    match one.name {
        Id => format!("{folder}/{{{key}}}.xml"),
        Key => format!("{folder}/{}.xml", file_name(key)),
        Attribute(name) => {
            let name = component.element.attribute(name).unwrap_or(key);
            format!("{folder}/{}.xml", file_name(name))
        }
        Below(name) => format!("{folder}/{}/{name}", file_name(key)),
        End(end) => format!("{folder}/{}{end}", inner_path(key)),
        Data(child) => format!("{}.data.xml", data_path(component, child, folder)),
    }
}

/// The file that a definition describes.
fn data_path(component: &Component, child: &str, folder: &str) -> String {
    let children = [child, "XamlFileName", "FileName"];
    let named = children.iter().find_map(|name| component.element.child_text(name));
    let named = named.map(|path| path.trim().trim_start_matches('/').to_owned());
    named
        .filter(|path| crate::archive::safe_path(path).is_ok_and(|safe| safe == *path))
        .unwrap_or_else(|| format!("{folder}/{}", file_name(&component.key)))
}

/// Where a file of a component lies in a tree.
pub(super) fn payload_path(component: &Component, path: &str) -> String {
    if component.kind == K::WebResource {
        return format!("WebResources/{}", inner_path(&component.key));
    }
    if let (K::Column, Some(table)) = (component.kind, &component.parent) {
        let name = path.rsplit('/').next().unwrap_or(path);
        return format!("Entities/{}/Formulas/{name}", file_name(table));
    }
    match path.split_once('/') {
        Some((folder, rest)) if folder.eq_ignore_ascii_case(RENAMED.0) => {
            format!("{}/{rest}", RENAMED.1)
        }
        _ => path.to_owned(),
    }
}

/// The path in the package of a payload in a tree; none for files that only hold definitions.
/// Web resources, whose path in the package is told by their definition, are not seen to here.
pub(super) fn package_path(path: &str) -> Option<String> {
    let (top, rest) = path.split_once('/')?;
    let is = |name: &str| top.eq_ignore_ascii_case(name);
    let lower = rest.to_ascii_lowercase();
    if is("Other") || lower.ends_with(".data.xml") {
        return None;
    }
    if is("Entities") {
        let (folder, name) = rest.rsplit_once('/')?;
        let is_formula = folder.to_ascii_lowercase().ends_with("/formulas");
        return is_formula.then(|| format!("Formulas/{name}"));
    }
    let is_definition = ONE_EACH.iter().any(|one| {
        is(one.folder)
            && match one.name {
                Id | Key | Attribute(_) => lower.ends_with(".xml") && !lower.contains('/'),
                Below(name) => is_named(&lower, name),
                End(end) => lower.ends_with(end),
                Data(_) => false,
            }
    });
    let is_shared = ALL_IN_ONE.iter().any(|(_, file)| file.eq_ignore_ascii_case(path));
    let is_template = is("Templates") && !lower.contains('/') && lower.ends_with(".xml");
    let is_unpacked_app = is("CanvasApps") && lower.starts_with("src/");
    if is_definition || is_shared || is_template || is_unpacked_app {
        return None;
    }
    if is(RENAMED.1) {
        return Some(format!("{}/{rest}", RENAMED.0));
    }
    let top = FOLDERS.iter().find(|name| is(name)).copied().unwrap_or(top);
    Some(format!("{top}/{rest}"))
}

/// The last part of a path, managed or not, is this.
fn is_named(path: &str, name: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    last.replace(super::MANAGED, "").eq_ignore_ascii_case(name)
}

/// A name that every file system takes.
pub(super) fn file_name(name: &str) -> String {
    let is_bad = |c: char| c.is_control() || r#"<>:"/\|?*"#.contains(c);
    let name: String = name.chars().map(|c| if is_bad(c) { '_' } else { c }).collect();
    match name.as_str() {
        "" | "." | ".." => "_".to_owned(),
        _ => name,
    }
}

/// A name in which slashes are folders.
fn inner_path(name: &str) -> String {
    match crate::archive::safe_path(name) {
        Ok(path) => path.split('/').map(file_name).collect::<Vec<_>>().join("/"),
        Err(_) => file_name(name),
    }
}

/// The table under whose name a relationship is filed: the referenced one, or the first of two.
pub(super) fn relationship_table(element: &Element) -> String {
    let named = ["ReferencedEntityName", "FirstEntityName"];
    let name = named.iter().find_map(|name| element.child_text(name));
    file_name(name.as_deref().map_or("", str::trim))
}
