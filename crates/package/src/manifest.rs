//! solution.xml: who made the solution, which version, what is in it, what it needs.

use std::borrow::Cow;

use uuid::Uuid;

use crate::component::Component;
use crate::error::{CODE_NEWER, PackageError, Result};
use crate::version::Version;
use crate::xml::Element;

/// The newest package version that is understood.
pub const PACKAGE_VERSION_MAX: Version = Version([9, 2, 0, 0]);

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// What solution.xml says. What is not among the fields is kept and written back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// The unique name of the solution.
    pub unique_name: String,
    /// Its display names.
    pub names: Vec<Label>,
    /// Its descriptions.
    pub descriptions: Vec<Label>,
    /// Its version.
    pub version: Version,
    /// Managed or not.
    pub managed: Managed,
    /// Who made it.
    pub publisher: Publisher,
    /// What was put into it; components that travel inside others are not listed.
    pub root_components: Vec<RootComponent>,
    /// What it needed, when it was exported, and did not hold.
    pub missing_dependencies: Vec<MissingDependency>,
    /// The solution that this one is a patch of.
    pub parent: Option<ParentSolution>,
    /// The base language of the environment it comes from (LCID).
    pub language: i32,
    /// The languages of the environment it comes from; customizations.xml lists them.
    pub languages: Vec<i32>,
    /// The version of the platform that exported it.
    pub platform_version: Version,
    /// The oldest platform that can read it (`SolutionPackageVersion`).
    pub package_version: Version,
    /// The file as it was read.
    xml: Element,
}

/// A text in a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The language (LCID).
    pub language: i32,
    /// The text.
    pub text: String,
}

/// Whether a package installs as managed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Managed {
    /// It can be changed where it is installed.
    #[default]
    Unmanaged,
    /// It is installed as layers of its own.
    Managed,
    /// A source tree for both.
    Both,
}

/// Who makes solutions, with the prefixes of what he makes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publisher {
    /// The unique name.
    pub unique_name: String,
    /// The display names.
    pub names: Vec<Label>,
    /// The descriptions.
    pub descriptions: Vec<Label>,
    /// Where to write to.
    pub email: Option<String>,
    /// Where to read more.
    pub website: Option<String>,
    /// The prefix of schema names, such as `fh`.
    pub prefix: String,
    /// The prefix of the values of options, such as 72700.
    pub option_prefix: i32,
}

/// A component that was put into the solution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootComponent {
    /// The component type.
    pub type_code: i32,
    /// What names it, where its type is known by a name.
    pub schema_name: Option<String>,
    /// What names it, where its type is known by an id.
    pub id: Option<Uuid>,
    /// 0 with all its parts, 1 with those chosen, 2 as a shell only.
    pub behavior: i32,
}

/// Something that the solution needs and does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingDependency {
    /// What is needed.
    pub required: DependencyEnd,
    /// What needs it.
    pub dependent: DependencyEnd,
}

/// One end of a missing dependency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DependencyEnd {
    /// The element as it is: `Required` or `Dependent`.
    pub xml: Element,
}

/// The solution that a patch belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParentSolution {
    /// Its unique name.
    pub unique_name: String,
    /// Its version.
    pub version: Version,
}

impl Manifest {
    /// A manifest for a new solution, with nothing in it.
    pub fn new(unique_name: impl Into<String>, version: Version, publisher: Publisher) -> Self {
        Self {
            unique_name: unique_name.into(),
            names: Vec::new(),
            descriptions: Vec::new(),
            version,
            managed: Managed::Unmanaged,
            publisher,
            root_components: Vec::new(),
            missing_dependencies: Vec::new(),
            parent: None,
            language: 1033,
            languages: Vec::new(),
            platform_version: PACKAGE_VERSION_MAX,
            package_version: PACKAGE_VERSION_MAX,
            xml: skeleton(),
        }
    }

    /// Reads the root of solution.xml. A package that needs a newer platform is refused.
    pub fn read(root: &Element) -> Result<Self> {
        if root.name != "ImportExportXml" {
            return Err(PackageError::xml(format!("The root is <{}>", root.name))
                .remedy("solution.xml begins with <ImportExportXml>."));
        }
        let manifest = need(root, "SolutionManifest")?;
        let publisher = Publisher::read(need(manifest, "Publisher")?)?;
        let package_version = attribute_version(root, "SolutionPackageVersion")?;
        refuse_newer(package_version)?;
        Ok(Self {
            unique_name: need_text(manifest, "UniqueName")?,
            names: labels(manifest, "LocalizedNames"),
            descriptions: labels(manifest, "Descriptions"),
            version: need_text(manifest, "Version")?.parse()?,
            managed: Managed::read(manifest.child_text("Managed").as_deref())?,
            publisher,
            root_components: root_components(manifest)?,
            missing_dependencies: missing_dependencies(manifest),
            parent: parent(manifest),
            language: root.attribute("languagecode").and_then(number).unwrap_or(1033),
            languages: Vec::new(),
            platform_version: attribute_version(root, "version")?,
            package_version,
            xml: root.clone(),
        })
    }

    /// The root of solution.xml. Only what was changed is written anew.
    pub fn to_element(&self) -> Element {
        let was = Self::read(&self.xml).ok();
        let was = was.as_ref();
        let is_new = |same: fn(&Manifest, &Manifest) -> bool| !was.is_some_and(|w| same(w, self));
        let mut root = self.xml.clone();
        if is_new(|a, b| a.platform_version == b.platform_version) {
            root.set_attribute("version", self.platform_version.to_string());
        }
        if is_new(|a, b| a.package_version == b.package_version) {
            let [major, minor, ..] = self.package_version.0;
            root.set_attribute("SolutionPackageVersion", format!("{major}.{minor}"));
        }
        if is_new(|a, b| a.language == b.language) {
            root.set_attribute("languagecode", self.language.to_string());
        }
        let manifest = root.child_or_new("SolutionManifest");
        if is_new(|a, b| a.unique_name == b.unique_name) {
            manifest.set_child_text("UniqueName", &*self.unique_name);
        }
        if is_new(|a, b| a.names == b.names) {
            set_labels(manifest, "LocalizedNames", "LocalizedName", &self.names);
        }
        if is_new(|a, b| a.descriptions == b.descriptions) {
            set_labels(manifest, "Descriptions", "Description", &self.descriptions);
        }
        if is_new(|a, b| a.version == b.version) {
            manifest.set_child_text("Version", self.version.to_string());
        }
        if is_new(|a, b| a.managed == b.managed) {
            manifest.set_child_text("Managed", self.managed.text());
        }
        if is_new(|a, b| a.publisher == b.publisher) {
            self.publisher.write(manifest.child_or_new("Publisher"));
        }
        if is_new(|a, b| a.root_components == b.root_components) {
            let list = manifest.child_or_new("RootComponents");
            list.children.clear();
            self.root_components.iter().for_each(|c| list.push(c.to_element()));
        }
        if is_new(|a, b| a.missing_dependencies == b.missing_dependencies) {
            let list = manifest.child_or_new("MissingDependencies");
            list.children.clear();
            self.missing_dependencies.iter().for_each(|d| list.push(d.to_element()));
        }
        if is_new(|a, b| a.parent == b.parent) {
            manifest.remove_child("ParentSolution");
            manifest.children.extend(self.parent.iter().map(|p| p.to_element().into()));
        }
        root
    }

    /// The display name in the base language, else the first one, else the unique name.
    pub fn display_name(&self) -> &str {
        let base = self.names.iter().find(|label| label.language == self.language);
        base.or(self.names.first()).map_or(&self.unique_name, |label| &label.text)
    }

    /// The name of the file that an export makes.
    pub fn file_name(&self) -> String {
        let version = self.version.to_string().replace('.', "_");
        let end = if self.managed == Managed::Managed { "_managed" } else { "" };
        format!("{}_{version}{end}.zip", self.unique_name)
    }

    /// The attributes that tell about the exporting platform; customizations.xml has them too.
    pub(crate) fn platform_attributes(&self) -> impl Iterator<Item = &(String, String)> {
        self.xml.attributes.iter().filter(|(name, _)| {
            name.starts_with("xmlns")
                || name.starts_with("Organization")
                || name == "CRMServerServiceabilityVersion"
        })
    }
}

fn refuse_newer(version: Version) -> Result<()> {
    if version.0[..2] <= PACKAGE_VERSION_MAX.0[..2] {
        return Ok(());
    }
    let short = |version: Version| format!("{}.{}", version.0[0], version.0[1]);
    let (its, ours) = (short(version), short(PACKAGE_VERSION_MAX));
    let what = format!("The solution needs package version {its}; this server reads up to {ours}");
    Err(PackageError::new(CODE_NEWER, what)
        .remedy("Export it for an older version, or update this server."))
}

impl Managed {
    /// It installs as managed.
    pub fn is_managed(self) -> bool {
        self == Managed::Managed
    }

    fn read(text: Option<&str>) -> Result<Self> {
        match text.unwrap_or("0").trim() {
            "0" | "" => Ok(Managed::Unmanaged),
            "1" => Ok(Managed::Managed),
            "2" => Ok(Managed::Both),
            other => Err(PackageError::xml(format!("Managed is {other:?}"))
                .remedy("It is 0, 1, or in a source tree 2.")),
        }
    }

    fn text(self) -> &'static str {
        match self {
            Managed::Unmanaged => "0",
            Managed::Managed => "1",
            Managed::Both => "2",
        }
    }
}

impl Publisher {
    fn read(element: &Element) -> Result<Self> {
        let option_prefix = element.child_text("CustomizationOptionValuePrefix");
        Ok(Self {
            unique_name: need_text(element, "UniqueName")?,
            names: labels(element, "LocalizedNames"),
            descriptions: labels(element, "Descriptions"),
            email: some_text(element, "EMailAddress"),
            website: some_text(element, "SupportingWebsiteUrl"),
            prefix: element.child_text("CustomizationPrefix").unwrap_or_default().into_owned(),
            option_prefix: option_prefix.as_deref().and_then(number).unwrap_or(10000),
        })
    }

    fn write(&self, element: &mut Element) {
        element.set_child_text("UniqueName", &*self.unique_name);
        set_labels(element, "LocalizedNames", "LocalizedName", &self.names);
        set_labels(element, "Descriptions", "Description", &self.descriptions);
        set_or_nil(element, "EMailAddress", self.email.as_deref());
        set_or_nil(element, "SupportingWebsiteUrl", self.website.as_deref());
        element.set_child_text("CustomizationPrefix", &*self.prefix);
        let option_prefix = self.option_prefix.to_string();
        element.set_child_text("CustomizationOptionValuePrefix", option_prefix);
        element.child_or_new("Addresses");
    }
}

impl RootComponent {
    /// The entry for a component, where its kind is listed at all: by name, by id or by both, as
    /// the service does it.
    pub fn of(component: &Component, behavior: i32) -> Option<Self> {
        use crate::component::ComponentKind as K;
        let type_code = component.type_code()?;
        let (has_name, has_id) = match component.kind {
            K::Table | K::Choice | K::WebResource | K::AppModuleSiteMap => (true, false),
            K::CustomControl | K::AppModule | K::CanvasApp => (true, false),
            K::AttributeImageConfig | K::EntityImageConfig => (true, false),
            K::Role | K::Workflow | K::Dashboard | K::InteractionCentricDashboard => (false, true),
            K::ConnectionRole | K::FieldSecurityProfile => (false, true),
            K::SdkMessageProcessingStep | K::AiModel | K::Report => (false, true),
            K::ServiceEndpoint => (false, true),
            K::PluginAssembly | K::EntityDataSource | K::Connector => (true, true),
            K::SiteMap => (false, false),
            K::Ribbon if component.parent.is_none() => (true, false),
            _ => return None,
        };
        let schema_name = match component.kind {
            _ if !has_name => None,
            K::PluginAssembly => component.element.attribute("FullName").map(str::to_owned),
            K::EntityDataSource => component.element.child_text("Name").map(Cow::into_owned),
            K::Ribbon => Some(":RibbonDiffXml".to_owned()),
            K::Table | K::Choice => Some(component.key.to_lowercase()),
            _ => Some(component.key.clone()),
        };
        let id = if has_id { component.id() } else { None };
        Some(Self { type_code, schema_name, id, behavior })
    }

    fn read(element: &Element) -> Result<Self> {
        let type_code = element.attribute("type").and_then(number).ok_or_else(|| {
            PackageError::xml("A RootComponent has no component type")
                .remedy("Its type attribute is a number.")
        })?;
        Ok(Self {
            type_code,
            schema_name: element.attribute("schemaName").map(str::to_owned),
            id: element.attribute("id").and_then(|id| Uuid::parse_str(id).ok()),
            behavior: element.attribute("behavior").and_then(number).unwrap_or(0),
        })
    }

    fn to_element(&self) -> Element {
        let mut element = Element::new("RootComponent").with("type", self.type_code.to_string());
        if let Some(id) = &self.id {
            element.set_attribute("id", format!("{{{id}}}"));
        }
        if let Some(name) = &self.schema_name {
            element.set_attribute("schemaName", &**name);
        }
        element.with("behavior", self.behavior.to_string())
    }
}

impl MissingDependency {
    fn to_element(&self) -> Element {
        Element::new("MissingDependency")
            .child_with(self.required.xml.clone())
            .child_with(self.dependent.xml.clone())
    }
}

impl DependencyEnd {
    /// The component type: a number, or the name of a table for its rows.
    pub fn kind(&self) -> &str {
        self.xml.attribute("type").unwrap_or_default()
    }

    /// The component type as a number, where it is one.
    pub fn type_code(&self) -> Option<i32> {
        number(self.kind())
    }

    /// The schema name.
    pub fn schema_name(&self) -> Option<&str> {
        self.xml.attribute("schemaName")
    }

    /// The display name.
    pub fn display_name(&self) -> Option<&str> {
        self.xml.attribute("displayName")
    }

    /// The schema name of what it is a part of, such as the table of a column.
    pub fn parent_schema_name(&self) -> Option<&str> {
        self.xml.attribute("parentSchemaName")
    }

    /// The id.
    pub fn id(&self) -> Option<Uuid> {
        self.xml.attribute("id").and_then(|id| Uuid::parse_str(id).ok())
    }

    /// The key columns of a row, such as (`uniquename`, value) from `id.uniquename="value"`.
    pub fn key_columns(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = self.xml.attributes.iter();
        named.filter_map(|(name, value)| Some((name.strip_prefix("id.")?, value.as_str())))
    }

    /// The solution that brings it: its unique name and version. `Active` is the unmanaged layer
    /// of the environment it was exported from.
    pub fn solution(&self) -> Option<(&str, Option<Version>)> {
        let text = self.xml.attribute("solution")?;
        let Some((name, rest)) = text.rsplit_once(" (") else { return Some((text, None)) };
        let version = rest.strip_suffix(')').and_then(|v| v.parse().ok());
        Some(if version.is_some() { (name, version) } else { (text, None) })
    }
}

impl ParentSolution {
    fn to_element(&self) -> Element {
        Element::new("ParentSolution")
            .text_with("UniqueName", &*self.unique_name)
            .text_with("Version", self.version.to_string())
    }
}

fn root_components(manifest: &Element) -> Result<Vec<RootComponent>> {
    let Some(list) = manifest.child("RootComponents") else { return Ok(Vec::new()) };
    list.children_named("RootComponent").map(RootComponent::read).collect()
}

fn missing_dependencies(manifest: &Element) -> Vec<MissingDependency> {
    let Some(list) = manifest.child("MissingDependencies") else { return Vec::new() };
    let end =
        |entry: &Element, name| entry.child(name).map(|e| DependencyEnd { xml: e.stripped() });
    let read = |entry: &Element| {
        let (required, dependent) = (end(entry, "Required")?, end(entry, "Dependent")?);
        Some(MissingDependency { required, dependent })
    };
    list.children_named("MissingDependency").filter_map(read).collect()
}

/// Any element whose name tells of a parent: no sample of a patch has been seen.
fn parent(manifest: &Element) -> Option<ParentSolution> {
    let element = manifest.elements().find(|e| e.name.contains("Parent"))?;
    let unique_name = element.child_text("UniqueName")?.into_owned();
    let version = element.child_text("Version")?.parse().ok()?;
    Some(ParentSolution { unique_name, version })
}

fn labels(element: &Element, list: &str) -> Vec<Label> {
    let entries = element.child(list).into_iter().flat_map(Element::elements);
    entries
        .filter_map(|entry| {
            let language = entry.attribute("languagecode").and_then(number)?;
            Some(Label { language, text: entry.attribute("description")?.to_owned() })
        })
        .collect()
}

fn set_labels(element: &mut Element, list: &str, entry: &str, labels: &[Label]) {
    let list = element.child_or_new(list);
    list.children.clear();
    for label in labels {
        let language = label.language.to_string();
        list.push(
            Element::new(entry).with("description", &*label.text).with("languagecode", language),
        );
    }
}

fn set_or_nil(element: &mut Element, name: &str, text: Option<&str>) {
    let child = element.child_or_new(name);
    child.set_text(text.unwrap_or_default());
    match text {
        Some(_) => drop(child.remove_attribute("xsi:nil")),
        None => child.set_attribute("xsi:nil", "true"),
    }
}

fn need<'a>(element: &'a Element, name: &str) -> Result<&'a Element> {
    element.child(name).ok_or_else(|| {
        PackageError::xml(format!("<{}> has no <{name}>", element.name))
            .remedy("solution.xml of an export has it.")
    })
}

fn need_text(element: &Element, name: &str) -> Result<String> {
    let text = need(element, name)?.text();
    let text = text.trim();
    if text.is_empty() {
        return Err(PackageError::xml(format!("<{name}> in <{}> is empty", element.name)));
    }
    Ok(text.to_owned())
}

fn some_text(element: &Element, name: &str) -> Option<String> {
    element.child_text(name).map(Cow::into_owned).filter(|text| !text.is_empty())
}

fn attribute_version(root: &Element, name: &str) -> Result<Version> {
    root.attribute(name).map_or(Ok(Version::default()), str::parse)
}

fn number(text: &str) -> Option<i32> {
    text.trim().parse().ok()
}

/// The order of elements and the addresses that every export has.
fn skeleton() -> Element {
    let mut root = Element::new("ImportExportXml");
    for name in ["version", "SolutionPackageVersion", "languagecode"] {
        root.set_attribute(name, "");
    }
    root.set_attribute("generatedBy", "OnPremise");
    root.set_attribute("xmlns:xsi", XSI);
    let manifest = root.child_or_new("SolutionManifest");
    for name in ["UniqueName", "LocalizedNames", "Descriptions", "Version", "Managed"] {
        manifest.push(Element::new(name));
    }
    let publisher = manifest.child_or_new("Publisher");
    for name in PUBLISHER {
        publisher.push(Element::new(*name));
    }
    let addresses = publisher.child_or_new("Addresses");
    addresses.push(address("1"));
    addresses.push(address("2"));
    manifest.push(Element::new("RootComponents"));
    manifest.push(Element::new("MissingDependencies"));
    root
}

const PUBLISHER: &[&str] = &[
    "UniqueName",
    "LocalizedNames",
    "Descriptions",
    "EMailAddress",
    "SupportingWebsiteUrl",
    "CustomizationPrefix",
    "CustomizationOptionValuePrefix",
    "Addresses",
];

const ADDRESS: &[&str] = &[
    "City",
    "County",
    "Country",
    "Fax",
    "FreightTermsCode",
    "ImportSequenceNumber",
    "Latitude",
    "Line1",
    "Line2",
    "Line3",
    "Longitude",
    "Name",
    "PostalCode",
    "PostOfficeBox",
    "PrimaryContactName",
];

const ADDRESS_END: &[&str] = &[
    "StateOrProvince",
    "Telephone1",
    "Telephone2",
    "Telephone3",
    "TimeZoneRuleVersionNumber",
    "UPSZone",
    "UTCOffset",
    "UTCConversionTimeZoneCode",
];

fn address(number: &str) -> Element {
    let nil = |name: &&str| Element::new(*name).with("xsi:nil", "true");
    Element::new("Address")
        .text_with("AddressNumber", number)
        .text_with("AddressTypeCode", "1")
        .children_with(ADDRESS.iter().map(nil))
        .text_with("ShippingMethodCode", "1")
        .children_with(ADDRESS_END.iter().map(nil))
}
