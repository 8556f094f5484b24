//! A carrier that sells numbers, as a test has it.

use std::collections::VecDeque;
use std::sync::Mutex;

use async_trait::async_trait;
use domain::carrier_number::{CarrierNumber, Kind, Offer, Prices, Query, Wiring};
use domain::id::AccountId;
use domain::money::Micros;
use domain::number_order::Failure;
use domain::phone::E164;
use secrecy::{ExposeSecret as _, SecretString};
use service::port::{MarketError, NumberMarket, Purchase, Vault, VaultError};

/// What goes wrong with the next purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    Busy,
    /// No answer, and nothing was bought.
    LostBefore,
    /// No answer, and it was bought.
    LostAfter,
    /// Somebody else buys it first.
    Taken,
}

/// What the carrier has and did.
#[derive(Debug, Default)]
pub struct Shelves {
    pub for_sale: Vec<String>,
    pub owned: Vec<CarrierNumber>,
    /// For the purchases to come, in turn.
    pub troubles: VecDeque<Trouble>,
    /// Lists that are asked for and do not show what was just bought.
    pub lag: u32,
    pub bought: u32,
    pub searched: Vec<Option<String>>,
    /// The carrier does not answer at all.
    pub silent: bool,
    /// The token that it accepts; empty for any.
    pub token: String,
}

/// See the module.
#[derive(Debug, Default)]
pub struct FakeMarket(pub Mutex<Shelves>);

impl FakeMarket {
    /// Gives the account a number that nobody here knows of.
    pub fn own(&self, number: &str, name: &str, voice_url: &str) {
        let mut shelves = self.0.lock().expect("shelves");
        let sid = format!("PN{}", shelves.owned.len() + 1);
        let wiring = Wiring {
            voice_url: voice_url.to_owned(),
            status_url: String::new(),
        };
        shelves.owned.push(owned(sid, number, name, wiring));
    }
}

fn owned(sid: String, number: &str, name: &str, wiring: Wiring) -> CarrierNumber {
    CarrierNumber {
        sid,
        number: number.parse().expect("number"),
        name: name.to_owned(),
        takes_calls: true,
        wiring,
        voice_method: "POST".to_owned(),
        status_method: "POST".to_owned(),
        application: String::new(),
        trunk: String::new(),
    }
}

fn lost() -> MarketError {
    MarketError::Lost("no answer".to_owned())
}

/// A client of one account: it knows the token that was signed in with.
pub struct Signed(pub std::sync::Arc<FakeMarket>, pub String);

impl Signed {
    fn open(&self) -> Result<std::sync::MutexGuard<'_, Shelves>, MarketError> {
        let shelves = self.0.0.lock().expect("shelves");
        if shelves.silent {
            return Err(lost());
        }
        if !shelves.token.is_empty() && shelves.token != self.1 {
            return Err(MarketError::Refused(Failure::Login));
        }
        Ok(shelves)
    }
}

#[async_trait]
impl NumberMarket for Signed {
    async fn account_name(&self) -> Result<String, MarketError> {
        self.open().map(|_| "Northgate at the carrier".to_owned())
    }

    async fn prices(&self, _: &str) -> Result<Prices, MarketError> {
        self.open()
            .map(|_| Prices(vec![(Kind::Local, Micros(1_150_000))]))
    }

    async fn search(&self, query: &Query) -> Result<Vec<Offer>, MarketError> {
        let mut shelves = self.open()?;
        shelves.searched.push(query.area.clone());
        let fits = |number: &&String| {
            let area = query.area.as_deref().unwrap_or_default();
            number[2..].starts_with(area)
        };
        let found = shelves.for_sale.iter().filter(fits);
        let offers = found.map(|number| Offer {
            number: number.parse().expect("number"),
            locality: "Dallas".to_owned(),
            region: "TX".to_owned(),
            needs_address: false,
        });
        Ok(offers.collect())
    }

    async fn buy(&self, purchase: &Purchase) -> Result<String, MarketError> {
        let mut shelves = self.open()?;
        let trouble = shelves.troubles.pop_front();
        let number = purchase.number.as_str();
        match trouble {
            Some(Trouble::Busy) => return Err(MarketError::Busy),
            Some(Trouble::LostBefore) => return Err(lost()),
            Some(Trouble::Taken) => shelves.for_sale.retain(|n| n != number),
            Some(Trouble::LostAfter) | None => {}
        }
        let Some(at) = shelves.for_sale.iter().position(|n| n == number) else {
            return Err(MarketError::Refused(Failure::Taken));
        };
        shelves.for_sale.remove(at);
        shelves.bought += 1;
        let sid = format!("PN{}", shelves.owned.len() + 1);
        let bought = owned(sid.clone(), number, &purchase.name, purchase.wiring.clone());
        shelves.owned.push(bought);
        match trouble {
            Some(Trouble::LostAfter) => Err(lost()),
            _ => Ok(sid),
        }
    }

    async fn find(&self, number: &E164) -> Result<Vec<CarrierNumber>, MarketError> {
        let mut shelves = self.open()?;
        if shelves.lag > 0 {
            shelves.lag -= 1;
            return Ok(Vec::new());
        }
        let found = shelves.owned.iter().filter(|one| one.number == *number);
        Ok(found.cloned().collect())
    }

    async fn all(&self) -> Result<Vec<CarrierNumber>, MarketError> {
        Ok(self.open()?.owned.clone())
    }

    async fn wire(&self, sid: &str, wiring: &Wiring) -> Result<(), MarketError> {
        let mut shelves = self.open()?;
        let one = shelves.owned.iter_mut().find(|one| one.sid == sid);
        let one = one.ok_or(MarketError::NotFound)?;
        one.wiring = wiring.clone();
        one.application.clear();
        one.trunk.clear();
        Ok(())
    }

    async fn release(&self, sid: &str) -> Result<(), MarketError> {
        self.open()?.owned.retain(|one| one.sid != sid);
        Ok(())
    }
}

/// Seals by writing whose it is in front, so that a test sees what was sealed.
#[derive(Debug)]
pub struct PlainVault;

impl Vault for PlainVault {
    fn seal(&self, account: AccountId, secret: &SecretString) -> Result<String, VaultError> {
        Ok(format!("{account}:{}", secret.expose_secret()))
    }

    fn open(&self, account: AccountId, sealed: &str) -> Result<SecretString, VaultError> {
        let secret = sealed.strip_prefix(&format!("{account}:"));
        secret
            .map(SecretString::from)
            .ok_or_else(|| VaultError("another account's".to_owned()))
    }
}
