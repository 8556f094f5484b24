//! Agents: people whom calls are sent to.

mod history;
pub(crate) mod mine;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use domain::access::{Permission, Role};
use domain::agent::AgentStatus;
use domain::api::agent::{
    AgentChoices, AgentDetail, AgentForm, AgentRow, AgentSettings, AgentSettingsForm, MadeAgent,
};
use domain::api::page::{Activity, Availability, AvailabilityKind, Choice};
use domain::api::target::TargetForm;
use domain::id::{TargetId, UserId};
use domain::invalid::FieldErrors;
use domain::target::Destination;
use domain::time::length_text;
use store::{
    AgentRecord, BuyerRecord, Conn, Constraint, Db, MemberRecord, StoreError, TakenSums,
    TargetRecord,
};

use crate::error::{Error, OrMissing, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;
use crate::target::TargetRows;
use crate::user::{check_email, first_password, hash};
use crate::zone::{stamp, today};

/// An agent as stored, how they stand now and what they are set to: for programs.
#[derive(Debug, Clone)]
pub struct AgentFacts {
    pub row: AgentRow,
    pub user: UserId,
    pub destination: Destination,
    pub settings: AgentSettings,
    pub created_at: domain::time::Timestamp,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Agents {
    db: Db,
}

impl Agents {
    pub(crate) fn new(db: Db) -> Self {
        Self { db }
    }

    /// All agents whose target is not archived, by name.
    ///
    /// # Errors
    /// What the database says.
    pub async fn list(&self, op: &OpCtx) -> Result<Vec<AgentRow>, Error> {
        let mut rows: Vec<AgentRow> = self.facts(op).await?.into_iter().map(|a| a.row).collect();
        rows.sort_by_key(|row| row.name.to_lowercase());
        Ok(rows)
    }

    /// All agents whose target is not archived, oldest first: for programs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn facts(&self, op: &OpCtx) -> Result<Vec<AgentFacts>, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let agents = conn.tenant(&op.scope).agents().await?;
        let seen = Seen::load(&conn, op, &agents).await?;
        let facts = agents.iter().filter_map(|agent| seen.facts(op, agent));
        Ok(facts
            .filter(|agent| agent.row.activity != Activity::Archived)
            .collect())
    }

    /// An agent: for programs.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn fact(&self, op: &OpCtx, id: TargetId) -> Result<AgentFacts, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let agent = conn.tenant(&op.scope).agent(id).await.or_missing("agent")?;
        let seen = Seen::load(&conn, op, std::slice::from_ref(&agent)).await?;
        seen.facts(op, &agent).ok_or(Error::NotFound("agent"))
    }

    /// An agent with what they were sent, a page of it.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] at `after`.
    pub async fn detail(
        &self,
        op: &OpCtx,
        id: TargetId,
        after: &str,
    ) -> Result<AgentDetail, Error> {
        require(op, Permission::ViewSetup)?;
        let after = history::cursor(after)?;
        let conn = self.db.read().await?;
        let agent = conn.tenant(&op.scope).agent(id).await.or_missing("agent")?;
        let seen = Seen::load(&conn, op, std::slice::from_ref(&agent)).await?;
        let facts = seen.facts(op, &agent).ok_or(Error::NotFound("agent"))?;
        let only = seen.role(agent.user) == Some(Role::Agent);
        Ok(AgentDetail {
            row: facts.row,
            form: AgentSettingsForm::of(facts.settings),
            history: history::page(&conn, op, id, after, false).await?,
            may_reset: only && op.actor.allows(Permission::ManageUsers),
            fresh: None,
        })
    }

    /// What the form for a new agent offers.
    ///
    /// # Errors
    /// What the database says.
    pub async fn choices(&self, op: &OpCtx) -> Result<AgentChoices, Error> {
        require(op, Permission::ViewSetup)?;
        let conn = self.db.read().await?;
        let buyers = conn.tenant(&op.scope).buyers().await?.into_iter();
        let choice = |buyer: BuyerRecord| Choice {
            value: buyer.id.to_string(),
            label: buyer.name,
            hint: String::new(),
        };
        Ok(AgentChoices {
            buyers: buyers.map(choice).collect(),
        })
    }

    /// Makes a person an agent, with a target of their own. Somebody new can sign in with the
    /// password that is answered, once.
    ///
    /// # Errors
    /// [`Error::Invalid`] at a field.
    pub async fn create(&self, op: &OpCtx, form: &AgentForm) -> Result<MadeAgent, Error> {
        require(op, Permission::ManageUsers)?;
        let input = form.check()?;
        check_email(&input.email)?;
        let password = first_password();
        let hash = hashed(&password).await?;
        let conn = self.db.write().await?;
        let (tenant, platform) = (conn.tenant(&op.scope), conn.platform());
        match tenant.buyer(input.buyer).await {
            Ok(buyer) if buyer.activity != Activity::Archived => {}
            Ok(_) | Err(StoreError::NotFound) => {
                let message = "There is no such buyer. Choose one from the list.";
                return Err(FieldErrors::one("buyer", "unknown", message).into());
            }
            Err(error) => return Err(error.into()),
        }
        const USED: &str = "This address is in use already.";
        let (user, is_new) = match platform.user_by_email(&input.email).await? {
            Some(user) if tenant.members().await?.iter().any(|m| m.user == user.id) => {
                (user.id, false)
            }
            Some(_) => return Err(FieldErrors::one("email", "taken", USED).into()),
            None => {
                let user = platform
                    .add_user(&input.email, &input.name, &hash, op.now)
                    .await
                    .or_taken(Constraint::UserEmail, "email", USED)?;
                platform
                    .set_member(op.scope.account(), user, Role::Agent)
                    .await?;
                (user, true)
            }
        };
        let inherits = || "on".to_owned();
        let mut target = TargetForm {
            name: input.name.clone(),
            kind: input.destination.kind().to_owned(),
            inherit_ring: inherits(),
            inherit_caller_id: inherits(),
            inherit_hours: inherits(),
            // One person, one call at a time.
            cap_concurrent: "1".to_owned(),
            accept_key: form.accept_key.clone(),
            ..TargetForm::default()
        };
        match &input.destination {
            Destination::Number(number) => target.number = number.as_str().to_owned(),
            Destination::Sip(uri) => uri.as_str().clone_into(&mut target.sip),
            // Nobody types that.
            Destination::Bid => {}
        }
        let mut target = target.check()?;
        target.settings.wrap_up_s = input.settings.wrap_up_s;
        let id = tenant
            .add_target(input.buyer, &target.input, op.now)
            .await
            .or_taken(
                Constraint::TargetName,
                "name",
                "This buyer has a target of this name.",
            )?;
        tenant.set_target_settings(id, &target.settings).await?;
        tenant.add_agent(id, user, op.now).await.or_taken(
            Constraint::AgentPerson,
            "email",
            "This person is an agent already.",
        )?;
        conn.commit().await?;
        Ok(MadeAgent {
            id,
            name: input.name,
            email: input.email,
            password: is_new.then_some(password),
        })
    }

    /// Changes how an agent gets calls.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::Invalid`] at a field.
    pub async fn update(
        &self,
        op: &OpCtx,
        id: TargetId,
        form: &AgentSettingsForm,
    ) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.agent(id).await.or_missing("agent")?;
        let wanted = form.check()?;
        let mut settings = tenant.target(id).await.or_missing("agent")?.settings;
        settings.wrap_up_s = wanted.wrap_up_s;
        settings.accept_key = wanted.accept_key;
        tenant.set_target_settings(id, &settings).await?;
        Ok(conn.commit().await?)
    }

    /// Says for an agent whether they take calls.
    ///
    /// # Errors
    /// [`Error::NotFound`].
    pub async fn set_status(
        &self,
        op: &OpCtx,
        id: TargetId,
        status: AgentStatus,
    ) -> Result<(), Error> {
        require(op, Permission::EditBuyers)?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        tenant.agent(id).await.or_missing("agent")?;
        tenant.set_agent_status(id, status, op.now).await?;
        Ok(conn.commit().await?)
    }

    /// Gives an agent another password, which is answered once. They are signed out everywhere.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Conflict`] for a person who is more than an agent.
    pub async fn reset_password(&self, op: &OpCtx, id: TargetId) -> Result<MadeAgent, Error> {
        require(op, Permission::ManageUsers)?;
        let password = first_password();
        let hash = hashed(&password).await?;
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let agent = tenant.agent(id).await.or_missing("agent")?;
        let members = tenant.members().await?;
        let member = members.into_iter().find(|m| m.user == agent.user);
        let member = member.ok_or(Error::NotFound("agent"))?;
        if member.role != Role::Agent {
            return Err(Error::Conflict {
                code: "not_only_an_agent",
                message: "Only agents get their passwords here.".to_owned(),
            });
        }
        conn.platform().set_password(agent.user, &hash).await?;
        conn.commit().await?;
        Ok(MadeAgent {
            id,
            name: member.name,
            email: member.email,
            password: Some(password),
        })
    }
}

/// Hashing takes tens of milliseconds on purpose: not on a thread that serves calls.
async fn hashed(password: &str) -> Result<String, Error> {
    let password = password.to_owned();
    let hashed = tokio::task::spawn_blocking(move || hash(&password)).await;
    hashed.map_err(|e| Error::Internal(Box::new(e)))?
}

/// All that views of agents need, loaded once.
struct Seen {
    rows: TargetRows,
    targets: BTreeMap<TargetId, TargetRecord>,
    buyers: Vec<BuyerRecord>,
    members: BTreeMap<UserId, MemberRecord>,
    sums: BTreeMap<TargetId, TakenSums>,
}

impl Seen {
    async fn load(conn: &Conn, op: &OpCtx, agents: &[AgentRecord]) -> Result<Self, Error> {
        let tenant = conn.tenant(&op.scope);
        let mut targets: BTreeMap<TargetId, TargetRecord> = BTreeMap::new();
        for target in tenant.targets().await? {
            targets.insert(target.id, target);
        }
        for agent in agents {
            if let Entry::Vacant(place) = targets.entry(agent.target) {
                place.insert(tenant.target(agent.target).await?);
            }
        }
        let ids: Vec<TargetId> = agents.iter().map(|agent| agent.target).collect();
        let since = today(&op.zone, op.now);
        let mut buyers = tenant.buyers().await?;
        for target in ids.iter().filter_map(|id| targets.get(id)) {
            if !buyers.iter().any(|buyer| buyer.id == target.buyer) {
                buyers.push(tenant.buyer(target.buyer).await?);
            }
        }
        let members = tenant.members().await?.into_iter();
        Ok(Self {
            rows: TargetRows::load(conn, op).await?,
            targets,
            buyers,
            members: members.map(|member| (member.user, member)).collect(),
            sums: tenant.taken_sums(&ids, since).await?.into_iter().collect(),
        })
    }

    fn role(&self, user: UserId) -> Option<Role> {
        self.members.get(&user).map(|member| member.role)
    }

    /// None only for an agent whose buyer or person is gone, which the schema rules out.
    fn facts(&self, op: &OpCtx, agent: &AgentRecord) -> Option<AgentFacts> {
        let target = self.targets.get(&agent.target)?;
        let buyer = self.buyers.iter().find(|buyer| buyer.id == target.buyer)?;
        let member = self.members.get(&agent.user)?;
        let facts = self.rows.facts(target, buyer);
        let sums = self.sums.get(&agent.target).copied().unwrap_or_default();
        let presence = facts.used.presence;
        let seconds = u32::try_from(sums.talked_s).unwrap_or(u32::MAX);
        Some(AgentFacts {
            row: AgentRow {
                id: agent.target,
                name: member.name.clone(),
                email: member.email.clone(),
                buyer: buyer.id,
                buyer_name: buyer.name.clone(),
                destination: facts.routed.destination.display(),
                activity: target.activity,
                status: presence.map_or(AgentStatus::Away, |presence| presence.status),
                now: standing(facts.now, facts.used.live),
                rang: sums.rang,
                taken: sums.connected,
                talked: length_text(seconds),
                last: sums.last_at.map(|at| stamp(&op.zone, at)),
            },
            user: agent.user,
            destination: facts.routed.destination,
            settings: AgentSettings {
                wrap_up_s: target.settings.wrap_up_s,
                accept_key: target.settings.accept_key,
            },
            created_at: agent.created_at,
        })
    }
}

/// How an agent stands, where the target behind them stands so.
fn standing(target: Availability, live: u32) -> Availability {
    match target.kind {
        _ if live > 0 => Availability {
            kind: AvailabilityKind::Full,
            word: "On a call".to_owned(),
            detail: match target.kind {
                AvailabilityKind::Paused => format!("then {}", target.word.to_lowercase()),
                _ => String::new(),
            },
        },
        AvailabilityKind::Open => Availability {
            word: "Available".to_owned(),
            ..target
        },
        _ => target,
    }
}
