//! Who asks, for which account, when.

use domain::access::Role;
use domain::id::UserId;
use domain::time::Timestamp;
use store::TenantScope;

/// The person behind a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    pub user_id: UserId,
    pub role: Role,
    pub name: String,
    pub email: String,
}

/// The context of one operation; the first argument of everything a person asks for.
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
