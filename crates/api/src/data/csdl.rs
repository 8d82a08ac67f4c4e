//! The service document, and `$metadata`: the schema as CSDL (OData 4.0, XML).

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::http::StatusCode;
use base::limits::METADATA_DOCUMENTS_MAX;
use base::{Result, Uuid};
use metadata::{Column, ColumnKind, DateTimeBehavior, ENGLISH, Label, OneToMany, Schema, Table};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, Event};
use serde_json::{Value, json};

use super::answer::Answer;
use super::call::Call;
use super::payload::property;
use super::{actions, functions};

/// `$metadata` documents of the environments that were asked lately: they are large, and change
/// only with the schema.
#[derive(Default)]
pub struct MetadataCache(Mutex<Vec<Cached>>);

struct Cached {
    environment: Uuid,
    version: u64,
    with_annotations: bool,
    document: Bytes,
}

impl MetadataCache {
    fn find(&self, environment: Uuid, version: u64, with_annotations: bool) -> Option<Bytes> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = cached.iter().find(|entry| {
            entry.environment == environment
                && entry.version == version
                && entry.with_annotations == with_annotations
        });
        found.map(|entry| entry.document.clone())
    }

    fn keep(&self, new: Cached) {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached.retain(|entry| {
            entry.environment != new.environment
                || (entry.version == new.version && entry.with_annotations != new.with_annotations)
        });
        if cached.len() >= METADATA_DOCUMENTS_MAX {
            cached.remove(0);
        }
        cached.push(new);
    }
}

/// `GET` of the service root: the sets.
pub(super) fn service_document(call: &Call) -> Answer {
    let sets = tables(&call.schema).into_iter().map(|table| {
        let name = &table.set_name;
        json!({ "name": name, "kind": "EntitySet", "url": name })
    });
    let body = json!({
        "@odata.context": call.url("$metadata"),
        "value": sets.collect::<Vec<Value>>(),
    });
    Answer::json(StatusCode::OK, body.to_string().into_bytes())
}

/// `GET $metadata`; `?annotations=true` adds descriptions.
pub(super) fn answer(call: &Call) -> Result<Answer> {
    let with_annotations = call.options.other("annotations") == Some("true");
    let (environment, version) = (call.environment.id, call.schema.version);
    let cache = &call.app.metadata;
    if let Some(document) = cache.find(environment, version, with_annotations) {
        return Ok(Answer::xml(document.to_vec()));
    }
    let document = Bytes::from(document(&call.schema, with_annotations)?);
    cache.keep(Cached { environment, version, with_annotations, document: document.clone() });
    Ok(Answer::xml(document.to_vec()))
}

/// All tables, in order of their sets.
fn tables(schema: &Schema) -> Vec<&Table> {
    let mut tables: Vec<&Table> = schema.tables().map(|table| &**table).collect();
    tables.sort_by(|a, b| a.set_name.cmp(&b.set_name));
    tables
}

/// The whole document.
fn document(schema: &Schema, with_annotations: bool) -> Result<Vec<u8>> {
    let mut xml = Xml { writer: Writer::new(Vec::new()), with_annotations };
    xml.write(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    let edmx = [("Version", "4.0"), ("xmlns:edmx", "http://docs.oasis-open.org/odata/ns/edmx")];
    xml.open("edmx:Edmx", &edmx)?;
    for vocabulary in ["Org.OData.Core.V1", "Org.OData.Capabilities.V1"] {
        let uri = format!("http://vocabularies.odata.org/OData.Community/{vocabulary}.xml");
        xml.open("edmx:Reference", &[("Uri", &uri)])?;
        xml.empty("edmx:Include", &[("Namespace", vocabulary)])?;
        xml.close("edmx:Reference")?;
    }
    xml.open("edmx:DataServices", &[])?;
    let names = [
        ("Namespace", "Microsoft.Dynamics.CRM"),
        ("Alias", "mscrm"),
        ("xmlns", "http://docs.oasis-open.org/odata/ns/edm"),
    ];
    xml.open("Schema", &names)?;
    xml.empty("EntityType", &[("Name", "crmbaseentity"), ("Abstract", "true")])?;
    xml.principal()?;
    for table in tables(schema) {
        xml.table(schema, table)?;
    }
    xml.shared_types()?;
    xml.operations()?;
    xml.container(schema)?;
    xml.close("Schema")?;
    xml.close("edmx:DataServices")?;
    xml.close("edmx:Edmx")?;
    Ok(xml.writer.into_inner())
}

struct Xml {
    writer: Writer<Vec<u8>>,
    with_annotations: bool,
}

type Attributes<'a> = &'a [(&'a str, &'a str)];

impl Xml {
    fn write(&mut self, event: Event<'_>) -> Result<()> {
        self.writer.write_event(event).map_err(base::Error::internal)
    }

    fn open(&mut self, name: &str, attributes: Attributes<'_>) -> Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.write(Event::Start(start))
    }

    fn empty(&mut self, name: &str, attributes: Attributes<'_>) -> Result<()> {
        let start = BytesStart::new(name).with_attributes(attributes.iter().copied());
        self.write(Event::Empty(start))
    }

    fn close(&mut self, name: &str) -> Result<()> {
        self.write(Event::End(BytesEnd::new(name)))
    }

    /// Users and teams, as owners.
    fn principal(&mut self) -> Result<()> {
        self.open("EntityType", &[("Name", "principal"), ("BaseType", "mscrm.crmbaseentity")])?;
        self.open("Key", &[])?;
        self.empty("PropertyRef", &[("Name", "ownerid")])?;
        self.close("Key")?;
        self.empty("Property", &[("Name", "ownerid"), ("Type", "Edm.Guid")])?;
        self.close("EntityType")
    }

    fn table(&mut self, schema: &Schema, table: &Table) -> Result<()> {
        let base = base(schema, table);
        let base_name = format!("mscrm.{}", base.map_or("crmbaseentity", |base| base.name));
        let attributes = [("Name", table.logical_name.as_str()), ("BaseType", &base_name)];
        self.open("EntityType", &attributes)?;
        let inherited = base.and_then(|base| base.table);
        // A type that derives from another has its key.
        if base.is_none() {
            self.open("Key", &[])?;
            self.empty("PropertyRef", &[("Name", &table.primary_id)])?;
            self.close("Key")?;
        }
        let mut written = HashSet::new();
        for column in table.columns.values() {
            let is_inherited =
                inherited.is_some_and(|base| base.column(&column.logical_name).is_some());
            if is_inherited || matches!(column.kind, ColumnKind::Virtual | ColumnKind::PartyList) {
                continue;
            }
            if column.valid_for_read && written.insert(property(column)) {
                self.column(column)?;
            }
        }
        self.navigations(schema, table, inherited, &mut written)?;
        self.description(&table.description)?;
        self.close("EntityType")
    }

    fn column(&mut self, column: &Column) -> Result<()> {
        let name = property(column);
        let mut attributes = vec![("Name", name.as_str()), ("Type", edm_type(&column.kind))];
        if matches!(column.kind, ColumnKind::Decimal { .. } | ColumnKind::Money { .. }) {
            attributes.push(("Scale", "Variable"));
        }
        let is_read_only =
            column.is_lookup() || !(column.valid_for_create || column.valid_for_update);
        let has_description = self.with_annotations && !column.description.is_empty();
        if !is_read_only && !has_description {
            return self.empty("Property", &attributes);
        }
        self.open("Property", &attributes)?;
        if is_read_only {
            self.open("Annotation", &[("Term", "Org.OData.Core.V1.Permissions")])?;
            self.open("EnumMember", &[])?;
            let value = quick_xml::events::BytesText::new("Org.OData.Core.V1.PermissionType/Read");
            self.write(Event::Text(value))?;
            self.close("EnumMember")?;
            self.close("Annotation")?;
        }
        self.description(&column.description)?;
        self.close("Property")
    }

    fn description(&mut self, label: &Label) -> Result<()> {
        match label.text(ENGLISH).filter(|_| self.with_annotations) {
            Some(text) => {
                let term = ("Term", "Org.OData.Core.V1.Description");
                self.empty("Annotation", &[term, ("String", text)])
            }
            None => Ok(()),
        }
    }

    fn navigations(
        &mut self,
        schema: &Schema,
        table: &Table,
        inherited: Option<&Table>,
        written: &mut HashSet<String>,
    ) -> Result<()> {
        for navigation in navigations(schema, table) {
            let is_inherited = inherited.is_some_and(|base| {
                navigations(schema, base).iter().any(|known| known.name == navigation.name)
            });
            if is_inherited || !written.insert(navigation.name.clone()) {
                continue;
            }
            self.navigation(&navigation)?;
        }
        Ok(())
    }

    fn navigation(&mut self, navigation: &Navigation) -> Result<()> {
        let target = format!("mscrm.{}", navigation.target);
        let Some((column, referenced)) = &navigation.lookup else {
            let target = format!("Collection({target})");
            let mut attributes = vec![("Name", navigation.name.as_str()), ("Type", &target)];
            if !navigation.partner.is_empty() {
                attributes.push(("Partner", &navigation.partner));
            }
            return self.empty("NavigationProperty", &attributes);
        };
        let mut attributes =
            vec![("Name", navigation.name.as_str()), ("Type", &target), ("Nullable", "false")];
        if !navigation.partner.is_empty() {
            attributes.push(("Partner", &navigation.partner));
        }
        self.open("NavigationProperty", &attributes)?;
        let value = format!("_{column}_value");
        let constraint = [("Property", value.as_str()), ("ReferencedProperty", referenced)];
        self.empty("ReferentialConstraint", &constraint)?;
        self.close("NavigationProperty")
    }

    /// What rows and answers are made of.
    fn shared_types(&mut self) -> Result<()> {
        for (name, members) in COMPLEX_TYPES {
            self.complex_type(name, members)?;
        }
        for name in OPEN_TYPES {
            self.empty("ComplexType", &[("Name", name), ("OpenType", "true")])?;
        }
        let responses = functions::all().iter().map(|f| (f.name, f.returns));
        let responses = responses.chain(actions::all().iter().map(|a| (a.name, a.returns)));
        let mut written = HashSet::new();
        for (name, members) in responses {
            // One that is bound to several tables answers with one type.
            if members.is_empty() || !written.insert(name) {
                continue;
            }
            self.complex_type(&format!("{name}Response"), members)?;
        }
        for (name, is_flags, members) in ENUM_TYPES {
            self.enum_type(name, *is_flags, members)?;
        }
        Ok(())
    }

    fn enum_type(&mut self, name: &str, is_flags: bool, members: &[(&str, i32)]) -> Result<()> {
        let mut attributes = vec![("Name", name)];
        if is_flags {
            attributes.push(("IsFlags", "true"));
        }
        self.open("EnumType", &attributes)?;
        for (name, value) in members {
            self.empty("Member", &[("Name", name), ("Value", &value.to_string())])?;
        }
        self.close("EnumType")
    }

    fn complex_type(&mut self, name: &str, members: Attributes<'_>) -> Result<()> {
        self.open("ComplexType", &[("Name", name)])?;
        for (name, kind) in members {
            self.empty("Property", &[("Name", name), ("Type", kind)])?;
        }
        self.close("ComplexType")
    }

    fn operations(&mut self) -> Result<()> {
        for function in functions::all() {
            let (name, bound) = (function.name, function.bound_to);
            self.operation("Function", name, bound, function.parameters, function.returns)?;
        }
        for action in actions::all() {
            let (name, bound) = (action.name, action.bound_to);
            self.operation("Action", name, bound, action.parameters, action.returns)?;
        }
        Ok(())
    }

    fn operation(
        &mut self,
        element: &str,
        name: &str,
        bound_to: Option<&str>,
        parameters: Attributes<'_>,
        returns: Attributes<'_>,
    ) -> Result<()> {
        let mut attributes = vec![("Name", name)];
        if bound_to.is_some() {
            attributes.push(("IsBound", "true"));
        }
        self.open(element, &attributes)?;
        if let Some(table) = bound_to {
            let kind = format!("mscrm.{table}");
            let attributes = [("Name", "entity"), ("Type", &kind), ("Nullable", "false")];
            self.empty("Parameter", &attributes)?;
        }
        for (name, kind) in parameters {
            self.empty("Parameter", &[("Name", name), ("Type", kind)])?;
        }
        if returns.is_empty() && element == "Function" {
            // A row, of a table that the parameters name.
            let row = [("Type", "mscrm.crmbaseentity"), ("Nullable", "false")];
            self.empty("ReturnType", &row)?;
        }
        if !returns.is_empty() {
            let kind = format!("mscrm.{name}Response");
            self.empty("ReturnType", &[("Type", &kind), ("Nullable", "false")])?;
        }
        self.close(element)
    }

    fn container(&mut self, schema: &Schema) -> Result<()> {
        self.open("EntityContainer", &[("Name", "System")])?;
        for table in tables(schema) {
            let kind = format!("Microsoft.Dynamics.CRM.{}", table.logical_name);
            self.open("EntitySet", &[("Name", &table.set_name), ("EntityType", &kind)])?;
            let mut written = HashSet::new();
            for navigation in navigations(schema, table) {
                let Some(target) = schema.table(&navigation.target) else { continue };
                if written.insert(navigation.name.clone()) {
                    let target = target.set_name.as_str();
                    let attributes = [("Path", navigation.name.as_str()), ("Target", target)];
                    self.empty("NavigationPropertyBinding", &attributes)?;
                }
            }
            self.close("EntitySet")?;
        }
        for function in functions::all().iter().filter(|f| f.bound_to.is_none()) {
            let full = format!("mscrm.{}", function.name);
            self.empty("FunctionImport", &[("Name", function.name), ("Function", &full)])?;
        }
        for action in actions::all().iter().filter(|a| a.bound_to.is_none()) {
            let full = format!("mscrm.{}", action.name);
            self.empty("ActionImport", &[("Name", action.name), ("Action", &full)])?;
        }
        self.close("EntityContainer")
    }
}

/// What a table's type derives from, besides the root of all.
#[derive(Clone, Copy)]
struct Base<'s> {
    name: &'static str,
    /// The table whose columns are inherited.
    table: Option<&'s Table>,
}

fn base<'s>(schema: &'s Schema, table: &Table) -> Option<Base<'s>> {
    match table.logical_name.as_str() {
        "systemuser" | "team" => Some(Base { name: "principal", table: None }),
        "activitypointer" => None,
        _ if table.is_activity => {
            let pointer = schema.table("activitypointer")?;
            Some(Base { name: "activitypointer", table: Some(pointer) })
        }
        _ => None,
    }
}

/// A navigation property.
struct Navigation {
    name: String,
    /// The table it leads to.
    target: String,
    /// The navigation property that leads back; empty if there is none.
    partner: String,
    /// For a single row: the lookup, and the key of the target.
    lookup: Option<(String, String)>,
}

/// The navigation properties of a table, in order of the name.
fn navigations(schema: &Schema, table: &Table) -> Vec<Navigation> {
    let mut found = Vec::new();
    for column in table.columns.values().filter(|c| matches!(c.kind, ColumnKind::Owner)) {
        found.push(Navigation {
            name: column.logical_name.clone(),
            target: "principal".to_owned(),
            partner: String::new(),
            lookup: Some((column.logical_name.clone(), "ownerid".to_owned())),
        });
    }
    for one in schema.many_to_one(&table.logical_name) {
        found.push(Navigation {
            name: one.referencing_navigation.clone(),
            target: one.referenced_table.clone(),
            partner: one.referenced_navigation.clone(),
            lookup: Some((one.referencing_column.clone(), one.referenced_column.clone())),
        });
    }
    for one in schema.one_to_many(&table.logical_name) {
        found.push(Navigation {
            name: one.referenced_navigation.clone(),
            target: one.referencing_table.clone(),
            partner: partner(schema, one),
            lookup: None,
        });
    }
    for many in schema.many_to_many(&table.logical_name) {
        let first = (&many.table1, &many.navigation1, &many.table2, &many.navigation2);
        let second = (&many.table2, &many.navigation2, &many.table1, &many.navigation1);
        for (from, name, target, partner) in [first, second] {
            if *from == table.logical_name {
                found.push(Navigation {
                    name: name.clone(),
                    target: target.clone(),
                    partner: partner.clone(),
                    lookup: None,
                });
            }
        }
    }
    found.retain(|navigation| {
        navigation.target == "principal" || schema.table(&navigation.target).is_some()
    });
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// The navigation property that leads back along a lookup; none where it is told with the type that
/// the other derives from, or leads to users and teams alike.
fn partner(schema: &Schema, one: &OneToMany) -> String {
    let name = &one.referencing_navigation;
    let is_inherited = schema.table(&one.referencing_table).is_some_and(|table| {
        let inherited = base(schema, table).and_then(|base| base.table);
        inherited.is_some_and(|base| {
            schema
                .many_to_one(&base.logical_name)
                .any(|known| known.referencing_navigation == *name)
        })
    });
    match is_inherited || one.referenced_table == "owner" {
        true => String::new(),
        false => name.clone(),
    }
}

fn edm_type(kind: &ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Uuid
        | ColumnKind::File { .. }
        | ColumnKind::Lookup { .. }
        | ColumnKind::Customer
        | ColumnKind::Owner => "Edm.Guid",
        ColumnKind::String { .. }
        | ColumnKind::Memo { .. }
        | ColumnKind::MultiChoice { .. }
        | ColumnKind::EntityName
        | ColumnKind::PartyList
        | ColumnKind::Virtual => "Edm.String",
        ColumnKind::Integer { .. }
        | ColumnKind::Choice { .. }
        | ColumnKind::State { .. }
        | ColumnKind::Status { .. } => "Edm.Int32",
        ColumnKind::BigInt => "Edm.Int64",
        ColumnKind::Decimal { .. } | ColumnKind::Money { .. } => "Edm.Decimal",
        ColumnKind::Double { .. } => "Edm.Double",
        ColumnKind::Boolean { .. } => "Edm.Boolean",
        ColumnKind::DateTime { behavior: DateTimeBehavior::DateOnly, .. } => "Edm.Date",
        ColumnKind::DateTime { .. } => "Edm.DateTimeOffset",
        ColumnKind::Image { .. } => "Edm.Binary",
        ColumnKind::ManagedProperty => "mscrm.BooleanManagedProperty",
    }
}

/// Types of parameters and answers whose members are not told one by one.
const OPEN_TYPES: &[&str] = &[
    "AuditDetail",
    "AuditDetailCollection",
    "ComplexEntityMetadata",
    "EntityQueryExpression",
    "LayerDesiredOrder",
    "PagingInfo",
    "PrincipalAccess",
    "QueryExpression",
    "RolePrivilege",
    "SolutionOperationResult",
    "SolutionParameters",
    "StageSolutionResults",
];

/// The members of an enumeration.
type Numbered = &'static [(&'static str, i32)];

/// Enumerations: whether values are combined, and the members.
const ENUM_TYPES: &[(&str, bool, Numbered)] = &[
    (
        "DeletedMetadataFilters",
        true,
        &[
            ("Entity", 1),
            ("Default", 1),
            ("Attribute", 2),
            ("Relationship", 4),
            ("Label", 8),
            ("OptionSet", 16),
            ("EntityKey", 32),
            ("All", 63),
        ],
    ),
    ("EndpointAccessType", false, &[("Default", 0), ("Internet", 1), ("Intranet", 2)]),
    (
        "TargetFieldType",
        false,
        &[("All", 0), ("ValidForCreate", 1), ("ValidForUpdate", 2), ("ValidForRead", 3)],
    ),
    (
        "EntityFilters",
        true,
        &[
            ("Entity", 1),
            ("Default", 1),
            ("Attributes", 2),
            ("Privileges", 4),
            ("Relationships", 8),
            ("All", 15),
        ],
    ),
];

/// Types that several answers or rows share.
const COMPLEX_TYPES: &[(&str, Attributes<'static>)] = &[
    (
        "BooleanManagedProperty",
        &[
            ("Value", "Edm.Boolean"),
            ("CanBeChanged", "Edm.Boolean"),
            ("ManagedPropertyLogicalName", "Edm.String"),
        ],
    ),
    (
        "ComplexLookupAttributeMetadata",
        &[("SchemaName", "Edm.String"), ("LogicalName", "Edm.String")],
    ),
    (
        "ComplexOneToManyRelationshipMetadata",
        &[
            ("SchemaName", "Edm.String"),
            ("ReferencedEntity", "Edm.String"),
            ("ReferencedAttribute", "Edm.String"),
            ("ReferencingEntity", "Edm.String"),
        ],
    ),
    (
        "DeletedMetadataCollection",
        &[
            ("Count", "Edm.Int32"),
            ("IsReadOnly", "Edm.Boolean"),
            ("Keys", "Collection(mscrm.DeletedMetadataFilters)"),
            ("Values", "Collection(mscrm.GuidCollection)"),
        ],
    ),
    (
        "EndpointCollection",
        &[
            ("Count", "Edm.Int32"),
            ("IsReadOnly", "Edm.Boolean"),
            ("Keys", "Collection(Edm.String)"),
            ("Values", "Collection(Edm.String)"),
        ],
    ),
    (
        "EntityRecordCountCollection",
        &[
            ("Count", "Edm.Int32"),
            ("IsReadOnly", "Edm.Boolean"),
            ("Keys", "Collection(Edm.String)"),
            ("Values", "Collection(Edm.Int64)"),
        ],
    ),
    (
        "GuidCollection",
        &[("Count", "Edm.Int32"), ("IsReadOnly", "Edm.Boolean"), ("Items", "Collection(Edm.Guid)")],
    ),
    (
        "Label",
        &[
            ("LocalizedLabels", "Collection(mscrm.LocalizedLabel)"),
            ("UserLocalizedLabel", "mscrm.LocalizedLabel"),
        ],
    ),
    (
        "LocalizedLabel",
        &[
            ("Label", "Edm.String"),
            ("LanguageCode", "Edm.Int32"),
            ("IsManaged", "Edm.Boolean"),
            ("MetadataId", "Edm.Guid"),
            ("HasChanged", "Edm.Boolean"),
        ],
    ),
    (
        "OrganizationDetail",
        &[
            ("OrganizationId", "Edm.Guid"),
            ("FriendlyName", "Edm.String"),
            ("OrganizationVersion", "Edm.String"),
            ("EnvironmentId", "Edm.String"),
            ("Geo", "Edm.String"),
            ("TenantId", "Edm.Guid"),
            ("UrlName", "Edm.String"),
            ("UniqueName", "Edm.String"),
            ("Endpoints", "mscrm.EndpointCollection"),
            ("State", "Edm.String"),
        ],
    ),
];
