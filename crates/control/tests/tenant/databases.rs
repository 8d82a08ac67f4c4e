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
        assert_eq!(tenant.environments_open(), 0);
        assert_eq!(code(tenant.environment_by_domain(&cx, "sales").await), "ok");
    })
    .await;
}

#[tokio::test]
async fn one_operation_is_active_at_a_time() {
    each(|world| async move {
        let cx = world.as_user(world.maker().await);
        let tenant = &world.tenant;
        let name = world.create(&cx, plain(Sku::Sandbox)).await.unwrap().name();
        let (_, operation) =
            tenant.database_add(&cx, &name, &DatabaseRequest::default()).await.unwrap();
        let patch =
            EnvironmentPatch { description: Some("x".to_owned()), ..EnvironmentPatch::default() };
        let refused = tenant.environment_update(&cx, &name, &patch).await;
        // The work may be done already on a fast machine.
        if let Err(error) = refused {
            assert_eq!(error.code, "OperationNotStartable");
            assert!(error.message.contains(&operation.id.to_string()), "{}", error.message);
            assert!(error.message.contains("by maker"), "{}", error.message);
        }
        world.ended(&operation).await.unwrap();
        assert_eq!(code(tenant.environment_update(&cx, &name, &patch).await), "ok");
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
