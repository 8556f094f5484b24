//! `callcenter serve`: migrates, listens, works, and stops without losing anything.

use crate::cli::ServeArgs;
use crate::config::Config;
use crate::jobs::{self, Jobs};
use crate::shutdown::Shutdown;
use crate::{boot, demo, router, telemetry};
use anyhow::Context as _;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Serves until a signal comes.
///
/// # Errors
/// If the server cannot start.
pub async fn serve(config: &Config, args: &ServeArgs) -> anyhow::Result<()> {
    telemetry::measurements();
    let shutdown = Shutdown::default();
    shutdown.on_signals()?;
    let db = boot::open(config).await?;
    boot::migrate(&db).await?;
    let listener = TcpListener::bind(config.http.addr)
        .await
        .with_context(|| format!("cannot listen on {}", config.http.addr))?;
    let bound = listener.local_addr()?;
    let server = boot::server(config, &db, bound, args.demo, &shutdown)?;
    server.state.health.migrated();
    if args.demo {
        let services = &server.state.services;
        demo::ensure(services, &boot::own_base(bound))
            .await
            .context("the demo account could not be made")?;
        let op = services
            .users
            .operator(demo::ACCOUNT, services.clock.now())
            .await?;
        let calls = demo::history::make(services, &op)
            .await
            .context("the demo's history could not be made")?;
        if calls > 0 {
            tracing::info!(calls, "made 30 days of calls");
        }
    }
    if !args.no_jobs {
        let jobs = Jobs {
            services: server.state.services.clone(),
            db: db.clone(),
            health: server.state.health.clone(),
            pulse: server.state.pulse.clone(),
            every: config.sweep.every(),
        };
        shutdown.spawn(jobs::carry_out_orders(
            jobs.services.clone(),
            jobs.pulse.clone(),
            shutdown.token.clone(),
        ));
        shutdown.spawn(jobs::release_bids(
            jobs.services.clone(),
            shutdown.token.clone(),
        ));
        shutdown.spawn(jobs::look_after_numbers(
            jobs.clone(),
            shutdown.token.clone(),
        ));
        shutdown.spawn(jobs::run(jobs, shutdown.token.clone()));
    }
    if let Some(exchange) = server
        .exchange
        .clone()
        .filter(|_| !args.quiet_demo && !args.jobs_only)
    {
        let (callers, visitors) = tokio::sync::mpsc::unbounded_channel();
        let base = &server.state.keys.base_url;
        let traffic = demo::traffic::Traffic::new(config, base, bound, exchange, visitors)?;
        shutdown.spawn(demo::traffic::run(traffic, shutdown.token.clone()));
        let services = server.state.services.clone();
        shutdown.spawn(demo::visitor::run(
            services,
            callers,
            shutdown.token.clone(),
        ));
    }
    let base_url = server.state.keys.base_url.clone();
    announce(args, &base_url, server.state.keys.required);
    if args.jobs_only {
        // Health stays reachable, so that a supervisor can look after this process too.
        let app = axum::Router::new()
            .route("/healthz", axum::routing::get(crate::health::alive))
            .route("/readyz", axum::routing::get(crate::health::ready))
            .route("/metrics", axum::routing::get(crate::health::measurements))
            .with_state(server.state.clone());
        listen(listener, app, &shutdown).await?;
    } else {
        let secret = config
            .auth
            .effective_secret(&config.data.dir)
            .context("the session secret could not be kept in the data folder")?;
        let app = router::build(server.state.clone(), config, &secret, &db);
        tokio::select! {
            done = listen(listener, app, &shutdown) => done?,
            () = overdue(&shutdown, config.http.drain()) => tracing::warn!("stopped with requests still open"),
        }
    }
    shutdown.drain(config.http.drain()).await;
    tracing::info!("stopped");
    Ok(())
}

async fn listen(
    listener: TcpListener,
    app: axum::Router,
    shutdown: &Shutdown,
) -> std::io::Result<()> {
    let service = app.into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service)
        .with_graceful_shutdown(shutdown.token.clone().cancelled_owned())
        .await
}

async fn overdue(shutdown: &Shutdown, limit: std::time::Duration) {
    shutdown.token.cancelled().await;
    tokio::time::sleep(limit).await;
}

/// Says where to go; on stderr, since stdout is for results.
fn announce(args: &ServeArgs, base_url: &str, signed: bool) {
    tracing::info!(
        url = base_url,
        signatures = signed,
        jobs = !args.no_jobs,
        demo = args.demo,
        "listening"
    );
    if args.demo && !args.jobs_only {
        let mut text = format!("\n  CallCenter Pro runs at {base_url}\n");
        for user in demo::USERS {
            text.push_str(&format!(
                "  {:<7} {}  {}\n",
                user.role.code(),
                user.email,
                user.password
            ));
        }
        if args.quiet_demo {
            text.push_str("  No calls are placed by themselves; place one with: callcenter call --from +12145550187 --to ");
            text.push_str(demo::NUMBERS[0].0);
            text.push('\n');
        }
        crate::cli::say(&text);
    }
}
