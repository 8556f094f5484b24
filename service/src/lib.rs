//! The use cases of CallCenter Pro.
//!
//! Each method loads facts, lets the domain decide, and commits what it decided. Invariants: no
//! SQL, no HTTP, no environment, no clock but the port's; every method that serves a person takes
//! an [`OpCtx`] first and asks for a permission before it looks at anything.

pub mod account;
pub mod agent;
pub mod api_key;
pub mod auction;
pub mod block;
pub mod bulk_list;
pub mod buyer;
pub mod call;
pub mod campaign;
pub mod carrier_account;
pub mod carrier_number;
pub mod dashboard;
pub mod dispute;
pub mod dni_tag;
pub mod enrichment;
pub mod error;
mod filter;
mod guard;
pub mod idempotency;
pub mod inspect;
mod lately;
pub mod number;
pub mod number_order;
pub mod op;
mod plan;
pub mod pool;
pub mod port;
pub mod publisher;
mod range;
pub mod recording;
pub mod ring_tree;
pub mod rtb_bid;
pub mod rtb_id;
mod rtb_ping;
pub mod rtb_report;
pub mod rtb_target;
pub mod session;
pub mod sheet;
pub mod target;
pub mod target_group;
mod unguessable;
pub mod user;
pub mod visit;
pub mod webhook;
pub mod zone;

use std::sync::Arc;

use domain::call::effect::Patience;
use domain::rtb::answer::Scripts;
use store::Db;

pub use error::Error;
pub use op::{Actor, OpCtx, Rights};
pub use plan::PlanCache;
pub use store::{KeptAnswer, TagHome, TenantScope};

/// What the services are made of.
#[derive(Clone)]
pub struct Parts {
    pub db: Db,
    pub clock: Arc<dyn port::Clock>,
    pub ids: Arc<dyn port::Ids>,
    pub carriers: Arc<dyn port::Carriers>,
    pub vault: Arc<dyn port::Vault>,
    /// The machines that are asked for bids.
    pub bidders: Arc<dyn port::Bidders>,
    /// Runs the functions that read their answers.
    pub scripts: Arc<dyn Scripts + Send + Sync>,
    /// The server's carrier account, for accounts without an own one.
    pub login: Option<port::CarrierLogin>,
    /// Public base URL without a slash at the end; the carrier comes back to it.
    pub public_base_url: String,
    pub patience: Patience,
    /// Where calls come in by SIP, as `calls.example.com`; empty where they do not.
    pub sip_host: String,
}

/// All use cases. Cheap to clone, and cloned several times a request.
#[derive(Clone)]
pub struct Services(Arc<UseCases>);

/// Each use case, by its noun.
pub struct UseCases {
    pub session: session::Sessions,
    pub users: user::Users,
    pub accounts: account::Accounts,
    pub agents: agent::Agents,
    pub dashboard: dashboard::Dashboards,
    pub campaigns: campaign::Campaigns,
    pub buyers: buyer::Buyers,
    pub targets: target::Targets,
    pub target_groups: target_group::TargetGroups,
    pub ring_trees: ring_tree::RingTrees,
    pub rtb_bids: rtb_bid::RtbBids,
    pub rtb_ids: rtb_id::RtbIds,
    pub rtb_targets: rtb_target::RtbTargets,
    pub rtb_reports: rtb_report::RtbReports,
    pub numbers: number::Numbers,
    pub carrier_accounts: carrier_account::CarrierAccounts,
    pub carrier_numbers: carrier_number::CarrierNumbers,
    pub number_orders: number_order::NumberOrders,
    pub publishers: publisher::Publishers,
    pub bulk_lists: bulk_list::BulkLists,
    pub blocks: block::Blocks,
    pub api_keys: api_key::ApiKeys,
    pub idempotency: idempotency::Idempotency,
    pub imports: sheet::Imports,
    pub exports: sheet::export::Exports,
    pub calls: call::log::Calls,
    pub disputes: dispute::Disputes,
    pub recordings: recording::Recordings,
    pub enrichments: enrichment::Enrichments,
    pub webhooks: webhook::Webhooks,
    pub pools: pool::Pools,
    pub dni_tags: dni_tag::DniTags,
    pub visits: visit::Visits,
    pub engine: call::engine::CallEngine,
    pub inspect: inspect::Inspection,
    pub clock: Arc<dyn port::Clock>,
}

impl Services {
    /// Builds all services over one database.
    #[must_use]
    pub fn new(parts: Parts) -> Self {
        let plans = PlanCache::default();
        let db = parts.db.clone();
        let base = parts.public_base_url.clone();
        let (clock, ids) = (Arc::clone(&parts.clock), Arc::clone(&parts.ids));
        let carriers = carrier_account::CarrierAccounts::new(
            db.clone(),
            Arc::clone(&parts.carriers),
            Arc::clone(&parts.vault),
            parts.login.clone(),
        );
        let tags = visit::TagCache::default();
        let visits = visit::Visits::new(db.clone(), Arc::clone(&ids), tags.clone());
        let bidders = Arc::clone(&parts.bidders);
        let bidding = auction::bidding::Bidding::new(
            Arc::clone(&parts.bidders),
            Arc::clone(&parts.scripts),
            Arc::clone(&clock),
        );
        let auctions = auction::Auctions::new(db.clone(), bidding.clone());
        let rtb_bids = rtb_bid::RtbBids::new(
            db.clone(),
            plans.clone(),
            (Arc::clone(&ids), Arc::clone(&clock)),
            auctions.clone(),
            &parts.sip_host,
        );
        let engine =
            call::engine::CallEngine::new(parts, plans.clone(), carriers.clone(), auctions);
        let orders = number_order::NumberOrders::new(
            db.clone(),
            carriers.clone(),
            Arc::clone(&clock),
            base.clone(),
        );
        Self(Arc::new(UseCases {
            session: session::Sessions::new(db.clone()),
            users: user::Users::new(db.clone()),
            accounts: account::Accounts::new(db.clone()),
            agents: agent::Agents::new(db.clone()),
            dashboard: dashboard::Dashboards::new(db.clone(), plans.clone()),
            campaigns: campaign::Campaigns::new(db.clone(), plans, ids, base.clone()),
            buyers: buyer::Buyers::new(db.clone()),
            targets: target::Targets::new(db.clone()),
            target_groups: target_group::TargetGroups::new(db.clone()),
            ring_trees: ring_tree::RingTrees::new(db.clone(), bidding.clone()),
            rtb_ids: rtb_id::RtbIds::new(db.clone(), rtb_bids.clone(), base.clone()),
            rtb_bids,
            rtb_targets: rtb_target::RtbTargets::new(db.clone(), bidding, bidders),
            rtb_reports: rtb_report::RtbReports::new(db.clone()),
            numbers: number::Numbers::new(db.clone(), carriers.clone(), base.clone()),
            carrier_numbers: carrier_number::CarrierNumbers::new(
                db.clone(),
                carriers.clone(),
                base.clone(),
            ),
            publishers: publisher::Publishers::new(db.clone()),
            bulk_lists: bulk_list::BulkLists::new(db.clone()),
            blocks: block::Blocks::new(db.clone()),
            api_keys: api_key::ApiKeys::new(db.clone()),
            idempotency: idempotency::Idempotency::new(db.clone()),
            imports: sheet::Imports::new(db.clone()),
            exports: sheet::export::Exports::new(db.clone()),
            calls: call::log::Calls::new(db.clone()),
            disputes: dispute::Disputes::new(db.clone(), engine.clone()),
            recordings: recording::Recordings::new(db.clone(), carriers.clone()),
            enrichments: enrichment::Enrichments::new(db.clone()),
            webhooks: webhook::Webhooks::new(db.clone(), engine.clone(), base.clone()),
            pools: pool::Pools::new(db.clone(), tags.clone(), carriers.clone(), orders.clone()),
            carrier_accounts: carriers,
            number_orders: orders,
            dni_tags: dni_tag::DniTags::new(db.clone(), tags, base),
            visits,
            inspect: inspect::Inspection::new(db),
            clock,
            engine,
        }))
    }
}

impl std::ops::Deref for Services {
    type Target = UseCases;
    fn deref(&self) -> &UseCases {
        &self.0
    }
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}
