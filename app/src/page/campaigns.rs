//! The list of campaigns.

pub mod new;

use domain::access::Permission;
use domain::api::campaign::CampaignRow;
use domain::api::page::Activity;
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use crate::api::campaign::list_campaigns;
use crate::page::parts::{self, OnlyLook, activity_state, count, counted, grouped, may};
use crate::page::sheets::ExportLink;
use crate::route::{self, CampaignTab};
use crate::state::activity::{ActivityItems, Changes, Thing};
use crate::state::source::{Renew, Source};
use crate::ui::{
    Button, ButtonKind, Choice, EmptyRow, FilterBar, FilterChip, LinkButton, Menu, MenuLink,
    MenuSeparator, NoMatchRow, PageHead, Panel, Popover, Select, Size, State, Status, TableRegion,
};

/// Columns of the table.
const COLS: u32 = 9;

/// The page.
#[component]
pub fn Campaigns() -> impl IntoView {
    let source = Source::new(|| (), |()| list_campaigns()).follow_calls();
    source.view("The list of campaigns", Renew::Never, move |rows| {
        view! { <List source=source rows=rows/> }.into_any()
    })
}

/// Which campaigns are listed; it stands in the address. Archived ones only where they are asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Shown {
    #[default]
    InUse,
    One(Activity),
    All,
}

impl Shown {
    /// What can be chosen besides what is in use.
    const CHOICES: [(&'static str, &'static str, Self); 4] = [
        ("active", "Active", Self::One(Activity::Active)),
        ("paused", "Paused", Self::One(Activity::Paused)),
        ("archived", "Archived", Self::One(Activity::Archived)),
        ("all", "Any, archived too", Self::All),
    ];

    fn from_code(code: &str) -> Self {
        let known = Self::CHOICES.iter().find(|(own, _, _)| *own == code);
        known.map_or(Self::InUse, |(_, _, shown)| *shown)
    }

    /// The code and the words; none for what is in use.
    fn words(self) -> Option<(&'static str, &'static str)> {
        let own = Self::CHOICES.iter().find(|(_, _, shown)| *shown == self);
        own.map(|(code, words, _)| (*code, *words))
    }

    fn holds(self, activity: Activity) -> bool {
        match self {
            Self::InUse => activity != Activity::Archived,
            Self::One(one) => activity == one,
            Self::All => true,
        }
    }
}

#[component]
fn List(source: Source<(), Vec<CampaignRow>>, rows: Signal<Vec<CampaignRow>>) -> impl IntoView {
    let edit = may(Permission::EditCampaigns);
    let changes = Changes::new(move || source.reload());
    let query = use_query_map();
    let shown =
        Memo::new(move |_| query.with(|q| Shown::from_code(&q.get("status").unwrap_or_default())));
    let list = Memo::new(move |_| {
        let shown = shown.get();
        rows.with(|all| {
            all.iter()
                .filter(|c| shown.holds(c.activity))
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    parts::keep_focus(Signal::derive(move || {
        list.with(|all| all.iter().map(|c| c.id.to_string()).collect())
    }));
    let new = move || {
        edit.get().then(|| view! { <LinkButton href=route::CAMPAIGN_NEW kind=ButtonKind::Primary icon="plus">"New campaign"</LinkButton> })
    };
    let export = Signal::derive(move || {
        let status = shown.get().words().map_or("", |(code, _)| code);
        route::export("campaigns", &[("status", status)])
    });
    let actions = move || view! { <ExportLink href=export what="campaigns"/>{new} };
    view! {
        <PageHead title="Campaigns" sub=Signal::derive(move || words(rows)) actions=actions/>
        <Filters rows=rows list=list shown=shown/>
        <Panel flush=true>
            <div class="phone-table-hide"><TableRegion label="Campaigns" stick=true>
                <table class="data sticky">
                    <thead><tr>
                        <th scope="col">"Campaign"</th><th scope="col">"State"</th><th scope="col">"Vertical"</th>
                        <th scope="col" class="num">"Numbers"</th><th scope="col" class="num">"Routes open"</th><th scope="col" class="num">"Live"</th>
                        <th scope="col" class="num">"Incoming today"</th><th scope="col" class="num">"Connected today"</th>
                        <th scope="col" class="act"><span class="visually-hidden">"Actions"</span></th>
                    </tr></thead>
                    <tbody>
                        {move || list.with(Vec::is_empty).then(|| view! { <Nothing rows=rows edit=edit/> })}
                        {parts::rows(list, |c| c.id, move |row| campaign_row(row, changes, edit))}
                    </tbody>
                </table>
            </TableRegion></div>
            <ul class="phone-rows">{parts::rows(list, |c| c.id, move |row| phone_row(row, changes))}</ul>
        </Panel>
    }
    .into_any()
}

/// Which campaigns are listed, and the way to those that are not.
#[component]
fn Filters(
    rows: Signal<Vec<CampaignRow>>,
    list: Memo<Vec<CampaignRow>>,
    shown: Memo<Shown>,
) -> impl IntoView {
    let count =
        Signal::derive(move || counted(list.with(Vec::len) as u64, "campaign", "campaigns"));
    let chips = Signal::derive(move || {
        let chosen = shown
            .get()
            .words()
            .map(|(_, words)| FilterChip::new("Status", "is", words, route::CAMPAIGNS));
        chosen.into_iter().collect::<Vec<_>>()
    });
    let archived = Memo::new(move |_| {
        rows.with(|all| {
            let archived = all.iter().filter(|c| c.activity == Activity::Archived);
            archived.count() as u64
        })
    });
    let hidden = move || {
        (shown.get() == Shown::InUse && archived.get() > 0).then(|| {
            let href = route::with_query(route::CAMPAIGNS, &[("status", "archived")]);
            view! { <a class="link" href=href>{format!("{} archived", grouped(archived.get()))}</a> }
        })
    };
    let choose = move || {
        let now = shown.get().words().map_or("", |(code, _)| code);
        let options = Shown::CHOICES
            .iter()
            .map(|(code, words, _)| Choice::new(*code, *words))
            .collect::<Vec<_>>();
        view! {
            <form class="filter-pop" method="get" action=route::CAMPAIGNS>
                <Select name="status" id="filter-status" label="Status" options=options value=now placeholder="Active or paused"/>
                <div class="form-foot"><Button kind=ButtonKind::Primary submit=true>"Apply"</Button></div>
            </form>
        }
    };
    view! {
        <FilterBar chips=chips count=count clear_href=route::CAMPAIGNS>
            <Popover id="filter" text="Filter" icon="filter">{choose}</Popover>
            {hidden}
        </FilterBar>
    }
    .into_any()
}

/// Why no campaign is listed.
#[component]
fn Nothing(rows: Signal<Vec<CampaignRow>>, edit: Signal<bool>) -> impl IntoView {
    let all = rows.with_untracked(Vec::len) as u64;
    if all > 0 {
        let total = format!("{} in all.", counted(all, "campaign", "campaigns"));
        let clear = route::with_query(route::CAMPAIGNS, &[("status", "all")]);
        return view! { <NoMatchRow cols=COLS what="campaigns" filters=1 total=total clear_href=clear/> }.into_any();
    }
    let act = move || {
        if edit.get() {
            view! { <LinkButton href=route::CAMPAIGN_NEW icon="plus">"New campaign"</LinkButton> }
                .into_any()
        } else {
            view! { <OnlyLook what=Permission::EditCampaigns/> }.into_any()
        }
    };
    view! {
        <EmptyRow cols=COLS title="No campaigns yet" text="A campaign holds the numbers callers dial and the plan that decides which target gets each call.">{act}</EmptyRow>
    }
    .into_any()
}

fn words(rows: Signal<Vec<CampaignRow>>) -> String {
    rows.with(|all| {
        let in_use = all
            .iter()
            .filter(|c| Shown::InUse.holds(c.activity))
            .count();
        let live: u64 = all.iter().map(|c| u64::from(c.live)).sum();
        let campaigns = counted(in_use as u64, "campaign", "campaigns");
        if all.is_empty() {
            String::new()
        } else {
            format!("{campaigns}, {}", counted(live, "live call", "live calls"))
        }
    })
}

/// What the state of a campaign is called: one without an open route takes no calls.
pub fn campaign_state(row: &CampaignRow, activity: Activity) -> (State, &'static str) {
    match activity_state(activity) {
        (State::Open, _) if row.routes == 0 => (State::Attention, "No routes"),
        (State::Open, _) if row.open_routes == 0 => (State::Attention, "No open route"),
        state => state,
    }
}

fn campaign_row(row: Memo<CampaignRow>, changes: Changes, edit: Signal<bool>) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let thing = Thing::Campaign(id);
    let state = Memo::new(move |_| row.with(|r| campaign_state(r, changes.of(thing, r.activity))));
    let (shape, word) = (
        Signal::derive(move || state.get().0),
        Signal::derive(move || state.get().1.to_owned()),
    );
    let routes = move || {
        row.with(|r| {
            if r.routes == 0 {
                count(0)
            } else {
                format!("{} of {}", r.open_routes, r.routes).into_any()
            }
        })
    };
    let menu = move || {
        edit.get()
            .then(|| view! { <RowMenu row=row changes=changes/> })
    };
    let figure = move |of: fn(&CampaignRow) -> u32| move || count(row.with(of));
    view! {
        <tr>
            <th scope="row" class="name"><a class="row-link" href=route::campaign(id, CampaignTab::Overview)>{move || row.with(|r| r.name.clone())}</a></th>
            <td><Status state=shape text=word/></td>
            <td class="soft">{move || row.with(|r| r.vertical.clone())}</td>
            <td class="num link-cell"><a href=route::campaign(id, CampaignTab::Numbers)>{figure(|r| r.numbers)}</a></td>
            <td class="num link-cell"><a href=route::campaign(id, CampaignTab::Routing)>{routes}</a></td>
            <td class="num">{figure(|r| r.live)}</td>
            <td class="num link-cell"><a href=route::calls_of_campaign(id)>{figure(|r| r.incoming_today)}</a></td>
            <td class="num">{figure(|r| r.connected_today)}</td>
            <td class="act">{menu}</td>
        </tr>
    }
    .into_any()
}

/// What there is room for on the phone; everything else is on the campaign's page.
fn phone_row(row: Memo<CampaignRow>, changes: Changes) -> AnyView {
    let id = row.with_untracked(|r| r.id);
    let state = Memo::new(move |_| {
        row.with(|r| campaign_state(r, changes.of(Thing::Campaign(id), r.activity)))
    });
    let (shape, word) = (
        Signal::derive(move || state.get().0),
        Signal::derive(move || state.get().1.to_owned()),
    );
    let set_up = move || {
        row.with(|r| {
            let numbers = counted(u64::from(r.numbers), "number", "numbers");
            format!("{numbers}, {} of {} routes open", r.open_routes, r.routes)
        })
    };
    let today = move || {
        row.with(|r| {
            format!(
                "{} live, {} today",
                grouped(u64::from(r.live)),
                grouped(u64::from(r.incoming_today))
            )
        })
    };
    view! {
        <li><a href=route::campaign(id, CampaignTab::Overview)>
            <span class="name">{move || row.with(|r| r.name.clone())}</span>
            <Status state=shape text=word/>
            <span class="soft">{set_up}</span>
            <span class="soft">{today}</span>
        </a></li>
    }
    .into_any()
}

#[component]
fn RowMenu(row: Memo<CampaignRow>, changes: Changes) -> impl IntoView {
    let (id, label) = row.with_untracked(|r| (r.id, format!("Actions for {}", r.name)));
    let (name, stored) = (
        Signal::derive(move || row.with(|r| r.name.clone())),
        Signal::derive(move || row.with(|r| r.activity)),
    );
    view! {
        <Menu id=format!("campaign-menu-{id}") label=label size=Size::Xs>
            <MenuLink href=route::campaign(id, CampaignTab::Routing) icon="plan">"Routing plan"</MenuLink>
            <MenuLink href=route::campaign(id, CampaignTab::Settings) icon="settings">"Settings"</MenuLink>
            <MenuLink href=route::calls_of_campaign(id) icon="calls">"Calls today"</MenuLink>
            <MenuSeparator/>
            <ActivityItems thing=Thing::Campaign(id) name=name stored=stored changes=changes/>
        </Menu>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archived_campaigns_are_listed_only_where_they_are_asked_for() {
        let held = |code: &str| {
            [Activity::Active, Activity::Paused, Activity::Archived]
                .map(|activity| Shown::from_code(code).holds(activity))
        };
        assert_eq!(held(""), [true, true, false]);
        assert_eq!(held("nonsense"), [true, true, false]);
        assert_eq!(held("active"), [true, false, false]);
        assert_eq!(held("paused"), [false, true, false]);
        assert_eq!(held("archived"), [false, false, true]);
        assert_eq!(held("all"), [true, true, true]);
    }
}
