//! Buyers.

use domain::access::Permission;
use domain::api::buyer::{BuyerDetail, BuyerForm, BuyerRow};
use domain::api::page::Activity;
use domain::api::target::Inherited;
use domain::id::BuyerId;
use store::{BuyerRecord, Constraint, Db};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;
use crate::target::TargetRows;
use crate::{filter, zone};

const TAKEN: &str = "Another buyer has this name.";

/// See the module.
#[derive(Debug, Clone)]
pub struct Buyers {
    db: Db,
}

impl Buyers {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// All buyers with their targets.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<Vec<BuyerRow>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let rows = TargetRows::load(&conn, op).await?;
        let connected = tenant
            .connected_by_buyer(zone::today(&op.zone, op.now))
            .await?;
        Ok(tenant
            .buyers()
            .await?
            .iter()
            .map(|b| row(b, &rows, &connected))
            .collect())
    }

    /// A buyer with its targets.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn detail(&self, op: &OpCtx, id: BuyerId) -> Result<BuyerDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let buyer = tenant.buyer(id).await.or_missing("buyer")?;
        let rows = TargetRows::load(&conn, op).await?;
        let connected = tenant
            .connected_by_buyer(zone::today(&op.zone, op.now))
            .await?;
        let filters = filter::choices(&tenant).await?;
        Ok(BuyerDetail {
            created: zone::stamp(&op.zone, buyer.created_at),
            form: BuyerForm::of(&buyer.name, &buyer.settings),
            inherited: Inherited::of(&buyer.settings),
            filter_warning: filter::unknown_tags(&buyer.settings.filter, &filters)
                .unwrap_or_default(),
            filters,
            row: row(&buyer, &rows, &connected),
        })
    }

    /// All buyers as they are stored: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn records(&self, op: &OpCtx) -> Result<Vec<BuyerRecord>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        Ok(conn.tenant(&op.scope).buyers().await?)
    }

    /// A buyer as it is stored: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn record(&self, op: &OpCtx, id: BuyerId) -> Result<BuyerRecord, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        conn.tenant(&op.scope).buyer(id).await.or_missing("buyer")
    }

    /// Adds a buyer.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create(&self, op: &OpCtx, form: &BuyerForm) -> Result<BuyerId, Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let input = form.check_with(Some(&tenant.lists().await?))?;
        let id = tenant.add_buyer(&input.name, op.now).await.or_taken(
            Constraint::BuyerName,
            "name",
            TAKEN,
        )?;
        tenant.set_buyer_settings(id, &input.settings).await?;
        conn.commit().await?;
        Ok(id)
    }

    /// Replaces a buyer's name and what its targets take from it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn update(&self, op: &OpCtx, id: BuyerId, form: &BuyerForm) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.buyer(id).await.or_missing("buyer")?;
        let input = form.check_with(Some(&tenant.lists().await?))?;
        tenant.rename_buyer(id, &input.name).await.or_taken(
            Constraint::BuyerName,
            "name",
            TAKEN,
        )?;
        tenant.set_buyer_settings(id, &input.settings).await?;
        Ok(conn.commit().await?)
    }

    /// Pauses, resumes or archives a buyer; its targets follow while it lasts.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_activity(
        &self,
        op: &OpCtx,
        id: BuyerId,
        activity: Activity,
    ) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        conn.tenant(&op.scope)
            .set_buyer_activity(id, activity)
            .await
            .or_missing("buyer")?;
        Ok(conn.commit().await?)
    }
}

fn row(buyer: &BuyerRecord, rows: &TargetRows, connected: &[(BuyerId, u32)]) -> BuyerRow {
    let targets = rows.of_buyer(buyer);
    BuyerRow {
        id: buyer.id,
        name: buyer.name.clone(),
        activity: buyer.activity,
        live: targets.iter().map(|t| t.lines.count).sum(),
        connected_today: connected
            .iter()
            .find(|(id, _)| *id == buyer.id)
            .map_or(0, |(_, calls)| *calls),
        targets,
    }
}
