//! Moving a route by its grip, with any pointer. The row stays where it is until the pointer is let
//! go; a line shows where it would come to stand.

use domain::plan::RouteTo;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, PointerEvent};

use super::edit::Edit;

/// How near to an edge of the window the page starts to scroll, in pixels, and how far at a time.
const EDGE: i32 = 72;
const STEP: f64 = 14.0;

/// Where a dragged route would come to stand: the place of its priority, and in front of which other
/// route; behind all of them without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub tier: usize,
    pub before: Option<RouteTo>,
}

/// A route being dragged.
#[derive(Clone, Copy)]
pub struct Drag {
    moved: RwSignal<Option<RouteTo>>,
    place: RwSignal<Option<Place>>,
}

impl Drag {
    pub fn new() -> Self {
        Self {
            moved: RwSignal::new(None),
            place: RwSignal::new(None),
        }
    }

    /// Whether this route is being dragged.
    pub fn moves(self, target: RouteTo) -> bool {
        self.moved.get() == Some(target)
    }

    /// Where the dragged route would come to stand.
    pub fn place(self) -> Option<Place> {
        self.place.get()
    }

    fn begin(self, target: RouteTo, ev: &PointerEvent) {
        if ev.button() != 0 || !ev.is_primary() {
            return;
        }
        // Or the text under the way of the pointer would be selected.
        ev.prevent_default();
        let grip = ev
            .current_target()
            .and_then(|el| el.dyn_into::<Element>().ok());
        if let Some(grip) = grip {
            drop(grip.set_pointer_capture(ev.pointer_id()));
        }
        self.moved.set(Some(target));
    }

    fn go_on(self, ev: &PointerEvent) {
        if self.moved.get_untracked().is_none() {
            return;
        }
        scroll_at_edge(ev.client_y());
        if let Some(place) = place_at(ev.client_x(), ev.client_y())
            && self.place.get_untracked() != Some(place)
        {
            self.place.set(Some(place));
        }
    }

    fn end(self, edit: Edit) {
        if let (Some(target), Some(place)) =
            (self.moved.get_untracked(), self.place.get_untracked())
        {
            edit.change(|draft| draft.put(target, place.tier, place.before));
        }
        self.stop();
    }

    /// Lets go without a change.
    fn stop(self) {
        self.moved.set(None);
        self.place.set(None);
    }

    /// Escape while a route is dragged leaves all as it was.
    pub fn watch(self) {
        Effect::new(move |_| {
            let keys = window_event_listener(leptos::ev::keydown, move |ev| {
                if ev.key() == "Escape" && self.moved.get_untracked().is_some() {
                    ev.prevent_default();
                    self.stop();
                }
            });
            on_cleanup(move || keys.remove());
        });
    }
}

/// The grip of a route.
#[component]
pub fn Grip(edit: Edit, target: RouteTo) -> impl IntoView {
    let drag = edit.drag;
    view! {
        <span class="route-grip" aria-hidden="true" title="Drag to move" on:pointerdown=move |ev| drag.begin(target, &ev)
            on:pointermove=move |ev| drag.go_on(&ev) on:pointerup=move |_| drag.end(edit) on:pointercancel=move |_| drag.stop()>
            <crate::ui::Icon name="grip"/>
        </span>
    }
    .into_any()
}

/// The place in the plan under a point of the window; none beside the plan.
fn place_at(x: i32, y: i32) -> Option<Place> {
    let under = document().element_from_point(x as f32, y as f32)?;
    let tier = under.closest(".tier[data-tier]").ok().flatten()?;
    let at = tier.get_attribute("data-tier")?.parse().ok()?;
    let routes = tier.query_selector_all(".route").ok()?;
    // The first route whose middle is below the pointer.
    let before = (0..routes.length())
        .filter_map(|n| routes.get(n)?.dyn_into::<Element>().ok())
        .find(|route| {
            let area = route.get_bounding_client_rect();
            f64::from(y) < area.top() + area.height() / 2.0
        });
    Some(Place {
        tier: at,
        before: before.and_then(|route| route.get_attribute("data-target")?.parse().ok()),
    })
}

fn scroll_at_edge(y: i32) {
    let height = window()
        .inner_height()
        .ok()
        .and_then(|height| height.as_f64())
        .unwrap_or_default();
    if y < EDGE {
        window().scroll_by_with_x_and_y(0.0, -STEP);
    } else if f64::from(y) > height - f64::from(EDGE) {
        window().scroll_by_with_x_and_y(0.0, STEP);
    }
}
