//! One gigabyte must be free for an environment that counts.

use control::environments::{DatabaseRequest, EnvironmentPatch};
use control::{Options, Sku};

use crate::world::{code, each_with, plain, told, with_database};

fn with_mb(capacity_mb: i64) -> Options {
    Options { capacity_mb, ..Options::default() }
}

#[tokio::test]
async fn below_one_gigabyte_only_what_does_not_count_is_created() {
    each_with(with_mb(1023), |world| async move {
        let cx = world.as_user(world.maker().await);
        assert_eq!(
            told(world.create(&cx, plain(Sku::Production)).await),
            "Conflict InsufficientCapacity_StorageDriven: This environment can't be created \
             because your org (tenant) needs at least 1 GB of database capacity; 1023 MB are free. \
             Delete environments that are no longer needed, or ask the operator of the server to \
             raise the tenant's capacity."
        );
        assert_eq!(code(world.create(&cx, with_database(Sku::Trial, "t")).await), "ok");
        let trial = &world.tenant.environments_mine(&cx).await.unwrap()[1];
        let convert = world.tenant.environment_convert(&cx, &trial.name(), Sku::Production).await;
        assert_eq!(code(convert), "InsufficientCapacity_StorageDriven");
    })
    .await;
}

#[tokio::test]
async fn every_database_that_counts_takes_a_gigabyte_until_it_is_deleted() {
    each_with(with_mb(1024), |world| async move {
        let (cx, admin) = (world.as_user(world.maker().await), world.as_user(world.admin().await));
        let tenant = &world.tenant;
        let name = world.create(&cx, with_database(Sku::Sandbox, "a")).await.unwrap().name();
        assert_eq!(tenant.capacity().rated_mb, 1024);
        let second = with_database(Sku::Sandbox, "b");
        assert_eq!(
            code(world.create(&cx, second.clone()).await),
            "InsufficientCapacity_StorageDriven"
        );
        tenant.environment_delete(&cx, &name).await.unwrap();
        let other = world.create(&cx, second).await.unwrap().name();
        assert_eq!(
            code(tenant.environment_recover(&admin, &name).await),
            "InsufficientCapacity_StorageDriven"
        );
        let rename = EnvironmentPatch {
            description: Some("still works".to_owned()),
            ..EnvironmentPatch::default()
        };
        assert_eq!(code(tenant.environment_update(&cx, &other, &rename).await), "ok");
    })
    .await;
}

#[tokio::test]
async fn adding_a_database_asks_too() {
    each_with(with_mb(1024), |world| async move {
        let cx = world.as_user(world.maker().await);
        let plain_one = world.create(&cx, plain(Sku::Sandbox)).await.unwrap().name();
        world.create(&cx, with_database(Sku::Sandbox, "a")).await.unwrap();
        let added = world.tenant.database_add(&cx, &plain_one, &DatabaseRequest::default()).await;
        assert_eq!(code(added), "InsufficientCapacity_StorageDriven");
    })
    .await;
}
