//! Environment Admin and Environment Maker, and what happens to them when a database comes.

use control::Sku;
use control::environments::DatabaseRequest;
use control::roles::{PrincipalType, Role, RoleChange};
use identity::Licence;

use crate::world::{code, each, plain, told};

fn add(role: Role, principal_type: PrincipalType, id: uuid::Uuid) -> [RoleChange; 1] {
    [RoleChange::Add { role, principal_type, principal: Some(id) }]
}

#[tokio::test]
async fn the_creator_administers_and_gives_roles_to_others() {
    each(|world| async move {
        let creator = world.maker().await;
        let maker = world.user("bob", &[Licence::Microsoft365]).await;
        let stranger = world.user("eve", &[Licence::Microsoft365]).await;
        let cx = world.as_user(creator);
        let tenant = &world.tenant;
        let environment = world.create(&cx, plain(Sku::Production)).await.unwrap();
        let name = environment.name();
        let changes = add(Role::EnvironmentMaker, PrincipalType::User, maker);
        tenant.roles_modify(&cx, &name, &changes).await.unwrap();
        // Twice is once.
        tenant.roles_modify(&cx, &name, &changes).await.unwrap();
        assert_eq!(tenant.roles_list(&cx, &name).await.unwrap().len(), 2);

        assert_eq!(code(tenant.environment_mine(&world.as_user(maker), &name).await), "ok");
        let outside = world.as_user(stranger);
        assert_eq!(code(tenant.environment_mine(&outside, &name).await), "EnvironmentNotFound");
        // Whoever sees it is told what is missing; to a stranger it is not there.
        assert_eq!(
            told(tenant.roles_modify(&world.as_user(maker), &name, &changes).await),
            format!(
                "Forbidden Forbidden: You do not have the permission AssignRoles on the \
                 environment {name}. It needs an Environment Admin of the environment or a tenant \
                 administrator; one of them can give you the role."
            )
        );
        assert_eq!(
            code(tenant.roles_modify(&outside, &name, &changes).await),
            "EnvironmentNotFound"
        );
    })
    .await;
}

#[tokio::test]
async fn groups_and_the_whole_tenant_hold_roles() {
    each(|world| async move {
        let cx = world.as_user(world.admin().await);
        let inner = world.user("inner", &[]).await;
        let team = world.group("team", &[inner]).await;
        let nested = world.group("nested", &[team]).await;
        let other = world.user("other", &[]).await;
        let tenant = &world.tenant;
        let environment = world.create(&cx, plain(Sku::Sandbox)).await.unwrap();
        let name = environment.name();
        let changes = add(Role::EnvironmentAdmin, PrincipalType::Group, nested);
        tenant.roles_modify(&cx, &name, &changes).await.unwrap();
        assert!(
            tenant
                .standing(&world.as_user(inner), &environment)
                .await
                .unwrap()
                .is_environment_admin
        );
        assert_eq!(
            code(tenant.environment_mine(&world.as_user(other), &name).await),
            "EnvironmentNotFound"
        );
        let everybody = [RoleChange::Add {
            role: Role::EnvironmentMaker,
            principal_type: PrincipalType::Tenant,
            principal: None,
        }];
        tenant.roles_modify(&cx, &name, &everybody).await.unwrap();
        assert_eq!(code(tenant.environment_mine(&world.as_user(other), &name).await), "ok");
        let missing = add(Role::EnvironmentMaker, PrincipalType::User, team);
        assert_eq!(code(tenant.roles_modify(&cx, &name, &missing).await), "PrincipalNotFound");
    })
    .await;
}

#[tokio::test]
async fn with_a_database_admins_become_system_administrators_and_makers_lose_their_rights() {
    each(|world| async move {
        let owner = world.maker().await;
        let team_member = world.user("carol", &[Licence::PowerAppsPlan]).await;
        let team = world.group("admins", &[team_member]).await;
        let maker = world.user("bob", &[Licence::PowerAppsPlan]).await;
        let cx = world.as_user(owner);
        let tenant = &world.tenant;
        let environment = world.create(&cx, plain(Sku::Sandbox)).await.unwrap();
        let name = environment.name();
        let admins = add(Role::EnvironmentAdmin, PrincipalType::Group, team);
        tenant.roles_modify(&cx, &name, &admins).await.unwrap();
        let makers = add(Role::EnvironmentMaker, PrincipalType::User, maker);
        tenant.roles_modify(&cx, &name, &makers).await.unwrap();

        let request = DatabaseRequest::default();
        let (pending, operation) = tenant.database_add(&cx, &name, &request).await.unwrap();
        assert_eq!(pending.provisioning.name(), "LinkedDatabaseProvisioning");
        world.ended(&operation).await.unwrap();
        let environment = tenant.environment_get(&cx, &name).await.unwrap();
        assert!(environment.database.is_some());
        for id in [owner, team_member] {
            let standing = tenant.standing(&world.as_user(id), &environment).await.unwrap();
            assert!(standing.is_system_administrator, "{standing:?}");
        }
        let standing = tenant.standing(&world.as_user(maker), &environment).await.unwrap();
        assert!(!standing.is_maker && !standing.is_system_administrator, "{standing:?}");
        assert_eq!(
            told(tenant.roles_modify(&cx, &name, &makers).await),
            format!(
                "Forbidden Forbidden: The environment {name} has a Dataverse database, so its \
                 roles are security roles of the database. Assign one of those instead."
            )
        );
        assert!(tenant.roles_list(&cx, &name).await.unwrap().is_empty());
        // At most one database.
        assert_eq!(
            told(tenant.database_add(&cx, &name, &request).await),
            "Conflict LinkedEnvironmentOperationNotAllowed: Provision cannot be performed on an \
             environment that has a Dataverse database; an environment has at most one."
        );
    })
    .await;
}
