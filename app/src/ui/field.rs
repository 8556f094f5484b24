//! The frame of a control: label above, hint or error below in the same place.

use leptos::prelude::*;

use super::{dom, icon::Icon};

/// What the frame and its control share: ids and the error.
#[derive(Clone)]
pub(crate) struct Frame {
    pub id: String,
    pub label: String,
    pub hint: String,
    pub error: Signal<Option<String>>,
    pub optional: bool,
}

impl Frame {
    /// The id a control gets from its form name unless the page gives one.
    pub(crate) fn id(id: Option<String>, name: &str) -> String {
        id.unwrap_or_else(|| format!("f-{name}"))
    }

    /// The id of the text that describes the control now.
    pub(crate) fn described(&self) -> Signal<Option<String>> {
        let (id, hint, error) = (self.id.clone(), !self.hint.is_empty(), self.error);
        Signal::derive(move || (error.with(Option::is_some) || hint).then(|| format!("{id}-help")))
    }

    /// "true" while there is an error.
    pub(crate) fn invalid(&self) -> Signal<Option<&'static str>> {
        let error = self.error;
        Signal::derive(move || error.with(Option::is_some).then_some("true"))
    }

    /// The hint or the error.
    pub(crate) fn help(&self) -> AnyView {
        let (id, hint, error) = (format!("{}-help", self.id), self.hint.clone(), self.error);
        (move || help_text(id.clone(), error.get(), &hint)).into_any()
    }

    /// Label, control, help, stacked.
    pub(crate) fn stacked(self, control: AnyView) -> AnyView {
        let help = self.help();
        let optional = self
            .optional
            .then(|| view! { " "<span class="field-optional">"optional"</span> });
        view! {
            <div class="field">
                <label for=self.id>{self.label}{optional}</label>
                {control}
                {help}
            </div>
        }
        .into_any()
    }

    /// The same around several controls, where a `legend` names the group.
    pub(crate) fn grouped(self, control: AnyView) -> AnyView {
        let (help, described) = (self.help(), self.described());
        view! {
            <fieldset class="field" aria-describedby=move || described.get()>
                <legend>{self.label}</legend>
                {control}
                {help}
            </fieldset>
        }
        .into_any()
    }
}

fn help_text(id: String, error: Option<String>, hint: &str) -> AnyView {
    match error {
        Some(text) => {
            view! { <p class="error" id=id><Icon name="error"/><span>{text}</span></p> }.into_any()
        }
        None if hint.is_empty() => ().into_any(),
        None => view! { <p class="hint" id=id>{hint.to_owned()}</p> }.into_any(),
    }
}

/// A labelled frame around a control that the kit does not have; give the control the same `id`.
#[component]
pub fn Field(
    /// The id of the control inside.
    #[prop(into)]
    id: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    children: Children,
) -> impl IntoView {
    Frame {
        id,
        label,
        hint,
        error,
        optional: false,
    }
    .stacked(children().into_any())
}

/// A named group of fields.
#[component]
pub fn FieldSet(#[prop(into)] legend: String, children: Children) -> impl IntoView {
    view! { <fieldset class="field"><legend>{legend}</legend><div class="stack-sm">{children()}</div></fieldset> }.into_any()
}

/// What has to be fixed, as links to the fields; takes the focus when it appears after a submit.
#[component]
pub fn FormErrors(
    /// Field name and message, in the order of the form; an empty name is about the whole form.
    #[prop(into)]
    errors: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let node = NodeRef::<leptos::html::Div>::new();
    Effect::new(move |before: Option<bool>| {
        let some = errors.with(|list| !list.is_empty());
        if some
            && before == Some(false)
            && let Some(el) = node.get()
        {
            dom::focus(&el);
        }
        some
    });
    let list = move || {
        errors
            .get()
            .into_iter()
            .map(|(name, text)| {
                if name.is_empty() {
                    view! { <li>{text}</li> }.into_any()
                } else {
                    let (id, inside) = (format!("f-{name}"), format!("[id^='f-{name}'] input, [id^='f-{name}-']"));
                    let go = move |ev: web_sys::MouseEvent| {
                        // A field of several controls is entered at its first.
                        if let Some(el) = dom::by_id(&id).or_else(|| dom::find(&inside)) {
                            ev.prevent_default();
                            dom::focus(&el);
                        }
                    };
                    view! { <li><a href=format!("#f-{name}") rel="external" on:click=go>{text}</a></li> }.into_any()
                }
            })
            .collect_view()
    };
    let title = move || match errors.with(Vec::len) {
        1 => "1 field needs fixing".to_owned(),
        n => format!("{n} fields need fixing"),
    };
    view! {
        <div class="form-errors" role="alert" tabindex="-1" node_ref=node hidden=move || errors.with(Vec::is_empty)>
            <h2>{title}</h2>
            <ul>{list}</ul>
        </div>
    }
    .into_any()
}
