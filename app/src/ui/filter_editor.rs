//! The editor of a tag filter: rules with "or" between them make a group, groups have "and" between
//! them. Under it stands what the whole says, in words.
//!
//! Its inputs post `form[filter][n][tag]` and so on, one row a rule ([`FilterForm`]). Before the
//! page's script runs there is an empty row at the end; a row that is emptied is no rule.

use domain::api::filter::{FilterChoices, FilterForm, FilterRow, OPERATORS, Operand};
use domain::invalid::FieldErrors;
use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::Element;

use super::{
    button::{Button, ButtonKind, IconButton, Size},
    dom,
    icon::Icon,
};
use crate::form::input;
use crate::state::use_scripted;

/// What the rows of one editor share.
#[derive(Clone, Copy)]
struct Editor {
    field: Signal<String>,
    form: RwSignal<FilterForm>,
    choices: Signal<FilterChoices>,
    errors: Signal<FieldErrors>,
    node: NodeRef<html::Fieldset>,
}

impl Editor {
    /// The path of a part of a row: `filter[2].tag`.
    fn path(self, at: usize, part: &str) -> String {
        self.field.with(|field| format!("{field}[{at}].{part}"))
    }

    fn error(self, at: usize, part: &str) -> Option<String> {
        let path = self.path(at, part);
        self.errors.with(|errors| errors.message(&path))
    }

    /// Adds a row and goes to it.
    fn add(self, group: usize) {
        let at = self.form.try_update(|form| form.add(group));
        let Some(at) = at else { return };
        let field = self.field.get_untracked();
        self.changed(format!("f-{field}[{at}].tag"));
    }

    /// Takes a row out and goes to where one is added.
    fn remove(self, at: usize) {
        self.form.update(|form| form.remove(at));
        let field = self.field.get_untracked();
        self.changed(format!("f-{field}-add"));
    }

    /// Once the rows are drawn: the form counts its edits, and the focus has a place.
    fn changed(self, focus: String) {
        request_animation_frame(move || {
            if let Some(el) = dom::by_id(&focus) {
                dom::focus(&el);
            }
            if let Some(Some(el)) = self.node.try_get_untracked() {
                dom::announce_change(&el);
            }
        });
    }
}

/// The editor. The page holds what is typed in `bind`, and sets it when edits are dropped.
#[component]
pub fn FilterEditor(
    /// What the filter is called in its form: `filter`, or `rules[2].filter`.
    #[prop(into)]
    field: Signal<String>,
    bind: RwSignal<FilterForm>,
    /// Tags that are known, and the account's lists.
    #[prop(into)]
    choices: Signal<FilterChoices>,
    /// The errors of the whole form.
    #[prop(optional, into)]
    errors: Signal<FieldErrors>,
    #[prop(default = "Which calls".into(), into)] legend: String,
) -> impl IntoView {
    let editor = Editor {
        field,
        form: bind,
        choices,
        errors,
        node: NodeRef::new(),
    };
    let groups = Memo::new(move |_| bind.with(FilterForm::groups));
    let places = Memo::new(move |_| (0..groups.with(Vec::len)).collect::<Vec<_>>());
    let says = Memo::new(move |_| {
        let lists = choices.with(FilterChoices::bulk_lists);
        bind.with(|form| form.sentence(&lists))
    });
    let error = Memo::new(move |_| {
        let field = field.get();
        errors.with(|errors| errors.message(&field))
    });
    let help = move || {
        error
            .get()
            .map(|text| view! { <p class="error" id=format!("f-{}-help", field.get())><Icon name="error"/><span>{text}</span></p> })
    };
    let scripted = use_scripted();
    let plain = move || {
        // One more group, for what is added without the page's script.
        (!scripted.get()).then(|| {
            let (at, group) = (bind.with_untracked(|f| f.rows.len()), groups.with_untracked(Vec::len));
            view! { <div class="filter-group" data-spare=""><Row editor=editor at=at group=group first=true/></div> }
        })
    };
    view! {
        <fieldset class="filter" node_ref=editor.node id=move || format!("f-{}", field.get())>
            <legend>{legend}</legend>
            <datalist id=move || format!("f-{}-tags", field.get())>
                {move || choices.with(|c| c.tags.iter().map(|tag| view! { <option value=tag.clone()></option> }).collect_view())}
            </datalist>
            <For each=move || places.get() key=|group| *group children=move |group| view! { <Group editor=editor groups=groups group=group/> }/>
            {plain}
            {move || scripted.get().then(|| view! {
                <div>
                    <Button kind=ButtonKind::Ghost size=Size::Xs icon="plus" attr:id=move || format!("f-{}-add", field.get()) on:click=move |_| editor.add(groups.with_untracked(Vec::len))>
                        {move || if groups.with(Vec::is_empty) { "Add a condition" } else { "And" }}
                    </Button>
                </div>
            })}
            {help}
            <p class="hint filter-say" role="status">{move || says.get()}</p>
        </fieldset>
    }
    .into_any()
}

/// Rules of which one must hold.
#[component]
fn Group(editor: Editor, groups: Memo<Vec<Vec<usize>>>, group: usize) -> impl IntoView {
    let rows = Memo::new(move |_| groups.with(|all| all.get(group).cloned().unwrap_or_default()));
    let first = move |at: usize| rows.with_untracked(|rows| rows.first() == Some(&at));
    let scripted = use_scripted();
    let or = move || {
        scripted.get().then(|| {
            let label = format!("Or, in condition {}", group + 1);
            view! {
                <div class="filter-or"><Button kind=ButtonKind::Ghost size=Size::Xs icon="plus" attr:aria-label=label on:click=move |_| editor.add(group)>"Or"</Button></div>
            }
        })
    };
    view! {
        <div class="filter-group" role="group" aria-label=format!("Condition {}", group + 1)>
            <For each=move || rows.get() key=move |at| (*at, first(*at)) children=move |at| view! { <Row editor=editor at=at group=group first=first(at)/> }/>
            {or}
        </div>
    }
    .into_any()
}

/// One part of a row, kept the same in the control and in what the page holds.
#[derive(Clone, Copy)]
struct Cell {
    editor: Editor,
    at: usize,
    part: &'static str,
    get: fn(&FilterRow) -> &String,
    set: fn(&mut FilterRow, String),
}

impl Cell {
    fn text(self) -> String {
        let get = self.get;
        self.editor.form.with(|f| {
            f.rows.get(self.at).map_or_else(
                || get(&FilterRow::default()).clone(),
                |row| get(row).clone(),
            )
        })
    }

    fn write(self, text: String) {
        let set = self.set;
        self.editor.form.update(|f| {
            if let Some(row) = f.rows.get_mut(self.at) {
                set(row, text);
            }
        });
    }

    /// What was typed before the script ran wins over what was rendered.
    fn link<F: Fn() -> Option<Element> + 'static>(self, control: F) {
        let text = Memo::new(move |_| self.text());
        Effect::new(move |before: Option<()>| {
            let wanted = text.get();
            let Some(el) = control() else { return };
            let shown = dom::value(&el);
            if shown == wanted {
                return;
            }
            if before.is_none() && !dom::navigated() {
                self.write(shown);
            } else {
                dom::set_value(&el, &wanted);
            }
        });
    }

    fn id(self) -> String {
        format!("f-{}", self.editor.path(self.at, self.part))
    }

    fn name(self) -> String {
        input(&self.editor.path(self.at, self.part))
    }

    fn invalid(self) -> Option<&'static str> {
        self.editor.error(self.at, self.part).map(|_| "true")
    }
}

#[component]
fn Row(editor: Editor, at: usize, group: usize, first: bool) -> impl IntoView {
    let word = match (first, group) {
        (true, 0) => "If",
        (true, _) => "and",
        (false, _) => "or",
    };
    let error = Memo::new(move |_| {
        ["tag", "op", "value", "list"]
            .into_iter()
            .find_map(|part| editor.error(at, part))
    });
    let help_id = move || format!("f-{}-help", editor.path(at, "row"));
    let help = move || {
        error.get().map(|text| view! { <p class="error" id=help_id()><Icon name="error"/><span>{text}</span></p> })
    };
    let described = Signal::derive(move || error.with(Option::is_some).then(help_id));
    let label = format!("Remove rule {} of the filter", at + 1);
    let remove = move || {
        use_scripted().get().then(|| view! { <IconButton label=label.clone() icon="close" size=Size::Xs on:click=move |_| editor.remove(at)/> })
    };
    view! {
        <div class="filter-row">
            <span class="filter-word">{word}</span>
            <input type="hidden" name=move || input(&editor.path(at, "group")) value=(group + 1).to_string()/>
            <Tag editor=editor at=at described=described/>
            <Operator editor=editor at=at described=described/>
            <Value editor=editor at=at described=described/>
            <span class="filter-remove">{remove}</span>
            {help}
        </div>
    }
    .into_any()
}

#[component]
fn Tag(editor: Editor, at: usize, described: Signal<Option<String>>) -> impl IntoView {
    let cell = Cell {
        editor,
        at,
        part: "tag",
        get: |row| &row.tag,
        set: |row, text| row.tag = text,
    };
    let node = NodeRef::<html::Input>::new();
    cell.link(move || node.get().map(JsCast::unchecked_into));
    view! {
        <input class="input filter-tag" node_ref=node type="text" id=move || cell.id() name=move || cell.name() value=untrack(move || cell.text())
            list=move || format!("f-{}-tags", editor.field.get()) placeholder="geo:state" autocapitalize="none" autocomplete="off" spellcheck="false"
            aria-label=format!("Tag of rule {}", at + 1) aria-invalid=move || cell.invalid() aria-describedby=move || described.get()
            on:input=move |ev| cell.write(event_target_value(&ev))/>
    }
    .into_any()
}

#[component]
fn Operator(editor: Editor, at: usize, described: Signal<Option<String>>) -> impl IntoView {
    let cell = Cell {
        editor,
        at,
        part: "op",
        get: |row| &row.op,
        set: |row, text| row.op = text,
    };
    let node = NodeRef::<html::Select>::new();
    cell.link(move || node.get().map(JsCast::unchecked_into));
    let now = untrack(move || cell.text());
    let options = OPERATORS
        .iter()
        .map(|(code, words)| view! { <option value=*code selected=now == *code>{*words}</option> })
        .collect_view();
    view! {
        <span class="select-wrap filter-op">
            <select class="select" node_ref=node id=move || cell.id() name=move || cell.name() aria-label=format!("How rule {} compares", at + 1)
                aria-invalid=move || cell.invalid() aria-describedby=move || described.get() on:change=move |ev| cell.write(event_target_value(&ev))>
                {options}
            </select>
            <Icon name="chevron-down"/>
        </span>
    }
    .into_any()
}

/// What the tag is compared with: a text, a list, or nothing. Without the page's script both stand
/// there, and the operator says which one counts.
#[component]
fn Value(editor: Editor, at: usize, described: Signal<Option<String>>) -> impl IntoView {
    let value = Cell {
        editor,
        at,
        part: "value",
        get: |row| &row.value,
        set: |row, text| row.value = text,
    };
    let list = Cell {
        editor,
        at,
        part: "list",
        get: |row| &row.list,
        set: |row, text| row.list = text,
    };
    let (input, select) = (
        NodeRef::<html::Input>::new(),
        NodeRef::<html::Select>::new(),
    );
    value.link(move || input.get().map(JsCast::unchecked_into));
    list.link(move || select.get().map(JsCast::unchecked_into));
    let scripted = use_scripted();
    let operand = Memo::new(move |_| {
        editor
            .form
            .with(|f| f.rows.get(at).map_or(Operand::Value, FilterRow::operand))
    });
    let text_off = move || scripted.get() && operand.get() != Operand::Value;
    let no_lists = Memo::new(move |_| editor.choices.with(|c| c.lists.is_empty()));
    let list_off = move || {
        if scripted.get() {
            operand.get() != Operand::List
        } else {
            no_lists.get()
        }
    };
    let options = move || {
        let now = untrack(move || list.text());
        editor.choices.with(|c| {
            let all = c.lists.iter();
            all.map(|c| view! { <option value=c.value.clone() selected=c.value == now>{c.label.clone()}</option> }).collect_view()
        })
    };
    let none = move || {
        if no_lists.get() {
            "No lists yet"
        } else {
            "Choose a list"
        }
    };
    view! {
        <span class="filter-value">
            <input class="input" node_ref=input type="text" id=move || value.id() name=move || value.name() value=untrack(move || value.text()) hidden=text_off
                aria-label=format!("Value of rule {}", at + 1) aria-invalid=move || value.invalid() aria-describedby=move || described.get()
                on:input=move |ev| value.write(event_target_value(&ev))/>
            <span class="select-wrap" hidden=list_off>
                <select class="select" node_ref=select id=move || list.id() name=move || list.name() aria-label=format!("List of rule {}", at + 1)
                    aria-invalid=move || list.invalid() aria-describedby=move || described.get() on:change=move |ev| list.write(event_target_value(&ev))>
                    <option value="">{none}</option>
                    {options}
                </select>
                <Icon name="chevron-down"/>
            </span>
        </span>
    }
    .into_any()
}
