//! What a new environment has.

mod common;

use common::{cx, worlds};
use dataverse::messages::WhoAmI;
use dataverse::{Reply, well_known};

#[tokio::test]
async fn an_administrator_enters_a_new_environment() {
    for world in worlds().await {
        let reply = world.environment.execute(&world.admin, WhoAmI).await.unwrap();
        let Reply::WhoAmI { user, business_unit, organization } = reply else {
            panic!("{reply:?}")
        };
        assert_eq!(organization, common::organization().id);
        assert_ne!(user, well_known::SYSTEM_USER);
        assert!(!business_unit.is_nil());
    }
}

#[tokio::test]
async fn strangers_and_nobody_do_not_enter() {
    for world in worlds().await {
        let stranger = cx(base::Caller::User(base::Uuid::from_u128(5)));
        let error = world.environment.execute(&stranger, WhoAmI).await.unwrap_err();
        assert_eq!(error.code, "0x80072560");
        let nobody = cx(base::Caller::Anonymous);
        let error = world.environment.execute(&nobody, WhoAmI).await.unwrap_err();
        assert_eq!(error.code, "0x80044302");
    }
}
