//! Number pools: the list, one with its numbers, and the forms.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::page::{Choice, Stamp};
use super::revenue::amount;
use crate::carrier_number::area;
use crate::id::{CampaignId, NumberId, PoolId};
use crate::invalid::{FieldErrors, name, whole};
use crate::money::Micros;
use crate::phone::E164;
use crate::pool::grow::{Grow, MOST_MAX};
use crate::pool::{CLOSED_S, CLOSED_S_DEFAULT, Hold, IDLE_S, IDLE_S_DEFAULT, Rotation};

/// The largest monthly budget of a pool: a million dollars.
const BUDGET_MAX: Micros = Micros(1_000_000_000_000);
/// Numbers that can be put into a pool at once.
pub const NUMBERS_AT_ONCE_MAX: usize = 1_000;

/// All pools of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolList {
    pub rows: Vec<PoolRow>,
    pub campaigns: Vec<Choice>,
}

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolRow {
    pub id: PoolId,
    pub name: String,
    pub campaign: CampaignId,
    pub campaign_name: String,
    /// Numbers in it.
    pub size: u32,
    /// Numbers that visitors have at this moment.
    pub lent: u32,
    pub visits_today: u64,
    /// Visitors of today for whom there was no number.
    pub misses_today: u64,
    pub created: Stamp,
}

/// A pool's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolDetail {
    pub row: PoolRow,
    pub form: PoolForm,
    pub campaigns: Vec<Choice>,
    pub numbers: Vec<PoolNumberRow>,
    /// Its own numbers that no campaign and no pool has, to be put into it.
    pub spare: Vec<Choice>,
    /// The latest seven days, newest first.
    pub days: Vec<PoolDay>,
    pub sizing: Sizing,
    /// The DNI tags that show its numbers.
    pub tags: Vec<Choice>,
}

/// A number of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolNumberRow {
    pub id: NumberId,
    pub display: String,
    /// State of the area code; may be empty.
    pub state: String,
    /// A visitor has it at this moment.
    pub lent: bool,
    /// Until when the last visitor had it, or has it at least; none if nobody ever had it.
    pub until: Option<Stamp>,
    /// Where that visitor came from: "google / cpc"; may be empty.
    pub visitor: String,
    pub calls_today: u32,
    pub last_call: Option<Stamp>,
}

/// A day of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolDay {
    /// "Thu, Nov 19".
    pub day: String,
    pub visits: u64,
    pub misses: u64,
    /// Calls on its numbers that were a visitor's.
    pub calls: u64,
}

/// How large a pool should be by its own traffic.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sizing {
    /// Visits of the busiest hour of the last seven days; zero where there were none.
    pub busiest_hour: u32,
    /// How long a visit lasted on average, in seconds.
    pub mean_visit_s: u32,
    /// Numbers that would do.
    pub wanted: u32,
}

/// What a person types about a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PoolForm {
    pub name: String,
    /// A campaign's id.
    pub campaign: String,
    /// Seconds.
    pub idle_s: String,
    pub closed_s: String,
    /// A [`Rotation`] code.
    pub rotation: String,
    /// Area code of the numbers that are bought for it; empty for any.
    pub area: String,
    /// "on" when it buys numbers by itself; what follows counts only then.
    pub grow: String,
    /// Numbers at most.
    pub grow_most: String,
    /// Dollars a month for all of them; empty for no bound.
    pub grow_budget: String,
}

impl Default for PoolForm {
    fn default() -> Self {
        Self {
            name: String::new(),
            campaign: String::new(),
            idle_s: IDLE_S_DEFAULT.to_string(),
            closed_s: CLOSED_S_DEFAULT.to_string(),
            rotation: Rotation::default().code().to_owned(),
            area: String::new(),
            grow: String::new(),
            grow_most: String::new(),
            grow_budget: String::new(),
        }
    }
}

/// A checked pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolInput {
    pub name: String,
    pub campaign: CampaignId,
    pub hold: Hold,
    pub rotation: Rotation,
    /// Area code of the numbers that are bought for it.
    pub area: Option<String>,
    /// None where it does not grow by itself.
    pub grow: Option<Grow>,
}

impl PoolForm {
    /// The form that shows a stored pool.
    #[must_use]
    pub fn of(pool: &PoolInput) -> Self {
        Self {
            name: pool.name.clone(),
            campaign: pool.campaign.to_string(),
            idle_s: pool.hold.idle_s.to_string(),
            closed_s: pool.hold.closed_s.to_string(),
            rotation: pool.rotation.code().to_owned(),
            area: pool.area.clone().unwrap_or_default(),
            grow: match pool.grow {
                Some(_) => "on".to_owned(),
                None => String::new(),
            },
            grow_most: pool.grow.map(|g| g.most.to_string()).unwrap_or_default(),
            grow_budget: pool
                .grow
                .and_then(|g| g.budget)
                .map(Micros::exact)
                .unwrap_or_default(),
        }
    }

    /// Checks all fields at once.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<PoolInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let campaign = errors.take(campaign("campaign", &self.campaign));
        let idle_s = errors.take(whole("idle_s", &self.idle_s, IDLE_S.0, IDLE_S.1));
        let closed_s = errors.take(whole("closed_s", &self.closed_s, CLOSED_S.0, CLOSED_S.1));
        let rotation =
            errors.take(Rotation::from_code(&self.rotation).ok_or_else(|| {
                FieldErrors::one("rotation", "unknown", "Choose one from the list.")
            }));
        // It is about numbers that the pool buys by itself.
        let area = match self.grow.as_str() {
            "" => Some(None),
            _ => errors.take(area("area", &self.area)),
        };
        let grow = errors.take(self.check_grow());
        match (name, campaign, idle_s, closed_s, rotation, area, grow) {
            (
                Some(name),
                Some(campaign),
                Some(idle_s),
                Some(closed_s),
                Some(rotation),
                Some(area),
                Some(grow),
            ) => Ok(PoolInput {
                name,
                campaign,
                hold: Hold { idle_s, closed_s },
                rotation,
                area,
                grow,
            }),
            _ => Err(errors),
        }
    }

    fn check_grow(&self) -> Result<Option<Grow>, FieldErrors> {
        if self.grow.is_empty() {
            return Ok(None);
        }
        let mut errors = FieldErrors::default();
        let most = errors.take(whole("grow_most", &self.grow_most, 1, MOST_MAX));
        let budget = match self.grow_budget.trim() {
            "" => Some(None),
            text => errors
                .take(amount("grow_budget", text, BUDGET_MAX))
                .map(Some),
        };
        match (most, budget) {
            (Some(most), Some(budget)) => Ok(Some(Grow { most, budget })),
            _ => Err(errors),
        }
    }
}

fn campaign(field: &str, text: &str) -> Result<CampaignId, FieldErrors> {
    super::number::optional_campaign(field, text)?.ok_or_else(|| {
        FieldErrors::one(
            field,
            "required",
            "Choose the campaign that its calls belong to.",
        )
    })
}

/// Numbers to put into a pool, as they were typed: one a line, or with commas between.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PoolNumbersForm {
    pub numbers: String,
}

impl PoolNumbersForm {
    /// Reads all numbers, each once.
    ///
    /// # Errors
    /// At `numbers`, naming the first text that is none.
    pub fn check(&self) -> Result<Vec<E164>, FieldErrors> {
        phones("numbers", &self.numbers, NUMBERS_AT_ONCE_MAX)?
            .ok_or_else(|| FieldErrors::one("numbers", "required", "Enter at least one number."))
    }
}

/// Phone numbers typed into `field`, one a line or with commas between, each kept once; none if
/// nothing was typed.
///
/// # Errors
/// `invalid_number` naming the first text that is none; `too_many`.
pub fn phones(field: &str, text: &str, most: usize) -> Result<Option<Vec<E164>>, FieldErrors> {
    let (mut seen, mut numbers) = (BTreeSet::new(), Vec::new());
    for typed in text
        .split(['\n', ',', ';'])
        .map(str::trim)
        .filter(|typed| !typed.is_empty())
    {
        let number: E164 = typed.parse().map_err(|e: crate::phone::ParsePhoneError| {
            let shown: String = typed.chars().take(40).collect();
            FieldErrors::one(field, "invalid_number", &format!("“{shown}”: {e}"))
        })?;
        if seen.insert(number.as_str().to_owned()) {
            numbers.push(number);
        }
        if numbers.len() > most {
            return Err(FieldErrors::one(
                field,
                "too_many",
                &format!("Enter at most {most} numbers."),
            ));
        }
    }
    Ok((!numbers.is_empty()).then_some(numbers))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pool_is_checked_at_every_field_at_once() {
        let form = PoolForm {
            name: " ".to_owned(),
            campaign: String::new(),
            idle_s: "10".to_owned(),
            closed_s: "x".to_owned(),
            rotation: "random".to_owned(),
            area: "11".to_owned(),
            grow: "on".to_owned(),
            grow_most: "0".to_owned(),
            grow_budget: "-1".to_owned(),
        };
        let errors = form.check().unwrap_err();
        let fields = ["name", "campaign", "idle_s", "closed_s", "rotation"];
        for field in fields
            .into_iter()
            .chain(["area", "grow_most", "grow_budget"])
        {
            assert!(errors.message(field).is_some(), "{field}");
        }
        let good = PoolForm {
            name: "Roofs".to_owned(),
            campaign: CampaignId(uuid::Uuid::from_u128(7)).to_string(),
            ..PoolForm::default()
        };
        let pool = good.check().unwrap();
        assert_eq!(pool.hold, Hold::default());
        assert_eq!(PoolForm::of(&pool), good);
        let growing = PoolForm {
            area: "214".to_owned(),
            grow: "on".to_owned(),
            grow_most: "50".to_owned(),
            grow_budget: "57.5".to_owned(),
            ..good
        };
        let pool = growing.check().unwrap();
        let budget = Some(Micros(57_500_000));
        assert_eq!(pool.grow, Some(Grow { most: 50, budget }));
        assert_eq!(PoolForm::of(&pool).check(), Ok(pool));
    }

    #[test]
    fn numbers_are_read_by_line_and_comma_each_once() {
        let form = PoolNumbersForm {
            numbers: "(800) 555-0199, +1 800 555 0198\n800-555-0199\n".to_owned(),
        };
        let numbers = form.check().unwrap();
        let texts: Vec<&str> = numbers.iter().map(E164::as_str).collect();
        assert_eq!(texts, ["+18005550199", "+18005550198"]);
        let bad = |text: &str| {
            let form = PoolNumbersForm {
                numbers: text.to_owned(),
            };
            form.check()
                .unwrap_err()
                .message("numbers")
                .unwrap_or_default()
        };
        assert!(bad("8005550199\n12").contains("“12”"));
        assert!(bad(" \n").contains("at least one"));
    }
}
