//! Permission first.

use domain::access::Permission;

use crate::error::Error;
use crate::op::OpCtx;

/// Lets an operation go on if the actor's role includes the permission.
pub(crate) fn require(op: &OpCtx, permission: Permission) -> Result<(), Error> {
    if op.actor.role.allows(permission) {
        Ok(())
    } else {
        Err(Error::Denied(permission))
    }
}
