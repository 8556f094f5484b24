//! Exporting lists as CSV, part by part: a long list is never held as a whole.

use std::collections::BTreeMap;

use domain::access::Permission;
use domain::api::call::CallRow;
use domain::api::campaign::CampaignForm;
use domain::api::page::Activity;
use domain::api::sheet::{ExportQuery, ListName};
use domain::block::pattern::BlockPattern;
use domain::id::{BlockId, CallId, CampaignId};
use domain::phone::Caller;
use domain::sheet::block::Blocks;
use domain::sheet::fate::{Known, Rules};
use domain::sheet::fields::{Fields, names};
use domain::sheet::write::{MARK, write};
use store::{BlockFilter, CallFilter, CallLine, CampaignRecord, Conn, Cursor, Db};

use super::{block, buyer, columns, number, publisher, target};
use crate::call::query::asked;
use crate::call::view::{self, Names};
use crate::campaign::input_of;
use crate::error::Error;
use crate::guard::require;
use crate::op::OpCtx;
use crate::zone;

/// Rows of one part.
const PART: u64 = 1_000;

/// See the module.
#[derive(Debug, Clone)]
pub struct Exports {
    db: Db,
}

/// A file that is being written.
#[derive(Debug)]
pub struct Export {
    /// "targets-2026-11-25.csv".
    pub file: String,
    db: Db,
    op: OpCtx,
    /// The part that is ready.
    ready: Option<String>,
    rest: Rest,
}

/// What comes after the part that is ready.
#[derive(Debug)]
enum Rest {
    Nothing,
    Calls {
        filter: CallFilter,
        names: Names,
        after: Cursor,
    },
    Blocks {
        search: String,
        source: String,
        campaigns: BTreeMap<CampaignId, String>,
        after: BlockId,
    },
}

impl Exports {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// Begins a file: "targets" or another list, "campaigns" or "calls".
    ///
    /// # Errors
    /// [`Error::NotFound`] for a list there is not, [`Error::Invalid`] at a filter.
    pub async fn open(&self, op: &OpCtx, name: &str, query: &ExportQuery) -> Result<Export, Error> {
        require(op, Permission::ViewSetup)?;
        let template = !query.template.is_empty();
        let day = zone::date(&op.zone, op.now);
        let mut export = Export {
            file: if template {
                format!("{name}-template.csv")
            } else {
                format!("{name}-{day}.csv")
            },
            db: self.db.clone(),
            op: op.clone(),
            ready: None,
            rest: Rest::Nothing,
        };
        match (name, ListName::from_code(name)) {
            (_, Some(list)) if template => export.ready = Some(file([columns(list).names])),
            ("calls", _) => export.calls(query).await?,
            ("campaigns", _) => export.ready = Some(file(self.campaigns(op, query).await?)),
            (_, Some(ListName::Blocks)) => export.blocks(query).await?,
            // A list of numbers has become blocks, which have their own.
            (_, Some(ListName::Litigators)) => return Err(Error::NotFound("list")),
            (_, Some(list)) => export.ready = Some(file(self.rows(op, list).await?)),
            _ => return Err(Error::NotFound("list")),
        }
        Ok(export)
    }

    /// A list that fits into memory, as its page does.
    async fn rows(&self, op: &OpCtx, list: ListName) -> Result<Vec<Vec<String>>, Error> {
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        Ok(match list {
            ListName::Buyers => {
                let all = tenant.buyers().await?;
                table(&all.iter().map(buyer::known).collect::<Vec<_>>())
            }
            ListName::Targets => {
                let buyers = tenant.buyer_names().await?.into_iter().collect();
                let all = tenant.targets().await?;
                table(
                    &all.iter()
                        .map(|t| target::known(t, &buyers))
                        .collect::<Vec<_>>(),
                )
            }
            ListName::Numbers => {
                let names = number::NumberNames {
                    campaigns: tenant.campaign_names().await?.into_iter().collect(),
                    publishers: tenant.publisher_names().await?.into_iter().collect(),
                };
                let all = tenant.numbers().await?;
                table(
                    &all.iter()
                        .map(|n| number::known(n, &names))
                        .collect::<Vec<_>>(),
                )
            }
            ListName::Publishers => {
                let all = tenant.publishers().await?;
                table(&all.iter().map(publisher::known).collect::<Vec<_>>())
            }
            ListName::Blocks | ListName::Litigators => Vec::new(),
        })
    }

    async fn campaigns(&self, op: &OpCtx, query: &ExportQuery) -> Result<Vec<Vec<String>>, Error> {
        let conn = self.db.read().await?;
        let tenant = conn.tenant(&op.scope);
        let mut all = tenant.campaigns().await?;
        all.extend(tenant.archived_campaigns().await?);
        let wanted = |campaign: &CampaignRecord| match query.status.as_str() {
            "all" => true,
            code => match Activity::from_code(code) {
                Some(one) => campaign.activity == one,
                None => campaign.activity != Activity::Archived,
            },
        };
        let mut header = vec!["id".to_owned(), "status".to_owned()];
        header.extend(names::<CampaignForm>());
        let row = |campaign: &CampaignRecord| {
            let form = Fields::of(&CampaignForm::of(&input_of(campaign)));
            let first = [campaign.id.to_string(), campaign.activity.code().to_owned()];
            let cells = form.iter().map(|(_, text)| text.to_owned());
            first.into_iter().chain(cells).collect()
        };
        let rows = all.iter().filter(|campaign| wanted(campaign)).map(row);
        Ok(std::iter::once(header).chain(rows).collect())
    }
}

impl Export {
    /// The next part of the file; none at its end.
    ///
    /// # Errors
    /// What the database says.
    pub async fn next(&mut self) -> Result<Option<String>, Error> {
        if self.ready.is_none() {
            let conn = self.db.read().await?;
            match std::mem::replace(&mut self.rest, Rest::Nothing) {
                Rest::Nothing => {}
                Rest::Calls {
                    filter,
                    names,
                    after,
                } => {
                    let rows = self.call_part(&conn, filter, names, Some(after)).await?;
                    self.ready = (!rows.is_empty()).then(|| write(rows));
                }
                Rest::Blocks {
                    search,
                    source,
                    campaigns,
                    after,
                } => {
                    let rows = self
                        .block_part(&conn, (search, source), campaigns, Some(after))
                        .await?;
                    self.ready = (!rows.is_empty()).then(|| write(rows));
                }
            }
        }
        Ok(self.ready.take())
    }

    async fn calls(&mut self, query: &ExportQuery) -> Result<(), Error> {
        require(&self.op, Permission::ViewCalls)?;
        let conn = self.db.read().await?;
        let filter = asked(&self.op, &query.calls)?;
        let names = Names::load(&conn, &self.op).await?;
        let rows = self.call_part(&conn, filter, names, None).await?;
        let header = CALL_COLUMNS.map(str::to_owned).to_vec();
        self.ready = Some(file(std::iter::once(header).chain(rows)));
        Ok(())
    }

    async fn call_part(
        &mut self,
        conn: &Conn,
        filter: CallFilter,
        names: Names,
        after: Option<Cursor>,
    ) -> Result<Vec<Vec<String>>, Error> {
        let tenant = conn.tenant(&self.op.scope);
        let lines = tenant.calls(&filter, after, None, PART).await?;
        let ids: Vec<CallId> = lines.iter().map(|line| line.id).collect();
        let mut came: BTreeMap<CallId, Vec<String>> = BTreeMap::new();
        for one in tenant.wrap_ups(&ids).await? {
            came.entry(one.call)
                .or_default()
                .extend(one.wrap_up.dispositions);
        }
        let rows = lines
            .iter()
            .map(|line| {
                let came = came.get(&line.id).map_or(&[][..], Vec::as_slice);
                call_row(&self.op, &names, line, came)
            })
            .collect();
        if let Some(last) = lines.last().filter(|_| lines.len() as u64 == PART) {
            let after = Cursor {
                at: last.arrived_at,
                call: last.id,
            };
            self.rest = Rest::Calls {
                filter,
                names,
                after,
            };
        }
        Ok(rows)
    }

    async fn blocks(&mut self, query: &ExportQuery) -> Result<(), Error> {
        let conn = self.db.read().await?;
        let campaigns = conn.tenant(&self.op.scope).campaign_names().await?;
        // Searching would tell masked numbers one guess at a time.
        let search = match self.masked() {
            true => String::new(),
            false => query.search.clone(),
        };
        let rows = self
            .block_part(
                &conn,
                (search, query.source.clone()),
                campaigns.into_iter().collect(),
                None,
            )
            .await?;
        self.ready = Some(file(std::iter::once(Blocks::columns().names).chain(rows)));
        Ok(())
    }

    async fn block_part(
        &mut self,
        conn: &Conn,
        (search, source): (String, String),
        campaigns: BTreeMap<CampaignId, String>,
        after: Option<BlockId>,
    ) -> Result<Vec<Vec<String>>, Error> {
        let tenant = conn.tenant(&self.op.scope);
        let filter = BlockFilter {
            digits: &search,
            source: &source,
        };
        let found = tenant.blocks(filter, after, PART).await?;
        let masked = self.masked();
        let known = found.iter().map(|record| {
            let mut known = block::known(record, &campaigns);
            if let (true, BlockPattern::Exact(number)) = (masked, &record.block.pattern) {
                known
                    .fields
                    .set("pattern", Caller::Number(number.clone()).masked());
            }
            known
        });
        let rows = table(&known.collect::<Vec<_>>()).split_off(1);
        if let Some(last) = found.last().filter(|_| found.len() as u64 == PART) {
            let after = last.block.id;
            self.rest = Rest::Blocks {
                search,
                source,
                campaigns,
                after,
            };
        }
        Ok(rows)
    }

    fn masked(&self) -> bool {
        !self.op.actor.allows(Permission::ViewCallerNumbers)
    }
}

/// The first part of a file.
fn file(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    format!("{MARK}{}", write(rows))
}

/// Things under the columns of their list.
fn table<R: Rules>(known: &[Known<R>]) -> Vec<Vec<String>> {
    let names = R::columns().names;
    let row = |one: &Known<R>| {
        let cell = |name: &String| match name.as_str() {
            "id" => one.id.to_string(),
            name => one.fields.get(name).to_owned(),
        };
        names.iter().map(cell).collect()
    };
    std::iter::once(names.clone())
        .chain(known.iter().map(row))
        .collect()
}

fn yes(is: bool) -> String {
    if is { "yes" } else { "no" }.to_owned()
}

const CALL_COLUMNS: [&str; 24] = [
    "id",
    "arrived_utc",
    "arrived_local",
    "outcome",
    "caller",
    "caller_state",
    "number",
    "campaign",
    "target",
    "buyer",
    "length_s",
    "connected_s",
    "attempts",
    "recording",
    "carrier_sid",
    "publisher",
    "group",
    "revenue",
    "payout",
    "cost",
    "profit",
    "converted",
    "duplicate",
    "dispositions",
];

/// A call, with what agents say came of it.
fn call_row(op: &OpCtx, names: &Names, line: &CallLine, came: &[String]) -> Vec<String> {
    let row: CallRow = view::row(op, names, line);
    let at = zone::local(&op.zone, line.arrived_at);
    let local = format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        at.year, at.month, at.day, at.hour, at.minute, at.second
    );
    vec![
        row.id.to_string(),
        row.arrived.datetime,
        local,
        row.outcome
            .map_or("Live", |outcome| outcome.word())
            .to_owned(),
        row.caller,
        row.caller_state,
        row.dialed,
        row.campaign,
        row.target,
        row.buyer,
        row.length_s.to_string(),
        row.connected_s.to_string(),
        row.attempts.to_string(),
        yes(row.has_recording),
        line.carrier_sid.clone(),
        row.publisher,
        row.group,
        line.money.revenue.plain(),
        line.money.payout.plain(),
        line.money.cost.plain(),
        line.money.profit_after_cost().plain(),
        yes(line.converted),
        yes(line.is_duplicate),
        came.join("; "),
    ]
}
