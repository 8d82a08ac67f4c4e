//! Tables and alternate keys: the `Entity` element without its parts, and `EntityKey`.

use base::Uuid;
use metadata::{Key, Label, Ownership, Table, TableType};
use package::xml::Element;
use serde_json::Value;

use super::label::apply_labels;
use super::{apply_managed, flag, read_labels, text, write_labels, write_managed, zero_or_one};

/// The managed properties of a table, in the order of the file.
const MANAGED: &[&str] = &[
    "IsCustomizable",
    "IsRenameable",
    "IsMappable",
    "CanModifyAuditSettings",
    "CanModifyMobileVisibility",
    "CanModifyMobileClientVisibility",
    "CanModifyMobileClientReadOnly",
    "CanModifyMobileClientOffline",
    "CanModifyConnectionSettings",
    "CanModifyDuplicateDetectionSettings",
    "CanModifyMailMergeSettings",
    "CanModifyQueueSettings",
    "CanCreateAttributes",
    "CanCreateForms",
    "CanCreateCharts",
    "CanCreateViews",
    "CanModifyAdditionalSettings",
    "CanEnableSyncToExternalSearchIndex",
    "CanChangeHierarchicalRelationship",
    "CanChangeTrackingBeEnabled",
];

/// Flags of the file that are properties of `EntityMetadata`: the name there, the name here.
const FLAGS: &[(&str, &str)] = &[
    ("AutoCreateAccessTeams", "AutoCreateAccessTeams"),
    ("AutoRouteToOwnerQueue", "AutoRouteToOwnerQueue"),
    ("ChangeTrackingEnabled", "ChangeTrackingEnabled"),
    ("EnforceStateTransitions", "EnforceStateTransitions"),
    ("EntityHelpUrlEnabled", "EntityHelpUrlEnabled"),
    ("HasRelatedActivities", "HasActivities"),
    ("HasRelatedFeedback", "HasFeedback"),
    ("HasRelatedNotes", "HasNotes"),
    ("IsAuditEnabled", "IsAuditEnabled"),
    ("IsBPFEntity", "IsBPFEntity"),
    ("IsBusinessProcessEnabled", "IsBusinessProcessEnabled"),
    ("IsConnectionsEnabled", "IsConnectionsEnabled"),
    ("IsDocumentManagementEnabled", "IsDocumentManagementEnabled"),
    ("IsDocumentRecommendationsEnabled", "IsDocumentRecommendationsEnabled"),
    ("IsDuplicateCheckSupported", "IsDuplicateDetectionEnabled"),
    ("IsEnabledForExternalChannels", "IsEnabledForExternalChannels"),
    ("IsInteractionCentricEnabled", "IsInteractionCentricEnabled"),
    ("IsKnowledgeManagementEnabled", "IsKnowledgeManagementEnabled"),
    ("IsMSTeamsIntegrationEnabled", "IsMSTeamsIntegrationEnabled"),
    ("IsMailMergeEnabled", "IsMailMergeEnabled"),
    ("IsOfflineInMobileClient", "IsOfflineInMobileClient"),
    ("IsOneNoteIntegrationEnabled", "IsOneNoteIntegrationEnabled"),
    ("IsQuickCreateEnabled", "IsQuickCreateEnabled"),
    ("IsReadOnlyInMobileClient", "IsReadOnlyInMobileClient"),
    ("IsReadingPaneEnabled", "IsReadingPaneEnabled"),
    ("IsSLAEnabled", "IsSLAEnabled"),
    ("IsVisibleInMobile", "IsVisibleInMobile"),
    ("IsVisibleInMobileClient", "IsVisibleInMobileClient"),
    ("SyncToExternalSearchIndex", "SyncToExternalSearchIndex"),
];

/// Texts of the file that are properties of `EntityMetadata`.
const TEXTS: &[(&str, &str)] = &[
    ("EntityColor", "EntityColor"),
    ("EntityHelpUrl", "EntityHelpUrl"),
    ("ExternalCollectionName", "ExternalCollectionName"),
    ("ExternalName", "ExternalName"),
    ("IconMediumName", "IconMediumName"),
    ("IconSmallName", "IconSmallName"),
    ("IconVectorName", "IconVectorName"),
];

/// An empty custom table that elements are then applied onto.
pub fn new_table(schema_name: &str, id: Uuid, type_code: i32) -> Table {
    let logical_name = schema_name.to_lowercase();
    Table {
        metadata_id: id,
        set_name: metadata::names::set_name(&logical_name),
        primary_id: format!("{logical_name}id"),
        primary_name: None,
        type_code,
        ownership: Ownership::OrganizationOwned,
        table_type: TableType::Standard,
        display_name: Label::default(),
        display_collection_name: Label::default(),
        description: Label::default(),
        columns: Default::default(),
        keys: Default::default(),
        is_activity: false,
        is_intersect: false,
        is_solution_aware: false,
        is_custom: true,
        is_managed: false,
        privilege_stem: schema_name.to_owned(),
        schema_name: schema_name.to_owned(),
        flags: Default::default(),
        introduced_version: None,
        managed_properties: Default::default(),
        logical_name,
    }
}

/// Applies an `Entity` element, whose columns, keys, forms and views are components of their own.
pub fn apply_table(table: &mut Table, element: &Element) {
    let Some(entity) = element.find("EntityInfo/entity") else { return };
    if entity.attribute("unmodified") == Some("1") {
        return;
    }
    apply_labels(&mut table.display_name, entity, "LocalizedNames");
    apply_labels(&mut table.display_collection_name, entity, "LocalizedCollectionNames");
    apply_labels(&mut table.description, entity, "Descriptions");
    if let Some(name) = text(entity, "EntitySetName") {
        table.set_name = name.to_lowercase();
    }
    if let Some(ownership) = text(entity, "OwnershipTypeMask") {
        table.ownership = match ownership.as_str() {
            "UserOwned" | "TeamOwned" => Ownership::UserOwned,
            "BusinessOwned" | "BusinessParented" => Ownership::BusinessOwned,
            "None" => Ownership::None,
            _ => Ownership::OrganizationOwned,
        };
    }
    if let Some(is_activity) = flag(entity, "IsActivity")
        && is_activity
    {
        table.is_activity = true;
        table.primary_id = "activityid".to_owned();
        table.privilege_stem = "Activity".to_owned();
    }
    if let Some(value) = flag(entity, "IsSolutionAware") {
        table.is_solution_aware = value;
    }
    if text(entity, "DataProviderId").is_some() {
        table.table_type = TableType::Virtual;
    }
    if let Some(version) = text(entity, "IntroducedVersion") {
        table.introduced_version = Some(version);
    }
    for (child, name) in FLAGS {
        if let Some(value) = flag(entity, child) {
            table.flags.insert((*name).to_owned(), Value::Bool(value));
        }
    }
    for (child, name) in TEXTS {
        if let Some(value) = text(entity, child) {
            table.flags.insert((*name).to_owned(), Value::String(value));
        }
    }
    apply_managed(&mut table.managed_properties, entity, MANAGED);
}

/// Writes a table without its parts.
pub fn write_table(table: &Table) -> Element {
    let display = table.display_name.text(metadata::ENGLISH).unwrap_or(&table.schema_name);
    let name = Element::with_text("Name", &table.schema_name)
        .with("LocalizedName", display)
        .with("OriginalName", if table.is_custom { display } else { "" });
    let mut entity = Element::new("entity").with("Name", &table.schema_name);
    entity.push(write_labels(&table.display_name, "LocalizedNames", "LocalizedName"));
    entity.push(write_labels(
        &table.display_collection_name,
        "LocalizedCollectionNames",
        "LocalizedCollectionName",
    ));
    entity.push(write_labels(&table.description, "Descriptions", "Description"));
    entity.push(Element::new("attributes"));
    let mut push = |name: &str, value: &str| entity.push(Element::with_text(name, value));
    push("EntitySetName", &table.set_name);
    let ownership = match table.ownership {
        Ownership::UserOwned => "UserOwned",
        Ownership::OrganizationOwned => "OrgOwned",
        Ownership::BusinessOwned => "BusinessOwned",
        Ownership::None => "None",
    };
    for (child, name) in FLAGS {
        if let Some(value) = table.flags.get(*name).and_then(Value::as_bool) {
            match child.strip_prefix("HasRelated") {
                // The service writes these three as words, and only when they are so.
                Some(_) if value => push(child, "True"),
                Some(_) => {}
                None => push(child, zero_or_one(value)),
            }
        }
    }
    push("OwnershipTypeMask", ownership);
    push("IsActivity", zero_or_one(table.is_activity));
    push("IntroducedVersion", table.introduced_version.as_deref().unwrap_or("1.0.0.0"));
    push("IsSolutionAware", zero_or_one(table.is_solution_aware));
    for (child, name) in TEXTS {
        if let Some(value) = table.flags.get(*name).and_then(Value::as_str) {
            push(child, value);
        }
    }
    write_managed(&mut entity, &table.managed_properties, MANAGED);
    Element::new("Entity")
        .child_with(name)
        .child_with(Element::new("EntityInfo").child_with(entity))
        .child_with(Element::new("FormXml"))
        .child_with(Element::new("SavedQueries"))
        .child_with(Element::new("RibbonDiffXml"))
}

/// An empty key that an element is then applied onto.
pub fn new_key(logical_name: &str, id: Uuid) -> Key {
    Key {
        metadata_id: id,
        logical_name: logical_name.to_owned(),
        schema_name: logical_name.to_owned(),
        display_name: Label::default(),
        columns: Vec::new(),
        introduced_version: None,
        is_managed: false,
    }
}

/// Applies an `EntityKey` element.
pub fn apply_key(key: &mut Key, element: &Element) {
    if let Some(name) = text(element, "Name") {
        key.schema_name = name;
    }
    if let Some(version) = text(element, "IntroducedVersion") {
        key.introduced_version = Some(version);
    }
    if let Some(labels) = element.child("displaynames") {
        key.display_name = read_labels(labels);
    }
    if let Some(columns) = element.child("EntityKeyAttributes") {
        let names = columns.children_named("AttributeName");
        key.columns = names.map(|name| name.text().trim().to_lowercase()).collect();
    }
}

/// Writes a key.
pub fn write_key(key: &Key) -> Element {
    let columns = key.columns.iter().map(|name| Element::with_text("AttributeName", name));
    Element::new("EntityKey")
        .text_with("Name", &key.schema_name)
        .text_with("LogicalName", &key.logical_name)
        .text_with("IntroducedVersion", key.introduced_version.as_deref().unwrap_or("1.0.0.0"))
        .text_with("IsCustomizable", "1")
        .child_with(Element::new("EntityKeyAttributes").children_with(columns))
        .child_with(write_labels(&key.display_name, "displaynames", "displayname"))
}
