//! Managed packages carry the position of what is drawn (`ordinalvalue`), so that differences of
//! other solutions can be placed.

use package::xml::Element;
use package::{Component, ComponentKind};

/// What gets a position among its siblings of the same name: in forms, and in site maps.
const NODES: &[&str] = &["tab", "column", "section", "cell", "control", "Area", "Group", "SubArea"];

/// Adds positions to a component that is drawn; others stay as they are.
pub(super) fn add(component: &mut Component) {
    use ComponentKind as K;
    if matches!(component.kind, K::Form | K::Dashboard | K::AppModuleSiteMap | K::SiteMap) {
        number(&mut component.element);
    }
}

fn number(element: &mut Element) {
    let mut next: Vec<(String, usize)> = Vec::new();
    for child in element.elements_mut() {
        if NODES.contains(&child.name.as_str()) && child.attribute("ordinalvalue").is_none() {
            let position = match next.iter_mut().find(|(name, _)| *name == child.name) {
                Some((_, position)) => {
                    *position += 1;
                    *position
                }
                None => {
                    next.push((child.name.clone(), 0));
                    0
                }
            };
            child.set_attribute("ordinalvalue", position.to_string());
        }
        number(child);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn siblings_are_numbered() {
        let xml =
            "<form><tabs><tab id='a'/><tab id='b'><columns><column/></columns></tab></tabs></form>";
        let mut element = Element::parse(xml.as_bytes()).unwrap();
        number(&mut element);
        let tabs: Vec<_> =
            element.descendants().filter_map(|n| n.attribute("ordinalvalue")).collect();
        assert_eq!(tabs, ["0", "1", "0"]);
    }
}
