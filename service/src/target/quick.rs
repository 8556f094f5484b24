//! A target made in passing, while its route is added: with its buyer, if that is new too.

use domain::access::Permission;
use domain::api::plan::{QuickAdded, QuickTargetForm};
use domain::api::target::TargetForm;
use domain::invalid::FieldErrors;
use domain::schedule::ZONES;
use domain::target::Destination;
use domain::target::settings::BuyerSettings;
use store::Constraint;

use super::{TAKEN, Targets};
use crate::error::{Error, OrTaken};
use crate::guard::require;
use crate::op::OpCtx;

impl Targets {
    /// Adds a target to the buyer of a name, who is made if there is none. It takes what it can from
    /// its buyer; a new one takes calls at any hour, by the clock of the account.
    ///
    /// # Errors
    /// [`Error::Invalid`] at `buyer`, `name` or `rings`.
    pub async fn add_quick(&self, op: &OpCtx, form: &QuickTargetForm) -> Result<QuickAdded, Error> {
        require(op, Permission::EditBuyers)?;
        let quick = form.check()?;
        let inherits = || "on".to_owned();
        let conn = self.db.write().await?;
        let tenant = conn.tenant(&op.scope);
        let names = tenant.target_names().await?.into_iter();
        let name = quick.called(&names.map(|(_, name)| name).collect::<Vec<_>>());
        let mut target = TargetForm {
            name: name.clone(),
            kind: quick.destination.kind().to_owned(),
            inherit_ring: inherits(),
            inherit_caller_id: inherits(),
            inherit_hours: inherits(),
            inherit_caps: inherits(),
            ..TargetForm::default()
        };
        match &quick.destination {
            Destination::Number(number) => target.number = number.as_str().to_owned(),
            Destination::Sip(uri) => uri.as_str().clone_into(&mut target.sip),
            // Nobody types that.
            Destination::Bid => {}
        }
        let target = target
            .check()
            .and_then(|checked| checked.over(None))
            .map_err(at_what_rings)?;
        let wanted = quick.buyer.to_lowercase();
        let known = tenant.buyers().await?.into_iter();
        let known = known
            .map(|buyer| (buyer.id, buyer.name))
            .find(|(_, name)| name.to_lowercase() == wanted);
        let (buyer, buyer_name) = match known {
            Some(known) => known,
            None => {
                let id = tenant.add_buyer(&quick.buyer, op.now).await.or_taken(
                    Constraint::BuyerName,
                    "buyer",
                    "Another buyer has this name.",
                )?;
                let settings = BuyerSettings {
                    zone: known_zone(&op.zone),
                    ..BuyerSettings::default()
                };
                tenant.set_buyer_settings(id, &settings).await?;
                (id, quick.buyer)
            }
        };
        let id = tenant
            .add_target(buyer, &target.input, op.now)
            .await
            .or_taken(Constraint::TargetName, "name", TAKEN)?;
        tenant.set_target_settings(id, &target.settings).await?;
        conn.commit().await?;
        Ok(QuickAdded {
            target: id,
            name,
            buyer_name,
        })
    }
}

/// The account's zone, if it is one that targets can have.
fn known_zone(zone: &str) -> String {
    let known = ZONES.iter().any(|(known, _)| *known == zone);
    if known {
        zone.to_owned()
    } else {
        BuyerSettings::default().zone
    }
}

/// What is wrong with the number or the address is told at the one field there is for both.
fn at_what_rings(mut errors: FieldErrors) -> FieldErrors {
    for error in &mut errors.0 {
        if matches!(error.field.as_str(), "number" | "sip") {
            "rings".clone_into(&mut error.field);
        }
    }
    errors
}
