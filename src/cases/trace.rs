//! A told case in the words people read: each decision with what it says of every route, and the
//! money line by line.

use super::story::Story;
use crate::call::timeline::What;
use crate::time::length_text;

/// The whole history of a call.
pub(super) fn of(story: &Story) -> String {
    let mut lines = Vec::new();
    for entry in story.steps.iter().flat_map(|step| &step.entries) {
        let (_, title, detail) = entry.what.words();
        let after = length_text(entry.at.secs_since(story.began));
        let detail = if detail.is_empty() {
            detail
        } else {
            format!(" ({detail})")
        };
        lines.push(format!("{after} {title}{detail}"));
        match &entry.what {
            What::Decided { decision, .. } => {
                for c in &decision.candidates {
                    let (word, why) = (c.verdict.word(), c.verdict.sentence());
                    lines.push(format!(
                        "     {} (priority {}, weight {}): {word}. {why}",
                        c.name, c.priority, c.weight
                    ));
                    for member in &c.members {
                        let why = member.part.sentence();
                        lines.push(format!("       {}: {why}", member.name));
                    }
                }
            }
            What::MoneyClosed {
                revenue,
                payout,
                skipped,
            } => {
                for line in revenue {
                    let why = line.verdict.sentence();
                    lines.push(format!("     Revenue of attempt {}: {why}", line.attempt));
                }
                for line in payout {
                    lines.push(format!("     {}: {}", line.name, line.verdict.sentence()));
                }
                if let Some(skipped) = skipped {
                    lines.push(format!("     Payout: {skipped}"));
                }
            }
            _ => {}
        }
    }
    let total = story.shown();
    lines.push(format!("Revenue, payout, cost, profit: {total}"));
    lines.join("\n")
}
