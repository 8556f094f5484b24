//! The world, as traits: only what is really outside.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::call::event::CarrierRecord;
use domain::carrier_number::{CarrierNumber, Offer, Prices, Query, Wiring};
use domain::id::{AccountId, CallId, CampaignId, VisitId};
use domain::number_order::Failure;
use domain::phone::E164;
use domain::rtb::answer::Scripts;
use domain::rtb::inquiry::Inquiry;
use domain::time::Timestamp;
use secrecy::SecretString;

/// The one place that knows what time it is.
pub trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
}

/// Makes ids that nobody has used.
pub trait Ids: Send + Sync {
    fn call(&self) -> CallId;
    fn campaign(&self) -> CampaignId;
    fn visit(&self) -> VisitId;
}

/// The carrier could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("the carrier did not answer: {0}")]
pub struct CarrierUnreachable(pub String);

/// Where a recording can be fetched; for the server's own eyes.
#[derive(Debug, Clone)]
pub struct RecordingSource {
    pub carrier_sid: String,
    pub duration_s: u32,
    pub channels: u32,
    /// What signs in where it may be kept.
    pub logins: Vec<CarrierLogin>,
}

/// Takes a file as it arrives, piece by piece.
pub type Sink<'a> = &'a mut (dyn FnMut(&[u8]) + Send);

/// The carrier's records.
#[async_trait]
pub trait Telephony: Send + Sync {
    /// What the carrier knows about a call. A call it does not know is a record without one.
    ///
    /// # Errors
    /// If it could not be asked.
    async fn record(&self, carrier_sid: &str) -> Result<CarrierRecord, CarrierUnreachable>;

    /// The sound of a recording, as WAV.
    ///
    /// # Errors
    /// If it could not be fetched to its end.
    async fn hear(
        &self,
        recording: &RecordingSource,
        sink: Sink<'_>,
    ) -> Result<(), CarrierUnreachable>;

    /// Deletes a recording. One the carrier does not know is deleted.
    ///
    /// # Errors
    /// If the carrier did not do it; it can be asked again.
    async fn delete_recording(&self, carrier_sid: &str) -> Result<(), CarrierUnreachable>;
}

/// What signs in at the carrier; what the carrier sends is signed with the same token.
#[derive(Debug, Clone)]
pub struct CarrierLogin {
    /// The carrier's id of the account.
    pub sid: String,
    pub token: SecretString,
}

/// The carriers that can be asked.
pub trait Carriers: Send + Sync {
    /// Who is asked about calls and recordings, which are at any of these; none where nobody can be.
    fn telephony(&self, logins: &[CarrierLogin]) -> Option<Arc<dyn Telephony>>;

    /// Where the numbers of an account are bought and set up; none at a carrier that sells none.
    fn market(&self, login: &CarrierLogin) -> Option<Arc<dyn NumberMarket>>;
}

/// Why the carrier did not do as it was asked.
#[derive(Debug, thiserror::Error)]
pub enum MarketError {
    /// Too many requests: this one was not looked at.
    #[error("the carrier is too busy")]
    Busy,
    /// No answer, or one that says nothing: what was asked may have been done.
    #[error("the carrier did not answer: {0}")]
    Lost(String),
    #[error("the carrier does not know it")]
    NotFound,
    #[error("the carrier refused: {}", .0.words())]
    Refused(Failure),
}

/// What an order asks the carrier for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purchase {
    pub number: E164,
    /// The name it gets there.
    pub name: String,
    pub wiring: Wiring,
}

/// The carrier's numbers, as one account sees them.
#[async_trait]
pub trait NumberMarket: Send + Sync {
    /// What the account is called. It can be asked for nothing else than whether the login is good.
    async fn account_name(&self) -> Result<String, MarketError>;

    /// What numbers of a country cost a month.
    async fn prices(&self, country: &str) -> Result<Prices, MarketError>;

    /// Numbers for sale, [`FOUND_MAX`](domain::carrier_number::FOUND_MAX) at most; none where the
    /// country has no such kind.
    async fn search(&self, query: &Query) -> Result<Vec<Offer>, MarketError>;

    /// Buys a number and sets it up; the carrier's id of it. Never sent twice by itself unless the
    /// carrier said that it did not look at the first.
    async fn buy(&self, purchase: &Purchase) -> Result<String, MarketError>;

    /// The account's numbers that are this one: one, or none.
    async fn find(&self, number: &E164) -> Result<Vec<CarrierNumber>, MarketError>;

    /// All numbers of the account.
    async fn all(&self) -> Result<Vec<CarrierNumber>, MarketError>;

    /// Has the carrier send what happens on a number here, and nowhere else.
    async fn wire(&self, sid: &str, wiring: &Wiring) -> Result<(), MarketError>;

    /// Gives a number back. One the account does not have is given back.
    async fn release(&self, sid: &str) -> Result<(), MarketError>;
}

/// What came of asking a bidder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    Answer {
        status: u16,
        body: String,
    },
    TimedOut,
    /// The answer was longer than is read.
    TooLarge,
    /// With the reason, as the end of a sentence.
    Unreachable(String),
    /// Nothing was sent, with the reason; that says nothing about the bidder's machine.
    Unsent(String),
}

/// Machines of strangers that are asked for bids.
#[async_trait]
pub trait Bidders: Send + Sync {
    /// Sends a request, once, and waits for the answer so long at most.
    async fn ask(&self, inquiry: &Inquiry, within: Duration) -> Heard;

    /// Whether an address may be asked at all, before anything is sent: a sentence if not.
    fn refuses(&self, url: &str) -> Option<String>;
}

/// Where nobody can be asked, and no function run.
#[derive(Debug, Clone, Copy)]
pub struct NoBidders;

#[async_trait]
impl Bidders for NoBidders {
    async fn ask(&self, _: &Inquiry, _: Duration) -> Heard {
        Heard::Unreachable("nobody can be asked from here.".to_owned())
    }

    fn refuses(&self, _: &str) -> Option<String> {
        None
    }
}

impl Scripts for NoBidders {
    fn run(&self, _: &str, _: &str) -> Result<Option<String>, String> {
        Err("no function can be run here".to_owned())
    }
}

/// What was sealed cannot be opened: by another key, for another account, or changed since.
#[derive(Debug, thiserror::Error)]
#[error("a secret cannot be opened: {0}")]
pub struct VaultError(pub String);

/// Seals secrets so that whoever reads the database alone learns nothing.
pub trait Vault: Send + Sync {
    /// # Errors
    /// If there is no randomness.
    fn seal(&self, account: AccountId, secret: &SecretString) -> Result<String, VaultError>;

    /// # Errors
    /// See [`VaultError`].
    fn open(&self, account: AccountId, sealed: &str) -> Result<SecretString, VaultError>;
}

/// Where nobody keeps secrets: what stores none needs no key.
#[derive(Debug, Clone, Copy)]
pub struct NoVault;

impl Vault for NoVault {
    fn seal(&self, _: AccountId, _: &SecretString) -> Result<String, VaultError> {
        Err(VaultError("there is no key".to_owned()))
    }

    fn open(&self, _: AccountId, _: &str) -> Result<SecretString, VaultError> {
        Err(VaultError("there is no key".to_owned()))
    }
}
