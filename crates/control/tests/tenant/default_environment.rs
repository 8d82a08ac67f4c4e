//! The environment that every tenant has by itself.

use control::environments::{DatabaseRequest, EnvironmentPatch};
use control::roles::{PrincipalType, Role, RoleChange};
use control::{Options, Sku};
use identity::Licence;

use crate::world::{code, each, each_with, plain, told};

#[tokio::test]
async fn it_is_there_from_the_beginning_and_stays_the_only_one() {
    each(|world| async move {
        let admin = world.admin().await;
        let cx = world.as_user(admin);
        let list = world.tenant.environments_list(&cx).await.unwrap();
        assert_eq!(list.len(), 1);
        let default = &list[0];
        assert_eq!(default.name(), format!("Default-{}", world.tenant.id()));
        assert_eq!(default.display_name, "Freehold (default)");
        assert_eq!(default.location, "unitedstates");
        assert!(default.database.is_none());
        for name in ["~default", "~Default", &default.name().to_lowercase()] {
            assert_eq!(code(world.tenant.environment_get(&cx, name).await), "ok", "{name}");
        }
        let refused = told(world.tenant.environment_create(&cx, &plain(Sku::Default)).await);
        assert_eq!(
            refused,
            "Invalid EnvironmentSkuNotAllowed: An environment of type Default cannot be created. \
             The tenant has exactly one, made with the tenant; choose another type."
        );
        let world = world.restart().await;
        let list = world.tenant.environments_list(&world.system).await.unwrap();
        assert_eq!(list.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn it_cannot_be_deleted_converted_or_closed_and_keeps_the_end_of_its_name() {
    each(|world| async move {
        let cx = world.as_user(world.admin().await);
        let tenant = &world.tenant;
        assert_eq!(
            told(tenant.environment_delete(&cx, "~default").await),
            "Invalid OperationNotAllowed: Delete cannot be performed on environment of type \
             Default."
        );
        assert_eq!(
            told(tenant.environment_convert(&cx, "~default", Sku::Sandbox).await),
            "Invalid OperationNotAllowed: Convert cannot be performed on environment of type \
             Default."
        );
        let admin_mode = EnvironmentPatch {
            runtime: Some(control::Runtime::AdminMode),
            ..EnvironmentPatch::default()
        };
        assert_eq!(
            code(tenant.environment_update(&cx, "~default", &admin_mode).await),
            "OperationNotAllowed"
        );
        let rename = EnvironmentPatch {
            display_name: Some("Personal Productivity".to_owned()),
            ..EnvironmentPatch::default()
        };
        let (renamed, _) = tenant.environment_update(&cx, "~default", &rename).await.unwrap();
        assert_eq!(renamed.display_name, "Personal Productivity (default)");
    })
    .await;
}

#[tokio::test]
async fn every_licensed_user_makes_in_it_and_only_tenant_administrators_administer_it() {
    each(|world| async move {
        let licensed = world.user("licensed", &[Licence::Microsoft365]).await;
        let unlicensed = world.user("unlicensed", &[]).await;
        let cx = world.as_user(world.admin().await);
        let tenant = &world.tenant;
        let mine = tenant.environments_mine(&world.as_user(licensed)).await.unwrap();
        assert_eq!(mine.len(), 1);
        assert!(mine[0].is_default());
        assert!(tenant.environments_mine(&world.as_user(unlicensed)).await.unwrap().is_empty());
        let standing = tenant.standing(&world.as_user(licensed), &mine[0]).await.unwrap();
        assert!(standing.is_maker && !standing.is_environment_admin);

        let roles = tenant.roles_list(&cx, "~default").await.unwrap();
        assert_eq!(roles.len(), 1);
        assert_eq!(
            (roles[0].role, roles[0].principal_type),
            (Role::EnvironmentMaker, PrincipalType::Tenant)
        );
        let remove = [RoleChange::Remove(roles[0].id)];
        assert_eq!(
            told(tenant.roles_modify(&cx, "~default", &remove).await),
            "Invalid OperationNotAllowed: Every licensed user is an Environment Maker of the \
             default environment; that cannot be taken away."
        );
        let add = [RoleChange::Add {
            role: Role::EnvironmentAdmin,
            principal_type: PrincipalType::User,
            principal: Some(licensed),
        }];
        assert_eq!(code(tenant.roles_modify(&cx, "~default", &add).await), "OperationNotAllowed");
    })
    .await;
}

#[tokio::test]
async fn it_gets_a_database_only_where_the_operator_allows_it() {
    each(|world| async move {
        let cx = world.as_user(world.admin().await);
        let request = DatabaseRequest::default();
        assert_eq!(
            told(world.tenant.database_add(&cx, "~default", &request).await),
            "Invalid OperationNotAllowed: Provision cannot be performed on environment of type \
             Default. The operator of the server can allow it with the setting \
             tenant.default_environment_allows_database."
        );
    })
    .await;
    let options = Options { default_environment_allows_database: true, ..Options::default() };
    each_with(options, |world| async move {
        let cx = world.as_user(world.admin().await);
        let request = DatabaseRequest::default();
        let (_, operation) = world.tenant.database_add(&cx, "~default", &request).await.unwrap();
        world.ended(&operation).await.unwrap();
        let default = world.tenant.environment_get(&cx, "~default").await.unwrap();
        assert!(default.database.is_some());
    })
    .await;
}
