//! The routes of routing plans.

use domain::api::campaign::RouteInput;
use domain::id::{CampaignId, RouteId, TargetGroupId, TargetId};
use domain::plan::{RouteTerms, RouteTo};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, QueryFilter, QueryOrder,
};

use super::{count, from_json, to_json};
use crate::entity::route::{ActiveModel, Column, Entity, Model};
use crate::error::StoreError;
use crate::scope::Tenant;

/// A route as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteRecord {
    pub id: RouteId,
    pub campaign: CampaignId,
    pub to: RouteTo,
    pub priority: u32,
    pub weight: u32,
    pub on: bool,
    pub terms: RouteTerms,
}

impl Tenant<'_> {
    /// The routes of all plans, in plan order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn routes(&self) -> Result<Vec<RouteRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .order_by_asc(Column::Priority)
            .order_by_asc(Column::Place)
            .order_by_asc(Column::Id);
        rows.all(self.conn).await?.into_iter().map(record).collect()
    }

    /// The routes of a campaign's plan, in plan order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn routes_of(&self, campaign: CampaignId) -> Result<Vec<RouteRecord>, StoreError> {
        let rows = self
            .select::<Entity>()
            .filter(Column::CampaignId.eq(campaign.0))
            .order_by_asc(Column::Priority)
            .order_by_asc(Column::Place)
            .order_by_asc(Column::Id);
        rows.all(self.conn).await?.into_iter().map(record).collect()
    }

    /// Makes these the routes of a campaign's plan. A route to a target or group that was in
    /// the plan before keeps its id.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] for a campaign, `Reference` for a target or group
    /// that is not this account's.
    pub async fn replace_routes(
        &self,
        campaign: CampaignId,
        routes: &[RouteInput],
    ) -> Result<(), StoreError> {
        self.campaign(campaign).await?;
        let mut known = self.routes_of(campaign).await?;
        self.delete::<Entity>()
            .filter(Column::CampaignId.eq(campaign.0))
            .exec(self.conn)
            .await?;
        for (place, route) in routes.iter().enumerate() {
            let kept = known
                .iter()
                .position(|k| k.to == route.to)
                .map(|at| known.swap_remove(at));
            let terms = (route.terms.clone())
                .or(kept.as_ref().map(|k| k.terms.clone()))
                .unwrap_or_default();
            let row = ActiveModel {
                account_id: NotSet,
                id: kept.map_or(NotSet, |k| Set(k.id.0)),
                campaign_id: Set(campaign.0),
                target_id: Set(match route.to {
                    RouteTo::Target(id) => Some(id.0),
                    RouteTo::Group(_) => None,
                }),
                group_id: Set(match route.to {
                    RouteTo::Target(_) => None,
                    RouteTo::Group(id) => Some(id.0),
                }),
                priority: Set(i64::from(route.priority)),
                weight: Set(i64::from(route.weight)),
                is_on: Set(route.on),
                place: Set(i64::try_from(place).unwrap_or(i64::MAX)),
                terms: Set(to_json("route", &terms)?),
            };
            self.insert_quietly::<Entity>(row).await?;
        }
        self.bump_generation().await
    }
}

fn record(row: Model) -> Result<RouteRecord, StoreError> {
    let to = match (row.target_id, row.group_id) {
        (Some(target), None) => RouteTo::Target(TargetId(target)),
        (None, Some(group)) => RouteTo::Group(TargetGroupId(group)),
        ends => return Err(StoreError::corrupt("route", format!("{ends:?}"))),
    };
    Ok(RouteRecord {
        id: RouteId(row.id),
        campaign: CampaignId(row.campaign_id),
        to,
        priority: count(row.priority),
        weight: count(row.weight),
        on: row.is_on,
        terms: from_json("route", &row.terms)?,
    })
}
