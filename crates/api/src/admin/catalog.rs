//! What can be chosen for an environment.

use base::{Error, Result};
use control::catalog::{self, Location};
use control::{Sku, catalog::Template};
use serde_json::{Map, Value, json};

use super::{Answer, Call};

const ROOT: &str = "/providers/Microsoft.BusinessAppPlatform/locations";

/// `GET …/locations`
pub(super) async fn locations(call: &Call) -> Result<Answer> {
    let home = call.app.tenant.location();
    let locations = catalog::locations().iter().map(|location| {
        json!({
            "id": format!("{ROOT}/{}", location.name),
            "type": "Microsoft.BusinessAppPlatform/locations",
            "name": location.name,
            "properties": {
                "displayName": location.display_name,
                "code": location.code,
                "isDefault": location.name == home,
                "isDisabled": location.is_disabled(&home),
                "canProvisionDatabase": true,
                "canProvisionCustomerEngagementDatabase": false,
                "azureRegions": location.azure_regions,
            },
        })
    });
    Ok(Answer::list(locations.collect()))
}

/// `GET …/locations/{location}/environmentLanguages`
pub(super) async fn languages(call: &Call) -> Result<Answer> {
    let location = location(call)?;
    let languages = catalog::languages().iter().map(|language| {
        json!({
            "name": language.code.to_string(),
            "id": format!("{ROOT}/{}/environmentLanguages/{}", location.name, language.code),
            "type": "Microsoft.BusinessAppPlatform/locations/environmentLanguages",
            "properties": {
                "localeId": language.code,
                "localizedName": language.native_name,
                "displayName": language.name,
                "isTenantDefault": language.code == 1033,
            },
        })
    });
    Ok(Answer::list(languages.collect()))
}

/// `GET …/locations/{location}/environmentCurrencies`
pub(super) async fn currencies(call: &Call) -> Result<Answer> {
    let location = location(call)?;
    let currencies = catalog::currencies().iter().map(|currency| {
        json!({
            "name": currency.code,
            "id": format!("{ROOT}/{}/environmentCurrencies/{}", location.name, currency.code),
            "type": "Microsoft.BusinessAppPlatform/locations/environmentCurrencies",
            "properties": {
                "code": currency.code,
                "symbol": currency.symbol,
                "displayName": currency.name,
                "isTenantDefault": currency.code == "USD",
            },
        })
    });
    Ok(Answer::list(currencies.collect()))
}

/// `GET …/locations/{location}/templates`
pub(super) async fn templates(call: &Call) -> Result<Answer> {
    let location = location(call)?;
    let mut by_sku = Map::new();
    for sku in Sku::ALL.into_iter().filter(|sku| *sku != Sku::Preview) {
        let found = catalog::templates().iter().filter(|template| template.skus.contains(&sku));
        let entries = found.map(|found| template(location, found)).collect();
        by_sku.insert(camel_case(sku.name()), Value::Array(entries));
    }
    Ok(Answer::ok(Value::Object(by_sku)))
}

fn template(location: &Location, template: &Template) -> Value {
    let (code, message) = template.disabled_reason();
    json!({
        "id": format!("{ROOT}/{}/environmentTemplates/{}", location.name, template.name),
        "name": template.name,
        "location": location.name,
        "properties": {
            "displayName": template.display_name,
            "isDisabled": true,
            "disabledReason": { "code": code, "message": message },
            "isCustomerEngagement": template.is_dynamics_app,
            "isSupportedForResetOperation": template.is_for_reset,
        },
    })
}

fn location(call: &Call) -> Result<&'static Location> {
    let name = call.param(0);
    catalog::location(name).ok_or_else(|| {
        Error::not_found("LocationNotFound", format!("There is no location '{name}'."))
    })
}

fn camel_case(name: &str) -> String {
    let mut chars = name.chars();
    let first = chars.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(chars).collect()
}
