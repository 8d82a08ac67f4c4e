//! A custom table with a column of every type, its hierarchy, and a second table related to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use base::{Cx, Uuid};
use dataverse::Environment;
use dataverse::messages::{CreateKey, CreateManyToMany, CreateOneToMany, CreateTable};
use indexmap::IndexMap;
use metadata::{
    Cascade, CascadeAction, Choice, ChoiceKind, ChoiceOption, Column, ColumnKind, DateTimeBehavior,
    Key, Label, ManagedProperties, ManyToMany, OneToMany, Ownership, RequiredLevel, StringFormat,
    Table, TableType,
};

/// Makes `new_sample` and `new_part`, with the relationships between them.
pub async fn create(environment: &Environment, cx: &Cx) {
    if environment.schema().table("new_sample").is_some() {
        return;
    }
    let mut session = environment.begin(cx).await.unwrap();
    session.execute(CreateTable { table: sample() }).await.unwrap();
    session.execute(CreateTable { table: table("new_Part", Vec::new()) }).await.unwrap();
    let lookups = [
        ("new_sample", "new_sample", "new_ParentId", CascadeAction::Cascade),
        ("new_sample", "new_part", "new_SampleId", CascadeAction::RemoveLink),
        ("new_sample", "new_part", "new_KeeperId", CascadeAction::Restrict),
    ];
    for (one, many, lookup, delete) in lookups {
        session.execute(one_to_many(one, many, lookup, delete)).await.unwrap();
    }
    session.execute(CreateManyToMany { relationship: many_to_many() }).await.unwrap();
    session.execute(key("new_Number", &["new_number"])).await.unwrap();
    session.execute(key("new_NameAndParent", &["new_name", "new_parentid"])).await.unwrap();
    session.commit().await.unwrap();
}

fn sample() -> Table {
    let options = || choice(&[(1, "Banana"), (2, "Apple"), (3, "Cherry")], ChoiceKind::Picklist);
    let decimal = |precision| ColumnKind::Decimal {
        precision,
        min: "-1000".to_owned(),
        max: "1000".to_owned(),
    };
    let text = |max_length| ColumnKind::String { max_length, format: StringFormat::Text };
    let columns = vec![
        column("new_Text", text(20)),
        column("new_Number", ColumnKind::Integer { min: -10, max: 100, format: "None".to_owned() }),
        column("new_Decimal", decimal(2)),
        column("new_Double", ColumnKind::Double { precision: 3, min: -1000.0, max: 1000.0 }),
        column("new_Amount", money()),
        column(
            "new_Flag",
            ColumnKind::Boolean {
                options: choice(&[(1, "Yes"), (0, "No")], ChoiceKind::Boolean),
                default: true,
            },
        ),
        column(
            "new_Choice",
            ColumnKind::Choice { global: None, options: options(), default: Some(2) },
        ),
        column("new_Several", ColumnKind::MultiChoice { global: None, options: options() }),
        column(
            "new_Day",
            ColumnKind::DateTime { behavior: DateTimeBehavior::DateOnly, date_only_format: true },
        ),
        column(
            "new_When",
            ColumnKind::DateTime { behavior: DateTimeBehavior::UserLocal, date_only_format: false },
        ),
        Column {
            auto_number_format: Some("S-{SEQNUM:5}-{DATETIMEUTC:yyyy}".to_owned()),
            ..column("new_Code", text(100))
        },
        Column {
            required: RequiredLevel::SystemRequired,
            valid_for_update: false,
            ..column("new_Fixed", text(10))
        },
    ];
    table("new_Sample", columns)
}

fn money() -> ColumnKind {
    ColumnKind::Money {
        precision: 2,
        precision_source: 2,
        min: "-1000000".to_owned(),
        max: "1000000".to_owned(),
        base_of: None,
    }
}

fn table(schema_name: &str, columns: Vec<Column>) -> Table {
    let name =
        column("new_Name", ColumnKind::String { max_length: 100, format: StringFormat::Text });
    let columns = std::iter::once(name).chain(columns);
    Table {
        metadata_id: Uuid::nil(),
        logical_name: schema_name.to_lowercase(),
        schema_name: schema_name.to_owned(),
        set_name: String::new(),
        type_code: 0,
        primary_id: String::new(),
        primary_name: Some("new_name".to_owned()),
        ownership: Ownership::UserOwned,
        table_type: TableType::Standard,
        display_name: Label::english(schema_name),
        display_collection_name: Label::english(format!("{schema_name}s")),
        description: Label::default(),
        columns: columns.map(|it| (it.logical_name.clone(), Arc::new(it))).collect(),
        keys: IndexMap::new(),
        is_activity: false,
        is_intersect: false,
        is_solution_aware: false,
        is_custom: true,
        is_managed: false,
        privilege_stem: String::new(),
        flags: BTreeMap::new(),
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    }
}

fn column(schema_name: &str, kind: ColumnKind) -> Column {
    let mut column = Column::custom(Uuid::nil(), schema_name, kind);
    column.display_name = Label::english(schema_name);
    column
}

fn choice(options: &[(i32, &str)], kind: ChoiceKind) -> Arc<Choice> {
    let options = options.iter().map(|(value, label)| ChoiceOption {
        value: *value,
        label: Label::english(*label),
        ..ChoiceOption::default()
    });
    Arc::new(Choice {
        metadata_id: Uuid::nil(),
        name: String::new(),
        kind,
        is_global: false,
        is_custom: true,
        is_managed: false,
        display_name: Label::default(),
        description: Label::default(),
        options: options.collect(),
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    })
}

fn one_to_many(one: &str, many: &str, lookup: &str, delete: CascadeAction) -> CreateOneToMany {
    let relationship = OneToMany {
        menu: Default::default(),
        metadata_id: Uuid::nil(),
        schema_name: format!("{one}_{many}_{lookup}"),
        referenced_table: one.to_owned(),
        referenced_column: String::new(),
        referencing_table: many.to_owned(),
        referencing_column: lookup.to_lowercase(),
        referencing_navigation: String::new(),
        referenced_navigation: String::new(),
        cascade: match delete {
            CascadeAction::Cascade => parental(),
            _ => Cascade { delete, ..Cascade::default() },
        },
        is_hierarchical: false,
        is_custom: true,
        is_managed: false,
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    };
    let lookup = column(lookup, ColumnKind::Lookup { targets: vec![one.to_owned()] });
    CreateOneToMany { lookup, relationships: vec![relationship] }
}

fn parental() -> Cascade {
    let all = CascadeAction::Cascade;
    Cascade { assign: all, delete: all, merge: all, reparent: all, share: all, unshare: all }
}

fn many_to_many() -> ManyToMany {
    ManyToMany {
        menu1: Default::default(),
        menu2: Default::default(),
        metadata_id: Uuid::nil(),
        schema_name: "new_Sample_Part".to_owned(),
        intersect_table: "new_sample_part".to_owned(),
        table1: "new_sample".to_owned(),
        column1: String::new(),
        navigation1: String::new(),
        table2: "new_part".to_owned(),
        column2: String::new(),
        navigation2: String::new(),
        is_custom: true,
        is_managed: false,
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    }
}

fn key(schema_name: &str, columns: &[&str]) -> CreateKey {
    let key = Key {
        metadata_id: Uuid::nil(),
        logical_name: schema_name.to_lowercase(),
        schema_name: schema_name.to_owned(),
        display_name: Label::english(schema_name),
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        introduced_version: None,
        is_managed: false,
    };
    CreateKey { table: "new_sample".to_owned(), key }
}
