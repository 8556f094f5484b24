//! Permission first.

use domain::access::Permission;

use crate::error::Error;
use crate::op::OpCtx;

/// Lets an operation go on if the actor may do it.
pub(crate) fn require(op: &OpCtx, permission: Permission) -> Result<(), Error> {
    if op.actor.allows(permission) {
        Ok(())
    } else {
        Err(Error::Denied(permission))
    }
}
