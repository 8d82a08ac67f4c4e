//! From a row that was made through the Web API to the component that a package would carry.

use std::sync::Arc;

use base::{Result, Uuid};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dataverse::Session;
use metadata::{Label, Table};
use package::xml::Element;
use package::{Component, ComponentKind};

use super::form::FORM_TYPES;
use crate::definition::write_labels;
use crate::layers;
use crate::steps::written;

/// Columns that the server keeps by itself: they are no part of a definition.
const KEPT_BY_SERVER: &[&str] = &[
    // sorted: begin
    "componentstate",
    "connectionid",
    "createdby",
    "createdon",
    "createdonbehalfby",
    "importsequencenumber",
    "ismanaged",
    "modifiedby",
    "modifiedon",
    "modifiedonbehalfby",
    "organizationid",
    "overriddencreatedon",
    "overwritetime",
    "ownerid",
    "owningbusinessunit",
    "owningteam",
    "owninguser",
    "solutionid",
    "supportingsolutionid",
    "timezoneruleversionnumber",
    "utcconversiontimezonecode",
    "versionnumber",
    // sorted: end
];

/// The component that a row is; nothing for rows of tables that are no components of their own.
pub(crate) async fn component(
    session: &mut Session<'_>,
    table: &Arc<Table>,
    id: Uuid,
) -> Result<Option<Component>> {
    let below = layers::of(session, id).await?;
    let below = crate::fold::fold(&below);
    let row = Row { session, table, id };
    match table.logical_name.as_str() {
        "savedquery" => row.view(below).await,
        "systemform" => row.form(below).await,
        "webresource" => row.web_resource(below).await,
        "workflow" => row.workflow(below).await,
        "connectionreference" => row.connection_reference(below).await,
        "environmentvariabledefinition" => row.environment_variable(below).await,
        "environmentvariablevalue" | "role" | "solution" | "publisher" => Ok(None),
        "appmodule" => row.named(below, ComponentKind::AppModule, "AppModule", "UniqueName").await,
        "sitemap" => row.site_map(below).await,
        "canvasapp" => row.named(below, ComponentKind::CanvasApp, "CanvasApp", "Name").await,
        _ => row.other(below).await,
    }
}

/// The tables of component types that are rows.
const TYPE_TABLES: &[(i32, &str)] = &[
    (24, "systemform"),
    (26, "savedquery"),
    (29, "workflow"),
    (60, "systemform"),
    (61, "webresource"),
    (62, "sitemap"),
    (80, "appmodule"),
    (300, "canvasapp"),
    (380, "environmentvariabledefinition"),
];

/// The component that a row of a component type is; nothing where there is no such row.
pub(crate) async fn by_type(
    session: &mut Session<'_>,
    id: Uuid,
    component_type: i32,
) -> Result<Option<Component>> {
    let found = TYPE_TABLES.iter().find(|(code, _)| *code == component_type);
    let dynamic = match found {
        Some((_, table)) => Some((*table).to_owned()),
        None => dynamic_table(session, component_type).await?,
    };
    let table = dynamic.and_then(|name| session.schema().table(&name).cloned());
    let Some(table) = table else { return Ok(None) };
    if !session.has_row(&table.logical_name, id).await? {
        return Ok(None);
    }
    component(session, &table, id).await
}

/// The table of a component type that is numbered by the environment.
async fn dynamic_table(session: &mut Session<'_>, component_type: i32) -> Result<Option<String>> {
    let sql = format!(
        "select primaryentityname from {} where solutioncomponenttype = ?1",
        session.store().table("solutioncomponentdefinition")
    );
    let statement = db::Statement::new(sql, vec![component_type.into()]);
    session.tx().query_opt(&statement).await?.map(|row| row.get(0)).transpose()
}

struct Row<'a, 's> {
    session: &'a mut Session<'s>,
    table: &'a Arc<Table>,
    id: Uuid,
}

impl Row<'_, '_> {
    async fn text(&mut self, column: &str) -> Result<Option<String>> {
        if self.table.column(column).is_none() {
            return Ok(None);
        }
        let value =
            self.session.read_value(&self.table.logical_name.clone(), self.id, column).await?;
        Ok(written(&value))
    }

    async fn set(&mut self, element: &mut Element, child: &str, column: &str) -> Result<()> {
        if let Some(text) = self.text(column).await? {
            element.set_child_text(child, text);
        }
        Ok(())
    }

    /// The name and description as localised labels, in the caller's language.
    async fn set_labels(&mut self, element: &mut Element) -> Result<()> {
        let language = self.session.user().language;
        for (column, parent, child) in [
            ("name", "LocalizedNames", "LocalizedName"),
            ("description", "Descriptions", "Description"),
        ] {
            if let Some(text) = self.text(column).await? {
                element.remove_child(parent);
                element.push(write_labels(&Label(vec![(language, text)]), parent, child));
            }
        }
        Ok(())
    }

    /// Replaces a child that holds XML by what a column holds as text.
    async fn set_xml(&mut self, element: &mut Element, child: &str, column: &str) -> Result<()> {
        let Some(text) = self.text(column).await? else { return Ok(()) };
        let inner = Element::parse(text.as_bytes()).map_err(base::Error::from)?;
        element.remove_child(child);
        element.push(Element::new(child).child_with(inner));
        Ok(())
    }

    async fn view(mut self, below: Option<Component>) -> Result<Option<Component>> {
        let mut element = start(below, "savedquery");
        element.set_child_text("savedqueryid", braced(self.id));
        for column in ["isquickfindquery", "isdefault", "querytype", "IntroducedVersion"] {
            self.set(&mut element, column, &column.to_lowercase()).await?;
        }
        self.set_xml(&mut element, "fetchxml", "fetchxml").await?;
        self.set_xml(&mut element, "layoutxml", "layoutxml").await?;
        self.set_labels(&mut element).await?;
        let table = self.text("returnedtypecode").await?.unwrap_or_default();
        Ok(Component::new(ComponentKind::View, element).map(|made| made.within(table)))
    }

    async fn form(mut self, below: Option<Component>) -> Result<Option<Component>> {
        let code = self.text("type").await?.and_then(|code| code.parse::<i32>().ok()).unwrap_or(2);
        let table = self.text("objecttypecode").await?.unwrap_or_default();
        let is_dashboard = code == 0 || code == 10;
        let mut element = start(below, if is_dashboard { "Dashboard" } else { "systemform" });
        if is_dashboard {
            element.set_child_text("FormId", braced(self.id));
            if let Some(text) = self.text("formxml").await? {
                let form = Element::parse(text.as_bytes()).map_err(base::Error::from)?;
                let forms = Element::new("forms").with("type", "dashboard").child_with(form);
                element.remove_child("FormXml");
                element.push(Element::new("FormXml").child_with(forms));
            }
        } else {
            element.set_child_text("formid", braced(self.id));
            if let Some(text) = self.text("formxml").await? {
                let form = Element::parse(text.as_bytes()).map_err(base::Error::from)?;
                element.remove_child("form");
                element.push(form);
            }
        }
        self.set(&mut element, "FormActivationState", "formactivationstate").await?;
        self.set(&mut element, "FormPresentation", "formpresentation").await?;
        self.set_labels(&mut element).await?;
        if is_dashboard {
            return Ok(Component::new(ComponentKind::Dashboard, element));
        }
        let group = FORM_TYPES.iter().find(|(_, other)| *other == code).map_or("main", |(n, _)| n);
        let made = Component::new(ComponentKind::Form, element);
        Ok(made.map(|made| made.within(table).in_group(group)))
    }

    async fn web_resource(mut self, below: Option<Component>) -> Result<Option<Component>> {
        let mut element = start(below, "WebResource");
        let name = self.text("name").await?.unwrap_or_default();
        let stem: String = name.chars().filter(|c| !matches!(c, '/' | '.' | ' ')).collect();
        let path = format!("WebResources/{stem}{}", self.id.to_string().to_uppercase());
        element.set_child_text("WebResourceId", braced(self.id));
        for (child, column) in [
            ("Name", "name"),
            ("DisplayName", "displayname"),
            ("Description", "description"),
            ("LanguageCode", "languagecode"),
            ("WebResourceType", "webresourcetype"),
            ("IntroducedVersion", "introducedversion"),
            ("DependencyXml", "dependencyxml"),
        ] {
            self.set(&mut element, child, column).await?;
        }
        element.set_child_text("FileName", format!("/{path}"));
        let content = self.text("content").await?.unwrap_or_default();
        let bytes = STANDARD.decode(content.trim()).map_err(|error| {
            base::Error::invalid(format!("The content of {name} is not base64: {error}."))
        })?;
        let made = Component::new(ComponentKind::WebResource, element);
        Ok(made.map(|made| made.with_file(path, bytes)))
    }

    async fn workflow(mut self, below: Option<Component>) -> Result<Option<Component>> {
        let name = self.text("name").await?.unwrap_or_default();
        let mut element = start(below, "Workflow");
        element.set_attribute("WorkflowId", braced(self.id));
        element.set_attribute("Name", &*name);
        for child in [
            "Type",
            "Category",
            "Mode",
            "Scope",
            "OnDemand",
            "TriggerOnCreate",
            "TriggerOnDelete",
            "AsyncAutodelete",
            "RunAs",
            "IsTransacted",
            "IntroducedVersion",
            "ModernFlowType",
            "PrimaryEntity",
        ] {
            self.set(&mut element, child, &child.to_lowercase()).await?;
        }
        element.set_child_text("StateCode", "1");
        element.set_child_text("StatusCode", "2");
        let label = Label(vec![(self.session.user().language, name.clone())]);
        element.remove_child("LocalizedNames");
        element.push(write_labels(&label, "LocalizedNames", "LocalizedName"));
        let stem: String = name.chars().filter(|c| c.is_alphanumeric()).collect();
        let stem = format!("{stem}-{}", self.id.to_string().to_uppercase());
        let (child, extension, column) = match self.text("clientdata").await?.is_some() {
            true => ("JsonFileName", "json", "clientdata"),
            false => ("XamlFileName", "xaml", "xaml"),
        };
        let content = self.text(column).await?.unwrap_or_default();
        let path = format!("Workflows/{stem}.{extension}");
        element.set_child_text(child, format!("/{path}"));
        let made = Component::new(ComponentKind::Workflow, element);
        Ok(made.map(|made| made.with_file(path, content.into_bytes())))
    }

    async fn connection_reference(mut self, below: Option<Component>) -> Result<Option<Component>> {
        let mut element = start(below, "connectionreference");
        if let Some(name) = self.text("connectionreferencelogicalname").await? {
            element.set_attribute("connectionreferencelogicalname", name);
        }
        for column in ["connectionreferencedisplayname", "connectorid", "description"] {
            self.set(&mut element, column, column).await?;
        }
        element.child_or_new("iscustomizable");
        element.set_child_text("iscustomizable", "1");
        Ok(Component::new(ComponentKind::ConnectionReference, element))
    }

    async fn environment_variable(mut self, below: Option<Component>) -> Result<Option<Component>> {
        let Some(name) = self.text("schemaname").await? else { return Ok(None) };
        let mut element = start(below, "environmentvariabledefinition");
        element.set_attribute("schemaname", &*name);
        for column in ["defaultvalue", "introducedversion", "isrequired", "secretstore", "type"] {
            self.set(&mut element, column, column).await?;
        }
        let language = self.session.user().language;
        for column in ["displayname", "description"] {
            if let Some(text) = self.text(column).await? {
                element.remove_child(column);
                element.push(
                    write_labels(&Label(vec![(language, text.clone())]), column, "label")
                        .with("default", text),
                );
            }
        }
        let folder = format!("environmentvariabledefinitions/{name}");
        Ok(Some(Component::row(&folder, element)))
    }

    async fn site_map(mut self, below: Option<Component>) -> Result<Option<Component>> {
        let Some(name) = self.text("sitemapnameunique").await? else { return Ok(None) };
        let mut element = start(below, "AppModuleSiteMap");
        element.set_child_text("SiteMapUniqueName", name);
        if let Some(text) = self.text("sitemapxml").await? {
            let map = Element::parse(text.as_bytes()).map_err(base::Error::from)?;
            element.remove_child("SiteMap");
            element.push(map);
        }
        Ok(Component::new(ComponentKind::AppModuleSiteMap, element))
    }

    /// A component of a section whose children have the names of the columns, in another case.
    async fn named(
        mut self,
        below: Option<Component>,
        kind: ComponentKind,
        element_name: &str,
        key: &str,
    ) -> Result<Option<Component>> {
        let mut element = start(below, element_name);
        let Some(name) = self.text(&key.to_lowercase()).await? else { return Ok(None) };
        element.set_child_text(key, name);
        let known: Vec<String> = element.elements().map(|child| child.name.clone()).collect();
        for child in known.iter().filter(|child| *child != key) {
            let is_plain = element.child(child).is_some_and(|c| c.elements().next().is_none());
            if is_plain {
                self.set(&mut element, child, &child.to_lowercase()).await?;
            }
        }
        if kind == ComponentKind::AppModule {
            for child in ["WebResourceId", "FormFactor", "ClientType", "NavigationType"] {
                self.set(&mut element, child, &child.to_lowercase()).await?;
            }
            self.set_labels(&mut element).await?;
        }
        Ok(Component::new(kind, element))
    }

    /// A row of any other solution-aware table: its columns in alphabetical order.
    async fn other(mut self, below: Option<Component>) -> Result<Option<Component>> {
        let table = self.table.clone();
        let key_column = ["uniquename", "schemaname", "name"]
            .into_iter()
            .find(|name| table.column(name).is_some())
            .unwrap_or(&table.primary_id);
        let Some(key) = self.text(key_column).await? else { return Ok(None) };
        let key = key.trim_matches(['{', '}']).to_owned();
        let mut element = start(below, &table.logical_name);
        element.set_attribute(key_column, &*key);
        let mut names: Vec<_> = table.columns.keys().cloned().collect();
        names.sort();
        for name in names {
            let is_kept = KEPT_BY_SERVER.contains(&name.as_str())
                || name == table.primary_id
                || name == key_column
                || name.ends_with("idunique");
            let is_lookup = table.column(&name).is_some_and(|column| column.is_lookup());
            if !is_kept && !is_lookup {
                self.set(&mut element, &name, &name).await?;
            }
        }
        Ok(Some(Component::row(&format!("{}/{key}", table.set_name), element)))
    }
}

/// What is below, to be changed; or a new element.
fn start(below: Option<Component>, name: &str) -> Element {
    below.map_or_else(|| Element::new(name), |component| component.element)
}

fn braced(id: Uuid) -> String {
    format!("{{{id}}}")
}
