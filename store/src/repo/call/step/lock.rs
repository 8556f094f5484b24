//! The rows of usage a step locks, always in one order.

use domain::caps::{Claim, Freed, GroupClaim, GroupFreed};
use domain::time::Timestamp;
use sea_orm::sea_query::{
    Alias, Condition, Expr, ExprTrait, Query, SelectStatement, SimpleExpr, SubQueryStatement,
    UpdateStatement, WithClause,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait};

use super::{exists, part};
use crate::entity::{target_group_usage, target_usage};
use crate::scope::Tenant;

/// What is claimed and given back together.
#[derive(Debug, Clone, Copy)]
pub(in crate::repo) struct Capacity<'a> {
    pub claims: &'a [Claim],
    pub group_claim: Option<&'a GroupClaim>,
    pub freed: &'a [Freed],
    pub freed_groups: &'a [GroupFreed],
}

impl Capacity<'_> {
    /// Whether it touches no row at all.
    pub(in crate::repo) fn is_empty(&self) -> bool {
        self.claims.is_empty()
            && self.group_claim.is_none()
            && self.freed.is_empty()
            && self.freed_groups.is_empty()
    }

    /// Whether it touches more rows than one claim, and so must lock them in order first: also where
    /// it only gives several back, or it would meet a claim of the same ones the other way round.
    pub(super) fn needs_order(&self) -> bool {
        self.claims.len() > 1
            || self.group_claim.is_some()
            || !self.freed_groups.is_empty()
            || (self.claims.is_empty() && self.freed.len() > 1)
    }
}

impl Tenant<'_> {
    /// Rows of targets are locked in one order everywhere, or two calls that swap targets would
    /// wait for each other.
    pub(super) fn lock_in_order(&self, claim: &Claim, freed: &[Freed]) -> SelectStatement {
        self.lock(freed.iter().map(|f| f.target.0).chain([claim.target.0]))
    }

    pub(super) fn lock_targets(&self, freed: &[Freed]) -> SelectStatement {
        self.lock(freed.iter().map(|f| f.target.0))
    }

    fn lock(&self, targets: impl Iterator<Item = i64>) -> SelectStatement {
        self.select::<target_usage::Entity>()
            .filter(target_usage::Column::TargetId.is_in(targets))
            .into_query()
            .clear_selects()
            .column(target_usage::Column::TargetId)
            .order_by(target_usage::Column::TargetId, sea_orm::Order::Asc)
            .lock_exclusive()
            .to_owned()
    }

    /// Locks all that a step with a group touches before anything of it is changed, targets in the
    /// order of their ids and then groups, and finds whether all it claims has room: as the rows are
    /// once they are locked, not as they were when the statement began.
    pub(in crate::repo) fn lock_together(
        &self,
        with: &mut WithClause,
        step: &Capacity<'_>,
        gates: &[&str],
    ) {
        use target_group_usage::Column as G;
        use target_usage::Column as T;
        let mut ready = Query::select().expr(Expr::val(1)).to_owned();
        let all_there = |part: &str, column: &str, ids: &[i64]| {
            let mut found = Query::select()
                .expr(Expr::col(Alias::new(column)).count())
                .from(Alias::new(part))
                .to_owned();
            if ids.is_empty() {
                // Nothing has to be there, but the rows must be read: reading them is the lock, and a
                // condition that cannot hold would be folded away with it.
                return SimpleExpr::from(SubQueryStatement::from(found)).gte(0_i64);
            }
            found.and_where(Expr::col(Alias::new(column)).is_in(ids.iter().copied()));
            let found = SimpleExpr::from(SubQueryStatement::from(found));
            found.eq(i64::try_from(ids.len()).unwrap_or(i64::MAX))
        };
        for gate in gates {
            ready.and_where(exists(gate));
        }
        let claimed: Vec<i64> = step.claims.iter().map(|c| c.target.0).collect();
        let freed = step.freed.iter().map(|f| f.target.0);
        let mut targets = Condition::any().add(T::TargetId.is_in(freed));
        for claim in step.claims {
            targets = targets.add(
                Condition::all()
                    .add(T::TargetId.eq(claim.target.0))
                    .add(Self::room(claim)),
            );
        }
        let lock = self
            .select::<target_usage::Entity>()
            .filter(targets)
            .into_query()
            .clear_selects()
            .column(T::TargetId)
            .order_by(T::TargetId, sea_orm::Order::Asc)
            .lock_exclusive()
            .to_owned();
        with.cte(part("ordered", lock));
        ready.and_where(all_there("ordered", "target_id", &claimed));
        if step.group_claim.is_some() || !step.freed_groups.is_empty() {
            let freed = step.freed_groups.iter().map(|f| f.group.0);
            let mut groups = Condition::any().add(G::GroupId.is_in(freed));
            if let Some(claim) = step.group_claim {
                groups = groups.add(
                    Condition::all()
                        .add(G::GroupId.eq(claim.group.0))
                        .add(Self::group_room(claim)),
                );
            }
            let lock = self
                .select::<target_group_usage::Entity>()
                .filter(groups)
                // Not before the targets are locked.
                .filter(all_there("ordered", "target_id", &claimed))
                .into_query()
                .clear_selects()
                .column(G::GroupId)
                .order_by(G::GroupId, sea_orm::Order::Asc)
                .lock_exclusive()
                .to_owned();
            with.cte(part("ordered_groups", lock));
            let claimed: Vec<i64> = step.group_claim.iter().map(|c| c.group.0).collect();
            ready.and_where(all_there("ordered_groups", "group_id", &claimed));
        }
        with.cte(part("together", ready));
    }

    /// The same for a step that may touch nothing of the kind.
    pub(in crate::repo) fn lock_capacity(
        &self,
        with: &mut WithClause,
        step: &Capacity<'_>,
        gates: &[&str],
    ) {
        if !step.is_empty() {
            return self.lock_together(with, step, gates);
        }
        let mut ready = Query::select().expr(Expr::val(1)).to_owned();
        for gate in gates {
            ready.and_where(exists(gate));
        }
        with.cte(part("together", ready));
    }

    /// Claims and gives back what was locked together.
    pub(in crate::repo) fn change_capacity(
        &self,
        with: &mut WithClause,
        step: &Capacity<'_>,
        now: Timestamp,
    ) {
        for (at, claim) in step.claims.iter().enumerate() {
            let claiming = self.claiming(claim, now).into_query();
            with.cte(part(&format!("claimed{at}"), behind_together(claiming)));
        }
        if let Some(claim) = step.group_claim {
            let claiming = self.claiming_group(claim, now).into_query();
            with.cte(part("claimed_group", behind_together(claiming)));
        }
        for (at, freed) in step.freed.iter().enumerate() {
            let freeing = self.freeing(freed, now).into_query();
            with.cte(part(&format!("freed{at}"), behind_together(freeing)));
        }
        for (at, freed) in step.freed_groups.iter().enumerate() {
            let freeing = self.freeing_group(freed, now).into_query();
            with.cte(part(&format!("freed_group{at}"), behind_together(freeing)));
        }
    }
}

/// A change that is made if all that was locked together is as it must be.
pub(in crate::repo) fn behind_together(mut update: UpdateStatement) -> UpdateStatement {
    update.and_where(exists("together"));
    update
}
