//! The fields of an RTB id: what it bids, when a call is paid, which calls, how they come, how often it
//! is asked.

use domain::api::page::Choice as Entry;
use domain::api::rtb_id::{RtbIdChoices, RtbIdForm};
use domain::ledger::revenue::LENGTH_MAX_S;
use leptos::prelude::*;

use crate::form::{Form, input};
use crate::page::parts::choices as entries;
use crate::page::terms::chosen::{Chosen, Values};
use crate::page::terms::hours::Hours;
use crate::page::terms::{self, Terms, unless};
use crate::state::use_scripted;
use crate::ui::{
    Checkbox, Choice, FieldSet, NumberInput, Panel, Segmented, Select, TextInput, Textarea,
};

/// What each field is called, at the field and where its error is told.
pub fn label(field: &str) -> String {
    match field {
        "publisher" => "Publisher",
        "campaign" => "Campaign",
        "how" => "The bid is",
        "base" => "Bid",
        "max" => "At most",
        "margin" => "Less",
        "min_margin" => "Left over at least",
        "at_loss" => "May be more than the target pays",
        "trigger" => "A call is paid when",
        "length_s" => "Length",
        "from" => "Counted from",
        "pay" => "Callers who come again",
        "pay_after_days" => "Paid again after",
        "across" => "Whose earlier calls count",
        "modifiers" => "Modifiers",
        "caller" => "Ask for the caller’s number",
        "tags" => "Required fields",
        "sip_only" => "By SIP only",
        "numbers" => "Numbers lent to bids",
        "rate" => "Pings answered",
        "per" => "In each",
        "expiry_s" => "A bid holds for",
        "stale" => "Calls after that",
        "key" => "Programs show",
        "cap_hourly" => "Paid calls per hour",
        "cap_daily" => "Paid calls per day",
        "cap_monthly" => "Paid calls per month",
        "cap_total" => "Paid calls in all",
        "dollars_hourly" => "Payout per hour",
        "dollars_daily" => "Payout per day",
        "dollars_monthly" => "Payout per month",
        "dollars_total" => "Payout in all",
        other => return terms::label(other),
    }
    .to_owned()
}

/// Choices that other fields hang under.
#[derive(Clone, Copy)]
pub struct Picks {
    campaign: RwSignal<String>,
    how: RwSignal<String>,
    trigger: RwSignal<String>,
    pay: RwSignal<String>,
    numbers: RwSignal<String>,
    hours: Chosen,
}

impl Picks {
    /// As in a form.
    pub fn of(start: &RtbIdForm) -> Self {
        let text = |text: &String| RwSignal::new(text.clone());
        Self {
            campaign: text(&start.campaign),
            how: text(&start.how),
            trigger: text(&start.trigger),
            pay: text(&start.pay),
            numbers: text(&start.numbers),
            hours: Chosen::of_rtb_id(start),
        }
    }

    fn texts(self) -> [RwSignal<String>; 5] {
        [
            self.campaign,
            self.how,
            self.trigger,
            self.pay,
            self.numbers,
        ]
    }

    /// What is chosen now.
    pub fn values(self) -> ([String; 5], Values) {
        (
            self.texts().map(|text| text.get_untracked()),
            self.hours.values(),
        )
    }

    /// Chooses again what was chosen then.
    pub fn put_back(self, (texts, hours): &([String; 5], Values)) {
        for (signal, text) in self.texts().into_iter().zip(texts) {
            signal.set(text.clone());
        }
        self.hours.put_back(hours);
    }
}

/// All fields, in panels.
#[component]
pub fn Fields(
    form: Form,
    start: RtbIdForm,
    picks: Picks,
    choices: RtbIdChoices,
    /// Campaign and publisher stay what they are.
    fixed: bool,
) -> impl IntoView {
    let hows = vec![
        Choice::new("pass_through", "What our routes pay, less a margin"),
        Choice::new("fixed", "A fixed amount"),
    ];
    let triggers = vec![
        Choice::new("length", "It lasted so long"),
        Choice::new("connect", "It connected"),
        Choice::new("converted", "It converted"),
        Choice::new("incoming", "It came in"),
    ];
    let timers = vec![
        Choice::new("connect", "The connection"),
        Choice::new("dial", "The dialing of a target that answers"),
        Choice::new("incoming", "The arrival of the call"),
    ];
    let pays = vec![
        Choice::new("never", "Are not paid"),
        Choice::new("after", "Are paid after a while"),
        Choice::new("always", "Are paid"),
    ];
    let whose = vec![
        Choice::new("publisher", "This publisher’s"),
        Choice::new("all", "Every publisher’s"),
    ];
    let late = vec![
        Choice::new("refuse", "Are not taken"),
        Choice::new("unpaid", "Are routed, and not paid"),
        Choice::new("honour", "Are routed and paid as bid"),
    ];
    let spans = vec![
        Choice::new("minute", "Minute"),
        Choice::new("hour", "Hour"),
        Choice::new("day", "Day"),
    ];
    let keys = vec![
        Choice::new("none", "Nothing but the address"),
        Choice::new("bearer", "A token"),
        Choice::new("hmac", "A signature"),
    ];
    let money = move |field: &'static str, value: String, placeholder: &'static str| {
        view! {
            <NumberInput name=input(field) id=format!("f-{field}") label=label(field) prefix="$" value=value error=form.error(field) min="0" step="any" placeholder=placeholder/>
        }
    };
    let calls = move |field: &'static str, value: String| {
        view! {
            <NumberInput name=input(field) id=format!("f-{field}") label=label(field) unit="calls" value=value error=form.error(field) min="0" step="1" placeholder="No limit"/>
        }
    };
    let has_sip = choices.has_sip;
    let whom = whom(form, &start, picks, &choices, fixed);
    let terms = StoredValue::new(Terms::of_rtb_id(&start));
    view! {
        {whom}
        <Panel title="What it bids">
            <div class="form">
                <Segmented name=input("how") id="f-how" label=label("how") options=hows bind=picks.how error=form.error("how")/>
                <div class="indent form" hidden=unless(picks.how, "pass_through")>
                    <div class="form-2">
                        <TextInput name=input("margin") id="f-margin" label=label("margin") value=start.margin error=form.error("margin") placeholder="20%" hint="A share such as 20%, or an amount such as 5.00"/>
                        {money("min_margin", start.min_margin, "Nothing")}
                    </div>
                    <p class="soft">"The bid is what the target pays that would get the call at that moment, less this. Its line is held until the bid expires. If it does not connect, the call goes on to targets that make up for the bid."</p>
                    <Checkbox name=input("at_loss") id="f-at_loss" label=label("at_loss") checked=!start.at_loss.is_empty() hint="Only modifiers can make it so."/>
                </div>
                <div class="indent" hidden=unless(picks.how, "fixed")>{money("base", start.base, "")}</div>
                {money("max", start.max, "")}
                <Textarea name=input("modifiers") id="f-modifiers" label=label("modifiers") rows=4 value=start.modifiers error=form.error("modifiers") optional=true
                    placeholder="state is TX => +5.00"
                    hint="One a line, in order: what holds of the ping, then => and +5.00, -5.00, x1.2, =30.00 or reject. is, is not, contains, begins with, is above, is below, is in the list NAME, is present, is absent; a field without a type is the publisher’s. “always” holds for every ping."/>
            </div>
        </Panel>
        <Panel title="When a call is paid">
            <div class="form">
                <Select name=input("trigger") id="f-trigger" label=label("trigger") options=triggers error=form.error("trigger") bind=picks.trigger/>
                <div class="indent form-2" hidden=unless(picks.trigger, "length")>
                    <NumberInput name=input("length_s") id="f-length_s" label=label("length_s") value=start.length_s error=form.error("length_s") unit="seconds" min="1" max=LENGTH_MAX_S.to_string() step="1"/>
                    <Select name=input("from") id="f-from" label=label("from") options=timers value=start.from error=form.error("from")/>
                </div>
                <Segmented name=input("pay") id="f-pay" label=label("pay") options=pays bind=picks.pay error=form.error("pay") hint="A publisher who asks about such a caller is told so."/>
                <div class="indent" hidden=unless(picks.pay, "after")>
                    <NumberInput name=input("pay_after_days") id="f-pay_after_days" label=label("pay_after_days") value=start.pay_after_days error=form.error("pay_after_days") unit="days" min="1" step="1"/>
                </div>
                <div class="indent" hidden=move || picks.pay.with(|now| now == "always")>
                    <Segmented name=input("across") id="f-across" label=label("across") options=whose value=start.across error=form.error("across")/>
                </div>
            </div>
        </Panel>
        <Panel title="Which pings">
            <div class="form">
                <Checkbox name=input("caller") id="f-caller" label=label("caller") checked=!start.caller.is_empty() hint="Without it a bid is made for whoever calls, and a number is lent to one such bid at a time."/>
                <Textarea name=input("tags") id="f-tags" label=label("tags") rows=2 value=start.tags error=form.error("tags") optional=true placeholder="zip" hint="One a line. A ping without one of them is bid nothing and told which."/>
                <Hours form=form terms=terms chosen=picks.hours/>
            </div>
        </Panel>
        <Panel title="How calls come">
            <div class="form">
                <Numbers form=form picks=picks choices=choices.numbers/>
                {if has_sip {
                    view! { <Checkbox name=input("sip_only") id="f-sip_only" label=label("sip_only") checked=!start.sip_only.is_empty() error=form.error("sip_only") hint="Each bid has an address of its own, so that nobody else can call on it."/> }.into_any()
                } else {
                    view! { <p class="soft">"By number only: this server has no SIP domain set up."</p> }.into_any()
                }}
                <div class="form-2">
                    <NumberInput name=input("expiry_s") id="f-expiry_s" label=label("expiry_s") value=start.expiry_s error=form.error("expiry_s") unit="seconds" min="5" max="3600" step="1" hint="Or as long as the winning bidder’s bid does, if that is less."/>
                    <Select name=input("stale") id="f-stale" label=label("stale") options=late value=start.stale error=form.error("stale")/>
                </div>
            </div>
        </Panel>
        <Panel title="How often it is asked">
            <div class="form">
                <div class="form-2">
                    <NumberInput name=input("rate") id="f-rate" label=label("rate") value=start.rate error=form.error("rate") unit="pings" min="1" step="1"/>
                    <Select name=input("per") id="f-per" label=label("per") options=spans value=start.per error=form.error("per")/>
                </div>
                <Segmented name=input("key") id="f-key" label=label("key") options=keys value=start.key error=form.error("key") hint="The address alone is hard to guess. A token or signature protects it should it get around; both are made here."/>
            </div>
        </Panel>
        <Panel title="How much is paid" note="Empty means no limit">
            <div class="form-2">
                {calls("cap_hourly", start.cap_hourly)}{money("dollars_hourly", start.dollars_hourly, "No limit")}
                {calls("cap_daily", start.cap_daily)}{money("dollars_daily", start.dollars_daily, "No limit")}
                {calls("cap_monthly", start.cap_monthly)}{money("dollars_monthly", start.dollars_monthly, "No limit")}
                {calls("cap_total", start.cap_total)}{money("dollars_total", start.dollars_total, "No limit")}
            </div>
        </Panel>
    }
    .into_any()
}

/// Whose it is.
fn whom(
    form: Form,
    start: &RtbIdForm,
    picks: Picks,
    choices: &RtbIdChoices,
    fixed: bool,
) -> Option<AnyView> {
    if fixed {
        let (campaign, publisher) = (start.campaign.clone(), start.publisher.clone());
        return Some(
            view! {
                <input type="hidden" name=input("campaign") value=campaign/>
                <input type="hidden" name=input("publisher") value=publisher/>
            }
            .into_any(),
        );
    }
    let (publishers, campaigns) = (entries(&choices.publishers), entries(&choices.campaigns));
    let publisher = start.publisher.clone();
    Some(
        view! {
            <Panel title="Whose">
                <div class="form-2">
                    <Select name=input("publisher") id="f-publisher" label=label("publisher") options=publishers value=publisher placeholder="Choose a publisher" required=true error=form.error("publisher") hint="Who asks and is paid."/>
                    <Select name=input("campaign") id="f-campaign" label=label("campaign") options=campaigns bind=picks.campaign placeholder="Choose a campaign" required=true error=form.error("campaign") hint="Whose routing plan takes the calls."/>
                </div>
            </Panel>
        }
        .into_any(),
    )
}

/// Numbers of the campaign to tick, over the text that says them all.
#[component]
fn Numbers(form: Form, picks: Picks, choices: Vec<Entry>) -> impl IntoView {
    let scripted = use_scripted();
    let typed = picks.numbers;
    let all = StoredValue::new(choices);
    let tick = move |shown: String| {
        let has = {
            let shown = shown.clone();
            Memo::new(move |_| typed.with(|text| text.lines().any(|line| line.trim() == shown)))
        };
        let words = shown.clone();
        let flip = move |ev| {
            let wanted = event_target_checked(&ev);
            typed.update(|text| {
                let mut lines: Vec<String> = (text.lines().map(str::trim))
                    .filter(|line| !line.is_empty() && *line != shown)
                    .map(str::to_owned)
                    .collect();
                if wanted {
                    lines.push(shown.clone());
                }
                *text = lines.join("\n");
            });
        };
        view! {
            <label class="check"><input class="checkbox" type="checkbox" prop:checked=move || has.get() on:change=flip/><span>{words}</span></label>
        }
    };
    let ticks = move || {
        if !scripted.get() {
            return None;
        }
        let campaign = picks.campaign.get();
        let own: Vec<String> = all.with_value(|all| {
            let own = all.iter().filter(|entry| entry.hint == campaign);
            own.map(|entry| entry.label.clone()).collect()
        });
        Some(match own.is_empty() {
            true => view! { <p class="soft">"This campaign has no number outside of pools. Add one on the numbers page."</p> }.into_any(),
            false => {
                let ticks = own.into_iter().map(tick).collect_view();
                view! { <FieldSet legend="Numbers of the campaign"><div class="ticks">{ticks}</div></FieldSet> }.into_any()
            }
        })
    };
    view! {
        {ticks}
        <Textarea name=input("numbers") id="f-numbers" label=label("numbers") rows=2 optional=true bind=typed error=form.error("numbers") placeholder="(833) 555-0100"
            hint="One a line, numbers of this campaign that are in no pool. Whoever calls one of them without a bid is not taken. Callers are told apart by their own number, so one number serves many bids."/>
    }
    .into_any()
}
