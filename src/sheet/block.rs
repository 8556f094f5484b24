//! Rows of blocked callers. A block is found by its pattern and its campaign.

use std::fmt;

use super::fate::{Known, Rules};
use super::fields::{Fields, names};
use super::name_key;
use super::number::CampaignNames;
use super::row::Columns;
use crate::api::block::BlockForm;
use crate::block::pattern::BlockPattern;
use crate::id::{BlockId, CampaignId};
use crate::invalid::FieldErrors;
use crate::time::Timestamp;

/// What is stored of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockRow {
    pub pattern: BlockPattern,
    pub campaign: Option<CampaignId>,
    /// None for good.
    pub until: Option<Timestamp>,
    pub note: String,
    /// The list it came from; empty if a person entered it.
    pub source: String,
}

/// Reads a moment; that takes the data of time zones.
pub type Moment = Box<dyn Fn(&str) -> Option<Timestamp> + Send + Sync>;

/// What rows of blocked callers are judged by.
pub struct Blocks {
    pub campaigns: CampaignNames,
    /// The campaign, by name, of rows that name none.
    pub campaign: String,
    pub now: Timestamp,
    /// The moment of a text like "2026-11-19T19:37:05Z" or "2026-11-19".
    pub moment: Moment,
}

impl fmt::Debug for Blocks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Blocks").finish_non_exhaustive()
    }
}

impl Blocks {
    fn campaign<'a>(&'a self, fields: &'a Fields) -> &'a str {
        match fields.get("campaign") {
            text if text.trim().is_empty() => &self.campaign,
            text => text,
        }
    }

    fn until(
        &self,
        text: &str,
        known: Option<&Known<Self>>,
    ) -> Result<Option<Timestamp>, FieldErrors> {
        let told = |code, message| Err(FieldErrors::one("until", code, message));
        if text.trim().is_empty() {
            return Ok(None);
        }
        match (self.moment)(text.trim()) {
            None => told(
                "malformed",
                "Write a day like 2026-12-31 or a moment like 2026-12-31T18:00:00Z.",
            ),
            Some(at) if at <= self.now && known.is_none_or(|k| k.input.until != Some(at)) => {
                told("out_of_range", "This moment is over.")
            }
            Some(at) => Ok(Some(at)),
        }
    }
}

impl Rules for Blocks {
    type Id = BlockId;
    type Input = BlockRow;
    const THING: &'static str = "block";
    const NAMED_AT: &'static str = "pattern";

    fn columns() -> Columns {
        let last = std::iter::once("until".to_owned());
        Columns {
            names: names::<BlockForm>().into_iter().chain(last).collect(),
            required: &["pattern"],
            also: &[
                ("number", "pattern"),
                ("phone", "pattern"),
                ("phone_number", "pattern"),
                ("caller", "pattern"),
            ],
            // Lists of numbers often have no header.
            bare: &["pattern", "hours", "note"],
            loose: false,
        }
    }

    fn blank() -> Fields {
        Fields::of(&BlockForm::default()).with("until", "")
    }

    fn key(&self, fields: &Fields) -> String {
        let text = fields.get("pattern");
        let pattern = text
            .parse()
            .map_or_else(|_| text.trim().to_owned(), |p: BlockPattern| p.to_string());
        let campaign = self.campaign(fields);
        let place = self
            .campaigns
            .id(campaign)
            .unwrap_or_else(|_| name_key(campaign));
        format!("{pattern}\n{place}")
    }

    fn stored_key(&self, known: &Known<Self>) -> String {
        let place = known.input.campaign.map(|id| id.to_string());
        format!("{}\n{}", known.input.pattern, place.unwrap_or_default())
    }

    fn label(&self, fields: &Fields) -> String {
        fields.get("pattern").to_owned()
    }

    fn check(&self, fields: &Fields, known: Option<&Known<Self>>) -> Result<BlockRow, FieldErrors> {
        let mut errors = FieldErrors::default();
        let campaign = errors.take(self.campaigns.id(self.campaign(fields)));
        let form = fields
            .clone()
            .with("campaign", campaign.unwrap_or_default());
        let new = errors.take(form.form::<BlockForm>().and_then(|form| form.check()));
        let until = errors.take(self.until(fields.get("until"), known));
        match (new, until) {
            (Some(new), Some(until)) if errors.is_empty() => Ok(BlockRow {
                pattern: new.pattern,
                campaign: new.campaign,
                // Hours count from now, so they say something new where both are there.
                until: new
                    .hours
                    .map(|h| self.now.plus_secs(i64::from(h) * 3_600))
                    .or(until),
                note: new.note,
                source: known.map(|k| k.input.source.clone()).unwrap_or_default(),
            }),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fate::judge;
    use super::super::row::Line;
    use super::*;
    use crate::api::sheet::Fate;
    use crate::testing::NOON_ISH;

    fn rules() -> Blocks {
        let id = CampaignId(uuid::Uuid::from_u128(7));
        Blocks {
            campaigns: CampaignNames::new([(id, "Roofs".to_owned())]),
            campaign: String::new(),
            now: NOON_ISH,
            moment: Box::new(|text| text.parse().ok().map(Timestamp::from_secs)),
        }
    }

    fn fates(text: &[&[&str]], known: &[Known<Blocks>]) -> Vec<(Fate, Vec<String>)> {
        let lines = text.iter().zip(1..).map(|(cells, number)| Line {
            number,
            cells: cells.iter().map(|c| (*c).to_owned()).collect(),
            open: false,
        });
        let sheet = Blocks::columns().sheet(lines.collect()).expect("fits");
        let judged = judge(&rules(), &sheet.rows, known).into_iter();
        judged
            .map(|j| (j.fate, j.notes.into_iter().map(|n| n.field).collect()))
            .collect()
    }

    #[test]
    fn a_list_of_numbers_needs_no_header() {
        let found = fates(
            &[
                &["+13075550100", "24", "robots"],
                &["(307) 555-0100"],
                &["+1307*"],
                &["nonsense", "many"],
            ],
            &[],
        );
        let wanted = [
            (Fate::New, vec![]),
            (Fate::Repeated, vec!["line"]),
            (Fate::New, vec![]),
            (Fate::Refused, vec!["pattern", "hours"]),
        ];
        let wanted = wanted.map(|(fate, fields)| {
            (
                fate,
                fields.into_iter().map(str::to_owned).collect::<Vec<_>>(),
            )
        });
        assert_eq!(found, wanted);
    }

    #[test]
    fn the_same_number_may_be_blocked_in_several_places() {
        let found = fates(
            &[
                &["number", "campaign"],
                &["+1307*", ""],
                &["+1307*", "roofs"],
                &["+1307*", "ROOFS"],
                &["+1307*", "No such"],
            ],
            &[],
        );
        let fates: Vec<Fate> = found.iter().map(|(fate, _)| *fate).collect();
        assert_eq!(fates, [Fate::New, Fate::New, Fate::Repeated, Fate::Refused]);
        assert_eq!(found[3].1, ["campaign"]);
    }

    #[test]
    fn a_campaign_for_rows_without_one_is_not_that_of_what_is_stored() {
        let everywhere = Known {
            id: BlockId(1),
            fields: Blocks::blank().with("pattern", "+1307*"),
            input: BlockRow {
                pattern: "+1307*".parse().expect("a pattern"),
                campaign: None,
                until: None,
                note: String::new(),
                source: String::new(),
            },
            locked: None,
        };
        let sheet = Blocks::columns().sheet(vec![Line {
            number: 1,
            cells: vec!["+1307*".to_owned()],
            open: false,
        }]);
        let rules = Blocks {
            campaign: "Roofs".to_owned(),
            ..rules()
        };
        let judged = judge(&rules, &sheet.expect("fits").rows, &[everywhere]);
        assert_eq!(judged[0].fate, Fate::New);
    }

    #[test]
    fn a_block_keeps_its_end_unless_the_row_says_another() {
        let over = NOON_ISH.plus_secs(-60);
        let input = BlockRow {
            pattern: "+1307*".parse().expect("a pattern"),
            campaign: None,
            until: Some(over),
            note: String::new(),
            source: String::new(),
        };
        let until = over.secs().to_string();
        let known = || Known {
            id: BlockId(1),
            fields: Blocks::blank()
                .with("pattern", "+1307*")
                .with("until", until.as_str()),
            input: input.clone(),
            locked: None,
        };
        let fate = |header: &[&str], row: &[&str]| fates(&[header, row], &[known()]).remove(0);
        assert_eq!(fate(&["pattern"], &["+1307*"]).0, Fate::Unchanged);
        assert_eq!(
            fate(&["pattern", "until"], &["+1307*", &until]).0,
            Fate::Unchanged
        );
        assert_eq!(
            fate(&["pattern", "until"], &["+1307*", ""]).0,
            Fate::Changed
        );
        assert_eq!(
            fate(&["pattern", "hours"], &["+1307*", "2"]).0,
            Fate::Changed
        );
        assert_eq!(
            fate(&["pattern", "until"], &["+1307*", "5"]),
            (Fate::Refused, vec!["until".to_owned()])
        );
    }
}
