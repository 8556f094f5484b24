//! Who may do what: one matrix, read by the services and by the interface.

use serde::{Deserialize, Serialize};

/// What a member of an account is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees calls and set-up, changes nothing, hears no recordings.
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
    ViewCalls,
    ViewCallerNumbers,
    PlayRecordings,
    ViewSetup,
    EditCampaigns,
    EditBuyers,
    EditNumbers,
    EditBlocks,
    ManageUsers,
}

impl Role {
    /// All roles, from least to most.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Manager, Self::Admin, Self::Owner];

    /// Whether this role includes a permission.
    #[must_use]
    pub fn allows(self, permission: Permission) -> bool {
        match permission {
            Permission::ViewCalls | Permission::ViewSetup => true,
            Permission::ViewCallerNumbers
            | Permission::PlayRecordings
            | Permission::EditCampaigns
            | Permission::EditBuyers
            | Permission::EditNumbers
            | Permission::EditBlocks => self >= Self::Manager,
            Permission::ManageUsers => self >= Self::Admin,
        }
    }

    /// The stored word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
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
            Self::ViewCalls => "see calls",
            Self::ViewCallerNumbers => "see caller numbers",
            Self::PlayRecordings => "listen to recordings",
            Self::ViewSetup => "see the set-up",
            Self::EditCampaigns => "change campaigns",
            Self::EditBuyers => "change buyers and targets",
            Self::EditNumbers => "change numbers",
            Self::EditBlocks => "block callers",
            Self::ManageUsers => "manage users",
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
        assert!(!Role::Manager.allows(Permission::ManageUsers));
    }

    #[test]
    fn role_words_round_trip() {
        for role in Role::ALL {
            assert_eq!(Role::from_code(role.code()), Some(role));
        }
        assert_eq!(Role::from_code("root"), None);
    }
}
