//! Amounts as bidders write them: read where there is one meaning, refused with the reason where
//! there are two.

use crate::money::Micros;

/// The largest bid: more is a mistake of the bidder's.
pub const BID_MAX: Micros = Micros(100_000_000_000);
/// The longest text that is looked at, in bytes.
const TEXT_BYTES_MAX: usize = 64;
const PER_UNIT: u128 = 1_000_000;

/// Why a text is no bid.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum BadAmount {
    #[error("It is empty.")]
    Empty,
    #[error("It is no number.")]
    NoNumber,
    #[error("It is negative.")]
    Negative,
    #[error("It can be read in two ways: the comma may group thousands or begin the decimals.")]
    Ambiguous,
    #[error("It is in {0}, and this bidder bids in {1}.")]
    OtherCurrency(String, String),
    #[error("It is more than {BID_MAX}.")]
    TooLarge,
}

/// Signs that stand for one currency by themselves. A dollar sign is that of the expected currency if
/// it is called a dollar.
const SIGNS: [(char, &str); 3] = [('€', "EUR"), ('£', "GBP"), ('₹', "INR")];
const DOLLARS: [&str; 4] = ["USD", "CAD", "AUD", "NZD"];

/// Reads an amount in `currency` (ISO 4217): `12.5`, `"$12.50"`, `12,50`, `1,250.00`, `1.25e1`,
/// `12.50 USD`. More than six decimals are rounded half-up.
///
/// # Errors
/// [`BadAmount`].
pub fn read(text: &str, currency: &str) -> Result<Micros, BadAmount> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BadAmount::Empty);
    }
    if text.len() > TEXT_BYTES_MAX {
        return Err(BadAmount::NoNumber);
    }
    let number = without_currency(text, currency)?;
    let (mantissa, exponent) = exponent(number)?;
    let plain = with_point(mantissa)?;
    micros(&plain, exponent)
}

/// The digits with what stands between them. The word or sign of the currency may stand before or
/// behind.
fn without_currency<'a>(text: &'a str, currency: &str) -> Result<&'a str, BadAmount> {
    let of_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    let (Some(begin), Some(last)) = (text.find(of_number), text.rfind(of_number)) else {
        return Err(BadAmount::NoNumber);
    };
    let (before, number, behind) = (&text[..begin], &text[begin..=last], &text[last + 1..]);
    let minus = ['-', '\u{2212}', '('];
    let word = |c: char| c.is_whitespace() || c == '+' || c == ')' || minus.contains(&c);
    is_currency(before.trim_matches(word), currency)?;
    is_currency(behind.trim_matches(word), currency)?;
    if before.contains(minus) {
        return Err(BadAmount::Negative);
    }
    Ok(number)
}

fn is_currency(word: &str, currency: &str) -> Result<(), BadAmount> {
    let other = |named: &str| {
        Err(BadAmount::OtherCurrency(
            named.to_owned(),
            currency.to_owned(),
        ))
    };
    if word.is_empty() || word.eq_ignore_ascii_case(currency) {
        return Ok(());
    }
    if word == "$" {
        return if DOLLARS.contains(&currency) {
            Ok(())
        } else {
            other("dollars")
        };
    }
    let mut chars = word.chars();
    if let (Some(sign), None) = (chars.next(), chars.next())
        && let Some((_, named)) = SIGNS.iter().find(|(known, _)| *known == sign)
    {
        return if *named == currency {
            Ok(())
        } else {
            other(named)
        };
    }
    if word.len() == 3 && word.bytes().all(|b| b.is_ascii_alphabetic()) {
        let named = word.to_ascii_uppercase();
        return match named.as_str() {
            "NAN" | "INF" => Err(BadAmount::NoNumber),
            named => other(named),
        };
    }
    Err(BadAmount::NoNumber)
}

/// The number before an exponent, and the exponent.
fn exponent(number: &str) -> Result<(&str, i32), BadAmount> {
    let Some((mantissa, power)) = number.split_once(['e', 'E']) else {
        return Ok((number, 0));
    };
    let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
    if digits.is_empty() || digits.len() > 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(BadAmount::NoNumber);
    }
    let power = power.parse().map_err(|_| BadAmount::NoNumber)?;
    Ok((mantissa, power))
}

/// The number with a point before its decimals and nothing between its thousands.
fn with_point(number: &str) -> Result<String, BadAmount> {
    let known = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',');
    if !number.chars().all(known) || !number.bytes().any(|b| b.is_ascii_digit()) {
        return Err(BadAmount::NoNumber);
    }
    let (points, commas) = (number.matches('.').count(), number.matches(',').count());
    match (points, commas) {
        (0 | 1, 0) => Ok(number.to_owned()),
        (0, 1) => {
            let (whole, part) = number.split_once(',').unwrap_or((number, ""));
            // Three digits behind it may be a thousand; a group before has one to three of them.
            let thousand = part.len() == 3 && (1..=3).contains(&whole.len());
            if thousand && whole != "0" {
                Err(BadAmount::Ambiguous)
            } else {
                Ok(format!("{whole}.{part}"))
            }
        }
        (0 | 1, _)
            if grouped(number.split('.').next().unwrap_or(""), ',')
                && last_mark(number) != Some(',')
                || points == 0 && grouped(number, ',') =>
        {
            Ok(number.replace(',', ""))
        }
        (_, 1)
            if last_mark(number) == Some(',')
                && grouped(number.split(',').next().unwrap_or(""), '.') =>
        {
            Ok(number.replace('.', "").replace(',', "."))
        }
        (2.., 0) if grouped(number, '.') => Ok(number.replace('.', "")),
        _ => Err(BadAmount::NoNumber),
    }
}

fn last_mark(number: &str) -> Option<char> {
    number.chars().rev().find(|c| matches!(c, '.' | ','))
}

/// Whether a mark stands between groups of three digits.
fn grouped(number: &str, mark: char) -> bool {
    let mut groups = number.split(mark);
    let first = groups.next().is_some_and(|g| (1..=3).contains(&g.len()));
    first && groups.all(|group| group.len() == 3)
}

fn micros(plain: &str, exponent: i32) -> Result<Micros, BadAmount> {
    let (whole, part) = plain.split_once('.').unwrap_or((plain, ""));
    let digits: u128 = format!("{whole}{part}")
        .parse()
        .map_err(|_| BadAmount::TooLarge)?;
    // digits × 10^(exponent − decimals), in millionths.
    let scale = exponent - i32::try_from(part.len()).map_err(|_| BadAmount::NoNumber)?;
    let millionths = if digits == 0 {
        0
    } else if scale >= 0 {
        10_u128
            .checked_pow(scale.unsigned_abs())
            .and_then(|power| digits.checked_mul(power))
            .and_then(|units| units.checked_mul(PER_UNIT))
            .ok_or(BadAmount::TooLarge)?
    } else {
        let all = digits.checked_mul(PER_UNIT).ok_or(BadAmount::TooLarge)?;
        match 10_u128.checked_pow(scale.unsigned_abs()) {
            Some(power) => all / power + u128::from(all % power >= power.div_ceil(2)),
            None => 0,
        }
    };
    let amount = i64::try_from(millionths).map_err(|_| BadAmount::TooLarge)?;
    if Micros(amount) > BID_MAX {
        return Err(BadAmount::TooLarge);
    }
    Ok(Micros(amount))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_one_meaning_is_read() {
        for (text, micros) in [
            ("12.5", 12_500_000),
            (" 12.50 ", 12_500_000),
            ("$12.50", 12_500_000),
            ("$ 12.50", 12_500_000),
            ("12.50 USD", 12_500_000),
            ("usd12.50", 12_500_000),
            ("12,50", 12_500_000),
            ("1,250.00", 1_250_000_000),
            ("1.250,00", 1_250_000_000),
            ("1,250,000", 1_250_000_000_000),
            ("99,999.99", 99_999_990_000),
            ("99.999,99", 99_999_990_000),
            ("0,125", 125_000),
            ("1.25e1", 12_500_000),
            ("125E-1", 12_500_000),
            ("+3", 3_000_000),
            (".5", 500_000),
            ("5.", 5_000_000),
            ("0", 0),
            ("44.848", 44_848_000),
            ("0.0000005", 1),
            ("0.0000004", 0),
            ("1e-30", 0),
            ("0e99", 0),
        ] {
            let read = read(text, "USD");
            if micros > BID_MAX.0 {
                assert_eq!(read, Err(BadAmount::TooLarge), "{text}");
            } else {
                assert_eq!(read, Ok(Micros(micros)), "{text}");
            }
        }
        assert_eq!(read("€ 12,50", "EUR"), Ok(Micros(12_500_000)));
    }

    #[test]
    fn what_has_two_or_none_is_refused_with_the_reason() {
        let other = |named: &str| BadAmount::OtherCurrency(named.to_owned(), "USD".to_owned());
        for (text, error) in [
            ("", BadAmount::Empty),
            ("  ", BadAmount::Empty),
            ("1,250", BadAmount::Ambiguous),
            ("12,500", BadAmount::Ambiguous),
            ("-5", BadAmount::Negative),
            ("-$5", BadAmount::Negative),
            ("$-5", BadAmount::Negative),
            ("(5.00)", BadAmount::Negative),
            ("\u{2212}5", BadAmount::Negative),
            ("NaN", BadAmount::NoNumber),
            ("Infinity", BadAmount::NoNumber),
            ("inf", BadAmount::NoNumber),
            ("true", BadAmount::NoNumber),
            ("null", BadAmount::NoNumber),
            ("1.2.3", BadAmount::NoNumber),
            ("1,2,3", BadAmount::NoNumber),
            ("12 50", BadAmount::NoNumber),
            ("0x10", BadAmount::NoNumber),
            ("1e999", BadAmount::NoNumber),
            ("1e", BadAmount::NoNumber),
            ("e5", BadAmount::NoNumber),
            ("5 bananas", BadAmount::NoNumber),
            ("€12", other("EUR")),
            ("12 CAD", other("CAD")),
            ("1e9", BadAmount::TooLarge),
            ("1e38", BadAmount::TooLarge),
            ("100000.01", BadAmount::TooLarge),
        ] {
            assert_eq!(read(text, "USD"), Err(error), "{text}");
        }
        assert!(read(&"9".repeat(65), "USD").is_err());
        assert_eq!(
            read("$5", "EUR"),
            Err(BadAmount::OtherCurrency("dollars".into(), "EUR".into()))
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,80}") {
            let _ = read(&text, "USD");
        }

        #[test]
        fn plain_amounts_are_themselves(micros in 0..BID_MAX.0) {
            prop_assert_eq!(read(&Micros(micros).plain(), "USD"), Ok(Micros(micros)));
        }
    }
}
