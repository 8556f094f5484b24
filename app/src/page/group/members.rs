//! The targets of a group in the order they are rung in: moved by their buttons, by Alt and the
//! arrows, or by the pointer, as the lines of a routing plan are.

use std::collections::BTreeMap;

use domain::api::target_group::{MemberChoice, TargetGroupForm};
use domain::id::TargetId;
use domain::plan::{PRIORITY_MAX, WEIGHT_MAX};
use leptos::prelude::*;

use super::fields::label;
use crate::form::{Form, input};
use crate::page::parts::AvailabilityView;
use crate::route;
use crate::state::use_scripted;
use crate::ui::dom::announce_change;
use crate::ui::{Button, ButtonKind, Choice, Combobox, Icon, Select, Size};

/// The members being edited.
#[derive(Clone, Copy)]
pub struct Members {
    pub ids: RwSignal<Vec<TargetId>>,
    targets: Memo<Vec<MemberChoice>>,
    dragged: RwSignal<Option<TargetId>>,
    /// In a ring tree each has a priority and a weight among equal bids, as the form began with.
    ranks: StoredValue<Option<BTreeMap<TargetId, (String, String)>>>,
}

impl Members {
    /// As a form begins.
    pub fn new(start: &TargetGroupForm, targets: Signal<Vec<MemberChoice>>) -> Self {
        let ids = start.members.iter().filter_map(|id| id.parse().ok());
        Self {
            ids: RwSignal::new(ids.collect()),
            targets: Memo::new(move |_| targets.get()),
            dragged: RwSignal::new(None),
            ranks: StoredValue::new((!start.auction.is_empty()).then(|| ranks(start))),
        }
    }

    fn target(self, id: TargetId) -> Option<MemberChoice> {
        self.targets
            .with(|all| all.iter().find(|t| t.target == id).cloned())
    }

    fn name(self, id: TargetId) -> String {
        untrack(move || self.target(id)).map_or_else(|| format!("Target {id}"), |t| t.name)
    }

    /// Those that are not in the group.
    fn free(self) -> Vec<Choice> {
        let ids = self.ids.get();
        self.targets.with(|all| {
            let free = all.iter().filter(|t| !ids.contains(&t.target));
            free.map(|t| {
                let choice = t.choice();
                Choice::new(choice.value, choice.label).note(choice.hint)
            })
            .collect()
        })
    }

    fn change(self, change: impl FnOnce(&mut Vec<TargetId>)) {
        self.ids.update(change);
        // Once the fields are drawn: the form counts its edits.
        request_animation_frame(|| {
            if let Some(el) = document().get_element_by_id("f-members") {
                announce_change(&wasm_bindgen::JsCast::unchecked_into(el));
            }
        });
    }

    fn step(self, id: TargetId, down: bool) {
        let focused = document().active_element().map(|el| el.id());
        let focused = focused.filter(|id| !id.is_empty());
        self.change(|ids| {
            let Some(at) = ids.iter().position(|other| *other == id) else {
                return;
            };
            let to = if down { at + 1 } else { at.wrapping_sub(1) };
            if to < ids.len() {
                ids.swap(at, to);
            }
        });
        // At the edge the button that moved it is of no more use: the other way is.
        let other = if down { "up" } else { "down" };
        request_animation_frame(move || {
            let el = focused
                .and_then(|id| document().get_element_by_id(&id))
                .filter(|el| !el.has_attribute("disabled"))
                .or_else(|| document().get_element_by_id(&format!("member-{id}-{other}")));
            if let Some(el) = el {
                drop(wasm_bindgen::JsCast::unchecked_into::<web_sys::HtmlElement>(el).focus());
            }
        });
    }

    /// Puts the dragged target in the place of another, which moves on.
    fn drop_at(self, place: TargetId) {
        let Some(moved) = self.dragged.get_untracked() else {
            return;
        };
        self.dragged.set(None);
        self.change(|ids| {
            let at = |id: TargetId| ids.iter().position(|other| *other == id);
            if let (Some(from), Some(to)) = (at(moved), at(place)) {
                let id = ids.remove(from);
                ids.insert(to, id);
            }
        });
    }
}

/// What a form says of each member, by its id.
fn ranks(start: &TargetGroupForm) -> BTreeMap<TargetId, (String, String)> {
    let at = |list: &[String], at: usize| list.get(at).cloned().unwrap_or_default();
    let members = start.members.iter().enumerate();
    let of = members.filter_map(|(i, id)| {
        let ranks = (at(&start.priorities, i), at(&start.weights, i));
        Some((id.parse().ok()?, ranks))
    });
    of.collect()
}

/// The list with what adds to it.
#[component]
pub fn MemberList(form: Form, members: Members) -> impl IntoView {
    let keyed = move || members.ids.get();
    let error = Signal::derive(move || {
        form.shown().with(|errors| {
            let own = errors.0.iter().find(|e| e.field.starts_with("members"));
            own.map(|e| e.message.clone())
        })
    });
    let help = move || {
        error.get().map(|text| view! { <p class="error" id="f-members-help"><Icon name="error"/><span>{text}</span></p> })
    };
    let none = move || {
        members.ids.with(Vec::is_empty).then(|| {
            let words = if members.ranks.with_value(Option::is_some) {
                "Nobody bids yet. Add an RTB target."
            } else {
                "Nobody rings yet. Add a target."
            };
            view! { <p class="members-none soft">{words}</p> }
        })
    };
    view! {
        <div class="field" role="group" id="f-members" aria-labelledby="f-members-label" tabindex="-1" data-fix=move || error.with(Option::is_some).then_some("") aria-describedby=move || error.with(Option::is_some).then_some("f-members-help")>
            <span class="field-label" id="f-members-label">{label("members")}</span>
            <ol class="members" data-invalid=move || error.with(Option::is_some).then_some("true")>
                <For each=keyed key=|id| *id let:id><Line members=members id=id/></For>
            </ol>
            {none}
            {help}
            <Add members=members/>
        </div>
    }
    .into_any()
}

#[component]
fn Line(members: Members, id: TargetId) -> impl IntoView {
    let name = members.name(id);
    let at = Memo::new(move |_| {
        members
            .ids
            .with(|ids| ids.iter().position(|other| *other == id))
    });
    let field = move || at.get().map(|at| input(&format!("members[{at}]")));
    let keys = move |ev: web_sys::KeyboardEvent| {
        let down = match ev.key().as_str() {
            "ArrowUp" if ev.alt_key() => false,
            "ArrowDown" if ev.alt_key() => true,
            _ => return,
        };
        ev.prevent_default();
        members.step(id, down);
    };
    let over = move |ev: web_sys::DragEvent| {
        if members.dragged.get_untracked().is_some() {
            ev.prevent_default();
        }
    };
    let dropped = move |ev: web_sys::DragEvent| {
        ev.prevent_default();
        members.drop_at(id);
    };
    let scripted = use_scripted();
    let ranks = members.ranks.with_value(|ranks| {
        let ranks = ranks.as_ref()?;
        Some(ranks.get(&id).cloned().unwrap_or_default())
    });
    let tree = ranks.is_some();
    let ranked = ranks.map(|(priority, weight)| rank_inputs(&name, at, priority, weight));
    let moves =
        move || (scripted.get() && !tree).then(|| view! { <Move members=members id=id at=at/> });
    let out_name = name.clone();
    let out = move || {
        let label = format!("Take {out_name} out");
        scripted.get().then(|| {
            view! {
                <Button kind=ButtonKind::Ghost size=Size::Xs icon="close" attr:id=format!("member-{id}-out") attr:aria-label=label
                    on:click=move |_| members.change(|ids| ids.retain(|other| *other != id))>"Remove"</Button>
            }
        })
    };
    let facts = Memo::new(move |_| members.target(id));
    let says = move || {
        facts.get().map(|t| {
            view! {
                <small class="truncate">{format!("{}, {}", t.buyer_name, t.destination)}</small>
            }
        })
    };
    let now = move || facts.get().map(|t| view! { <AvailabilityView now=t.now/> });
    view! {
        <li class="member" data-dragged=move || (members.dragged.get() == Some(id)).then_some("true") on:keydown=keys on:dragover=over on:drop=dropped>
            <input type="hidden" name=field value=id.to_string()/>
            {moves}
            <span class="member-at">{move || at.get().map_or(0, |at| at + 1).to_string()}</span>
            <div class="route-name"><b><a class="row-link" href=route::target(id)>{name}</a></b>{says}</div>
            <div class="member-now">{now}</div>
            {ranked}
            {out}
        </li>
    }
    .into_any()
}

/// Where a bidder stands among equal bids.
fn rank_inputs(name: &str, at: Memo<Option<usize>>, priority: String, weight: String) -> AnyView {
    let field =
        move |list: &'static str| move || at.get().map(|at| input(&format!("{list}[{at}]")));
    let one = |value: String| {
        if value.is_empty() {
            "1".to_owned()
        } else {
            value
        }
    };
    view! {
        <span class="member-ranks">
            <label>"Priority "<input class="input" type="number" min="1" max=PRIORITY_MAX.to_string() step="1" name=field("priorities") value=one(priority) aria-label=format!("Priority of {name} among equal bids")/></label>
            <label>"Weight "<input class="input" type="number" min="1" max=WEIGHT_MAX.to_string() step="1" name=field("weights") value=one(weight) aria-label=format!("Weight of {name} among equal bids")/></label>
        </span>
    }
    .into_any()
}

#[component]
fn Move(members: Members, id: TargetId, at: Memo<Option<usize>>) -> impl IntoView {
    let name = members.name(id);
    let arrow = |down: bool, icon: &'static str, way: &'static str| {
        let off = move || {
            let last = members.ids.with(Vec::len).saturating_sub(1);
            at.get() == Some(if down { last } else { 0 })
        };
        view! {
            <button class="btn" type="button" id=format!("member-{id}-{way}") data-variant="ghost" data-size="xs" data-icon=""
                aria-label=format!("Move {name} {way}") title=format!("Move {way} (Alt and arrow)") disabled=off
                on:click=move |_| members.step(id, down)>
                <Icon name=icon/>
            </button>
        }
    };
    view! {
        <span class="route-move" draggable="true" title="Drag to move" on:dragstart=move |_| members.dragged.set(Some(id)) on:dragend=move |_| members.dragged.set(None)>
            <span class="route-grip" aria-hidden="true"><Icon name="grip"/></span>
            {arrow(false, "chevron-up", "up")}
            {arrow(true, "chevron-down", "down")}
        </span>
    }
    .into_any()
}

/// A target found by typing goes to the end; without the page's script, one more field of the form.
#[component]
fn Add(members: Members) -> impl IntoView {
    let scripted = use_scripted();
    let chosen = RwSignal::new(String::new());
    let options = Signal::derive(move || members.free());
    Effect::new(move |_| {
        let Ok(id) = chosen.get().parse::<TargetId>() else {
            return;
        };
        untrack(move || {
            members.change(|ids| {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            });
            chosen.set(String::new());
        });
    });
    let view = move || {
        if scripted.get() {
            view! { <Combobox name="add-member" id="add-member" label="Add a target" options=options bind=chosen placeholder="Type a name"/> }.into_any()
        } else {
            let next = members.ids.with_untracked(Vec::len);
            let name = input(&format!("members[{next}]"));
            let options = untrack(move || members.free());
            view! { <div data-spare=""><Select name=name id="add-member" label="Add a target" options=options placeholder="Choose a target"/></div> }.into_any()
        }
    };
    view.into_any()
}
