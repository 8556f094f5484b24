//! The settings of the account: the calls of all campaigns, and what the carrier charges.

use domain::access::Permission;
use domain::account::AccountSettings;
use domain::api::account::{AccountForm, RatesForm, RatesView};
use domain::invalid::FieldErrors;
use store::Db;

use crate::error::Error;
use crate::guard::require;
use crate::op::OpCtx;

/// See the module.
#[derive(Debug, Clone)]
pub struct Accounts {
    db: Db,
}

impl Accounts {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// What holds for the calls of all campaigns.
    ///
    /// # Errors
    /// What the database says.
    pub async fn settings(&self, op: &OpCtx) -> Result<AccountForm, Error> {
        Ok(AccountForm::of(&self.stored(op).await?))
    }

    /// What the carrier charges.
    ///
    /// # Errors
    /// What the database says.
    pub async fn rates(&self, op: &OpCtx) -> Result<RatesView, Error> {
        Ok(RatesView::of(self.stored(op).await?.rates.as_ref()))
    }

    /// The settings as they are stored: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn record(&self, op: &OpCtx) -> Result<AccountSettings, Error> {
        self.stored(op).await
    }

    /// Replaces what holds for the calls of all campaigns.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn update(&self, op: &OpCtx, form: &AccountForm) -> Result<(), Error> {
        self.change(op, |settings| {
            form.check()?.put_into(settings);
            Ok(())
        })
        .await
    }

    /// Replaces the carrier's list prices, or the account's own, by these.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn set_rates(&self, op: &OpCtx, form: &RatesForm) -> Result<(), Error> {
        self.change(op, |settings| {
            settings.rates = Some(form.check(&settings.rate_table())?);
            Ok(())
        })
        .await
    }

    /// Goes back to the carrier's list prices.
    ///
    /// # Errors
    /// What the database says.
    pub async fn reset_rates(&self, op: &OpCtx) -> Result<(), Error> {
        self.change(op, |settings| {
            settings.rates = None;
            Ok(())
        })
        .await
    }

    async fn stored(&self, op: &OpCtx) -> Result<AccountSettings, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        Ok(conn.tenant(&op.scope).account_settings().await?)
    }

    async fn change(
        &self,
        op: &OpCtx,
        change: impl FnOnce(&mut AccountSettings) -> Result<(), FieldErrors> + Send,
    ) -> Result<(), Error> {
        require(op, Permission::EditAccount)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        // First, for it makes others wait who change another part of the same settings.
        tenant.bump_generation().await?;
        let mut settings = tenant.account_settings().await?;
        change(&mut settings)?;
        settings.check()?;
        tenant.set_account_settings(&settings).await?;
        Ok(conn.commit().await?)
    }
}
