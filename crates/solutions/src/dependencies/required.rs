//! Which components a definition refers to. Pure.

use std::collections::BTreeSet;

use package::xml::Element;
use package::{Component, ComponentKind};
use serde_json::Value as Json;

use crate::components::row::parse_id;
use crate::definition::{referenced_tables, text};
use crate::layers::Name;

/// The components that a component refers to, itself left out.
pub(crate) fn required(component: &Component) -> BTreeSet<Name> {
    use ComponentKind as K;
    let mut found = Found::default();
    match component.kind {
        K::AppModule => found.app_module(&component.element),
        K::AppModuleSiteMap | K::SiteMap => found.site_map(&component.element),
        K::CanvasApp => found.canvas_app(&component.element),
        K::Chart | K::View => found.view(component),
        K::Column => found.column(&component.element),
        K::Dashboard | K::Form | K::InteractionCentricDashboard => found.form(component),
        K::EntityMap => {
            for child in ["EntitySource", "EntityTarget"] {
                found.table(text(&component.element, child));
            }
        }
        K::Key => found.key(component),
        K::Relationship => {
            let tables = referenced_tables(&component.element);
            tables.into_iter().for_each(|table| found.table(Some(table)));
        }
        K::Workflow => found.workflow(component),
        _ => {}
    }
    found.0
}

#[derive(Default)]
struct Found(BTreeSet<Name>);

impl Found {
    fn add(&mut self, kind: ComponentKind, parent: &str, key: &str) {
        if !key.is_empty() {
            self.0.insert(Name::new(kind, parent, key));
        }
    }

    fn table(&mut self, name: Option<String>) {
        self.add(ComponentKind::Table, "", name.as_deref().unwrap_or_default());
    }

    fn column_of(&mut self, table: &str, column: Option<&str>) {
        self.add(ComponentKind::Column, table, column.unwrap_or_default());
    }

    fn app_module(&mut self, element: &Element) {
        use ComponentKind as K;
        let listed = element.child("AppModuleComponents").into_iter().flat_map(Element::elements);
        for component in listed {
            let name = component.attribute("schemaName").unwrap_or_default();
            let id = component.attribute("id").and_then(parse_id).map(|id| id.to_string());
            match (component.attribute("type"), id) {
                (Some("1"), _) => self.add(K::Table, "", name),
                (Some("61"), _) => self.add(K::WebResource, "", name),
                (Some("62"), _) => self.add(K::AppModuleSiteMap, "", name),
                (Some("300"), _) => self.add(K::CanvasApp, "", name),
                (Some("29"), Some(id)) => self.add(K::Workflow, "", &id),
                _ => {}
            }
        }
    }

    fn site_map(&mut self, element: &Element) {
        for node in element.descendants() {
            self.table(node.attribute("Entity").map(str::to_owned));
            let url = node.attribute("Url").or(node.attribute("Icon")).unwrap_or_default();
            if let Some(resource) = url.strip_prefix("$webresource:") {
                self.add(ComponentKind::WebResource, "", resource);
            }
        }
    }

    /// The app says itself which tables it needs (`CdsDependencies`).
    fn canvas_app(&mut self, element: &Element) {
        let listed = text(element, "CdsDependencies").unwrap_or_default();
        let Ok(json) = serde_json::from_str::<Json>(&listed) else { return };
        for entry in json["cdsdependencies"].as_array().into_iter().flatten() {
            if entry["componenttype"].as_i64() == Some(1) {
                self.table(entry["logicalname"].as_str().map(str::to_owned));
            }
        }
    }

    fn view(&mut self, component: &Component) {
        let parent = component.parent.clone().unwrap_or_default();
        for node in component.element.descendants() {
            if node.name == "entity" {
                let table = node.attribute("name").unwrap_or(&parent).to_lowercase();
                if table != parent.to_lowercase() {
                    self.table(Some(table.clone()));
                }
                self.query_columns(&table, node);
            } else if node.name == "link-entity" {
                let table = node.attribute("name").unwrap_or_default().to_lowercase();
                self.table(Some(table.clone()));
                self.query_columns(&table, node);
            }
        }
    }

    fn query_columns(&mut self, table: &str, node: &Element) {
        for child in node.elements() {
            match child.name.as_str() {
                "attribute" => self.column_of(table, child.attribute("name")),
                "order" => self.column_of(table, child.attribute("attribute")),
                "filter" => {
                    let conditions = child.descendants().filter(|node| node.name == "condition");
                    for condition in conditions {
                        if condition.attribute("entityname").is_none() {
                            self.column_of(table, condition.attribute("attribute"));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn form(&mut self, component: &Component) {
        let table = component.parent.clone().unwrap_or_default();
        for node in component.element.descendants() {
            match node.name.as_str() {
                "control" => {
                    let column = node.attribute("datafieldname");
                    // A dashboard's controls belong to no table of their own.
                    if !table.is_empty() {
                        self.column_of(&table, column);
                    }
                }
                "Library" => self.add(
                    ComponentKind::WebResource,
                    "",
                    node.attribute("name").unwrap_or_default(),
                ),
                "TargetEntityType" => self.table(Some(node.text().trim().to_owned())),
                _ => {}
            }
        }
    }

    fn column(&mut self, element: &Element) {
        let name = text(element, "OptionSetName");
        self.add(ComponentKind::Choice, "", name.as_deref().unwrap_or_default());
    }

    fn key(&mut self, component: &Component) {
        let table = component.parent.clone().unwrap_or_default();
        let columns = component.element.child("EntityKeyAttributes");
        for column in columns.into_iter().flat_map(Element::elements) {
            self.column_of(&table, Some(column.text().trim()));
        }
    }

    /// A flow names its connection references and environment variables in its JSON.
    fn workflow(&mut self, component: &Component) {
        let Some(file) = component.file("JsonFileName") else { return };
        let text = String::from_utf8_lossy(&file.bytes);
        let Ok(json) = serde_json::from_str::<Json>(text.trim_start_matches('\u{feff}')) else {
            return;
        };
        let references = json["properties"]["connectionReferences"].as_object();
        for reference in references.into_iter().flat_map(|map| map.values()) {
            let name = reference["connection"]["connectionReferenceLogicalName"].as_str();
            self.add(ComponentKind::ConnectionReference, "", name.unwrap_or_default());
        }
        let parameters = json["properties"]["definition"]["parameters"].as_object();
        for parameter in parameters.into_iter().flat_map(|map| map.values()) {
            let name = parameter["metadata"]["schemaName"].as_str();
            self.add(ComponentKind::EnvironmentVariable, "", name.unwrap_or_default());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_needs_the_columns_of_its_query() {
        let xml = r#"<savedquery><savedqueryid>{6f5a1b1e-0000-0000-0000-000000000001}</savedqueryid><fetchxml><fetch><entity name="fh_task"><attribute name="fh_name"/><filter><condition attribute="statecode" operator="eq" value="0"/></filter><link-entity name="account" from="accountid" to="fh_account"><attribute name="name"/></link-entity></entity></fetch></fetchxml></savedquery>"#;
        let element = Element::parse(xml.as_bytes()).unwrap();
        let view = Component::new(ComponentKind::View, element).unwrap().within("fh_task");
        let names: Vec<_> = required(&view)
            .into_iter()
            .map(|n| format!("{:?} {}.{}", n.kind, n.parent, n.key))
            .collect();
        assert_eq!(
            names,
            [
                "Column account.name",
                "Column fh_task.fh_name",
                "Column fh_task.statecode",
                "Table .account"
            ]
        );
    }

    #[test]
    fn a_flow_needs_its_references_and_variables() {
        let json = r#"{"properties":{"connectionReferences":{"shared_x":{"connection":{"connectionReferenceLogicalName":"fh_x_1"}}},"definition":{"parameters":{"Url (fh_Url)":{"metadata":{"schemaName":"fh_Url"}}}}}}"#;
        let xml = r#"<Workflow WorkflowId="{6f5a1b1e-0000-0000-0000-000000000001}" Name="F"><JsonFileName>/Workflows/F.json</JsonFileName></Workflow>"#;
        let element = Element::parse(xml.as_bytes()).unwrap();
        let flow = Component::new(ComponentKind::Workflow, element)
            .unwrap()
            .with_file("Workflows/F.json", json.as_bytes().to_vec());
        let names: Vec<_> =
            required(&flow).into_iter().map(|n| format!("{:?} {}", n.kind, n.key)).collect();
        assert_eq!(names, ["ConnectionReference fh_x_1", "EnvironmentVariable fh_url"]);
    }
}
