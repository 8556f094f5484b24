//! Keys for programs: what one may do, and how it is written.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::access::Permission;

/// What every key begins with: whoever finds one in a log knows whose it is and that it is secret.
pub const PREFIX: &str = "ccp_live_";
/// Letters and digits after the prefix.
pub const SECRET_CHARS: usize = 40;
/// How much of a key is kept to be shown, so that people can tell keys apart.
const SHOWN_CHARS: usize = PREFIX.len() + 6;

/// The letters of a key. 62 of them: forty hold more than 230 bits.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

macro_rules! scopes {
    ($($name:ident = $code:literal, $words:literal, [$($permission:ident),*];)*) => {
        /// A stretch of what the account holds, to read or to change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Scope {
            $(#[doc = $words] #[serde(rename = $code)] $name,)*
        }

        impl Scope {
            /// All scopes, in the order they are shown.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stored word: `campaigns:read`.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// "See campaigns and their routing plans".
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)* }
            }

            /// What the use cases ask for behind it. To change something includes seeing it.
            #[must_use]
            pub fn permissions(self) -> &'static [Permission] {
                match self { $(Self::$name => &[$(Permission::$permission),*],)* }
            }
        }
    };
}

scopes! {
    CampaignsRead = "campaigns:read", "See campaigns and their routing plans", [ViewSetup];
    CampaignsWrite = "campaigns:write", "Change campaigns and their routing plans", [ViewSetup, EditCampaigns];
    BuyersRead = "buyers:read", "See buyers and their targets", [ViewSetup];
    BuyersWrite = "buyers:write", "Change buyers and their targets", [ViewSetup, EditBuyers];
    NumbersRead = "numbers:read", "See tracking numbers", [ViewSetup];
    NumbersWrite = "numbers:write", "Add, assign and remove tracking numbers", [ViewSetup, EditNumbers];
    PublishersRead = "publishers:read", "See publishers, their payouts and lists", [ViewSetup];
    PublishersWrite = "publishers:write", "Change publishers, their payouts and lists", [ViewSetup, EditPublishers];
    BlocksRead = "blocks:read", "See blocked callers", [ViewSetup];
    BlocksWrite = "blocks:write", "Block callers and let them in again", [ViewSetup, EditBlocks];
    CallsRead = "calls:read", "See calls and why they went where they went", [ViewCalls];
    CallersRead = "callers:read", "See callers’ numbers in full", [ViewCallerNumbers];
    MoneyRead = "money:read", "See what calls earned entry by entry, and disputes", [ViewCalls];
    MoneyWrite = "money:write", "Correct what calls earned, and decide disputes", [ViewCalls, AdjustMoney];
    RecordingsRead = "recordings:read", "Fetch recordings", [PlayRecordings];
    AccountRead = "account:read", "See the settings of the account", [ViewSetup];
    AccountWrite = "account:write", "Change the settings of the account and what the carrier charges", [ViewSetup, EditAccount];
    WebhooksRead = "webhooks:read", "See conversion webhooks and their addresses", [ViewSetup, ViewWebhooks];
    WebhooksWrite = "webhooks:write", "Make and change conversion webhooks", [ViewSetup, ViewWebhooks, EditWebhooks];
}

impl Scope {
    /// Whether a key with this scope does what `other` allows as well: to change something
    /// includes seeing it.
    #[must_use]
    pub fn includes(self, other: Self) -> bool {
        self == other
            || matches!(
                (self.code().split_once(':'), other.code().split_once(':')),
                (Some((area, "write")), Some((wanted, "read"))) if area == wanted
            )
    }
}

/// The text names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no scope {0}")]
pub struct ParseScopeError(pub String);

impl FromStr for Scope {
    type Err = ParseScopeError;

    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        let found = Self::ALL.iter().find(|scope| scope.code() == text.trim());
        found
            .copied()
            .ok_or_else(|| ParseScopeError(text.to_owned()))
    }
}

/// The scopes of a key.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    /// Every scope there is.
    #[must_use]
    pub fn all() -> Self {
        Scope::ALL.iter().copied().collect()
    }

    /// Whether a key with these may use what asks for a scope.
    #[must_use]
    pub fn cover(&self, scope: Scope) -> bool {
        self.0.iter().any(|own| own.includes(scope))
    }

    /// Whether they include a permission.
    #[must_use]
    pub fn allow(&self, permission: Permission) -> bool {
        self.iter().any(|s| s.permissions().contains(&permission))
    }

    /// One by one, in the order they are shown.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Scope> for Scopes {
    fn from_iter<T: IntoIterator<Item = Scope>>(scopes: T) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl fmt::Display for Scopes {
    /// The stored words with spaces between.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, scope) in self.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.code())?;
        }
        Ok(())
    }
}

impl FromStr for Scopes {
    type Err = ParseScopeError;

    /// Words with spaces or commas between.
    fn from_str(text: &str) -> Result<Self, ParseScopeError> {
        text.split([' ', ','])
            .filter(|word| !word.is_empty())
            .map(str::parse)
            .collect()
    }
}

/// A key in full: shown once, then known only to who holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyText(String);

impl KeyText {
    /// The key that random bytes make; more than enough of them must be given, as some are skipped
    /// so that every letter is as likely as every other.
    #[must_use]
    pub fn from_random(bytes: &[u8]) -> Option<Self> {
        const FAIR: u8 = (u8::MAX / LETTERS.len() as u8) * LETTERS.len() as u8;
        let letters: String = bytes
            .iter()
            .filter(|byte| **byte < FAIR)
            .take(SECRET_CHARS)
            .map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]))
            .collect();
        format!("{PREFIX}{letters}").parse().ok()
    }

    /// In full.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The beginning, which may be shown: "ccp_live_3fKq9Z".
    #[must_use]
    pub fn shown(&self) -> &str {
        &self.0[..SHOWN_CHARS]
    }
}

impl fmt::Debug for KeyText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyText").field(&self.shown()).finish()
    }
}

/// The text is no key of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a key: one begins with ccp_live_ and goes on for 40 letters and digits")]
pub struct ParseKeyError;

impl FromStr for KeyText {
    type Err = ParseKeyError;

    fn from_str(text: &str) -> Result<Self, ParseKeyError> {
        let fits = text.strip_prefix(PREFIX).is_some_and(|secret| {
            secret.len() == SECRET_CHARS && secret.bytes().all(|b| b.is_ascii_alphanumeric())
        });
        fits.then(|| Self(text.to_owned())).ok_or(ParseKeyError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Role;
    use proptest::prelude::*;

    #[test]
    fn scopes_are_read_as_they_are_written() {
        for scope in Scope::ALL {
            assert_eq!(scope.code().parse(), Ok(*scope));
        }
        let all = Scopes::all();
        assert_eq!(all.to_string().parse(), Ok(all.clone()));
        assert_eq!(all.to_string().replace(' ', ", ").parse(), Ok(all));
        assert!("campaigns:rule".parse::<Scopes>().is_err());
    }

    #[test]
    fn to_change_includes_to_see_and_nothing_else() {
        let write: Scopes = "campaigns:write".parse().expect("a scope");
        assert!(write.cover(Scope::CampaignsRead) && write.cover(Scope::CampaignsWrite));
        assert!(!write.cover(Scope::BuyersRead) && !write.cover(Scope::CallersRead));
        let read: Scopes = "campaigns:read".parse().expect("a scope");
        assert!(!read.cover(Scope::CampaignsWrite));
        assert!(!read.allow(Permission::EditCampaigns) && read.allow(Permission::ViewSetup));
        for scope in Scope::ALL.iter().filter(|s| s.code().ends_with(":write")) {
            let other = scope.code().replace(":write", ":read");
            let read: Scope = other.parse().expect("what can be changed can be seen");
            let within = |p: &&Permission| scope.permissions().contains(p);
            assert!(read.permissions().iter().all(|p| within(&p)), "{other}");
        }
    }

    #[test]
    fn no_key_manages_people_or_keys() {
        for permission in [Permission::ManageUsers, Permission::ManageApiKeys] {
            assert!(!Scopes::all().allow(permission));
        }
        // Whoever may make keys may do all that a key may.
        let admin = |s: &Scope| s.permissions().iter().all(|p| Role::Admin.allows(*p));
        assert!(Scope::ALL.iter().all(admin));
    }

    #[test]
    fn a_key_never_shows_in_full_by_accident() {
        let text = format!("{PREFIX}{}", "abcdefGHIJ".repeat(4));
        let key: KeyText = text.parse().expect("a key");
        assert_eq!(key.shown(), "ccp_live_abcdef");
        assert!(!format!("{key:?}").contains("GHIJ"));
        for bad in [
            "",
            "ccp_live_",
            "ccp_live_abc",
            &text[1..],
            &format!("{text}x"),
            &text.replace('G', "-"),
        ] {
            assert_eq!(bad.parse::<KeyText>(), Err(ParseKeyError), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn random_bytes_make_a_key_or_are_too_few(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
            match KeyText::from_random(&bytes) {
                Some(key) => prop_assert_eq!(key.as_str().parse(), Ok(key.clone())),
                None => prop_assert!(bytes.iter().filter(|b| **b < 248).count() < SECRET_CHARS),
            }
        }
    }
}
