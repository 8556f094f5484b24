//! Bulk lists, and which filters look values up in them.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::bulk_list::{BulkListDetail, BulkListForm, BulkListRow, values_of};
use domain::id::BulkListId;
use domain::tag::filter::{Filter, Test};
use store::{BulkListRecord, Constraint, Db, StoreError, Tenant};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;
use crate::zone;

const TAKEN: &str = "Another list has this name.";

/// See the module.
#[derive(Debug, Clone)]
pub struct BulkLists {
    db: Db,
}

impl BulkLists {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// All lists, without their values.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<Vec<BulkListRow>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let uses = uses(&tenant).await?;
        let lists = tenant.bulk_lists().await?;
        Ok(lists.iter().map(|list| row(op, list, &uses)).collect())
    }

    /// A list with its values.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn detail(&self, op: &OpCtx, id: BulkListId) -> Result<BulkListDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let list = tenant.bulk_list(id).await.or_missing("list")?;
        let uses = uses(&tenant).await?;
        Ok(BulkListDetail {
            row: row(op, &list, &uses),
            form: BulkListForm {
                name: list.name,
                entries: list.entries,
            },
        })
    }

    /// Adds a list.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `name` or `entries`.
    pub async fn create(&self, op: &OpCtx, form: &BulkListForm) -> Result<BulkListId, Error> {
        require(op, Permission::EditPublishers)?;
        let new = form.check()?;
        let conn = self.db.write().await?;
        let id = conn
            .tenant(&op.scope)
            .add_bulk_list(&new.name, &new.entries, op.now)
            .await
            .or_taken(Constraint::BulkListName, "name", TAKEN)?;
        conn.commit().await?;
        Ok(id)
    }

    /// Replaces a list's name and values.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at `name` or `entries`.
    pub async fn update(
        &self,
        op: &OpCtx,
        id: BulkListId,
        form: &BulkListForm,
    ) -> Result<(), Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.bulk_list(id).await.or_missing("list")?;
        let new = form.check()?;
        tenant
            .update_bulk_list(id, &new.name, &new.entries)
            .await
            .or_taken(Constraint::BulkListName, "name", TAKEN)?;
        Ok(conn.commit().await?)
    }

    /// Removes a list. Filters that look values up in it find none there any more.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn remove(&self, op: &OpCtx, id: BulkListId) -> Result<(), Error> {
        require(op, Permission::EditPublishers)?;
        let conn = self.db.write().await?;
        conn.tenant(&op.scope)
            .remove_bulk_list(id)
            .await
            .or_missing("list")?;
        Ok(conn.commit().await?)
    }
}

fn row(op: &OpCtx, list: &BulkListRecord, uses: &BTreeMap<BulkListId, Vec<String>>) -> BulkListRow {
    BulkListRow {
        id: list.id,
        name: list.name.clone(),
        values: values_of(&list.entries),
        uses: uses.get(&list.id).cloned().unwrap_or_default(),
        created: zone::stamp(&op.zone, list.created_at),
    }
}

/// What looks values up in each list.
async fn uses(tenant: &Tenant<'_>) -> Result<BTreeMap<BulkListId, Vec<String>>, StoreError> {
    let mut uses: BTreeMap<BulkListId, Vec<String>> = BTreeMap::new();
    for publisher in tenant.publishers().await? {
        for rule in publisher.terms.every_rule() {
            let what = || format!("{}, rule {}", publisher.name, rule.name);
            note(&mut uses, &rule.filter, what);
        }
    }
    let campaigns: BTreeMap<_, _> = tenant.campaign_names().await?.into_iter().collect();
    for route in tenant.routes().await? {
        let campaign = campaigns.get(&route.campaign).map_or("", String::as_str);
        note(&mut uses, &route.terms.filter, || {
            format!("Routing plan of {campaign}")
        });
    }
    for target in tenant.targets().await? {
        note(&mut uses, &target.settings.filter, || {
            format!("Target {}", target.input.name)
        });
    }
    for buyer in tenant.buyers().await? {
        note(&mut uses, &buyer.settings.filter, || {
            format!("Buyer {}", buyer.name)
        });
    }
    Ok(uses)
}

fn note(uses: &mut BTreeMap<BulkListId, Vec<String>>, filter: &Filter, what: impl Fn() -> String) {
    let rules = filter.groups.iter().flat_map(|group| &group.rules);
    for rule in rules {
        if let Test::InList(id) = rule.test {
            let all = uses.entry(id).or_default();
            let what = what();
            if !all.contains(&what) {
                all.push(what);
            }
        }
    }
}
