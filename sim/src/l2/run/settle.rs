//! The end of a run: sweep until nothing is open, then look at everything.

use std::collections::BTreeMap;

use domain::call::session::Stage;
use domain::id::CallId;

use super::super::check;
use super::Run;

impl Run {
    /// Sweeps until nothing is open, then looks at everything.
    pub(in crate::l2) async fn settle(&mut self) -> Result<(), String> {
        self.about = None;
        for _ in 0..1_000 {
            if self
                .services
                .engine
                .sweep(self.now)
                .await
                .map_err(|e| e.to_string())?
                .looked_at
                == 0
            {
                let open = check::calls(&self.db.db, &self.scope)
                    .await?
                    .iter()
                    .filter(|(_, s)| s.stage != Stage::Ended || s.lacks_recording())
                    .count();
                if open == 0 {
                    break;
                }
            }
            self.now = self.now.plus_secs(60);
            self.clock.set(self.now);
        }
        let calls = check::calls(&self.db.db, &self.scope).await?;
        if calls.len() != self.calls.len() {
            return Err(format!(
                "{} arrivals made {} calls",
                self.calls.len(),
                calls.len()
            ));
        }
        let lines: BTreeMap<CallId, usize> = self
            .calls
            .iter()
            .map(|(line, call)| (*call, *line))
            .collect();
        let conn = self.db.db.read().await.map_err(|e| e.to_string())?;
        for (call, session) in &calls {
            let line = *lines.get(call).ok_or("a call that nobody made")?;
            self.about = Some(line);
            let events = conn
                .tenant(&self.scope)
                .events_of(*call)
                .await
                .map_err(|e| e.to_string())?;
            let outcome = check::ended(*call, session, &events, self.carrier().line(line))?;
            *self.report.outcomes.entry(outcome.code()).or_default() += 1;
            self.report.decisions += check::replay(*call, &events, &self.world, session)?;
            self.report.calls += 1;
        }
        self.about = None;
        check::money(&self.db.db, &self.scope, &self.world).await?;
        check::capacity(&self.db.db, &self.scope, &self.world, self.now).await
    }
}
