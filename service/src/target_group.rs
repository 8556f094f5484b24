//! Groups of targets.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::page::{Activity, Availability, AvailabilityKind, Meter};
use domain::api::target_group::{MemberChoice, TargetGroupDetail, TargetGroupForm, TargetGroupRow};
use domain::caps::{CapKind, Usage};
use domain::id::{CampaignId, TargetGroupId, TargetId};
use domain::invalid::FieldErrors;
use domain::plan::{Route, RouteTo};
use domain::recovery::RecoverySetting;
use domain::routing::{Clocks, Exclusions, UsageMap, Verdict, refusal};
use domain::schedule::holiday;
use domain::tag::list::BulkLists;
use domain::target::Target;
use domain::target::group::{GroupFacts, GroupRefusal, TargetGroup};
use store::{Conn, Constraint, Db, TargetGroupRecord, TargetRecord};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;
use crate::plan::all_usage;
use crate::target::availability;
use crate::{plan, zone};

const TAKEN: &str = "Another group has this name.";

/// A group as it is stored, without members that are archived, how it stands now and what it has
/// used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetGroupFacts {
    pub record: TargetGroupRecord,
    pub now: Availability,
    /// In the windows that are running.
    pub used: Usage,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct TargetGroups {
    db: Db,
}

impl TargetGroups {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// All groups, or all ring trees, with how they stand, by name; those that are archived at the end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx, trees: bool) -> Result<Vec<TargetGroupRow>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let mut groups = tenant.target_groups().await?;
        groups.extend(tenant.archived_target_groups().await?);
        groups.retain(|group| group.group.auction.is_some() == trees);
        let facts = Facts::load(&conn, op, &groups).await?;
        Ok(groups.iter().map(|group| facts.row(group)).collect())
    }

    /// A group with its settings and what it has used.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn detail(&self, op: &OpCtx, id: TargetGroupId) -> Result<TargetGroupDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let group = tenant.target_group(id).await.or_missing("target group")?;
        let facts = Facts::load(&conn, op, std::slice::from_ref(&group)).await?;
        let used = facts.used(&group.group);
        let caps = group.group.caps;
        let calls = |count, limit| Meter { count, limit };
        Ok(TargetGroupDetail {
            row: facts.row(&group),
            form: TargetGroupForm::of(&facts.present(&group.group)),
            hour: calls(used.hour, caps.hourly),
            month: calls(used.month, caps.monthly),
            total: calls(used.total, caps.total),
            targets: facts.choices(group.group.auction.is_some()),
        })
    }

    /// The targets that a new group can have, or a new ring tree.
    ///
    /// # Errors
    /// What the database says.
    pub async fn choices(&self, op: &OpCtx, tree: bool) -> Result<Vec<MemberChoice>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        Ok(Facts::load(&conn, op, &[]).await?.choices(tree))
    }

    /// All groups that are not archived, with how they stand: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn facts(&self, op: &OpCtx) -> Result<Vec<TargetGroupFacts>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let groups = conn.tenant(&op.scope).target_groups().await?;
        let facts = Facts::load(&conn, op, &groups).await?;
        Ok(groups.iter().map(|group| facts.facts(group)).collect())
    }

    /// A group with how it stands: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fact(&self, op: &OpCtx, id: TargetGroupId) -> Result<TargetGroupFacts, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let found = conn.tenant(&op.scope).target_group(id).await;
        let group = found.or_missing("target group")?;
        let facts = Facts::load(&conn, op, std::slice::from_ref(&group)).await?;
        Ok(facts.facts(&group))
    }

    /// Adds a group.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create(&self, op: &OpCtx, form: &TargetGroupForm) -> Result<TargetGroupId, Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let group = form.check()?;
        known_members(&tenant.targets().await?, form, &group)?;
        let id = tenant.add_target_group(&group, op.now).await.or_taken(
            Constraint::TargetGroupName,
            "name",
            TAKEN,
        )?;
        conn.commit().await?;
        Ok(id)
    }

    /// Replaces a group's settings and members. Calls in progress keep their places.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn update(
        &self,
        op: &OpCtx,
        id: TargetGroupId,
        form: &TargetGroupForm,
    ) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.target_group(id).await.or_missing("target group")?;
        let group = form.check()?;
        known_members(&tenant.targets().await?, form, &group)?;
        tenant.update_target_group(id, &group).await.or_taken(
            Constraint::TargetGroupName,
            "name",
            TAKEN,
        )?;
        Ok(conn.commit().await?)
    }

    /// Pauses, resumes or archives a group.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_activity(
        &self,
        op: &OpCtx,
        id: TargetGroupId,
        activity: Activity,
    ) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        conn.tenant(&op.scope)
            .set_target_group_activity(id, activity)
            .await
            .or_missing("target group")?;
        Ok(conn.commit().await?)
    }
}

/// Whether all members are the account's and not archived.
fn known_members(
    known: &[TargetRecord],
    form: &TargetGroupForm,
    group: &TargetGroup,
) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    for member in &group.members {
        if !known.iter().any(|t| t.id == member.target) {
            let typed = member.target.to_string();
            let place = form.members.iter().position(|m| m.trim() == typed);
            errors.add(
                &format!("members[{}].target", place.unwrap_or(0)),
                "unknown",
                "There is no such target. Choose one from the list.",
            );
        }
        let bids = |t: &&TargetRecord| t.id == member.target && t.settings.bidder.is_some();
        if known.iter().find(bids).is_some() != group.auction.is_some() {
            let place = form
                .members
                .iter()
                .position(|m| m.trim() == member.target.to_string());
            let message = if group.auction.is_some() {
                "It makes no bids. A ring tree has RTB targets only."
            } else {
                "It bids for its calls: put it into a ring tree."
            };
            errors.add(
                &format!("members[{}].target", place.unwrap_or(0)),
                "mismatch",
                message,
            );
        }
    }
    errors.check()
}

/// All that views of groups need, loaded once.
struct Facts {
    targets: Vec<Target>,
    usage: UsageMap,
    clocks: Clocks,
    campaigns: BTreeMap<TargetGroupId, Vec<(CampaignId, String)>>,
}

impl Facts {
    async fn load(conn: &Conn, op: &OpCtx, groups: &[TargetGroupRecord]) -> Result<Self, Error> {
        let tenant = conn.tenant(&op.scope);
        let buyers = tenant.buyers().await?;
        let of = |t: &TargetRecord| {
            let buyer = buyers.iter().find(|b| b.id == t.buyer)?;
            Some(plan::routed(
                t,
                buyer,
                RecoverySetting::Off,
                &BulkLists::new(),
            ))
        };
        let targets: Vec<Target> = tenant.targets().await?.iter().filter_map(of).collect();
        let names: BTreeMap<CampaignId, String> = (tenant.campaigns().await?.into_iter())
            .map(|c| (c.id, c.name))
            .collect();
        let mut campaigns: BTreeMap<TargetGroupId, Vec<_>> = BTreeMap::new();
        for route in tenant.routes().await? {
            if let (RouteTo::Group(group), Some(name)) = (route.to, names.get(&route.campaign)) {
                let of_group = campaigns.entry(group).or_default();
                of_group.push((route.campaign, name.clone()));
            }
        }
        let zones = targets.iter().map(|t| t.zone.as_str());
        let zones = zones.chain(groups.iter().map(|g| g.group.zone.as_str()));
        Ok(Self {
            clocks: zone::clocks(zones, op.now),
            usage: all_usage(conn, &op.scope).await?,
            campaigns,
            targets,
        })
    }

    /// Without members that are archived.
    fn present(&self, group: &TargetGroup) -> TargetGroup {
        let there = |id: TargetId| self.targets.iter().any(|t| t.id == id);
        TargetGroup {
            members: (group.members.iter().copied())
                .filter(|m| there(m.target))
                .collect(),
            ..group.clone()
        }
    }

    fn used(&self, group: &TargetGroup) -> Usage {
        let windows = self.clocks.get(&group.zone).map(|local| local.windows());
        self.usage
            .group(group.id)
            .within(&windows.unwrap_or_default())
    }

    /// How a group of present members stands.
    fn standing(&self, group: &TargetGroup) -> (Availability, Meter, Meter) {
        let members: Vec<&Target> = (group.members.iter())
            .filter_map(|m| self.targets.iter().find(|t| t.id == m.target))
            .collect();
        standing(group, &members, true, &self.usage, &self.clocks)
    }

    fn facts(&self, record: &TargetGroupRecord) -> TargetGroupFacts {
        let group = self.present(&record.group);
        TargetGroupFacts {
            now: self.standing(&group).0,
            used: self.used(&group),
            record: TargetGroupRecord {
                group,
                ..record.clone()
            },
        }
    }

    fn row(&self, record: &TargetGroupRecord) -> TargetGroupRow {
        let group = self.present(&record.group);
        let (now, lines, today) = self.standing(&group);
        TargetGroupRow {
            id: group.id,
            activity: record.activity,
            order: match &group.auction {
                Some(terms) => format!("Highest bid within {} ms", terms.deadline_ms),
                None => group.order.word().to_owned(),
            },
            is_tree: group.auction.is_some(),
            members: u32::try_from(group.members.len()).unwrap_or(u32::MAX),
            now,
            lines,
            today,
            campaigns: self.campaigns.get(&group.id).cloned().unwrap_or_default(),
            name: group.name,
        }
    }

    /// RTB targets for a ring tree, all others for a group.
    fn choices(&self, tree: bool) -> Vec<MemberChoice> {
        let choice = |target: &Target| MemberChoice {
            target: target.id,
            name: target.name.clone(),
            buyer: target.buyer,
            buyer_name: target.buyer_name.clone(),
            destination: target.destination.display(),
            now: availability(target, true, &self.usage, &self.clocks).0,
        };
        let fits = |target: &&Target| target.bids == tree;
        self.targets.iter().filter(fits).map(choice).collect()
    }
}

/// How a group stands right now: state, lines in use, calls today. The words come from the same
/// functions that decide calls.
pub(crate) fn standing(
    group: &TargetGroup,
    members: &[&Target],
    on: bool,
    usage: &UsageMap,
    clocks: &Clocks,
) -> (Availability, Meter, Meter) {
    let local = clocks.get(&group.zone);
    let windows = local.map(|local| local.windows()).unwrap_or_default();
    let used = usage.group(group.id).within(&windows);
    let refused: BTreeMap<TargetId, Verdict> = members
        .iter()
        .filter_map(|target| {
            let route = Route::to((*target).clone());
            let why = refusal(&route, &Exclusions::default(), usage, clocks)?;
            Some((target.id, why))
        })
        .collect();
    let expansion = group.expand(&GroupFacts {
        usage: usage.group(group.id),
        local,
        refused: &refused,
        exclusions: &Exclusions::default(),
        has_place: false,
        auction: None,
    });
    let state = |kind, word: &str, detail: String| Availability {
        kind,
        word: word.to_owned(),
        detail,
    };
    let open = expansion.now.len() + expansion.then.len();
    let of_all = format!("{open} of {} open", group.members.len());
    let now = match &expansion.refused {
        _ if !on => state(AvailabilityKind::Paused, "Off", "in this plan".to_owned()),
        Some(GroupRefusal::NoTime) => state(AvailabilityKind::Full, "Full", String::new()),
        Some(GroupRefusal::Paused) => state(AvailabilityKind::Paused, "Paused", String::new()),
        Some(GroupRefusal::Closed { until }) => {
            state(AvailabilityKind::Closed, "Closed", until.clone())
        }
        Some(GroupRefusal::CapReached(reached)) => {
            let (count, limit) = (reached.count, reached.limit);
            let when = match reached.kind {
                CapKind::Concurrent => "busy",
                CapKind::Hourly => "this hour",
                CapKind::Daily => "today",
                CapKind::Monthly => "this month",
                CapKind::Total => "in all",
            };
            let detail = format!("capped at {count} of {limit} {when}");
            state(AvailabilityKind::Full, "Full", detail)
        }
        None if open > 0 => {
            let until = local.map(|local| {
                holiday::state(&group.hours, &group.holidays, local).words(&group.zone)
            });
            // Until when the group itself is open says nothing while it always is.
            let until = until.filter(|words| words.starts_with("until"));
            let detail = match until {
                Some(until) => format!("{of_all}, {until}"),
                None => of_all,
            };
            state(AvailabilityKind::Open, "Open", detail)
        }
        None => {
            let full =
                |v: &Verdict| matches!(v, Verdict::CapReached(_) | Verdict::DollarCapReached(_));
            let closed = |v: &Verdict| matches!(v, Verdict::Closed { .. });
            let (kind, word) = if refused.values().any(full) {
                (AvailabilityKind::Full, "Full")
            } else if refused.values().any(closed) {
                (AvailabilityKind::Closed, "Closed")
            } else {
                (AvailabilityKind::Paused, "Paused")
            };
            state(kind, word, of_all)
        }
    };
    (
        now,
        Meter {
            count: used.live,
            limit: group.caps.concurrent,
        },
        Meter {
            count: used.day,
            limit: group.caps.daily,
        },
    )
}
