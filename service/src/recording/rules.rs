//! The settings of an account's recordings.

use domain::access::{Permission, Role};
use domain::api::recording::{RecordingRulesForm, RecordingSettings};

use super::Recordings;
use crate::error::Error;
use crate::guard::require;
use crate::op::OpCtx;

impl Recordings {
    /// The settings, and what they come to.
    ///
    /// # Errors
    /// What the database says.
    pub async fn settings(&self, op: &OpCtx) -> Result<RecordingSettings, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let rules = conn.platform().recording_rules(&op.scope).await?;
        let counts = tenant.recording_counts().await?;
        let campaigns = tenant.campaigns().await?;
        Ok(RecordingSettings {
            form: RecordingRulesForm::of(&rules),
            keep_words: rules.keep.words(),
            listen_words: listeners(rules.listen_from).to_owned(),
            kept: counts.kept,
            waiting: counts.waiting,
            deleted: counts.deleted,
            own: campaigns
                .into_iter()
                .filter_map(|c| Some((c.id, c.name, c.recording_keep?.words())))
                .collect(),
        })
    }

    /// Replaces the settings. What is older than the new rule goes with the next round of the job.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `keep_days` or `listen_from`.
    pub async fn save_settings(&self, op: &OpCtx, form: &RecordingRulesForm) -> Result<(), Error> {
        require(op, Permission::ManageRecordings)?;
        let rules = form.check()?;
        let conn = self.db.write().await?;
        conn.platform()
            .set_recording_rules(&op.scope, &rules)
            .await?;
        Ok(conn.commit().await?)
    }
}

fn listeners(least: Role) -> &'static str {
    match least {
        Role::Agent | Role::Viewer => "Everybody but agents",
        Role::Manager => "Managers, admins and the owner",
        Role::Admin => "Admins and the owner",
        Role::Owner => "The owner",
    }
}
