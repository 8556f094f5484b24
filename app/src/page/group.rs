//! One group: who is in it, how it rings, when and how much; and the page for a new one.

mod fields;
mod members;
mod rehearsal;
mod usage;

use domain::access::Permission;
use domain::api::target_group::{MemberChoice, TargetGroupDetail, TargetGroupForm};
use domain::id::TargetGroupId;
use leptos::prelude::*;

use crate::api::target_group::{
    CreateTargetGroup, UpdateTargetGroup, group_choices, load_target_group,
};
use crate::form::{Form, checked};
use crate::page::parts::{OnlyLook, may, standing, with_id};
use crate::page::terms::chosen::Chosen;
use crate::route;
use crate::state::activity::{Changes, PauseButton, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{
    Breadcrumbs, Button, ButtonKind, FormErrors, LinkButton, PageHead, Panel, SaveBar, Status,
    use_toasts,
};
use fields::{Fields, label};
use members::Members;
use rehearsal::Rehearsal;
use usage::Usage;

/// The group's resource.
type GroupSource = Source<TargetGroupId, TargetGroupDetail>;

fn crumbs(tree: bool) -> Vec<(String, String)> {
    if tree {
        return vec![("Ring trees".to_owned(), route::RING_TREES.to_owned())];
    }
    vec![
        ("Buyers & targets".to_owned(), route::BUYERS.to_owned()),
        ("Groups".to_owned(), route::GROUPS.to_owned()),
    ]
}

/// The page of a group.
#[component]
pub fn Group() -> impl IntoView {
    with_id("The group", |id: Memo<TargetGroupId>| {
        let source = Source::new(move || id.get(), load_target_group).follow_calls();
        source.view("The group", Renew::WithQuestion, move |detail| {
            view! { <Detail source=source detail=detail/> }.into_any()
        })
    })
}

#[component]
fn Detail(source: GroupSource, detail: Signal<TargetGroupDetail>) -> impl IntoView {
    let (id, tree) = detail.with_untracked(|d| (d.row.id, d.row.is_tree));
    let thing = Thing::Group(id);
    let edit = may(Permission::EditBuyers);
    let changes = Changes::new(move || source.reload());
    let name = Signal::derive(move || detail.with(|d| d.row.name.clone()));
    let stored = Signal::derive(move || detail.with(|d| d.row.activity));
    let now = Signal::derive(move || detail.with(|d| d.row.now.clone()));
    let (shape, word) = standing(move |stored| changes.of(thing, stored), stored, now, ", ");
    let sub = Signal::derive(move || detail.with(|d| d.row.order.clone()));
    let actions = move || {
        edit.get()
            .then(|| view! { <PauseButton thing=thing name=name stored=stored changes=changes/> })
    };
    view! {
        <Breadcrumbs items=crumbs(tree) here=name/>
        <PageHead title=name sub=sub state=move || view! { <Status state=shape text=word/> } actions=move || actions/>
        <div class="split-296">
            {move || if edit.get() {
                view! { <Edit source=source detail=detail/> }.into_any()
            } else {
                view! { <Panel title="Settings"><OnlyLook what=Permission::EditBuyers/></Panel> }.into_any()
            }}
            <Usage detail=detail/>
        </div>
        {move || (tree && edit.get()).then(|| view! { <Rehearsal id=id/> })}
    }
    .into_any()
}

#[component]
fn Edit(source: GroupSource, detail: Signal<TargetGroupDetail>) -> impl IntoView {
    let (id, tree, stored) = detail.with_untracked(|d| (d.row.id, d.row.is_tree, d.form.clone()));
    let save = ServerAction::<UpdateTargetGroup>::new();
    let toasts = use_toasts();
    let done = Callback::new(move |()| {
        toasts.done(if tree {
            "Ring tree saved. New calls follow it."
        } else {
            "Group saved. New calls follow it."
        });
        source.reload();
    });
    let form = Form::new("group-form", label, |el| {
        checked(el, TargetGroupForm::check)
    })
    .watch(save.value().into(), done);
    let targets = Signal::derive(move || detail.with(|d| d.targets.clone()));
    // What is gone back to is what is stored, not what a refused form brought along.
    let before = Members::new(&stored, targets);
    let kept = StoredValue::new((
        Chosen::of_group(&stored).values(),
        before.ids.get_untracked(),
    ));
    let start = form.start(stored);
    let chosen = Chosen::of_group(&start);
    let members = Members::new(&start, targets);
    Effect::new(move |before: Option<()>| {
        form.saved.track();
        if before.is_some() {
            kept.set_value(untrack(move || {
                (chosen.values(), members.ids.get_untracked())
            }));
        }
    });
    let discard = Callback::new(move |()| {
        let (values, ids) = kept.get_value();
        chosen.put_back(&values);
        members.ids.set(ids);
        form.clear();
    });
    view! {
        <div class="stack">
            <ActionForm action=save node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
                on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev) on:change=move |ev| form.changed(&ev)>
                <FormErrors errors=form.errors()/>
                <input type="hidden" name="id" value=id.to_string()/>
                <Fields form=form start=start chosen=chosen members=members/>
            </ActionForm>
            <SaveBar form=form.id counted=form.node stored=form.stored() note="New calls follow the new settings" label=if tree { "Save ring tree" } else { "Save group" } errors=form.count() saving=save.pending() saved=form.saved
                on_discard=discard/>
        </div>
    }
    .into_any()
}

/// The page for a new group.
#[component]
pub fn GroupNew() -> impl IntoView {
    view! { <NewPage tree=false/> }
}

/// The page for a new ring tree.
#[component]
pub fn RingTreeNew() -> impl IntoView {
    view! { <NewPage tree=true/> }
}

#[component]
fn NewPage(tree: bool) -> impl IntoView {
    let source = Source::new(move || tree, group_choices);
    let title = if tree { "New ring tree" } else { "New group" };
    let sub = if tree {
        "RTB targets that are asked for bids at the same moment; the best one gets the call."
    } else {
        "Targets that stand in a routing plan as one entry."
    };
    let inside = move |targets: Signal<Vec<MemberChoice>>| {
        let edit = may(Permission::EditBuyers);
        let view = move || {
            if edit.get() {
                view! { <New tree=tree targets=targets/> }.into_any()
            } else {
                view! { <Panel title=title><OnlyLook what=Permission::EditBuyers/></Panel> }
                    .into_any()
            }
        };
        view.into_any()
    };
    view! {
        <Breadcrumbs items=crumbs(tree) here=title/>
        <PageHead title=title sub=sub/>
        {source.view("The form", Renew::Never, inside)}
    }
    .into_any()
}

#[component]
fn New(tree: bool, targets: Signal<Vec<MemberChoice>>) -> impl IntoView {
    let create = ServerAction::<CreateTargetGroup>::new();
    let form = Form::new("group-form", label, |el| {
        checked(el, TargetGroupForm::check)
    })
    .watch(create.value().into(), None)
    .guarded(create.pending());
    let start = form.start(if tree {
        TargetGroupForm::ring_tree()
    } else {
        TargetGroupForm::default()
    });
    let chosen = Chosen::of_group(&start);
    let members = Members::new(&start, targets);
    view! {
        <ActionForm action=create node_ref=form.node attr:id=form.id attr:class="stack" attr:novalidate="" on:submit:capture=move |ev| form.submitting(&ev)
            on:focusout=move |ev| form.left(&ev) on:input=move |ev| form.changed(&ev) on:change=move |ev| form.changed(&ev)>
            <FormErrors errors=form.errors()/>
            <Fields form=form start=start chosen=chosen members=members/>
            <div class="row">
                <Button kind=ButtonKind::Primary submit=true busy=create.pending()>{if tree { "Create ring tree" } else { "Create group" }}</Button>
                <LinkButton href=if tree { route::RING_TREES } else { route::GROUPS } kind=ButtonKind::Ghost>"Cancel"</LinkButton>
            </div>
        </ActionForm>
    }
    .into_any()
}
