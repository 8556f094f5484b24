//! Stopping without losing anything: no new connections, open requests finish, jobs end their step.

use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Tells everybody to stop, and knows who still runs.
#[derive(Debug, Clone, Default)]
pub struct Shutdown {
    pub token: CancellationToken,
    pub tasks: TaskTracker,
}

impl Shutdown {
    /// Runs a job until it ends; it watches the token.
    pub fn spawn(&self, job: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(job);
    }

    /// Stops on SIGINT or SIGTERM.
    ///
    /// # Errors
    /// If the signals cannot be listened to.
    pub fn on_signals(&self) -> std::io::Result<()> {
        #[cfg(unix)]
        let mut terminate =
            tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        let token = self.token.clone();
        tokio::spawn(async move {
            #[cfg(unix)]
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            #[cfg(not(unix))]
            let _ = tokio::signal::ctrl_c().await;
            tracing::info!("stopping: no new connections, open requests finish");
            token.cancel();
        });
        Ok(())
    }

    /// Waits for the jobs, but not longer than `limit`.
    pub async fn drain(&self, limit: Duration) {
        self.token.cancel();
        self.tasks.close();
        if tokio::time::timeout(limit, self.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(left = self.tasks.len(), "stopped with jobs still running");
        }
    }
}
