//! Targets that miss one call after another are paused, after the call that was the last straw.

use domain::call::money::Dial;
use domain::id::TargetId;
use domain::recovery::pause::{AutoPause, Pause};
use domain::time::Timestamp;
use store::{StoreError, TenantScope};

use super::engine::CallEngine;

/// The longest stretch that a rule can look back, in seconds.
const LOOK_BACK_S: i64 = 86_400;
/// Dials looked at: more than any rule asks for.
const DIALS_MAX: u64 = 60;

impl CallEngine {
    /// Looks at the targets of dials that were just kept. A crash in between loses nothing that the
    /// next missed call does not find again.
    pub(super) async fn judge(
        &self,
        scope: &TenantScope,
        rules: &AutoPause,
        dials: &[Dial],
        now: Timestamp,
    ) {
        for dial in dials {
            if let Err(error) = self.judge_target(scope, rules, dial.target, now).await {
                tracing::warn!(target = %dial.target, error = &error as &dyn std::error::Error, "a target could not be judged");
            }
        }
    }

    async fn judge_target(
        &self,
        scope: &TenantScope,
        rules: &AutoPause,
        target: TargetId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let conn = self.db.read().await?;
        let tenant = conn.tenant(scope);
        let used = tenant.usage(&[target]).await?;
        let last: Option<Pause> = used.first().and_then(|used| used.pause);
        // What was answered for before does not count again.
        let since = last
            .and_then(|pause| pause.until)
            .unwrap_or(Timestamp::MIN)
            .max(now.plus_secs(-LOOK_BACK_S));
        let dials = tenant.dials_to(target, since, DIALS_MAX).await?;
        let earlier = last.map_or(0, |pause| pause.number);
        let Some(pause) = rules.decide(&dials, earlier, now) else {
            // A call that was answered ends the series of pauses.
            let answered = dials.first().is_some_and(|dial| rules.answered(dial));
            if answered && last.is_some() {
                drop(conn);
                let conn = self.db.write().await?;
                conn.tenant(scope).set_target_pause(target, None).await?;
                conn.commit().await?;
            }
            return Ok(());
        };
        drop(conn);
        let conn = self.db.write().await?;
        conn.tenant(scope)
            .set_target_pause(target, Some(&pause))
            .await?;
        conn.commit().await?;
        tracing::info!(target = %target, missed = pause.missed, "a target was paused because it missed its calls");
        Ok(())
    }
}
