//! Databases are made whole or not at all, and one operation at a time.

use control::environments::{DatabaseRequest, EnvironmentPatch};
use control::{OperationState, Sku};

use crate::world::{code, each, plain, told, with_database};

#[tokio::test]
async fn a_database_is_there_once_its_operation_has_succeeded() {
    each(|world| async move {
        let cx = world.as_user(world.maker().await);
        let tenant = &world.tenant;
        let request = with_database(Sku::Sandbox, "sales");
        let (pending, operation) = tenant.environment_create(&cx, &request).await.unwrap();
        assert!(pending.database.is_none());
        world.ended(&operation).await.unwrap();
        let ended = tenant.operation_get(&cx, operation.id).await.unwrap();
        assert_eq!(ended.state, OperationState::Succeeded);
        assert!(ended.stages.iter().all(|stage| stage.state == OperationState::Succeeded));
        let environment = tenant.environment_get(&cx, &pending.name()).await.unwrap();
        let database = environment.database.clone().unwrap();
        assert_eq!(
            (database.domain.as_str(), database.language, database.currency.as_str()),
            ("sales", 1033, "USD")
        );
        let rows = tenant.environment_by_domain(&cx, "SALES").await.unwrap();
        let reply = rows.execute(&cx, dataverse::messages::WhoAmI).await.unwrap();
        let dataverse::Reply::WhoAmI { organization, .. } = reply else { panic!("{reply:?}") };
        assert_eq!(organization, database.organization_id);
        assert_eq!(tenant.environments_open(), 1);
        world.clock.advance_ms(base::limits::ENVIRONMENT_IDLE_SECONDS * 1000 + 1000);
        tenant.sweep(&world.system).await.unwrap();
        // Who still has it keeps it open.
        assert_eq!(tenant.environments_open(), 1);
        drop(rows);
        tenant.sweep(&world.system).await.unwrap();
        assert_eq!(tenant.environments_open(), 0);
        // Looking through the list keeps nothing open.
        assert_eq!(tenant.environments_mine(&cx).await.unwrap().len(), 2);
        assert_eq!(tenant.environments_open(), 0);
        assert_eq!(code(tenant.environment_by_domain(&cx, "sales").await), "ok");
    })
    .await;
}

#[tokio::test]
async fn one_operation_is_active_at_a_time_and_a_restart_takes_it_up() {
    each(|world| async move {
        let cx = world.as_user(world.maker().await);
        let name = world.create(&cx, plain(Sku::Sandbox)).await.unwrap().name();
        world.stop_working().await;
        let request = DatabaseRequest { domain: Some("later".into()), ..Default::default() };
        let (_, operation) = world.tenant.database_add(&cx, &name, &request).await.unwrap();
        let patch =
            EnvironmentPatch { description: Some("x".to_owned()), ..EnvironmentPatch::default() };
        let conflict = format!(
            "Conflict OperationNotStartable: This operation cannot be performed because there is \
             an active lifecycle operation on the environment {name}: Provision ({}), started \
             2023-11-14T22:13:20Z by maker. Wait until it has finished.",
            operation.id
        );
        let tenant = &world.tenant;
        assert_eq!(told(tenant.environment_update(&cx, &name, &patch).await), conflict);
        assert_eq!(told(tenant.environment_delete(&cx, &name).await), conflict);
        assert_eq!(told(tenant.database_add(&cx, &name, &request).await), conflict);
        let convert = tenant.environment_convert(&cx, &name, Sku::Production).await;
        assert_eq!(told(convert), conflict);
        let world = world.restart().await;
        world.ended(&operation).await.unwrap();
        assert_eq!(code(world.tenant.environment_update(&cx, &name, &patch).await), "ok");
        assert_eq!(code(world.tenant.environment_by_domain(&cx, "later").await), "ok");
    })
    .await;
}

#[tokio::test]
async fn a_failure_leaves_nothing_behind() {
    each(|world| async move {
        let cx = world.as_user(world.maker().await);
        let tenant = &world.tenant;
        let empty = world.create(&cx, plain(Sku::Sandbox)).await.unwrap().name();
        world.break_template().await;
        let request = with_database(Sku::Sandbox, "sales");
        let (pending, operation) = tenant.environment_create(&cx, &request).await.unwrap();
        assert!(world.ended(&operation).await.is_err());
        let failed = tenant.operation_get(&cx, operation.id).await.unwrap();
        assert_eq!(failed.state, OperationState::Failed);
        let states: Vec<_> = failed.stages.iter().map(|stage| stage.state.name()).collect();
        assert_eq!(states[3], "NotStarted");
        assert!(states.contains(&"Failed"), "{states:?}");
        assert_eq!(
            code(tenant.environment_get(&world.system, &pending.name()).await),
            "EnvironmentNotFound"
        );
        assert!(!world.store_exists(&pending.store_name()).await);
        // An environment that was there before stays, without a database.
        let database = DatabaseRequest { domain: Some("sales".into()), ..Default::default() };
        let (_, operation) = tenant.database_add(&cx, &empty, &database).await.unwrap();
        assert!(world.ended(&operation).await.is_err());
        let kept = tenant.environment_get(&cx, &empty).await.unwrap();
        assert_eq!((kept.provisioning.name(), kept.database.is_none()), ("Succeeded", true));
        // The next start makes the template again; the name is free.
        let world = world.restart().await;
        assert_eq!(code(world.create(&cx, request).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_before_anything_is_made() {
    each(|world| async move {
        let cx = world.as_user(world.maker().await);
        let check = |change: fn(&mut DatabaseRequest)| {
            let mut request = with_database(Sku::Sandbox, "sales");
            change(request.database.as_mut().unwrap());
            let (world, cx) = (&world, &cx);
            async move { told(world.create(cx, request).await) }
        };
        assert_eq!(
            check(|d| d.language = Some(7)).await,
            "Invalid LanguageNotSupported: There is no base language 7. GET \
             …/locations/{location}/environmentLanguages lists them."
        );
        assert!(check(|d| d.currency = Some("XXX".into())).await.contains("CurrencyNotSupported"));
        assert!(check(|d| d.domain = Some("-x".into())).await.contains("DomainNameInvalid"));
        assert_eq!(
            check(|d| d.templates = vec!["D365_Sales".into()]).await,
            "Invalid DynamicsEntitlementMissing: You do not have the required Dynamics 365 \
             licenses to create databases with the 'Sales Enterprise' Dynamics app. Leave \
             templates out."
        );
        assert!(check(|d| d.templates = vec!["nope".into()]).await.contains("TemplateNotFound"));
        assert_eq!(world.tenant.environments_list(&world.system).await.unwrap().len(), 1);
        // The name that was asked for is still free.
        assert_eq!(check(|_| {}).await, "ok");
        assert!(check(|_| {}).await.contains("DomainNameAlreadyInUse"));
    })
    .await;
}
