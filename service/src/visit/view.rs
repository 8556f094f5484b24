//! Visits as people read them.

use std::collections::BTreeMap;

use domain::api::visit::{VisitRow, VisitView};
use domain::id::VisitId;
use domain::time::{Timestamp, length_text};
use domain::visit::attribution::Attribution;
use domain::visit::{Circumstances, VISITOR_TAGS};
use store::{StoreError, Tenant, VisitRecord};

use crate::op::OpCtx;
use crate::zone;

/// How long ago a page may have been heard of for its visitor to be there: two beats.
const LIVE_S: i64 = 120;

/// From when on a page must have been heard of for its visitor to be there.
pub(crate) fn live_since(now: Timestamp) -> Timestamp {
    now.plus_secs(-LIVE_S)
}

/// Lines of visits.
pub(crate) async fn rows(
    tenant: &Tenant<'_>,
    op: &OpCtx,
    visits: &[VisitRecord],
) -> Result<Vec<VisitRow>, StoreError> {
    let ids: Vec<VisitId> = visits.iter().map(|visit| visit.id).collect();
    let calls: BTreeMap<VisitId, u32> = tenant.calls_of_visits(&ids).await?;
    let rows = visits.iter().map(|visit| VisitRow {
        id: visit.id,
        started: zone::stamp(&op.zone, visit.started_at),
        live: visit.seen_at >= live_since(op.now),
        source: visit.source.words(),
        campaign: visit.source.campaign.clone(),
        landing: path(&visit.landing),
        place: place(&visit.circumstances),
        device: visit.circumstances.device.clone(),
        shown: visit.shown,
        number: visit
            .number
            .as_ref()
            .map(|number| number.display())
            .unwrap_or_default(),
        calls: calls.get(&visit.id).copied().unwrap_or(0),
    });
    Ok(rows.collect())
}

/// The visitor of a call; none if the visit is forgotten by now.
pub(crate) async fn of_call(
    tenant: &Tenant<'_>,
    op: &OpCtx,
    attribution: &Attribution,
) -> Result<Option<VisitView>, StoreError> {
    let visit = match tenant.visit(attribution.visit).await {
        Ok(visit) => visit,
        Err(StoreError::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let tag = tenant.dni_tag(visit.tag).await?;
    let at = &visit.circumstances;
    let device = [&at.device, &at.browser, &at.system]
        .into_iter()
        .filter(|word| !word.is_empty())
        .cloned()
        .collect::<Vec<_>>();
    let referrer = visit.tags.get(VISITOR_TAGS, "referrer").unwrap_or_default();
    Ok(Some(VisitView {
        started: zone::stamp(&op.zone, visit.started_at),
        why: attribution.by.words(),
        source: visit.source.words(),
        campaign: visit.source.campaign.clone(),
        landing: visit.landing.clone(),
        referrer: referrer.to_owned(),
        place: place(at),
        device: device.join(", "),
        tag: tag.settings.name,
        pages: visit
            .pages
            .iter()
            .map(|view| {
                let after = view.at.secs_since(visit.started_at);
                (length_text(after), path(&view.page))
            })
            .collect(),
    }))
}

/// "Dallas, TX", with the country where it is not the usual one.
pub(crate) fn place(at: &Circumstances) -> String {
    place_text(&at.city, &at.region, &at.country)
}

/// The same of its parts.
pub(crate) fn place_text(city: &str, region: &str, country: &str) -> String {
    let country = if country == "US" && !(city.is_empty() && region.is_empty()) {
        ""
    } else {
        country
    };
    [city, region, country]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// An address without its site: "/offer".
pub(crate) fn path(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    match rest.find('/') {
        Some(at) => rest[at..].to_owned(),
        None => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_pages_read_short() {
        assert_eq!(place_text("Dallas", "TX", "US"), "Dallas, TX");
        assert_eq!(place_text("", "", "US"), "US");
        assert_eq!(place_text("Leeds", "", "GB"), "Leeds, GB");
        assert_eq!(path("https://roofs.example/offer/a"), "/offer/a");
        assert_eq!(path("https://roofs.example"), "/");
    }
}
