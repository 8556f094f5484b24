//! The demo's RTB id: a publisher whose machine asks what a call is worth before it sends one.

use super::{PUBLISHERS, bidding, campaign_id};
use domain::api::number::NumberForm;
use domain::api::rtb_id::RtbIdForm;
use domain::id::RtbId;
use serde_json::{Value, json};
use service::{Error, OpCtx, Services};

/// The number that is lent to its bids, and called by nobody else.
pub const NUMBER: &str = "+18445550164";
/// Of a hundred simulated calls, how many are asked about first.
pub const SHARE: u64 = 12;
/// Whose it is.
const PUBLISHER: &str = PUBLISHERS[0].name;

/// Its id: the same on every machine, as all of the demo is.
#[must_use]
pub fn id() -> RtbId {
    RtbId(uuid::Uuid::from_u128(
        0x7a1b_0000_0000_4000_8000_0000_0000_0001,
    ))
}

/// Makes what is missing.
pub(super) async fn ensure(services: &Services, op: &OpCtx) -> Result<(), Error> {
    let known = services.rtb_ids.records(op).await?;
    if known.iter().any(|record| record.id == id()) {
        return Ok(());
    }
    let campaign = campaign_id(bidding::CAMPAIGN.id).to_string();
    let numbers = services.numbers.list(op).await?;
    if !numbers.rows.iter().any(|row| row.e164 == NUMBER) {
        let form = NumberForm {
            number: NUMBER.to_owned(),
            label: "Lent to bids".to_owned(),
            campaign: campaign.clone(),
            ..NumberForm::default()
        };
        services.numbers.add(op, &form).await?;
    }
    let publishers = services.publishers.list(op).await?;
    let Some(publisher) = publishers.iter().find(|row| row.name == PUBLISHER) else {
        // A person renamed or archived it: the demo stays as they made it.
        return Ok(());
    };
    let form = RtbIdForm {
        campaign,
        publisher: publisher.id.to_string(),
        how: "pass_through".to_owned(),
        max: "60".to_owned(),
        margin: "20%".to_owned(),
        min_margin: "2".to_owned(),
        modifiers: "state is FL => x0.90\nage is below 18 => reject".to_owned(),
        caller: "true".to_owned(),
        tags: "zip".to_owned(),
        numbers: NUMBER.to_owned(),
        rate: "120".to_owned(),
        expiry_s: "60".to_owned(),
        pay: "after".to_owned(),
        pay_after_days: "30".to_owned(),
        ..RtbIdForm::default()
    };
    match services.rtb_ids.create_as(op, id(), &form).await {
        // Somebody made another for the pair, or gave the number away: it stays as it is.
        Ok(_) | Err(Error::Invalid(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// The account's ids as `demo --json` tells them.
pub(super) async fn describe(services: &Services, op: &OpCtx) -> Result<Vec<Value>, Error> {
    let records = services.rtb_ids.records(op).await?;
    let one = |record: &service::rtb_id::RtbIdRecord| {
        json!({
            "id": record.id.0.simple().to_string(),
            "campaign": record.campaign,
            "publisher": record.publisher,
        })
    };
    Ok(records.iter().map(one).collect())
}

/// Asks as a publisher's program would: the number to call, if there is a bid.
pub(super) async fn ask(client: &reqwest::Client, base: &str, caller: &str) -> Option<String> {
    let zip = caller.get(2..7).unwrap_or("75201");
    let url = format!("{base}/v1/production/{}.json", id().0.simple());
    let query = [("CID", caller), ("zip", zip)];
    let answer = client.get(url).query(&query).send().await.ok()?;
    let said: Value = answer.json().await.ok()?;
    Some(said.get("phoneNumber")?.as_str()?.to_owned())
}
