//! The carrier account that an account's numbers are in: its own, or the server's.

use std::sync::Arc;

use domain::access::Permission;
use domain::api::carrier_account::{
    CarrierAccountForm, CarrierAccountView, Connection, OwnAccount,
};
use domain::carrier_account::FORMER_TOKEN_S;
use domain::id::AccountId;
use domain::invalid::FieldErrors;
use domain::number_order::Failure;
use domain::time::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use store::{CarrierAccountRecord, Constraint, Db, StoreError, Tenant, TenantScope};

use crate::error::{Error, OrTaken};
use crate::guard::require;
use crate::lately::Lately;
use crate::op::OpCtx;
use crate::port::{
    CarrierLogin, Carriers, MarketError, NumberMarket, Telephony, Vault, VaultError,
};
use crate::zone;

/// Whoever may have signed a request with this account's name on it.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The one whose calls it may be about.
    pub scope: TenantScope,
    pub tokens: Vec<SecretString>,
}

/// What an account can do at its carrier.
pub(crate) struct Reach {
    pub(crate) connection: Connection,
    /// The carrier account is the server's and other companies use it, too: what is in it and not this
    /// account's may be theirs.
    pub(crate) shared: bool,
    /// None where nothing is connected.
    pub(crate) desk: Option<Desk>,
}

impl Reach {
    /// The desk, or why there is none.
    pub(crate) fn desk(self) -> Result<Desk, Error> {
        self.desk.ok_or_else(not_connected)
    }
}

/// Where an account's numbers are bought.
pub(crate) struct Desk {
    /// The carrier account, by the carrier's id.
    pub(crate) sid: String,
    pub(crate) market: Arc<dyn NumberMarket>,
}

/// See the module.
#[derive(Clone)]
pub struct CarrierAccounts {
    db: Db,
    carriers: Arc<dyn Carriers>,
    vault: Arc<dyn Vault>,
    /// The server's, which stands in for accounts without an own one.
    server: Option<CarrierLogin>,
    /// The accounts' own; none for those without.
    logins: Lately<AccountId, Option<CarrierLogin>>,
    signers: Lately<String, Signer>,
}

impl std::fmt::Debug for CarrierAccounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CarrierAccounts").finish_non_exhaustive()
    }
}

impl CarrierAccounts {
    pub(crate) fn new(
        db: Db,
        carriers: Arc<dyn Carriers>,
        vault: Arc<dyn Vault>,
        server: Option<CarrierLogin>,
    ) -> Self {
        Self {
            db,
            carriers,
            vault,
            server,
            logins: Lately::default(),
            signers: Lately::default(),
        }
    }

    /// How an account is connected.
    ///
    /// # Errors
    /// What the database says.
    pub async fn view(&self, op: &OpCtx) -> Result<CarrierAccountView, Error> {
        require(op, Permission::EditAccount)?;
        let conn = self.db.read().await?;
        let own = conn.tenant(&op.scope).carrier_account().await?;
        Ok(CarrierAccountView {
            connection: self.connection(own.is_some()),
            own: own.map(|own| OwnAccount {
                sid: own.sid,
                name: own.name,
                saved: zone::stamp(&op.zone, own.saved_at),
                former_until: own
                    .former
                    .filter(|(_, until)| *until > op.now)
                    .map(|(_, until)| zone::stamp(&op.zone, until)),
            }),
            server: self.server.is_some(),
        })
    }

    fn connection(&self, own: bool) -> Connection {
        match (own, &self.server) {
            (true, _) => Connection::Own,
            (false, Some(_)) => Connection::Server,
            (false, None) => Connection::None,
        }
    }

    /// Connects a carrier account, or replaces its token, once the carrier has said that both are good.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `sid` or `token`; [`Error::Conflict`] while numbers are being bought with
    /// another one, or if the carrier does not answer.
    pub async fn save(&self, op: &OpCtx, form: &CarrierAccountForm) -> Result<(), Error> {
        require(op, Permission::EditAccount)?;
        let new = form.check()?;
        if self
            .server
            .as_ref()
            .is_some_and(|server| server.sid == new.sid)
        {
            let message = "This is the server’s own carrier account, which is used already.";
            return Err(FieldErrors::one("sid", "server", message).into());
        }
        let login = CarrierLogin {
            sid: new.sid,
            token: new.token.into(),
        };
        // Asked outside any transaction: the carrier may take seconds.
        let market = self.carriers.market(&login);
        let market = market.ok_or_else(not_connected)?;
        let name = match market.account_name().await {
            Ok(name) => name,
            Err(error) => return Err(not_good(error)),
        };
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let before = tenant.carrier_account().await?;
        let same = before
            .as_ref()
            .is_some_and(|before| before.sid == login.sid);
        if !same && tenant.orders_open().await? > 0 {
            return Err(buying());
        }
        let account = op.scope.account();
        let former = match before.filter(|_| same) {
            Some(before) => match self.vault.open(account, &before.token) {
                Ok(known) if known.expose_secret() == login.token.expose_secret() => before.former,
                Ok(_) => Some((before.token, op.now.plus_secs(FORMER_TOKEN_S))),
                // Sealed by a key that is gone.
                Err(_) => None,
            },
            None => None,
        };
        let record = CarrierAccountRecord {
            sid: login.sid,
            name,
            token: self.vault.seal(account, &login.token).map_err(locked)?,
            former,
            saved_at: op.now,
        };
        tenant.set_carrier_account(&record).await.or_taken(
            Constraint::CarrierAccountSid,
            "sid",
            "Another account on this server has connected this carrier account.",
        )?;
        conn.commit().await?;
        self.forget();
        tracing::info!(account = %account, user = %op.actor.user_id, "connected a carrier account");
        Ok(())
    }

    /// Forgets the account's own carrier account; the numbers stay, here and there.
    ///
    /// # Errors
    /// [`Error::Conflict`] while numbers are being bought with it.
    pub async fn remove(&self, op: &OpCtx) -> Result<(), Error> {
        require(op, Permission::EditAccount)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        if tenant.orders_open().await? > 0 {
            return Err(buying());
        }
        tenant.remove_carrier_account().await?;
        conn.commit().await?;
        self.forget();
        tracing::info!(account = %op.scope.account(), user = %op.actor.user_id, "disconnected the carrier account");
        Ok(())
    }

    fn forget(&self) {
        self.logins.forget();
        self.signers.forget();
    }

    /// What signs in with the account's own carrier account.
    async fn own(
        &self,
        scope: &TenantScope,
        now: Timestamp,
    ) -> Result<Option<CarrierLogin>, Error> {
        let account = scope.account();
        if let Some(known) = self.logins.get(&account, now) {
            return Ok(known);
        }
        let conn = self.db.read().await?;
        let own = conn.tenant(scope).carrier_account().await?;
        let own = own
            .map(|own| {
                let token = self.vault.open(account, &own.token).map_err(locked)?;
                Ok::<_, Error>(CarrierLogin {
                    sid: own.sid,
                    token,
                })
            })
            .transpose()?;
        self.logins.keep(account, own.clone(), now);
        Ok(own)
    }

    /// What signs in at the carriers that an account's calls may be at: its own, and the server's from
    /// before it had one.
    ///
    /// # Errors
    /// What the database says; [`Error::Internal`] if the stored token cannot be opened.
    pub(crate) async fn logins(
        &self,
        scope: &TenantScope,
        now: Timestamp,
    ) -> Result<Vec<CarrierLogin>, Error> {
        let own = self.own(scope, now).await?;
        Ok(own.into_iter().chain(self.server.clone()).collect())
    }

    /// How an account is connected, without opening anything.
    ///
    /// # Errors
    /// What the database says.
    pub(crate) async fn connected(&self, tenant: &Tenant<'_>) -> Result<Connection, StoreError> {
        let own = tenant.carrier_account().await?;
        Ok(self.connection(own.is_some()))
    }

    /// What an account can do at its carrier.
    ///
    /// # Errors
    /// As [`logins`](Self::logins).
    pub(crate) async fn reach(&self, scope: &TenantScope, now: Timestamp) -> Result<Reach, Error> {
        let own = self.own(scope, now).await?;
        let connection = self.connection(own.is_some());
        let shared = match connection {
            Connection::Own | Connection::None => false,
            Connection::Server => {
                let conn = self.db.read().await?;
                conn.platform().scope_for_installation().await? != Some(*scope)
            }
        };
        let login = own.or_else(|| self.server.clone());
        let desk = login.and_then(|login| {
            let market = self.carriers.market(&login)?;
            let sid = login.sid;
            Some(Desk { sid, market })
        });
        Ok(Reach {
            connection,
            shared,
            desk,
        })
    }

    /// Who is asked about an account's calls and recordings; none where nobody can be.
    ///
    /// # Errors
    /// As [`logins`](Self::logins).
    pub(crate) async fn telephony(
        &self,
        scope: &TenantScope,
        now: Timestamp,
    ) -> Result<Option<Arc<dyn Telephony>>, Error> {
        let logins = self.logins(scope, now).await?;
        Ok(self.carriers.telephony(&logins))
    }

    /// Whoever may sign with the name of a carrier account; none for the server's own and for strangers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn signer(&self, sid: &str, now: Timestamp) -> Result<Option<Signer>, Error> {
        let is_server = self.server.as_ref().is_some_and(|server| server.sid == sid);
        // What no account can be called is looked up for nobody.
        if is_server || domain::carrier_account::sid("sid", sid).as_deref() != Ok(sid) {
            return Ok(None);
        }
        if let Some(known) = self.signers.get(&sid.to_owned(), now) {
            return Ok(Some(known));
        }
        let conn = self.db.read().await?;
        let found = conn.platform().holder_of_carrier_account(sid).await?;
        drop(conn);
        // Nor is it remembered: names can be made up without end.
        let Some((scope, record)) = found else {
            return Ok(None);
        };
        let account = scope.account();
        let former = record.former.filter(|(_, until)| *until > now);
        // One that cannot be opened any more signs nothing.
        let former = former.and_then(|(token, _)| self.vault.open(account, &token).ok());
        let token = self.vault.open(account, &record.token).map_err(locked)?;
        let signer = Signer {
            scope,
            tokens: std::iter::once(token).chain(former).collect(),
        };
        self.signers.keep(sid.to_owned(), signer.clone(), now);
        Ok(Some(signer))
    }
}

fn not_connected() -> Error {
    Error::Conflict {
        code: "not_connected",
        message: "No carrier account is connected. Connect one in the settings first.".to_owned(),
    }
}

fn buying() -> Error {
    Error::Conflict {
        code: "orders_open",
        message: "Numbers are being bought with the connected account. Wait until that is over."
            .to_owned(),
    }
}

/// The carrier's answer to a login, at the field to mend.
fn not_good(error: MarketError) -> Error {
    match error {
        MarketError::NotFound | MarketError::Refused(Failure::Login) => FieldErrors::one(
            "token",
            "refused",
            "The carrier does not accept this SID and token together. Copy both from its console.",
        )
        .into(),
        MarketError::Refused(failure) => {
            FieldErrors::one("sid", "refused", &failure.words()).into()
        }
        silent @ (MarketError::Busy | MarketError::Lost(_)) => {
            tracing::warn!(error = %silent, "a carrier account could not be tested");
            Error::Conflict {
                code: "carrier_silent",
                message: "The carrier did not answer, so the account could not be tested. Nothing was changed; try again.".to_owned(),
            }
        }
    }
}

fn locked(error: VaultError) -> Error {
    Error::Internal(Box::new(error))
}
