//! Why a sign-in or a token is refused: every reason, with the protocol's error word and number.
//!
//! The numbers are those of Microsoft Entra ID (`AADSTS…`), because clients and people look for
//! them. To add a reason: a variant, its line in [`Denial::code`], its text in `Display`.

use std::fmt;

use base::limits::SIGN_IN_WINDOW_SECONDS;
use base::{Error, Uuid};

/// The reason why a sign-in or a token is refused.
#[derive(Debug)]
pub enum Denial {
    /// The app registration is disabled.
    ApplicationDisabled(Uuid),
    /// No app registration has this id.
    ApplicationUnknown(String),
    /// A certificate or a token of another issuer was given instead of a secret.
    AssertionUnsupported,
    /// The authorization code is not one of ours, or belongs to another client.
    CodeInvalid,
    /// The authorization code was used before.
    CodeUsed,
    /// The code or token is too old.
    CodeExpired,
    /// The user said no.
    Declined,
    /// The device code is not one of ours.
    DeviceCodeInvalid,
    /// The user has not entered the device code yet.
    DevicePending,
    /// Nobody entered the device code in time.
    DeviceExpired,
    /// A fault of ours.
    Fault(Error),
    /// Too many wrong passwords for this user name.
    Locked,
    /// A parameter is missing.
    Missing(&'static str),
    /// The request is not understood, and why.
    Malformed(String),
    /// This kind of grant does not exist here.
    GrantUnsupported(String),
    /// A public client did not use proof keys.
    ProofMissing,
    /// The proof key is not the one announced.
    ProofWrong,
    /// The redirect URI at the token address is not the one of the sign-in.
    RedirectChanged,
    /// The redirect URI is not registered.
    RedirectUnknown {
        /** The URI asked for. */
        uri: String,
        /** The client. */
        client: Uuid,
    },
    /// The refresh token is not one of ours, or belongs to another client.
    RefreshInvalid,
    /// The refresh token is too old.
    RefreshExpired,
    /// The refresh token was used twice: everything from the same sign-in is revoked.
    RefreshReused,
    /// The resource asked for does not exist.
    ResourceUnknown(String),
    /// Only codes are given to browsers.
    ResponseTypeUnsupported(String),
    /// The scope is not understood, and why.
    ScopeInvalid(String),
    /// The client is public and cannot have a secret.
    SecretUnexpected(Uuid),
    /// The secret is too old.
    SecretExpired(Uuid),
    /// The client must prove itself with a secret.
    SecretMissing,
    /// The secret is wrong.
    SecretWrong(Uuid),
    /// Nobody is signed in, and asking is not allowed (`prompt=none`).
    SignInRequired,
    /// No such tenant.
    TenantUnknown(String),
    /// The user's account is disabled.
    UserDisabled,
    /// The user name or the password is wrong.
    UserWrong,
}

impl Denial {
    /// The error word of OAuth 2.0, and the number of Entra ID.
    fn code(&self) -> (&'static str, u32) {
        match self {
            Self::ApplicationDisabled(_) => ("unauthorized_client", 7_000_112),
            Self::ApplicationUnknown(_) => ("unauthorized_client", 700_016),
            Self::AssertionUnsupported => ("invalid_client", 700_027),
            Self::CodeInvalid => ("invalid_grant", 70_000),
            Self::CodeUsed => ("invalid_grant", 54_005),
            Self::CodeExpired => ("invalid_grant", 70_008),
            Self::Declined => ("authorization_declined", 65_004),
            Self::DeviceCodeInvalid => ("bad_verification_code", 70_018),
            Self::DevicePending => ("authorization_pending", 70_016),
            Self::DeviceExpired => ("expired_token", 70_020),
            Self::Fault(_) => ("server_error", 90_033),
            Self::Locked => ("invalid_grant", 50_053),
            Self::Missing(_) => ("invalid_request", 900_144),
            Self::Malformed(_) => ("invalid_request", 90_023),
            Self::GrantUnsupported(_) => ("unsupported_grant_type", 70_003),
            Self::ProofMissing => ("invalid_request", 9_002_325),
            Self::ProofWrong => ("invalid_grant", 501_481),
            Self::RedirectChanged => ("invalid_grant", 500_112),
            Self::RedirectUnknown { .. } => ("invalid_request", 50_011),
            Self::RefreshInvalid => ("invalid_grant", 9_002_313),
            Self::RefreshExpired => ("invalid_grant", 700_082),
            Self::RefreshReused => ("invalid_grant", 50_173),
            Self::ResourceUnknown(_) => ("invalid_resource", 500_011),
            Self::ResponseTypeUnsupported(_) => ("unsupported_response_type", 70_005),
            Self::ScopeInvalid(_) => ("invalid_scope", 70_011),
            Self::SecretUnexpected(_) => ("invalid_client", 700_025),
            Self::SecretExpired(_) => ("invalid_client", 7_000_222),
            Self::SecretMissing => ("invalid_client", 7_000_218),
            Self::SecretWrong(_) => ("invalid_client", 7_000_215),
            Self::SignInRequired => ("login_required", 50_058),
            Self::TenantUnknown(_) => ("invalid_request", 90_002),
            Self::UserDisabled => ("invalid_grant", 50_057),
            Self::UserWrong => ("invalid_grant", 50_126),
        }
    }

    /// The error word of OAuth 2.0, such as `invalid_grant`.
    pub fn error(&self) -> &'static str {
        self.code().0
    }

    /// The number of Entra ID, without `AADSTS`.
    pub fn number(&self) -> u32 {
        self.code().1
    }
}

/// The text for the person, without the number.
impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ApplicationDisabled(id) => write!(f, "Application '{id}' is disabled."),
            Self::ApplicationUnknown(id) => write!(
                f,
                "Application with identifier '{id}' was not found in the directory. Check the \
                 client id, or register the application."
            ),
            Self::AssertionUnsupported => f.write_str(
                "Client assertions (certificates, federated credentials) are not supported by \
                 this server. Use a client secret.",
            ),
            Self::CodeInvalid => f.write_str(
                "The provided value for the input parameter 'code' is not valid. Sign in again.",
            ),
            Self::CodeUsed => f.write_str(
                "OAuth2 Authorization code was already redeemed, please retry with a new valid \
                 code or use an existing refresh token.",
            ),
            Self::CodeExpired => f.write_str(
                "The provided authorization code is expired. Send the user to sign in again.",
            ),
            Self::Declined => f.write_str("The user declined the sign-in."),
            Self::DeviceCodeInvalid => {
                f.write_str("The device code is not valid. Start the device sign-in again.")
            }
            Self::DevicePending => f.write_str(
                "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
            ),
            Self::DeviceExpired => f.write_str(
                "The device code expired before it was entered. Start the device sign-in again.",
            ),
            Self::Fault(error) => write!(f, "{error}"),
            Self::Locked => write!(
                f,
                "The account is locked because of too many wrong passwords. Wait {} minutes, or \
                 ask an administrator for a new password.",
                SIGN_IN_WINDOW_SECONDS / 60
            ),
            Self::Missing(name) => {
                write!(f, "The request body must contain the following parameter: '{name}'.")
            }
            Self::Malformed(why) => f.write_str(why),
            Self::GrantUnsupported(grant) => {
                write!(f, "The app requested an unsupported grant type '{grant}'.")
            }
            Self::ProofMissing => f.write_str(
                "Proof Key for Code Exchange is required for public clients: send code_challenge \
                 with code_challenge_method=S256.",
            ),
            Self::ProofWrong => f.write_str(
                "The Code_Verifier does not match the code_challenge supplied in the \
                 authorization request.",
            ),
            Self::RedirectChanged => f.write_str(
                "The reply address does not match the reply address provided when requesting the \
                 authorization code.",
            ),
            Self::RedirectUnknown { uri, client } => write!(
                f,
                "The redirect URI '{uri}' specified in the request does not match the redirect \
                 URIs configured for the application '{client}'. Add it to the app registration."
            ),
            Self::RefreshInvalid => {
                f.write_str("The provided refresh token is not valid. Sign in again.")
            }
            Self::RefreshExpired => {
                f.write_str("The refresh token has expired due to inactivity. Sign in again.")
            }
            Self::RefreshReused => f.write_str(
                "The provided grant has been revoked, because its refresh token was used twice. A \
                 fresh auth token is needed: sign in again.",
            ),
            Self::ResourceUnknown(name) => write!(
                f,
                "The resource principal named '{name}' was not found in the tenant. Ask for the \
                 web address of an environment or service, or for a registered application."
            ),
            Self::ResponseTypeUnsupported(wanted) => write!(
                f,
                "The response type '{wanted}' is not supported by this server. Use 'code' with \
                 proof keys (PKCE)."
            ),
            Self::ScopeInvalid(why) => f.write_str(why),
            Self::SecretUnexpected(id) => write!(
                f,
                "Client '{id}' is public so neither 'client_assertion' nor 'client_secret' should \
                 be presented."
            ),
            Self::SecretExpired(id) => write!(
                f,
                "The provided client secret keys for app '{id}' are expired. Create a new secret \
                 for the app registration."
            ),
            Self::SecretMissing => f.write_str(
                "The request body must contain the following parameter: 'client_secret'.",
            ),
            Self::SecretWrong(id) => write!(
                f,
                "Invalid client secret provided. Ensure the secret being sent in the request is \
                 the client secret value, not the client secret ID, for a secret added to app \
                 '{id}'."
            ),
            Self::SignInRequired => f.write_str(
                "Session information is not sufficient for single-sign-on. Send an interactive \
                 sign-in request.",
            ),
            Self::TenantUnknown(name) => write!(
                f,
                "Tenant '{name}' not found. Use the tenant's id or domain, 'organizations' or \
                 'common'."
            ),
            Self::UserDisabled => {
                f.write_str("The user account is disabled. Ask an administrator to enable it.")
            }
            Self::UserWrong => {
                f.write_str("Error validating credentials due to invalid username or password.")
            }
        }
    }
}

impl From<Error> for Denial {
    fn from(error: Error) -> Self {
        Self::Fault(error)
    }
}
