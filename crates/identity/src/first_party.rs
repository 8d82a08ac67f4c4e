//! Clients that every installation knows without registering them: our own portal and command
//! line, and the public clients of the platform's own tools, so those work unchanged.
//!
//! To add one: a line in [`CLIENTS`], sorted by id.

use base::Uuid;
use uuid::uuid;

/// The client id of the portal.
pub const PORTAL_CLIENT_ID: Uuid = uuid!("f4ee4017-0000-4000-8000-000000000001");
/// The client id of the command line.
pub const CLI_CLIENT_ID: Uuid = uuid!("f4ee4017-0000-4000-8000-000000000002");

pub(crate) struct FirstParty {
    pub id: Uuid,
    pub name: &'static str,
    pub redirect_uris: &'static [&'static str],
}

pub(crate) const CLIENTS: &[FirstParty] = &[
    FirstParty {
        id: uuid!("04b07795-8ddb-461a-bbee-02f9e1bf7b46"),
        name: "Microsoft Azure CLI",
        redirect_uris: LOOPBACK,
    },
    FirstParty {
        id: uuid!("1950a258-227b-4e31-a9cf-717495945fc2"),
        name: "Microsoft Azure PowerShell",
        redirect_uris: LOOPBACK,
    },
    FirstParty {
        id: uuid!("51f81489-12ee-4a9e-aaae-a2591f45987d"),
        name: "Dataverse sample client",
        redirect_uris: &[
            "app://58145B91-0C36-4500-8554-080854F2AC97",
            "http://127.0.0.1",
            "http://localhost",
        ],
    },
    FirstParty {
        id: uuid!("9cee029c-6210-4654-90bb-17e6e9d36617"),
        name: "Power Platform CLI",
        redirect_uris: LOOPBACK,
    },
    // Redirects to the server's own origin only; see `Client::allows_redirect`.
    FirstParty { id: PORTAL_CLIENT_ID, name: "Freehold", redirect_uris: &[] },
    FirstParty { id: CLI_CLIENT_ID, name: "Freehold command line", redirect_uris: LOOPBACK },
];

const LOOPBACK: &[&str] = &["http://127.0.0.1", "http://localhost"];

pub(crate) fn find(id: Uuid) -> Option<&'static FirstParty> {
    CLIENTS.iter().find(|c| c.id == id)
}

#[cfg(test)]
mod tests {
    #[test]
    fn clients_are_sorted() {
        assert!(super::CLIENTS.is_sorted_by_key(|c| c.id));
    }
}
