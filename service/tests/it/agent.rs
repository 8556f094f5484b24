//! Agents: how somebody becomes one, when they get calls, what they write of them and what they see.

use domain::access::{Permission, Role};
use domain::account::AccountSettings;
use domain::agent::AgentStatus;
use domain::api::agent::{AgentForm, AgentSettingsForm, MadeAgent, MyCalls, WrapUpForm};
use domain::api::buyer::BuyerForm;
use domain::api::call::CallQuery;
use domain::api::campaign::{PlanForm, RouteForm};
use domain::api::session::Counters;
use domain::call::event::{LegNews, LegStatus};
use domain::id::{BuyerId, CallId, TargetId};
use service::user::{LoginError, NewUser};
use service::{Error, OpCtx, Rights};

use crate::world::{NOON, World, add_account, arrival, as_role, ended};

fn form(name: &str, email: &str, buyer: BuyerId) -> AgentForm {
    AgentForm {
        name: name.to_owned(),
        email: email.to_owned(),
        buyer: buyer.to_string(),
        rings: "+12145550160".to_owned(),
        ..AgentForm::default()
    }
}

fn priyas(buyer: BuyerId) -> AgentForm {
    form("Priya Nair", "Priya@DryRight.example", buyer)
}

fn written(note: &str, dispositions: &[&str]) -> WrapUpForm {
    WrapUpForm {
        note: note.to_owned(),
        dispositions: dispositions.iter().map(|one| (*one).to_owned()).collect(),
    }
}

/// The same person so many seconds after noon.
fn later(op: &OpCtx, secs: i64) -> OpCtx {
    OpCtx {
        now: NOON.plus_secs(secs),
        ..op.clone()
    }
}

impl World {
    async fn buyer(&self) -> BuyerId {
        let form = BuyerForm::named("DryRight");
        let made = self.services.buyers.create(&self.op, &form).await;
        made.expect("buyer")
    }

    async fn made(&self, form: &AgentForm) -> MadeAgent {
        let made = self.services.agents.create(&self.op, form).await;
        made.expect("agent")
    }

    /// An agent as they are once they have signed in.
    async fn signed_in(&self, made: &MadeAgent) -> OpCtx {
        let users = &self.services.users;
        let password = made.password.as_deref().expect("somebody new");
        let user = users.login(&made.email, password, "peer", NOON).await;
        let user = user.expect("signed in").id;
        let op = users.context(user, "test".to_owned(), NOON).await;
        op.expect("context")
    }

    /// The only entry of the plan is an agent who has signed in.
    async fn desk(&self) -> (TargetId, OpCtx) {
        let made = self.made(&priyas(self.buyer().await)).await;
        let route = RouteForm {
            target: made.id.to_string(),
            ..RouteForm::default()
        };
        let plan = PlanForm {
            version: 1,
            routes: vec![route],
            ..PlanForm::default()
        };
        (self.services.campaigns)
            .save_plan(&self.op, self.campaign, &plan)
            .await
            .expect("plan");
        (made.id, self.signed_in(&made).await)
    }

    /// A call that comes so many seconds after noon, and whether it rings at somebody's.
    async fn comes(&self, sid: &str, secs: i64) -> (CallId, bool) {
        let came = (self.services.engine)
            .inbound(&arrival(sid), NOON.plus_secs(secs))
            .await
            .expect("answer");
        (came.call, came.twiml.contains("<Dial"))
    }

    /// The call that rings talked for 90 seconds and is over so many seconds after noon.
    async fn talked(&self, call: CallId, sid: &str, secs: i64) {
        let (engine, over) = (&self.services.engine, NOON.plus_secs(secs));
        let result = ended(LegStatus::Completed, true);
        (engine.dial_ended(call, 1, result, over))
            .await
            .expect("dial");
        (engine.call_ended(sid, LegStatus::Completed, Some(95), over))
            .await
            .expect("end");
    }

    async fn available(&self, agent: &OpCtx) {
        let set = (self.services.agents)
            .set_my_status(agent, AgentStatus::Available)
            .await;
        set.expect("status");
    }

    async fn mine(&self, agent: &OpCtx, secs: i64) -> MyCalls {
        let mine = self.services.agents.mine(&later(agent, secs), "", "").await;
        mine.expect("own page")
    }
}

fn stands(mine: &MyCalls) -> &str {
    mine.agent.as_ref().expect("an agent").now.word.as_str()
}

#[tokio::test]
async fn somebody_new_signs_in_with_the_password_that_is_answered_once() {
    for world in World::each().await {
        let (agents, users) = (&world.services.agents, &world.services.users);
        let made = world.made(&priyas(world.buyer().await)).await;
        assert_eq!(
            (made.name.as_str(), made.email.as_str()),
            ("Priya Nair", "priya@dryright.example")
        );
        let wrong = users.login(&made.email, "not the password", "peer", NOON);
        assert!(matches!(wrong.await, Err(LoginError::Invalid)));
        let priya = world.signed_in(&made).await;
        assert_eq!(priya.actor.rights, Rights::Member(Role::Agent));
        assert_eq!(
            (priya.account_name.as_str(), priya.scope),
            ("Northgate Calls", world.op.scope)
        );
        let rows = agents.list(&world.op).await.expect("list");
        assert_eq!(rows.len(), 1, "{}", world.kind);
        let row = &rows[0];
        assert_eq!((row.id, row.status), (made.id, AgentStatus::Away));
        assert_eq!(
            (
                row.name.as_str(),
                row.buyer_name.as_str(),
                row.destination.as_str()
            ),
            ("Priya Nair", "DryRight", "(214) 555-0160")
        );
        assert_eq!((row.now.word.as_str(), row.rang, row.taken), ("Away", 0, 0));
        let shell = world.services.session.shell(&priya).await.expect("shell");
        assert!(shell.agent);
        assert_eq!(shell.role, Role::Agent);
        let shell = world.services.session.shell(&world.op).await;
        assert!(!shell.expect("shell").agent);
    }
}

#[tokio::test]
async fn a_new_agent_has_an_address_and_a_buyer_of_the_account_and_nothing_is_kept_otherwise() {
    for world in World::each().await {
        let (agents, op) = (&world.services.agents, &world.op);
        let buyer = world.buyer().await;
        world.made(&priyas(buyer)).await;
        add_account(&world.services, "Rival", "eve@rival.example", Role::Owner).await;
        let wrong = async |form: &AgentForm| {
            let Err(Error::Invalid(errors)) = agents.create(op, form).await else {
                panic!("taken");
            };
            let fields = errors.0.into_iter().map(|error| error.field);
            fields.collect::<Vec<String>>()
        };
        let of = |name, email| form(name, email, buyer);
        let again = of("Priya the second", "priya@dryright.example");
        assert_eq!(wrong(&again).await, ["email"]);
        assert_eq!(wrong(&of("Eve", "eve@rival.example")).await, ["email"]);
        assert_eq!(wrong(&of("Lee", "lee")).await, ["email"]);
        assert_eq!(
            wrong(&of("priya NAIR", "lee@dryright.example")).await,
            ["name"]
        );
        for buyer in [BuyerId(999), BuyerId(0)] {
            let nobodys = form("Lee", "lee@dryright.example", buyer);
            assert_eq!(wrong(&nobodys).await, ["buyer"]);
        }
        assert_eq!(agents.list(op).await.expect("list").len(), 1);
        let conn = world.db.db.read().await.expect("conn");
        let targets = conn.tenant(&op.scope).targets().await.expect("targets");
        assert_eq!(targets.len(), 1, "{}", world.kind);
        let lee = conn.platform().user_by_email("lee@dryright.example").await;
        assert_eq!(lee.expect("lookup"), None);
        drop(conn);
        world.made(&of("Lee", "lee@dryright.example")).await;
        assert_eq!(agents.list(op).await.expect("list").len(), 2);
    }
}

#[tokio::test]
async fn a_member_who_becomes_an_agent_keeps_role_and_password() {
    for world in World::each().await {
        let (agents, users) = (&world.services.agents, &world.services.users);
        let new = NewUser {
            email: "lee@northgate.example",
            name: "Lee Okafor",
            password: "northgate-demo-2",
            account: "Northgate Calls",
            role: Role::Manager,
        };
        let added = users.add(&new, "America/New_York", NOON).await;
        let (lee, _) = added.expect("user");
        let buyer = world.buyer().await;
        let made = world.made(&form("Lee Okafor", new.email, buyer)).await;
        assert_eq!(made.password, None);
        let lee = users.context(lee, "test".to_owned(), NOON).await;
        let lee = lee.expect("context");
        assert_eq!(lee.actor.rights, Rights::Member(Role::Manager));
        assert!(world.mine(&lee, 0).await.agent.is_some());

        let refused = agents.reset_password(&world.op, made.id).await;
        assert!(
            matches!(refused, Err(Error::Conflict { .. })),
            "{refused:?}"
        );
        let signed_in = users.login(new.email, new.password, "peer", NOON).await;
        signed_in.expect("the password they had");
        let detail = agents.detail(&world.op, made.id, "").await;
        assert!(!detail.expect("detail").may_reset);
    }
}

#[tokio::test]
async fn another_password_takes_the_place_of_the_first() {
    for world in World::each().await {
        let (agents, users) = (&world.services.agents, &world.services.users);
        let first = world.made(&priyas(world.buyer().await)).await;
        let second = agents.reset_password(&world.op, first.id).await;
        let second = second.expect("another password");
        assert_eq!((second.id, &second.name), (first.id, &first.name));
        assert_ne!(second.password, first.password);
        let old = first.password.as_deref().expect("somebody new");
        let refused = users.login(&first.email, old, "peer", NOON).await;
        assert!(matches!(refused, Err(LoginError::Invalid)), "{refused:?}");
        world.signed_in(&second).await;
        let manager = as_role(&world.op, Role::Manager);
        let refused = agents.reset_password(&manager, first.id).await;
        assert!(
            matches!(refused, Err(Error::Denied(Permission::ManageUsers))),
            "{refused:?}"
        );
        for (op, may) in [(&world.op, true), (&manager, false)] {
            let detail = agents.detail(op, first.id, "").await;
            assert_eq!(detail.expect("detail").may_reset, may);
        }
    }
}

#[tokio::test]
async fn who_makes_agents_and_who_says_whether_they_take_calls() {
    for world in World::each().await {
        let agents = &world.services.agents;
        let buyer = world.buyer().await;
        let made = world.made(&priyas(buyer)).await;
        let lee = form("Lee", "lee@dryright.example", buyer);
        let settings = AgentSettingsForm {
            wrap_up_s: "30".to_owned(),
            accept_key: String::new(),
        };
        for role in [Role::Agent, Role::Viewer, Role::Manager] {
            let op = as_role(&world.op, role);
            let refused = agents.create(&op, &lee).await;
            assert!(
                matches!(refused, Err(Error::Denied(Permission::ManageUsers))),
                "{role:?}: {refused:?}"
            );
            let set = agents.set_status(&op, made.id, AgentStatus::Busy).await;
            let changed = agents.update(&op, made.id, &settings).await;
            let may = role == Role::Manager;
            for done in [set, changed] {
                assert!(
                    matches!(
                        (may, &done),
                        (true, Ok(())) | (false, Err(Error::Denied(Permission::EditBuyers)))
                    ),
                    "{role:?}: {done:?}"
                );
            }
        }
        let detail = agents.detail(&world.op, made.id, "").await;
        let detail = detail.expect("detail");
        assert_eq!(
            (detail.row.status, detail.form),
            (AgentStatus::Busy, settings)
        );

        let other = add_account(&world.services, "Rival", "eve@rival.example", Role::Owner).await;
        let missing = [
            agents.detail(&other, made.id, "").await.map(drop),
            agents.fact(&other, made.id).await.map(drop),
            agents.reset_password(&other, made.id).await.map(drop),
            (agents.set_status(&other, made.id, AgentStatus::Away)).await,
        ];
        for result in missing {
            assert!(
                matches!(result, Err(Error::NotFound("agent"))),
                "{result:?}"
            );
        }
        assert!(agents.list(&other).await.expect("list").is_empty());
    }
}

#[tokio::test]
async fn an_agent_gets_calls_while_available_and_not_writing_one_up() {
    for world in World::each().await {
        let (agents, kind) = (&world.services.agents, world.kind);
        let (_, priya) = world.desk().await;
        let (_, rings) = world.comes("CA1", 0).await;
        assert!(!rings, "{kind}: a new agent is away");

        world.available(&priya).await;
        let (call, rings) = world.comes("CA2", 10).await;
        assert!(rings, "{kind}");
        let (_, rings) = world.comes("CA3", 11).await;
        assert!(!rings, "{kind}: one call at a time");
        let mine = world.mine(&priya, 12).await;
        assert_eq!((stands(&mine), mine.live.len()), ("On a call", 1));
        assert_eq!((mine.live[0].call, mine.live[0].talking), (call, false));
        let answered = LegNews {
            attempt: 1,
            status: LegStatus::InProgress,
            sequence: 2,
            leg_sid: Some("CA-leg-1".to_owned()),
            duration_s: None,
        };
        (world.services.engine)
            .leg_changed(call, answered, NOON.plus_secs(15))
            .await
            .expect("news");
        assert!(world.mine(&priya, 16).await.live[0].talking);

        world.talked(call, "CA2", 100).await;
        let mine = world.mine(&priya, 101).await;
        assert_eq!((stands(&mine), mine.live.len()), ("Wrapping up", 0));
        assert_eq!(mine.open.len(), 1);
        let (_, rings) = world.comes("CA4", 102).await;
        assert!(!rings, "{kind}: the call is written up");
        let wrote = later(&priya, 105);
        (agents.wrap_up(&wrote, call, &written("Wants a quote.", &["Sale"])))
            .await
            .expect("written");
        let mine = world.mine(&priya, 106).await;
        assert_eq!((stands(&mine), mine.open.len()), ("Available", 0));
        let (call, rings) = world.comes("CA5", 106).await;
        assert!(rings, "{kind}: it is written");

        world.talked(call, "CA5", 200).await;
        let (_, rings) = world.comes("CA6", 259).await;
        assert!(!rings, "{kind}: a minute from the end of the call");
        let (call, rings) = world.comes("CA7", 260).await;
        assert!(rings, "{kind}: the minute is over");

        let said = later(&priya, 270);
        (agents.set_my_status(&said, AgentStatus::Busy).await).expect("status");
        world.talked(call, "CA7", 300).await;
        let (_, rings) = world.comes("CA8", 900).await;
        assert!(!rings, "{kind}: busy until they say otherwise");
        world.available(&later(&priya, 901)).await;
        let (_, rings) = world.comes("CA9", 902).await;
        assert!(rings, "{kind}");
    }
}

#[tokio::test]
async fn an_agent_who_says_they_are_available_gets_the_next_call_before_the_time_is_over() {
    for world in World::each().await {
        let (_, priya) = world.desk().await;
        world.available(&priya).await;
        let (call, rings) = world.comes("CA1", 10).await;
        assert!(rings, "{}", world.kind);
        world.talked(call, "CA1", 100).await;
        world.available(&later(&priya, 101)).await;
        assert_eq!(world.mine(&priya, 102).await.open.len(), 1);
        let (_, rings) = world.comes("CA2", 102).await;
        assert!(rings, "{}", world.kind);
    }
}

#[tokio::test]
async fn the_carrier_asks_an_agent_for_the_key_and_hangs_up_on_any_other() {
    for world in World::each().await {
        let engine = &world.services.engine;
        let (id, priya) = world.desk().await;
        world.available(&priya).await;
        let (call, _) = world.comes("CA1", 10).await;
        let asked = engine.whisper(call, 1).await.expect("answer").twiml;
        assert!(asked.contains("<Gather"), "{asked}");
        assert!(asked.contains("accept-1"), "{asked}");
        assert_eq!(asked.matches("Press 1 to take the call.").count(), 2);
        for (digits, hangs_up) in [("1", false), ("2", true), ("", true)] {
            let then = engine.accepted(call, 1, digits).await.expect("answer");
            assert_eq!(then.twiml.contains("<Hangup"), hangs_up, "{digits:?}");
        }
        let not_taken = ended(LegStatus::Completed, false);
        (engine.dial_ended(call, 1, not_taken, NOON.plus_secs(30)))
            .await
            .expect("dial");
        let mine = world.mine(&priya, 31).await;
        assert_eq!((stands(&mine), mine.open.len()), ("Available", 0));
        assert_eq!(mine.history.calls.len(), 1);
        assert!(!mine.history.calls[0].connected);

        let settings = AgentSettingsForm {
            wrap_up_s: "0".to_owned(),
            accept_key: String::new(),
        };
        (world.services.agents.update(&world.op, id, &settings))
            .await
            .expect("settings");
        let (call, rings) = world.comes("CA2", 40).await;
        assert!(rings, "{}", world.kind);
        let asked = engine.whisper(call, 1).await.expect("answer").twiml;
        assert!(!asked.contains("<Gather"), "{asked}");
        world.talked(call, "CA2", 140).await;
        let (_, rings) = world.comes("CA3", 141).await;
        assert!(rings, "{}: nothing is asked for", world.kind);
    }
}

#[tokio::test]
async fn what_came_of_a_call_is_one_of_what_the_account_has() {
    for world in World::each().await {
        let agents = &world.services.agents;
        let (_, priya) = world.desk().await;
        world.available(&priya).await;
        let (call, _) = world.comes("CA1", 10).await;
        world.talked(call, "CA1", 100).await;
        let wrote = later(&priya, 105);
        let lottery = written("", &["Sale", "Lottery"]);
        let refused = agents.wrap_up(&wrote, call, &lottery).await;
        let refused = refused.expect_err("no such thing");
        assert!(refused.fields().message("dispositions").is_some());
        let refused = agents.wrap_up(&wrote, call, &written(" ", &[])).await;
        let refused = refused.expect_err("nothing");
        assert!(refused.fields().message("dispositions").is_some());
        let mine = world.mine(&priya, 106).await;
        assert_eq!((stands(&mine), mine.open.len()), ("Wrapping up", 1));

        let sale = written("Wants a quote.", &["Sale", "Call back"]);
        agents.wrap_up(&wrote, call, &sale).await.expect("written");
        let conn = world.db.db.write().await.expect("conn");
        let settings = AccountSettings {
            guard_s: 0,
            dispositions: vec!["Sold".to_owned()],
            ..AccountSettings::default()
        };
        (conn.tenant(&world.op.scope))
            .set_account_settings(&settings)
            .await
            .expect("settings");
        conn.commit().await.expect("commit");
        let same = written("Wants two quotes.", &["Sale", "Sold"]);
        (agents.wrap_up(&wrote, call, &same))
            .await
            .expect("what was chosen before");
        let page = agents.mine(&wrote, &call.to_string(), "").await;
        let page = page.expect("own page");
        assert_eq!(page.dispositions, ["Sold"]);
        let kept = page.writing.and_then(|call| call.wrap_up).expect("kept");
        assert_eq!(WrapUpForm::of(&kept), same);
        let gone = written("", &["Call back"]);
        let gone = agents.wrap_up(&wrote, call, &gone).await;
        let gone = gone.expect_err("no longer chosen");
        assert!(gone.fields().message("dispositions").is_some());

        let detail = world.services.calls.detail(&world.op, call).await;
        let told = detail.expect("detail").wrap_ups;
        assert_eq!(told.len(), 1, "{}", world.kind);
        assert_eq!(
            (told[0].agent.as_str(), &told[0].wrap_up),
            ("Priya Nair", &kept)
        );
    }
}

#[tokio::test]
async fn a_call_is_written_up_by_the_agent_who_had_it() {
    for world in World::each().await {
        let agents = &world.services.agents;
        let (_, priya) = world.desk().await;
        world.available(&priya).await;
        let (call, _) = world.comes("CA1", 10).await;
        world.talked(call, "CA1", 100).await;
        let buyers = world.services.buyers.records(&world.op).await;
        let buyer = buyers.expect("buyers")[0].id;
        let lee = world
            .made(&form("Lee", "lee@dryright.example", buyer))
            .await;
        let lee = world.signed_in(&lee).await;
        let sale = written("", &["Sale"]);
        let refused = agents.wrap_up(&lee, call, &sale).await;
        assert!(
            matches!(refused, Err(Error::NotFound("call"))),
            "{refused:?}"
        );
        for id in [call.to_string().as_str(), "x"] {
            let refused = agents.mine(&lee, id, "").await.map(drop);
            assert!(
                matches!(refused, Err(Error::NotFound("call"))),
                "{refused:?}"
            );
        }
        let nobody = agents.wrap_up(&world.op, call, &sale).await;
        assert!(
            matches!(nobody, Err(Error::NotFound("agent"))),
            "{nobody:?}"
        );
        let nobody = agents
            .set_my_status(&world.op, AgentStatus::Available)
            .await;
        assert!(
            matches!(nobody, Err(Error::NotFound("agent"))),
            "{nobody:?}"
        );
        assert_eq!(world.mine(&priya, 101).await.open.len(), 1);
    }
}

#[tokio::test]
async fn a_member_who_is_no_agent_has_a_page_that_says_so() {
    for world in World::each().await {
        world.desk().await;
        let mine = world.mine(&world.op, 0).await;
        assert_eq!((mine.agent, mine.writing), (None, None));
        assert!(mine.live.is_empty() && mine.open.is_empty());
        assert!(mine.history.calls.is_empty());
        assert!(!mine.dispositions.is_empty());
        let wrong = world.services.agents.mine(&world.op, "", "x").await;
        let wrong = wrong.expect_err("no page");
        assert!(wrong.fields().message("after").is_some());
    }
}

#[tokio::test]
async fn an_agent_sees_the_own_calls_with_their_callers_and_nothing_else() {
    for world in World::each().await {
        let s = &world.services;
        let (id, priya) = world.desk().await;
        world.available(&priya).await;
        let (call, _) = world.comes("CA1", 10).await;
        let mine = world.mine(&priya, 11).await;
        assert_eq!(
            (mine.live[0].caller.as_str(), mine.live[0].campaign.as_str()),
            ("(214) 555-0187", "Roof repair, Texas")
        );
        world.talked(call, "CA1", 100).await;
        world.comes("CA2", 101).await;
        let mine = world.mine(&priya, 102).await;
        let calls = &mine.history.calls;
        assert_eq!(calls.len(), 1, "{}: not those of others", world.kind);
        assert_eq!((calls[0].call, calls[0].connected), (call, true));
        assert_eq!(
            (
                calls[0].caller.as_str(),
                calls[0].campaign.as_str(),
                calls[0].result.as_str(),
                calls[0].talked.as_str()
            ),
            ("(214) 555-0187", "Roof repair, Texas", "Connected", "1:30")
        );
        let row = mine.agent.expect("an agent");
        assert_eq!((row.rang, row.taken, row.talked.as_str()), (1, 1, "1:30"));
        let viewer = as_role(&world.op, Role::Viewer);
        let seen = s.agents.detail(&viewer, id, "").await;
        let seen = seen.expect("detail").history;
        assert_eq!(seen.calls[0].caller, "+1214***0187");

        let denied = [
            s.dashboard.today(&priya, None).await.map(drop),
            s.calls.page(&priya, &CallQuery::default()).await.map(drop),
            s.calls.live(&priya).await.map(drop),
            s.calls.detail(&priya, call).await.map(drop),
            s.buyers.list(&priya).await.map(drop),
            s.campaigns.list(&priya).await.map(drop),
            s.targets.detail(&priya, id).await.map(drop),
            s.agents.list(&priya).await.map(drop),
            s.agents.detail(&priya, id, "").await.map(drop),
        ];
        for result in denied {
            assert!(matches!(result, Err(Error::Denied(_))), "{result:?}");
        }
        let counters = s.session.counters(&priya).await.expect("counters");
        assert_eq!(counters, Counters::default());
    }
}
