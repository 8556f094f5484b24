//! The carrier account of an account. Tokens are stored as they come in: sealed.

use domain::time::Timestamp;
use sea_orm::ActiveValue::{NotSet, Set};

use crate::entity::carrier_account::{ActiveModel, Entity, Model};
use crate::error::StoreError;
use crate::scope::Tenant;

/// A carrier account as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarrierAccountRecord {
    /// The carrier's id of it.
    pub sid: String,
    /// What it is called there.
    pub name: String,
    /// Sealed.
    pub token: String,
    /// The token before, and until when it still signs.
    pub former: Option<(String, Timestamp)>,
    pub saved_at: Timestamp,
}

impl Tenant<'_> {
    /// The carrier account, if the account has one of its own.
    ///
    /// # Errors
    /// What the database says.
    pub async fn carrier_account(&self) -> Result<Option<CarrierAccountRecord>, StoreError> {
        let row = self.select::<Entity>().one(self.conn).await?;
        Ok(row.map(record))
    }

    /// Takes the place of the carrier account there was.
    ///
    /// # Errors
    /// [`Constraint::CarrierAccountSid`](crate::Constraint::CarrierAccountSid) if it is another
    /// account's.
    pub async fn set_carrier_account(&self, new: &CarrierAccountRecord) -> Result<(), StoreError> {
        self.remove_carrier_account().await?;
        let (former_token, former_until) = match &new.former {
            Some((token, until)) => (Some(token.clone()), Some(until.0)),
            None => (None, None),
        };
        let row = ActiveModel {
            account_id: NotSet,
            sid: Set(new.sid.clone()),
            name: Set(new.name.clone()),
            token: Set(new.token.clone()),
            former_token: Set(former_token),
            former_until: Set(former_until),
            saved_at: Set(new.saved_at.0),
        };
        self.insert_quietly::<Entity>(row).await
    }

    /// Forgets the carrier account. Its numbers stay.
    ///
    /// # Errors
    /// What the database says.
    pub async fn remove_carrier_account(&self) -> Result<(), StoreError> {
        self.delete::<Entity>().exec(self.conn).await?;
        Ok(())
    }
}

pub(crate) fn record(row: Model) -> CarrierAccountRecord {
    let until = row.former_until.map(Timestamp);
    CarrierAccountRecord {
        sid: row.sid,
        name: row.name,
        token: row.token,
        former: row.former_token.zip(until),
        saved_at: Timestamp(row.saved_at),
    }
}
