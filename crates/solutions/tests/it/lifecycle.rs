//! The life of a solution: import, export, bind, change, update, uninstall; on both databases.

use std::fs;
use std::path::Path;

use base::{Caller, Error, Kind, Uuid};
use dataverse::messages::{
    Create, CreateColumn, CreateTable, Delete, DeleteColumn, DeleteTable, Update,
};
use dataverse::{Environment, Reference, Reply, RowInput};
use metadata::{Column, ColumnKind, Label, StringFormat};
use package::{ComponentKind, Package, source};
use query::{Comparison, Filter, Literal, Query};
use solutions::{ComponentParameter, ExportOptions, ImportOptions};

use crate::common::Tenant;

const TRACKER: &str = "ProjectTracker";

/// The sample of this repository, packed unmanaged or managed.
pub fn sample(managed: bool) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/project-tracker");
    let mut tree = source::Tree::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let inner = path.strip_prefix(&folder).unwrap();
            let inner: Vec<_> = inner.iter().map(|part| part.to_str().unwrap()).collect();
            tree.insert(inner.join("/"), fs::read(&path).unwrap());
        }
    }
    source::pack(&tree, managed).unwrap().write().unwrap()
}

pub async fn import(tenant: &Tenant, environment: &Environment, bytes: &[u8]) -> Result<(), Error> {
    let options = ImportOptions::new(tenant.cx.new_id());
    solutions::import(environment, &tenant.cx, bytes, &options, &|_, _| {}).await.map(drop)
}

async fn export(tenant: &Tenant, environment: &Environment, managed: bool) -> Package {
    let options = ExportOptions { managed, include_values: false };
    let name = unique_name();
    let bytes = solutions::export(environment, &tenant.cx, &name, options).await.unwrap();
    Package::read("exported", &bytes).unwrap()
}

pub fn unique_name() -> String {
    let package = Package::read("sample", &sample(false)).unwrap();
    let name = package.manifest().unwrap().unique_name;
    assert!(!name.is_empty() && TRACKER.starts_with("Project"));
    name
}

/// The ids of the rows of a table whose column is a text.
async fn ids(
    tenant: &Tenant,
    environment: &Environment,
    table: &str,
    column: &str,
    text: &str,
) -> Vec<Uuid> {
    let query = Query {
        filter: Some(Filter::Compare {
            path: vec![column.to_owned()],
            comparison: Comparison::Equal,
            value: Literal::Text(text.to_owned()),
        }),
        ..Query::default()
    };
    let message = dataverse::messages::RetrieveMultiple {
        table: table.to_owned(),
        from: None,
        query,
        with_names: false,
    };
    match environment.execute(&tenant.cx, message).await.unwrap() {
        Reply::Page(page) => page.rows.iter().map(|row| row.id).collect(),
        other => panic!("{other:?}"),
    }
}

fn keys(package: &Package, kind: ComponentKind) -> Vec<String> {
    let parts = package.components().unwrap();
    let mut keys: Vec<_> =
        parts.into_iter().filter(|part| part.kind == kind).map(|part| part.key).collect();
    keys.sort();
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_in_comes_out() {
    for tenant in Tenant::all().await {
        let dev = tenant.environment("Dev").await;
        import(&tenant, &dev, &sample(false)).await.unwrap();
        let schema = dev.schema();
        let task = schema.table("fh_task").unwrap();
        assert_eq!(task.primary_name.as_deref(), Some("fh_name"));
        assert!(!task.is_managed && task.is_custom);
        assert_eq!(task.column("fh_projectid").unwrap().targets(), ["fh_project"]);
        let before = Package::read("sample", &sample(false)).unwrap();
        let after = export(&tenant, &dev, false).await;
        for kind in ComponentKind::ALL {
            assert_eq!(keys(&after, *kind), keys(&before, *kind), "{kind:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managed_solution_travels_and_resists() {
    for tenant in Tenant::all().await {
        let dev = tenant.environment("Dev").await;
        import(&tenant, &dev, &sample(false)).await.unwrap();
        let managed = export(&tenant, &dev, true).await.write().unwrap();
        let test = tenant.environment("Test").await;
        import(&tenant, &test, &managed).await.unwrap();
        assert!(test.schema().table("fh_task").unwrap().is_managed);

        let row = RowInput::default().with("fh_name", "Lay the foundation");
        let create = Create { table: "fh_tasks".into(), row, returning: None };
        assert!(test.execute(&tenant.cx, create).await.unwrap().id().is_some());

        let column = DeleteColumn { table: "fh_task".into(), column: "fh_effort".into() };
        let error = test.execute(&tenant.cx, column).await.unwrap_err();
        assert!(error.message.contains("managed"), "{error:?}");

        // Another export of what is managed is refused, and so is the same name unmanaged.
        let options = ExportOptions { managed: true, include_values: false };
        let error =
            solutions::export(&test, &tenant.cx, &unique_name(), options).await.unwrap_err();
        assert_eq!(error.code, "0x80048036");
        let error = import(&tenant, &test, &sample(false)).await.unwrap_err();
        assert_eq!(error.code, "0x80048040");

        solutions::uninstall(&test, &tenant.cx, &unique_name()).await.unwrap();
        assert!(test.schema().table("fh_task").is_none());
        assert!(ids(&tenant, &test, "solution", "uniquename", &unique_name()).await.is_empty());
        assert!(ids(&tenant, &test, "savedquery", "returnedtypecode", "fh_task").await.is_empty());
        import(&tenant, &test, &managed).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bindings_are_state_of_the_environment() {
    let tenant = Tenant::sqlite().await;
    let dev = tenant.environment("Dev").await;
    let package = Package::read("sample", &sample(false)).unwrap();
    let reference = keys(&package, ComponentKind::ConnectionReference).remove(0);
    let variable = keys(&package, ComponentKind::EnvironmentVariable).remove(0);
    let mut options = ImportOptions::new(tenant.cx.new_id());
    options.parameters = vec![
        ComponentParameter::Connection {
            logical_name: reference.clone(),
            connection_id: "connection-1".into(),
        },
        ComponentParameter::Value { schema_name: variable.clone(), value: "42".into() },
    ];
    let import = |options: ImportOptions| {
        let (dev, cx) = (dev.clone(), tenant.cx.clone());
        async move { solutions::import(&dev, &cx, &sample(false), &options, &|_, _| {}).await }
    };
    let result = import(options.clone()).await.unwrap();
    assert!(!result.warnings.iter().any(|warning| warning.contains(&reference)), "{result:?}");
    // The next import without bindings keeps them, and an export does not carry them.
    import(ImportOptions::new(tenant.cx.new_id())).await.unwrap();
    let bound = ids(&tenant, &dev, "connectionreference", "connectionid", "connection-1").await;
    assert_eq!(bound.len(), 1);
    let exported = export(&tenant, &dev, true).await;
    let text = exported.customizations.root.to_string();
    assert!(!text.contains("connection-1"));
    assert!(
        exported.files.iter().all(|file| !file.path.ends_with("environmentvariablevalues.json"))
    );

    options.parameters =
        vec![ComponentParameter::Value { schema_name: "fh_Nothing".into(), value: "1".into() }];
    let error = import(options).await.unwrap_err();
    assert!(error.message.contains("fh_Nothing"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_import_changes_nothing() {
    for tenant in Tenant::all().await {
        let dev = tenant.environment("Dev").await;
        let mut broken = Package::read("sample", &sample(false)).unwrap();
        // A row of a table that does not exist, at the end of everything else.
        broken.files.push(package::File::new(
            "fh_wishes/fh_More/fh_wish.xml",
            b"<fh_wish uniquename=\"fh_More\"/>".to_vec(),
        ));
        let error = import(&tenant, &dev, &broken.write().unwrap()).await.unwrap_err();
        assert_eq!((error.kind, &*error.code), (Kind::Invalid, "0x8004801d"), "{error:?}");
        assert!(error.message.contains("fh_wish"), "{error:?}");
        assert!(dev.schema().table("fh_task").is_none());
        assert!(ids(&tenant, &dev, "solution", "uniquename", &unique_name()).await.is_empty());
        import(&tenant, &dev, &sample(false)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_package_is_refused_whole() {
    let tenant = Tenant::sqlite().await;
    let dev = tenant.environment("Dev").await;
    let whole = sample(false);
    for bytes in [&whole[..whole.len() / 2], b"no zip at all".as_slice(), &[]] {
        let error = import(&tenant, &dev, bytes).await.unwrap_err();
        assert_eq!(error.kind, Kind::Invalid, "{error:?}");
    }
    assert!(dev.schema().table("fh_task").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_made_by_hand_is_exported() {
    for tenant in Tenant::all().await {
        let dev = tenant.environment("Dev").await;
        import(&tenant, &dev, &sample(false)).await.unwrap();
        let mut cx = tenant.cx.clone();
        cx.solution = Some(unique_name().into());

        let column = text_column("fh_Color");
        let message = CreateColumn { table: "fh_task".into(), column };
        dev.execute(&cx, message).await.unwrap();
        let mut table =
            metadata::Table::custom(Uuid::nil(), "fh_Room", metadata::Ownership::UserOwned);
        table.display_name = Label::english("Room");
        table.display_collection_name = Label::english("Rooms");
        let name = text_column("fh_Name");
        table.primary_name = Some(name.logical_name.clone());
        table.columns.insert(name.logical_name.clone(), name.into());
        dev.execute(&cx, CreateTable { table }).await.unwrap();

        let exported = export(&tenant, &dev, true).await;
        assert!(keys(&exported, ComponentKind::Column).contains(&"fh_color".to_owned()));
        assert!(keys(&exported, ComponentKind::Table).iter().any(|key| key == "fh_Room"));
        let test = tenant.environment("Test").await;
        import(&tenant, &test, &exported.write().unwrap()).await.unwrap();
        let schema = test.schema();
        assert!(schema.table("fh_task").unwrap().column("fh_color").is_some());
        assert_eq!(schema.table("fh_room").unwrap().primary_name.as_deref(), Some("fh_name"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_need_is_not_deleted() {
    let tenant = Tenant::sqlite().await;
    let dev = tenant.environment("Dev").await;
    import(&tenant, &dev, &sample(false)).await.unwrap();
    let column = DeleteColumn { table: "fh_task".into(), column: "fh_duedate".into() };
    let error = dev.execute(&tenant.cx, column).await.unwrap_err();
    assert_eq!(error.code, "0x8004f01f", "{error:?}");
    assert!(error.message.contains("View") || error.message.contains("Form"), "{error:?}");
    let table = DeleteTable { table: "fh_project".into() };
    let error = dev.execute(&tenant.cx, table).await.unwrap_err();
    assert_eq!(error.code, "0x8004f01f", "{error:?}");
    // The many side takes its relationship along; only the app still needs it.
    let table = DeleteTable { table: "fh_task".into() };
    let error = dev.execute(&tenant.cx, table).await.unwrap_err();
    assert!(!error.message.contains("Relationship"), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_managed_components_are_guarded() {
    let tenant = Tenant::sqlite().await;
    let test = tenant.environment("Test").await;
    import(&tenant, &test, &sample(true)).await.unwrap();
    let app = ids(&tenant, &test, "appmodule", "uniquename", "fh_ProjectTracker").await;
    let target = Reference::id("appmodule", app[0]);
    let delete = Delete { target: target.clone(), if_version: None };
    let error = test.execute(&tenant.cx, delete).await.unwrap_err();
    assert!(
        error.message.contains("managed") && error.message.contains(&unique_name()),
        "{error:?}"
    );
    let row = RowInput::default().with("description", "Changed here");
    let update = Update { target, row, if_version: None, returning: None };
    test.execute(&tenant.cx, update).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_import_changes_nothing() {
    let tenant = Tenant::sqlite().await;
    let dev = tenant.environment("Dev").await;
    let somebody = dataverse::DirectoryUser {
        object_id: Uuid::from_u128(7),
        full_name: "Sam Somebody".into(),
        principal_name: "sam@contoso.example".into(),
        ..Default::default()
    };
    dev.ensure_user(&tenant.cx, &somebody).await.unwrap();
    let cx = tenant.cx.with_caller(Caller::User(somebody.object_id));
    let options = ImportOptions::new(cx.new_id());
    let result = solutions::import(&dev, &cx, &sample(false), &options, &|_, _| {}).await;
    assert_eq!(result.unwrap_err().kind, Kind::Forbidden);
    assert!(dev.schema().table("fh_task").is_none());
}

pub fn text_column(schema_name: &str) -> Column {
    Column {
        kind: ColumnKind::String { max_length: 100, format: StringFormat::Text },
        display_name: Label::english(schema_name.trim_start_matches("fh_")),
        schema_name: schema_name.to_owned(),
        ..solutions::definition::new_column(&schema_name.to_lowercase(), Uuid::nil())
    }
}
