//! Buying numbers: what is for sale, what it costs, and the order.

use domain::access::Permission;
use domain::api::carrier_account::Connection;
use domain::api::carrier_number::{NumberSearch, NumberSearchForm, OfferRow};
use domain::api::number_order::NumberOrderForm;
use domain::carrier_number::{BUY_MAX, COUNTRIES, Kind};
use domain::money::Micros;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use wasm_bindgen::JsCast;

use crate::api::carrier_number::search_numbers;
use crate::api::number_order::OrderNumbers;
use crate::form::{Form, checked, input};
use crate::page::parts::{IfMay, choices, counted, or_dash};
use crate::route;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, Choice, EmptyState, FormErrors, LinkButton, PageHead, Panel,
    Segmented, Select, TableRegion, TextInput, dom,
};

/// The page; what is searched for stands in its address.
#[component]
pub fn NumberBuy() -> impl IntoView {
    let query = use_query_map();
    let asked = Memo::new(move |_| {
        query.with(|q| {
            let get = |name: &str| q.get(name).unwrap_or_default();
            q.get("country").map(|country| NumberSearchForm {
                country,
                kind: get("kind"),
                area: get("area"),
                pattern: get("pattern"),
                region: get("region"),
                locality: get("locality"),
            })
        })
    });
    let source = Source::new(move || asked.get(), search_numbers);
    view! {
        <Breadcrumbs items=vec![("Numbers".to_owned(), route::NUMBERS.to_owned())] here="Buy numbers"/>
        <PageHead title="Buy numbers" sub="They come from your carrier account, set up so that their callers are routed here."/>
        <IfMay what=Permission::EditNumbers title="Numbers for sale">
            {source.view("The numbers for sale", Renew::WithQuestion, move |page| view! { <Shop page=page.get_untracked()/> }.into_any())}
        </IfMay>
    }
    .into_any()
}

#[component]
fn Shop(page: NumberSearch) -> impl IntoView {
    if page.connection == Connection::None {
        return view! { <NotConnected/> }.into_any();
    }
    view! { <Search page=page.clone()/><Found page=page/> }.into_any()
}

/// Without a carrier account nothing can be bought.
#[component]
pub(super) fn NotConnected() -> impl IntoView {
    view! {
        <Panel title="Carrier account">
            <EmptyState title="No carrier account is connected" text="Connect your Twilio account, and its numbers can be bought, checked and given back here. Numbers that you set up at the carrier by hand work without it.">
                <LinkButton href=route::SETTINGS_CARRIER kind=ButtonKind::Primary>"Connect a carrier account"</LinkButton>
                <LinkButton href=route::NUMBER_NEW>"Add a number by hand"</LinkButton>
            </EmptyState>
        </Panel>
    }
    .into_any()
}

#[component]
fn Search(page: NumberSearch) -> impl IntoView {
    let form = page.form;
    let wrong = move |field: &str| {
        let message = page.errors.message(field);
        Signal::derive(move || message.clone())
    };
    let countries: Vec<Choice> = COUNTRIES
        .iter()
        .map(|(code, name)| Choice::new(*code, *name))
        .collect();
    let kinds: Vec<Choice> = Kind::ALL
        .iter()
        .map(|kind| Choice::new(kind.code(), kind.word()))
        .collect();
    view! {
        <Panel title="Find numbers">
            <form method="get" action=route::NUMBER_BUY class="form" role="search" aria-label="Find numbers">
                <div class="field-row">
                    <Select name="country" id="f-country" label="Country" options=countries value=form.country error=wrong("country")/>
                    <Segmented name="kind" id="f-kind" label="Kind" options=kinds value=form.kind error=wrong("kind")/>
                    <TextInput name="area" id="f-area" label="Area code" value=form.area error=wrong("area") optional=true placeholder="214" maxlength=3/>
                </div>
                <div class="field-row">
                    <TextInput name="pattern" id="f-pattern" label="Digits or letters" value=form.pattern error=wrong("pattern") optional=true placeholder="555**00 or ROOF" hint="A star is any digit"/>
                    <TextInput name="locality" id="f-locality" label="Town" value=form.locality error=wrong("locality") optional=true placeholder="Dallas"/>
                    <TextInput name="region" id="f-region" label="State or province" value=form.region error=wrong("region") optional=true placeholder="TX" maxlength=3/>
                </div>
                <div class="form-foot"><Button submit=true icon="search">"Search"</Button></div>
            </form>
        </Panel>
    }
    .into_any()
}

#[component]
fn Found(page: NumberSearch) -> impl IntoView {
    if let Some(why) = page.failed {
        return view! {
            <Panel title="Numbers for sale"><EmptyState title="The carrier gave no list" text=why/></Panel>
        }
        .into_any();
    }
    let Some(offers) = page.offers.clone() else {
        return ().into_any();
    };
    if offers.is_empty() {
        return view! {
            <Panel title="Numbers for sale">
                <EmptyState title="No such number is for sale" text="Search with fewer digits, or in another area code of the same state."/>
            </Panel>
        }
        .into_any();
    }
    view! { <Order page=page offers=offers/> }.into_any()
}

/// What each field is called where its error is told.
fn label(field: &str) -> String {
    match field {
        "numbers" => "Numbers",
        "label" => "Label",
        "campaign" => "Campaign",
        "publisher" => "Publisher",
        "pool" => "Pool",
        _ => "",
    }
    .to_owned()
}

/// The form around the list: numbers are picked in it.
#[component]
fn Order(page: NumberSearch, offers: Vec<OfferRow>) -> impl IntoView {
    let order = ServerAction::<OrderNumbers>::new();
    let form = Form::new("order-form", label, |el| {
        checked(el, NumberOrderForm::check)
    })
    .watch(order.value().into(), None)
    .guarded(order.pending());
    let start = form.start(NumberOrderForm {
        request: page.request,
        country: page.form.country,
        kind: page.form.kind,
        ..NumberOrderForm::default()
    });
    let monthly = page.monthly.map(Micros);
    // Those of before that are no longer for sale are not chosen any more.
    let chosen = offers.iter().filter(|o| start.numbers.contains(&o.number));
    let picked = RwSignal::new(chosen.count());
    let count = move |ev: web_sys::Event| {
        if let Some(table) = ev.current_target().and_then(|t| t.dyn_into().ok()) {
            picked.set(dom::all(&table, "input:checked").len());
        }
    };
    let rows = offers
        .into_iter()
        .enumerate()
        .map(|(at, offer)| {
            let chosen = start.numbers.contains(&offer.number);
            offer_row(at, offer, monthly, chosen)
        })
        .collect_view();
    let note = match monthly {
        Some(price) => format!("{price} a month each, as the carrier charges"),
        None => "The carrier does not say what they cost".to_owned(),
    };
    let words = move || buy_words(picked.get(), monthly);
    let wrong = form.error("numbers");
    view! {
        <ActionForm action=order node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <input type="hidden" name=input("request") value=start.request/>
            <input type="hidden" name=input("country") value=start.country/>
            <input type="hidden" name=input("kind") value=start.kind/>
            <Panel title="Numbers for sale" note=note flush=true>
                <div id="f-numbers" aria-invalid=move || wrong.get().map(|_| "true") on:change=count>
                    <TableRegion label="Numbers for sale">
                        <table class="data">
                            <thead><tr>
                                <th scope="col" class="choose"><span class="visually-hidden">"Choose"</span></th>
                                <th scope="col">"Number"</th><th scope="col">"Place"</th><th scope="col" class="num">"A month"</th>
                            </tr></thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </TableRegion>
                </div>
            </Panel>
            <Panel title="What they are for">
                <div class="form">
                    <div class="field-row">
                        <Select name=input("campaign") id="f-campaign" label=label("campaign") options=choices(&page.campaigns) value=start.campaign placeholder="None yet" error=form.error("campaign")/>
                        <Select name=input("pool") id="f-pool" label=label("pool") options=choices(&page.pools) value=start.pool placeholder="No pool" error=form.error("pool") hint="Its campaign is then the pool’s"/>
                    </div>
                    <div class="field-row">
                        <Select name=input("publisher") id="f-publisher" label=label("publisher") options=choices(&page.publishers) value=start.publisher placeholder="Nobody" error=form.error("publisher")/>
                        <TextInput name=input("label") id="f-label" label=label("label") value=start.label error=form.error("label") optional=true maxlength=80/>
                    </div>
                    <div class="form-foot">
                        <Button kind=ButtonKind::Primary submit=true busy=order.pending()>{words}</Button>
                        <LinkButton href=route::NUMBERS kind=ButtonKind::Ghost>"Cancel"</LinkButton>
                        <span class="soft">{format!("At most {BUY_MAX} at once")}</span>
                    </div>
                </div>
            </Panel>
        </ActionForm>
    }
    .into_any()
}

/// What the button does, with the sum.
fn buy_words(picked: usize, monthly: Option<Micros>) -> String {
    if picked == 0 {
        return "Buy the chosen numbers".to_owned();
    }
    let numbers = counted(picked as u64, "number", "numbers");
    let each = monthly.map_or(0, |price| price.0);
    let sum = i64::try_from(picked).ok().and_then(|n| each.checked_mul(n));
    match (monthly, sum) {
        (Some(_), Some(sum)) => format!("Buy {numbers} for {} a month", Micros(sum)),
        _ => format!("Buy {numbers}"),
    }
}

fn offer_row(at: usize, offer: OfferRow, monthly: Option<Micros>, chosen: bool) -> AnyView {
    let name = input(&format!("numbers[{at}]"));
    let label = format!("Choose {}", offer.display);
    let price = monthly.map(|price| price.to_string()).unwrap_or_default();
    let place = if offer.needs_address {
        view! { <span class="two"><span>{or_dash(&offer.place)}</span><small>"The carrier wants an address first"</small></span> }.into_any()
    } else {
        or_dash(&offer.place)
    };
    view! {
        <tr>
            <td class="choose"><input class="checkbox" type="checkbox" name=name value=offer.number aria-label=label checked=chosen disabled=offer.needs_address/></td>
            <th scope="row" class="name nowrap">{offer.display}</th>
            <td>{place}</td>
            <td class="num">{or_dash(&price)}</td>
        </tr>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_button_says_what_it_costs() {
        assert_eq!(buy_words(0, None), "Buy the chosen numbers");
        assert_eq!(
            buy_words(1, Some(Micros(1_150_000))),
            "Buy 1 number for $1.15 a month"
        );
        assert_eq!(
            buy_words(3, Some(Micros(1_150_000))),
            "Buy 3 numbers for $3.45 a month"
        );
        assert_eq!(buy_words(2, None), "Buy 2 numbers");
    }
}
