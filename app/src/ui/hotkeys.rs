//! Keys of the whole page: a registry that also feeds the help dialog.
//!
//! A key is "?", "Ctrl K" or a sequence such as "g d". Plain keys are left alone while something
//! is typed, while a modal dialog is open, and with Ctrl, Alt or Meta held.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::{copy::Kbd, dialog::Dialog, dom};

/// The second key of a sequence has to follow within this time.
const SEQUENCE_MS: f64 = 1000.0;

#[derive(Clone)]
struct Hotkey {
    id: u32,
    keys: String,
    what: String,
    act: Callback<()>,
}

/// The keys in force.
#[derive(Clone, Copy)]
struct Hotkeys {
    list: RwSignal<Vec<Hotkey>>,
    next: StoredValue<u32>,
    /// The first key of a sequence and when it was pressed.
    before: StoredValue<Option<(String, f64)>>,
}

impl Hotkeys {
    fn find(self, keys: &str) -> Option<Callback<()>> {
        // The newest wins: a page may take over a key of the shell.
        self.list.with_untracked(|all| {
            all.iter()
                .rev()
                .find(|h| h.keys.eq_ignore_ascii_case(keys))
                .map(|h| h.act)
        })
    }

    fn on_key(self, ev: &KeyboardEvent) {
        let key = ev.key();
        if ev.default_prevented() || ev.alt_key() || key.chars().count() != 1 {
            return;
        }
        let mut found = None;
        if ev.ctrl_key() || ev.meta_key() {
            found = self.find(&format!("Ctrl {key}"));
        } else if !dom::typing(ev) && dom::find("dialog[open]").is_none() {
            let before = self
                .before
                .get_value()
                .filter(|(_, at)| ev.time_stamp() - at < SEQUENCE_MS);
            if let Some((first, _)) = before {
                found = self.find(&format!("{first} {key}"));
            }
            if found.is_none() {
                found = self.find(&key);
            }
            self.before
                .set_value(found.is_none().then(|| (key, ev.time_stamp())));
        }
        if let Some(act) = found {
            ev.prevent_default();
            act.run(());
        }
    }
}

/// Starts the registry; call once in the app's root.
pub fn provide_hotkeys() {
    let keys = Hotkeys {
        list: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
        before: StoredValue::new(None),
    };
    provide_context(keys);
    Effect::new(move |_| {
        let handle = window_event_listener(leptos::ev::keydown, move |ev| keys.on_key(&ev));
        on_cleanup(move || handle.remove());
    });
}

/// Adds a key for as long as the component lives; `what` is its line in the help.
pub fn use_hotkey(keys: impl Into<String>, what: impl Into<String>, act: impl Into<Callback<()>>) {
    let Some(registry) = use_context::<Hotkeys>() else {
        return;
    };
    let (keys, what, act) = (keys.into(), what.into(), act.into());
    Effect::new(move |_| {
        let id = registry.next.get_value();
        registry.next.set_value(id + 1);
        registry.list.update(|all| {
            all.push(Hotkey {
                id,
                keys: keys.clone(),
                what: what.clone(),
                act,
            })
        });
        on_cleanup(move || {
            registry.list.try_update(|all| all.retain(|h| h.id != id));
        });
    });
}

/// The list of keys, opened by "?"; also takes "/" to the page's filter (`data-filter`).
#[component]
pub fn KeyHelp(
    /// Opened from elsewhere too, for example the help button.
    open: RwSignal<bool>,
) -> impl IntoView {
    use_hotkey("?", "Show the keys", move || open.set(true));
    use_hotkey("/", "Go to the filter", || {
        if let Some(el) = dom::find("[data-filter]") {
            dom::focus(&el);
        }
    });
    let registry = use_context::<Hotkeys>();
    let own = move || {
        let all = registry.map(|r| r.list.get()).unwrap_or_default();
        all.into_iter()
            .filter(|h| !h.what.is_empty())
            .map(|h| key_line(h.what, &h.keys))
            .collect_view()
    };
    let fixed = [
        ("Next and previous row", "J K"),
        ("Tick the row", "X"),
        ("Save", "Ctrl S"),
        ("Close one layer", "Esc"),
    ];
    let fixed = fixed
        .into_iter()
        .map(|(what, keys)| key_line(what.to_owned(), keys))
        .collect_view();
    view! {
        <Dialog id="key-help" title="Keys" open=open>
            <div class="dialog-body"><dl class="keylist">{own}{fixed}</dl></div>
        </Dialog>
    }
    .into_any()
}

fn key_line(what: String, keys: &str) -> AnyView {
    // "Ctrl K" is one combination, "g d" are two keys.
    let parts: Vec<String> = if keys.starts_with("Ctrl") {
        vec![keys.to_owned()]
    } else {
        keys.split(' ').map(str::to_owned).collect()
    };
    let parts = parts
        .into_iter()
        .map(|k| view! { <Kbd>{k}</Kbd> })
        .collect_view();
    view! { <div><dt>{what}</dt><dd>{parts}</dd></div> }.into_any()
}
