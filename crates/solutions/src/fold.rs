//! What is effective: the fold over the layers of a component.
//!
//! Most kinds: for each property, the highest layer that has it wins. Forms, site maps and app
//! modules: a layer that is a difference (`solutionaction`) is applied to what is below; one that
//! is whole replaces it. Roles: privilege by privilege. Tables, columns and choices are folded onto
//! metadata types instead (see [`crate::definition`]).

use package::xml::{Element, Node};
use package::{Component, ComponentKind};

use crate::layers::Layer;

/// Folds layers, from the bottom up, into the effective component; nothing where there is none.
pub(crate) fn fold(layers: &[Layer]) -> Option<Component> {
    let (bottom, above) = layers.split_first()?;
    let mut effective = bottom.component.clone();
    for layer in above {
        effective.element = merge(effective.kind, &effective.element, &layer.component.element);
        if !layer.component.files.is_empty() {
            effective.files.clone_from(&layer.component.files);
        }
    }
    Some(effective)
}

fn merge(kind: ComponentKind, below: &Element, above: &Element) -> Element {
    use ComponentKind as K;
    match kind {
        K::Form | K::Dashboard | K::AppModuleSiteMap | K::AppModule | K::SiteMap => {
            if has_actions(above) { apply_difference(below, above) } else { above.clone() }
        }
        K::Role => merge_role(below, above),
        _ => top_wins(below, above),
    }
}

/// The upper element, with the children that only the lower one has.
fn top_wins(below: &Element, above: &Element) -> Element {
    let mut merged = above.clone();
    for (name, value) in &below.attributes {
        if merged.attribute(name).is_none() {
            merged.set_attribute(name, value);
        }
    }
    for child in below.elements() {
        if merged.child(&child.name).is_none() {
            merged.push(child.clone());
        }
    }
    merged
}

fn merge_role(below: &Element, above: &Element) -> Element {
    let mut merged = top_wins(below, above);
    let Some(lower) = below.child("RolePrivileges") else { return merged };
    let privileges = merged.child_or_new("RolePrivileges");
    for privilege in lower.elements() {
        let name = privilege.attribute("name");
        if !privileges.elements().any(|other| other.attribute("name") == name) {
            privileges.push(privilege.clone());
        }
    }
    merged
}

fn has_actions(element: &Element) -> bool {
    element.descendants().any(|node| node.attribute("solutionaction").is_some())
}

/// Applies a difference: nodes are matched by name and id, `Added` ones are put in by their
/// `ordinalvalue`, `Removed` ones taken out, `Modified` ones changed.
fn apply_difference(below: &Element, above: &Element) -> Element {
    let mut merged = below.clone();
    for (name, value) in &above.attributes {
        if name != "solutionaction" {
            merged.set_attribute(name, value);
        }
    }
    for node in above.elements() {
        let found = merged
            .children
            .iter()
            .position(|child| child.as_element().is_some_and(|child| is_same_node(child, node)));
        match (node.attribute("solutionaction"), found) {
            (Some("Removed"), Some(index)) => {
                merged.children.remove(index);
            }
            (Some("Removed"), None) => {}
            (_, Some(index)) => {
                if let Some(child) = merged.children[index].as_element_mut() {
                    *child = apply_difference(child, node);
                }
            }
            (_, None) => insert_by_ordinal(&mut merged, without_actions(node)),
        }
    }
    if above.elements().next().is_none() && !above.text().trim().is_empty() {
        merged.set_text(above.text().into_owned());
    }
    merged
}

/// Nodes are the same when what identifies them is: an id where there is one, else the name.
fn is_same_node(one: &Element, other: &Element) -> bool {
    const IDENTIFIERS: &[&str] = &[
        "id",
        "Id",
        "ID",
        "uniqueid",
        "schemaName",
        "languagecode",
        "LCID",
        "name",
        "functionName",
    ];
    if one.name != other.name {
        return false;
    }
    let identifier = IDENTIFIERS.iter().find(|name| other.attribute(name).is_some());
    identifier.is_none_or(|name| {
        let same = |value: Option<&str>| value.map(str::to_lowercase);
        same(one.attribute(name)) == same(other.attribute(name))
    })
}

fn insert_by_ordinal(parent: &mut Element, node: Element) {
    let ordinal = |element: &Element| {
        element.attribute("ordinalvalue").and_then(|value| value.parse::<i64>().ok())
    };
    let at = ordinal(&node).and_then(|wanted| {
        parent.children.iter().position(|child| {
            child.as_element().and_then(ordinal).is_some_and(|other| other >= wanted)
        })
    });
    match at {
        Some(index) => parent.children.insert(index, Node::Element(node)),
        None => parent.push(node),
    }
}

fn without_actions(element: &Element) -> Element {
    let mut clean = element.clone();
    clean.remove_attribute("solutionaction");
    for child in clean.elements_mut() {
        *child = without_actions(child);
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: ComponentKind, below: &str, above: &str, expected: &str) {
        let parse = |xml: &str| Element::parse(xml.as_bytes()).unwrap();
        let merged = merge(kind, &parse(below), &parse(above));
        assert_eq!(merged.to_string(), parse(expected).to_string());
    }

    #[test]
    fn the_top_wins_for_each_property() {
        check(
            ComponentKind::WebResource,
            "<W><Name>a</Name><DisplayName>low</DisplayName></W>",
            "<W><DisplayName>high</DisplayName></W>",
            "<W><DisplayName>high</DisplayName><Name>a</Name></W>",
        );
    }

    #[test]
    fn a_difference_of_a_form_is_applied_by_id() {
        check(
            ComponentKind::Form,
            "<f><tab id='1' ordinalvalue='0'><l>x</l></tab><tab id='2' ordinalvalue='1'/></f>",
            "<f><tab id='1' solutionaction='Modified'><l>y</l></tab><tab id='2' solutionaction='Removed'/><tab id='3' solutionaction='Added'/></f>",
            "<f><tab id='1' ordinalvalue='0'><l>y</l></tab><tab id='3'/></f>",
        );
    }

    #[test]
    fn roles_merge_privilege_by_privilege() {
        check(
            ComponentKind::Role,
            "<Role id='1'><RolePrivileges><RolePrivilege name='a' level='Basic'/><RolePrivilege name='b' level='Basic'/></RolePrivileges></Role>",
            "<Role id='1'><RolePrivileges><RolePrivilege name='a' level='Global'/></RolePrivileges></Role>",
            "<Role id='1'><RolePrivileges><RolePrivilege name='a' level='Global'/><RolePrivilege name='b' level='Basic'/></RolePrivileges></Role>",
        );
    }
}
