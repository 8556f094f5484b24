//! Pausing, resuming and archiving: shown at once, taken back if the server refuses, undone from
//! the toast.

use std::time::Duration;

use domain::api::page::Activity;
use domain::id::{BuyerId, CampaignId, PublisherId, TargetGroupId, TargetId};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::api::{buyer, campaign, publisher, target, target_group};
use crate::error::AppError;
use crate::state::session::sign_in_again;
use crate::ui::{Button, MenuItem, ToastBus, use_toasts};

/// How long what was asked for stands in for what the page was told; the next answer is there by then.
const SETTLED: Duration = Duration::from_secs(4);

/// Something that can be paused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    Campaign(CampaignId),
    Buyer(BuyerId),
    Target(TargetId),
    Group(TargetGroupId),
    Publisher(PublisherId),
}

impl Thing {
    /// Where a form posts the change.
    #[must_use]
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::Campaign(_) => "/api/campaigns/set_activity",
            Self::Buyer(_) => "/api/buyers/set_activity",
            Self::Target(_) => "/api/targets/set_activity",
            Self::Group(_) => "/api/groups/set_activity",
            Self::Publisher(_) => "/api/publishers/set_activity",
        }
    }

    /// The id as a form posts it.
    #[must_use]
    pub fn id(self) -> String {
        match self {
            Self::Campaign(id) => id.to_string(),
            Self::Buyer(id) => id.to_string(),
            Self::Target(id) => id.to_string(),
            Self::Group(id) => id.to_string(),
            Self::Publisher(id) => id.to_string(),
        }
    }

    async fn set(self, to: Activity) -> Result<(), AppError> {
        match self {
            Self::Campaign(id) => campaign::set_campaign_activity(id, to).await,
            Self::Buyer(id) => buyer::set_buyer_activity(id, to).await,
            Self::Target(id) => target::set_target_activity(id, to).await,
            Self::Group(id) => target_group::set_target_group_activity(id, to).await,
            Self::Publisher(id) => publisher::set_publisher_activity(id, to).await,
        }
    }
}

/// The changes a page has asked for.
#[derive(Clone, Copy)]
pub struct Changes {
    said: RwSignal<Vec<(Thing, Activity)>>,
    after: Callback<()>,
    toasts: ToastBus,
}

impl Changes {
    /// Changes of a page that fetches again by `after`.
    pub fn new(after: impl Into<Callback<()>>) -> Self {
        Self {
            said: RwSignal::new(Vec::new()),
            after: after.into(),
            toasts: use_toasts(),
        }
    }

    /// How a thing stands: as asked for last, else as stored.
    #[must_use]
    pub fn of(self, thing: Thing, stored: Activity) -> Activity {
        self.said.with(|said| {
            said.iter()
                .find(|(t, _)| *t == thing)
                .map_or(stored, |(_, activity)| *activity)
        })
    }

    /// Changes a thing; says so with a way back.
    pub fn set(self, thing: Thing, name: String, from: Activity, to: Activity) {
        self.say(thing, Some(to));
        spawn_local(async move {
            match thing.set(to).await {
                Ok(()) => {
                    let back = name.clone();
                    self.toasts.undo(
                        sentence(thing, &name, to),
                        Callback::new(move |()| self.set(thing, back.clone(), to, from)),
                    );
                    self.after.run(());
                    set_timeout(move || self.say(thing, None), SETTLED);
                }
                Err(error) if error.is_signed_out() => sign_in_again(),
                Err(error) => {
                    self.say(thing, None);
                    self.toasts
                        .error(format!("{name} was not changed: {}", error.message));
                }
            }
        });
    }

    fn say(self, thing: Thing, activity: Option<Activity>) {
        // The page may be gone by now.
        let _gone = self.said.try_update(|said| {
            said.retain(|(t, _)| *t != thing);
            said.extend(activity.map(|activity| (thing, activity)));
        });
    }
}

fn sentence(thing: Thing, name: &str, to: Activity) -> String {
    match (to, thing) {
        (Activity::Active, Thing::Publisher(_)) => format!("{name} is paid again."),
        (Activity::Paused, Thing::Publisher(_)) => {
            format!("{name} paused. Its callers are routed, and not paid.")
        }
        (Activity::Active, _) => format!("{name} takes calls again."),
        (Activity::Paused, _) => format!("{name} paused. Live calls continue."),
        (Activity::Archived, Thing::Campaign(_)) => {
            format!("{name} archived. The filter Archived lists it; its calls stay in the log.")
        }
        (Activity::Archived, _) => format!("{name} archived. Its calls stay in the log."),
    }
}

/// What the button of a thing does: pause what runs, resume what does not.
#[must_use]
pub fn opposite(now: Activity) -> (Activity, &'static str, &'static str) {
    match now {
        Activity::Active => (Activity::Paused, "Pause", "pause"),
        Activity::Paused => (Activity::Active, "Resume", "play"),
        Activity::Archived => (Activity::Active, "Restore", "undo"),
    }
}

/// The button that pauses or resumes a thing; a form post before the page's script runs.
#[component]
pub fn PauseButton(
    thing: Thing,
    #[prop(into)] name: Signal<String>,
    #[prop(into)] stored: Signal<Activity>,
    changes: Changes,
) -> impl IntoView {
    let now = Signal::derive(move || changes.of(thing, stored.get()));
    let submit = move |ev: web_sys::SubmitEvent| {
        ev.prevent_default();
        let from = now.get_untracked();
        changes.set(thing, name.get_untracked(), from, opposite(from).0);
    };
    view! {
        <form method="post" action=thing.endpoint() on:submit=submit>
            <input type="hidden" name="id" value=thing.id()/>
            <input type="hidden" name="activity" value=move || opposite(now.get()).0.code()/>
            {move || {
                let (_, word, icon) = opposite(now.get());
                view! { <Button submit=true icon=icon>{word}</Button> }
            }}
        </form>
    }
    .into_any()
}

/// The menu items that pause or resume a thing and archive it.
#[component]
pub fn ActivityItems(
    thing: Thing,
    #[prop(into)] name: Signal<String>,
    #[prop(into)] stored: Signal<Activity>,
    changes: Changes,
) -> impl IntoView {
    let now = Memo::new(move |_| changes.of(thing, stored.get()));
    let items = move || {
        let now = now.get();
        let (to, word, icon) = opposite(now);
        let flip = Callback::new(move |()| changes.set(thing, name.get_untracked(), now, to));
        let archive = Callback::new(move |()| {
            changes.set(thing, name.get_untracked(), now, Activity::Archived)
        });
        let archive = (now != Activity::Archived)
            .then(|| view! { <MenuItem icon="archive" on_select=archive>"Archive"</MenuItem> });
        view! { <MenuItem icon=icon on_select=flip>{word}</MenuItem> {archive} }
    };
    items.into_any()
}
