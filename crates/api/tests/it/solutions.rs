//! A solution travels from one environment to another, as the clients of the protocol do it.

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::common::{Answer, World};

struct Client<'w> {
    world: &'w World,
    token: String,
}

impl Client<'_> {
    async fn send(&self, method: &str, path: &str, body: &Value) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(format!("/orgs/{path}").replace(' ', "%20"))
            .header("host", "localhost:8400")
            .header(
                "mscrm.solutionuniquename",
                if path.contains("Definitions") { "crate" } else { "" },
            )
            .header("authorization", format!("Bearer {}", self.token));
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.world.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let answer = self.send("POST", path, &body).await;
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(answer.status.is_success(), "{path}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, &Value::Null).await;
        serde_json::from_slice(&answer.body).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_solution_travels() {
    let world = World::open(db::testing::sqlite().await).await;
    let administrator = world.administrator("ada").await;
    world.environment(administrator, "from").await;
    world.environment(administrator, "to").await;
    let client = Client { token: world.token("ada", "http://localhost:8400").await, world: &world };

    let (from, to) = ("from/api/data/v9.2", "to/api/data/v9.2");
    let publisher = json!({
        "publisherid": "00000000-0000-0000-0000-0000000000aa",
        "uniquename": "acme", "friendlyname": "Acme", "customizationprefix": "acme",
        "customizationoptionvalueprefix": 72_000,
    });
    client.post(&format!("{from}/publishers"), publisher).await;
    let solution = json!({
        "uniquename": "crate", "friendlyname": "Crate", "version": "1.0.0.0",
        "publisherid@odata.bind": "/publishers(00000000-0000-0000-0000-0000000000aa)",
    });
    client.post(&format!("{from}/solutions"), solution).await;
    let label =
        |text: &str| json!({ "LocalizedLabels": [{ "Label": text, "LanguageCode": 1033 }] });
    let table = json!({
        "SchemaName": "acme_Crate", "OwnershipType": "UserOwned",
        "DisplayName": label("Crate"), "DisplayCollectionName": label("Crates"),
        "Attributes": [{
            "@odata.type": "Microsoft.Dynamics.CRM.StringAttributeMetadata",
            "SchemaName": "acme_Name", "IsPrimaryName": true, "MaxLength": 100,
            "DisplayName": label("Name"),
        }],
    });
    client.post(&format!("{from}/EntityDefinitions"), table).await;
    let kind = json!({
        "@odata.type": "Microsoft.Dynamics.CRM.PicklistAttributeMetadata",
        "SchemaName": "acme_Kind", "DisplayName": label("Kind"),
        "OptionSet": { "IsGlobal": false, "Options": [{ "Label": label("Wood") }] },
    });
    let attributes = "EntityDefinitions(LogicalName='acme_crate')/Attributes";
    client.post(&format!("{from}/{attributes}"), kind).await;

    let request = json!({ "SolutionName": "crate", "Managed": true });
    let exported = client.post(&format!("{from}/ExportSolution"), request).await;
    let package = exported["ExportSolutionFile"].as_str().unwrap().to_owned();

    let staging = json!({ "CustomizationFile": package });
    let staged = client.post(&format!("{to}/StageSolution"), staging).await;
    let results = &staged["StageSolutionResults"];
    assert_eq!(results["StageSolutionStatus"], "Passed");
    assert_eq!(results["SolutionDetails"]["SolutionUniqueName"], "crate");

    let import = json!({
        "OverwriteUnmanagedCustomizations": false, "PublishWorkflows": true,
        "ImportJobId": "00000000-0000-0000-0000-0000000000bb",
        "SolutionParameters": { "StageSolutionUploadId": results["StageSolutionUploadId"] },
    });
    client.post(&format!("{to}/ImportSolution"), import).await;
    let found = client.get(&format!("{to}/{attributes}(LogicalName='acme_kind')/Microsoft.Dynamics.CRM.PicklistAttributeMetadata?$select=IsManaged&$expand=OptionSet($select=Options)")).await;
    assert_eq!(found["IsManaged"], true);
    // The publisher's own numbers: its prefix and four digits.
    assert_eq!(found["OptionSet"]["Options"][0]["Value"], 720_000_000);
    let job = client
        .get(&format!(
            "{to}/RetrieveSolutionImportResult(ImportJobId=00000000-0000-0000-0000-0000000000bb)"
        ))
        .await;
    assert_eq!(job["SolutionOperationResult"]["Status"], "Passed");
    let row = json!({ "acme_name": "First", "acme_kind": 720_000_000 });
    client.post(&format!("{to}/acme_crates"), row).await;

    // What is wrong is refused.
    for (path, body, code) in [
        ("ImportSolution", json!({ "CustomizationFile": "%" }), "0x80048d19"),
        ("ImportSolution", json!({}), "0x80040200"),
        (
            "ImportSolution",
            json!({ "CustomizationFile": "", "HoldingSolution": true }),
            "0x80040219",
        ),
        ("ExportSolution", json!({ "SolutionName": "crate", "Managed": false }), "0x80048036"),
        ("ExportSolution", json!({ "SolutionName": "crate", "ExportSales": true }), "0x80040219"),
        ("AddSolutionComponent", json!({ "SolutionUniqueName": "crate" }), "0x80040200"),
    ] {
        let answer = client.send("POST", &format!("{to}/{path}"), &body).await;
        let error: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(error["error"]["code"], code, "{path} {body}: {error}");
    }

    // Lists of components are changed by hand where the solution is made.
    let account = client
        .get(&format!("{from}/EntityDefinitions(LogicalName='account')?$select=LogicalName"))
        .await;
    let component = account["MetadataId"].clone();
    let add = json!({
        "ComponentId": component, "ComponentType": 1, "SolutionUniqueName": "crate",
        "AddRequiredComponents": false, "DoNotIncludeSubcomponents": true,
    });
    let added = client.post(&format!("{from}/AddSolutionComponent"), add).await;
    let remove = json!({
        "SolutionComponent": { "solutioncomponentid": component }, "ComponentType": 1,
        "SolutionUniqueName": "crate",
    });
    let removed = client.post(&format!("{from}/RemoveSolutionComponent"), remove).await;
    assert_eq!(added["id"], removed["id"]);
}
