//! Campaigns.

use domain::api::campaign::CampaignInput;
use domain::api::page::Activity;
use domain::campaign::{ATTEMPTS_DEFAULT, CampaignSettings, Distribution, Fallback, RecordingMode};
use domain::id::CampaignId;
use domain::retention::Keep;
use domain::time::Timestamp;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder, QuerySelect,
};

use super::{activity, count, from_json, name_key, to_json};
use crate::entity::campaign::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::{Tenant, exactly_one};

/// A campaign as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CampaignRecord {
    pub id: CampaignId,
    pub name: String,
    pub vertical: String,
    pub activity: Activity,
    pub distribution: Distribution,
    pub attempts_max: u32,
    pub recording: RecordingMode,
    /// Its own rule; none follows the account.
    pub recording_keep: Option<Keep>,
    pub fallback: Fallback,
    pub version: i64,
    pub settings: CampaignSettings,
    pub created_at: Timestamp,
}

impl Tenant<'_> {
    /// All campaigns that are not archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn campaigns(&self) -> Result<Vec<CampaignRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::Activity.ne(Activity::Archived.code()))
            .order_by_asc(Column::Name)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// The campaigns that are archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn archived_campaigns(&self) -> Result<Vec<CampaignRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::Activity.eq(Activity::Archived.code()))
            .order_by_asc(Column::Name)
            .all(self.conn)
            .await?;
        rows.into_iter().map(record).collect()
    }

    /// The names of all campaigns, archived ones included.
    ///
    /// # Errors
    /// What the database says.
    pub async fn campaign_names(&self) -> Result<Vec<(CampaignId, String)>, StoreError> {
        let rows: Vec<(uuid::Uuid, String)> = self
            .select::<Entity>()
            .select_only()
            .column(Column::Id)
            .column(Column::Name)
            .into_tuple()
            .all(self.conn)
            .await?;
        Ok(rows
            .into_iter()
            .map(|(id, name)| (CampaignId(id), name))
            .collect())
    }

    /// A campaign.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn campaign(&self, id: CampaignId) -> Result<CampaignRecord, StoreError> {
        let row = self
            .select::<Entity>()
            .filter(Column::Id.eq(id.0))
            .one(self.conn)
            .await?;
        record(row.ok_or(StoreError::NotFound)?)
    }

    /// Adds a campaign.
    ///
    /// # Errors
    /// [`Constraint::CampaignName`](crate::Constraint::CampaignName) if the name is taken.
    pub async fn add_campaign(
        &self,
        id: CampaignId,
        input: &CampaignInput,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let row = ActiveModel {
            account_id: NotSet,
            id: Set(id.0),
            name: Set(input.name.clone()),
            name_key: Set(Some(name_key(&input.name))),
            vertical: Set(input.vertical.clone()),
            activity: Set(Activity::Active.code().to_owned()),
            distribution: Set(Distribution::default().code().to_owned()),
            attempts_max: Set(i64::from(ATTEMPTS_DEFAULT)),
            recording: Set(input.recording.code().to_owned()),
            fallback: Set(to_json("campaign", &input.fallback)?),
            version: Set(1),
            created_at: Set(now.0),
            settings: Set(to_json("campaign", &CampaignSettings::default())?),
            recording_days: Set(input.recording_keep.map(|keep| i64::from(keep.days()))),
        };
        self.insert_quietly::<Entity>(row).await?;
        // Or a number given to it at once would meet plans that do not know the campaign.
        self.bump_generation().await
    }

    /// Replaces a campaign's settings.
    ///
    /// # Errors
    /// [`StoreError::NotFound`], or the name is taken.
    pub async fn update_campaign(
        &self,
        id: CampaignId,
        input: &CampaignInput,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Name, Expr::value(input.name.as_str()))
            .col_expr(Column::NameKey, Expr::value(name_key(&input.name)))
            .col_expr(Column::Vertical, Expr::value(input.vertical.as_str()))
            .col_expr(Column::Recording, Expr::value(input.recording.code()))
            .col_expr(
                Column::RecordingDays,
                Expr::value(input.recording_keep.map(|keep| i64::from(keep.days()))),
            )
            .col_expr(
                Column::Fallback,
                Expr::value(to_json("campaign", &input.fallback)?),
            )
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Replaces a campaign's further settings.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_campaign_settings(
        &self,
        id: CampaignId,
        settings: &CampaignSettings,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(
                Column::Settings,
                Expr::value(to_json("campaign", settings)?),
            )
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Pauses, resumes or archives a campaign.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] if this account has none with that id.
    pub async fn set_campaign_activity(
        &self,
        id: CampaignId,
        activity: Activity,
    ) -> Result<(), StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Activity, Expr::value(activity.code()))
            .filter(Column::Id.eq(id.0));
        exactly_one(update.exec(self.conn).await?.rows_affected)?;
        self.bump_generation().await
    }

    /// Moves a campaign's plan from a known version to the next and returns that.
    ///
    /// # Errors
    /// [`StoreError::Stale`] if somebody else saved meanwhile, [`StoreError::NotFound`].
    pub async fn advance_plan(
        &self,
        id: CampaignId,
        from: i64,
        distribution: Distribution,
        attempts_max: u32,
    ) -> Result<i64, StoreError> {
        let update = self
            .update::<Entity>()
            .col_expr(Column::Version, Expr::col(Column::Version).add(1))
            .col_expr(Column::Distribution, Expr::value(distribution.code()))
            .col_expr(Column::AttemptsMax, Expr::value(i64::from(attempts_max)))
            .filter(Column::Id.eq(id.0))
            .filter(Column::Version.eq(from));
        if update.exec(self.conn).await?.rows_affected == 1 {
            self.bump_generation().await?;
            return Ok(from + 1);
        }
        self.campaign(id).await?;
        Err(StoreError::Stale)
    }
}

fn record(row: Model) -> Result<CampaignRecord, StoreError> {
    Ok(CampaignRecord {
        id: CampaignId(row.id),
        activity: activity("campaign", &row.activity)?,
        distribution: Distribution::ALL
            .into_iter()
            .find(|distribution| distribution.code() == row.distribution)
            .ok_or_else(|| StoreError::corrupt("campaign", &row.distribution))?,
        attempts_max: count(row.attempts_max),
        recording: RecordingMode::from_code(&row.recording)
            .ok_or_else(|| StoreError::corrupt("campaign", &row.recording))?,
        recording_keep: row.recording_days.map(|days| Keep::of_days(count(days))),
        fallback: from_json("campaign", &row.fallback)?,
        settings: from_json("campaign", &row.settings)?,
        name: row.name,
        vertical: row.vertical,
        version: row.version,
        created_at: Timestamp(row.created_at),
    })
}
