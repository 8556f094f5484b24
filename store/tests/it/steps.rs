//! Steps of calls, in the words of the tests.

use domain::call::session::Session;
use domain::caps::dollars::DollarCaps;
use domain::caps::{Caps, Claim};
use domain::id::{CallId, TargetId};
use domain::money::Micros;
use domain::tag::Tags;
use domain::time::Windows;
use store::{Conn, EventRecord, Kept, Over, SavedCall, StepRecord, StoreError, Tenant};

use crate::world::NOON;

/// A claim without caps.
pub(crate) fn claim(target: TargetId, windows: Windows) -> Claim {
    Claim {
        target,
        caps: Caps::default(),
        dollars: DollarCaps::default(),
        price: Micros::ZERO,
        windows,
    }
}

/// A step that only stores a new call.
pub(crate) fn arriving<'a>(call: CallId, session: &'a Session, tags: &'a Tags) -> StepRecord<'a> {
    StepRecord {
        call,
        over: Over::Nothing { tags },
        session,
        next_check_at: session.is_live().then(|| NOON.plus_secs(3_600)),
        claims: &[],
        group_claim: None,
        freed_groups: &[],
        freed: &[],
        recordings: &[],
        ledger: &[],
        payout: None,
        dials: &[],
        pings: &[],
        bid: None,
        event: None,
        now: NOON,
    }
}

/// A step that only stores a session over an older one.
pub(crate) fn going_on<'a>(saved: &'a SavedCall, session: &'a Session) -> StepRecord<'a> {
    StepRecord {
        call: saved.id,
        over: Over::Saved(saved),
        session,
        next_check_at: session.is_live().then(|| NOON.plus_secs(3_600)),
        claims: &[],
        group_claim: None,
        freed_groups: &[],
        freed: &[],
        recordings: &[],
        ledger: &[],
        payout: None,
        dials: &[],
        pings: &[],
        bid: None,
        event: None,
        now: NOON,
    }
}

/// Keeps a step that wants no line.
pub(crate) async fn keep(tenant: &Tenant<'_>, step: &StepRecord<'_>) -> Result<(), StoreError> {
    let kept = tenant.keep_step(step).await?;
    assert_eq!(kept, Kept::Done, "nothing was claimed");
    Ok(())
}

/// Stores an event of a call that does not change.
pub(crate) async fn note(
    tenant: &Tenant<'_>,
    saved: &SavedCall,
    event: &EventRecord,
) -> Result<(), StoreError> {
    let step = StepRecord {
        event: Some(event),
        ..going_on(saved, &saved.session)
    };
    keep(tenant, &step).await
}

/// A call to go on with.
pub(crate) async fn resume(conn: &Conn, call: CallId) -> Result<SavedCall, StoreError> {
    let resumed = conn.platform().resume(call, None).await?;
    Ok(resumed.ok_or(StoreError::NotFound)?.saved)
}
