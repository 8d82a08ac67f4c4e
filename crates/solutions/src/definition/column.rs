//! Columns: the `attribute` element.

use std::sync::Arc;

use base::Uuid;
use metadata::{
    Choice, Column, ColumnKind, DateTimeBehavior, RequiredLevel, SourceType, StringFormat,
};
use package::xml::Element;

use super::choice::local_choice;
use super::label::apply_labels;
use super::zero_or_one;
use super::{apply_managed, flag, number, text, write_choice, write_labels, write_managed};

/// The managed properties of a column, in the order of the file.
const MANAGED: &[&str] = &[
    "IsCustomizable",
    "IsRenameable",
    "CanModifySearchSettings",
    "CanModifyRequirementLevelSettings",
    "CanModifyAdditionalSettings",
    "CanModifyGlobalFilterSettings",
    "CanModifyIsSortableSettings",
];

/// Ids of definitions that packages do not name: the same for the same name.
pub(crate) fn derived_id(name: &str) -> Uuid {
    const NAMESPACE: Uuid = Uuid::from_u128(0x5d0f_6a3e_7d0b_4c53_9a33_1f7b_6e4f_02c1);
    Uuid::new_v5(&NAMESPACE, name.to_lowercase().as_bytes())
}

/// An empty column that an element is then applied onto.
pub fn new_column(logical_name: &str, id: Uuid) -> Column {
    Column::custom(id, logical_name, ColumnKind::Virtual)
}

/// Applies an `attribute` element of `table`. `targets` are the tables that relationships say a
/// lookup points to; `formula` is the text of the file that the element names.
pub fn apply_column(
    column: &mut Column,
    element: &Element,
    table: &str,
    targets: &[String],
    formula: Option<String>,
) {
    if let Some(name) = element.attribute("PhysicalName") {
        column.schema_name = name.to_owned();
    }
    if let Some(level) = text(element, "RequiredLevel") {
        column.required = required_level(&level);
    }
    let set = |child, target: &mut bool| {
        if let Some(value) = flag(element, child) {
            *target = value;
        }
    };
    set("ValidForCreateApi", &mut column.valid_for_create);
    set("ValidForUpdateApi", &mut column.valid_for_update);
    set("ValidForReadApi", &mut column.valid_for_read);
    set("IsSecured", &mut column.is_secured);
    set("IsCustomField", &mut column.is_custom);
    if let Some(source) = number::<u8>(element, "SourceType") {
        column.source_type = match source {
            1 => SourceType::Calculated,
            2 => SourceType::Rollup,
            3 => SourceType::Formula,
            _ => SourceType::Simple,
        };
    }
    if let Some(format) = text(element, "AutoNumberFormat") {
        column.auto_number_format = Some(format);
    }
    if let Some(version) = text(element, "IntroducedVersion") {
        column.introduced_version = Some(version);
    }
    column.formula = formula.or(column.formula.take());
    apply_managed(&mut column.managed_properties, element, MANAGED);
    apply_labels(&mut column.display_name, element, "displaynames");
    apply_labels(&mut column.description, element, "Descriptions");
    let kind = text(element, "Type").unwrap_or_else(|| xml_type(&column.kind).to_owned());
    column.kind = read_kind(&kind.to_ascii_lowercase(), column, element, table, targets);
}

fn read_kind(
    kind: &str,
    below: &Column,
    element: &Element,
    table: &str,
    targets: &[String],
) -> ColumnKind {
    let option_set = || {
        let name = format!("{table}_{}", below.logical_name);
        let below = below.options();
        match element.child("optionset") {
            Some(local) => Arc::new(local_choice(below, local, &name)),
            None => below
                .cloned()
                .unwrap_or_else(|| Arc::new(super::new_choice(&name, derived_id(&name), false))),
        }
    };
    let default = number::<i32>(element, "AppDefaultValue").filter(|value| *value != -1);
    match kind {
        "primarykey" | "uniqueidentifier" => ColumnKind::Uuid,
        "nvarchar" | "varchar" | "nchar" => {
            ColumnKind::String { max_length: length(element, 100), format: string_format(element) }
        }
        "ntext" | "memo" => {
            ColumnKind::Memo { max_length: length(element, 2000), format: string_format(element) }
        }
        "int" | "smallint" | "tinyint" => ColumnKind::Integer {
            min: number(element, "MinValue").unwrap_or(i32::MIN),
            max: number(element, "MaxValue").unwrap_or(i32::MAX),
            format: integer_format(element),
        },
        "bigint" | "timestamp" => ColumnKind::BigInt,
        "decimal" => ColumnKind::Decimal {
            precision: number(element, "Accuracy").unwrap_or(2),
            min: text(element, "MinValue").unwrap_or_else(|| "-100000000000".into()),
            max: text(element, "MaxValue").unwrap_or_else(|| "100000000000".into()),
        },
        "float" => ColumnKind::Double {
            precision: number(element, "Accuracy").unwrap_or(2),
            min: number(element, "MinValue").unwrap_or(-1e11),
            max: number(element, "MaxValue").unwrap_or(1e11),
        },
        "money" => ColumnKind::Money {
            precision: number(element, "Accuracy").unwrap_or(2),
            precision_source: number(element, "AccuracySource").unwrap_or(2),
            min: text(element, "MinValue").unwrap_or_else(|| "-922337203685477".into()),
            max: text(element, "MaxValue").unwrap_or_else(|| "922337203685477".into()),
            base_of: text(element, "CalculationOf").map(|name| name.to_lowercase()),
        },
        "bit" => ColumnKind::Boolean { options: option_set(), default: default == Some(1) },
        "datetime" => ColumnKind::DateTime {
            behavior: behavior(element),
            date_only_format: text(element, "Format").is_some_and(|format| format == "date"),
        },
        "picklist" => ColumnKind::Choice {
            global: global_name(element, below),
            options: option_set(),
            default,
        },
        "multiselectpicklist" => {
            ColumnKind::MultiChoice { global: global_name(element, below), options: option_set() }
        }
        "state" => ColumnKind::State { options: option_set() },
        "status" => ColumnKind::Status { options: option_set() },
        "customer" => ColumnKind::Customer,
        "lookup" => ColumnKind::Lookup {
            targets: if targets.is_empty() {
                below.targets().iter().map(ToString::to_string).collect()
            } else {
                targets.to_vec()
            },
        },
        "owner" => ColumnKind::Owner,
        "partylist" => ColumnKind::PartyList,
        "entityname" => ColumnKind::EntityName,
        "file" => ColumnKind::File { max_size_kb: number(element, "MaxValue").unwrap_or(32_768) },
        "image" => ColumnKind::Image {
            max_size_kb: number(element, "MaxValue").unwrap_or(10_240),
            is_primary: below.logical_name == "entityimage",
            can_store_full: false,
        },
        "managedproperty" => ColumnKind::ManagedProperty,
        _ => ColumnKind::Virtual,
    }
}

fn length(element: &Element, default: u32) -> u32 {
    number(element, "MaxLength")
        .or_else(|| number::<u32>(element, "Length").map(|bytes| bytes / 2))
        .unwrap_or(default)
}

fn global_name(element: &Element, below: &Column) -> Option<String> {
    let kept = match &below.kind {
        ColumnKind::Choice { global, .. } | ColumnKind::MultiChoice { global, .. } => {
            global.clone()
        }
        _ => None,
    };
    let own = element.child("optionset").filter(|set| super::choice::is_global(set));
    let own = own.and_then(|set| set.attribute("Name")).map(str::to_owned);
    text(element, "OptionSetName").or(own).or(kept)
}

fn behavior(element: &Element) -> DateTimeBehavior {
    match number::<u8>(element, "Behavior") {
        Some(2) => DateTimeBehavior::DateOnly,
        Some(3) => DateTimeBehavior::TimeZoneIndependent,
        _ => DateTimeBehavior::UserLocal,
    }
}

fn required_level(level: &str) -> RequiredLevel {
    match level.to_ascii_lowercase().as_str() {
        "systemrequired" => RequiredLevel::SystemRequired,
        "required" | "applicationrequired" => RequiredLevel::ApplicationRequired,
        "recommended" => RequiredLevel::Recommended,
        _ => RequiredLevel::None,
    }
}

const STRING_FORMATS: &[(&str, StringFormat)] = &[
    ("text", StringFormat::Text),
    ("textarea", StringFormat::TextArea),
    ("email", StringFormat::Email),
    ("url", StringFormat::Url),
    ("tickersymbol", StringFormat::TickerSymbol),
    ("phoneticguide", StringFormat::PhoneticGuide),
    ("versionnumber", StringFormat::VersionNumber),
    ("phone", StringFormat::Phone),
    ("json", StringFormat::Json),
    ("richtext", StringFormat::RichText),
];

fn string_format(element: &Element) -> StringFormat {
    let given = text(element, "Format").unwrap_or_default().to_ascii_lowercase();
    let found = STRING_FORMATS.iter().find(|(name, _)| *name == given);
    found.map(|(_, format)| *format).unwrap_or_default()
}

fn integer_format(element: &Element) -> String {
    match text(element, "Format").unwrap_or_default().to_ascii_lowercase().as_str() {
        "duration" => "Duration",
        "timezone" => "TimeZone",
        "language" => "Language",
        "locale" => "Locale",
        _ => "None",
    }
    .to_owned()
}

/// The name of a type in packages.
pub(crate) fn xml_type(kind: &ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Uuid => "uniqueidentifier",
        ColumnKind::String { .. } => "nvarchar",
        ColumnKind::Memo { .. } => "ntext",
        ColumnKind::Integer { .. } => "int",
        ColumnKind::BigInt => "bigint",
        ColumnKind::Decimal { .. } => "decimal",
        ColumnKind::Double { .. } => "float",
        ColumnKind::Money { .. } => "money",
        ColumnKind::Boolean { .. } => "bit",
        ColumnKind::DateTime { .. } => "datetime",
        ColumnKind::Choice { .. } => "picklist",
        ColumnKind::MultiChoice { .. } => "multiselectpicklist",
        ColumnKind::State { .. } => "state",
        ColumnKind::Status { .. } => "status",
        ColumnKind::Lookup { .. } => "lookup",
        ColumnKind::Customer => "customer",
        ColumnKind::Owner => "owner",
        ColumnKind::PartyList => "partylist",
        ColumnKind::EntityName => "entityname",
        ColumnKind::File { .. } => "file",
        ColumnKind::Image { .. } => "image",
        ColumnKind::ManagedProperty => "managedproperty",
        ColumnKind::Virtual => "virtual",
    }
}

/// Writes a column of a table whose primary key and primary name are given, in the order of the
/// service's own files.
pub fn write_column(column: &Column, primary_id: &str, primary_name: Option<&str>) -> Element {
    let is_primary_id = column.logical_name == primary_id;
    let is_primary_name = primary_name == Some(column.logical_name.as_str());
    let mut element = Element::new("attribute").with("PhysicalName", &column.schema_name);
    let mut push = |name: &str, value: &str| element.push(Element::with_text(name, value));
    push("Type", if is_primary_id { "primarykey" } else { xml_type(&column.kind) });
    push("Name", &column.logical_name);
    push("LogicalName", &column.logical_name);
    push("RequiredLevel", written_level(column.required));
    push("DisplayMask", display_mask(is_primary_id, is_primary_name));
    push("ImeMode", "auto");
    push("ValidForUpdateApi", zero_or_one(column.valid_for_update));
    push("ValidForReadApi", zero_or_one(column.valid_for_read));
    push("ValidForCreateApi", zero_or_one(column.valid_for_create));
    push("IsCustomField", zero_or_one(column.is_custom));
    push("IsAuditEnabled", "0");
    push("IsSecured", zero_or_one(column.is_secured));
    push("IntroducedVersion", column.introduced_version.as_deref().unwrap_or("1.0.0.0"));
    let source = match column.source_type {
        SourceType::Simple => "0",
        SourceType::Calculated => "1",
        SourceType::Rollup => "2",
        SourceType::Formula => "3",
    };
    push("SourceType", source);
    if let Some(format) = &column.auto_number_format {
        push("AutoNumberFormat", format);
    }
    write_managed(&mut element, &column.managed_properties, MANAGED);
    write_kind(&mut element, &column.kind);
    element.push(write_labels(&column.display_name, "displaynames", "displayname"));
    element.push(write_labels(&column.description, "Descriptions", "Description"));
    element
}

fn display_mask(is_primary_id: bool, is_primary_name: bool) -> &'static str {
    match (is_primary_id, is_primary_name) {
        (true, _) => "ValidForAdvancedFind|RequiredForGrid",
        (_, true) => "PrimaryName|ValidForAdvancedFind|ValidForForm|ValidForGrid|RequiredForForm",
        _ => "ValidForAdvancedFind|ValidForForm|ValidForGrid",
    }
}

fn written_level(level: RequiredLevel) -> &'static str {
    match level {
        RequiredLevel::None => "none",
        RequiredLevel::SystemRequired => "systemrequired",
        RequiredLevel::ApplicationRequired => "required",
        RequiredLevel::Recommended => "recommended",
    }
}

fn write_kind(element: &mut Element, kind: &ColumnKind) {
    let mut push = |name: &str, value: String| element.push(Element::with_text(name, value));
    match kind {
        ColumnKind::String { max_length, format } | ColumnKind::Memo { max_length, format } => {
            push("Format", written_format(*format).to_owned());
            push("MaxLength", max_length.to_string());
            push("Length", (max_length * 2).to_string());
        }
        ColumnKind::Integer { min, max, format } => {
            push("Format", format.to_lowercase());
            push("MinValue", min.to_string());
            push("MaxValue", max.to_string());
        }
        ColumnKind::Decimal { precision, min, max } => {
            push("MinValue", min.clone());
            push("MaxValue", max.clone());
            push("Accuracy", precision.to_string());
        }
        ColumnKind::Double { precision, min, max } => {
            push("MinValue", min.to_string());
            push("MaxValue", max.to_string());
            push("Accuracy", precision.to_string());
        }
        ColumnKind::Money { precision, precision_source, min, max, base_of } => {
            push("MinValue", min.clone());
            push("MaxValue", max.clone());
            push("Accuracy", precision.to_string());
            push("AccuracySource", precision_source.to_string());
            if let Some(name) = base_of {
                push("CalculationOf", name.clone());
            }
        }
        ColumnKind::DateTime { behavior, date_only_format } => {
            push("Format", if *date_only_format { "date" } else { "datetime" }.to_owned());
            let behavior = match behavior {
                DateTimeBehavior::UserLocal => "1",
                DateTimeBehavior::DateOnly => "2",
                DateTimeBehavior::TimeZoneIndependent => "3",
            };
            push("Behavior", behavior.to_owned());
        }
        ColumnKind::Boolean { options, default } => {
            push("AppDefaultValue", zero_or_one(*default).to_owned());
            element.push(write_choice(options));
        }
        ColumnKind::Choice { global, options, default } => {
            push("AppDefaultValue", default.unwrap_or(-1).to_string());
            write_options(element, global.as_deref(), options);
        }
        ColumnKind::MultiChoice { global, options } => {
            write_options(element, global.as_deref(), options);
        }
        ColumnKind::State { options } | ColumnKind::Status { options } => {
            element.push(write_choice(options));
        }
        ColumnKind::Lookup { .. } | ColumnKind::Customer | ColumnKind::Owner => {
            push("LookupStyle", "single".to_owned());
            element.push(Element::new("LookupTypes"));
        }
        ColumnKind::File { max_size_kb } | ColumnKind::Image { max_size_kb, .. } => {
            push("MaxValue", max_size_kb.to_string());
        }
        _ => {}
    }
}

fn write_options(element: &mut Element, global: Option<&str>, options: &Choice) {
    match global {
        Some(name) => element.push(Element::with_text("OptionSetName", name)),
        None => element.push(write_choice(options)),
    }
}

fn written_format(format: StringFormat) -> &'static str {
    let found = STRING_FORMATS.iter().find(|(_, other)| *other == format);
    found.map_or("text", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Column {
        let mut column = new_column("fh_x", Uuid::nil());
        apply_column(&mut column, &Element::parse(xml.as_bytes()).unwrap(), "fh_t", &[], None);
        column
    }

    #[test]
    fn what_is_written_reads_the_same() {
        for xml in [
            "<attribute PhysicalName='fh_X'><Type>nvarchar</Type><Format>email</Format><MaxLength>80</MaxLength></attribute>",
            "<attribute PhysicalName='fh_X'><Type>money</Type><Accuracy>3</Accuracy><AccuracySource>2</AccuracySource></attribute>",
            "<attribute PhysicalName='fh_X'><Type>datetime</Type><Format>date</Format><Behavior>2</Behavior></attribute>",
            "<attribute PhysicalName='fh_X'><Type>picklist</Type><OptionSetName>fh_color</OptionSetName><AppDefaultValue>3</AppDefaultValue></attribute>",
            "<attribute PhysicalName='fh_X'><Type>bit</Type><AppDefaultValue>1</AppDefaultValue></attribute>",
        ] {
            let column = read(xml);
            let mut again = new_column("fh_x", Uuid::nil());
            let written = write_column(&column, "fh_tid", None);
            apply_column(&mut again, &written, "fh_t", &[], None);
            // What is left unsaid (managed properties, versions) is said once it is written.
            assert_eq!(write_column(&again, "fh_tid", None), written, "{xml}");
            assert_eq!(again.schema_name, "fh_X");
        }
    }

    #[test]
    fn what_an_element_does_not_have_stays() {
        let mut column = read(
            "<attribute PhysicalName='fh_X'><Type>nvarchar</Type><MaxLength>30</MaxLength><IsSecured>1</IsSecured></attribute>",
        );
        let above = "<attribute PhysicalName='fh_X'><Type>nvarchar</Type><MaxLength>50</MaxLength></attribute>";
        apply_column(&mut column, &Element::parse(above.as_bytes()).unwrap(), "fh_t", &[], None);
        assert!(column.is_secured);
        assert!(matches!(column.kind, ColumnKind::String { max_length: 50, .. }));
    }
}
