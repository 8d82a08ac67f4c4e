//! The kinds of components. To add one: a variant here, and one line in [`SECTIONS`] (a section of
//! customizations.xml) or [`NESTED`] (a part of a table), at the place the service writes it.

use uuid::Uuid;

use crate::xml::Element;

/// What a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComponentKind {
    /// An AI model with its configurations.
    AiModel,
    /// A model-driven app.
    AppModule,
    /// The site map of a model-driven app.
    AppModuleSiteMap,
    /// Rows that link rows of two solution-aware tables: a whole `…set` element.
    Association,
    /// The settings of an image column.
    AttributeImageConfig,
    /// A canvas app, custom page or component library.
    CanvasApp,
    /// A chart of a table.
    Chart,
    /// A choice that columns share.
    Choice,
    /// A column of a table.
    Column,
    /// A connection reference.
    ConnectionReference,
    /// A connection role.
    ConnectionRole,
    /// A pair of connection roles that match.
    ConnectionRoleAssociation,
    /// A custom connector.
    Connector,
    /// A code component.
    CustomControl,
    /// A dashboard.
    Dashboard,
    /// A provider of virtual tables.
    EntityDataProvider,
    /// A source of virtual tables.
    EntityDataSource,
    /// The settings of the primary image of a table.
    EntityImageConfig,
    /// Columns copied from a row to a new related row.
    EntityMap,
    /// The definition of an environment variable, in its old (`Definition`) or new
    /// (`environmentvariabledefinition`) form.
    EnvironmentVariable,
    /// A column security profile.
    FieldSecurityProfile,
    /// A file that no component names. The element is `<File Path="…" />`.
    File,
    /// A form of a table.
    Form,
    /// An interactive dashboard.
    InteractionCentricDashboard,
    /// An alternate key of a table.
    Key,
    /// A plug-in assembly with its types.
    PluginAssembly,
    /// A relationship between tables.
    Relationship,
    /// A classic report.
    Report,
    /// A ribbon: of a table where there is a parent, else of the application.
    Ribbon,
    /// A security role.
    Role,
    /// A row of a solution-aware table, from a folder. The element's name is the table's.
    Row,
    /// A plug-in step.
    SdkMessageProcessingStep,
    /// A service endpoint or webhook.
    ServiceEndpoint,
    /// The classic site map.
    SiteMap,
    /// A table without its parts.
    Table,
    /// A template: email, article, contract, mail merge; the group tells which.
    Template,
    /// A part of customizations.xml that is not known here.
    Unknown,
    /// A view of a table.
    View,
    /// A web resource.
    WebResource,
    /// A cloud flow or a classic process.
    Workflow,
}

/// What names a component of a kind.
pub(crate) enum KeyFrom {
    /// An attribute that holds a name.
    Attribute(&'static str),
    /// An attribute that holds an id.
    AttributeId(&'static str),
    /// A child element that holds a name.
    Child(&'static str),
    /// A child element that holds an id.
    ChildId(&'static str),
    /// Two child elements, with a space between.
    Children(&'static str, &'static str),
    /// There is only one; its key is this.
    Only(&'static str),
}

/// Where components of a kind stand.
pub(crate) struct Place {
    pub kind: ComponentKind,
    /// The path of elements from the root (or from `Entity`) to the component itself.
    pub path: &'static str,
    pub key: KeyFrom,
    pub type_code: Option<i32>,
    /// The section is written even when it is empty.
    pub is_always: bool,
}

const fn section(
    path: &'static str,
    kind: ComponentKind,
    type_code: Option<i32>,
    key: KeyFrom,
) -> Place {
    Place { kind, path, key, type_code, is_always: false }
}

const fn always(
    path: &'static str,
    kind: ComponentKind,
    type_code: Option<i32>,
    key: KeyFrom,
) -> Place {
    Place { kind, path, key, type_code, is_always: true }
}

use ComponentKind as K;
use KeyFrom::{Attribute, AttributeId, Child, ChildId, Children, Only};

/// The sections of customizations.xml, in the order in which the service writes them. A `*` stands
/// for any name and becomes the group.
#[rustfmt::skip]
pub(crate) static SECTIONS: &[Place] = &[
    always("Entities/Entity", K::Table, Some(1), Child("Name")),
    always("Roles/Role", K::Role, Some(20), AttributeId("id")),
    always("Workflows/Workflow", K::Workflow, Some(29), AttributeId("WorkflowId")),
    always("FieldSecurityProfiles/FieldSecurityProfile", K::FieldSecurityProfile, Some(70), AttributeId("fieldsecurityprofileid")),
    always("Templates/*/*", K::Template, None, Only("")),
    section("ConnectionRoles/ConnectionRoles/ConnectionRole", K::ConnectionRole, Some(63), ChildId("connectionroleid")),
    section("ConnectionRoles/ConnectionRoleAssociations/ConnectionRoleAssociation", K::ConnectionRoleAssociation, None, Children("connectionroleid", "associatedconnectionroleid")),
    section("EntityImageConfigs/EntityImageConfig", K::EntityImageConfig, Some(432), Child("parententitylogicalname")),
    section("AttributeImageConfigs/AttributeImageConfig", K::AttributeImageConfig, Some(431), Children("parententitylogicalname", "attributelogicalname")),
    always("EntityMaps/EntityMap", K::EntityMap, Some(46), Children("EntitySource", "EntityTarget")),
    always("EntityRelationships/EntityRelationship", K::Relationship, Some(10), Attribute("Name")),
    always("OrganizationSettings/OrganizationSetting", K::Unknown, None, Only("")),
    always("optionsets/optionset", K::Choice, Some(9), Attribute("Name")),
    section("Reports/Report", K::Report, Some(31), ChildId("ReportId")),
    section("WebResources/WebResource", K::WebResource, Some(61), Child("Name")),
    section("Dashboards/Dashboard", K::Dashboard, Some(60), ChildId("FormId")),
    section("InteractionCentricDashboards/InteractionCentricDashboard", K::InteractionCentricDashboard, Some(60), ChildId("FormId")),
    always("CustomControls/CustomControl", K::CustomControl, Some(66), Child("Name")),
    section("AppModuleSiteMaps/AppModuleSiteMap", K::AppModuleSiteMap, Some(62), Child("SiteMapUniqueName")),
    section("AppModules/AppModule", K::AppModule, Some(80), Child("UniqueName")),
    section("SiteMap/SiteMap", K::SiteMap, Some(62), Only("SiteMap")),
    section("RibbonDiffXml", K::Ribbon, Some(50), Only("RibbonDiffXml")),
    section("SolutionPluginAssemblies/PluginAssembly", K::PluginAssembly, Some(91), AttributeId("PluginAssemblyId")),
    section("SdkMessageProcessingSteps/SdkMessageProcessingStep", K::SdkMessageProcessingStep, Some(92), AttributeId("SdkMessageProcessingStepId")),
    section("ServiceEndpoints/ServiceEndpoint", K::ServiceEndpoint, Some(95), AttributeId("ServiceEndpointId")),
    always("EntityDataProviders/EntityDataProvider", K::EntityDataProvider, None, AttributeId("EntityDataProviderId")),
    section("EntityDataSources/EntityDataSource", K::EntityDataSource, Some(183), AttributeId("EntityDataSourceId")),
    section("CanvasApps/CanvasApp", K::CanvasApp, Some(300), Child("Name")),
    section("AIModels/AIModel", K::AiModel, Some(401), ChildId("msdyn_aimodelid")),
    section("Connectors/Connector", K::Connector, Some(372), Child("name")),
    section("connectionreferences/connectionreference", K::ConnectionReference, None, Attribute("connectionreferencelogicalname")),
    section("EnvironmentVariables/Definition", K::EnvironmentVariable, Some(380), Child("SchemaName")),
];

/// The parts of a table, in the order in which the service writes them. A `*` stands for a
/// `forms` element of any type, which becomes the group.
#[rustfmt::skip]
pub(crate) static NESTED: &[Place] = &[
    section("EntityInfo/entity/attributes/attribute", K::Column, Some(2), Child("LogicalName")),
    section("EntityInfo/entity/EntityKeys/EntityKey", K::Key, Some(14), Child("LogicalName")),
    section("FormXml/*/systemform", K::Form, Some(60), ChildId("formid")),
    section("SavedQueries/savedqueries/savedquery", K::View, Some(26), ChildId("savedqueryid")),
    section("Visualizations/visualization", K::Chart, Some(59), ChildId("savedqueryvisualizationid")),
    section("RibbonDiffXml", K::Ribbon, Some(50), Only("RibbonDiffXml")),
];

impl ComponentKind {
    /// All kinds.
    pub const ALL: &[Self] = &[
        Self::AiModel,
        Self::AppModule,
        Self::AppModuleSiteMap,
        Self::Association,
        Self::AttributeImageConfig,
        Self::CanvasApp,
        Self::Chart,
        Self::Choice,
        Self::Column,
        Self::ConnectionReference,
        Self::ConnectionRole,
        Self::ConnectionRoleAssociation,
        Self::Connector,
        Self::CustomControl,
        Self::Dashboard,
        Self::EntityDataProvider,
        Self::EntityDataSource,
        Self::EntityImageConfig,
        Self::EntityMap,
        Self::EnvironmentVariable,
        Self::FieldSecurityProfile,
        Self::File,
        Self::Form,
        Self::InteractionCentricDashboard,
        Self::Key,
        Self::PluginAssembly,
        Self::Relationship,
        Self::Report,
        Self::Ribbon,
        Self::Role,
        Self::Row,
        Self::SdkMessageProcessingStep,
        Self::ServiceEndpoint,
        Self::SiteMap,
        Self::Table,
        Self::Template,
        Self::Unknown,
        Self::View,
        Self::WebResource,
        Self::Workflow,
    ];

    /// The number of the component type, where it is the same in every environment.
    pub fn type_code(self) -> Option<i32> {
        match self {
            K::EnvironmentVariable => Some(380),
            _ => self.place().and_then(|place| place.type_code),
        }
    }

    /// It is a part of a table and never stands in a section of its own.
    pub fn is_part_of_table(self) -> bool {
        matches!(self, K::Chart | K::Column | K::Form | K::Key | K::View)
    }

    /// What names an element of this kind.
    pub(crate) fn key_of(self, element: &Element) -> Option<String> {
        if element.name == "environmentvariabledefinition" {
            return element.attribute("schemaname").map(str::to_owned);
        }
        match self.place()?.key {
            _ if self == K::Template => template_id(element),
            Attribute(name) => Some(element.attribute(name)?.to_owned()),
            AttributeId(name) => Some(id_text(element.attribute(name)?)),
            Child(name) => Some(element.child_text(name)?.trim().to_owned()),
            ChildId(name) => Some(id_text(&element.child_text(name)?)),
            Children(one, two) => Some(format!(
                "{} {}",
                element.child_text(one)?.trim(),
                element.child_text(two)?.trim()
            )),
            Only(key) => Some(key.to_owned()),
        }
        .filter(|key| !key.is_empty())
    }

    /// The id in an element of this kind.
    pub(crate) fn id_of(self, element: &Element) -> Option<Uuid> {
        let text = match self {
            K::WebResource => element.child_text("WebResourceId")?,
            K::Connector => element.child_text("connectorid")?,
            _ => match self.place()?.key {
                AttributeId(name) => element.attribute(name)?.into(),
                ChildId(name) => element.child_text(name)?,
                _ => return None,
            },
        };
        Uuid::parse_str(&id_text(&text)).ok()
    }

    pub(crate) fn place(self) -> Option<&'static Place> {
        SECTIONS.iter().chain(NESTED).find(|place| place.kind == self)
    }
}

/// An id in lower case without braces.
fn id_text(text: &str) -> String {
    text.trim().trim_matches(['{', '}']).to_ascii_lowercase()
}

/// A template is named by its first id, whichever kind of template it is.
fn template_id(element: &Element) -> Option<String> {
    let is_id = |name: &str| name.to_ascii_lowercase().ends_with("id");
    let attribute = element.attributes.iter().find(|(name, _)| is_id(name));
    let child = || element.elements().find(|e| is_id(&e.name)).map(|e| id_text(&e.text()));
    attribute.map(|(_, value)| id_text(value)).or_else(child)
}

/// The path of elements from the root of customizations.xml to components of a kind.
pub(crate) fn place_of(kind: ComponentKind) -> Option<&'static str> {
    SECTIONS.iter().find(|place| place.kind == kind).map(|place| place.path)
}
