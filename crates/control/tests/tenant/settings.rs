//! The settings of the tenant, and the applications that may manage it.

use control::Sku;
use identity::Licence;
use serde_json::json;

use crate::world::{code, each, plain, told, with_database};

#[tokio::test]
async fn settings_are_merged_kept_and_for_administrators() {
    each(|world| async move {
        let cx = world.as_user(world.admin().await);
        let maker = world.as_user(world.maker().await);
        assert_eq!(code(world.tenant.settings_get(&maker).await), "Forbidden");
        assert_eq!(code(world.tenant.settings_update(&maker, &json!({})).await), "Forbidden");
        let patch = json!({ "walkMeOptOut": true, "brandNew": { "deep": [1] } });
        world.tenant.settings_update(&cx, &patch).await.unwrap();
        let world = world.restart().await;
        let after = world.tenant.settings_get(&cx).await.unwrap();
        assert_eq!(after["walkMeOptOut"], true);
        assert_eq!(after["brandNew"]["deep"][0], 1);
        assert_eq!(after["disableNewsletterSendout"], false);
    })
    .await;
}

#[tokio::test]
async fn three_switches_close_creation_to_others_than_administrators() {
    each(|world| async move {
        let admin = world.as_user(world.admin().await);
        let id = world.user("both", &[Licence::PowerAppsPlan, Licence::PowerAppsDeveloper]).await;
        let maker = world.as_user(id);
        let patch = json!({
            "disableEnvironmentCreationByNonAdminUsers": true,
            "disableTrialEnvironmentCreationByNonAdminUsers": true,
            "powerPlatform": { "governance": {
                "disableDeveloperEnvironmentCreationByNonAdminUsers": true,
            } },
        });
        world.tenant.settings_update(&admin, &patch).await.unwrap();
        for sku in [Sku::Production, Sku::Sandbox, Sku::Trial] {
            assert_eq!(code(world.create(&maker, plain(sku)).await), "EnvironmentCreationDisabled");
        }
        assert_eq!(
            told(world.create(&maker, with_database(Sku::Developer, "d")).await),
            "Forbidden EnvironmentCreationDisabled: In this tenant only administrators create \
             environments of type Developer (tenant setting \
             powerPlatform.governance.disableDeveloperEnvironmentCreationByNonAdminUsers). Ask a \
             Global administrator or Power Platform administrator to create it or to change the \
             setting."
        );
        let name = world.create(&admin, plain(Sku::Production)).await.unwrap().name();
        // Conversion to sandbox is never blocked.
        assert_eq!(code(world.tenant.environment_convert(&admin, &name, Sku::Sandbox).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn an_application_manages_once_a_person_has_registered_it() {
    each(|world| async move {
        let admin = world.as_user(world.admin().await);
        let id = world.application("pipeline").await;
        let cx = world.as_application(id);
        let tenant = &world.tenant;
        assert!(tenant.is_unregistered_application(&cx));
        assert_eq!(code(world.create(&cx, plain(Sku::Sandbox)).await), "Forbidden");
        assert_eq!(code(tenant.application_register(&cx, id).await), "Forbidden");
        assert_eq!(
            code(tenant.application_register(&admin, world.tenant.id()).await),
            "ApplicationNotFound"
        );
        tenant.application_register(&admin, id).await.unwrap();
        let environment = world.create(&cx, with_database(Sku::Production, "app")).await.unwrap();
        assert_eq!(environment.created_by.type_name(), "ServicePrincipal");
        let standing = tenant.standing(&cx, &environment).await.unwrap();
        assert!(standing.is_tenant_admin && standing.is_system_administrator);
        assert_eq!(code(tenant.environment(&cx, &environment.name()).await), "ok");
        let world = world.restart().await;
        assert_eq!(world.tenant.applications_list(&admin).await.unwrap(), [id]);
        world.tenant.application_unregister(&admin, id).await.unwrap();
        assert_eq!(code(world.create(&cx, plain(Sku::Sandbox)).await), "Forbidden");
    })
    .await;
}

#[tokio::test]
async fn nobody_and_somebody_without_rights_are_refused() {
    each(|world| async move {
        let nobody = world.as_nobody();
        let tenant = &world.tenant;
        assert_eq!(code(tenant.environments_list(&nobody).await), "Unauthorized");
        assert_eq!(code(tenant.environments_mine(&nobody).await), "Unauthorized");
        assert_eq!(code(tenant.environment_get(&nobody, "~default").await), "Unauthorized");
        assert_eq!(code(world.create(&nobody, plain(Sku::Sandbox)).await), "Unauthorized");
        let cx = world.as_user(world.user("plain", &[]).await);
        assert_eq!(code(tenant.environments_list(&cx).await), "Forbidden");
        assert_eq!(code(tenant.environment_get(&cx, "~default").await), "EnvironmentNotFound");
    })
    .await;
}
