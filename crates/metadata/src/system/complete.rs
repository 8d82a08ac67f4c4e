//! The system columns that every table has, by ownership and kind.

use std::sync::Arc;

use super::area::{ColumnLine, Group, LookupLine, Type};
use super::column::{self, Choices, option};
use crate::{ColumnKind, Ownership, StringFormat, Table, TableType, ids};

/// Adds to a custom table the system columns that it lacks: primary key, creation and change,
/// owner, state, import, currency; for solution-aware tables those of a component; for activities
/// those of an activity. What is there stays as it is, so completing twice changes nothing. System
/// tables are complete but for what comes with the columns that makers add.
pub fn complete(table: &mut Table) {
    let choices = super::choices();
    if table.is_custom {
        complete_groups(table, default_groups(table), &Naming::of(table), choices);
    } else {
        add_currency(table, choices);
        add_file_companions(table, choices);
    }
}

/// How the columns are spelt that differ between old and newer tables.
pub struct Naming {
    /// The column that stays the same over the layers of a component.
    pub unique_id: String,
    /// Whether `statecode` is spelt in lower case.
    pub is_modern: bool,
    /// The schema name of the primary key.
    pub primary_id: String,
}

impl Naming {
    fn of(table: &Table) -> Self {
        Self {
            unique_id: "ComponentIdUnique".to_owned(),
            is_modern: true,
            primary_id: format!("{}Id", table.schema_name),
        }
    }
}

/// The groups of system columns that a table has unless its definition says otherwise.
pub fn default_groups(table: &Table) -> Vec<Group> {
    use Group::{Audit, Import, Owner, State, Version, Zone};
    if table.is_intersect || table.table_type == TableType::Virtual {
        return if table.table_type == TableType::Virtual { vec![] } else { vec![Version] };
    }
    match table.ownership {
        Ownership::UserOwned | Ownership::OrganizationOwned => {
            vec![Audit, Owner, State, Import, Zone, Version]
        }
        Ownership::BusinessOwned => vec![Audit, Owner, Import, Version],
        Ownership::None => vec![Version],
    }
}

/// Adds the columns of `groups` and those that follow from the table's kind, where they lack.
pub fn complete_groups(table: &mut Table, groups: Vec<Group>, naming: &Naming, choices: &Choices) {
    add_primary_id(table, naming, choices);
    if table.is_activity {
        add(table, super::activity_columns(), choices);
    }
    if table.is_solution_aware {
        add(table, &component_columns(naming), choices);
    }
    for group in groups {
        add(table, &group_columns(group, table, naming), choices);
    }
    add_currency(table, choices);
    add_file_companions(table, choices);
}

fn add(table: &mut Table, lines: &[ColumnLine], choices: &Choices) {
    for line in lines {
        let logical_name = line.schema_name.to_lowercase();
        if !table.columns.contains_key(&logical_name) {
            let column = column::make(&table.logical_name, line, choices);
            table.columns.insert(logical_name, Arc::new(column));
        }
    }
}

fn add_primary_id(table: &mut Table, naming: &Naming, choices: &Choices) {
    if table.columns.contains_key(&table.primary_id) {
        return;
    }
    let name = if table.is_activity { "ActivityId" } else { &naming.primary_id };
    let mut line = ColumnLine::new(name, Type::Id).required().createonly();
    line.display_name = table.display_name.text(crate::ENGLISH).map(str::to_owned);
    let mut made = column::make(&table.logical_name, &line, choices);
    made.logical_name.clone_from(&table.primary_id);
    made.metadata_id = ids::column_id(&table.logical_name, &table.primary_id);
    table.columns.shift_insert(0, table.primary_id.clone(), Arc::new(made));
}

fn group_columns(group: Group, table: &Table, naming: &Naming) -> Vec<ColumnLine> {
    let new = |name: &str, kind| ColumnLine::new(name, kind);
    let user = || lookup("systemuser");
    match group {
        Group::Audit => vec![
            new("CreatedOn", Type::Time).readonly(),
            new("CreatedBy", user()).readonly().named("Created By"),
            new("CreatedOnBehalfBy", user()).readonly().named("Created By (Delegate)"),
            new("ModifiedOn", Type::Time).readonly(),
            new("ModifiedBy", user()).readonly().named("Modified By"),
            new("ModifiedOnBehalfBy", user()).readonly().named("Modified By (Delegate)"),
        ],
        Group::Import => vec![
            new("ImportSequenceNumber", int()).createonly(),
            new("OverriddenCreatedOn", Type::Date).createonly().named("Record Created On"),
        ],
        Group::State => state_columns(naming),
        Group::Version => vec![new("VersionNumber", Type::BigInt).readonly()],
        Group::Zone => vec![
            new("TimeZoneRuleVersionNumber", int()),
            new("UTCConversionTimeZoneCode", int()).named("UTC Conversion Time Zone Code"),
        ],
        Group::Owner => owner_columns(table.ownership),
    }
}

fn owner_columns(ownership: Ownership) -> Vec<ColumnLine> {
    let new = |name: &str, kind| ColumnLine::new(name, kind);
    match ownership {
        Ownership::UserOwned => vec![
            new("OwnerId", Type::Owner).required(),
            new("OwningBusinessUnit", lookup("businessunit")),
            new("OwningTeam", lookup("team")).readonly(),
            new("OwningUser", lookup("systemuser")).readonly(),
        ],
        Ownership::OrganizationOwned => {
            vec![new("OrganizationId", lookup("organization")).readonly()]
        }
        Ownership::BusinessOwned => {
            vec![new("BusinessUnitId", lookup("businessunit")).required().createonly()]
        }
        Ownership::None => vec![],
    }
}

fn state_columns(naming: &Naming) -> Vec<ColumnLine> {
    let of = |value, label, partner| super::area::Value {
        partner: Some(partner),
        ..option(value, label)
    };
    let state = Type::State(vec![of(0, "Active", 1), of(1, "Inactive", 2)]);
    let status = Type::Status(vec![of(1, "Active", 0), of(2, "Inactive", 1)]);
    let (state_name, status_name) =
        if naming.is_modern { ("statecode", "statuscode") } else { ("StateCode", "StatusCode") };
    vec![
        ColumnLine::new(state_name, state).required().named("Status"),
        ColumnLine::new(status_name, status).named("Status Reason"),
    ]
}

fn component_columns(naming: &Naming) -> Vec<ColumnLine> {
    let new = |name: &str, kind| ColumnLine::new(name, kind);
    let managed = vec![option(0, "Unmanaged"), option(1, "Managed")];
    let state = Type::Choice {
        global: Some("componentstate".to_owned()),
        values: Vec::new(),
        default: None,
    };
    vec![
        new(&naming.unique_id, Type::Id).required().readonly().named("Row id unique"),
        new("ComponentState", state).required().readonly(),
        new("IsManaged", Type::Bool { default: false, options: Some(managed) })
            .required()
            .readonly(),
        new("OverwriteTime", Type::Time).required().readonly().named("Record Overwrite Time"),
        new("SolutionId", Type::Id).required().readonly().named("Solution"),
        new("SupportingSolutionId", Type::Id).readonly().named("Solution"),
        new("IsCustomizable", Type::Managed).required(),
    ]
}

/// A table with amounts has the currency they are in, its rate, and each amount in base currency.
fn add_currency(table: &mut Table, choices: &Choices) {
    let is_amount = |kind: &ColumnKind| matches!(kind, ColumnKind::Money { base_of: None, .. });
    let amounts: Vec<_> =
        table.columns.values().filter(|column| is_amount(&column.kind)).cloned().collect();
    if amounts.is_empty() {
        return;
    }
    let currency = ColumnLine::new("TransactionCurrencyId", lookup("transactioncurrency"));
    let rate = ColumnLine::new("ExchangeRate", Type::Decimal { precision: 12 }).readonly();
    add(table, &[currency.named("Currency"), rate], choices);
    for amount in amounts {
        let name = format!("{}_base", amount.logical_name);
        if !table.columns.contains_key(&name) {
            let base = column::base_amount(&table.logical_name, &amount);
            table.columns.insert(name, Arc::new(base));
        }
    }
}

/// A picture has an id, a time stamp and an address beside it; a file has its name; a rollup has when
/// it was calculated, and whether.
fn add_file_companions(table: &mut Table, choices: &Choices) {
    let columns = table.columns.values();
    let lines: Vec<_> = columns.flat_map(|column| companions(column)).collect();
    add(table, &lines, choices);
}

fn companions(column: &crate::Column) -> Vec<ColumnLine> {
    let name = &column.schema_name;
    let text = |length| Type::Text { length, format: StringFormat::Text };
    let url = Type::Text { length: 200, format: StringFormat::Url };
    let new = |ending: &str, kind| ColumnLine::new(format!("{name}{ending}"), kind).readonly();
    match &column.kind {
        ColumnKind::Image { .. } => {
            vec![new("Id", Type::Id), new("_Timestamp", Type::BigInt), new("_URL", url)]
        }
        ColumnKind::File { .. } => vec![new("_Name", text(200))],
        _ if column.source_type == crate::SourceType::Rollup => {
            vec![new("_Date", Type::Time), new("_State", int())]
        }
        _ => Vec::new(),
    }
}

fn lookup(target: &str) -> Type {
    Type::Lookup(LookupLine { targets: vec![target.to_owned()], ..LookupLine::default() })
}

fn int() -> Type {
    Type::Int { min: i32::MIN, max: i32::MAX, format: "None" }
}
