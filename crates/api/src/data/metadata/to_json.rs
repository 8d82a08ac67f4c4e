//! Definitions as the protocol's JSON.

use metadata::privileges::{self, Depth};
use metadata::{
    Cascade, CascadeAction, Choice, ChoiceKind, ChoiceOption, Column, ColumnKind, DateTimeBehavior,
    ENGLISH, Key, Label, LanguageCode, ManagedProperties, ManyToMany, Menu, OneToMany,
    Relationship, RequiredLevel, Schema, SourceType, StringFormat, Table,
};
use serde_json::{Map, Value, json};

use super::entity_members::{MEMBERS, Member};
use super::names::{
    BEHAVIORS, CASCADES, CHOICE_KINDS, MENU_BEHAVIORS, MENU_GROUPS, OWNERSHIPS, REQUIRED_LEVELS,
    STRING_FORMATS, TABLE_TYPES, name,
};

/// How definitions are written.
#[derive(Clone, Copy)]
pub(super) struct Style<'a> {
    /// All definitions, for what refers to another.
    pub schema: &'a Schema,
    /// The language of `UserLocalizedLabel`.
    pub language: LanguageCode,
}

/// The type of a column in the protocol: its class, its code, its name.
pub(super) struct Kind {
    /// `StringAttributeMetadata`
    pub class: &'static str,
    /// `AttributeType`
    pub code: &'static str,
    /// `AttributeTypeName`
    pub name: &'static str,
}

pub(super) fn kind(kind: &ColumnKind) -> Kind {
    let (class, code, name) = match kind {
        ColumnKind::Uuid => ("UniqueIdentifier", "Uniqueidentifier", "UniqueidentifierType"),
        ColumnKind::String { .. } => ("String", "String", "StringType"),
        ColumnKind::Memo { .. } => ("Memo", "Memo", "MemoType"),
        ColumnKind::Integer { .. } => ("Integer", "Integer", "IntegerType"),
        ColumnKind::BigInt => ("BigInt", "BigInt", "BigIntType"),
        ColumnKind::Decimal { .. } => ("Decimal", "Decimal", "DecimalType"),
        ColumnKind::Double { .. } => ("Double", "Double", "DoubleType"),
        ColumnKind::Money { .. } => ("Money", "Money", "MoneyType"),
        ColumnKind::Boolean { .. } => ("Boolean", "Boolean", "BooleanType"),
        ColumnKind::DateTime { .. } => ("DateTime", "DateTime", "DateTimeType"),
        ColumnKind::Choice { .. } => ("Picklist", "Picklist", "PicklistType"),
        ColumnKind::MultiChoice { .. } => {
            ("MultiSelectPicklist", "Virtual", "MultiSelectPicklistType")
        }
        ColumnKind::State { .. } => ("State", "State", "StateType"),
        ColumnKind::Status { .. } => ("Status", "Status", "StatusType"),
        ColumnKind::Lookup { .. } => ("Lookup", "Lookup", "LookupType"),
        ColumnKind::Customer => ("Lookup", "Customer", "CustomerType"),
        ColumnKind::Owner => ("Lookup", "Owner", "OwnerType"),
        ColumnKind::PartyList => ("Lookup", "PartyList", "PartyListType"),
        ColumnKind::EntityName => ("EntityName", "EntityName", "EntityNameType"),
        ColumnKind::File { .. } => ("File", "Virtual", "FileType"),
        ColumnKind::Image { .. } => ("Image", "Virtual", "ImageType"),
        ColumnKind::ManagedProperty => {
            ("ManagedProperty", "ManagedProperty", "ManagedPropertyType")
        }
        ColumnKind::Virtual => ("", "Virtual", "VirtualType"),
    };
    Kind { class, code, name }
}

impl Style<'_> {
    /// A table, without what is expanded on demand.
    pub fn table(self, table: &Table) -> Map<String, Value> {
        let schema_collection = collection_name(table);
        let mut members = object(json!({
            "MetadataId": table.metadata_id,
            "HasChanged": null,
            "LogicalName": table.logical_name,
            "SchemaName": table.schema_name,
            "EntitySetName": table.set_name,
            "LogicalCollectionName": schema_collection.to_lowercase(),
            "CollectionSchemaName": schema_collection,
            "ObjectTypeCode": table.type_code,
            "PrimaryIdAttribute": table.primary_id,
            "PrimaryNameAttribute": table.primary_name,
            "OwnershipType": name(OWNERSHIPS, table.ownership),
            "TableType": name(TABLE_TYPES, table.table_type),
            "DisplayName": self.label(&table.display_name),
            "DisplayCollectionName": self.label(&table.display_collection_name),
            "Description": self.label(&table.description),
            "IsActivity": table.is_activity,
            "IsIntersect": table.is_intersect,
            "IsSolutionAware": table.is_solution_aware,
            "IsCustomEntity": table.is_custom,
            "IsManaged": table.is_managed,
            "IntroducedVersion": table.introduced_version,
            "ReportViewName": format!("Filtered{}", table.schema_name),
        }));
        for (name, member) in MEMBERS {
            members.insert((*name).to_owned(), entity_member(table, name, *member));
        }
        members.insert("Privileges".to_owned(), privileges(table));
        members.insert("Settings".to_owned(), json!([]));
        members
    }

    /// A column, its class first.
    pub fn column(self, table: &Table, column: &Column) -> Map<String, Value> {
        let kind = kind(&column.kind);
        let position =
            table.columns.get_index_of(&column.logical_name).map_or(0, |index| index + 1);
        let is_virtual = matches!(column.kind, ColumnKind::Virtual | ColumnKind::PartyList);
        let mut members = object(json!({
            "@odata.type": format!("#Microsoft.Dynamics.CRM.{}AttributeMetadata", kind.class),
            "MetadataId": column.metadata_id,
            "HasChanged": null,
            "AttributeOf": null,
            "AttributeType": kind.code,
            "AttributeTypeName": { "Value": kind.name },
            "AutoNumberFormat": column.auto_number_format,
            "CanBeSecuredForCreate": column.valid_for_create && !column.is_lookup(),
            "CanBeSecuredForRead": column.valid_for_read,
            "CanBeSecuredForUpdate": column.valid_for_update,
            "CanModifyAdditionalSettings": guard(&column.managed_properties, column.is_managed, "canmodifyadditionalsettings", None),
            "ColumnNumber": position,
            "DeprecatedVersion": null,
            "Description": self.label(&column.description),
            "DisplayName": self.label(&column.display_name),
            "EntityLogicalName": table.logical_name,
            "ExternalName": null,
            "InheritsFrom": null,
            "IntroducedVersion": column.introduced_version,
            "IsAuditEnabled": guard(&column.managed_properties, column.is_managed, "canmodifyauditsettings", Some(column.is_audited)),
            "IsCustomAttribute": column.is_custom,
            "IsCustomizable": guard(&column.managed_properties, column.is_managed, "iscustomizable", None),
            "IsDataSourceSecret": false,
            "IsFilterable": false,
            "IsGlobalFilterEnabled": guard(&column.managed_properties, column.is_managed, "canmodifyglobalfiltersettings", Some(false)),
            "IsLogical": is_virtual,
            "IsManaged": column.is_managed,
            "IsPrimaryId": column.logical_name == table.primary_id,
            "IsPrimaryName": Some(&column.logical_name) == table.primary_name.as_ref(),
            "IsRenameable": guard(&column.managed_properties, column.is_managed, "isrenameable", None),
            "IsRequiredForForm": false,
            "IsRetrievable": column.valid_for_read,
            "IsSearchable": false,
            "IsSecured": column.is_secured,
            "IsSortableEnabled": guard(&column.managed_properties, column.is_managed, "canmodifyissortablesettings", Some(false)),
            "IsValidForAdvancedFind": guard(&column.managed_properties, column.is_managed, "canmodifysearchsettings", Some(column.valid_for_read)),
            "IsValidForCreate": column.valid_for_create,
            "IsValidForForm": column.valid_for_read,
            "IsValidForGrid": column.valid_for_read,
            "IsValidForRead": column.valid_for_read,
            "IsValidForUpdate": column.valid_for_update,
            "IsValidODataAttribute": column.valid_for_read && !is_virtual,
            "LinkedAttributeId": null,
            "LogicalName": column.logical_name,
            "RequiredLevel": {
                "Value": name(REQUIRED_LEVELS, column.required),
                "CanBeChanged": column.required != RequiredLevel::SystemRequired,
                "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
            },
            "SchemaName": column.schema_name,
            "SourceType": source_type(column.source_type),
        }));
        members.extend(object(self.details(table, column)));
        members
    }

    /// Whether only the type of the column has the member `name`.
    pub fn is_detail(self, table: &Table, column: &Column, name: &str) -> bool {
        self.details(table, column).get(name).is_some()
    }

    /// The members that only some types of columns have.
    fn details(self, table: &Table, column: &Column) -> Value {
        let formula = column.formula.as_deref();
        match &column.kind {
            ColumnKind::String { max_length, format } => json!({
                "MaxLength": max_length,
                "DatabaseLength": max_length.saturating_mul(2),
                "Format": old_format(*format),
                "FormatName": { "Value": name(STRING_FORMATS, *format) },
                "ImeMode": "Auto",
                "IsLocalizable": false,
                "YomiOf": null,
                "FormulaDefinition": formula,
                "SourceTypeMask": 0,
            }),
            ColumnKind::Memo { max_length, format } => json!({
                "MaxLength": max_length,
                "Format": old_format(*format),
                "FormatName": { "Value": name(STRING_FORMATS, *format) },
                "ImeMode": "Auto",
                "IsLocalizable": false,
            }),
            ColumnKind::Integer { min, max, format } => json!({
                "MinValue": min, "MaxValue": max, "Format": format,
                "FormulaDefinition": formula, "SourceTypeMask": 0,
            }),
            ColumnKind::BigInt => json!({ "MinValue": i64::MIN, "MaxValue": i64::MAX }),
            ColumnKind::Decimal { precision, min, max } => json!({
                "MinValue": number(min), "MaxValue": number(max), "Precision": precision,
                "ImeMode": "Disabled", "FormulaDefinition": formula, "SourceTypeMask": 0,
            }),
            ColumnKind::Double { precision, min, max } => json!({
                "MinValue": min, "MaxValue": max, "Precision": precision, "ImeMode": "Disabled",
            }),
            ColumnKind::Money { precision, precision_source, min, max, base_of } => json!({
                "MinValue": number(min), "MaxValue": number(max), "Precision": precision,
                "PrecisionSource": precision_source,
                "CalculationOf": base_of,
                "IsBaseCurrency": base_of.is_some(),
                "ImeMode": "Disabled", "FormulaDefinition": formula, "SourceTypeMask": 0,
            }),
            ColumnKind::Boolean { default, .. } => json!({
                "DefaultValue": default, "FormulaDefinition": formula, "SourceTypeMask": 0,
            }),
            ColumnKind::DateTime { behavior, date_only_format } => json!({
                "Format": if *date_only_format { "DateOnly" } else { "DateAndTime" },
                "DateTimeBehavior": { "Value": name(BEHAVIORS, *behavior) },
                "CanChangeDateTimeBehavior": {
                    "Value": *behavior == DateTimeBehavior::UserLocal && column.is_custom,
                    "CanBeChanged": false,
                    "ManagedPropertyLogicalName": "canchangedatetimebehavior",
                },
                "ImeMode": "Inactive",
                "MinSupportedValue": "1753-01-01T00:00:00Z",
                "MaxSupportedValue": "9999-12-31T23:59:59Z",
                "FormulaDefinition": formula,
                "SourceTypeMask": 0,
            }),
            ColumnKind::Choice { default, .. } => json!({
                "DefaultFormValue": default.unwrap_or(-1),
                "FormulaDefinition": formula, "SourceTypeMask": 0,
                "ParentPicklistLogicalName": null, "ChildPicklistLogicalNames": [],
            }),
            ColumnKind::MultiChoice { .. } => json!({
                "DefaultFormValue": -1,
                "FormulaDefinition": formula, "SourceTypeMask": 0,
                "ParentPicklistLogicalName": null, "ChildPicklistLogicalNames": [],
            }),
            ColumnKind::State { .. } | ColumnKind::Status { .. } => {
                json!({ "DefaultFormValue": null })
            }
            ColumnKind::Lookup { .. }
            | ColumnKind::Customer
            | ColumnKind::Owner
            | ColumnKind::PartyList => json!({ "Targets": column.targets(), "Format": "None" }),
            ColumnKind::EntityName => json!({ "IsEntityReferenceStored": false }),
            ColumnKind::File { max_size_kb } => json!({ "MaxSizeInKB": max_size_kb }),
            ColumnKind::Image { max_size_kb, is_primary, can_store_full } => json!({
                "IsPrimaryImage": is_primary, "CanStoreFullImage": can_store_full,
                "MaxHeight": 144, "MaxWidth": 144, "MaxSizeInKB": max_size_kb,
            }),
            ColumnKind::ManagedProperty => json!({
                "ManagedPropertyLogicalName": column.logical_name,
                "ParentAttributeName": table.primary_id,
                "ParentComponentType": 0,
                "ValueAttributeTypeCode": "Boolean",
            }),
            ColumnKind::Uuid => json!({ "Format": null }),
            ColumnKind::Virtual => json!({}),
        }
    }

    /// A choice, its class first.
    pub fn choice(self, choice: &Choice) -> Map<String, Value> {
        let class = if choice.kind == ChoiceKind::Boolean { "Boolean" } else { "" };
        let mut members = object(json!({
            "@odata.type": format!("#Microsoft.Dynamics.CRM.{class}OptionSetMetadata"),
            "MetadataId": choice.metadata_id,
            "HasChanged": null,
            "Name": choice.name,
            "DisplayName": self.label(&choice.display_name),
            "Description": self.label(&choice.description),
            "IsGlobal": choice.is_global,
            "IsCustomOptionSet": choice.is_custom,
            "IsManaged": choice.is_managed,
            "IsCustomizable": guard(&choice.managed_properties, choice.is_managed, "iscustomizable", None),
            "OptionSetType": name(CHOICE_KINDS, choice.kind),
            "ExternalTypeName": null,
            "IntroducedVersion": choice.introduced_version,
            "ParentOptionSetName": null,
        }));
        if choice.kind == ChoiceKind::Boolean {
            let option = |value| choice.option(value).map(|o| self.option(choice, o));
            members.insert("TrueOption".to_owned(), option(1).into());
            members.insert("FalseOption".to_owned(), option(0).into());
        } else {
            let options: Vec<Value> =
                choice.options.iter().map(|o| self.option(choice, o)).collect();
            members.insert("Options".to_owned(), options.into());
        }
        members
    }

    fn option(self, choice: &Choice, option: &ChoiceOption) -> Value {
        let mut members = Map::new();
        let class = match choice.kind {
            ChoiceKind::State => Some("State"),
            ChoiceKind::Status => Some("Status"),
            _ => None,
        };
        if let Some(class) = class {
            let name = format!("#Microsoft.Dynamics.CRM.{class}OptionMetadata");
            members.insert("@odata.type".to_owned(), name.into());
        }
        members.extend(object(json!({
            "Value": option.value,
            "Label": self.label(&option.label),
            "Description": self.label(&option.description),
            "Color": option.color,
            "ExternalValue": option.external_value,
            "IsManaged": choice.is_managed,
            "IsHidden": option.is_hidden,
            "MetadataId": null,
            "HasChanged": null,
            "ParentValues": [],
        })));
        let more = match choice.kind {
            ChoiceKind::State => {
                json!({ "DefaultStatus": option.default_status, "InvariantName": option.invariant_name })
            }
            ChoiceKind::Status => {
                json!({ "State": option.state, "TransitionData": option.transition_data })
            }
            _ => json!({}),
        };
        members.extend(object(more));
        Value::Object(members)
    }

    /// A relationship, its class first.
    pub fn relationship(self, relationship: &Relationship) -> Map<String, Value> {
        match relationship {
            Relationship::OneToMany(one) => self.one_to_many(one),
            Relationship::ManyToMany(many) => self.many_to_many(many),
        }
    }

    pub fn one_to_many(self, one: &OneToMany) -> Map<String, Value> {
        object(json!({
            "@odata.type": "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
            "MetadataId": one.metadata_id,
            "HasChanged": null,
            "SchemaName": one.schema_name,
            "RelationshipType": "OneToManyRelationship",
            "ReferencedEntity": one.referenced_table,
            "ReferencedAttribute": one.referenced_column,
            "ReferencingEntity": one.referencing_table,
            "ReferencingAttribute": one.referencing_column,
            "ReferencedEntityNavigationPropertyName": one.referenced_navigation,
            "ReferencingEntityNavigationPropertyName": one.referencing_navigation,
            "SecurityTypes": if is_parental(&one.cascade) { "ParentChild" } else { "Append" },
            "IsHierarchical": one.is_hierarchical,
            "IsCustomRelationship": one.is_custom,
            "IsManaged": one.is_managed,
            "IsCustomizable": guard(&one.managed_properties, one.is_managed, "iscustomizable", None),
            "IsValidForAdvancedFind": true,
            "IntroducedVersion": one.introduced_version,
            "RelationshipBehavior": if is_parental(&one.cascade) { 1 } else { 0 },
            "EntityKey": null,
            "CascadeConfiguration": cascade(&one.cascade),
            "AssociatedMenuConfiguration": self.menu(&one.menu),
        }))
    }

    pub fn many_to_many(self, many: &ManyToMany) -> Map<String, Value> {
        object(json!({
            "@odata.type": "#Microsoft.Dynamics.CRM.ManyToManyRelationshipMetadata",
            "MetadataId": many.metadata_id,
            "HasChanged": null,
            "SchemaName": many.schema_name,
            "RelationshipType": "ManyToManyRelationship",
            "Entity1LogicalName": many.table1,
            "Entity1IntersectAttribute": many.column1,
            "Entity1NavigationPropertyName": many.navigation1,
            "Entity1AssociatedMenuConfiguration": self.menu(&many.menu1),
            "Entity2LogicalName": many.table2,
            "Entity2IntersectAttribute": many.column2,
            "Entity2NavigationPropertyName": many.navigation2,
            "Entity2AssociatedMenuConfiguration": self.menu(&many.menu2),
            "IntersectEntityName": many.intersect_table,
            "SecurityTypes": "None",
            "IsCustomRelationship": many.is_custom,
            "IsManaged": many.is_managed,
            "IsCustomizable": guard(&many.managed_properties, many.is_managed, "iscustomizable", None),
            "IsValidForAdvancedFind": true,
            "IntroducedVersion": many.introduced_version,
        }))
    }

    pub fn key(self, table: &Table, key: &Key) -> Map<String, Value> {
        object(json!({
            "MetadataId": key.metadata_id,
            "HasChanged": null,
            "SchemaName": key.schema_name,
            "LogicalName": key.logical_name,
            "DisplayName": self.label(&key.display_name),
            "EntityLogicalName": table.logical_name,
            "KeyAttributes": key.columns,
            "EntityKeyIndexStatus": "Active",
            "AsyncJob": null,
            "IsCustomizable": guard(&ManagedProperties::default(), key.is_managed, "iscustomizable", None),
            "IsManaged": key.is_managed,
            "IsExportKey": false,
            "IsSynchronous": true,
            "IntroducedVersion": key.introduced_version,
        }))
    }

    /// How related rows are shown. Icons, queries and views of old navigation panes cannot be set.
    fn menu(self, menu: &Menu) -> Value {
        json!({
            "Behavior": name(MENU_BEHAVIORS, menu.behavior),
            "Group": name(MENU_GROUPS, menu.group),
            "Order": menu.order,
            "IsCustomizable": true,
            "Icon": null,
            "ViewId": "00000000-0000-0000-0000-000000000000",
            "AvailableOffline": true,
            "MenuId": null,
            "QueryApi": null,
            "Label": self.label(&menu.label),
        })
    }

    pub fn label(self, label: &Label) -> Value {
        let text = |language: LanguageCode, text: &str| {
            json!({
                "Label": text, "LanguageCode": language, "IsManaged": false,
                "MetadataId": null, "HasChanged": null,
            })
        };
        let texts: Vec<Value> = label.0.iter().map(|(code, t)| text(*code, t)).collect();
        let own = label.0.iter().find(|(code, _)| *code == self.language);
        let own = own.or_else(|| label.0.iter().find(|(code, _)| *code == ENGLISH));
        let own = own.or_else(|| label.0.first()).map(|(code, t)| text(*code, t));
        json!({ "LocalizedLabels": texts, "UserLocalizedLabel": own })
    }
}

/// The members of an object that was written out.
fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

fn entity_member(table: &Table, name: &str, member: Member) -> Value {
    let given = table.flags.get(name);
    match member {
        Member::Flag(default) => given.cloned().unwrap_or(Value::Bool(default)),
        Member::Number(default) => given.cloned().unwrap_or(default.into()),
        Member::Text => given.cloned().unwrap_or(Value::Null),
        Member::Managed(default, property) => {
            // What is not a setting of its own is the guard itself.
            let is_guard = property.eq_ignore_ascii_case(name);
            let value = match (given, is_guard) {
                (Some(_), _) => Some(table.has_flag(name)),
                (None, true) => None,
                (None, false) => Some(default),
            };
            guard(&table.managed_properties, table.is_managed, property, value)
        }
    }
}

/// A `BooleanManagedProperty`. Without a value of its own it says whether the guard allows it.
fn guard(
    properties: &ManagedProperties,
    is_managed: bool,
    name: &str,
    value: Option<bool>,
) -> Value {
    let is_allowed = properties.allows(name);
    json!({
        "Value": value.unwrap_or(is_allowed),
        "CanBeChanged": if value.is_some() { is_allowed } else { !is_managed },
        "ManagedPropertyLogicalName": name,
    })
}

fn privileges(table: &Table) -> Value {
    let items = privileges::of_table(table).into_iter().map(|privilege| {
        json!({
            "CanBeBasic": privilege.depths.has(Depth::Basic),
            "CanBeDeep": privilege.depths.has(Depth::Deep),
            "CanBeGlobal": privilege.depths.has(Depth::Global),
            "CanBeLocal": privilege.depths.has(Depth::Local),
            "CanBeEntityReference": false,
            "CanBeParentEntityReference": false,
            "Name": privilege.name,
            "PrivilegeId": privilege.id,
            "PrivilegeType": privilege.right.map_or("None", |right| right.verb()),
        })
    });
    items.collect::<Vec<_>>().into()
}

/// The plural of the schema name, by the rule of set names.
fn collection_name(table: &Table) -> String {
    metadata::names::set_name(&table.schema_name)
}

fn number(text: &str) -> Value {
    text.parse::<f64>()
        .ok()
        .and_then(serde_json::Number::from_f64)
        .map_or(Value::Null, Value::Number)
}

fn source_type(source: SourceType) -> i32 {
    match source {
        SourceType::Simple => 0,
        SourceType::Calculated => 1,
        SourceType::Rollup => 2,
        SourceType::Formula => 3,
    }
}

/// `Format` is older than some formats, which it tells as text.
fn old_format(format: StringFormat) -> &'static str {
    match format {
        StringFormat::Json | StringFormat::RichText => "Text",
        format => name(STRING_FORMATS, format),
    }
}

fn cascade(cascade: &Cascade) -> Value {
    json!({
        "Assign": name(CASCADES, cascade.assign),
        "Delete": name(CASCADES, cascade.delete),
        "Archive": "RemoveLink",
        "Merge": name(CASCADES, cascade.merge),
        "Reparent": name(CASCADES, cascade.reparent),
        "Share": name(CASCADES, cascade.share),
        "Unshare": name(CASCADES, cascade.unshare),
        "RollupView": "NoCascade",
    })
}

fn is_parental(cascade: &Cascade) -> bool {
    cascade.reparent == CascadeAction::Cascade && cascade.delete == CascadeAction::Cascade
}
