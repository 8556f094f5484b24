//! One route: where it stands, its weight and share, its switch. Alt and the arrows move it, as do
//! its two buttons and the grip.

use domain::api::campaign::RouteRow;
use domain::plan::RouteTo;
use leptos::prelude::*;

use super::draft::{Change, Direction};
use super::drag::Grip;
use super::edit::Edit;
use super::terms::{Worth, warning};
use crate::page::parts::{AvailabilityView, MeterView, availability_shape};
use crate::route;
use crate::ui::{Badge, Icon, Menu, MenuItem, MenuLink, MenuSeparator, Size, State, Status, Tone};

/// The row.
#[component]
pub fn Row(edit: Edit, target: RouteTo) -> impl IntoView {
    let index = Memo::new(move |_| edit.now.with(|d| d.index(target)));
    let error = Memo::new(move |_| {
        let at = index.get()?;
        edit.errors.with(|e| {
            let own = format!("routes[{at}].");
            let mine = |field: &str| field.starts_with(&own);
            e.0.iter()
                .find(|e| mine(&e.field))
                .map(|e| e.message.clone())
        })
    });
    let on = Memo::new(move |_| edit.now.with(|d| d.route(target).is_some_and(|r| r.on)));
    let keys = move |ev: web_sys::KeyboardEvent| {
        let direction = match ev.key().as_str() {
            "ArrowUp" if ev.alt_key() => Direction::Up,
            "ArrowDown" if ev.alt_key() => Direction::Down,
            _ => return,
        };
        if edit.may_edit.get_untracked() {
            ev.prevent_default();
            step(edit, target, direction);
        }
    };
    let line = move || {
        let here = edit.drag.place().is_some_and(|p| p.before == Some(target));
        here.then_some("true")
    };
    let help = move || {
        error.get().map(|text| view! { <p class="error route-error" id=format!("route-{target}-error")><Icon name="error"/><span>{text}</span></p> })
    };
    view! {
        <div class="route" id=format!("route-{target}") data-off=move || (!on.get()).then_some("true") data-invalid=move || error.get().map(|_| "true")
            data-target=target.to_string() data-dragged=move || edit.drag.moves(target).then_some("true") data-drop=line on:keydown=keys>
            {move || if edit.may_edit.get() { view! { <Move edit=edit target=target/> }.into_any() } else { view! { <span class="route-move"></span> }.into_any() }}
            <Name edit=edit target=target/>
            <Facts edit=edit target=target/>
            <Weight edit=edit target=target index=index/>
            <Share edit=edit target=target/>
            <Worth edit=edit target=target index=index/>
            <Switched edit=edit target=target index=index on=on/>
            <span class="route-act">{move || edit.may_edit.get().then(|| view! { <Actions edit=edit target=target/> })}</span>
            {help}
        </div>
    }
    .into_any()
}

/// Moves the route and keeps the focus on the control that moved it.
fn step(edit: Edit, target: RouteTo, direction: Direction) {
    let focused = document()
        .active_element()
        .map(|el| el.id())
        .filter(|id| !id.is_empty());
    edit.change(|d| d.step(target, direction));
    request_animation_frame(move || {
        let back = focused
            .and_then(|id| document().get_element_by_id(&id))
            .filter(|el| !el.has_attribute("disabled"));
        let back = back.or_else(|| document().get_element_by_id(&format!("route-{target}-weight")));
        if let Some(el) = back {
            drop(wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(el).focus());
        }
    });
}

#[component]
fn Move(edit: Edit, target: RouteTo) -> impl IntoView {
    let name = edit.name(target);
    let arrow = |direction: Direction,
                 icon: &'static str,
                 word: &'static str,
                 way: &'static str| {
        let off = move || edit.now.with(|d| !d.can_step(target, direction));
        view! {
            <button class="btn" type="button" id=format!("route-{target}-{way}") data-variant="ghost" data-size="xs" data-icon=""
                aria-label=format!("Move {name} {word}") title=format!("Move {word} (Alt and arrow)") disabled=off
                on:click=move |_| step(edit, target, direction)>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <span class="route-move">
            <Grip edit=edit target=target/>
            {arrow(Direction::Up, "chevron-up", "up", "up")}
            {arrow(Direction::Down, "chevron-down", "down", "down")}
        </span>
    }
    .into_any()
}

/// Name, buyer and destination, and how it differs from the saved plan.
#[component]
fn Name(edit: Edit, target: RouteTo) -> impl IntoView {
    let name = move || {
        edit.now
            .with(|d| d.route(target).map(|r| r.name.clone()).unwrap_or_default())
    };
    let mark = move || {
        let word = edit.changes.with(|all| {
            let mine = all.iter().filter(|c| c.target() == Some(target));
            mine.map(|c| match c {
                Change::Added { .. } => "New",
                Change::Priority { .. } => "Moved",
                _ => "Edited",
            })
            .next()
        });
        word.map(|word| view! { " "<Badge tone=Tone::Accent>{word}</Badge> })
    };
    let who = move || {
        edit.facts(target).map_or_else(
            || "Not in the live plan".to_owned(),
            |r| match r.to {
                RouteTo::Target(_) => format!("{}, {}", r.buyer_name, r.destination),
                RouteTo::Group(_) => format!("Group: {}", r.destination),
            },
        )
    };
    view! {
        <div class="route-name">
            <b><a class="row-link" href=route::route_end(target)>{name}</a></b>{mark}<small class="truncate">{who}</small>
            <Says edit=edit target=target/>
        </div>
    }
    .into_any()
}

/// What the route asks of calls, in a line, where it asks for something; and what is odd about that.
#[component]
fn Says(edit: Edit, target: RouteTo) -> impl IntoView {
    let says = Memo::new(move |_| {
        let lists = edit.plan.with(|p| p.filter.bulk_lists());
        edit.now.with(|d| {
            let terms = &d.route(target)?.terms;
            let filter = match terms.filter.check("", None) {
                Ok(filter) if filter.groups.is_empty() => String::new(),
                Ok(filter) => format!("If {}", filter.sentence(&lists)),
                Err(_) => "Conditions are not finished".to_owned(),
            };
            let sent_on = match (terms.rerouted.as_str(), filter.is_empty()) {
                ("no", true) => "Not for callers sent on",
                ("no", false) => "; not for callers sent on",
                _ => "",
            };
            Some(format!("{filter}{sent_on}")).filter(|says| !says.is_empty())
        })
    });
    let odd = Memo::new(move |_| warning(edit, target));
    view! {
        {move || says.get().map(|says| view! { <small class="truncate" title=says.clone()>{says.clone()}</small> })}
        {move || odd.with(|odd| (!odd.is_empty()).then(|| view! { <small class="warn">{odd.clone()}</small> }))}
    }
    .into_any()
}

/// How the target stands, its lines and its calls today.
#[component]
fn Facts(edit: Edit, target: RouteTo) -> impl IntoView {
    let facts = Memo::new(move |_| edit.facts(target));
    let unknown = Memo::new(move |_| {
        edit.plan.with(|p| {
            p.targets
                .iter()
                .find(|c| c.value == target.to_string())
                .map(|c| c.hint.clone())
                .unwrap_or_default()
        })
    });
    let view = move || {
        match facts.get() {
        Some(RouteRow { now, lines, today, .. }) => view! {
            <div><AvailabilityView now=now/></div>
            <div class="route-num"><span class="route-label">"Lines "</span><MeterView meter=lines what="lines"/></div>
            <div class="route-num"><span class="route-label">"Today "</span><MeterView meter=today what="calls today"/></div>
        }
        .into_any(),
        None => {
            let words = unknown.get();
            let shape = edit.open().get(&target).map_or(State::Neutral, |kind| availability_shape(*kind));
            view! {
                <div><Status state=shape text=if words.is_empty() { "Known after saving".to_owned() } else { words }/></div>
                <div class="route-num none">"–"</div>
                <div class="route-num none">"–"</div>
            }
            .into_any()
        }
    }
    };
    view.into_any()
}

#[component]
fn Weight(edit: Edit, target: RouteTo, index: Memo<Option<usize>>) -> impl IntoView {
    let wrong = Memo::new(move |_| {
        let Some(at) = index.get() else { return false };
        edit.errors.with(|errors| {
            let of = |part: &str| errors.message(&format!("routes[{at}].{part}")).is_some();
            of("weight") || of("target")
        })
    });
    let weight = Memo::new(move |_| {
        edit.now.with(|d| {
            d.route(target)
                .map(|r| r.weight.clone())
                .unwrap_or_default()
        })
    });
    let name = edit.name(target);
    let typed = move |ev: web_sys::Event| {
        let text = event_target_value(&ev);
        edit.change(|d| {
            if let Some(route) = d.route_mut(target) {
                route.weight = text;
            }
        });
    };
    // A field that has the focus is left as well when its page goes: by the next frame it is known
    // which of the two it was.
    let left = move |_| {
        request_animation_frame(move || {
            edit.check();
        });
    };
    let field = move |part: &'static str| {
        move || index.get().map(|at| format!("form[routes][{at}][{part}]"))
    };
    let priority = move || {
        edit.now
            .with(|d| d.place(target).map(|(tier, _)| (tier + 1).to_string()))
    };
    let id = format!("route-{target}-weight");
    let view = move || {
        if !edit.may_edit.get() {
            return view! { <div class="route-num"><span class="route-label">"Weight "</span>{move || weight.get()}</div> }.into_any();
        }
        view! {
            <div>
                <label class="route-label" for=id.clone()>"Weight "</label>
                <input type="hidden" name=field("target") value=target.to_string()/>
                <input type="hidden" name=field("priority") value=priority/>
                <input class="input" type="text" inputmode="numeric" id=id.clone() name=field("weight") value=weight.get_untracked() prop:value=move || weight.get()
                    aria-label=format!("Weight of {name}") aria-invalid=move || wrong.get().then_some("true")
                    aria-describedby=move || wrong.get().then(|| format!("route-{target}-error"))
                    on:input=typed on:blur=left/>
            </div>
        }
        .into_any()
    };
    view.into_any()
}

/// The share of calls the route gets right now, or would get if its priority had its turn; a dash
/// while it can take none.
#[component]
fn Share(edit: Edit, target: RouteTo) -> impl IntoView {
    let share = Memo::new(move |_| {
        let open = edit.open();
        edit.now.with(|d| {
            let (tier, at) = d.place(target)?;
            d.shares(tier, &open).get(at).copied().flatten()
        })
    });
    let first = Memo::new(move |_| {
        edit.now.with(|d| d.place(target)).map(|(tier, _)| tier) == edit.first_open()
    });
    let text = move || match share.get() {
        Some(share) if first.get() => format!("{share}%").into_any(),
        // An earlier priority takes the calls now.
        Some(share) => {
            view! { <span class="soft">{format!("{share}%")}</span>" "<small>"if reached"</small> }
                .into_any()
        }
        None => view! { <span class="none">"–"</span> }.into_any(),
    };
    view! { <div class="route-share"><span class="route-label">"Share "</span>{text}</div> }
        .into_any()
}

#[component]
fn Switched(
    edit: Edit,
    target: RouteTo,
    index: Memo<Option<usize>>,
    on: Memo<bool>,
) -> impl IntoView {
    let name = edit.name(target);
    let flip = move |ev: web_sys::Event| {
        let on = event_target_checked(&ev);
        edit.change(|d| {
            if let Some(route) = d.route_mut(target) {
                route.on = on;
            }
        });
    };
    let view = move || {
        if !edit.may_edit.get() {
            return view! { <span>{move || if on.get() { "On" } else { "Off" }}</span> }.into_any();
        }
        view! {
            <input class="switch input" type="checkbox" role="switch" value="on" aria-label=format!("{name} takes part")
                name=move || index.get().map(|at| format!("form[routes][{at}][on]")) checked=on.get_untracked() prop:checked=move || on.get() on:change=flip/>
        }
        .into_any()
    };
    view! { <span class="route-on">{view}</span> }.into_any()
}

#[component]
fn Actions(edit: Edit, target: RouteTo) -> impl IntoView {
    let name = edit.name(target);
    let (open, calls) = match target {
        RouteTo::Target(id) => ("Open target", Some(route::calls_of_target(id))),
        RouteTo::Group(_) => ("Open group", None),
    };
    let up = Callback::new(move |()| step(edit, target, Direction::Up));
    let down = Callback::new(move |()| step(edit, target, Direction::Down));
    let remove = Callback::new(move |()| edit.change(|d| drop(d.remove(target))));
    // Once the menu is closed: what it opens would be closed with it.
    let terms = Callback::new(move |()| {
        request_animation_frame(move || {
            let opener = document().get_element_by_id(&format!("route-{target}-terms"));
            if let Some(el) = opener {
                wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(el).click();
            }
        });
    });
    view! {
        <Menu id=format!("route-menu-{target}") label=format!("Actions for {name}") size=Size::Xs>
            <MenuLink href=route::route_end(target) icon="target">{open}</MenuLink>
            {calls.map(|href| view! { <MenuLink href=href icon="calls">"Calls today"</MenuLink> })}
            <MenuItem icon="dollar" on_select=terms>"Terms"</MenuItem>
            <MenuSeparator/>
            <MenuItem icon="chevron-up" keys="Alt ↑" on_select=up>"Move up"</MenuItem>
            <MenuItem icon="chevron-down" keys="Alt ↓" on_select=down>"Move down"</MenuItem>
            <MenuItem icon="trash" danger=true on_select=remove>"Remove from plan"</MenuItem>
        </Menu>
    }
    .into_any()
}
