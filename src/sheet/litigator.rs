//! Lists of callers who must not be called back or sold: a column of numbers, as those who keep such
//! lists hand them out. Each becomes a block in every campaign, labelled with the list it came from.

use super::block::BlockRow;
use super::fate::{Known, Rules};
use super::fields::Fields;
use super::row::Columns;
use crate::block::SOURCE_CHARS_MAX;
use crate::block::pattern::BlockPattern;
use crate::id::BlockId;
use crate::invalid::{FieldErrors, name};
use crate::phone::E164;
use crate::time::Timestamp;

/// What rows of such a list are judged by.
#[derive(Debug, Clone)]
pub struct Litigators {
    source: String,
    /// None for good.
    until: Option<Timestamp>,
    now: Timestamp,
}

impl Litigators {
    /// A list of this name, whose entries hold until a moment.
    ///
    /// # Errors
    /// At `source` or `until`.
    pub fn new(
        source: &str,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::default();
        let source = errors.take(check_source(source));
        if until.is_some_and(|until| until <= now) {
            errors.add("until", "out_of_range", "This day is over.");
        }
        match source {
            Some(source) if errors.is_empty() => Ok(Self { source, until, now }),
            _ => Err(errors),
        }
    }

    /// What is stored of a number that is on the list.
    fn listed(&self, number: E164) -> BlockRow {
        BlockRow {
            pattern: BlockPattern::Exact(number),
            campaign: None,
            until: self.until,
            note: format!("TCPA list: {}", self.source),
            source: self.source.clone(),
        }
    }
}

/// The name of a list.
fn check_source(typed: &str) -> Result<String, FieldErrors> {
    let source = name("source", typed).map_err(|mut errors| {
        for error in errors.0.iter_mut().filter(|e| e.code == "required") {
            "Say which list this is: its entries can be removed together by that name."
                .clone_into(&mut error.message);
        }
        errors
    })?;
    if source.chars().count() > SOURCE_CHARS_MAX {
        let message = format!("Use at most {SOURCE_CHARS_MAX} characters.");
        return Err(FieldErrors::one("source", "too_long", &message));
    }
    Ok(source)
}

impl Rules for Litigators {
    type Id = BlockId;
    type Input = BlockRow;
    const THING: &'static str = "block";
    const NAMED_AT: &'static str = "number";

    fn columns() -> Columns {
        Columns {
            names: vec!["number".to_owned()],
            required: &["number"],
            also: &[
                ("phone", "number"),
                ("phone_number", "number"),
                ("phonenumber", "number"),
                ("phones", "number"),
                ("numbers", "number"),
                ("telephone", "number"),
                ("telephone_number", "number"),
                ("tel", "number"),
                ("cell", "number"),
                ("cell_phone", "number"),
                ("mobile", "number"),
                ("mobile_number", "number"),
                ("caller", "number"),
                ("caller_id", "number"),
                ("dnc", "number"),
                ("dnc_number", "number"),
                ("tn", "number"),
                ("e164", "number"),
                ("pattern", "number"),
            ],
            bare: &["number"],
            // Such lists come with whatever else their keeper knows.
            loose: true,
        }
    }

    fn blank() -> Fields {
        Fields::default().with("number", "")
    }

    fn key(&self, fields: &Fields) -> String {
        let text = fields.get("number").trim();
        text.parse()
            .map_or_else(|_| text.to_owned(), |n: E164| n.as_str().to_owned())
    }

    fn stored_key(&self, known: &Known<Self>) -> String {
        match known.input.campaign {
            None => known.input.pattern.to_string(),
            // A block of one campaign is not about the same.
            Some(campaign) => format!("{}\n{campaign}", known.input.pattern),
        }
    }

    fn label(&self, fields: &Fields) -> String {
        fields.get("number").to_owned()
    }

    /// A number that somebody blocked otherwise stays as it is, but for no shorter time: to remove the
    /// list later must not let it in.
    fn check(&self, fields: &Fields, known: Option<&Known<Self>>) -> Result<BlockRow, FieldErrors> {
        let number = crate::api::number::phone("number", fields.get("number"))?;
        let listed = self.listed(number);
        let Some(known) = known.map(|known| &known.input) else {
            return Ok(listed);
        };
        let over = known.until.is_some_and(|until| until <= self.now);
        if known.source == self.source || over {
            return Ok(listed);
        }
        let until = match (known.until, self.until) {
            (Some(own), Some(wanted)) => Some(own.max(wanted)),
            _ => None,
        };
        // The list that came last stands for the number: to remove an older one must not let it in.
        if !known.source.is_empty() {
            return Ok(BlockRow { until, ..listed });
        }
        Ok(BlockRow {
            until,
            ..known.clone()
        })
    }

    fn canonical(input: &BlockRow, typed: Fields, _: &Known<Self>) -> Fields {
        typed.with("number", input.pattern.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::sheet::Fate;
    use crate::id::CampaignId;
    use crate::sheet::fate::{Judged, judge};
    use crate::sheet::row::Line;

    const NOW: Timestamp = Timestamp(1_800_000_000_000_000);

    fn sheet(rows: &[&[&str]]) -> crate::sheet::row::Sheet {
        let lines = rows.iter().zip(1..).map(|(cells, number)| Line {
            number,
            cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
            open: false,
        });
        Litigators::columns()
            .sheet(lines.collect())
            .expect("a sheet")
    }

    fn known(id: i64, number: &str, until: Option<Timestamp>, source: &str) -> Known<Litigators> {
        Known {
            id: BlockId(id),
            fields: Fields::default().with("number", number),
            input: BlockRow {
                pattern: number.parse().expect("a number"),
                campaign: None,
                until,
                note: "Robocalls".to_owned(),
                source: source.to_owned(),
            },
            locked: None,
        }
    }

    fn judged(rows: &[&[&str]], stored: &[Known<Litigators>]) -> Vec<Judged<Litigators>> {
        let rules = Litigators::new("Litigators 2026", None, NOW).expect("a list");
        judge(&rules, &sheet(rows).rows, stored)
    }

    #[test]
    fn a_list_may_have_any_header_or_none() {
        for rows in [
            &[&["(307) 555-0100"][..], &["13075550101"]][..],
            &[&["Phone Number"][..], &["3075550100"], &["+1 307 555 0101"]],
            &[
                &["Name", "Cell", "State"][..],
                &["A", "3075550100", "WY"],
                &["B", "307.555.0101", ""],
            ],
        ] {
            let judged = judged(rows, &[]);
            let fates: Vec<Fate> = judged.iter().map(|one| one.fate).collect();
            assert_eq!(fates, [Fate::New, Fate::New], "{rows:?}");
            let (_, row) = judged[0].write.clone().expect("a block");
            assert_eq!(row.pattern.to_string(), "+13075550100");
            assert_eq!(
                (row.source.as_str(), row.note.as_str()),
                ("Litigators 2026", "TCPA list: Litigators 2026")
            );
        }
        assert_eq!(
            judged(&[&["+1307*"], &["anonymous"]], &[])[0].fate,
            Fate::Refused
        );
    }

    #[test]
    fn what_is_blocked_otherwise_stays_a_persons() {
        let later = Some(NOW.plus_secs(60));
        let stored = [
            known(1, "+13075550100", None, ""),
            known(2, "+13075550101", later, ""),
            known(3, "+13075550102", Some(NOW.plus_secs(-60)), ""),
            known(4, "+13075550103", None, "Litigators 2026"),
        ];
        let rows: Vec<Vec<String>> = (0..4).map(|n| vec![format!("307555010{n}")]).collect();
        let rows: Vec<Vec<&str>> = rows
            .iter()
            .map(|r| r.iter().map(String::as_str).collect())
            .collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let judged = judged(&rows, &stored);
        let fates: Vec<Fate> = judged.iter().map(|one| one.fate).collect();
        assert_eq!(
            fates,
            [Fate::Unchanged, Fate::Changed, Fate::Changed, Fate::Changed]
        );
        let row = |at: usize| judged[at].write.clone().expect("a write").1;
        assert_eq!(
            (row(1).until, row(1).source.as_str(), row(1).note.as_str()),
            (None, "", "Robocalls")
        );
        assert_eq!(
            row(2).source,
            "Litigators 2026",
            "a block that is over is taken over"
        );
        assert_eq!(row(3).note, "TCPA list: Litigators 2026");
        let elsewhere = Known {
            input: BlockRow {
                campaign: Some(CampaignId(uuid::Uuid::from_u128(1))),
                ..stored[0].input.clone()
            },
            ..stored[0].clone()
        };
        let rules = Litigators::new("x", None, NOW).expect("a list");
        let once = judge(&rules, &sheet(&[&["3075550100"]]).rows, &[elsewhere]);
        assert_eq!(once[0].fate, Fate::New);
    }

    #[test]
    fn a_list_needs_a_name_and_a_day_to_come() {
        let fields = |source: &str, until| -> Vec<String> {
            let errors = Litigators::new(source, until, NOW).expect_err("wrong");
            errors.0.into_iter().map(|e| e.field).collect()
        };
        assert_eq!(fields(" ", Some(NOW)), ["source", "until"]);
        assert_eq!(fields(&"x".repeat(61), None), ["source"]);
    }
}
