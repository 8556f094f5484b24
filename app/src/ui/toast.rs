//! Toasts: bottom left, one at a time. Good news leaves after 8 s and may be undone; errors stay.

use std::{collections::VecDeque, time::Duration};

use leptos::prelude::*;

use super::{
    badge::{State, Status},
    button::{Button, ButtonKind, IconButton, Size},
};

/// How long a toast without an error stays.
const SECONDS: u32 = 8;

#[derive(Clone)]
struct Toast {
    /// Each toast is a line of its own: one that took over the element of another would keep its Undo.
    id: u32,
    error: bool,
    text: String,
    action: Option<(String, Callback<()>)>,
}

/// Where pages put their toasts; get it with [`use_toasts`].
#[derive(Clone, Copy)]
pub struct ToastBus {
    now: RwSignal<Option<Toast>>,
    made: StoredValue<u32>,
    waiting: StoredValue<VecDeque<Toast>>,
    left: RwSignal<u32>,
    held: RwSignal<bool>,
}

impl ToastBus {
    /// Says that something is done.
    pub fn done(self, text: impl Into<String>) {
        self.push(Toast {
            id: 0,
            error: false,
            text: text.into(),
            action: None,
        });
    }

    /// Says that something is done and offers to take it back.
    pub fn undo(self, text: impl Into<String>, undo: impl Into<Callback<()>>) {
        self.push(Toast {
            id: 0,
            error: false,
            text: text.into(),
            action: Some(("Undo".into(), undo.into())),
        });
    }

    /// Says that something failed and what was kept; stays until it is closed.
    pub fn error(self, text: impl Into<String>) {
        self.push(Toast {
            id: 0,
            error: true,
            text: text.into(),
            action: None,
        });
    }

    /// The same with a way on.
    pub fn error_action(
        self,
        text: impl Into<String>,
        label: impl Into<String>,
        act: impl Into<Callback<()>>,
    ) {
        self.push(Toast {
            id: 0,
            error: true,
            text: text.into(),
            action: Some((label.into(), act.into())),
        });
    }

    /// Good news gives way at once; an error holds its place and the new toast waits.
    fn push(self, mut toast: Toast) {
        self.made.update_value(|n| *n += 1);
        toast.id = self.made.get_value();
        if self
            .now
            .with_untracked(|now| now.as_ref().is_some_and(|t| t.error))
        {
            self.waiting.update_value(|list| list.push_back(toast));
        } else {
            self.show(Some(toast));
        }
    }

    fn show(self, toast: Option<Toast>) {
        self.left.set(SECONDS);
        self.held.set(false);
        self.now.set(toast);
    }

    fn next(self) {
        let mut next = None;
        self.waiting.update_value(|list| next = list.pop_front());
        self.show(next);
    }

    fn tick(self) {
        let counting = self
            .now
            .with_untracked(|now| now.as_ref().is_some_and(|t| !t.error))
            && !self.held.get_untracked();
        if !counting {
            return;
        }
        if self.left.get_untracked() <= 1 {
            self.next();
        } else {
            self.left.update(|n| *n -= 1);
        }
    }
}

/// Makes the bus; call once in the app's root.
pub fn provide_toasts() -> ToastBus {
    let bus = ToastBus {
        now: RwSignal::new(None),
        made: StoredValue::new(0),
        waiting: StoredValue::new(VecDeque::new()),
        left: RwSignal::new(SECONDS),
        held: RwSignal::new(false),
    };
    provide_context(bus);
    bus
}

/// The app's toasts. Without a root that provides them, toasts go nowhere.
pub fn use_toasts() -> ToastBus {
    use_context::<ToastBus>().unwrap_or_else(provide_toasts)
}

/// The place where toasts appear; once, in the shell.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let bus = use_toasts();
    Effect::new(move |_| {
        if let Ok(handle) = set_interval_with_handle(move || bus.tick(), Duration::from_secs(1)) {
            on_cleanup(move || handle.clear());
        }
    });
    view! {
        <div class="toasts" role="status" aria-live="polite" on:pointerenter=move |_| bus.held.set(true)
            on:pointerleave=move |_| bus.held.set(false) on:focusin=move |_| bus.held.set(true) on:focusout=move |_| bus.held.set(false)>
            <For each=move || bus.now.get() key=|toast| toast.id children=move |toast| toast_view(bus, toast)/>
        </div>
    }
    .into_any()
}

fn toast_view(bus: ToastBus, toast: Toast) -> AnyView {
    let error = toast.error;
    let state = if error { State::Failed } else { State::Open };
    let act = toast.action.map(|(label, act)| {
        let kind = if error { ButtonKind::Outline } else { ButtonKind::Ghost };
        // The countdown is for the eye; heard every second it would be noise.
        let left = (!error).then(|| view! { <span class="toast-left" aria-hidden="true">{move || format!("{} s", bus.left.get())}</span> });
        view! { <Button kind=kind size=Size::Sm on:click=move |_| { act.run(()); bus.next(); }>{label}{left}</Button> }
    });
    view! {
        <div class="toast" role=error.then_some("alert")>
            <Status state=state text=""/>
            <span class="toast-text">{toast.text}</span>
            {act}
            <IconButton label="Close message" icon="close" size=Size::Sm on:click=move |_| bus.next()/>
        </div>
    }
    .into_any()
}
