//! Buyers.

use domain::access::Permission;
use domain::api::buyer::{BuyerDetail, BuyerForm, BuyerRow};
use domain::api::page::Activity;
use domain::id::BuyerId;
use store::{BuyerRecord, Constraint, Db};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;
use crate::target::TargetRows;
use crate::zone;

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
        Ok(BuyerDetail {
            created: zone::stamp(&op.zone, buyer.created_at),
            row: row(&buyer, &rows, &connected),
        })
    }

    /// Adds a buyer.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `name`.
    pub async fn create(&self, op: &OpCtx, form: &BuyerForm) -> Result<BuyerId, Error> {
        require(op, Permission::EditBuyers)?;
        let name = form.check()?;
        let conn = self.db.write().await?;
        let id = conn
            .tenant(&op.scope)
            .add_buyer(&name, op.now)
            .await
            .or_taken(Constraint::BuyerName, "name", TAKEN)?;
        conn.commit().await?;
        Ok(id)
    }

    /// Renames a buyer.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at `name`.
    pub async fn update(&self, op: &OpCtx, id: BuyerId, form: &BuyerForm) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.buyer(id).await.or_missing("buyer")?;
        let name = form.check()?;
        tenant
            .rename_buyer(id, &name)
            .await
            .or_taken(Constraint::BuyerName, "name", TAKEN)?;
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
