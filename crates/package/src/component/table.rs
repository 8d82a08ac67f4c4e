//! A table and its parts: apart and together again.

use super::{Component, ComponentKind, NESTED, Place};
use crate::error::{PackageError, Result};
use crate::xml::{Element, Node};

/// The children of `Entity`, in the order in which the service writes them.
const ENTITY: &[&str] = &[
    "Name",
    "ObjectTypeCode",
    "EntityInfo",
    "FormXml",
    "SavedQueries",
    "Visualizations",
    "RibbonDiffXml",
];
/// The first children of `entity` in `EntityInfo`.
const ENTITY_INFO: &[&str] =
    &["LocalizedNames", "LocalizedCollectionNames", "Descriptions", "attributes", "EntityKeys"];

/// Takes the parts out of an `Entity` element and adds the table and then its parts. The places
/// where parts were stay as empty elements. A part that nothing names stays inside.
pub(super) fn split(key: String, mut entity: Element, found: &mut Vec<Component>) {
    let mut parts = Vec::new();
    for place in NESTED {
        take_parts(&mut entity, place, place.path, None, &key, &mut parts);
    }
    found.push(Component {
        kind: ComponentKind::Table,
        key,
        parent: None,
        group: None,
        element: entity,
        files: Vec::new(),
    });
    found.append(&mut parts);
}

fn take_parts(
    container: &mut Element,
    place: &Place,
    path: &str,
    group: Option<&str>,
    table: &str,
    parts: &mut Vec<Component>,
) {
    let Some((name, rest)) = path.split_once('/') else {
        return take_from(container, place, path, group, table, parts);
    };
    for child in container.elements_mut() {
        if name == "*" {
            let Some(group) = child.attribute("type").map(str::to_owned) else { continue };
            take_parts(child, place, rest, Some(&group), table, parts);
        } else if child.name == name {
            take_parts(child, place, rest, group, table, parts);
        }
    }
}

fn take_from(
    container: &mut Element,
    place: &Place,
    name: &str,
    group: Option<&str>,
    table: &str,
    parts: &mut Vec<Component>,
) {
    let mut rest = Vec::new();
    for node in std::mem::take(&mut container.children) {
        match node {
            Node::Element(element) if element.name == name => {
                let Some(key) = part_key(place, &element) else {
                    rest.push(Node::Element(element));
                    continue;
                };
                if place.kind == ComponentKind::Ribbon {
                    rest.push(Node::Element(Element::new(name)));
                }
                parts.push(Component {
                    kind: place.kind,
                    key,
                    parent: Some(table.to_owned()),
                    group: group.map(str::to_owned),
                    element,
                    files: Vec::new(),
                });
            }
            other => rest.push(other),
        }
    }
    container.children = rest;
}

/// What names a part. A ribbon that says nothing is none.
fn part_key(place: &Place, element: &Element) -> Option<String> {
    match place.kind {
        ComponentKind::Ribbon if is_empty_ribbon(element) => None,
        ComponentKind::Column => place.kind.key_of(element).or_else(|| {
            element.attribute("PhysicalName").map(str::to_lowercase).filter(|n| !n.is_empty())
        }),
        kind => kind.key_of(element),
    }
}

/// A ribbon with only the elements that every ribbon has.
fn is_empty_ribbon(ribbon: &Element) -> bool {
    const FRAME: &[&str] = &[
        "CustomActions",
        "Templates",
        "RibbonTemplates",
        "CommandDefinitions",
        "RuleDefinitions",
        "TabDisplayRules",
        "DisplayRules",
        "EnableRules",
        "LocLabels",
    ];
    ribbon.descendants().skip(1).all(|element| {
        FRAME.contains(&element.name.as_str())
            && element.attributes.iter().all(|(_, value)| value == "Mscrm.Templates")
    })
}

/// Puts a part back into its table.
pub(crate) fn join(entity: &mut Element, part: Component) -> Result<()> {
    let place = NESTED.iter().find(|place| place.kind == part.kind).ok_or_else(|| {
        PackageError::file(format!("{:?} {} is not a part of a table", part.kind, part.key))
    })?;
    if part.kind == ComponentKind::Ribbon {
        let ribbon = child_in_order(entity, "RibbonDiffXml", ENTITY);
        *ribbon = part.element;
        return Ok(());
    }
    let mut container = entity;
    let mut names = place.path.split('/').peekable();
    while let Some(name) = names.next() {
        if names.peek().is_none() {
            break;
        }
        container = match name {
            "*" => forms_of(container, part.group.as_deref().unwrap_or("main")),
            "entity" => entity_info(container, part.parent.as_deref().unwrap_or_default()),
            "attributes" | "EntityKeys" => child_in_order(container, name, ENTITY_INFO),
            "savedqueries" => container.child_or_new(name),
            _ => child_in_order(container, name, ENTITY),
        };
    }
    container.push(part.element);
    Ok(())
}

/// Takes away the description of a table that the package only refers to.
pub(super) fn drop_unmodified(entity: &mut Element) {
    let is_bare = |info: &Element| {
        info.attribute("unmodified") == Some("1") && info.elements().all(Element::is_empty)
    };
    if entity.find("EntityInfo/entity").is_some_and(is_bare) {
        entity.remove_child("EntityInfo");
    }
}

fn entity_info<'a>(container: &'a mut Element, table: &str) -> &'a mut Element {
    if container.child("entity").is_none() {
        let name = table.to_owned();
        container.push(Element::new("entity").with("Name", name).with("unmodified", "1"));
    }
    container.child_or_new("entity")
}

fn forms_of<'a>(container: &'a mut Element, kind: &str) -> &'a mut Element {
    let is_it = |node: &Node| {
        node.as_element().is_some_and(|e| e.name == "forms" && e.attribute("type") == Some(kind))
    };
    let at = container.children.iter().position(is_it).unwrap_or_else(|| {
        container.push(Element::new("forms").with("type", kind));
        container.children.len() - 1
    });
    match &mut container.children[at] {
        Node::Element(forms) => forms,
        _ => unreachable!("the position is that of an element"),
    }
}

/// The child with this name, made at its place in `order` where there is none.
fn child_in_order<'a>(parent: &'a mut Element, name: &str, order: &[&str]) -> &'a mut Element {
    if parent.child(name).is_none() {
        let before = order.iter().position(|n| *n == name).map_or(order, |at| &order[..at]);
        let is_before =
            |node: &Node| node.as_element().is_some_and(|e| before.contains(&e.name.as_str()));
        let at = parent.children.iter().rposition(is_before).map_or(0, |at| at + 1);
        parent.children.insert(at, Node::Element(Element::new(name)));
    }
    parent.child_or_new(name)
}
