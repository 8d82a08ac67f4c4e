//! The tenant, its settings, and what can be chosen for environments.

use serde_json::{Value, json};

use crate::server::{BAP, each};

#[tokio::test]
async fn the_tenant_and_its_settings() {
    each(|server| async move {
        let admin = server.administrator("admin").await;
        let tenant = admin.get(&format!("{BAP}/tenant?api-version=2021-04-01")).await.body;
        assert_eq!(tenant, json!({
            "tenantId": server.world.tenant.id(), "state": "Enabled", "location": "unitedstates",
            "aadCountryGeo": "unitedstates", "dataStorageGeo": "unitedstates",
            "defaultEnvironmentGeo": "unitedstates", "aadDataBoundary": "none",
            "fedRAMPHighCertificationRequired": false,
        }));
        let update = format!("{BAP}/scopes/admin/updateTenantSettings?api-version=2020-10-01");
        let patch = json!({
            "walkMeOptOut": true, "fromTheFuture": { "x": [1] },
            "powerPlatform": { "search": { "disableDocsSearch": true } },
        });
        assert_eq!(admin.post(&update, patch).await.status, 200);
        // Another client writes the name in another way.
        let settings = admin.post(&format!("{BAP}/listtenantsettings"), Value::Null).await.body;
        assert_eq!(settings["walkMeOptOut"], true);
        assert_eq!(settings["fromTheFuture"], json!({ "x": [1] }));
        let search = &settings["powerPlatform"]["search"];
        assert_eq!(search["disableDocsSearch"], true);
        assert_eq!(search["disableBingVideoSearch"], false);
        let wrong = json!({ "walkMeOptOut": "yes" });
        assert_eq!(
            admin.post(&update, wrong).await.line(),
            "400 InvalidTenantSettings: The tenant setting walkMeOptOut must be true or false."
        );
    })
    .await;
}

#[tokio::test]
async fn catalogues() {
    each(|server| async move {
        let maker = server.person("maker").await;
        let locations = maker.get(&format!("{BAP}/locations")).await.body;
        let names = |list: &Value| {
            let items = list["value"].as_array().unwrap();
            items.iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert!(names(&locations).contains(&"europe".to_owned()));
        assert_eq!(locations["value"][0]["properties"]["isDefault"], true);
        let languages =
            maker.get(&format!("{BAP}/locations/europe/environmentLanguages")).await.body;
        assert_eq!(names(&languages).len(), 45);
        let currencies =
            maker.get(&format!("{BAP}/locations/Europe/environmentCurrencies")).await.body;
        assert_eq!(names(&currencies).len(), 112);
        let euro = currencies["value"].as_array().unwrap().iter().find(|c| c["name"] == "EUR");
        assert_eq!(euro.unwrap()["properties"]["symbol"], "€");
        let templates = maker.get(&format!("{BAP}/locations/europe/templates")).await.body;
        assert_eq!(templates["subscriptionBasedTrial"], json!([]));
        let sales = templates["production"].as_array().unwrap();
        let sales = sales.iter().find(|template| template["name"] == "D365_Sales").unwrap();
        assert_eq!(sales["properties"]["disabledReason"]["code"], "DynamicsEntitlementMissing");
        let told = maker.get(&format!("{BAP}/locations/moon/templates")).await;
        assert_eq!(told.code(), "404 LocationNotFound");
    })
    .await;
}
