//! One pool: how much of it is in use, its numbers, whether it is large enough, its settings.

use domain::access::Permission;
use domain::api::pool::{PoolDay, PoolDetail, PoolForm, PoolRow, Sizing};
use domain::id::{DniTagId, PoolId};
use domain::pool::Rotation;
use domain::time::length_text;
use leptos::prelude::*;

use super::edit::Edit;
use super::numbers::{Add, Numbers};
use crate::api::pool::{RemovePool, load_pool};
use crate::page::parts::{OnlyLook, counted, grouped, may, tally, with_id};
use crate::route::{self, CampaignTab};
use crate::state::session::sign_in_again;
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ConfirmDialog, DescriptionList, EmptyState, Fact, LinkButton, Metric,
    Metrics, PageHead, Panel, Size, State, Status, TableRegion, Time, use_toasts,
};

/// The pool's resource.
pub type PoolSource = Source<PoolId, PoolDetail>;

/// The way to a pool's page.
pub fn crumbs() -> Vec<(String, String)> {
    vec![("Pools".to_owned(), route::POOLS.to_owned())]
}

/// The page of a pool.
#[component]
pub fn Pool() -> impl IntoView {
    with_id("The pool", |id: Memo<PoolId>| {
        let source = Source::new(move || id.get(), load_pool).follow_calls();
        source.view("The pool", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail/> }.into_any()
        })
    })
}

#[component]
fn Detail(source: PoolSource, detail: Signal<PoolDetail>) -> impl IntoView {
    let edit = may(Permission::EditNumbers);
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let sub = Signal::derive(move || {
        detail.with(|d| format!("Calls on its numbers are calls of {}", d.row.campaign_name))
    });
    let state = Memo::new(move |_| detail.with(|d| standing(&d.row)));
    let shape = Signal::derive(move || state.get().0);
    let word = Signal::derive(move || state.get().1);
    let actions = move || edit.get().then(|| view! { <Remove detail=detail/> });
    let add = move || {
        edit.get()
            .then(|| view! { <Add source=source detail=detail/> })
    };
    view! {
        <Breadcrumbs items=crumbs() here=name/>
        <PageHead title=name sub=sub state=move || view! { <Status state=shape text=word/> } actions=move || actions/>
        <Figures detail=detail/>
        <div class="split-296">
            <div class="stack"><Numbers source=source detail=detail edit=edit/>{add}</div>
            <div class="stack"><RightSize detail=detail/><Days detail=detail/><Tags detail=detail edit=edit/><Facts detail=detail/></div>
        </div>
        {move || if edit.get() {
            view! { <Edit source=source detail=detail/> }.into_any()
        } else {
            view! { <Panel title="Settings"><OnlyLook what=Permission::EditNumbers/></Panel> }.into_any()
        }}
    }
    .into_any()
}

/// How a pool stands: whether the next visitor gets a number.
fn standing(row: &PoolRow) -> (State, String) {
    let free = row.size.saturating_sub(row.lent);
    match (row.size, free) {
        (0, _) => (State::Attention, "No numbers yet".to_owned()),
        (1, 0) => (State::Full, "Its number is with a visitor".to_owned()),
        (size, 0) => (
            State::Full,
            format!("All {} numbers are with visitors", grouped(size.into())),
        ),
        (size, free) => (
            State::Open,
            format!("{} of {} free", grouped(free.into()), grouped(size.into())),
        ),
    }
}

#[component]
fn Figures(detail: Signal<PoolDetail>) -> impl IntoView {
    let row = Memo::new(move |_| detail.with(|d| d.row.clone()));
    let figure = move |of: fn(&PoolRow) -> u64| Signal::derive(move || grouped(row.with(of)));
    let of_all = Signal::derive(move || row.with(|r| format!("of {}", grouped(u64::from(r.size)))));
    let missed = Signal::derive(move || {
        let none = row.with(|r| r.misses_today == 0);
        let words = if none {
            "all got a number"
        } else {
            "got no number"
        };
        words.to_owned()
    });
    view! {
        <Metrics label="The pool now and today">
            <Metric label="Numbers" value=figure(|r| u64::from(r.size))/>
            <Metric label="In use now" value=figure(|r| u64::from(r.lent)) note=of_all/>
            <Metric label="Visits today" value=figure(|r| r.visits_today)/>
            <Metric label="Misses today" value=figure(|r| r.misses_today) from=missed/>
        </Metrics>
    }
    .into_any()
}

/// Whether it is large enough for its own traffic.
#[component]
fn RightSize(detail: Signal<PoolDetail>) -> impl IntoView {
    let facts = Memo::new(move |_| detail.with(|d| (d.sizing, d.row.size)));
    let shape = Signal::derive(move || match facts.get() {
        (sizing, _) if sizing.busiest_hour == 0 => State::Neutral,
        (sizing, size) if sizing.wanted > size => State::Attention,
        _ => State::Open,
    });
    let word = Signal::derive(move || {
        let word = match facts.get() {
            (sizing, _) if sizing.busiest_hour == 0 => "Not known yet",
            (sizing, size) if sizing.wanted > size => "Too few numbers",
            _ => "Enough numbers",
        };
        word.to_owned()
    });
    let words = move || {
        let (sizing, size) = facts.get();
        sizing_words(sizing, size)
    };
    view! {
        <Panel title="The right size">
            <div class="stack-sm"><Status state=shape text=word/><p class="soft">{words}</p></div>
        </Panel>
    }
    .into_any()
}

/// How many numbers would do, in one sentence.
fn sizing_words(sizing: Sizing, size: u32) -> String {
    if sizing.busiest_hour == 0 {
        return "Nobody came in the last seven days. Once visitors do, this says how many numbers they need.".to_owned();
    }
    let visitors = counted(u64::from(sizing.busiest_hour), "visitor", "visitors");
    let wanted = counted(u64::from(sizing.wanted), "number", "numbers");
    let there = match size {
        0 => "there are none".to_owned(),
        1 => "there is 1".to_owned(),
        n => format!("there are {}", grouped(u64::from(n))),
    };
    format!(
        "In the busiest hour of the last seven days {visitors} came, {} each: {wanted} would do; {there}.",
        length_text(sizing.mean_visit_s)
    )
}

/// The last seven days.
#[component]
fn Days(detail: Signal<PoolDetail>) -> impl IntoView {
    let days = Memo::new(move |_| detail.with(|d| d.days.clone()));
    let rows = move || days.get().into_iter().map(day_row).collect_view();
    view! {
        <Panel title="The last seven days" flush=true>
            <TableRegion label="The last seven days">
                <table class="data compact">
                    <thead><tr>
                        <th scope="col">"Day"</th><th scope="col" class="num">"Visits"</th><th scope="col" class="num">"Misses"</th><th scope="col" class="num">"Calls"</th>
                    </tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn day_row(day: PoolDay) -> AnyView {
    // The words of a warning do not fit beside three figures: the head says them.
    let missed = if day.misses == 0 {
        tally(0)
    } else {
        view! { <Status state=State::Attention text=grouped(day.misses)/> }.into_any()
    };
    view! {
        <tr>
            <th scope="row" class="nowrap">{day.day}</th>
            <td class="num">{tally(day.visits)}</td>
            <td class="num">{missed}</td>
            <td class="num">{tally(day.calls)}</td>
        </tr>
    }
    .into_any()
}

/// The DNI tags that show its numbers.
#[component]
fn Tags(detail: Signal<PoolDetail>, edit: Signal<bool>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let tags = Memo::new(move |_| detail.with(|d| d.tags.clone()));
    let add = move || {
        edit.get().then(|| view! { <LinkButton href=route::dni_tag_of(id) icon="plus" size=Size::Sm>"New DNI tag"</LinkButton> })
    };
    let list = move || {
        let all = tags.get();
        if all.is_empty() {
            return view! {
                <EmptyState title="No page shows its numbers yet" text="A DNI tag is a line of script on a page. It shows each visitor a number of this pool.">{add}</EmptyState>
            }
            .into_any();
        }
        let links = all.into_iter().map(|tag| {
            let name = match tag.value.parse::<DniTagId>() {
                Ok(id) => {
                    view! { <a class="link" href=route::dni_tag(id)>{tag.label}</a> }.into_any()
                }
                Err(_) => tag.label.into_any(),
            };
            view! { <li>{name}</li> }
        });
        view! { <ul class="lines">{links.collect_view()}</ul> }.into_any()
    };
    view! { <Panel title="DNI tags" flush=true>{list}</Panel> }.into_any()
}

/// What whoever may not change it sees of the settings, too.
#[component]
fn Facts(detail: Signal<PoolDetail>) -> impl IntoView {
    let facts = Memo::new(move |_| {
        detail.with(|d| {
            let rotation = Rotation::from_code(&d.form.rotation).unwrap_or_default();
            (
                (d.row.campaign, d.row.campaign_name.clone()),
                (d.form.idle_s.clone(), d.form.closed_s.clone()),
                rotation.word(),
                growth_words(&d.form),
                d.row.created.clone(),
            )
        })
    });
    let list = move || {
        let ((campaign, name), (idle, closed), rotation, growth, created) = facts.get();
        view! {
            <DescriptionList>
                <Fact term="Campaign"><a class="link" href=route::campaign(campaign, CampaignTab::Numbers)>{name}</a></Fact>
                <Fact term="Kept">{format!("{idle} s while quiet, {closed} s once closed")}</Fact>
                <Fact term="Next number">{rotation}</Fact>
                <Fact term="Grows">{growth}</Fact>
                <Fact term="Added"><Time datetime=created.datetime text=created.date title=created.full/></Fact>
            </DescriptionList>
        }
    };
    view! { <Panel title="Facts">{list}</Panel> }.into_any()
}

/// How far it grows by itself.
fn growth_words(form: &PoolForm) -> String {
    if form.grow.is_empty() {
        return "By hand".to_owned();
    }
    let most = format!("By itself, up to {} numbers", form.grow_most);
    match form.grow_budget.as_str() {
        "" => most,
        budget => format!("{most} and ${budget} a month"),
    }
}

/// Takes the pool away; its numbers stay.
#[component]
fn Remove(detail: Signal<PoolDetail>) -> impl IntoView {
    let id = detail.with_untracked(|d| d.row.id);
    let remove = ServerAction::<RemovePool>::new();
    let (asking, toasts) = (RwSignal::new(false), use_toasts());
    Effect::new(move |_| match remove.value().get() {
        Some(Ok(())) => {
            asking.set(false);
            toasts.done("Pool removed. Its numbers stay in the account.");
        }
        Some(Err(error)) if error.is_signed_out() => sign_in_again(),
        Some(Err(error)) => {
            asking.set(false);
            toasts.error(error.message);
        }
        None => {}
    });
    let title = Signal::derive(move || detail.with(|d| format!("Remove {}?", d.row.name)));
    let ask = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        asking.set(true);
    };
    let confirmed = Callback::new(move |()| {
        remove.dispatch(RemovePool { id });
    });
    view! {
        <form method="post" action="/api/pools/remove" on:submit=ask>
            <input type="hidden" name="id" value=id.to_string()/>
            <Button submit=true icon="trash">"Remove pool"</Button>
        </form>
        <ConfirmDialog id="remove-pool" title=title open=asking confirm="Remove pool" busy=remove.pending() on_confirm=confirmed>
            {move || detail.with(consequences)}
        </ConfirmDialog>
    }
    .into_any()
}

/// What removing a pool does, and why it may not be removed.
fn consequences(detail: &PoolDetail) -> String {
    let tags = detail.tags.iter().map(|tag| tag.label.as_str());
    let tags = tags.collect::<Vec<_>>().join(", ");
    if tags.is_empty() {
        let numbers = counted(u64::from(detail.row.size), "number", "numbers");
        return format!(
            "Its {numbers} stay in the account and belong to no campaign until you give them one. The calls stay in the log."
        );
    }
    format!(
        "It is not removed while a page shows its numbers. Give these DNI tags another source first: {tags}."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_size_is_said_in_one_sentence() {
        let sizing = Sizing {
            busiest_hour: 120,
            mean_visit_s: 150,
            wanted: 8,
        };
        assert_eq!(
            sizing_words(sizing, 10),
            "In the busiest hour of the last seven days 120 visitors came, 2:30 each: 8 numbers would do; there are 10."
        );
        let one = Sizing {
            busiest_hour: 1,
            mean_visit_s: 41,
            wanted: 1,
        };
        assert!(
            sizing_words(one, 1)
                .ends_with("1 visitor came, 0:41 each: 1 number would do; there is 1.")
        );
        assert!(sizing_words(Sizing::default(), 3).starts_with("Nobody came"));
    }
}
