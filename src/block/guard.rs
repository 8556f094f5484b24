//! The guard against a caller who dials again at once: mostly machines, and networks that send a
//! call twice.

use crate::phone::Caller;
use crate::time::Timestamp;

/// For how many seconds the same caller is turned away unless the account says otherwise
/// (Ringba's `blockDuplicatesForSeconds`, domain-reference 2). Zero switches the guard off.
pub const GUARD_S_DEFAULT: u32 = 2;
/// The longest guard, in seconds.
pub const GUARD_S_MAX: u32 = 3_600;

/// Why a call is turned away that came too soon after the caller's last; none if it is not.
///
/// Callers who withhold their number are told apart by nothing, so they are not guarded unless
/// the account counts them all as one (`trackAnonymous`, by default off).
#[must_use]
pub fn repeated(
    guard_s: u32,
    anonymous_is_one: bool,
    caller: &Caller,
    last_arrived_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<String> {
    if *caller == Caller::Anonymous && !anonymous_is_one {
        return None;
    }
    let last = last_arrived_at?;
    let again_at = last.plus_secs(i64::from(guard_s));
    (now < again_at).then(|| {
        let s = if guard_s == 1 { "" } else { "s" };
        format!("The same caller called less than {guard_s} second{s} before.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOON_ISH, number};

    #[test]
    fn the_same_caller_waits_two_seconds() {
        let caller = Caller::Number(number(1));
        let after = |millis: i64| {
            let now = NOON_ISH.plus_millis(millis);
            repeated(GUARD_S_DEFAULT, false, &caller, Some(NOON_ISH), now)
        };
        assert_eq!(
            after(1_999).as_deref(),
            Some("The same caller called less than 2 seconds before.")
        );
        assert_eq!(after(2_000), None);
        assert_eq!(repeated(0, false, &caller, Some(NOON_ISH), NOON_ISH), None);
        assert_eq!(repeated(2, false, &caller, None, NOON_ISH), None);
    }

    #[test]
    fn withheld_callers_are_guarded_only_if_they_count_as_one() {
        let guarded = |one| repeated(2, one, &Caller::Anonymous, Some(NOON_ISH), NOON_ISH);
        assert_eq!(guarded(false), None);
        assert!(guarded(true).is_some());
    }
}
