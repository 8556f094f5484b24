//! Who may do what: one matrix, read by the services and by the interface.

use serde::{Deserialize, Serialize};

/// What a member of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Takes calls: sees the own ones and nothing else.
    Agent,
    /// Sees calls and set-up, changes nothing, hears no recordings unless the account lets it.
    Viewer,
    /// Runs campaigns day to day.
    Manager,
    /// Runs the account.
    Admin,
    /// Owns the account.
    Owner,
}

/// Something a person may or may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See and write up calls of one's own, if one is an agent.
    TakeCalls,
    ViewCalls,
    ViewCallerNumbers,
    PlayRecordings,
    ViewSetup,
    EditCampaigns,
    EditBuyers,
    EditNumbers,
    EditBlocks,
    EditPublishers,
    AdjustMoney,
    ViewWebhooks,
    EditWebhooks,
    ManageRecordings,
    EditAccount,
    ManageUsers,
    ManageApiKeys,
}

impl Role {
    /// All roles, from least to most.
    pub const ALL: [Self; 5] = [
        Self::Agent,
        Self::Viewer,
        Self::Manager,
        Self::Admin,
        Self::Owner,
    ];

    /// The least role that may listen to recordings unless the account says otherwise.
    pub const LISTENS: Self = Self::Manager;

    /// Whether this role may listen where the account lets `least` and up do so.
    #[must_use]
    pub fn may_listen(self, least: Self) -> bool {
        self >= least
    }

    /// Whether this role includes a permission.
    #[must_use]
    pub fn allows(self, permission: Permission) -> bool {
        match permission {
            Permission::TakeCalls => true,
            Permission::ViewCalls | Permission::ViewSetup => self >= Self::Viewer,
            Permission::ViewCallerNumbers
            | Permission::PlayRecordings
            | Permission::EditCampaigns
            | Permission::EditBuyers
            | Permission::EditNumbers
            | Permission::EditBlocks
            | Permission::EditPublishers
            | Permission::AdjustMoney
            | Permission::ViewWebhooks
            | Permission::EditWebhooks => self >= Self::Manager,
            Permission::ManageRecordings
            | Permission::EditAccount
            | Permission::ManageUsers
            | Permission::ManageApiKeys => self >= Self::Admin,
        }
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Viewer => "viewer",
            Self::Manager => "manager",
            Self::Admin => "admin",
            Self::Owner => "owner",
        }
    }

    /// The role of a stored or typed word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

impl Permission {
    /// "change campaigns", to fit "Your role may not …".
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::TakeCalls => "take calls",
            Self::ViewCalls => "see calls",
            Self::ViewCallerNumbers => "see caller numbers",
            Self::PlayRecordings => "listen to recordings",
            Self::ViewSetup => "see the set-up",
            Self::EditCampaigns => "change campaigns",
            Self::EditBuyers => "change buyers and targets",
            Self::EditNumbers => "change numbers",
            Self::EditBlocks => "block callers",
            Self::EditPublishers => "change publishers, payouts and lists",
            Self::AdjustMoney => "correct what calls earned",
            Self::ViewWebhooks => "see conversion webhooks",
            Self::EditWebhooks => "change conversion webhooks",
            Self::ManageRecordings => "delete recordings or say who hears them",
            Self::EditAccount => "change the settings of the account",
            Self::ManageUsers => "manage users",
            Self::ManageApiKeys => "manage API keys",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_viewer_reads_and_a_manager_writes() {
        assert!(Role::Viewer.allows(Permission::ViewCalls));
        assert!(!Role::Viewer.allows(Permission::EditCampaigns));
        assert!(!Role::Viewer.allows(Permission::PlayRecordings));
        assert!(Role::Manager.allows(Permission::EditNumbers));
        assert!(Role::Manager.allows(Permission::EditPublishers));
        assert!(!Role::Viewer.allows(Permission::EditPublishers));
        assert!(Role::Manager.allows(Permission::EditWebhooks));
        // Whoever knows the address may tell conversions.
        assert!(!Role::Viewer.allows(Permission::ViewWebhooks));
        assert!(!Role::Manager.allows(Permission::ManageUsers));
        assert!(!Role::Manager.allows(Permission::EditAccount));
        assert!(Role::Admin.allows(Permission::EditAccount));
    }

    #[test]
    fn an_agent_takes_calls_and_sees_nothing_else() {
        assert!(Role::Agent.allows(Permission::TakeCalls));
        for permission in [
            Permission::ViewCalls,
            Permission::ViewSetup,
            Permission::ViewCallerNumbers,
            Permission::PlayRecordings,
        ] {
            assert!(!Role::Agent.allows(permission), "{permission:?}");
        }
    }

    #[test]
    fn who_listens_is_the_accounts_to_say() {
        for role in Role::ALL {
            assert_eq!(
                role.may_listen(Role::LISTENS),
                role.allows(Permission::PlayRecordings)
            );
            assert_eq!(role.may_listen(Role::Viewer), role != Role::Agent);
            assert_eq!(role.may_listen(Role::Owner), role == Role::Owner);
        }
        assert!(!Role::Manager.allows(Permission::ManageRecordings));
        assert!(Role::Admin.allows(Permission::ManageRecordings));
    }

    #[test]
    fn role_words_round_trip() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
        assert_eq!(Role::from_code("root"), None);
    }
}
