//! Numbers of the carrier's REST API (twilio-reference 4): for sale, owned, set up, given back.
//!
//! A purchase is sent once: what its answer was lost of is for the order to find out.

use super::{Rest, RestError};
use async_trait::async_trait;
use domain::carrier_number::{CarrierNumber, FOUND_MAX, Kind, Offer, Prices, Query, Wiring};
use domain::money::Micros;
use domain::number_order::Failure;
use domain::phone::E164;
use reqwest::Method;
use serde::Deserialize;
use service::port::{MarketError, NumberMarket, Purchase};

/// Rows of one page of owned numbers: the carrier's largest.
const PAGE_SIZE: &str = "1000";
/// Pages that are followed: no account of ours has a hundred thousand numbers.
const PAGES_MAX: usize = 100;

#[derive(Debug, Deserialize)]
struct AccountJson {
    #[serde(default)]
    friendly_name: String,
    #[serde(default)]
    status: String,
}

#[derive(Debug, Deserialize)]
struct OffersJson {
    #[serde(default)]
    available_phone_numbers: Vec<OfferJson>,
}

#[derive(Debug, Deserialize)]
struct OfferJson {
    phone_number: String,
    locality: Option<String>,
    region: Option<String>,
    address_requirements: Option<String>,
}

#[derive(Debug, Deserialize)]
struct NumbersJson {
    #[serde(default)]
    incoming_phone_numbers: Vec<NumberJson>,
    next_page_uri: Option<String>,
}

#[derive(Debug, Deserialize)]
struct NumberJson {
    sid: String,
    phone_number: String,
    friendly_name: Option<String>,
    voice_url: Option<String>,
    voice_method: Option<String>,
    status_callback: Option<String>,
    status_callback_method: Option<String>,
    voice_application_sid: Option<String>,
    trunk_sid: Option<String>,
    capabilities: Option<CapabilitiesJson>,
}

#[derive(Debug, Deserialize)]
struct CapabilitiesJson {
    #[serde(default)]
    voice: bool,
}

#[derive(Debug, Deserialize)]
struct BoughtJson {
    sid: String,
}

#[derive(Debug, Deserialize)]
struct PricesJson {
    #[serde(default)]
    phone_number_prices: Vec<PriceJson>,
}

#[derive(Debug, Deserialize)]
struct PriceJson {
    number_type: String,
    current_price: Option<String>,
    base_price: Option<String>,
}

#[async_trait]
impl NumberMarket for Rest {
    async fn account_name(&self) -> Result<String, MarketError> {
        let account: AccountJson = self.get_at(&self.account_url(".json"), &[]).await?;
        match account.status.as_str() {
            "" | "active" => Ok(account.friendly_name),
            status => Err(MarketError::Refused(Failure::Other {
                code: 0,
                message: format!("the account is {status}"),
            })),
        }
    }

    async fn prices(&self, country: &str) -> Result<Prices, MarketError> {
        let url = format!("{}/v1/PhoneNumbers/Countries/{country}", self.api.pricing);
        let prices: PricesJson = self.get_at(&url, &[]).await?;
        Ok(Prices(
            prices
                .phone_number_prices
                .iter()
                .filter_map(price)
                .collect(),
        ))
    }

    async fn search(&self, query: &Query) -> Result<Vec<Offer>, MarketError> {
        let most = FOUND_MAX.to_string();
        let mut parameters = Vec::new();
        let given = [
            ("AreaCode", query.area.as_deref()),
            ("Contains", query.pattern.as_deref()),
            ("VoiceEnabled", Some("true")),
            ("InRegion", query.region.as_deref()),
            ("InLocality", query.locality.as_deref()),
            ("PageSize", Some(most.as_str())),
        ];
        for (name, value) in given {
            if let Some(value) = value {
                parameters.push((name, value));
            }
        }
        let path = format!(
            "AvailablePhoneNumbers/{}/{}.json",
            query.country,
            kind_word(query.kind)
        );
        let found: OffersJson = match self.get(&path, &parameters).await {
            Ok(found) => found,
            // The country has no numbers of this kind.
            Err(RestError::NotFound) => return Ok(Vec::new()),
            Err(error) => return Err(error.into()),
        };
        let offers = found.available_phone_numbers.into_iter();
        Ok(offers.filter_map(offer).take(FOUND_MAX as usize).collect())
    }

    async fn buy(&self, purchase: &Purchase) -> Result<String, MarketError> {
        let wiring = &purchase.wiring;
        let parameters = [
            ("PhoneNumber", purchase.number.as_str()),
            ("FriendlyName", purchase.name.as_str()),
            ("StatusCallback", wiring.status_url.as_str()),
            ("StatusCallbackMethod", "POST"),
            ("VoiceMethod", "POST"),
            ("VoiceUrl", wiring.voice_url.as_str()),
        ];
        let answer = self
            .send(Method::POST, "IncomingPhoneNumbers.json", &parameters, None)
            .await?;
        let bought: BoughtJson = self.read(answer).await?;
        Ok(bought.sid)
    }

    async fn find(&self, number: &E164) -> Result<Vec<CarrierNumber>, MarketError> {
        let parameters = [("PhoneNumber", number.as_str())];
        let found: NumbersJson = self.get("IncomingPhoneNumbers.json", &parameters).await?;
        let numbers = found.incoming_phone_numbers.into_iter();
        Ok(numbers.filter_map(carrier_number).collect())
    }

    async fn all(&self) -> Result<Vec<CarrierNumber>, MarketError> {
        let mut page: NumbersJson = self
            .get("IncomingPhoneNumbers.json", &[("PageSize", PAGE_SIZE)])
            .await?;
        let mut all = Vec::new();
        for _ in 0..PAGES_MAX {
            all.extend(
                page.incoming_phone_numbers
                    .into_iter()
                    .filter_map(carrier_number),
            );
            // Followed as it was given, never built (twilio-reference 4).
            let Some(next) = page.next_page_uri.filter(|uri| uri.starts_with('/')) else {
                return Ok(all);
            };
            page = self
                .get_at(&format!("{}{next}", self.api.base), &[])
                .await?;
        }
        Err(MarketError::Lost(
            "the list of numbers has no end".to_owned(),
        ))
    }

    async fn wire(&self, sid: &str, wiring: &Wiring) -> Result<(), MarketError> {
        let path = format!("IncomingPhoneNumbers/{}.json", super::segment(sid));
        // An application or a trunk would take the calls whatever the address says.
        let parameters = [
            ("StatusCallback", wiring.status_url.as_str()),
            ("StatusCallbackMethod", "POST"),
            ("TrunkSid", ""),
            ("VoiceApplicationSid", ""),
            ("VoiceMethod", "POST"),
            ("VoiceUrl", wiring.voice_url.as_str()),
        ];
        self.send(Method::POST, &path, &parameters, None).await?;
        Ok(())
    }

    async fn release(&self, sid: &str) -> Result<(), MarketError> {
        let path = format!("IncomingPhoneNumbers/{}.json", super::segment(sid));
        match self.send(Method::DELETE, &path, &[], None).await {
            Ok(_) | Err(RestError::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl From<RestError> for MarketError {
    fn from(error: RestError) -> Self {
        match error {
            RestError::NotSetUp => Self::Refused(Failure::NotConnected),
            RestError::NotFound => Self::NotFound,
            RestError::Unreachable(source) => Self::Lost(source.to_string()),
            RestError::Refused {
                status,
                code,
                message,
            } => match (status, code) {
                (429, _) | (_, 20429) => Self::Busy,
                (500.., _) => Self::Lost(message),
                (401, _) | (_, 20003) => Self::Refused(Failure::Login),
                (_, 21422) => Self::Refused(Failure::Taken),
                (_, 21404) => Self::Refused(Failure::Trial),
                (_, 21631 | 21649) => Self::Refused(Failure::Papers),
                _ => Self::Refused(Failure::Other { code, message }),
            },
        }
    }
}

/// As the path names it.
fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Local => "Local",
        Kind::TollFree => "TollFree",
        Kind::Mobile => "Mobile",
    }
}

fn price(json: &PriceJson) -> Option<(Kind, Micros)> {
    let kind = match json.number_type.as_str() {
        "local" => Kind::Local,
        "toll free" => Kind::TollFree,
        "mobile" => Kind::Mobile,
        _ => return None,
    };
    let text = json.current_price.as_ref().or(json.base_price.as_ref())?;
    Some((kind, Micros::parse(text).ok()?))
}

/// None for what is no number that a person could dial.
fn offer(json: OfferJson) -> Option<Offer> {
    let requirement = json.address_requirements.unwrap_or_default();
    Some(Offer {
        number: json.phone_number.parse().ok()?,
        locality: json.locality.unwrap_or_default(),
        region: json.region.unwrap_or_default(),
        needs_address: !matches!(requirement.as_str(), "" | "none"),
    })
}

fn carrier_number(json: NumberJson) -> Option<CarrierNumber> {
    Some(CarrierNumber {
        sid: json.sid,
        number: json.phone_number.parse().ok()?,
        name: json.friendly_name.unwrap_or_default(),
        takes_calls: json.capabilities.is_none_or(|able| able.voice),
        wiring: Wiring {
            voice_url: json.voice_url.unwrap_or_default(),
            status_url: json.status_callback.unwrap_or_default(),
        },
        voice_method: json.voice_method.unwrap_or_default(),
        status_method: json.status_callback_method.unwrap_or_default(),
        application: json.voice_application_sid.unwrap_or_default(),
        trunk: json.trunk_sid.unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: u16, code: i64) -> MarketError {
        RestError::Refused {
            status,
            code,
            message: "no".to_owned(),
        }
        .into()
    }

    #[test]
    fn a_refusal_says_whether_something_may_have_been_bought() {
        assert!(matches!(refused(429, 20429), MarketError::Busy));
        for status in [500, 502, 503, 504] {
            assert!(matches!(refused(status, 20500), MarketError::Lost(_)));
        }
        for (status, code, failure) in [
            (401, 20003, Failure::Login),
            (400, 21422, Failure::Taken),
            (400, 21404, Failure::Trial),
            (400, 21631, Failure::Papers),
            (400, 21649, Failure::Papers),
        ] {
            let MarketError::Refused(found) = refused(status, code) else {
                panic!("{code} is refused for sure")
            };
            assert_eq!(found, failure);
        }
        assert!(matches!(
            refused(400, 21421),
            MarketError::Refused(Failure::Other { code: 21421, .. })
        ));
    }

    #[test]
    fn the_carriers_lists_are_read() {
        let number: NumberJson = serde_json::from_str(
            r#"{"sid":"PN1","phone_number":"+12145550100","friendly_name":null,"voice_url":"","voice_application_sid":null,"capabilities":{"voice":true,"sms":true}}"#,
        )
        .expect("number");
        let number = carrier_number(number).expect("a number");
        assert!(number.takes_calls && number.wiring == Wiring::default());
        let prices: PricesJson = serde_json::from_str(
            r#"{"phone_number_prices":[{"number_type":"toll free","base_price":"2.15","current_price":"2.00"},{"number_type":"national","current_price":"9"}]}"#,
        )
        .expect("prices");
        let all: Vec<_> = prices
            .phone_number_prices
            .iter()
            .filter_map(price)
            .collect();
        assert_eq!(all, [(Kind::TollFree, Micros(2_000_000))]);
    }
}
