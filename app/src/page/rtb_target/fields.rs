//! The fields of an RTB target: the request, where values stand in its answer, what a bid is worth,
//! how often it is asked, and the second step.

use domain::api::page::Choice as Token;
use domain::api::rtb_target::{ParserForm, RequestForm, RtbTargetForm};
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::form::{Form, input};
use crate::page::terms::{self, unless};
use crate::state::use_scripted;
use crate::ui::dom::announce_change;
use crate::ui::{
    Accordion, AccordionItem, Checkbox, Choice, NumberInput, Panel, Segmented, Select, TextInput,
    Textarea,
};

/// The parsers in the order they are shown, with what each finds.
pub const PARSERS: [(&str, &str); 6] = [
    ("acceptance", "Acceptance"),
    ("amount", "Amount"),
    ("destination", "Number or SIP address"),
    ("duration", "Least duration"),
    ("expiry", "Expiry"),
    ("bid_id", "Bid ID"),
];

/// What each field is called, at the field and where its error is told.
pub fn label(field: &str) -> String {
    if let Some((_, name)) = PARSERS.iter().find(|(parser, _)| {
        field
            .strip_prefix(parser)
            .is_some_and(|rest| rest.starts_with('.'))
    }) {
        return (*name).to_owned();
    }
    let bare = field
        .strip_prefix("confirm_request.")
        .or_else(|| field.strip_prefix("request."));
    match bare.unwrap_or(field) {
        "buyer" => "Buyer",
        "method" => "Method",
        "url" => "Address",
        "headers" => "Headers",
        "content_type" => "Content type",
        "body" => "Body",
        "auth" => "Authentication",
        "auth_name" => "User or header",
        "auth_secret" => "Secret",
        "exposes_caller" => "The caller’s number is told",
        "timeout_ms" => "Ping timeout",
        "accept_word" | "confirm_word" => "The word for yes",
        "revenue" => "Revenue",
        "static_revenue" => "Revenue of a call",
        "min" => "Least bid",
        "max" => "Most that is believed",
        "margin_percent" => "Deducted share",
        "margin_amount" => "Deducted amount",
        "to" => "Calls go to",
        "expiry_s" => "A bid holds for",
        "renews" => "Ask again when a bid has run out",
        "on_failure" => "Send calls although the ping failed",
        "failure_revenue" => "Revenue then",
        "limit_minute" => "Pings a minute",
        "limit_hour" => "Pings an hour",
        "limit_day" => "Pings a day",
        "confirm" => "Confirmation",
        "confirm_timeout_ms" => "Confirmation timeout",
        "confirm_acceptance.kind" | "confirm_acceptance.at" => "Confirmed",
        "confirm_destination.kind" | "confirm_destination.at" => "Another number",
        other => return terms::label(other),
    }
    .to_owned()
}

/// Choices that other fields hang under, and parsers, which a test ping fills in.
#[derive(Clone, Copy)]
pub struct Picks {
    pub kinds: [RwSignal<String>; 8],
    pub ats: [RwSignal<String>; 8],
    method: [RwSignal<String>; 2],
    auth: [RwSignal<String>; 2],
    revenue: RwSignal<String>,
    to: RwSignal<String>,
    confirm: RwSignal<String>,
    on_failure: RwSignal<bool>,
}

impl Picks {
    /// As in a form.
    pub fn of(start: &RtbTargetForm) -> Self {
        let text = |text: &String| RwSignal::new(text.clone());
        let parsers = [
            &start.acceptance,
            &start.amount,
            &start.destination,
            &start.duration,
            &start.expiry,
            &start.bid_id,
            &start.confirm_acceptance,
            &start.confirm_destination,
        ];
        Self {
            kinds: parsers.map(|parser| text(&parser.kind)),
            ats: parsers.map(|parser| text(&parser.at)),
            method: [&start.request, &start.confirm_request].map(|r| text(&r.method)),
            auth: [&start.request, &start.confirm_request].map(|r| text(&r.auth)),
            revenue: text(&start.revenue),
            to: text(&start.to),
            confirm: text(&start.confirm),
            on_failure: RwSignal::new(!start.on_failure.is_empty()),
        }
    }

    fn texts(self) -> Vec<RwSignal<String>> {
        let mut all = [self.kinds.as_slice(), &self.ats, &self.method, &self.auth].concat();
        all.extend([self.revenue, self.to, self.confirm]);
        all
    }

    /// What is chosen now.
    pub fn values(self) -> (Vec<String>, bool) {
        let texts = self.texts().into_iter().map(|text| text.get_untracked());
        (texts.collect(), self.on_failure.get_untracked())
    }

    /// Chooses again what was chosen then.
    pub fn put_back(self, (texts, on_failure): &(Vec<String>, bool)) {
        for (signal, text) in self.texts().into_iter().zip(texts) {
            signal.set(text.clone());
        }
        self.on_failure.set(*on_failure);
    }
}

/// All fields, in panels.
#[component]
pub fn Fields(
    form: Form,
    start: RtbTargetForm,
    picks: Picks,
    tokens: Vec<Token>,
    /// Whether a secret of the request, and of the confirmation, is stored.
    secrets: [bool; 2],
    /// Whose it is, where that can be chosen.
    #[prop(optional, into)]
    who: ViewFn,
    #[prop(into)] trial: ViewFn,
) -> impl IntoView {
    let revenues = vec![
        Choice::new("bid", "What it bids"),
        Choice::new("static", "A fixed amount"),
    ];
    let ends = vec![
        Choice::new("bid", "Where the bid says"),
        Choice::new("number", "Always a number"),
        Choice::new("sip", "Always a SIP address"),
    ];
    let steps = vec![
        Choice::new("off", "Off"),
        Choice::new("optional", "Optional"),
        Choice::new("required", "Required"),
    ];
    let money = move |field: &'static str, value: String, placeholder: &'static str| {
        view! {
            <NumberInput name=input(field) id=format!("f-{field}") label=label(field) prefix="$" value=value error=form.error(field) min="0" step="0.01" placeholder=placeholder/>
        }
    };
    let limit = move |field: &'static str, value: String| {
        view! {
            <NumberInput name=input(field) id=format!("f-{field}") label=label(field) unit="pings" value=value error=form.error(field) min="1" step="1" placeholder="No limit"/>
        }
    };
    let again = tokens.clone();
    let [acceptance, amount, destination, duration, expiry, bid_id] = [
        start.acceptance.clone(),
        start.amount.clone(),
        start.destination.clone(),
        start.duration.clone(),
        start.expiry.clone(),
        start.bid_id.clone(),
    ];
    view! {
        <Panel title="Who bids">
            <div class="form">
                <TextInput name=input("name") id="f-name" label=label("name") value=start.name error=form.error("name") required=true/>
                {who.run()}
                <TextInput name=input("sub_id") id="f-sub_id" label=label("sub_id") value=start.sub_id error=form.error("sub_id") optional=true mono=true hint="The buyer’s own name of it, for tokens and reports."/>
            </div>
        </Panel>
        <Panel title="What it is asked">
            <div class="form">
                <Request form=form field="request" start=start.request picks=picks at=0 tokens=tokens has_secret=secrets[0]/>
                <Checkbox name=input("exposes_caller") id="f-exposes_caller" label=label("exposes_caller") checked=!start.exposes_caller.is_empty()
                    hint="Off, tokens of the number stay empty. Area code and state are always told: they name nobody."/>
                <NumberInput name=input("timeout_ms") id="f-timeout_ms" label=label("timeout_ms") unit="ms" value=start.timeout_ms error=form.error("timeout_ms") min="50" step="1"
                    placeholder="As its ring tree" hint="Where it should have less time than its ring tree gives."/>
            </div>
        </Panel>
        {trial.run()}
        <Panel title="What its answer says">
            <div class="form">
                <p class="soft">"A path into JSON like bidAmount or $.bids[0].amount, a path into XML like /bid/@amount, a pattern whose first group counts, or the body of a JavaScript function of input."</p>
                <Parser form=form at=0 start=acceptance picks=picks none="Every good answer accepts" hint="Yes, true, 1 or any other word that means it; or the word below."/>
                <div hidden=unless_any(picks.kinds[0])>
                    <TextInput name=input("accept_word") id="f-accept_word" label=label("accept_word") value=start.accept_word error=form.error("accept_word") optional=true placeholder="Any yes" mono=true/>
                </div>
                <Parser form=form at=1 start=amount picks=picks none="Not in the answer"/>
                <Parser form=form at=2 start=destination picks=picks none="Not in the answer"/>
                <Parser form=form at=3 start=duration picks=picks none="Not in the answer" hint="Seconds a call must last to be paid. Without it, the route’s revenue rule says when."/>
                <Parser form=form at=4 start=expiry picks=picks none="Not in the answer" hint="Seconds for which the bid holds."/>
                <Parser form=form at=5 start=bid_id picks=picks none="Not in the answer" hint="The bidder’s own id of its bid, to search for."/>
            </div>
        </Panel>
        <Panel title="What a bid is worth">
            <div class="form">
                <Segmented name=input("revenue") id="f-revenue" label=label("revenue") options=revenues bind=picks.revenue error=form.error("revenue")/>
                <div class="indent" hidden=unless(picks.revenue, "static")>
                    {money("static_revenue", start.static_revenue, "")}
                </div>
                <div class="form-2">
                    {money("min", start.min, "Any")}
                    {money("max", start.max, "No limit")}
                </div>
                <div class="form-2">
                    <NumberInput name=input("margin_percent") id="f-margin_percent" label=label("margin_percent") unit="%" value=start.margin_percent error=form.error("margin_percent") min="0" max="100" step="0.01" placeholder="None"/>
                    {money("margin_amount", start.margin_amount, "None")}
                </div>
                <p class="soft">"What the bidder’s own network keeps of a bid. Bids compete, and calls earn, by what is left."</p>
                <Segmented name=input("to") id="f-to" label=label("to") options=ends bind=picks.to error=form.error("to")/>
                <div class="indent" hidden=unless(picks.to, "number")>
                    <TextInput name=input("number") id="f-number" label=label("number") value=start.number error=form.error("number") kind="tel" hint="Where the answer says another number, that counts."/>
                </div>
                <div class="indent" hidden=unless(picks.to, "sip")>
                    <TextInput name=input("sip") id="f-sip" label=label("sip") value=start.sip error=form.error("sip") mono=true/>
                </div>
                <NumberInput name=input("expiry_s") id="f-expiry_s" label=label("expiry_s") unit="seconds" value=start.expiry_s error=form.error("expiry_s") min="1" max="3600" step="1"
                    hint="Where the answer does not say it. A call is not sent on a bid that has run out."/>
                <Checkbox name=input("renews") id="f-renews" label=label("renews") checked=!start.renews.is_empty()
                    hint="When another bidder did not connect and no bid holds any more. Off, its bid is dropped."/>
                <Checkbox name=input("on_failure") id="f-on_failure" label=label("on_failure") bind=picks.on_failure error=form.error("on_failure")
                    hint="Only with a number of its own: a timeout or a broken connection counts as a bid."/>
                <div class="indent" hidden=move || !picks.on_failure.get()>{money("failure_revenue", start.failure_revenue, "")}</div>
            </div>
        </Panel>
        <Panel title="How often it is asked" note="Empty means no limit">
            <div class="form-2">
                {limit("limit_minute", start.limit_minute)}{limit("limit_hour", start.limit_hour)}{limit("limit_day", start.limit_day)}
            </div>
        </Panel>
        <Panel title="Second step">
            <div class="form">
                <Segmented name=input("confirm") id="f-confirm" label=label("confirm") options=steps bind=picks.confirm error=form.error("confirm")
                    hint="The winner alone is asked once more as its call is about to be connected. Required, a bid without it does not count."/>
                <div class="indent form" hidden=move || picks.confirm.with(|c| c == "off")>
                    <Request form=form field="confirm_request" start=start.confirm_request picks=picks at=1 tokens=again has_secret=secrets[1]/>
                    <NumberInput name=input("confirm_timeout_ms") id="f-confirm_timeout_ms" label=label("confirm_timeout_ms") unit="ms" value=start.confirm_timeout_ms error=form.error("confirm_timeout_ms") min="50" max="3000" step="1"/>
                    <Parser form=form at=6 start=start.confirm_acceptance picks=picks none="Every good answer confirms"/>
                    <div hidden=unless_any(picks.kinds[6])>
                        <TextInput name=input("confirm_word") id="f-confirm_word" label=label("confirm_word") value=start.confirm_word error=form.error("confirm_word") optional=true placeholder="Any yes" mono=true/>
                    </div>
                    <Parser form=form at=7 start=start.confirm_destination picks=picks none="As the bid says"/>
                </div>
            </div>
        </Panel>
    }
    .into_any()
}

fn unless_any(kind: RwSignal<String>) -> impl Fn() -> bool + Send + Sync + Copy + 'static {
    move || kind.with(|now| now == "none" || now.is_empty())
}

/// The form's name of the parser in a place.
fn parser_field(at: usize) -> &'static str {
    match at {
        6 => "confirm_acceptance",
        7 => "confirm_destination",
        at => PARSERS[at].0,
    }
}

/// Where one value stands.
#[component]
fn Parser(
    form: Form,
    at: usize,
    start: ParserForm,
    picks: Picks,
    none: &'static str,
    #[prop(optional, into)] hint: String,
) -> impl IntoView {
    let field = parser_field(at);
    let (kind_at, text_at) = (format!("{field}.kind"), format!("{field}.at"));
    let kinds = vec![
        Choice::new("none", none),
        Choice::new("path", "Path"),
        Choice::new("regex", "Pattern"),
        Choice::new("script", "JavaScript"),
    ];
    let kind = picks.kinds[at];
    if kind.with_untracked(String::is_empty) {
        kind.set("none".to_owned());
    }
    // The fields begin with what the signals say.
    drop(start);
    let name = label(&kind_at);
    let spoken = format!("{name}: where it stands");
    view! {
        <div class="parser">
            <Select name=input(&kind_at) id=format!("f-{kind_at}") label=name options=kinds bind=kind error=form.error(kind_at) hint=hint/>
            <div class="parser-at" hidden=unless_any(kind)>
                <Textarea name=input(&text_at) id=format!("f-{text_at}") label=spoken rows=1 bind=picks.ats[at] error=form.error(text_at)/>
            </div>
        </div>
    }
    .into_any()
}

/// A request with tokens.
#[component]
fn Request(
    form: Form,
    field: &'static str,
    start: RequestForm,
    picks: Picks,
    /// 0 for the ping, 1 for the confirmation.
    at: usize,
    tokens: Vec<Token>,
    has_secret: bool,
) -> impl IntoView {
    let of = move |part: &str| format!("{field}.{part}");
    let id = move |part: &str| format!("f-{field}.{part}");
    let methods = ["POST", "GET", "PUT", "PATCH"]
        .map(|m| Choice::new(m, m))
        .to_vec();
    let auths = vec![
        Choice::new("none", "None"),
        Choice::new("bearer", "Bearer token"),
        Choice::new("basic", "User and password"),
        Choice::new("hmac", "HMAC signature"),
    ];
    let (method, auth) = (picks.method[at], picks.auth[at]);
    let has_body = move || method.with(|m| m != "GET");
    let no_secret = move || auth.with(|a| a == "none");
    let no_name = move || auth.with(|a| a != "basic" && a != "hmac");
    let placeholder = if has_secret { "Stored, not shown" } else { "" };
    view! {
        <div class="form-2 request-line">
            <Select name=input(&of("method")) id=id("method") label=label("method") options=methods bind=method error=form.error(of("method"))/>
            <TextInput name=input(&of("url")) id=id("url") label=label("url") value=start.url error=form.error(of("url")) required=true mono=true placeholder="https://bid.example.com/v1/ping"/>
        </div>
        <Tokens field=field tokens=tokens/>
        <div class="form" hidden=move || !has_body()>
            <TextInput name=input(&of("content_type")) id=id("content_type") label=label("content_type") value=start.content_type error=form.error(of("content_type")) mono=true/>
            <Textarea name=input(&of("body")) id=id("body") label=label("body") rows=8 value=start.body error=form.error(of("body")) hint="Values are written as the content type asks for."/>
        </div>
        <Accordion>
            <AccordionItem title="Headers and authentication" fact=Signal::derive(move || auth.with(|a| if a == "none" { String::new() } else { "Signed in".to_owned() }))
                open=!start.headers.is_empty() || start.auth != "none">
                <div class="form">
                    <Textarea name=input(&of("headers")) id=id("headers") label=label("headers") rows=2 value=start.headers error=form.error(of("headers")) optional=true placeholder="X-Partner: 17" hint="One a line; tokens are allowed."/>
                    <Select name=input(&of("auth")) id=id("auth") label=label("auth") options=auths bind=auth error=form.error(of("auth"))/>
                    <div hidden=no_name>
                        <TextInput name=input(&of("auth_name")) id=id("auth_name") label=label("auth_name") value=start.auth_name error=form.error(of("auth_name")) mono=true
                            hint="The user, or the header that the signature stands in: t=<seconds>,v1=<hex of HMAC-SHA-256 over the seconds, a full stop and the body>."/>
                    </div>
                    <div hidden=no_secret>
                        <TextInput name=input(&of("auth_secret")) id=id("auth_secret") label=label("auth_secret") kind="password" autocomplete="off" placeholder=placeholder error=form.error(of("auth_secret"))
                            hint="Never shown again. Sent to this machine alone."/>
                    </div>
                </div>
            </AccordionItem>
        </Accordion>
    }
    .into_any()
}

/// Puts a token where one last typed: in the address, a header or the body.
#[component]
fn Tokens(field: &'static str, tokens: Vec<Token>) -> impl IntoView {
    let scripted = use_scripted();
    let chosen = RwSignal::new(String::new());
    let last = StoredValue::new(format!("f-{field}.body"));
    Effect::new(move |_| {
        if !scripted.get() {
            return;
        }
        // Remembers which of the request's fields was typed in last.
        let handle = window_event_listener(leptos::ev::focusin, move |ev| {
            let id = ev
                .target()
                .and_then(|el| el.dyn_into::<web_sys::Element>().ok())
                .map(|el| el.id());
            let parts = ["url", "headers", "body"];
            let own = id.filter(|id| parts.iter().any(|part| *id == format!("f-{field}.{part}")));
            if let Some(id) = own {
                last.set_value(id);
            }
        });
        on_cleanup(move || handle.remove());
    });
    Effect::new(move |_| {
        let token = chosen.get();
        if token.is_empty() {
            return;
        }
        insert(&last.get_value(), &token);
        chosen.set(String::new());
    });
    let options: Vec<Choice> = (tokens.iter())
        .map(|token| {
            Choice::new(
                token.value.clone(),
                format!("{}  {}", token.label, token.hint),
            )
        })
        .collect();
    let view = move || {
        scripted.get().then(|| {
            view! { <Select name=format!("token-{field}") id=format!("f-{field}-token") label="Insert a token" options=options.clone() bind=chosen placeholder="Choose what to tell"/> }
        })
    };
    view! { <div data-spare="">{view}</div> }.into_any()
}

fn insert(id: &str, text: &str) {
    let Some(el) = document().get_element_by_id(id) else {
        return;
    };
    if let Some(area) = el.dyn_ref::<web_sys::HtmlTextAreaElement>() {
        let end = area.value().encode_utf16().count();
        let end = u32::try_from(end).unwrap_or(0);
        let at = area.selection_start().ok().flatten().unwrap_or(end);
        let to = area.selection_end().ok().flatten().unwrap_or(at);
        drop(area.set_range_text_with_start_and_end(text, at, to));
        drop(area.focus());
    } else if let Some(line) = el.dyn_ref::<web_sys::HtmlInputElement>() {
        let end = line.value().encode_utf16().count();
        let end = u32::try_from(end).unwrap_or(0);
        let at = line.selection_start().ok().flatten().unwrap_or(end);
        let to = line.selection_end().ok().flatten().unwrap_or(at);
        drop(line.set_range_text_with_start_and_end(text, at, to));
        drop(line.focus());
    }
    announce_change(el.unchecked_ref());
}
