//! What a call of the campaign is worth, and what each route makes of that.

use domain::access::Permission;
use domain::api::campaign::{CampaignDetail, RouteRow};
use domain::api::revenue::RevenueForm;
use leptos::prelude::*;

use super::{CampaignSource, RestoreFirst, is_archived};
use crate::api::campaign::SetRevenue;
use crate::form::{Form, checked};
use crate::page::parts::{OnlyLook, may, rows};
use crate::page::revenue::{Revenue, RevenueFields, label};
use crate::route::{self, CampaignTab};
use crate::ui::{EmptyRow, FormErrors, LinkButton, Panel, SaveBar, Size, TableRegion, use_toasts};

/// The tab.
#[component]
pub fn Money(source: CampaignSource, detail: Signal<CampaignDetail>) -> impl IntoView {
    let (edit, archived) = (may(Permission::EditCampaigns), is_archived(detail));
    let inside = move || {
        if !edit.get() {
            return view! { <p>{words(detail)}</p><OnlyLook what=Permission::EditCampaigns/> }
                .into_any();
        }
        if archived.get() {
            return view! { <p>{words(detail)}</p><RestoreFirst/> }.into_any();
        }
        view! { <Default source=source detail=detail/> }.into_any()
    };
    view! {
        <Panel title="What a call is worth" note="On every route that says nothing of its own">{inside}</Panel>
        <Routes detail=detail/>
    }
    .into_any()
}

/// The campaign's revenue in words.
fn words(detail: Signal<CampaignDetail>) -> String {
    detail.with(|d| match d.revenue.check() {
        Ok(Some(rule)) => rule.words(),
        _ => "No revenue".to_owned(),
    })
}

#[component]
fn Default(source: CampaignSource, detail: Signal<CampaignDetail>) -> impl IntoView {
    let save = ServerAction::<SetRevenue>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done("Revenue saved. New calls follow it.");
        source.reload();
    });
    let form = Form::new(
        "money-form",
        |field| label(field).to_owned(),
        |el| checked(el, RevenueForm::check),
    )
    .watch(save.value().into(), done);
    let (id, stored) = detail.with_untracked(|d| (d.row.id, d.revenue.clone()));
    let kept = StoredValue::new(stored.clone());
    let fields = Revenue::new(&form.start(stored));
    Effect::new(move |before: Option<()>| {
        form.saved.track();
        if before.is_some() {
            kept.set_value(untrack(move || fields.form()));
        }
    });
    let discard = Callback::new(move |()| {
        fields.set(&kept.get_value());
        form.clear();
    });
    view! {
        <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="form" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <input type="hidden" name="id" value=id.to_string()/>
            <RevenueFields path="" id="f-" fields=fields errors=form.shown() none="Not at all"/>
        </ActionForm>
        <SaveBar form=form.id counted=form.node stored=form.stored() note="New calls follow it" label="Save revenue" errors=form.count() saving=save.pending() saved=form.saved on_discard=discard/>
    }
    .into_any()
}

/// What a call is worth on each route.
#[component]
fn Routes(detail: Signal<CampaignDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let list = Memo::new(move |_| detail.with(|d| d.plan.routes.clone()));
    let default = Memo::new(move |_| words(detail));
    let plan = move || route::campaign(id, CampaignTab::Routing);
    let empty = move || {
        list.with(Vec::is_empty).then(|| {
            view! {
                <EmptyRow cols=3 title="No routes yet" text="Calls are worth something once they are routed to a target.">
                    <LinkButton href=plan() size=Size::Sm icon="plus">"Add a route"</LinkButton>
                </EmptyRow>
            }
        })
    };
    view! {
        <Panel title="On each route" flush=true actions=move || view! { <a class="link" href=plan()>"Routing plan"</a> }>
            <TableRegion label="Revenue of the routes">
                <table class="data">
                    <thead><tr><th scope="col">"Route"</th><th scope="col">"A call is worth"</th><th scope="col">"Says"</th></tr></thead>
                    <tbody>{empty}{rows(list, |r| r.id, move |row| route_row(row, default))}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn route_row(row: Memo<RouteRow>, default: Memo<String>) -> AnyView {
    let own = Memo::new(move |_| {
        row.with(|r| r.terms.revenue.check())
            .ok()
            .flatten()
            .map(|rule| rule.words())
    });
    let worth = move || own.get().unwrap_or_else(|| default.get());
    let says = move || {
        if own.with(Option::is_some) {
            "The route"
        } else {
            "The campaign"
        }
    };
    view! {
        <tr>
            <th scope="row" class="two"><span>{move || row.with(|r| r.name.clone())}</span><small>{move || row.with(|r| r.buyer_name.clone())}</small></th>
            <td>{worth}</td>
            <td class="soft">{says}</td>
        </tr>
    }
    .into_any()
}
