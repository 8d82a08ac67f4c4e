//! The server: what stands around the API. Opening, listening, stopping.

mod around;
mod health;
pub mod local;
mod metrics;
mod portal;
pub mod telemetry;
mod tls;

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use api::{App, ProtectionLimits, Scheme};
use axum::{Extension, Router};
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use base::limits::HEADERS_SECONDS;
use base::{Cx, SystemClock, SystemRandom};
use control::{Environments, Options, Tenant, UrlStyle, Urls};
use db::{Database, DatabaseConfig};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use identity::Directory;

use crate::config::{Config, EnvironmentUrls};
use metrics::Metrics;

/// How often expired and idle things are looked for.
const SWEEP: Duration = Duration::from_secs(60);
/// How often the sizes of databases are measured, in sweeps.
const SWEEPS_PER_MEASURE: u32 = 60;

/// An open server that does not answer yet.
pub struct Server {
    /// How it is configured.
    pub config: Config,
    /// The tenant.
    pub tenant: Arc<Tenant>,
    /// The certificate that clients trust, when HTTPS is on.
    pub authority: Option<PathBuf>,
    http: Option<TcpListener>,
    https: Option<(TcpListener, RustlsConfig)>,
    state: Arc<State>,
    router: Router,
}

/// What the parts around the API share.
pub(crate) struct State {
    pub tenant: Arc<Tenant>,
    pub metrics: Metrics,
    /// Whether requests are welcome: not before the start has ended, not while stopping.
    pub is_ready: AtomicBool,
    pub local: local::Secret,
}

impl Server {
    /// Takes the addresses and the data, in this order: a port that is taken is told before
    /// anything is touched.
    pub async fn open(cx: &Cx, mut config: Config) -> Result<Self> {
        let http = config.http_address()?.map(listen).transpose()?;
        let https = config.https_address()?.map(listen).transpose()?;
        // Port 0 becomes the one that the operating system chose.
        if let Some(listener) = &http {
            config.http = listener.local_addr().context("listening")?.to_string();
        }
        if let Some(listener) = &https {
            config.https = listener.local_addr().context("listening")?.to_string();
        }
        make_folder(&config.data)?;
        let (database, directory) = open_directory(cx, &config).await?;
        let (https, authority) = match https {
            Some(listener) => {
                let (tls, authority) = tls_config(cx, &config).await?;
                (Some((listener, tls)), Some(authority))
            }
            None => (None, None),
        };
        let environments = Arc::new(Environments::default());
        let options = options(&config, environments.clone());
        let opened = Tenant::open(cx, database, directory.clone(), options).await;
        let tenant = opened.map_err(shown)?;
        environments.are_in(&tenant);
        let local = local::Secret::write(cx, &config)?;
        let metrics = Metrics::new().context("preparing metrics")?;
        let is_ready = AtomicBool::new(false);
        let state = Arc::new(State { tenant: tenant.clone(), metrics, is_ready, local });
        let app =
            App::new(tenant.clone(), directory, Arc::new(SystemClock), Arc::new(SystemRandom));
        let app = match protection(&config) {
            Some(limits) => app.with_protection(limits),
            None => app,
        };
        let router = router(app, state.clone());
        Ok(Self { config, tenant, authority, http, https, state, router })
    }

    /// The addresses at which it answers.
    pub fn addresses(&self) -> Vec<String> {
        let address = |scheme: &str, listener: &TcpListener| {
            listener.local_addr().map(|address| format!("{scheme}://{address}")).ok()
        };
        let http = self.http.iter().filter_map(|listener| address("http", listener));
        let https = self.https.iter().filter_map(|(listener, _)| address("https", listener));
        http.chain(https).collect()
    }

    /// Answers until the process is asked to stop; then finishes what it has.
    pub async fn run(self) -> Result<()> {
        let limit = Duration::from_secs(self.config.stop_seconds);
        let handle = Handle::new();
        let mut servers = tokio::task::JoinSet::new();
        if let Some(listener) = self.http {
            let mut server = axum_server::from_tcp(listener).context("listening")?;
            limit_headers(server.http_builder());
            let service = self.router.clone().layer(Extension(Scheme("http"))).into_make_service();
            servers.spawn(server.handle(handle.clone()).serve(service));
        }
        let tls = self.https.as_ref().map(|(_, tls)| tls.clone());
        if let Some((listener, tls)) = self.https {
            let mut server = axum_server::from_tcp_rustls(listener, tls).context("listening")?;
            limit_headers(server.http_builder());
            let service = self.router.clone().layer(Extension(Scheme("https"))).into_make_service();
            servers.spawn(server.handle(handle.clone()).serve(service));
        }
        let upkeep = tokio::spawn(upkeep(self.tenant.clone(), self.config.clone(), tls));
        self.state.is_ready.store(true, Ordering::Release);
        tracing::info!("ready");
        asked_to_stop().await?;
        tracing::info!("stopping");
        self.state.is_ready.store(false, Ordering::Release);
        handle.graceful_shutdown(Some(limit));
        while let Some(ended) = servers.join_next().await {
            ended.context("a listener crashed")?.context("a listener failed")?;
        }
        upkeep.abort();
        self.tenant.stop(limit).await;
        self.state.local.remove(&self.config);
        tracing::info!("stopped");
        Ok(())
    }
}

/// A client that does not send its headers loses its connection.
fn limit_headers(builder: &mut Builder<TokioExecutor>) {
    let patience = Duration::from_secs(HEADERS_SECONDS);
    builder.http1().timer(TokioTimer::new()).header_read_timeout(patience);
}

/// Everything that the server answers.
fn router(app: App, state: Arc<State>) -> Router {
    let inner = Router::new()
        .merge(health::router())
        .merge(local::router())
        .with_state(state.clone())
        .fallback_service(portal::beside(api::router(app)));
    around::wrap(inner, state)
}

/// The database and the directory in it.
pub async fn open_directory(cx: &Cx, config: &Config) -> Result<(Database, Arc<Directory>)> {
    let place = match config.database.as_str() {
        "" => DatabaseConfig::Sqlite { folder: config.data.clone() },
        url => DatabaseConfig::Postgres { url: url.to_owned() },
    };
    let database = Database::open(&place).await.map_err(shown)?;
    let store = match database.exists("tenant").await.map_err(shown)? {
        true => database.store("tenant").await,
        false => database.create("tenant").await,
    };
    let secret = config.data.join("secret.key");
    let directory = Directory::open(cx, store.map_err(shown)?, &secret).await.map_err(shown)?;
    Ok((database, directory))
}

/// An error of a service, told to a person with its whole chain.
fn shown(error: base::Error) -> anyhow::Error {
    anyhow::anyhow!("{}", error.chain())
}

/// How much users may ask, if that is limited.
fn protection(config: &Config) -> Option<ProtectionLimits> {
    let configured = &config.service_protection;
    configured.enabled.then(|| ProtectionLimits {
        window_seconds: i64::from(configured.window_seconds),
        requests: u64::from(configured.requests),
        execution_ms: 1000 * i64::from(configured.execution_seconds),
        concurrent: u64::from(configured.concurrent),
    })
}

fn options(config: &Config, environments: Arc<Environments>) -> Options {
    let style = match config.environment_urls {
        EnvironmentUrls::Path => UrlStyle::Path,
        EnvironmentUrls::Host => UrlStyle::Host,
    };
    Options {
        location: config.tenant.location.clone(),
        name: Some(config.tenant.name.clone()),
        capacity_mb: config.tenant.capacity_mb,
        developers_max: config.tenant.developer_environments_per_user,
        default_environment_allows_database: config.tenant.default_environment_allows_database,
        urls: Urls { public: config.public_url(), style },
        steps: solutions::steps(),
        handlers: api::handlers(environments),
    }
}

/// Makes the data folder, for its owner only.
fn make_folder(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(path).with_context(|| format!("making the data folder {}", path.display()))
}

/// Takes an address, or says who has it.
fn listen(address: SocketAddr) -> Result<TcpListener> {
    let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => anyhow::anyhow!(
            "{address} is taken by another program; stop it, or choose another address with --http \
             or --https"
        ),
        _ => anyhow::anyhow!("{address} cannot be listened on: {error}"),
    })?;
    listener.set_nonblocking(true).context("preparing a listener")?;
    Ok(listener)
}

async fn tls_config(cx: &Cx, config: &Config) -> Result<(RustlsConfig, PathBuf)> {
    // It is an error only when one was chosen before, and that one is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let made = tls::certificate(cx, &config.data, &config.certificate_names())?;
    let tls = RustlsConfig::from_pem(made.chain_pem.into_bytes(), made.key_pem.into_bytes())
        .await
        .context("loading the certificate")?;
    Ok((tls, made.authority))
}

/// What has to be done now and then, whatever is asked.
async fn upkeep(tenant: Arc<Tenant>, config: Config, tls: Option<RustlsConfig>) {
    let cx = Cx::system();
    let mut sweeps = 0_u32;
    let mut beat = tokio::time::interval(SWEEP);
    loop {
        beat.tick().await;
        if let Err(error) = tenant.sweep(&cx).await {
            tracing::error!(cause = error.chain(), "sweeping failed");
        }
        if sweeps.is_multiple_of(SWEEPS_PER_MEASURE) {
            if let Err(error) = tenant.sizes_measure(&cx).await {
                tracing::error!(cause = error.chain(), "measuring databases failed");
            }
            if let Some(tls) = &tls
                && let Err(error) = renew(&cx, &config, tls).await
            {
                tracing::error!(cause = format!("{error:#}"), "renewing the certificate failed");
            }
        }
        sweeps = sweeps.wrapping_add(1);
    }
}

/// Loads the certificate again, made anew when it is close to its end.
async fn renew(cx: &Cx, config: &Config, tls: &RustlsConfig) -> Result<()> {
    let made = tls::certificate(cx, &config.data, &config.certificate_names())?;
    let loaded = tls.reload_from_pem(made.chain_pem.into_bytes(), made.key_pem.into_bytes());
    loaded.await.context("loading the certificate")
}

/// Waits for Ctrl-C, or for the signal that service managers send.
async fn asked_to_stop() -> Result<()> {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate()).context("listening for signals")?;
        tokio::select! {
            ended = interrupt => ended.context("listening for signals")?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    interrupt.await.context("listening for signals")?;
    Ok(())
}
