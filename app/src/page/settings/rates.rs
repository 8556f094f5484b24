//! What the carrier charges: the cost of a call is worked out from these prices.

use domain::access::Permission;
use domain::api::account::{PrefixForm, RateForm, RatesForm, RatesView};
use domain::invalid::FieldErrors;
use domain::ledger::telephony::rate::RateTable;
use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{Head, Tab};
use crate::api::account::{ResetRates, SetRates, load_rates};
use crate::error::AppError;
use crate::form::{Form, checked, input};
use crate::page::parts::{OnlyLook, grouped, may};
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::state::use_scripted;
use crate::ui::{
    Button, ButtonKind, FormErrors, Icon, IconButton, Panel, SaveBar, Size, TableRegion, ToastBus,
    use_toasts,
};

/// Empty lines for further prefixes, before there is a script to add one.
const SPARE: usize = 2;

/// The rates' resource.
type RateSource = Source<(), RatesView>;

/// The page.
#[component]
pub fn Rates() -> impl IntoView {
    let source = Source::new(|| (), |()| load_rates());
    let edit = may(Permission::EditAccount);
    view! {
        <Head now=Tab::Rates sub="What a call costs is worked out from these prices. Calls that are over keep their cost."/>
        {source.view("The rates", Renew::Never, move |rates| {
            (move || if edit.get() {
                view! { <Table source=source rates=rates/> }.into_any()
            } else {
                view! { <Panel title="Carrier rates"><OnlyLook what=Permission::EditAccount/></Panel> }.into_any()
            })
            .into_any()
        })}
    }
    .into_any()
}

/// The kinds of legs with a price of their own.
const LEGS: [(&str, &str); 5] = [
    ("inbound_local", "In, local number"),
    ("inbound_toll_free", "In, toll-free number"),
    ("inbound_sip", "In, by SIP"),
    ("outbound_sip", "Out, to a SIP address"),
    ("recording", "Recording"),
];

fn leg(form: &RatesForm, field: &str) -> RateForm {
    match field {
        "inbound_local" => &form.inbound_local,
        "inbound_toll_free" => &form.inbound_toll_free,
        "inbound_sip" => &form.inbound_sip,
        "outbound_sip" => &form.outbound_sip,
        _ => &form.recording,
    }
    .clone()
}

/// What each field is called where its error is told.
fn label(field: &str) -> String {
    if let Some(at) = field
        .strip_prefix("outbound[")
        .and_then(|rest| rest.split(']').next())
        .and_then(|at| at.parse::<usize>().ok())
    {
        return format!("Prefix {}", at + 1);
    }
    let leg = field.split('.').next().unwrap_or_default();
    LEGS.iter()
        .find(|(name, _)| *name == leg)
        .map_or_else(String::new, |(_, words)| (*words).to_owned())
}

/// What is kept of a long table is the server's to know.
fn check(form: &RatesForm) -> Result<RateTable, FieldErrors> {
    form.check(&RateTable::default())
}

#[component]
fn Table(source: RateSource, rates: Signal<RatesView>) -> impl IntoView {
    let list_prices = Memo::new(move |_| rates.with(|r| r.list_prices));
    // When list prices come back, or go, the fields are made anew.
    let fields = move || {
        list_prices.track();
        view! { <Edit source=source view=rates.get_untracked()/> }
    };
    view! { <Whose source=source rates=rates list_prices=list_prices/>{fields} }.into_any()
}

/// Whether the account has prices of its own, and the way back to the carrier's.
#[component]
fn Whose(source: RateSource, rates: Signal<RatesView>, list_prices: Memo<bool>) -> impl IntoView {
    let (reset, restore) = (
        ServerAction::<ResetRates>::new(),
        ServerAction::<SetRates>::new(),
    );
    let toasts = use_toasts();
    let before = StoredValue::new(None::<RatesForm>);
    let undo = Callback::new(move |()| {
        if let Some(form) = before.get_value() {
            restore.dispatch(SetRates { form });
        }
    });
    Effect::new(move |_| {
        if let Some(answer) = reset.value().get() {
            answered(answer, source, toasts, || {
                toasts.undo("The carrier’s list prices are back.", undo);
            });
        }
    });
    Effect::new(move |_| {
        if let Some(answer) = restore.value().get() {
            answered(answer, source, toasts, || {
                toasts.done("Your own prices are back.")
            });
        }
    });
    let keep = move |_| before.set_value(Some(rates.with_untracked(|r| r.form.clone())));
    let view = move || {
        if list_prices.get() {
            return view! {
                <p><b>"List prices."</b>" These are the carrier’s public prices for the United States, in US dollars, without discounts. Enter yours if they differ."</p>
            }
            .into_any();
        }
        view! {
            <p><b>"Your own prices."</b>" They stand in for the carrier’s list prices."</p>
            <ActionForm action=reset on:submit:capture=keep>
                <Button submit=true size=Size::Sm icon="undo" busy=reset.pending()>"Back to list prices"</Button>
            </ActionForm>
        }
        .into_any()
    };
    view! { <div class="notice" role="note" aria-label="Whose prices these are"><Icon name="dollar"/>{view}</div> }.into_any()
}

fn answered(
    answer: Result<(), AppError>,
    source: RateSource,
    toasts: ToastBus,
    done: impl FnOnce(),
) {
    match answer {
        Ok(()) => {
            source.reload();
            done();
        }
        Err(error) if error.is_signed_out() => sign_in_again(),
        Err(error) => toasts.error(error.message),
    }
}

#[component]
fn Edit(source: RateSource, view: RatesView) -> impl IntoView {
    let save = ServerAction::<SetRates>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Rates saved. Calls from now on cost by them.");
        source.reload();
    });
    let form =
        Form::new("rates-form", label, |el| checked(el, check)).watch(save.value().into(), done);
    let hidden = view.hidden_prefixes;
    let start = form.start(view.form);
    let legs = LEGS.map(|(field, words)| {
        let path = Signal::stored(field.to_owned());
        let rate = leg(&start, field);
        view! { <tr><th scope="row">{words}</th><Prices form=form path=path what=Signal::stored(words.to_owned()) rate=rate/></tr> }
    });
    let lines = Lines::new(start.outbound.len());
    let saved = form.saved;
    Effect::new(move |before: Option<()>| {
        saved.track();
        if before.is_some() {
            lines.keep();
        }
    });
    let discard = Callback::new(move |()| {
        lines.put_back();
        form.clear();
    });
    let keep = start.keep_outbound.clone();
    let prefixes = match hidden {
        Some(n) => view! { <p class="panel-body soft">{format!("{} prefixes, entered by a program. They stay as they are.", grouped(n.into()))}</p> }.into_any(),
        None => view! { <Prefixes form=form start=start.outbound lines=lines/> }.into_any(),
    };
    view! {
        <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <input type="hidden" name=input("keep_outbound") value=keep/>
            <Panel title="Legs" flush=true>
                <TableRegion label="Prices of legs"><table class="data rates">{heads("Leg")}<tbody>{legs}</tbody></table></TableRegion>
            </Panel>
            <Panel title="Out, by the beginning of the number" note="The longest that fits counts" flush=true>{prefixes}</Panel>
        </ActionForm>
        <SaveBar form=form.id counted=form.node stored=form.stored() note="Calls from now on cost by these" label="Save rates" errors=form.count() saving=save.pending()
            saved=form.saved on_discard=discard/>
    }
    .into_any()
}

fn heads(first: &'static str) -> AnyView {
    view! {
        <thead><tr>
            <th scope="col">{first}</th><th scope="col" class="num">"$ per minute"</th><th scope="col" class="num">"First seconds"</th>
            <th scope="col" class="num">"Then every"</th><th scope="col" class="num">"At least $"</th><th scope="col" class="act"><span class="visually-hidden">"Remove"</span></th>
        </tr></thead>
    }
    .into_any()
}

/// The lines of prefixes: keys that stay while others come and go.
#[derive(Clone, Copy)]
struct Lines {
    shown: RwSignal<Vec<usize>>,
    first: StoredValue<Vec<usize>>,
}

impl Lines {
    fn new(stored: usize) -> Self {
        let first: Vec<usize> = (0..stored + SPARE).collect();
        Self {
            shown: RwSignal::new(first.clone()),
            first: StoredValue::new(first),
        }
    }

    /// What is shown is what is saved.
    fn keep(self) {
        self.first.set_value(self.shown.get_untracked());
    }

    fn put_back(self) {
        self.shown.set(self.first.get_value());
    }
}

#[component]
fn Prefixes(form: Form, start: Vec<PrefixForm>, lines: Lines) -> impl IntoView {
    let shown = lines.shown;
    let start = StoredValue::new(start);
    let add = move |_| {
        let key = shown.with_untracked(|keys| keys.iter().max().map_or(0, |key| key + 1));
        shown.update(|keys| keys.push(key));
        request_animation_frame(move || {
            if let Some(el) = document().get_element_by_id(&line_id(key)) {
                drop(el.unchecked_into::<web_sys::HtmlElement>().focus());
            }
        });
    };
    let row = move |key: usize| {
        let line = start.with_value(|all| all.get(key).cloned().unwrap_or_default());
        view! { <Prefix form=form key=key line=line shown=shown/> }
    };
    let scripted = use_scripted();
    view! {
        <TableRegion label="Prices by prefix">
            <table class="data rates">
                {heads("Prefix")}
                <tbody><For each=move || shown.get() key=|key| *key children=row/></tbody>
            </table>
        </TableRegion>
        <div class="panel-foot">
            {move || if scripted.get() {
                view! { <Button kind=ButtonKind::Ghost size=Size::Sm icon="plus" on:click=add>"Add a prefix"</Button> }.into_any()
            } else {
                view! { <span class="hint">"A line without a prefix is none."</span> }.into_any()
            }}
        </div>
    }
    .into_any()
}

/// The id of a line's first field.
fn line_id(key: usize) -> String {
    format!("prefix-{key}")
}

#[component]
fn Prefix(form: Form, key: usize, line: PrefixForm, shown: RwSignal<Vec<usize>>) -> impl IntoView {
    let at = Memo::new(move |_| {
        let place = shown.with(|keys| keys.iter().position(|k| *k == key));
        place.unwrap_or_default()
    });
    let prefix = Signal::derive(move || format!("outbound[{}].prefix", at.get()));
    let rate = Signal::derive(move || format!("outbound[{}].rate", at.get()));
    let what = Signal::derive(move || format!("Prefix {}", at.get() + 1));
    let remove = move |_| {
        shown.update(|keys| keys.retain(|k| *k != key));
        // The form counts its edits after an event of its own.
        request_animation_frame(move || {
            if let (Some(Some(el)), Ok(ev)) =
                (form.node.try_get_untracked(), web_sys::Event::new("change"))
            {
                drop(el.dispatch_event(&ev));
            }
        });
    };
    let scripted = use_scripted();
    let gone = move || {
        scripted.get().then(|| view! { <IconButton label=format!("Remove {}", what.get_untracked()) icon="close" size=Size::Xs on:click=remove/> })
    };
    let error = error_at(form, prefix);
    let id = line_id(key);
    view! {
        <tr>
            <th scope="row">
                <input class="input" type="text" id=id.clone() name=move || input(&prefix.get()) value=line.prefix placeholder="+1907" aria-label=move || what.get()
                    autocomplete="off" aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=format!("{id}-help")/>
                <Help id=format!("{id}-help") error=error/>
            </th>
            <Prices form=form path=rate what=what rate=line.rate remove=gone/>
        </tr>
    }
    .into_any()
}

fn error_at(form: Form, path: Signal<String>) -> Memo<Option<String>> {
    let shown = form.shown();
    Memo::new(move |_| path.with(|path| shown.with(|errors| errors.message(path))))
}

#[component]
fn Help(#[prop(into)] id: String, error: Memo<Option<String>>) -> impl IntoView {
    view! { <p class="error" id=id hidden=move || error.with(Option::is_none)>{move || error.get()}</p> }.into_any()
}

/// The four figures of a price, and what stands behind them.
#[component]
fn Prices(
    form: Form,
    path: Signal<String>,
    #[prop(into)] what: Signal<String>,
    rate: RateForm,
    #[prop(optional, into)] remove: ViewFn,
) -> impl IntoView {
    let cell = move |part: &'static str, words: &'static str, step: &'static str, value: String| {
        let field = Signal::derive(move || format!("{}.{part}", path.get()));
        let error = error_at(form, field);
        let id = move || format!("f-{}", field.get());
        view! {
            <td class="num">
                <input class="input" type="number" inputmode="decimal" min="0" step=step id=id name=move || input(&field.get()) value=value
                    aria-label=move || format!("{}: {words}", what.get()) aria-invalid=move || error.with(Option::is_some).then_some("true")
                    aria-describedby=move || format!("{}-help", id())/>
                <Help id=untrack(move || format!("{}-help", id())) error=error/>
            </td>
        }
    };
    view! {
        {cell("per_minute", "dollars per minute", "any", rate.per_minute)}
        {cell("first_s", "seconds that are billed at first", "1", rate.first_s)}
        {cell("next_s", "seconds that are billed at a time after that", "1", rate.next_s)}
        {cell("minimum", "dollars at least", "any", rate.minimum)}
        <td class="act">{move || remove.run()}</td>
    }
    .into_any()
}
