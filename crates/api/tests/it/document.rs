//! `$metadata` and the service document.

use std::collections::HashSet;

use axum::body::Body;
use axum::http::Request;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::common::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_document_describes_what_the_service_has() {
    let world = World::open(db::testing::sqlite().await).await;
    let administrator = world.administrator("ada").await;
    world.environment(administrator, "csdl").await;
    let token = world.token("ada", "http://csdl.example").await;
    let send = async |method: &str, path: &str, body: &str| {
        let request = Request::builder()
            .method(method)
            .uri(format!("/orgs/csdl/api/data/v9.2/{path}"))
            .header("host", "localhost:8400")
            .header("authorization", format!("Bearer {token}"));
        let answer = world.send(request.body(Body::from(body.to_owned())).unwrap()).await;
        assert!(answer.status.is_success(), "{}", String::from_utf8_lossy(&answer.body));
        String::from_utf8(answer.body).unwrap()
    };
    let get = async |path: &str| send("GET", path, "").await;

    let service = get("").await;
    assert!(service.starts_with(
        "{\"@odata.context\":\"http://localhost:8400/orgs/csdl/api/data/v9.2/$metadata\",\"value\":["
    ));
    assert!(
        service.contains("{\"name\":\"accounts\",\"kind\":\"EntitySet\",\"url\":\"accounts\"}")
    );

    let document = get("$metadata").await;
    for part in [
        "<EntityType Name=\"account\" BaseType=\"mscrm.crmbaseentity\"><Key><PropertyRef Name=\"accountid\"/></Key>",
        "<EntityType Name=\"task\" BaseType=\"mscrm.activitypointer\"><Property",
        "<Property Name=\"revenue\" Type=\"Edm.Decimal\" Scale=\"Variable\"/>",
        "<NavigationProperty Name=\"primarycontactid\" Type=\"mscrm.contact\" Nullable=\"false\" Partner=\"account_primary_contact\"><ReferentialConstraint Property=\"_primarycontactid_value\" ReferencedProperty=\"contactid\"/>",
        "<NavigationProperty Name=\"Account_Tasks\" Type=\"Collection(mscrm.task)\"",
        "<EntitySet Name=\"accounts\" EntityType=\"Microsoft.Dynamics.CRM.account\">",
        "<FunctionImport Name=\"WhoAmI\" Function=\"mscrm.WhoAmI\"/>",
        "<Function Name=\"WhoAmI\"><ReturnType Type=\"mscrm.WhoAmIResponse\"",
    ] {
        assert!(document.contains(part), "{part}");
    }
    assert!(!document.contains("Org.OData.Core.V1.Description"));
    check_types(&document);
    assert_eq!(document, get("$metadata").await, "the same from the cache");

    // A change of the schema is a new document.
    let table = r#"{"SchemaName":"new_Box","OwnershipType":"UserOwned",
        "DisplayName":{"LocalizedLabels":[{"Label":"Box","LanguageCode":1033}]},
        "DisplayCollectionName":{"LocalizedLabels":[{"Label":"Boxes","LanguageCode":1033}]},
        "Description":{"LocalizedLabels":[{"Label":"Holds <things>","LanguageCode":1033}]},
        "Attributes":[{"@odata.type":"Microsoft.Dynamics.CRM.StringAttributeMetadata",
        "SchemaName":"new_Name","IsPrimaryName":true,"MaxLength":100,
        "DisplayName":{"LocalizedLabels":[{"Label":"Name","LanguageCode":1033}]}}]}"#;
    send("POST", "EntityDefinitions", table).await;
    assert!(get("$metadata").await.contains("<EntitySet Name=\"new_boxes\""));
    let described = get("$metadata?annotations=true").await;
    assert!(described.contains(
        "<Annotation Term=\"Org.OData.Core.V1.Description\" String=\"Holds &lt;things&gt;\"/>"
    ));
}

/// Every type that is named is defined, and no type has a property twice.
fn check_types(document: &str) {
    let (mut defined, mut named) = (HashSet::new(), HashSet::new());
    let mut members: HashSet<String> = HashSet::new();
    let mut reader = Reader::from_str(document);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(element) | Event::Empty(element) => {
                let name = attribute(&element, "Name");
                match element.name().as_ref() {
                    "EntityType" | "ComplexType" | "EnumType" => {
                        members.clear();
                        let name = name.unwrap();
                        assert!(defined.insert(name.clone()), "{name} is defined twice");
                    }
                    "Property" | "NavigationProperty" => {
                        let name = name.unwrap();
                        assert!(members.insert(name.clone()), "{name} stands twice");
                    }
                    _ => {}
                }
                for of in ["Type", "BaseType"] {
                    let text = attribute(&element, of).unwrap_or_default();
                    let bare = text.trim_start_matches("Collection(").trim_end_matches(')');
                    named.extend(bare.strip_prefix("mscrm.").map(str::to_owned));
                }
            }
            _ => {}
        }
    }
    let missing: Vec<&String> = named.difference(&defined).collect();
    assert!(missing.is_empty(), "{missing:?} are named, but not defined");
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = element.try_get_attribute(name).unwrap()?;
    Some(found.value.into_owned())
}
