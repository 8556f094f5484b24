//! Ring trees: groups of bidders, and auctions among them without a call.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::access::Permission;
use domain::api::page::Activity;
use domain::api::rtb_target::{AuctionView, TrialForm};
use domain::id::{CallId, RouteId, TargetGroupId, TargetId};
use domain::rtb::auction::AuctionTerms;
use domain::rtb::held::Lot;
use domain::target::group::{Member, TargetGroup};
use store::{Db, PingRecord, TargetRecord, Tenant};

use crate::auction::bidding::{Bidding, Entrant};
use crate::auction::{ReadyBidder, about_test};
use crate::call::view::Names;
use crate::error::{Error, OrMissing};
use crate::guard::require;
use crate::op::OpCtx;
use crate::rtb_ping::PingNames;

/// See the module.
#[derive(Debug, Clone)]
pub struct RingTrees {
    db: Db,
    bidding: Bidding,
}

impl RingTrees {
    pub(crate) fn new(db: Db, bidding: Bidding) -> Self {
        Self { db, bidding }
    }

    /// Holds an auction among a tree's active bidders as if somebody called, whatever their hours,
    /// limits and filters say. Nothing is kept of it, no call is sent, and no winner asked to confirm.
    ///
    /// # Errors
    /// [`Error::NotFound`], also for a group that is no ring tree; [`Error::Invalid`] at a field;
    /// [`Error::Conflict`] if nobody can be asked.
    pub async fn rehearse(
        &self,
        op: &OpCtx,
        id: TargetGroupId,
        about: &TrialForm,
    ) -> Result<AuctionView, Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let (tree, terms) = tree(&tenant, id).await?;
        let call = about.check()?;
        let targets = tenant.targets().await?;
        let names = PingNames::load(&tenant, Names::load(&conn, op).await?).await?;
        // Bidders take their time: nobody waits for this connection meanwhile.
        drop(conn);
        let entrants = entrants(&tree, targets);
        let lot = Lot {
            route: RouteId(0),
            group: id,
            name: tree.name,
            at: self.bidding.now(),
            terms,
        };
        let told = about_test(&call.caller, &call.tags);
        let (_, pings) = self
            .bidding
            .hold(op.scope.account(), lot, &entrants, &told)
            .await;
        let records: Vec<PingRecord> = (pings.into_iter().zip(0..))
            .map(|(ping, id)| PingRecord {
                id,
                call: CallId(uuid::Uuid::nil()),
                ping,
            })
            .collect();
        let held = names.auctions(op, &records, &call.caller).pop();
        held.ok_or_else(|| Error::Conflict {
            code: "nobody_to_ask",
            message: "None of its RTB targets is active, so nobody can be asked.".to_owned(),
        })
    }
}

async fn tree(
    tenant: &Tenant<'_>,
    id: TargetGroupId,
) -> Result<(TargetGroup, AuctionTerms), Error> {
    let record = tenant.target_group(id).await.or_missing("ring tree")?;
    let terms = (record.group.auction).ok_or(Error::NotFound("ring tree"))?;
    Ok((record.group, terms))
}

/// Who is asked, in the tree's order.
fn entrants(tree: &TargetGroup, targets: Vec<TargetRecord>) -> Vec<Entrant> {
    let active = targets
        .into_iter()
        .filter(|t| t.activity == Activity::Active);
    let active: BTreeMap<TargetId, TargetRecord> = active.map(|t| (t.id, t)).collect();
    let entrant = |member: &Member| {
        let target = active.get(&member.target)?;
        let ready = ReadyBidder::of(target)?;
        Some(Entrant {
            target: target.id,
            priority: member.priority,
            weight: member.weight,
            bidder: Some(Arc::new(ready)),
            limit: None,
        })
    };
    tree.members.iter().filter_map(entrant).collect()
}
