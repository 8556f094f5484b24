//! Log lines and measurements.

use crate::config::log::{Format, Log};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::io::IsTerminal as _;
use std::sync::OnceLock;
use tracing_subscriber::EnvFilter;

/// Upper bounds of request times in seconds: what a carrier notices lies below one.
const SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Starts writing log lines to stderr; results of commands have stdout for themselves.
pub fn start_log(log: &Log) {
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let pretty = match log.format {
        Format::Json => false,
        Format::Pretty => true,
        Format::Auto => std::io::stderr().is_terminal(),
    };
    // A second start (tests in one process) keeps the first.
    let _ = if pretty {
        lines.with_target(false).compact().try_init()
    } else {
        lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .try_init()
    };
}

/// The measurements of this process, as text for Prometheus; none if another recorder was first.
pub fn measurements() -> Option<&'static PrometheusHandle> {
    RECORDER
        .get_or_init(|| {
            let builder = PrometheusBuilder::new().set_buckets(SECONDS).ok()?;
            builder.install_recorder().ok()
        })
        .as_ref()
}
