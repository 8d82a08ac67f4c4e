//! For which resource a token is meant, and whether that is us.

/// The audiences that clients of the platform's own services ask for. All of them are served by
/// this one server, so they mean the same. Sorted.
const WELL_KNOWN: &[&str] = &[
    "065d9450-1e87-434e-ac2f-69af271549ed", // Power Platform admin centre API
    "475226c6-020e-4fb2-8a90-7a972cbfc1d4", // Power Apps service
    "7df0a125-d3be-4c96-aa54-591f83ff541c", // Power Automate service
    "8578e004-a5c6-46e7-913e-12f58912df43", // Power Platform API
    "96ff4394-9197-43aa-b393-6a41652e21f8", // Copilot Studio
];

/// Whether `audience` is an application id of one of the platform's own services.
pub fn is_well_known(audience: &str) -> bool {
    let audience = audience.to_ascii_lowercase();
    WELL_KNOWN.binary_search(&audience.trim_end_matches('/')).is_ok()
}

/// Whether a token for `audience` may be used here. `expected` narrows it to some resources;
/// empty means every resource that this server is: its own names are the caller's to choose (any
/// host, port and prefix), so every web address counts. App registrations are other people's
/// resources, and a token for them is not for us.
pub(crate) fn accepts(audience: &str, expected: &[&str]) -> bool {
    if is_well_known(audience) {
        return true;
    }
    if expected.is_empty() {
        return is_web_address(audience);
    }
    let audience = normalize(audience);
    expected.iter().any(|e| normalize(e) == audience)
}

/// Whether `text` is an absolute web address.
pub(crate) fn is_web_address(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|r| r.chars().next().is_some_and(|c| c.is_alphanumeric() || c == '['))
}

/// Lower case, no default port, no doubled or trailing slashes.
fn normalize(audience: &str) -> String {
    let text = audience.to_ascii_lowercase();
    let (scheme, rest) = text.split_once("://").unwrap_or(("", &text));
    let mut parts = rest.split('/').filter(|p| !p.is_empty());
    let host = parts.next().unwrap_or_default();
    let port = if scheme == "http" { ":80" } else { ":443" };
    let host = host.strip_suffix(port).unwrap_or(host);
    let path: String = parts.map(|p| format!("/{p}")).collect();
    format!("{scheme}://{host}{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audiences_are_compared_leniently() {
        let org = &["https://contoso.crm.example/"][..];
        let cases: &[(&str, &[&str], bool)] = &[
            ("https://contoso.crm.example", org, true),
            ("https://Contoso.crm.example//", org, true),
            ("https://contoso.crm.example:443/", org, true),
            ("https://fabrikam.crm.example/", org, false),
            ("https://service.powerapps.com/", org, false),
            ("065d9450-1e87-434e-ac2f-69af271549ed", org, true),
            ("https://service.powerapps.com/", &[], true),
            ("http://localhost:8400/orgs/contoso", &[], true),
            ("00000003-0000-0000-c000-000000000000", &[], false),
            ("api://0f5f0e5c-0000-4000-8000-000000000000", &[], false),
            ("https://", &[], false),
            ("", &[], false),
        ];
        for (audience, expected, want) in cases {
            assert_eq!(accepts(audience, expected), *want, "{audience} for {expected:?}");
        }
        assert!(WELL_KNOWN.is_sorted());
    }
}
