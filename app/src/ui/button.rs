//! Buttons and links that look like buttons.

use leptos::prelude::*;

use super::icon::{Icon, icon_if};

/// How much a button asks for attention; at most one `Primary` on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ButtonKind {
    /// The page's main act.
    Primary,
    /// Any other act.
    #[default]
    Outline,
    /// A quiet act in a head or a row.
    Ghost,
    /// An act that takes something away.
    Danger,
}

impl ButtonKind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Outline => "outline",
            Self::Ghost => "ghost",
            Self::Danger => "danger",
        }
    }
}

/// The height of a control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 32 px.
    #[default]
    Md,
    /// 28 px, in panel heads.
    Sm,
    /// 24 px, in rows.
    Xs,
}

impl Size {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Md => "md",
            Self::Sm => "sm",
            Self::Xs => "xs",
        }
    }
}

/// A button; while `busy` it shows a spinner, keeps its place and ignores clicks.
#[component]
pub fn Button(
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] size: Size,
    /// An icon before the words.
    #[prop(optional, into)]
    icon: String,
    /// Submits the form it stands in.
    #[prop(optional)]
    submit: bool,
    /// Work is under way.
    #[prop(optional, into)]
    busy: Signal<bool>,
    /// Cannot be used; say why in words beside it.
    #[prop(optional, into)]
    disabled: Signal<bool>,
    #[prop(optional, into)] name: Option<String>,
    #[prop(optional, into)] value: Option<String>,
    /// The id of the form to submit, when the button stands outside it.
    #[prop(optional, into)]
    form: Option<String>,
    /// The id of a popover this button opens.
    #[prop(optional, into)]
    popovertarget: Option<String>,
    children: Children,
) -> impl IntoView {
    let mark = move || {
        if busy.get() {
            view! { <span class="spinner" aria-hidden="true"></span> }.into_any()
        } else {
            icon_if(&icon).into_any()
        }
    };
    view! {
        <button class="btn" type=if submit { "submit" } else { "button" } data-variant=kind.word() data-size=size.word()
            name=name value=value form=form popovertarget=popovertarget
            disabled=move || disabled.get() || busy.get() aria-busy=move || busy.get().then_some("true")>
            {mark}
            {children()}
        </button>
    }
    .into_any()
}

/// A link that looks like a button, for acts that go somewhere.
#[component]
pub fn LinkButton(
    #[prop(into)] href: String,
    #[prop(optional)] kind: ButtonKind,
    #[prop(optional)] size: Size,
    #[prop(optional, into)] icon: String,
    children: Children,
) -> impl IntoView {
    view! {
        <a class="btn" href=href data-variant=kind.word() data-size=size.word()>
            {icon_if(&icon)}
            {children()}
        </a>
    }
    .into_any()
}

/// A square button with an icon and a name that only assistive technology and the tooltip say.
#[component]
pub fn IconButton(
    /// The button's name.
    #[prop(into)]
    label: String,
    #[prop(into)] icon: String,
    #[prop(default = ButtonKind::Ghost)] kind: ButtonKind,
    #[prop(optional)] size: Size,
    #[prop(optional)] submit: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] popovertarget: Option<String>,
) -> impl IntoView {
    view! {
        <button class="btn" type=if submit { "submit" } else { "button" } data-variant=kind.word() data-size=size.word()
            data-icon="" aria-label=label.clone() title=label popovertarget=popovertarget disabled=move || disabled.get()>
            <Icon name=icon/>
        </button>
    }
    .into_any()
}

/// A square link with an icon; without `href` it stays in place, named but unusable.
#[component]
pub fn IconLink(
    #[prop(into)] label: String,
    #[prop(into)] icon: String,
    /// Where it goes; none at the end of a row of things.
    #[prop(into)]
    href: Signal<Option<String>>,
    #[prop(default = ButtonKind::Ghost)] kind: ButtonKind,
    #[prop(optional)] size: Size,
) -> impl IntoView {
    let none = move || href.with(Option::is_none);
    let off = move || none().then_some("true");
    let role = move || none().then_some("link");
    view! {
        <a class="btn" href=move || href.get() role=role aria-disabled=off data-variant=kind.word() data-size=size.word() data-icon=""
            aria-label=label.clone() title=label>
            <Icon name=icon/>
        </a>
    }
    .into_any()
}
