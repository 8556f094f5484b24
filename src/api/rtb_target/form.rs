//! The form of an RTB target.

use serde::{Deserialize, Serialize};

use super::{ParserForm, RequestForm};
use crate::api::page::Choice;
use crate::api::revenue::amount;
use crate::api::target::sub_id;
use crate::invalid::{FieldErrors, name, optional_whole, whole};
use crate::money::Micros;
use crate::rtb::amount::BID_MAX;
use crate::rtb::auction::{DEADLINE_MS_MAX, DEADLINE_MS_MIN};
use crate::rtb::bid::{EXPIRY_S_MAX, Margin, Revenue};
use crate::rtb::bidder::{Bidder, ConfirmationStep, EXPIRY_S_DEFAULT, PingLimits};
use crate::rtb::parser::{Acceptance, Parsers, WORD_CHARS_MAX};
use crate::target::{Destination, SipUri};

/// The most pings of a span that a limit may name.
const LIMIT_MAX: u32 = 1_000_000;
/// How long a confirmation may take, in milliseconds.
const CONFIRM_MS: (u32, u32) = (DEADLINE_MS_MIN, 3_000);

/// What a person types about an RTB target, as text. A box sends "on", or nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RtbTargetForm {
    pub name: String,
    pub sub_id: String,
    /// The id of its buyer; looked at only when it is made.
    pub buyer: String,
    pub request: RequestForm,
    /// A box.
    pub exposes_caller: String,
    pub timeout_ms: String,
    pub acceptance: ParserForm,
    /// The word that means yes; empty for any yes.
    pub accept_word: String,
    pub amount: ParserForm,
    pub destination: ParserForm,
    pub duration: ParserForm,
    pub expiry: ParserForm,
    pub bid_id: ParserForm,
    /// "bid" or "static".
    pub revenue: String,
    pub static_revenue: String,
    pub min: String,
    pub max: String,
    pub margin_percent: String,
    pub margin_amount: String,
    /// Where calls go: "bid", "number" or "sip".
    pub to: String,
    pub number: String,
    pub sip: String,
    pub expiry_s: String,
    /// A box: ask again when a bid no longer holds.
    pub renews: String,
    /// A box: call it although the ping failed.
    pub on_failure: String,
    pub failure_revenue: String,
    pub limit_minute: String,
    pub limit_hour: String,
    pub limit_day: String,
    /// "off", "optional" or "required".
    pub confirm: String,
    pub confirm_request: RequestForm,
    pub confirm_acceptance: ParserForm,
    pub confirm_word: String,
    pub confirm_destination: ParserForm,
    pub confirm_timeout_ms: String,
}

/// An RTB target, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedRtbTarget {
    pub name: String,
    pub sub_id: String,
    pub destination: Destination,
    pub bidder: Bidder,
}

impl Default for RtbTargetForm {
    fn default() -> Self {
        let none = String::new;
        Self {
            name: none(),
            sub_id: none(),
            buyer: none(),
            request: RequestForm {
                body: EXAMPLE_BODY.to_owned(),
                ..RequestForm::default()
            },
            exposes_caller: none(),
            timeout_ms: none(),
            acceptance: ParserForm::none(),
            accept_word: none(),
            amount: ParserForm::path("bidAmount"),
            destination: ParserForm::path("phoneNumber"),
            duration: ParserForm::none(),
            expiry: ParserForm::none(),
            bid_id: ParserForm::none(),
            revenue: "bid".to_owned(),
            static_revenue: none(),
            min: none(),
            max: none(),
            margin_percent: none(),
            margin_amount: none(),
            to: "bid".to_owned(),
            number: none(),
            sip: none(),
            expiry_s: EXPIRY_S_DEFAULT.to_string(),
            renews: none(),
            on_failure: none(),
            failure_revenue: none(),
            limit_minute: none(),
            limit_hour: none(),
            limit_day: none(),
            confirm: "off".to_owned(),
            confirm_request: RequestForm::default(),
            confirm_acceptance: ParserForm::none(),
            confirm_word: none(),
            confirm_destination: ParserForm::none(),
            confirm_timeout_ms: "1000".to_owned(),
        }
    }
}

/// What a new request begins with: the fields of Ringba's own endpoint (domain-reference 1b).
const EXAMPLE_BODY: &str = r#"{
  "CID": "[Call:CallerIdNoPlus]",
  "exposeCallerId": "yes",
  "publisherInboundCallId": "[Call:InboundCallId]",
  "SubID": "[Publisher:SubId]",
  "State": "[InboundNumber:State]",
  "zipcode": "[user:zip|geo:zipcode]"
}"#;

impl RtbTargetForm {
    /// The form that shows a stored target, without its secrets.
    #[must_use]
    pub fn of(target: &CheckedRtbTarget) -> Self {
        let bidder = &target.bidder;
        let parsers = &bidder.parsers;
        let on = |on: bool| if on { "on" } else { "" }.to_owned();
        let some = |amount: Option<Micros>| amount.map(Micros::plain).unwrap_or_default();
        let some_of = |amount: Micros| some((amount != Micros::ZERO).then_some(amount));
        let count = |n: Option<u32>| n.map(|n| n.to_string()).unwrap_or_default();
        let word = |acceptance: Option<&Acceptance>| {
            acceptance.and_then(|a| a.word.clone()).unwrap_or_default()
        };
        let parser = |acceptance: Option<&Acceptance>| {
            ParserForm::of(acceptance.map(|acceptance| &acceptance.parser))
        };
        let (number, sip) = match &target.destination {
            Destination::Number(number) => (number.display(), String::new()),
            Destination::Sip(uri) => (String::new(), uri.as_str().to_owned()),
            Destination::Bid => (String::new(), String::new()),
        };
        let confirmation = bidder.confirmation.as_ref();
        let none = Self::default();
        Self {
            name: target.name.clone(),
            sub_id: target.sub_id.clone(),
            buyer: String::new(),
            request: RequestForm::of(&bidder.request),
            exposes_caller: on(bidder.exposes_caller),
            timeout_ms: count(bidder.timeout_ms),
            acceptance: parser(parsers.acceptance.as_ref()),
            accept_word: word(parsers.acceptance.as_ref()),
            amount: ParserForm::of(parsers.amount.as_ref()),
            destination: ParserForm::of(parsers.destination.as_ref()),
            duration: ParserForm::of(parsers.duration.as_ref()),
            expiry: ParserForm::of(parsers.expiry.as_ref()),
            bid_id: ParserForm::of(parsers.bid_id.as_ref()),
            revenue: match bidder.revenue {
                Revenue::Bid => "bid".to_owned(),
                Revenue::Static(_) => "static".to_owned(),
            },
            static_revenue: match bidder.revenue {
                Revenue::Bid => String::new(),
                Revenue::Static(amount) => amount.plain(),
            },
            min: some_of(bidder.min),
            max: some(bidder.max),
            margin_percent: match bidder.margin.basis_points {
                0 => String::new(),
                // Hundredths of a percent are micros of a hundredth each.
                points => Micros(i64::from(points) * 10_000).plain(),
            },
            margin_amount: some_of(bidder.margin.amount),
            to: target.destination.kind().to_owned(),
            number,
            sip,
            expiry_s: bidder.expiry_s.to_string(),
            renews: on(bidder.renews),
            on_failure: on(bidder.on_failure.is_some()),
            failure_revenue: some(bidder.on_failure),
            limit_minute: count(bidder.limits.minute),
            limit_hour: count(bidder.limits.hour),
            limit_day: count(bidder.limits.day),
            confirm: match confirmation.map(|step| step.required) {
                None => "off",
                Some(false) => "optional",
                Some(true) => "required",
            }
            .to_owned(),
            confirm_request: confirmation
                .map_or(none.confirm_request, |step| RequestForm::of(&step.request)),
            confirm_acceptance: parser(confirmation.and_then(|step| step.acceptance.as_ref())),
            confirm_word: word(confirmation.and_then(|step| step.acceptance.as_ref())),
            confirm_destination: ParserForm::of(
                confirmation.and_then(|step| step.destination.as_ref()),
            ),
            confirm_timeout_ms: confirmation
                .map_or(none.confirm_timeout_ms, |step| step.timeout_ms.to_string()),
        }
    }

    /// The same without secrets, for answers that are shown or kept.
    #[must_use]
    pub fn without_secrets(&self) -> Self {
        let mut form = self.clone();
        form.request.auth_secret.clear();
        form.confirm_request.auth_secret.clear();
        form
    }

    /// Checks all fields at once. A secret that was not typed again is that of `stored`.
    ///
    /// # Errors
    /// At the field's own name; of a parser at `amount.kind` or `amount.at`, of the request at
    /// `request.url` and so on.
    pub fn check_over(&self, stored: Option<&Bidder>) -> Result<CheckedRtbTarget, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let sub_id = errors.take(sub_id(&self.sub_id));
        let request = self.request.check("request", stored.map(|b| &b.request));
        let request = errors.take(request);
        let (least, most) = (DEADLINE_MS_MIN, DEADLINE_MS_MAX);
        let timeout = errors.take(optional_whole("timeout_ms", &self.timeout_ms, least, most));
        let parsers = errors.take(self.parsers());
        let revenue = errors.take(self.revenue());
        let min = errors.take(optional("min", &self.min));
        let max = errors.take(optional("max", &self.max));
        if let (Some(min), Some(Some(max))) = (min, max)
            && min.unwrap_or_default() > max
        {
            let message = "The most is less than the least.";
            errors.add("max", "contradiction", message);
        }
        let margin = errors.take(self.margin());
        let destination = errors.take(self.to());
        let expiry = errors.take(whole("expiry_s", &self.expiry_s, 1, EXPIRY_S_MAX));
        let on_failure = errors.take(self.failure());
        let limits = errors.take(self.limits());
        let confirmation = errors.take(self.confirmation(stored));
        let bids = self.revenue == "bid";
        if bids && matches!(&parsers, Some(parsers) if parsers.amount.is_none()) {
            let message = "Say where the amount stands, or choose a fixed revenue.";
            errors.add("amount.kind", "required", message);
        }
        if destination == Some(Destination::Bid)
            && matches!(&parsers, Some(parsers) if parsers.destination.is_none())
        {
            let message = "Say where the number stands, or enter one that calls always go to.";
            errors.add("destination.kind", "required", message);
        }
        if destination == Some(Destination::Bid) && matches!(on_failure, Some(Some(_))) {
            let message = "A call can go there without an answer only if its number is known.";
            errors.add("on_failure", "contradiction", message);
        }
        errors.clone().check()?;
        match (
            (name, sub_id, request, timeout, parsers, revenue),
            (min, max, margin, destination, expiry, on_failure),
            (limits, confirmation),
        ) {
            (
                (
                    Some(name),
                    Some(sub_id),
                    Some(request),
                    Some(timeout_ms),
                    Some(parsers),
                    Some(revenue),
                ),
                (
                    Some(min),
                    Some(max),
                    Some(margin),
                    Some(destination),
                    Some(expiry_s),
                    Some(on_failure),
                ),
                (Some(limits), Some(confirmation)),
            ) => Ok(CheckedRtbTarget {
                name,
                sub_id,
                destination,
                bidder: Bidder {
                    request,
                    parsers,
                    revenue,
                    currency: "USD".to_owned(),
                    min: min.unwrap_or_default(),
                    max,
                    margin,
                    expiry_s,
                    renews: !self.renews.is_empty(),
                    on_failure,
                    exposes_caller: !self.exposes_caller.is_empty(),
                    timeout_ms,
                    limits,
                    confirmation,
                },
            }),
            _ => Err(errors),
        }
    }

    /// The same for a form in the browser, which knows of no stored secret: that one is missing is
    /// for the server to say.
    ///
    /// # Errors
    /// As [`check_over`](Self::check_over).
    pub fn check(&self) -> Result<CheckedRtbTarget, FieldErrors> {
        let mut form = self.clone();
        for request in [&mut form.request, &mut form.confirm_request] {
            if request.auth_secret.trim().is_empty() {
                "kept".clone_into(&mut request.auth_secret);
            }
        }
        form.check_over(None)
    }

    fn parsers(&self) -> Result<Parsers, FieldErrors> {
        let mut errors = FieldErrors::default();
        let acceptance = acceptance(
            "acceptance",
            &self.acceptance,
            "accept_word",
            &self.accept_word,
        );
        let parsers = Parsers {
            acceptance: errors.take(acceptance).flatten(),
            amount: errors.take(self.amount.check("amount")).flatten(),
            destination: errors.take(self.destination.check("destination")).flatten(),
            duration: errors.take(self.duration.check("duration")).flatten(),
            expiry: errors.take(self.expiry.check("expiry")).flatten(),
            bid_id: errors.take(self.bid_id.check("bid_id")).flatten(),
        };
        errors.check()?;
        Ok(parsers)
    }

    fn revenue(&self) -> Result<Revenue, FieldErrors> {
        match self.revenue.as_str() {
            "bid" => Ok(Revenue::Bid),
            "static" => {
                let fixed = amount("static_revenue", &self.static_revenue, BID_MAX)?;
                if fixed == Micros::ZERO {
                    let message = "Enter what a call is worth.";
                    return Err(FieldErrors::one("static_revenue", "out_of_range", message));
                }
                Ok(Revenue::Static(fixed))
            }
            _ => {
                let message = "Choose what a call is worth.";
                Err(FieldErrors::one("revenue", "unknown", message))
            }
        }
    }

    fn margin(&self) -> Result<Margin, FieldErrors> {
        let mut errors = FieldErrors::default();
        // A percentage is read as an amount is: with at most as many digits as there are micros.
        let hundred = Micros(100_000_000);
        let percent = match self.margin_percent.trim().trim_end_matches('%') {
            "" => Some(Micros::ZERO),
            typed => errors.take(amount("margin_percent", typed, hundred).map_err(|_| {
                let message = "Enter a percentage from 0 to 100.";
                FieldErrors::one("margin_percent", "out_of_range", message)
            })),
        };
        let fixed = errors.take(optional("margin_amount", &self.margin_amount));
        errors.check()?;
        let points = percent.unwrap_or_default().0 / 10_000;
        Ok(Margin {
            basis_points: u32::try_from(points).unwrap_or(10_000),
            amount: fixed.flatten().unwrap_or_default(),
        })
    }

    fn to(&self) -> Result<Destination, FieldErrors> {
        match self.to.as_str() {
            "bid" => Ok(Destination::Bid),
            "number" => crate::api::number::phone("number", &self.number).map(Destination::Number),
            "sip" => SipUri::parse(&self.sip)
                .map(Destination::Sip)
                .map_err(|e| FieldErrors::one("sip", "invalid_sip", e)),
            _ => Err(FieldErrors::one("to", "unknown", "Choose where calls go.")),
        }
    }

    fn failure(&self) -> Result<Option<Micros>, FieldErrors> {
        if self.on_failure.is_empty() {
            return Ok(None);
        }
        amount("failure_revenue", &self.failure_revenue, BID_MAX).map(Some)
    }

    fn limits(&self) -> Result<PingLimits, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut limit = |field: &str, typed: &str| {
            errors
                .take(optional_whole(field, typed, 1, LIMIT_MAX))
                .flatten()
        };
        let limits = PingLimits {
            minute: limit("limit_minute", &self.limit_minute),
            hour: limit("limit_hour", &self.limit_hour),
            day: limit("limit_day", &self.limit_day),
        };
        errors.check()?;
        Ok(limits)
    }

    fn confirmation(
        &self,
        stored: Option<&Bidder>,
    ) -> Result<Option<ConfirmationStep>, FieldErrors> {
        let required = match self.confirm.as_str() {
            "off" => return Ok(None),
            "optional" => false,
            "required" => true,
            _ => {
                let message = "Choose whether the winner is asked to confirm.";
                return Err(FieldErrors::one("confirm", "unknown", message));
            }
        };
        let mut errors = FieldErrors::default();
        let before = stored.and_then(|bidder| bidder.confirmation.as_ref());
        let request = self
            .confirm_request
            .check("confirm_request", before.map(|step| &step.request));
        let request = errors.take(request);
        let acceptance = errors.take(acceptance(
            "confirm_acceptance",
            &self.confirm_acceptance,
            "confirm_word",
            &self.confirm_word,
        ));
        let destination = errors.take(self.confirm_destination.check("confirm_destination"));
        let (least, most) = CONFIRM_MS;
        let timeout = whole("confirm_timeout_ms", &self.confirm_timeout_ms, least, most);
        let timeout = errors.take(timeout);
        match (request, acceptance, destination, timeout) {
            (Some(request), Some(acceptance), Some(destination), Some(timeout_ms)) => {
                Ok(Some(ConfirmationStep {
                    request,
                    required,
                    acceptance,
                    destination,
                    timeout_ms,
                }))
            }
            _ => Err(errors),
        }
    }
}

fn optional(field: &str, typed: &str) -> Result<Option<Micros>, FieldErrors> {
    if typed.trim().is_empty() {
        return Ok(None);
    }
    amount(field, typed, BID_MAX).map(Some)
}

fn acceptance(
    field: &str,
    parser: &ParserForm,
    word_field: &str,
    word: &str,
) -> Result<Option<Acceptance>, FieldErrors> {
    let Some(parser) = parser.check(field)? else {
        return Ok(None);
    };
    let word = word.trim();
    if word.chars().count() > WORD_CHARS_MAX {
        let message = format!("Use at most {WORD_CHARS_MAX} characters.");
        return Err(FieldErrors::one(word_field, "too_long", &message));
    }
    Ok(Some(Acceptance {
        parser,
        word: (!word.is_empty()).then(|| word.to_owned()),
    }))
}

/// Tokens that can be chosen for a request, with what each stands for.
#[must_use]
pub fn tokens() -> Vec<Choice> {
    let token = |text: &str, label: &str| Choice {
        value: text.to_owned(),
        label: text.to_owned(),
        hint: label.to_owned(),
    };
    vec![
        token("[Call:InboundCallId]", "Our id of the call"),
        token("[Call:CallerId]", "The caller’s number, if it may be seen"),
        token("[Call:CallerIdNoPlus]", "The same without the plus"),
        token("[Call:CallDateTime]", "When the call came"),
        token("[InboundNumber:AreaCode]", "The caller’s area code"),
        token("[InboundNumber:State]", "The caller’s state"),
        token(
            "[InboundNumber:CountryDigits]",
            "The caller’s country, as digits",
        ),
        token("[DialedNumber:Number]", "The number that was dialed"),
        token("[Publisher:Name]", "The publisher"),
        token("[Publisher:SubId]", "The publisher’s own id"),
        token("[Campaign:Name]", "The campaign"),
        token("[Campaign:TrackingId]", "The campaign’s id"),
        token("[Target:Name]", "This RTB target"),
        token("[CallInfo:IsDuplicate]", "Whether the caller called before"),
        token("[geo:zipcode]", "The visitor’s postal code"),
        token(
            "[user:zip|geo:zipcode]",
            "The first of several that is known",
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> RtbTargetForm {
        let mut form = RtbTargetForm {
            name: "Crestline bids".to_owned(),
            min: "5".to_owned(),
            max: "250.00".to_owned(),
            margin_percent: "12.5".to_owned(),
            limit_minute: "60".to_owned(),
            ..RtbTargetForm::default()
        };
        form.request.url = "https://bid.example.com/v1/[user:key].json".to_owned();
        form
    }

    fn fields(form: &RtbTargetForm) -> Vec<String> {
        let errors = form.check_over(None).expect_err("wrong");
        errors.0.iter().map(|e| e.field.clone()).collect()
    }

    #[test]
    fn a_form_goes_there_and_back() {
        let mut form = form();
        form.request.auth = "hmac".to_owned();
        form.request.auth_name = "X-Signature".to_owned();
        form.request.auth_secret = "s3cret".to_owned();
        form.acceptance = ParserForm::path("accepted");
        form.accept_word = "yes".to_owned();
        form.to = "number".to_owned();
        form.number = "(800) 555-0126".to_owned();
        form.on_failure = "on".to_owned();
        form.failure_revenue = "9.00".to_owned();
        form.confirm = "required".to_owned();
        form.confirm_request.url = "https://bid.example.com/confirm".to_owned();
        let checked = form.check_over(None).expect("right");
        assert_eq!(checked.bidder.margin.basis_points, 1_250);
        let shown = RtbTargetForm::of(&checked);
        assert_eq!(shown, {
            let mut same = form.without_secrets();
            same.max = "250".to_owned();
            same.failure_revenue = "9".to_owned();
            same.margin_percent = "12.50".to_owned();
            same
        });
        // What was not typed again is kept, for the same machine alone.
        let again = shown.check_over(Some(&checked.bidder)).expect("right");
        assert_eq!(again.bidder, checked.bidder);
        let mut elsewhere = shown.clone();
        elsewhere.request.url = "https://other.example.com/".to_owned();
        let errors = elsewhere
            .check_over(Some(&checked.bidder))
            .expect_err("another machine");
        assert_eq!(errors.0[0].field, "request.auth_secret");
        assert!(shown.check().is_ok(), "a browser cannot know");
    }

    #[test]
    fn what_is_wrong_is_said_at_its_field() {
        let mut none = form();
        none.name = String::new();
        none.request.url = "bid.example.com".to_owned();
        none.request.headers = "Host: x".to_owned();
        none.request.content_type = "json".to_owned();
        none.timeout_ms = "49".to_owned();
        none.amount.at = "a[".to_owned();
        none.duration = ParserForm {
            kind: "script".to_owned(),
            at: "function(input){ return 1 }".to_owned(),
        };
        none.max = "4".to_owned();
        none.margin_percent = "101".to_owned();
        none.expiry_s = "0".to_owned();
        assert_eq!(
            fields(&none),
            [
                "name",
                "request.url",
                "request.headers",
                "request.content_type",
                "timeout_ms",
                "duration.at",
                "max",
                "margin_percent",
                "expiry_s"
            ]
        );
    }

    #[test]
    fn an_amount_and_a_number_must_come_from_somewhere() {
        let mut bare = form();
        bare.amount = ParserForm::none();
        bare.destination = ParserForm::none();
        bare.on_failure = "on".to_owned();
        bare.failure_revenue = "1".to_owned();
        assert_eq!(
            fields(&bare),
            ["amount.kind", "destination.kind", "on_failure"]
        );
        bare.revenue = "static".to_owned();
        bare.static_revenue = "12".to_owned();
        bare.to = "sip".to_owned();
        bare.sip = "desk@pbx.example".to_owned();
        assert!(bare.check_over(None).is_ok());
    }

    #[test]
    fn where_a_request_goes_is_fixed() {
        for (url, fits) in [
            ("https://bid.example.com/[user:x]?y=[user:y]", true),
            ("http://127.0.0.1:4000/bid", true),
            ("https://[user:host]/bid", false),
            ("https://[2001:db8::1]:8443/bid", true),
            ("https://bid.[user:x].com/", false),
            ("https://u:p@bid.example.com/", false),
            ("ftp://bid.example.com/", false),
            ("https://", false),
            ("https://bid.example.com/a b", false),
        ] {
            let mut one = form();
            one.request.url = url.to_owned();
            assert_eq!(one.check_over(None).is_ok(), fits, "{url}");
        }
    }

    #[test]
    fn every_token_of_the_picker_is_one() {
        for token in tokens() {
            let template: crate::rtb::token::Template = token.value.parse().unwrap();
            assert!(template.names().count() >= 1, "{}", token.value);
        }
    }
}
