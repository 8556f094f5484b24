//! What tag filters are made from.

use std::collections::BTreeSet;

use domain::api::filter::FilterChoices;
use domain::api::page::Choice;
use domain::tag::filter::Filter;
use domain::tag::name::TagName;
use store::{StoreError, Tenant};

/// Of how many calls the tags are known.
const CALLS: u64 = 500;

/// Tags of the newest calls, and the account's lists.
pub(crate) async fn choices(tenant: &Tenant<'_>) -> Result<FilterChoices, StoreError> {
    let tags = tenant.known_tags(CALLS).await?;
    let lists = tenant.bulk_list_names().await?;
    Ok(FilterChoices {
        tags: tags.iter().map(ToString::to_string).collect(),
        lists: lists
            .into_iter()
            .map(|(id, name)| Choice {
                value: id.to_string(),
                label: name,
                hint: String::new(),
            })
            .collect(),
    })
}

/// A warning, no error, about tags that no call had lately: they may be misspelt, and they may come
/// tomorrow.
pub(crate) fn unknown_tags(filter: &Filter, choices: &FilterChoices) -> Option<String> {
    let known: BTreeSet<TagName> = choices
        .tags
        .iter()
        .filter_map(|tag| tag.parse().ok())
        .collect();
    let unknown: Vec<String> = filter
        .unknown_tags(&known)
        .iter()
        .map(|tag| tag.as_str().to_owned())
        .collect();
    match unknown.as_slice() {
        [] => None,
        [tag] => Some(format!("No recent call has the tag {tag}.")),
        tags => Some(format!(
            "No recent call has any of the tags {}.",
            tags.join(", ")
        )),
    }
}
