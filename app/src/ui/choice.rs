//! Choices that are clicked: checkbox, switch, segmented control. All are native inputs.

use leptos::{html, prelude::*};

use super::{dom, field::Frame, icon::Icon, input::Choice};

/// Keeps a box and a signal the same; a click before the script ran wins.
fn link_checked(node: NodeRef<html::Input>, bind: Option<RwSignal<bool>>) {
    let Some(bind) = bind else { return };
    Effect::new(move |before: Option<()>| {
        let wanted = bind.get();
        let Some(el) = node.get() else { return };
        if el.checked() == wanted {
            return;
        }
        if before.is_none() && !dom::navigated() {
            bind.set(el.checked());
        } else {
            el.set_checked(wanted);
        }
    });
}

fn boxed(frame: Frame, control: AnyView) -> AnyView {
    let help = frame.help();
    view! { <div class="field"><label class="check" for=frame.id>{control}<span>{frame.label}</span></label>{help}</div> }.into_any()
}

/// A checkbox with its label at the right.
#[component]
pub fn Checkbox(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] id: Option<String>,
    /// What the form posts when it is on.
    #[prop(optional, into)]
    value: Option<String>,
    #[prop(optional)] checked: bool,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional)] bind: Option<RwSignal<bool>>,
) -> impl IntoView {
    let frame = Frame {
        id: Frame::id(id, &name),
        label,
        hint,
        error,
        optional: false,
    };
    let (described, invalid) = (frame.described(), frame.invalid());
    let node = NodeRef::<html::Input>::new();
    link_checked(node, bind);
    let on = bind.map_or(checked, |b| b.get_untracked());
    let control = view! {
        <input class="checkbox" type="checkbox" node_ref=node id=frame.id.clone() name=name value=value.unwrap_or_else(|| "true".into())
            checked=on disabled=move || disabled.get() aria-describedby=move || described.get() aria-invalid=move || invalid.get()
            on:change=move |ev| if let Some(b) = bind { b.set(event_target_checked(&ev)) }/>
    };
    boxed(frame, control.into_any())
}

/// A switch: a setting that is on or off.
#[component]
pub fn Switch(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: Option<String>,
    #[prop(optional)] checked: bool,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] disabled: Signal<bool>,
    /// Says the label to assistive technology only, for switches in rows.
    #[prop(optional)]
    bare: bool,
    #[prop(optional)] bind: Option<RwSignal<bool>>,
) -> impl IntoView {
    let frame = Frame {
        id: Frame::id(id, &name),
        label,
        hint,
        error: Signal::default(),
        optional: false,
    };
    let described = frame.described();
    let node = NodeRef::<html::Input>::new();
    link_checked(node, bind);
    let on = bind.map_or(checked, |b| b.get_untracked());
    let spoken = bare.then(|| frame.label.clone());
    let control = view! {
        <input class="switch input" type="checkbox" role="switch" node_ref=node id=frame.id.clone() name=name
            value=value.unwrap_or_else(|| "true".into()) checked=on disabled=move || disabled.get() aria-label=spoken
            aria-describedby=move || described.get()
            on:change=move |ev| if let Some(b) = bind { b.set(event_target_checked(&ev)) }/>
    };
    if bare {
        control.into_any()
    } else {
        boxed(frame, control.into_any())
    }
}

/// A choice of two to four: a radio group whose chosen part has a tint and a check mark.
#[component]
pub fn Segmented(
    #[prop(into)] name: String,
    #[prop(into)] label: String,
    options: Vec<Choice>,
    #[prop(optional, into)] id: Option<String>,
    #[prop(optional, into)] value: String,
    #[prop(optional, into)] hint: String,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional)] bind: Option<RwSignal<String>>,
) -> impl IntoView {
    let frame = Frame {
        id: Frame::id(id, &name),
        label,
        hint,
        error,
        optional: false,
    };
    let invalid = frame.invalid();
    let first = bind.map_or(value, |b| b.get_untracked());
    let parts = options
        .into_iter()
        .enumerate()
        // The first part carries the group's own id, so that an error link finds it.
        .map(|(at, c)| {
            part(
                c,
                if at == 0 {
                    frame.id.clone()
                } else {
                    format!("{}-{at}", frame.id)
                },
                &name,
                &first,
                bind,
            )
        })
        .collect_view();
    let control = view! { <div class="segmented" data-invalid=move || invalid.get()>{parts}</div> };
    frame.grouped(control.into_any())
}

fn part(
    choice: Choice,
    id: String,
    name: &str,
    first: &str,
    bind: Option<RwSignal<String>>,
) -> AnyView {
    let node = NodeRef::<html::Input>::new();
    let value = choice.value.clone();
    if let Some(bind) = bind {
        Effect::new(move |before: Option<()>| {
            let wanted = bind.with(|now| *now == value);
            let Some(el) = node.get() else { return };
            if before.is_none() && el.checked() && !wanted && !dom::navigated() {
                bind.set(value.clone());
            } else if el.checked() != wanted {
                el.set_checked(wanted);
            }
        });
    }
    let post = choice.value.clone();
    view! {
        <label title=choice.disabled.clone()>
            <input type="radio" node_ref=node id=id name=name.to_owned() value=choice.value.clone() checked=choice.value == first
                disabled=choice.disabled.is_some() on:change=move |_| if let Some(b) = bind { b.set(post.clone()) }/>
            <Icon name="check"/>
            <span>{choice.label}</span>
        </label>
    }
    .into_any()
}
