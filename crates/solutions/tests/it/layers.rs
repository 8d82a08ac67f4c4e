//! Layers of several solutions and versions: what is effective, and what becomes of it.

use base::Uuid;
use dataverse::Environment;
use dataverse::messages::{CreateOneToMany, CreateTable};
use metadata::{Column, ColumnKind, Label, OneToMany};
use package::xml::Element;
use package::{Component, ComponentKind, Manifest, Package, Version};

use crate::common::Tenant;
use crate::lifecycle::{import, sample, text_column, unique_name};

/// The managed sample in another version, with the components that `keep` lets through.
fn version(version: [u32; 4], keep: impl Fn(&Component) -> bool) -> Vec<u8> {
    built(|manifest| manifest.version = Version(version), |part| keep(&part).then_some(part))
}

/// The managed sample with another manifest and other components.
fn built(
    manifest: impl Fn(&mut Manifest),
    change: impl Fn(Component) -> Option<Component>,
) -> Vec<u8> {
    let package = Package::read("sample", &sample(true)).unwrap();
    let mut own = package.manifest().unwrap();
    manifest(&mut own);
    let parts: Vec<Component> =
        package.components().unwrap().into_iter().filter_map(change).collect();
    let is_here = |type_code| parts.iter().any(|part| part.type_code() == Some(type_code));
    own.root_components.retain(|root| is_here(root.type_code));
    Package::build(&own, parts).unwrap().write().unwrap()
}

fn stages(environment: &Environment) -> Vec<(i32, String)> {
    let schema = environment.schema();
    let choice = schema.choice("fh_projectstage").unwrap();
    let label = |label: &Label| label.text(1033).unwrap_or_default().to_owned();
    choice.options.iter().map(|option| (option.value, label(&option.label))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_replaces_its_layer_and_leaves_what_it_does_not_have() {
    for tenant in Tenant::all().await {
        let test = tenant.environment("Test").await;
        import(&tenant, &test, &sample(true)).await.unwrap();
        let newer = version([1, 1, 0, 0], |part| {
            part.kind != ComponentKind::Choice || part.key != "fh_skill"
        });
        import(&tenant, &test, &newer).await.unwrap();
        assert!(test.schema().choice("fh_skill").is_some(), "an update deletes nothing");
        // The same version is an update too; an older one is refused.
        import(&tenant, &test, &newer).await.unwrap();
        let error = import(&tenant, &test, &sample(true)).await.unwrap_err();
        assert_eq!(error.code, "0x80048032");
        assert!(error.message.contains("1.1.0.0"), "{error:?}");
        solutions::uninstall(&test, &tenant.cx, &unique_name()).await.unwrap();
        assert!(test.schema().choice("fh_skill").is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_layer_above_is_seen_and_goes_again() {
    for tenant in Tenant::all().await {
        let test = tenant.environment("Test").await;
        import(&tenant, &test, &sample(true)).await.unwrap();
        let before = stages(&test);
        let above = built(
            |manifest| manifest.unique_name = "Extra".into(),
            |part| {
                let is_stage = part.kind == ComponentKind::Choice && part.key == "fh_projectstage";
                is_stage.then(|| with_another_option(part))
            },
        );
        import(&tenant, &test, &above).await.unwrap();
        let both = stages(&test);
        assert_eq!(both.len(), before.len() + 1);
        assert!(both.contains(&(727_000_000, "Thought".into())), "the upper label wins: {both:?}");
        assert!(both.contains(&(727_000_099, "Forgotten".into())), "{both:?}");
        // The lower layer is replaced in its place: the upper one still wins.
        import(&tenant, &test, &version([1, 1, 0, 0], |_| true)).await.unwrap();
        assert_eq!(stages(&test), both);
        solutions::uninstall(&test, &tenant.cx, "Extra").await.unwrap();
        assert_eq!(stages(&test), before);
    }
}

/// A choice with one option renamed and one more.
fn with_another_option(mut part: Component) -> Component {
    let options = part.element.child_mut("options").unwrap();
    let first = options.elements_mut().next().unwrap();
    first.find_mut("labels/label").unwrap().set_attribute("description", "Thought");
    let label = Element::new("label").with("description", "Forgotten").with("languagecode", "1033");
    let labels = Element::new("labels").child_with(label);
    options.push(Element::new("option").with("value", "727000099").child_with(labels));
    part
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_need_is_not_uninstalled() {
    for tenant in Tenant::all().await {
        let test = tenant.environment("Test").await;
        import(&tenant, &test, &sample(true)).await.unwrap();
        let mut table =
            metadata::Table::custom(Uuid::nil(), "new_Room", metadata::Ownership::UserOwned);
        table.display_name = Label::english("Room");
        table.display_collection_name = Label::english("Rooms");
        let name = text_column("new_Name");
        table.primary_name = Some(name.logical_name.clone());
        table.columns.insert(name.logical_name.clone(), name.into());
        test.execute(&tenant.cx, CreateTable { table }).await.unwrap();
        let lookup = Column {
            kind: ColumnKind::Lookup { targets: Vec::new() },
            ..text_column("new_ProjectId")
        };
        let relationships = vec![leading_to("fh_project")];
        test.execute(&tenant.cx, CreateOneToMany { lookup, relationships }).await.unwrap();
        let error = solutions::uninstall(&test, &tenant.cx, &unique_name()).await.unwrap_err();
        assert_eq!(error.code, "0x8004f01f", "{error:?}");
        assert!(error.message.contains("new_project_room"), "{error:?}");
        assert!(test.schema().table("fh_project").is_some());
    }
}

/// A relationship from `new_room` to a table.
fn leading_to(table: &str) -> OneToMany {
    OneToMany {
        menu: Default::default(),
        metadata_id: Uuid::nil(),
        schema_name: "new_project_room".to_owned(),
        referenced_table: table.to_owned(),
        referenced_column: String::new(),
        referencing_table: "new_room".to_owned(),
        referencing_column: String::new(),
        referencing_navigation: String::new(),
        referenced_navigation: String::new(),
        cascade: metadata::Cascade::default(),
        is_hierarchical: false,
        is_custom: true,
        is_managed: false,
        introduced_version: None,
        managed_properties: metadata::ManagedProperties::default(),
    }
}
