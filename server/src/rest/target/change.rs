//! A target as it is made and changed.

use super::model::{CountOn, Destination, DestinationKind, SipHeader};
use crate::rest::again::{Recovery, TargetRestriction};
use crate::rest::caller_id::CallerId;
use crate::rest::caps::{CapsChange, MoneyCapsChange};
use crate::rest::filter::{self, FilterRule};
use crate::rest::hours::{Hours, holidays_text};
use crate::rest::wire::{given, limit_text, needs, one_line};
use domain::api::target::TargetForm;
use domain::invalid::FieldErrors;
use serde::Deserialize;
use utoipa::ToSchema;

/// A change of a target: what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetChange {
    /// At most 80 characters, unlike every other of the buyer.
    #[schema(example = "Dallas crew", min_length = 1, max_length = 80)]
    name: Option<String>,
    /// The buyer's own name of it.
    sub_id: Option<String>,
    destination: Option<Destination>,
    /// Null takes all of it away. It is kept only for a SIP address.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<SipChange>)]
    sip: Option<Option<SipChange>>,
    /// Keys that are pressed once it answers; `w` waits half a second.
    #[schema(example = "1w5")]
    digits: Option<String>,
    /// 25 unless said.
    #[schema(minimum = 5, maximum = 120)]
    ring_timeout_s: Option<u32>,
    caller_id: Option<CallerId>,
    /// Null speaks nothing.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>, max_length = 300)]
    whisper: Option<Option<String>>,
    /// Whoever answers must press 1 to get the caller.
    accept_key: Option<bool>,
    #[schema(example = "America/Chicago")]
    zone: Option<String>,
    hours: Option<Hours>,
    /// Days apart, a line each: a public holiday, or a day with a name, and its hours.
    #[schema(example = json!(["Thanksgiving Day", "12-24 Christmas Eve = 9:00-12:00"]))]
    holidays: Option<Vec<String>>,
    caps: Option<CapsChange>,
    money_caps: Option<MoneyCapsChange>,
    count_on: Option<CountOn>,
    matrices: Option<MatricesChange>,
    restriction: Option<TargetRestriction>,
    recovery: Option<Recovery>,
    /// Null does not care.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u32>, maximum = 100)]
    connects_max: Option<Option<u32>>,
    recording_blocked: Option<bool>,
    filter: Option<Vec<FilterRule>>,
    inherits: Option<InheritsChange>,
    /// Whose it is; only when it is made.
    pub buyer_id: Option<i64>,
}

needs! {
    /// A target to make.
    NewTarget: TargetChange, "buyer_id", "name", "destination"
}

/// A change of how to sign in: what is absent stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SipChange {
    /// At most 120 characters, as the password.
    user: Option<String>,
    /// Never told again. It has to be sent anew when the address changes.
    password: Option<String>,
    headers: Option<Vec<SipHeader>>,
}

/// A change of the caps by the hour of the week: what is absent stays, empty takes them away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MatricesChange {
    #[schema(example = "Mon-Fri 9-17=5; Sat 10-14=1")]
    concurrent: Option<String>,
    volume: Option<String>,
}

/// Whether settings are the buyer's: true goes back to what the buyer says.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InheritsChange {
    /// Hours with their zone and holidays.
    hours: Option<bool>,
    ring_timeout: Option<bool>,
    caller_id: Option<bool>,
    /// Caps in calls and in money.
    caps: Option<bool>,
}

impl TargetChange {
    /// The form with what this changes.
    ///
    /// # Errors
    /// `mismatch` for fields that contradict one another.
    pub fn onto(mut self, mut form: TargetForm) -> Result<TargetForm, FieldErrors> {
        let mut errors = FieldErrors::default();
        self.whose(&mut form, &mut errors);
        self.line_onto(&mut form);
        form.zone = self.zone.unwrap_or(form.zone);
        if let Some(hours) = self.hours {
            hours.onto(&mut form.hours, &mut form.days);
        }
        if let Some(holidays) = self.holidays {
            form.holidays = holidays_text(&holidays);
        }
        self.caps.unwrap_or_default().onto([
            &mut form.cap_concurrent,
            &mut form.cap_hourly,
            &mut form.cap_daily,
            &mut form.cap_monthly,
            &mut form.cap_total,
        ]);
        self.money_caps.unwrap_or_default().onto([
            &mut form.dollars_hourly,
            &mut form.dollars_daily,
            &mut form.dollars_monthly,
            &mut form.dollars_total,
        ]);
        if let Some(count_on) = self.count_on {
            match count_on {
                CountOn::Connect => "connect",
                CountOn::Convert => "convert",
                CountOn::Revenue => "revenue",
            }
            .clone_into(&mut form.count_on);
        }
        let matrices = self.matrices.unwrap_or_default();
        form.matrix_concurrent = matrices.concurrent.unwrap_or(form.matrix_concurrent);
        form.matrix_volume = matrices.volume.unwrap_or(form.matrix_volume);
        if let Some(restriction) = self.restriction {
            let places = [
                &mut form.restrict,
                &mut form.restrict_from,
                &mut form.restrict_after,
                &mut form.restrict_days,
            ];
            restriction.onto(places, &mut errors);
        }
        if let Some(recovery) = self.recovery {
            let places = [
                &mut form.recovery,
                &mut form.recovery_within_s,
                &mut form.recovery_reroutes,
            ];
            recovery.onto(places, &mut errors);
        }
        if let Some(most) = self.connects_max {
            form.connects_max = limit_text(most);
        }
        if let Some(blocked) = self.recording_blocked {
            ticked(blocked).clone_into(&mut form.recording_blocked);
        }
        if let Some(rules) = self.filter {
            form.filter = filter::form(rules);
        }
        errors.check()?;
        Ok(form)
    }

    /// Whose settings hold: what is said here is the target's own, no longer its buyer's, unless it is
    /// said to be.
    fn whose(&mut self, form: &mut TargetForm, errors: &mut FieldErrors) {
        let wanted = self.inherits.take().unwrap_or_default();
        let hours = self.zone.is_some() || self.hours.is_some() || self.holidays.is_some();
        let caps = self.caps.is_some() || self.money_caps.is_some();
        for (name, place, own, wanted) in [
            ("hours", &mut form.inherit_hours, hours, wanted.hours),
            (
                "ring_timeout",
                &mut form.inherit_ring,
                self.ring_timeout_s.is_some(),
                wanted.ring_timeout,
            ),
            (
                "caller_id",
                &mut form.inherit_caller_id,
                self.caller_id.is_some(),
                wanted.caller_id,
            ),
            ("caps", &mut form.inherit_caps, caps, wanted.caps),
        ] {
            if own && wanted == Some(true) {
                let message = "Either say it, or take it from the buyer.";
                errors.add(&format!("inherits.{name}"), "mismatch", message);
            }
            if let Some(inherits) = wanted.or(own.then_some(false)) {
                ticked(inherits).clone_into(place);
            }
        }
    }

    /// Where it rings, and how.
    fn line_onto(&mut self, form: &mut TargetForm) {
        let replace = |place: &mut String, said: Option<String>| {
            if let Some(text) = said {
                *place = text;
            }
        };
        replace(&mut form.name, self.name.take());
        replace(&mut form.sub_id, self.sub_id.take());
        replace(&mut form.digits, self.digits.take());
        replace(
            &mut form.whisper,
            self.whisper.take().map(Option::unwrap_or_default),
        );
        replace(
            &mut form.accept_key,
            self.accept_key.map(|asked| ticked(asked).to_owned()),
        );
        replace(
            &mut form.ring_timeout_s,
            self.ring_timeout_s.map(|seconds| seconds.to_string()),
        );
        if let Some(Destination { kind, address }) = self.destination.take() {
            let code = match kind {
                DestinationKind::Number => {
                    form.number = address;
                    "number"
                }
                DestinationKind::Sip => {
                    form.sip = address;
                    "sip"
                }
                DestinationKind::Bid => "bid",
            };
            code.clone_into(&mut form.kind);
        }
        if let Some(caller_id) = self.caller_id.take() {
            caller_id.onto([&mut form.caller_id, &mut form.caller_id_number]);
        }
        let Some(sip) = self.sip.take() else { return };
        let sip = sip.unwrap_or_else(|| SipChange {
            user: Some(String::new()),
            password: Some(String::new()),
            headers: Some(Vec::new()),
        });
        replace(&mut form.sip_user, sip.user);
        replace(&mut form.sip_password, sip.password);
        replace(&mut form.sip_headers, sip.headers.map(headers_text));
    }
}

/// A box of a form.
fn ticked(on: bool) -> &'static str {
    if on { "on" } else { "" }
}

/// Headers as a form has them, one a line.
fn headers_text(headers: Vec<SipHeader>) -> String {
    let line = |header: SipHeader| {
        // A colon in a name would begin the value.
        let name = one_line(&header.name).replace(':', "\u{1}");
        format!("{name}: {}", one_line(&header.value))
    };
    let lines: Vec<String> = headers.into_iter().map(line).collect();
    lines.join("\n")
}
