//! The form of an RTB id.

use serde::{Deserialize, Serialize};

use super::modifiers;
use crate::api::pool::phones;
use crate::api::publisher::PayoutRuleForm;
use crate::api::target::DayForm;
use crate::api::target::caps::{calls_text, dollars_text};
use crate::api::target::hours::{holidays, working_week};
use crate::duplicate::payment::{Across, PayDuplicates, PaymentRule};
use crate::id::{CampaignId, PublisherId};
use crate::invalid::{FieldErrors, whole};
use crate::ledger::payout::words::percent;
use crate::ledger::payout::{PayoutRule, PayoutTerms};
use crate::ledger::revenue::PRICE_MAX;
use crate::money::Micros;
use crate::phone::E164;
use crate::rtb_id::arrival::Stale;
use crate::rtb_id::check::Demands;
use crate::rtb_id::pass_through::{Margin, PassThrough};
use crate::rtb_id::ping::required_tags;
use crate::rtb_id::rate::{RATE_MAX, RateLimit, Span};
use crate::rtb_id::settings::{EXPIRY_S, NUMBERS_MAX, Offering, PingKey, RtbIdSettings};
use crate::schedule::holiday::text;
use crate::tag::list::BulkLists;

const DAY_S: u32 = 86_400;
const AFTER_DAYS_MAX: u32 = 3_650;

/// What a person types about an RTB id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RtbIdForm {
    /// Ids of a campaign and a publisher; they stay what they are once it is made.
    pub campaign: String,
    pub publisher: String,
    /// "fixed" or "pass_through".
    pub how: String,
    pub base: String,
    pub max: String,
    /// "20%" or "5.00"; looked at only with pass-through, as the next two.
    pub margin: String,
    pub min_margin: String,
    /// A box.
    pub at_loss: String,
    /// As in a payout rule.
    pub trigger: String,
    pub length_s: String,
    pub from: String,
    /// "never", "always" or "after".
    pub pay: String,
    pub pay_after_days: String,
    /// "publisher" or "all".
    pub across: String,
    /// One a line.
    pub modifiers: String,
    /// A box.
    pub caller: String,
    pub tags: String,
    /// A box.
    pub sip_only: String,
    /// Numbers of the campaign, one a line.
    pub numbers: String,
    pub rate: String,
    /// "minute", "hour" or "day".
    pub per: String,
    pub expiry_s: String,
    /// "refuse", "unpaid" or "honour".
    pub stale: String,
    pub zone: String,
    pub hours: String,
    pub days: Vec<DayForm>,
    pub holidays: String,
    pub cap_hourly: String,
    pub cap_daily: String,
    pub cap_monthly: String,
    pub cap_total: String,
    pub dollars_hourly: String,
    pub dollars_daily: String,
    pub dollars_monthly: String,
    pub dollars_total: String,
    /// "none", "bearer" or "hmac". The secret is made here, and stays as long as this does.
    pub key: String,
}

impl Default for RtbIdForm {
    fn default() -> Self {
        Self {
            max: String::new(),
            base: String::new(),
            how: "pass_through".to_owned(),
            margin: "20%".to_owned(),
            zone: "America/New_York".to_owned(),
            days: working_week(),
            ..Self::of(None, &RtbIdSettings::default(), &BulkLists::new(), &[])
        }
    }
}

/// A checked RTB id. Of its key only the kind is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RtbIdInput {
    pub campaign: CampaignId,
    pub publisher: PublisherId,
    /// Without numbers and key.
    pub settings: RtbIdSettings,
    /// Numbers that are lent to bids.
    pub numbers: Vec<E164>,
    pub key: KeyKind,
}

/// What a program shows beside the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyKind {
    None,
    Bearer,
    Hmac,
}

impl KeyKind {
    /// That of a key.
    #[must_use]
    pub fn of(key: &PingKey) -> Self {
        match key {
            PingKey::None => Self::None,
            PingKey::Bearer { .. } => Self::Bearer,
            PingKey::Hmac { .. } => Self::Hmac,
        }
    }

    /// The word in a form.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Bearer => "bearer",
            Self::Hmac => "hmac",
        }
    }
}

impl RtbIdForm {
    /// The form that shows stored settings.
    #[must_use]
    pub fn of(
        whose: Option<(CampaignId, PublisherId)>,
        settings: &RtbIdSettings,
        lists: &BulkLists,
        numbers: &[E164],
    ) -> Self {
        let flag = |on: bool| if on { "true" } else { "" }.to_owned();
        let rule = PayoutRuleForm::of(&PayoutRule {
            trigger: settings.trigger,
            zone: settings.zone.clone(),
            hours: settings.hours.clone(),
            ..PayoutTerms::plain_rule()
        });
        let [_, cap_hourly, cap_daily, cap_monthly, cap_total] = calls_text(&settings.caps);
        let [
            dollars_hourly,
            dollars_daily,
            dollars_monthly,
            dollars_total,
        ] = dollars_text(&settings.dollars);
        let (how, base, max, margin, min_margin, at_loss) = match settings.offering {
            Offering::Fixed { base, max } => {
                let none = String::new;
                (
                    "fixed",
                    base.plain(),
                    max.plain(),
                    "20%".to_owned(),
                    none(),
                    false,
                )
            }
            Offering::PassThrough(through) => (
                "pass_through",
                String::new(),
                through.max.plain(),
                match through.margin {
                    Margin::Share(points) => format!("{}%", percent(points)),
                    Margin::Amount(amount) => amount.plain(),
                },
                match through.min_margin {
                    Micros::ZERO => String::new(),
                    amount => amount.plain(),
                },
                through.at_loss,
            ),
        };
        let (pay, days) = match settings.payment.pay {
            PayDuplicates::Never => ("never", 30),
            PayDuplicates::Always => ("always", 30),
            PayDuplicates::After { secs } => ("after", secs / DAY_S),
        };
        let tags: Vec<String> = (settings.demands.tags.iter())
            .map(|tag| tag.as_str().trim_start_matches("user:").to_owned())
            .collect();
        Self {
            campaign: whose.map(|(id, _)| id.to_string()).unwrap_or_default(),
            publisher: whose.map(|(_, id)| id.to_string()).unwrap_or_default(),
            how: how.to_owned(),
            base,
            max,
            margin,
            min_margin,
            at_loss: flag(at_loss),
            trigger: rule.trigger,
            length_s: rule.length_s,
            from: rule.from,
            pay: pay.to_owned(),
            pay_after_days: days.to_string(),
            across: match settings.payment.across {
                Across::SamePublisher => "publisher",
                Across::AllPublishers => "all",
            }
            .to_owned(),
            modifiers: modifiers::print(&settings.modifiers, lists),
            caller: flag(settings.demands.caller),
            tags: tags.join("\n"),
            sip_only: flag(settings.sip_only),
            numbers: numbers
                .iter()
                .map(E164::display)
                .collect::<Vec<_>>()
                .join("\n"),
            rate: settings.rate.pings.to_string(),
            per: settings.rate.per.code().to_owned(),
            expiry_s: settings.expiry_s.to_string(),
            stale: match settings.stale {
                Stale::Refuse => "refuse",
                Stale::Unpaid => "unpaid",
                Stale::Honour => "honour",
            }
            .to_owned(),
            zone: rule.zone,
            hours: rule.hours,
            days: rule.days,
            holidays: text::print(&settings.holidays),
            cap_hourly,
            cap_daily,
            cap_monthly,
            cap_total,
            dollars_hourly,
            dollars_daily,
            dollars_monthly,
            dollars_total,
            key: KeyKind::of(&settings.key).code().to_owned(),
        }
    }

    /// Checks all fields at once, as far as the browser can.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<RtbIdInput, FieldErrors> {
        self.check_with(None)
    }

    /// The same with the account's lists at hand.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check_with(&self, lists: Option<&BulkLists>) -> Result<RtbIdInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let chosen = |field: &str, what: &str| {
            FieldErrors::one(
                field,
                "required",
                &format!("Choose a {what} from the list."),
            )
        };
        let campaign: Option<CampaignId> = errors.take(
            self.campaign
                .parse()
                .map_err(|_| chosen("campaign", "campaign")),
        );
        let publisher: Option<PublisherId> = errors.take(
            self.publisher
                .parse()
                .map_err(|_| chosen("publisher", "publisher")),
        );
        let offering = errors.take(self.offering());
        let rule = errors.take(self.rule().rule());
        let payment = errors.take(self.payment());
        let modifiers = errors.take(modifiers::parse(&self.modifiers, lists));
        let tags = errors.take(required_tags("tags", &self.tags));
        let numbers = errors.take(phones("numbers", &self.numbers, NUMBERS_MAX));
        let pings = errors.take(whole("rate", &self.rate, 1, RATE_MAX));
        let per = errors.take(Span::from_code(&self.per).ok_or_else(|| {
            FieldErrors::one("per", "unknown", "Choose a minute, an hour or a day.")
        }));
        let expiry_s = errors.take(whole("expiry_s", &self.expiry_s, EXPIRY_S.0, EXPIRY_S.1));
        let stale = errors.take(match self.stale.as_str() {
            "refuse" => Ok(Stale::Refuse),
            "unpaid" => Ok(Stale::Unpaid),
            "honour" => Ok(Stale::Honour),
            _ => Err(FieldErrors::one(
                "stale",
                "unknown",
                "Choose what becomes of late calls.",
            )),
        });
        let holidays = errors.take(holidays(&self.holidays));
        let key = errors.take(match self.key.as_str() {
            "none" => Ok(KeyKind::None),
            "bearer" => Ok(KeyKind::Bearer),
            "hmac" => Ok(KeyKind::Hmac),
            _ => Err(FieldErrors::one(
                "key",
                "unknown",
                "Choose how its programs show who they are.",
            )),
        });
        let (
            (Some(campaign), Some(publisher), Some(offering), Some(rule), Some(payment)),
            (Some(modifiers), Some(tags), Some(numbers), Some(pings), Some(per)),
            (Some(expiry_s), Some(stale), Some(holidays), Some(key)),
        ) = (
            (campaign, publisher, offering, rule, payment),
            (modifiers, tags, numbers, pings, per),
            (expiry_s, stale, holidays, key),
        )
        else {
            return Err(errors);
        };
        errors.check()?;
        Ok(RtbIdInput {
            campaign,
            publisher,
            key,
            numbers: numbers.unwrap_or_default(),
            settings: RtbIdSettings {
                offering,
                trigger: rule.trigger,
                payment,
                modifiers,
                demands: Demands {
                    caller: !self.caller.is_empty(),
                    tags,
                },
                sip_only: !self.sip_only.is_empty(),
                numbers: Vec::new(),
                rate: RateLimit { pings, per },
                expiry_s,
                stale,
                zone: rule.zone,
                hours: rule.hours,
                holidays,
                caps: rule.caps,
                dollars: rule.dollars,
                key: PingKey::None,
            },
        })
    }

    /// What it has of a payout rule.
    fn rule(&self) -> PayoutRuleForm {
        PayoutRuleForm {
            name: "RTB".to_owned(),
            trigger: self.trigger.clone(),
            length_s: self.length_s.clone(),
            from: self.from.clone(),
            pays: "fixed".to_owned(),
            amount: "0".to_owned(),
            zone: self.zone.clone(),
            hours: self.hours.clone(),
            days: self.days.clone(),
            cap_hourly: self.cap_hourly.clone(),
            cap_daily: self.cap_daily.clone(),
            cap_monthly: self.cap_monthly.clone(),
            cap_total: self.cap_total.clone(),
            dollars_hourly: self.dollars_hourly.clone(),
            dollars_daily: self.dollars_daily.clone(),
            dollars_monthly: self.dollars_monthly.clone(),
            dollars_total: self.dollars_total.clone(),
            ..PayoutRuleForm::default()
        }
    }

    fn offering(&self) -> Result<Offering, FieldErrors> {
        let mut errors = FieldErrors::default();
        match self.how.as_str() {
            "fixed" => {
                let base = errors.take(money("base", &self.base, "Enter what is bid."));
                let max = match self.max.trim() {
                    "" => base,
                    typed => errors.take(money("max", typed, "")),
                };
                match (base, max) {
                    (Some(base), Some(max)) if errors.is_empty() => {
                        Ok(Offering::Fixed { base, max })
                    }
                    _ => Err(errors),
                }
            }
            "pass_through" => {
                let most = "Enter the most that is ever bid.";
                let max = errors.take(money("max", &self.max, most));
                let margin = errors.take(margin(&self.margin));
                let min_margin = match self.min_margin.trim() {
                    "" => Some(Micros::ZERO),
                    typed => errors.take(money("min_margin", typed, "")),
                };
                match (max, margin, min_margin) {
                    (Some(max), Some(margin), Some(min_margin)) if errors.is_empty() => {
                        Ok(Offering::PassThrough(PassThrough {
                            max,
                            margin,
                            min_margin,
                            at_loss: !self.at_loss.is_empty(),
                        }))
                    }
                    _ => Err(errors),
                }
            }
            _ => Err(FieldErrors::one(
                "how",
                "unknown",
                "Choose how the bid comes about.",
            )),
        }
    }

    fn payment(&self) -> Result<PaymentRule, FieldErrors> {
        let pay = match self.pay.as_str() {
            "never" => PayDuplicates::Never,
            "always" => PayDuplicates::Always,
            "after" => {
                let days = whole("pay_after_days", &self.pay_after_days, 1, AFTER_DAYS_MAX)?;
                PayDuplicates::After { secs: days * DAY_S }
            }
            _ => {
                let message = "Choose whether duplicates are paid.";
                return Err(FieldErrors::one("pay", "unknown", message));
            }
        };
        let across = match self.across.as_str() {
            "publisher" => Across::SamePublisher,
            "all" => Across::AllPublishers,
            _ => {
                let message = "Choose whose earlier calls count.";
                return Err(FieldErrors::one("across", "unknown", message));
            }
        };
        Ok(PaymentRule { pay, across })
    }
}

fn money(field: &str, text: &str, missing: &str) -> Result<Micros, FieldErrors> {
    if text.trim().is_empty() {
        return Err(FieldErrors::one(field, "required", missing));
    }
    let amount =
        Micros::parse(text).map_err(|e| FieldErrors::one(field, "malformed", &e.to_string()))?;
    if !(Micros::ZERO..=PRICE_MAX).contains(&amount) {
        let message = format!("Enter an amount from {} to {PRICE_MAX}.", Micros::ZERO);
        return Err(FieldErrors::one(field, "out_of_range", &message));
    }
    Ok(amount)
}

/// "20%", or an amount.
fn margin(text: &str) -> Result<Margin, FieldErrors> {
    let text = text.trim();
    let Some(share) = text.strip_suffix('%') else {
        let missing = "Enter a share such as 20%, or an amount such as 5.00.";
        return money("margin", text, missing).map(Margin::Amount);
    };
    let bad = || {
        let message = "Enter a share from 0% to 100%, with at most two digits after the point.";
        FieldErrors::one("margin", "out_of_range", message)
    };
    let Micros(micros) = Micros::parse(share).map_err(|_| bad())?;
    let points = u32::try_from(micros / 10_000).map_err(|_| bad())?;
    if micros % 10_000 != 0 || points > 10_000 {
        return Err(bad());
    }
    Ok(Margin::Share(points))
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn form() -> RtbIdForm {
        RtbIdForm {
            campaign: Uuid::from_u128(1).to_string(),
            publisher: "3".to_owned(),
            max: "100".to_owned(),
            ..RtbIdForm::default()
        }
    }

    fn fields(form: &RtbIdForm) -> Vec<String> {
        let errors = form.check().expect_err("wrong");
        errors.0.into_iter().map(|e| e.field).collect()
    }

    #[test]
    fn settings_round_trip() {
        let typed = RtbIdForm {
            margin: "5.00".to_owned(),
            min_margin: "2.00".to_owned(),
            at_loss: "on".to_owned(),
            pay: "after".to_owned(),
            pay_after_days: "14".to_owned(),
            across: "all".to_owned(),
            modifiers: "state is TX => +5.00".to_owned(),
            caller: "on".to_owned(),
            tags: "zip\nstate".to_owned(),
            numbers: "(833) 555-0100\n+18335550101".to_owned(),
            rate: "600".to_owned(),
            per: "hour".to_owned(),
            stale: "honour".to_owned(),
            hours: "weekly".to_owned(),
            holidays: "12-24 Eve = 09:00-12:00".to_owned(),
            cap_daily: "50".to_owned(),
            dollars_daily: "500.00".to_owned(),
            ..form()
        };
        let checked = typed.check().expect("valid");
        let whose = Some((checked.campaign, checked.publisher));
        let shown = RtbIdForm::of(
            whose,
            &checked.settings,
            &BulkLists::new(),
            &checked.numbers,
        );
        assert_eq!(shown.check().expect("valid"), checked);
        assert_eq!(shown.margin, "5");
        assert_eq!(shown.tags, "zip\nstate");
        let fixed = RtbIdForm {
            how: "fixed".to_owned(),
            base: "20".to_owned(),
            max: String::new(),
            ..form()
        };
        let fixed = fixed.check().expect("valid").settings.offering;
        let twenty = Micros(20_000_000);
        assert_eq!(
            fixed,
            Offering::Fixed {
                base: twenty,
                max: twenty
            }
        );
    }

    #[test]
    fn all_that_is_wrong_is_told_at_its_field() {
        let empty = RtbIdForm::default();
        assert_eq!(fields(&empty), ["campaign", "publisher", "max"]);
        let wrong = RtbIdForm {
            max: "-1".to_owned(),
            margin: "120%".to_owned(),
            length_s: "0".to_owned(),
            pay: "perhaps".to_owned(),
            modifiers: "nonsense".to_owned(),
            tags: "a:b:\u{7}".to_owned(),
            numbers: "x".to_owned(),
            rate: "0".to_owned(),
            per: "week".to_owned(),
            expiry_s: "4".to_owned(),
            stale: "x".to_owned(),
            holidays: "Black Friday".to_owned(),
            key: "x".to_owned(),
            ..form()
        };
        insta::assert_snapshot!(fields(&wrong).join(" "), @"max margin length_s pay modifiers tags numbers rate per expiry_s stale holidays key");
    }
}
