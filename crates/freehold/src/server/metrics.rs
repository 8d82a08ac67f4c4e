//! Numbers about the server. Routes are counted by their template, never by what a path carries.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use control::Tenant;
use prometheus::{HistogramOpts, HistogramVec, IntGauge, Registry, TextEncoder};

/// Upper ends of the classes of durations, in seconds.
const CLASSES: [f64; 12] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];

/// The numbers of one server.
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    environments_open: IntGauge,
    operations_active: IntGauge,
}

impl Metrics {
    /// Everything at zero.
    pub fn new() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let options = HistogramOpts::new(
            "freehold_request_seconds",
            "Requests by route, method and status, with their durations.",
        );
        let requests =
            HistogramVec::new(options.buckets(CLASSES.to_vec()), &["route", "method", "status"])?;
        let environments_open =
            IntGauge::new("freehold_environments_open", "Environments that are open.")?;
        let operations_active = IntGauge::new(
            "freehold_operations_active",
            "Lifecycle operations that wait or are under way.",
        )?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(environments_open.clone()))?;
        registry.register(Box::new(operations_active.clone()))?;
        Ok(Self { registry, requests, environments_open, operations_active })
    }

    /// Counts a request.
    pub fn request(&self, route: &str, method: &Method, status: StatusCode, took: Duration) {
        let labels = [route, known(method), status.as_str()];
        self.requests.with_label_values(&labels).observe(took.as_secs_f64());
    }

    /// All numbers, in the text format of Prometheus.
    pub fn text(&self, tenant: &Tenant) -> prometheus::Result<String> {
        self.environments_open.set(number(tenant.environments_open()));
        self.operations_active.set(number(tenant.operations_active()));
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }
}

/// Anybody can send any word as a method; only the known ones are counted apart.
fn known(method: &Method) -> &str {
    match method.as_str() {
        name @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => name,
        _ => "other",
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
