//! Whole visits as a page's script tells them: the landing asks for a number, the next page asks again
//! and keeps it, a minute later it says that it is still there, and it is left.

use crate::course::{Course, Line};
use crate::visitor::{self, Visitor};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;

/// Requests of a visit that ask for a number; a beat and the leaving come to that.
pub const ASKS: usize = 2;

/// A visit of somebody new.
#[derive(Debug, Clone, Copy)]
pub struct Visit;

/// What a page that asked was answered.
#[derive(Debug, Deserialize, PartialEq, Eq)]
struct Lent {
    session: String,
    number: String,
    /// When the visit was heard of last, in microseconds.
    seen: i64,
}

/// What a page that is still there was answered.
#[derive(Debug, Deserialize)]
struct Heard {
    seen: i64,
}

impl Course for Visit {
    async fn carry(self, line: &mut Line) -> Result<()> {
        let visitor = Visitor::next();
        let first = Lent::read(&tell(line, visitor::ASSIGN, &visitor.lands()).await?)?;
        let again = visitor.goes_on(&first.session);
        let second = Lent::read(&tell(line, visitor::ASSIGN, &again).await?)?;
        if (&first.session, &first.number) != (&second.session, &second.number) {
            bail!("a visit began anew: {first:?}, then {second:?}");
        }
        let beat = Visitor::beats(&second.session);
        let heard = tell(line, visitor::BEAT, &beat).await?;
        let heard: Heard = serde_json::from_str(&heard).context("no answer to a beat")?;
        let left = Visitor::leaves(&second.session, heard.seen);
        tell(line, visitor::LEAVE, &left).await?;
        Ok(())
    }
}

impl Lent {
    fn read(answer: &str) -> Result<Self> {
        let lent: Self = serde_json::from_str(answer).context("no answer to a page")?;
        if lent.number.is_empty() {
            bail!("a visitor got no number: {answer}");
        }
        Ok(lent)
    }
}

async fn tell(line: &mut Line, path: &str, told: &Value) -> Result<String> {
    let request = visitor::post(line.host(), path, told);
    line.send(path, &request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_without_a_number_is_none() {
        let answer = |number: &str| format!(r#"{{"session":"s","number":"{number}","seen":7}}"#);
        let lent = Lent::read(&answer("+14695550001")).unwrap();
        assert_eq!((lent.session.as_str(), lent.seen), ("s", 7));
        assert!(Lent::read(&answer("")).is_err());
        assert!(Lent::read("<html>").is_err());
    }
}
