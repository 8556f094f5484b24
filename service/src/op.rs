//! Who asks, for which account, when.

use domain::access::{Permission, Role};
use domain::api_key::{Scope, Scopes};
use domain::id::{ApiKeyId, UserId};
use domain::ledger::entry::Author;
use domain::time::Timestamp;
use store::TenantScope;

/// The person or program behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Zero where nobody is signed in: a key, or the command line.
    pub user_id: UserId,
    pub rights: Rights,
    /// The person's name, or the key's.
    pub name: String,
    pub email: String,
}

/// What somebody may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rights {
    /// A member of the account.
    Member(Role),
    /// A program with a key.
    Key(ApiKeyId, Scopes),
}

impl Actor {
    /// Whether a permission is included.
    #[must_use]
    pub fn allows(&self, permission: Permission) -> bool {
        match &self.rights {
            Rights::Member(role) => role.allows(permission),
            Rights::Key(_, scopes) => scopes.allow(permission),
        }
    }

    /// Whether what asks for a scope may be used. People use no scopes: their permissions are asked
    /// for behind them.
    #[must_use]
    pub fn covers(&self, scope: Scope) -> bool {
        match &self.rights {
            Rights::Member(_) => true,
            Rights::Key(_, scopes) => scopes.cover(scope),
        }
    }

    /// Whether recordings may be heard where the account says from which role on: a key needs the
    /// scope for it.
    #[must_use]
    pub fn may_listen(&self, least: Role) -> bool {
        match &self.rights {
            Rights::Member(role) => role.may_listen(least),
            Rights::Key(_, scopes) => scopes.allow(Permission::PlayRecordings),
        }
    }

    /// The key behind the request, if it is one.
    #[must_use]
    pub fn key(&self) -> Option<ApiKeyId> {
        match &self.rights {
            Rights::Member(_) => None,
            Rights::Key(id, _) => Some(*id),
        }
    }

    /// Whose name stands at an entry of a ledger.
    #[must_use]
    pub fn author(&self) -> Author {
        self.key().map_or(Author::User(self.user_id), Author::Key)
    }

    /// The person, if somebody is signed in.
    #[must_use]
    pub fn person(&self) -> Option<UserId> {
        (self.user_id.0 > 0).then_some(self.user_id)
    }
}

/// The context of one operation; the first argument of everything a person or program asks for.
#[derive(Debug, Clone)]
pub struct OpCtx {
    pub scope: TenantScope,
    pub actor: Actor,
    pub account_name: String,
    /// IANA zone of the account.
    pub zone: String,
    pub request_id: String,
    pub now: Timestamp,
}
