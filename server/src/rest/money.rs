//! Amounts of money on the wire: decimal strings beside their currency.

use domain::money::Micros;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

/// An amount of money.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// Digits, and up to six more behind a point.
    #[schema(value_type = String, pattern = "^[0-9]{1,12}(\\.[0-9]{1,6})?$", example = "25.00")]
    amount: Amount,
    #[serde(default)]
    currency: Currency,
}

/// ISO 4217; the one an account is in.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    #[default]
    Usd,
}

/// A decimal.
#[derive(Debug, Clone, Copy)]
pub struct Amount(Micros);

impl Money {
    /// As a form has it.
    pub fn text(&self) -> String {
        self.amount.0.plain()
    }
}

/// An optional amount as a form has it: empty for none.
pub fn money_text(amount: Option<&Money>) -> String {
    amount.map(Money::text).unwrap_or_default()
}

impl From<Micros> for Money {
    fn from(amount: Micros) -> Self {
        Self {
            amount: Amount(amount),
            currency: Currency::Usd,
        }
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let text = self.0.plain();
        match text.contains('.') {
            true => to.serialize_str(&text),
            false => to.serialize_str(&format!("{text}.00")),
        }
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        decimal(&String::deserialize(from)?)
            .map(Self)
            .ok_or_else(|| serde::de::Error::custom("send an amount like 25.00"))
    }
}

/// Digits with a part of up to six behind a point, and nothing else.
fn decimal(text: &str) -> Option<Micros> {
    let (whole, part) = match text.split_once('.') {
        Some((_, "")) => return None,
        Some((whole, part)) => (whole, part),
        None => (text, ""),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    let fits = (1..=12).contains(&whole.len()) && part.len() <= 6;
    (fits && digits(whole) && digits(part))
        .then(|| Micros::parse(text).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_decimal_and_comes_back_as_one() {
        for (sent, back) in [("25", "25.00"), ("25.5", "25.50"), ("0.0085", "0.0085")] {
            let money: Money =
                serde_json::from_value(serde_json::json!({ "amount": sent })).expect(sent);
            let told = serde_json::to_value(&money).expect("a tree");
            assert_eq!(
                told,
                serde_json::json!({ "amount": back, "currency": "USD" })
            );
        }
        for wrong in ["", "$25", "1,250", "-1", "1.", ".5", "1.1234567", "1 "] {
            let sent = serde_json::json!({ "amount": wrong });
            assert!(serde_json::from_value::<Money>(sent).is_err(), "{wrong}");
        }
        let euros = serde_json::json!({ "amount": "25", "currency": "EUR" });
        assert!(serde_json::from_value::<Money>(euros).is_err());
    }
}
