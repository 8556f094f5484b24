//! A list of payout rules while it is edited: what differs from the saved one, and how each
//! difference is taken back. Pure, so that it is tested without a browser.

use domain::api::publisher::PayoutRuleForm;

/// A rule in the editor, with the key it has there.
pub type Keyed = (u32, PayoutRuleForm);

/// One difference from the saved list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    Added { key: u32, name: String },
    Edited { key: u32, name: String },
    Removed { id: String, name: String },
    Order,
}

impl Change {
    /// Which rule of the editor it is about.
    pub fn key(&self) -> Option<u32> {
        match self {
            Self::Added { key, .. } | Self::Edited { key, .. } => Some(*key),
            Self::Removed { .. } | Self::Order => None,
        }
    }

    /// What people read.
    pub fn words(&self) -> String {
        let named = |name: &String| match name.trim() {
            "" => "A rule without a name".to_owned(),
            name => name.to_owned(),
        };
        match self {
            Self::Added { name, .. } => format!("{} added", named(name)),
            Self::Edited { name, .. } => format!("{} edited", named(name)),
            Self::Removed { name, .. } => format!("{} removed", named(name)),
            Self::Order => "Order changed".to_owned(),
        }
    }
}

fn find<'a>(base: &'a [PayoutRuleForm], id: &str) -> Option<&'a PayoutRuleForm> {
    base.iter().find(|rule| !id.is_empty() && rule.id == id)
}

/// What differs from `base`, in the order of the rules.
pub fn changes(base: &[PayoutRuleForm], now: &[Keyed]) -> Vec<Change> {
    let mut changes = Vec::new();
    for (key, rule) in now {
        let (key, name) = (*key, rule.name.clone());
        match find(base, &rule.id) {
            None => changes.push(Change::Added { key, name }),
            Some(old) if old != rule => changes.push(Change::Edited { key, name }),
            Some(_) => {}
        }
    }
    let kept = |rule: &PayoutRuleForm| now.iter().any(|(_, now)| now.id == rule.id);
    let gone = base.iter().filter(|rule| !kept(rule));
    changes.extend(gone.map(|rule| Change::Removed {
        id: rule.id.clone(),
        name: rule.name.clone(),
    }));
    let before = base.iter().filter(|rule| kept(rule)).map(|rule| &rule.id);
    let known = |(_, rule): &&Keyed| find(base, &rule.id).is_some();
    let order = now.iter().filter(known).map(|(_, rule)| &rule.id);
    if !before.eq(order) {
        changes.push(Change::Order);
    }
    changes
}

/// Where a removed rule goes back to: behind the rules that stood before it and are still there.
pub fn place_back(base: &[PayoutRuleForm], now: &[Keyed], id: &str) -> usize {
    let before = base.iter().take_while(|rule| rule.id != id);
    let last = before
        .filter_map(|rule| now.iter().position(|(_, now)| now.id == rule.id))
        .max();
    last.map_or(0, |at| at + 1)
}

/// The keys in the order of `base`; what is not in it stays behind what it stood behind.
pub fn order_back(base: &[PayoutRuleForm], now: &[Keyed]) -> Vec<u32> {
    let rank = |rule: &PayoutRuleForm| base.iter().position(|old| old.id == rule.id);
    let mut known: Vec<(usize, u32)> = now
        .iter()
        .filter_map(|(key, rule)| find(base, &rule.id).and(rank(rule)).map(|at| (at, *key)))
        .collect();
    known.sort_unstable();
    let mut known = known.into_iter().map(|(_, key)| key);
    now.iter()
        .map(|(key, rule)| match find(base, &rule.id) {
            Some(_) => known.next().unwrap_or(*key),
            None => *key,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, name: &str) -> PayoutRuleForm {
        PayoutRuleForm {
            id: id.into(),
            name: name.into(),
            ..PayoutRuleForm::default()
        }
    }

    fn base() -> Vec<PayoutRuleForm> {
        vec![rule("1", "A"), rule("2", "B"), rule("3", "C")]
    }

    #[test]
    fn nothing_differs_from_itself() {
        let now: Vec<Keyed> = (0..).zip(base()).collect();
        assert_eq!(changes(&base(), &now), []);
    }

    #[test]
    fn every_difference_is_told_once() {
        let now = vec![
            (2, rule("3", "C")),
            (9, rule("", "New")),
            (0, rule("1", "A, edited")),
        ];
        let words: Vec<String> = changes(&base(), &now).iter().map(Change::words).collect();
        assert_eq!(
            words,
            [
                "New added",
                "A, edited edited",
                "B removed",
                "Order changed"
            ]
        );
    }

    #[test]
    fn a_removed_rule_goes_back_to_its_place() {
        let now = vec![
            (9, rule("", "New")),
            (0, rule("1", "A")),
            (2, rule("3", "C")),
        ];
        assert_eq!(place_back(&base(), &now, "2"), 2);
        assert_eq!(place_back(&base(), &now, "1"), 0);
    }

    #[test]
    fn the_old_order_leaves_new_rules_where_they_are() {
        let now = vec![
            (2, rule("3", "C")),
            (9, rule("", "New")),
            (0, rule("1", "A")),
            (1, rule("2", "B")),
        ];
        assert_eq!(order_back(&base(), &now), [0, 9, 1, 2]);
    }
}
