//! Tags of calls, for those who write filters.

use std::collections::BTreeSet;

use domain::tag::Tags;
use domain::tag::name::TagName;
use sea_orm::{QueryOrder, QuerySelect};

use super::from_json;
use crate::entity::call;
use crate::error::StoreError;
use crate::scope::Tenant;

impl Tenant<'_> {
    /// The names of the tags that the newest calls had.
    ///
    /// # Errors
    /// What the database says.
    pub async fn known_tags(&self, calls: u64) -> Result<BTreeSet<TagName>, StoreError> {
        let rows: Vec<String> = self
            .select::<call::Entity>()
            .select_only()
            .column(call::Column::Tags)
            .order_by_desc(call::Column::ArrivedAt)
            .limit(calls)
            .into_tuple()
            .all(self.conn)
            .await?;
        let mut names = BTreeSet::new();
        for row in rows {
            let tags: Tags = from_json("call", &row)?;
            // A name that no filter could ask for is of no use to one.
            names.extend(tags.iter().filter_map(|(name, _)| name.parse().ok()));
        }
        Ok(names)
    }
}
