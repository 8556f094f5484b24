//! The command palette: a dialog with a combobox over entries that the shell passes in.

use leptos::{html, prelude::*};
use web_sys::KeyboardEvent;

use super::{combobox::marked, copy::Kbd, dom, icon::Icon};

/// At most this many entries are drawn.
const SHOWN: usize = 40;

/// What an entry does.
#[derive(Clone)]
enum Act {
    Go(String),
    Run(Callback<()>),
}

/// One line of the palette.
#[derive(Clone)]
pub struct PaletteEntry {
    group: String,
    icon: String,
    label: String,
    note: String,
    act: Act,
}

impl PaletteEntry {
    /// A place to go to.
    pub fn link(
        group: impl Into<String>,
        icon: impl Into<String>,
        label: impl Into<String>,
        note: impl Into<String>,
        href: impl Into<String>,
    ) -> Self {
        Self {
            group: group.into(),
            icon: icon.into(),
            label: label.into(),
            note: note.into(),
            act: Act::Go(href.into()),
        }
    }

    /// Something to do; the note may be its shortcut.
    pub fn action(
        group: impl Into<String>,
        icon: impl Into<String>,
        label: impl Into<String>,
        note: impl Into<String>,
        act: impl Into<Callback<()>>,
    ) -> Self {
        Self {
            group: group.into(),
            icon: icon.into(),
            label: label.into(),
            note: note.into(),
            act: Act::Run(act.into()),
        }
    }

    fn fits(&self, words: &[String]) -> bool {
        let text = format!("{} {}", self.label, self.note).to_lowercase();
        words.iter().all(|w| text.contains(w.as_str()))
    }
}

#[derive(Clone, Copy)]
struct Palette {
    entries: Signal<Vec<PaletteEntry>>,
    query: RwSignal<String>,
    active: RwSignal<usize>,
    open: RwSignal<bool>,
    list: NodeRef<html::Ul>,
}

impl Palette {
    /// The entries that hold every typed word, group by group in the order of their first entry.
    fn fitting(self) -> Vec<PaletteEntry> {
        let words: Vec<String> = self
            .query
            .get()
            .to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let mut fit: Vec<_> = self.entries.with(|all| {
            all.iter()
                .filter(|e| e.fits(&words))
                .take(SHOWN)
                .cloned()
                .collect()
        });
        let mut groups: Vec<String> = Vec::new();
        for entry in &fit {
            if !groups.contains(&entry.group) {
                groups.push(entry.group.clone());
            }
        }
        fit.sort_by_key(|e| groups.iter().position(|g| *g == e.group));
        fit
    }

    fn run(self, at: usize) {
        let Some(entry) = untrack(move || self.fitting()).into_iter().nth(at) else {
            return;
        };
        self.open.set(false);
        match entry.act {
            Act::Run(act) => act.run(()),
            // The link itself is pressed, so that the router takes it.
            Act::Go(href) => {
                let link = self.list.get_untracked().and_then(|list| {
                    dom::all(&list, &format!("[data-at=\"{at}\"] a"))
                        .into_iter()
                        .next()
                });
                match link {
                    Some(link) => link.click(),
                    None => drop(window().location().set_href(&href)),
                }
            }
        }
    }

    fn on_key(self, ev: &KeyboardEvent) {
        let last = untrack(move || self.fitting()).len().saturating_sub(1);
        let now = self.active.get_untracked().min(last);
        match ev.key().as_str() {
            "ArrowDown" => self.active.set(if now == last { 0 } else { now + 1 }),
            "ArrowUp" => self.active.set(if now == 0 { last } else { now - 1 }),
            "Home" => self.active.set(0),
            "End" => self.active.set(last),
            "Enter" => self.run(now),
            "Escape" => self.open.set(false),
            _ => return,
        }
        ev.prevent_default();
        ev.stop_propagation();
    }
}

fn entry_view(p: Palette, at: usize, entry: PaletteEntry, titled: bool) -> AnyView {
    let on = Memo::new(move |_| p.active.get() == at);
    let node = NodeRef::<html::Li>::new();
    Effect::new(move |_| {
        if let Some(el) = node.get().filter(|_| on.get()) {
            let how = web_sys::ScrollIntoViewOptions::new();
            how.set_block(web_sys::ScrollLogicalPosition::Nearest);
            el.scroll_into_view_with_scroll_into_view_options(&how);
        }
    });
    let title = titled.then(
        || view! { <li class="palette-title" role="presentation">{entry.group.clone()}</li> },
    );
    let words = marked(&entry.label, &p.query.get_untracked());
    let hidden_link = match &entry.act {
        Act::Go(href) => Some(view! { <a href=href.clone() hidden=true tabindex="-1"></a> }),
        Act::Run(_) => None,
    };
    view! {
        {title}
        <li class="option" role="option" node_ref=node id=format!("palette-{at}") data-at=at.to_string() data-active=move || on.get().then_some("true")
            aria-selected=move || if on.get() { "true" } else { "false" } on:mousedown=move |ev| ev.prevent_default()
            on:click=move |ev| if ev.is_trusted() { p.run(at) }>
            <Icon name=entry.icon/>
            <span class="option-word">{words}</span>
            <span class="option-note">{entry.note}</span>
            {hidden_link}
        </li>
    }
    .into_any()
}

fn list_view(p: Palette) -> AnyView {
    let fit = p.fitting();
    if fit.is_empty() {
        return view! { <li class="option-empty" role="option" aria-disabled="true" aria-selected="false">"Nothing fits."</li> }.into_any();
    }
    let mut group = String::new();
    let rows = fit.into_iter().enumerate().map(|(at, entry)| {
        let titled = entry.group != group;
        group.clone_from(&entry.group);
        entry_view(p, at, entry, titled)
    });
    rows.collect_view().into_any()
}

/// Search, go and do from the keyboard. The shell opens it with Ctrl K and the search button.
#[component]
pub fn CommandPalette(
    /// Everything the user may go to or do here; may grow as answers of a search come in.
    #[prop(into)]
    entries: Signal<Vec<PaletteEntry>>,
    open: RwSignal<bool>,
    /// Told what is typed, to search on the server.
    #[prop(optional, into)]
    on_query: Option<Callback<(String,)>>,
) -> impl IntoView {
    let p = Palette {
        entries,
        query: RwSignal::new(String::new()),
        active: RwSignal::new(0),
        open,
        list: NodeRef::new(),
    };
    let (node, input) = (
        NodeRef::<html::Dialog>::new(),
        NodeRef::<html::Input>::new(),
    );
    Effect::new(move |_| {
        let Some(el) = node.get() else { return };
        if open.get() && !el.open() {
            p.query.set(String::new());
            p.active.set(0);
            drop(el.show_modal());
            if let Some(input) = input.get_untracked() {
                input.set_value("");
                dom::focus(&input);
            }
        } else if !open.get() && el.open() {
            el.close();
        }
    });
    let typed = move |ev| {
        let text = event_target_value(&ev);
        p.active.set(0);
        p.query.set(text.clone());
        if let Some(search) = on_query {
            search.run((text,));
        }
    };
    view! {
        <dialog class="dialog palette" node_ref=node aria-label="Search or jump to" on:close=move |_| open.set(false)
            // A press on the backdrop is a press on the dialog itself.
            on:click=move |ev| if node.get_untracked().is_some_and(|el| ev.target().as_ref() == Some(el.as_ref())) { open.set(false) }>
            <div class="palette-head">
                <Icon name="search"/>
                <input type="text" role="combobox" node_ref=input placeholder="Search or jump to" aria-label="Search or jump to" autocomplete="off"
                    aria-expanded="true" aria-controls="palette-list" aria-autocomplete="list"
                    aria-activedescendant=move || format!("palette-{}", p.active.get()) on:input=typed on:keydown=move |ev| p.on_key(&ev)/>
                <Kbd>"Esc"</Kbd>
            </div>
            <ul class="palette-list" role="listbox" id="palette-list" aria-label="Results" node_ref=p.list>
                {move || open.get().then(|| list_view(p))}
            </ul>
        </dialog>
    }
    .into_any()
}
