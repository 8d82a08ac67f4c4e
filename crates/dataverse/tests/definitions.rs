//! Tables, columns, relationships, choices and keys: made, kept, changed, deleted, refused.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

mod common;

use std::sync::Arc;

use base::{Error, Uuid};
use common::{World, worlds};
use dataverse::messages::{
    Create, CreateChoice, CreateColumn, CreateKey, CreateManyToMany, CreateOneToMany, CreateTable,
    Delete, DeleteChoice, DeleteColumn, DeleteKey, DeleteRelationship, DeleteTable, Retrieve,
    UpdateChoice, UpdateColumn, UpdateTable,
};
use dataverse::{Environment, Input, Reference, Reply, RowInput};
use metadata::{
    Choice, ChoiceKind, ChoiceOption, Column, ColumnKind, Key, Label, ManagedProperties,
    ManyToMany, OneToMany, Ownership, StringFormat, Table,
};

fn column(schema_name: &str, kind: ColumnKind) -> Column {
    let mut column = Column::custom(Uuid::nil(), schema_name, kind);
    column.display_name = Label::english(schema_name);
    column
}

fn text(max_length: u32) -> ColumnKind {
    ColumnKind::String { max_length, format: StringFormat::Text }
}

fn bank() -> Table {
    let mut table = Table::custom(Uuid::nil(), "new_Bank", Ownership::UserOwned);
    table.display_name = Label::english("Bank");
    table.display_collection_name = Label::english("Banks");
    table.primary_name = Some("new_name".to_owned());
    table.flags.insert("HasNotes".to_owned(), true.into());
    let name = column("new_Name", text(100));
    table.columns.insert("new_name".to_owned(), Arc::new(name));
    table
}

fn choice(name: &str) -> Choice {
    let option = |value, label| ChoiceOption {
        value,
        label: Label::english(label),
        ..ChoiceOption::default()
    };
    Choice {
        metadata_id: Uuid::nil(),
        name: name.to_owned(),
        kind: ChoiceKind::Picklist,
        is_global: true,
        is_custom: true,
        is_managed: false,
        display_name: Label::english(name),
        description: Label::default(),
        options: vec![option(100, "Red"), option(101, "Green")],
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    }
}

fn lookup(schema_name: &str) -> Column {
    column(schema_name, ColumnKind::Lookup { targets: Vec::new() })
}

fn one_to_many(schema_name: &str, referenced: &str, referencing: &str) -> OneToMany {
    OneToMany {
        menu: Default::default(),
        metadata_id: Uuid::nil(),
        schema_name: schema_name.to_owned(),
        referenced_table: referenced.to_owned(),
        referenced_column: String::new(),
        referencing_table: referencing.to_owned(),
        referencing_column: String::new(),
        referencing_navigation: String::new(),
        referenced_navigation: String::new(),
        cascade: metadata::Cascade::default(),
        is_hierarchical: false,
        is_custom: true,
        is_managed: false,
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    }
}

fn many_to_many(schema_name: &str, table1: &str, table2: &str) -> ManyToMany {
    ManyToMany {
        menu1: Default::default(),
        menu2: Default::default(),
        metadata_id: Uuid::nil(),
        schema_name: schema_name.to_owned(),
        intersect_table: String::new(),
        table1: table1.to_owned(),
        column1: String::new(),
        navigation1: String::new(),
        table2: table2.to_owned(),
        column2: String::new(),
        navigation2: String::new(),
        is_custom: true,
        is_managed: false,
        introduced_version: None,
        managed_properties: ManagedProperties::default(),
    }
}

fn key(columns: &[&str]) -> Key {
    Key {
        metadata_id: Uuid::nil(),
        logical_name: String::new(),
        schema_name: "new_Code".to_owned(),
        display_name: Label::english("Code"),
        columns: columns.iter().map(|name| (*name).to_owned()).collect(),
        introduced_version: None,
        is_managed: false,
    }
}

impl World {
    async fn run(&self, message: impl Into<dataverse::Message>) -> Reply {
        self.environment.execute(&self.admin, message).await.expect("the message is carried out")
    }

    async fn refused(&self, message: impl Into<dataverse::Message>) -> Error {
        self.environment.execute(&self.admin, message).await.expect_err("the message is refused")
    }

    async fn bank(&self) -> Uuid {
        self.run(CreateTable { table: bank() }).await.id().expect("a definition has an id")
    }

    async fn row(&self, table: &str, row: RowInput) -> Uuid {
        let message = Create { table: table.to_owned(), row, returning: None };
        self.run(message).await.id().expect("a row has an id")
    }

    /// The environment as another start of the server finds it.
    async fn reopened(&self) -> Arc<Environment> {
        let store = self.environment.store().clone();
        Environment::open(&self.system, self.environment.id, store, Vec::new()).await.unwrap()
    }
}

fn named(name: &str) -> RowInput {
    RowInput::default().with("new_name", name)
}

#[tokio::test]
async fn a_new_table_is_whole_and_kept() {
    for world in worlds().await {
        let id = world.bank().await;
        for environment in [world.environment.clone(), world.reopened().await] {
            let schema = environment.schema();
            let table = schema.table("new_bank").expect("the table is there");
            assert_eq!(table.metadata_id, id);
            assert!(table.type_code >= 10_000);
            assert_eq!(table.set_name, "new_banks");
            for name in ["new_bankid", "createdon", "ownerid", "statecode", "versionnumber"] {
                assert!(table.column(name).is_some(), "{name}");
            }
            assert!(schema.relationship("owner_new_bank").is_some());
            assert!(schema.version > metadata::system::base_schema().version);
        }
        let row = world.row("new_banks", named("First")).await;
        let target = Reference::id("new_banks", row);
        let query = query::Query::default();
        let reply =
            world.run(Retrieve { target, query, unless_version: None, with_names: false }).await;
        let Reply::Record(record) = reply else { panic!("{reply:?}") };
        assert_eq!(record.get("new_name").unwrap().text(), Some("First"));
    }
}

#[tokio::test]
async fn the_definitions_before_and_after_a_restart_are_the_same() {
    for world in worlds().await {
        world.run(CreateChoice { choice: choice("new_Colour") }).await;
        world.bank().await;
        let colour = ColumnKind::Choice {
            global: Some("new_colour".to_owned()),
            options: Arc::new(choice("")),
            default: Some(100),
        };
        let colour = column("new_Colour", colour);
        world.run(CreateColumn { table: "new_bank".to_owned(), column: colour }).await;
        let note = column("new_Note", text(20));
        world.run(CreateColumn { table: "account".to_owned(), column: note }).await;
        let relationships = vec![one_to_many("new_account_bank", "account", "new_bank")];
        world.run(CreateOneToMany { lookup: lookup("new_AccountId"), relationships }).await;
        let relationship = many_to_many("new_bank_contact", "new_bank", "contact");
        world.run(CreateManyToMany { relationship }).await;
        let (old, new) = (world.environment.schema(), world.reopened().await.schema());
        for name in ["new_bank", "account", "contact", "new_bank_contact", "asyncoperation"] {
            assert_eq!(old.table(name), new.table(name), "{name}");
        }
        assert_eq!(old.relationships().count(), new.relationships().count());
        assert_eq!(old.version, new.version);
        let base = metadata::system::base_schema();
        let [one, other] = [&new, &base].map(|schema| schema.table("role").unwrap());
        assert!(Arc::ptr_eq(one, other), "tables that nobody changed are shared");
    }
}

#[tokio::test]
async fn a_session_that_is_dropped_changed_nothing() {
    for world in worlds().await {
        let mut session = world.environment.begin(&world.admin).await.unwrap();
        session.execute(CreateTable { table: bank() }).await.unwrap();
        assert!(session.schema().table("new_bank").is_some());
        drop(session);
        assert!(world.environment.schema().table("new_bank").is_none());
        assert!(world.reopened().await.schema().table("new_bank").is_none());
        world.bank().await;
    }
}

#[tokio::test]
async fn several_changes_are_one() {
    for world in worlds().await {
        let mut session = world.environment.begin(&world.admin).await.unwrap();
        session.execute(CreateTable { table: bank() }).await.unwrap();
        let row = Create { table: "new_bank".to_owned(), row: named("x"), returning: None };
        session.execute(row).await.unwrap();
        let code = column("new_Code", text(10));
        session.execute(CreateColumn { table: "new_bank".to_owned(), column: code }).await.unwrap();
        session.commit().await.unwrap();
        world.row("new_bank", named("y").with("new_code", "1")).await;
    }
}

#[tokio::test]
async fn a_deleted_table_leaves_nothing() {
    for world in worlds().await {
        let before = world.environment.schema();
        world.bank().await;
        let bank_row = world.row("new_banks", named("First")).await;
        let link = Input::Bind(Reference::id("new_banks", bank_row));
        let note = RowInput(vec![("objectid_new_bank".to_owned(), link)]);
        world.row("annotation", note.with("subject", "about a bank")).await;
        let relationship = many_to_many("new_bank_contact", "new_bank", "contact");
        world.run(CreateManyToMany { relationship }).await;
        world.run(DeleteTable { table: "new_bank".to_owned() }).await;
        for schema in [world.environment.schema(), world.reopened().await.schema()] {
            assert!(schema.table("new_bank").is_none());
            assert!(schema.table("new_bank_contact").is_none());
            assert_eq!(before.relationships().count(), schema.relationships().count());
            assert_eq!(before.table("annotation"), schema.table("annotation"));
        }
        let mut reader = world.environment.store().read().await.unwrap();
        for (table, condition) in [
            ("savedquery", "returnedtypecode = 'new_bank'"),
            ("systemform", "objecttypecode = 'new_bank'"),
            ("privilege", "name like '%new_Bank'"),
            ("sdkmessagefilter", "primaryobjecttypecode = 'new_bank'"),
            ("fh_relationship", "1 = 1"),
        ] {
            let sql = format!(
                "select count(*) from {} where {condition}",
                world.environment.store().table(table)
            );
            let row = reader.query_one(&db::Statement::new(sql, Vec::new())).await.unwrap();
            assert_eq!(row.get::<i64>(0).unwrap(), 0, "{table}");
        }
        drop(reader);
        world.bank().await;
    }
}

#[tokio::test]
async fn definitions_that_cannot_be_are_refused() {
    for world in worlds().await {
        world.bank().await;
        let table = |change: fn(&mut Table)| {
            let mut table = bank();
            table.schema_name = "new_Other".to_owned();
            table.logical_name = "new_other".to_owned();
            table.set_name = "new_others".to_owned();
            change(&mut table);
            CreateTable { table }
        };
        let code = async |message: CreateTable| world.refused(message).await.code;
        assert_eq!(code(CreateTable { table: bank() }).await, "0x8004700b");
        assert_eq!(code(table(|it| it.schema_name = "Other".to_owned())).await, "0x80040203");
        assert_eq!(code(table(|it| it.display_name = Label::default())).await, "0x80040203");
        assert_eq!(code(table(|it| it.ownership = Ownership::None)).await, "0x80040203");
        assert_eq!(code(table(|it| it.primary_name = None)).await, "0x80040203");
        let virtual_table = table(|it| it.table_type = metadata::TableType::Virtual);
        assert_eq!(world.refused(virtual_table).await.kind, base::Kind::NotImplemented);

        let add = |column: Column| CreateColumn { table: "new_bank".to_owned(), column };
        let code = async |message: CreateColumn| world.refused(message).await.code;
        assert_eq!(code(add(column("new_name", text(10)))).await, "0x80047013");
        assert_eq!(code(add(column("new_long", text(5_000)))).await, "0x80040203");
        assert_eq!(code(add(lookup("new_lookup"))).await, "0x80047003");
        assert_eq!(code(add(column("new_id", ColumnKind::Uuid))).await, "0x80040203");
        let unknown =
            CreateColumn { table: "nothing".to_owned(), column: column("new_x", text(1)) };
        assert_eq!(world.refused(unknown).await.kind, base::Kind::NotFound);
        let mut twice = choice("new_twice");
        twice.options[1].value = 100;
        assert_eq!(world.refused(CreateChoice { choice: twice }).await.code, "0x80044310");
    }
}

#[tokio::test]
async fn a_column_is_changed_within_limits_and_deleted() {
    for world in worlds().await {
        world.bank().await;
        let add =
            CreateColumn { table: "new_bank".to_owned(), column: column("new_Code", text(20)) };
        world.run(add).await;
        world.row("new_bank", named("x").with("new_code", "1234567890")).await;
        let change = |max_length| UpdateColumn {
            table: "new_bank".to_owned(),
            column: column("new_Code", text(max_length)),
            merge_labels: false,
        };
        assert_eq!(world.refused(change(5)).await.code, "0x80044331");
        world.run(change(10)).await;
        let number = ColumnKind::Integer { min: 0, max: 1, format: "None".to_owned() };
        let other = UpdateColumn { column: column("new_Code", number), ..change(10) };
        assert_eq!(world.refused(other).await.code, "0x80040203");
        let delete =
            |column: &str| DeleteColumn { table: "new_bank".to_owned(), column: column.to_owned() };
        world.run(CreateKey { table: "new_bank".to_owned(), key: key(&["new_code"]) }).await;
        assert_eq!(world.refused(delete("new_code")).await.code, "0x8004f01f");
        world.run(DeleteKey { table: "new_bank".to_owned(), key: "new_code".to_owned() }).await;
        world.run(delete("new_code")).await;
        assert_eq!(world.refused(delete("new_name")).await.code, "0x80047009");
        assert_eq!(world.refused(delete("createdon")).await.code, "0x80047009");
    }
}

#[tokio::test]
async fn labels_are_replaced_or_merged() {
    for world in worlds().await {
        world.bank().await;
        let german = |merge_labels| {
            let mut table = bank();
            table.display_name = Label(vec![(1031, "Bank (de)".to_owned())]);
            table.display_collection_name = Label(vec![(1031, "Banken".to_owned())]);
            UpdateTable { table, merge_labels }
        };
        world.run(german(true)).await;
        let label = |world: &World| {
            world.environment.schema().table("new_bank").unwrap().display_collection_name.clone()
        };
        assert_eq!(label(&world).text(1033), Some("Banks"));
        assert_eq!(label(&world).text(1031), Some("Banken"));
        world.run(german(false)).await;
        assert_eq!(label(&world).0.len(), 1);
    }
}

#[tokio::test]
async fn keys_are_unique_whatever_the_case_and_nulls_are_free() {
    for world in worlds().await {
        world.bank().await;
        world.row("new_bank", named("Same")).await;
        let twice = world.row("new_bank", named("same")).await;
        let message = || CreateKey { table: "new_bank".to_owned(), key: key(&["new_name"]) };
        assert_eq!(world.refused(message()).await.code, "0x80060892");
        let target = Reference::id("new_bank", twice);
        world.run(Delete { target, if_version: None }).await;
        world.run(message()).await;
        assert_eq!(world.refused(message()).await.code, "0x80060893");
        world.row("new_bank", RowInput::default()).await;
        world.row("new_bank", RowInput::default()).await;
        let same = Create { table: "new_bank".to_owned(), row: named("SAME"), returning: None };
        assert_eq!(world.refused(same).await.code, "0x80060892");
    }
}

#[tokio::test]
async fn a_lookup_comes_and_goes_with_its_relationship() {
    for world in worlds().await {
        world.bank().await;
        let make = || CreateOneToMany {
            lookup: lookup("new_AccountId"),
            relationships: vec![one_to_many("new_account_bank", "account", "new_bank")],
        };
        let Reply::Defined(ids) = world.run(make()).await else { panic!("no ids") };
        assert_eq!(ids.len(), 2);
        let schema = world.environment.schema();
        let made = schema.many_to_one("new_bank").find(|one| one.schema_name == "new_account_bank");
        let made = made.expect("the relationship is there");
        assert_eq!(made.referencing_navigation, "new_AccountId");
        assert_eq!(made.referenced_column, "accountid");
        assert_eq!(world.refused(make()).await.code, "0x80047013");
        world.run(DeleteRelationship { schema_name: "new_account_bank".to_owned() }).await;
        let schema = world.environment.schema();
        assert!(schema.table("new_bank").unwrap().column("new_accountid").is_none());
        world.run(make()).await;
    }
}

#[tokio::test]
async fn a_table_that_others_refer_to_stays() {
    for world in worlds().await {
        world.bank().await;
        let relationships = vec![one_to_many("new_bank_account", "new_bank", "account")];
        world.run(CreateOneToMany { lookup: lookup("new_BankId"), relationships }).await;
        let delete = || DeleteTable { table: "new_bank".to_owned() };
        let error = world.refused(delete()).await;
        assert_eq!(error.code, "0x8004f01f");
        assert!(error.message.contains("new_bankid of account"), "{}", error.message);
        world
            .run(DeleteColumn { table: "account".to_owned(), column: "new_bankid".to_owned() })
            .await;
        world.run(delete()).await;
    }
}

#[tokio::test]
async fn a_global_choice_changes_in_every_column() {
    for world in worlds().await {
        world.run(CreateChoice { choice: choice("new_Colour") }).await;
        world.bank().await;
        let kind = ColumnKind::Choice {
            global: Some("new_colour".to_owned()),
            options: Arc::new(choice("")),
            default: None,
        };
        let add = CreateColumn { table: "new_bank".to_owned(), column: column("new_Colour", kind) };
        world.run(add).await;
        let mut changed = choice("new_Colour");
        changed.options.push(ChoiceOption {
            value: 102,
            label: Label::english("Blue"),
            ..ChoiceOption::default()
        });
        world.run(UpdateChoice { choice: changed, merge_labels: false }).await;
        for schema in [world.environment.schema(), world.reopened().await.schema()] {
            let table = schema.table("new_bank").unwrap();
            let options = table.column("new_colour").unwrap().options().unwrap();
            assert_eq!(options.options.len(), 3);
        }
        let delete = || DeleteChoice { name: "new_colour".to_owned() };
        let error = world.refused(delete()).await;
        assert_eq!(error.code, "0x80048417");
        world.run(DeleteTable { table: "new_bank".to_owned() }).await;
        world.run(delete()).await;
    }
}

#[tokio::test]
async fn system_and_managed_definitions_are_guarded() {
    for world in worlds().await {
        let delete = DeleteTable { table: "account".to_owned() };
        assert_eq!(world.refused(delete).await.code, "0x8004f01f");
        let fixed =
            CreateColumn { table: "privilege".to_owned(), column: column("new_x", text(1)) };
        let error = world.refused(fixed).await;
        assert_eq!(error.code, "0x80047008");
        assert!(error.message.contains("iscustomizable"), "{}", error.message);
        // As an import of a managed solution makes it.
        let mut session = world.environment.begin(&world.system).await.unwrap();
        let mut table = bank();
        table.metadata_id = Uuid::from_u128(0xba);
        table.is_managed = true;
        let guards = [("iscustomizable", true), ("cancreateattributes", false)];
        table.managed_properties.0 =
            guards.map(|(name, allowed)| (name.to_owned(), allowed)).into_iter().collect();
        metadata::system::complete(&mut table);
        session.put_table(table).await.unwrap();
        session.commit().await.unwrap();
        let add = CreateColumn { table: "new_bank".to_owned(), column: column("new_x", text(1)) };
        let error = world.refused(add).await;
        assert_eq!(error.code, "0x80047008");
        assert!(error.message.contains("cancreateattributes"), "{}", error.message);
        let delete = DeleteTable { table: "new_bank".to_owned() };
        assert_eq!(world.refused(delete).await.code, "0x8004f01f");
    }
}

#[tokio::test]
async fn changes_at_the_same_time_are_all_kept() {
    for world in worlds().await {
        let mut tasks = Vec::new();
        for number in 0..6 {
            let (environment, admin) = (world.environment.clone(), world.admin.clone());
            tasks.push(tokio::spawn(async move {
                let mut table = bank();
                table.schema_name = format!("new_Bank{number}");
                table.logical_name = format!("new_bank{number}");
                table.set_name = format!("new_bank{number}s");
                table.primary_id = format!("new_bank{number}id");
                table.privilege_stem.clone_from(&table.schema_name);
                environment.execute(&admin, CreateTable { table }).await
            }));
        }
        for task in tasks {
            task.await.unwrap().unwrap();
        }
        let (now, later) = (world.environment.schema(), world.reopened().await.schema());
        let mut codes = std::collections::HashSet::new();
        for number in 0..6 {
            let name = format!("new_bank{number}");
            assert!(codes.insert(now.table(&name).expect("it is published").type_code));
            assert_eq!(now.table(&name), later.table(&name));
        }
        assert_eq!(now.version, later.version);
    }
}
