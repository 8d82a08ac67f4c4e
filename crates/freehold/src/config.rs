//! The configuration: built-in values, then a TOML file, then `FREEHOLD_*`, then the command line.
//!
//! The only place that reads the process environment.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use serde::{Deserialize, Serialize};

/// Everything that can be configured. Every value has one that works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The data folder: certificates, keys, and with SQLite the databases.
    pub data: PathBuf,
    /// Where HTTP listens; empty for not at all.
    pub http: String,
    /// Where HTTPS listens; empty for not at all.
    pub https: String,
    /// A PostgreSQL URL; empty for SQLite in the data folder.
    pub database: String,
    /// The URL under which clients reach the server; empty for the one of `http`.
    pub public_url: String,
    /// How URLs of environments are built: `path` (`…/orgs/{domain}/`) or `host`
    /// (`https://{domain}.…/`).
    pub environment_urls: EnvironmentUrls,
    /// The tenant, for its first start and its limits.
    pub tenant: TenantConfig,
    /// How much one user may ask of the data service.
    pub service_protection: ServiceProtectionConfig,
    /// The certificate.
    pub tls: TlsConfig,
    /// The log.
    pub log: LogConfig,
    /// Seconds that running requests and jobs get when the server stops.
    pub stop_seconds: u64,
}

/// How URLs of environments are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EnvironmentUrls {
    /// `http://localhost:8400/orgs/{domain}/`.
    Path,
    /// `http://{domain}.localhost:8400/`.
    Host,
}

/// The tenant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TenantConfig {
    /// Its name; used when the tenant is made.
    pub name: String,
    /// Its home location; used when the tenant is made.
    pub location: String,
    /// The database capacity of the tenant, in megabytes.
    pub capacity_mb: i64,
    /// How many developer environments one user may have.
    pub developer_environments_per_user: usize,
    /// Whether a database may be added to the default environment.
    pub default_environment_allows_database: bool,
}

/// How much one user may ask of the data service of one environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceProtectionConfig {
    /// Whether there is a limit at all.
    pub enabled: bool,
    /// The time that is looked at, in seconds.
    pub window_seconds: u32,
    /// Requests within the window.
    pub requests: u32,
    /// The time that requests within the window may take together, in seconds.
    pub execution_seconds: u32,
    /// Requests at the same time.
    pub concurrent: u32,
}

/// The certificate that HTTPS shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// Host names besides `localhost`, `*.localhost` and the loopback addresses.
    pub names: Vec<String>,
}

/// The log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogConfig {
    /// `text` or `json`.
    pub format: LogFormat,
    /// What is logged, such as `info` or `info,dataverse=debug`.
    pub filter: String,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("./freehold-data"),
            http: "127.0.0.1:8400".to_owned(),
            https: "127.0.0.1:8443".to_owned(),
            database: String::new(),
            public_url: String::new(),
            environment_urls: EnvironmentUrls::Path,
            tenant: TenantConfig {
                name: "Freehold".to_owned(),
                location: "unitedstates".to_owned(),
                capacity_mb: 1024 * 1024,
                developer_environments_per_user: 1,
                default_environment_allows_database: false,
            },
            service_protection: ServiceProtectionConfig {
                enabled: false,
                window_seconds: 300,
                requests: 6000,
                execution_seconds: 1200,
                concurrent: 52,
            },
            tls: TlsConfig { names: Vec::new() },
            log: LogConfig { format: LogFormat::Text, filter: "info".to_owned() },
            stop_seconds: 10,
        }
    }
}

impl Config {
    /// The configuration from `file` (which must exist when named), the environment variables, and
    /// `arguments`, which win.
    pub fn load(file: Option<&Path>, arguments: Overrides) -> Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = file {
            if !file.is_file() {
                bail!("there is no configuration file {}", file.display());
            }
            figment = figment.merge(Toml::file_exact(file));
        }
        let mut config: Self = figment
            .merge(
                Env::prefixed("FREEHOLD_")
                    .ignore(&[
                        "ca",
                        "config",
                        "config_dir",
                        "demo",
                        "environment",
                        "odata_abnf",
                        "test_kills",
                        "test_postgres",
                        "test_postgres_port",
                        "token",
                        "url",
                    ])
                    .split("__"),
            )
            .merge(Serialized::defaults(arguments))
            .extract()
            .context("reading the configuration")?;
        for address in [&mut config.http, &mut config.https] {
            if address == "off" {
                address.clear();
            }
        }
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<()> {
        if self.http.is_empty() && self.https.is_empty() {
            bail!("both `http` and `https` are empty; the server would listen nowhere");
        }
        if self.tenant.capacity_mb < 0 {
            bail!("`tenant.capacity_mb` cannot be negative");
        }
        for (name, address) in [("http", &self.http), ("https", &self.https)] {
            address_of(address).with_context(|| format!("reading the address in `{name}`"))?;
        }
        if !self.public_url.is_empty()
            && !self.public_url.starts_with("http://")
            && !self.public_url.starts_with("https://")
        {
            bail!("`public_url` must begin with http:// or https://");
        }
        if !self.database.is_empty()
            && !self.database.starts_with("postgres://")
            && !self.database.starts_with("postgresql://")
        {
            bail!(
                "`database` must be a PostgreSQL URL (postgres://user@host:port/name), or empty for SQLite"
            );
        }
        Ok(())
    }

    /// The address of HTTP.
    pub fn http_address(&self) -> Result<Option<SocketAddr>> {
        address_of(&self.http)
    }

    /// The address of HTTPS.
    pub fn https_address(&self) -> Result<Option<SocketAddr>> {
        address_of(&self.https)
    }

    /// The URL under which clients reach the server, without a slash at the end.
    pub fn public_url(&self) -> String {
        if !self.public_url.is_empty() {
            return self.public_url.trim_end_matches('/').to_owned();
        }
        let (scheme, address) =
            if self.http.is_empty() { ("https", &self.https) } else { ("http", &self.http) };
        let port = address.rsplit(':').next().unwrap_or_default();
        format!("{scheme}://localhost:{port}")
    }
}

impl Config {
    /// The names of the certificate besides this machine's: those configured, and the one under
    /// which clients reach the server, with the environments below it.
    pub fn certificate_names(&self) -> Vec<String> {
        let mut names = self.tls.names.clone();
        let url = self.public_url();
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let host = match rest.strip_prefix('[') {
            Some(rest) => rest.split(']').next(),
            None => rest.split([':', '/']).next(),
        };
        let host = host.unwrap_or_default();
        if !host.is_empty() && host != "localhost" {
            names.push(host.to_owned());
            if self.environment_urls == EnvironmentUrls::Host
                && host.parse::<std::net::IpAddr>().is_err()
            {
                names.push(format!("*.{host}"));
            }
        }
        names.dedup();
        names
    }
}

/// `host:port`, or a port alone on the loopback address; empty for none.
fn address_of(text: &str) -> Result<Option<SocketAddr>> {
    if text.is_empty() {
        return Ok(None);
    }
    let full = match text.parse::<u16>() {
        Ok(port) => format!("127.0.0.1:{port}"),
        Err(_) => text.replace("localhost:", "127.0.0.1:"),
    };
    let address =
        full.parse().with_context(|| format!("'{text}' is not an address like 127.0.0.1:8400"))?;
    Ok(Some(address))
}

/// What the command line gave; it wins over everything else.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Overrides {
    /// `--data`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// `--http`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<String>,
    /// `--https`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub https: Option<String>,
    /// `--database`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_needs_to_be_configured() {
        let config = Config::default();
        config.check().expect("the built-in values are good");
        assert_eq!(config.public_url(), "http://localhost:8400");
    }

    #[test]
    fn the_command_line_wins_over_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("freehold.toml");
        std::fs::write(
            &file,
            "http = \"127.0.0.1:1\"\nhttps = \"\"\n[tenant]\nname = \"Fabrikam\"\n",
        )
        .expect("written");
        let arguments = Overrides { http: Some("9000".to_owned()), ..Overrides::default() };
        let config = Config::load(Some(&file), arguments).expect("good");
        assert_eq!(
            config.http_address().expect("good").map(|a| a.to_string()),
            Some("127.0.0.1:9000".to_owned())
        );
        assert_eq!(config.https_address().expect("good"), None);
        assert_eq!(config.tenant.name, "Fabrikam");
        assert_eq!(config.tenant.location, "unitedstates");
    }

    #[test]
    fn the_certificate_has_the_name_that_clients_use() {
        let mut config = Config::default();
        assert!(config.certificate_names().is_empty());
        config.public_url = "https://freehold.example:8443".to_owned();
        config.environment_urls = EnvironmentUrls::Host;
        assert_eq!(config.certificate_names(), ["freehold.example", "*.freehold.example"]);
        config.public_url = "https://[::2]:8443".to_owned();
        assert_eq!(config.certificate_names(), ["::2"]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("freehold.toml");
        std::fs::write(&file, "htpp = \"127.0.0.1:1\"\n").expect("written");
        let error = Config::load(Some(&file), Overrides::default()).expect_err("unknown");
        assert!(format!("{error:#}").contains("htpp"), "{error:#}");
        let arguments = Overrides { http: Some("nowhere".to_owned()), ..Overrides::default() };
        let error = Config::load(None, arguments).expect_err("no address");
        assert_eq!(
            format!("{error:#}"),
            "reading the address in `http`: 'nowhere' is not an address like 127.0.0.1:8400: \
             invalid socket address syntax"
        );
    }
}
