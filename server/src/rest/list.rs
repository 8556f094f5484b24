//! Lists: a page at a time, each from where the one before ended.

use super::problem::Problem;
use domain::invalid::FieldErrors;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::str::FromStr;
use utoipa::{IntoParams, ToSchema};

/// Entries on a page unless the request says otherwise.
const LIMIT_DEFAULT: usize = 50;
/// Entries on a page at most.
const LIMIT_MAX: usize = 200;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct List<T> {
    pub data: Vec<T>,
    /// What to send as `after` to get the next page; null on the last one.
    pub next: Option<String>,
}

/// Which page of a list.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Page {
    /// Entries at most; 50 if absent.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<usize>,
    /// The `next` of the page before.
    pub after: Option<String>,
}

/// How many entries a page holds.
pub fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    match asked {
        None => Ok(LIMIT_DEFAULT),
        Some(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Some(_) => {
            Err(FieldErrors::one("limit", "out_of_range", "Ask for 1 to 200 entries.").into())
        }
    }
}

/// Where a page begins: behind an entry of this key.
pub fn after<K: FromStr>(asked: Option<&str>) -> Result<Option<K>, Problem> {
    let parsed = asked.map(str::parse).transpose();
    parsed.map_err(|_| {
        FieldErrors::one(
            "after",
            "malformed",
            "Send the next of the page before, unchanged.",
        )
        .into()
    })
}

/// A page of all there is, in the order of their keys.
pub fn page<T, K>(
    mut all: Vec<T>,
    key: impl Fn(&T) -> K,
    (asked, behind): (Option<usize>, Option<&str>),
) -> Result<List<T>, Problem>
where
    K: Ord + FromStr + Display,
{
    let (limit, behind) = (limit(asked)?, after::<K>(behind)?);
    all.sort_by_key(&key);
    if let Some(behind) = behind {
        all.retain(|entry| key(entry) > behind);
    }
    Ok(cut(all, limit, |last| key(last).to_string()))
}

/// The first entries, of one more than fit if there are more.
pub fn cut<T>(mut all: Vec<T>, limit: usize, cursor: impl Fn(&T) -> String) -> List<T> {
    let more = all.len() > limit;
    all.truncate(limit);
    List {
        next: all.last().filter(|_| more).map(cursor),
        data: all,
    }
}

impl<T> List<T> {
    /// The same page of something else.
    pub fn map<U>(self, each: impl Fn(T) -> U) -> List<U> {
        List {
            data: self.data.into_iter().map(each).collect(),
            next: self.next,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_gap_or_overlap() {
        let mut seen = Vec::new();
        let mut next: Option<String> = None;
        loop {
            let all = vec![5_i64, 3, 9, 1, 7];
            let list =
                page(all, |n| *n, (Some(2), next.as_deref())).unwrap_or_else(|_| panic!("fits"));
            seen.extend(list.data);
            next = list.next;
            if next.is_none() {
                break;
            }
        }
        assert_eq!(seen, [1, 3, 5, 7, 9]);
        for (limit, after) in [(Some(0), None), (Some(201), None), (None, Some("x"))] {
            assert!(page(vec![1_i64], |n| *n, (limit, after)).is_err());
        }
    }
}
