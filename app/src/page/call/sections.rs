//! The parts of a call, always in this order: timeline, visitor, decision, auction, legs, money, dispute,
//! wrap-up, recording, answers, tags.
//! Each is redrawn only when its own facts change, so a playing recording plays on.

use domain::api::agent::WrapUpView;
use domain::api::call::{AnswerView, CallDetail, DecisionView, LegRow, TimelineRow};
use domain::api::visit::VisitView;
use domain::routing::{Candidate, CandidateMember, Verdict};
use domain::target::group::Part;
use leptos::prelude::*;

use super::auction::auctions;
use super::dispute::disputes;
use super::money::{Shown, money};
use super::recording::{Recorded, recordings};
use crate::page::parts::{counted, or_dash};
use crate::ui::{Badge, CopyButton, EmptyState, Icon, State, Status, TableRegion, Time};

/// All parts.
#[component]
pub fn Sections(detail: Signal<CallDetail>) -> impl IntoView {
    view! {
        {part(detail, "timeline", "Timeline", |d| d.timeline.clone(), |rows| Some(timeline(rows)))}
        {part(detail, "visitor", "Visitor", |d| d.visit.clone(), visitor)}
        {part(detail, "decision", "Decision", |d| d.decisions.clone(), decisions)}
        {part(detail, "auction", "Auction", |d| d.auctions.clone(), auctions)}
        {part(detail, "legs", "Legs", |d| d.legs.clone(), legs)}
        {part(detail, "money", "Money", Shown::of, money)}
        {part(detail, "dispute", "Dispute", |d| d.disputes.all.clone(), disputes)}
        {part(detail, "wrap-up", "Wrap-up", |d| d.wrap_ups.clone(), wrap_ups)}
        {part(detail, "recording", "Recording", Recorded::of, recordings)}
        {part(detail, "answers", "What we answered the carrier", |d| (d.answers.clone(), d.carrier_sid.clone()), |(list, sid)| answers(list, sid))}
        {part(detail, "tags", "Tags", |d| d.tags.clone(), tags)}
    }
    .into_any()
}

/// A part with its head; nothing where the call has none of it.
fn part<T>(
    detail: Signal<CallDetail>,
    id: &'static str,
    title: &'static str,
    of: fn(&CallDetail) -> T,
    view: fn(T) -> Option<AnyView>,
) -> AnyView
where
    T: Clone + PartialEq + Send + Sync + 'static,
{
    let facts = Memo::new(move |_| detail.with(of));
    let shown = move || {
        view(facts.get()).map(|inside| {
            view! {
                <section class="drawer-section" id=format!("call-{id}") aria-labelledby=format!("call-{id}-title")>
                    <header><h3 id=format!("call-{id}-title")>{title}</h3></header>
                    {inside}
                </section>
            }
        })
    };
    shown.into_any()
}

/// What agents wrote of the call.
fn wrap_ups(all: Vec<WrapUpView>) -> Option<AnyView> {
    if all.is_empty() {
        return None;
    }
    let blocks = all
        .into_iter()
        .map(|one| {
            let came = one.wrap_up.dispositions.into_iter();
            let came = came.map(|text| view! { <Badge>{text}</Badge> }).collect_view();
            let note = one.wrap_up.note;
            view! {
                <div class="section-head"><b>{one.agent}</b>{came}<span class="panel-note" title=one.at.full>{one.at.time}</span></div>
                {(!note.is_empty()).then(|| view! { <p class="said">{note}</p> })}
            }
        })
        .collect_view();
    Some(blocks.into_any())
}

fn timeline(rows: Vec<TimelineRow>) -> AnyView {
    if rows.is_empty() {
        return view! { <EmptyState title="Nothing has happened yet" text="The first event follows within a moment."/> }.into_any();
    }
    let rows = rows
        .into_iter()
        .map(|row| {
            let tone = match row.icon.as_str() {
                "alert" => Some("bad"),
                "phone-call" => Some("ok"),
                _ => None,
            };
            view! {
                <li data-tone=tone>
                    <span class="timeline-mark"><Icon name=sprite(&row.icon)/></span>
                    <span class="timeline-at" title=row.at.full>{row.after}</span>
                    <span class="timeline-what">{row.title}</span>
                    <span class="timeline-more">{row.detail}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline">{rows}</ol> }.into_any()
}

/// The sprite's name of an event's icon.
fn sprite(name: &str) -> &'static str {
    match name {
        "phone-incoming" => "phone-in",
        "phone-outgoing" => "phone-out",
        "phone-call" => "calls",
        "phone-off" => "phone-off",
        "split" => "route",
        "mic" => "recording",
        "voicemail" => "voicemail",
        "refresh" => "refresh",
        "clock" => "clock",
        "tag" => "tag",
        "alert" => "warning",
        "dollar" => "dollar",
        "users" => "users",
        "bell" => "bell",
        "ban" => "block",
        "gavel" => "rtb",
        "check" => "check",
        "trash" => "trash",
        _ => "info",
    }
}

/// Who called, by the page that showed them the number: why we think so, where they came from, and
/// what they looked at.
fn visitor(visit: Option<VisitView>) -> Option<AnyView> {
    let fact = |term: &'static str, text: String, mono: bool| {
        (!text.is_empty())
            .then(|| view! { <div><dt>{term}</dt><dd class:mono=mono>{text}</dd></div> })
    };
    let VisitView {
        started,
        why,
        source,
        campaign,
        landing,
        referrer,
        place,
        device,
        tag,
        pages,
    } = visit?;
    let looked = (!pages.is_empty()).then(|| {
        let count = counted(pages.len() as u64, "page", "pages");
        let steps = pages.into_iter().map(|(after, page)| {
            view! {
                <li>
                    <span class="timeline-mark"><Icon name="link"/></span>
                    <span class="timeline-at">{after}</span>
                    <span class="timeline-what mono break-all">{page}</span>
                </li>
            }
        });
        view! {
            <div class="section-head"><b>"Looked at"</b><span class="panel-note">{count}", with the time since the landing"</span></div>
            <ol class="timeline">{steps.collect_view()}</ol>
        }
    });
    let view = view! {
        <p>{why}</p>
        <dl class="facts">
            {fact("Source", source, false)}
            {fact("Campaign", campaign, false)}
            {fact("Landing page", landing, true)}
            {fact("Referrer", referrer, true)}
            {fact("Place", place, false)}
            {fact("Device", device, false)}
            {fact("DNI tag", tag, false)}
            <div><dt>"Came"</dt><dd><Time datetime=started.datetime text=started.full/></dd></div>
        </dl>
        {looked}
    };
    Some(view.into_any())
}

fn decisions(list: Vec<DecisionView>) -> Option<AnyView> {
    if list.is_empty() {
        return None;
    }
    let blocks = list
        .into_iter()
        .map(|decision| {
            let rows = decision.candidates.into_iter().map(candidate).collect_view();
            view! {
                <div class="section-head"><b>{decision.title}</b><span class="panel-note">{decision.subtitle}", "{decision.at.time}</span></div>
                <ol class="trace">{rows}</ol>
            }
        })
        .collect_view();
    Some(blocks.into_any())
}

/// One candidate: verdict, name, priority and weight, one sentence with the actual numbers.
fn candidate(candidate: Candidate) -> AnyView {
    let (kind, shape) = match &candidate.verdict {
        Verdict::Won { .. } => ("won", State::Won),
        Verdict::NotDrawn { .. } | Verdict::NotNeeded | Verdict::GroupGoesOn => {
            ("unused", State::Neutral)
        }
        _ => ("no", State::No),
    };
    let group = candidate.group.is_some();
    let members = candidate.members.into_iter().map(member).collect_view();
    view! {
        <li data-verdict=kind>
            <span class="trace-verdict"><Status state=shape text=candidate.verdict.word()/></span>
            <span class="trace-name">{candidate.name}</span>
            <span class="trace-rank">{format!("Priority {}, weight {}", candidate.priority, candidate.weight)}</span>
            <span class="trace-why">{candidate.verdict.sentence()}</span>
            {group.then(|| view! { <ul class="trace-members">{members}</ul> })}
        </li>
    }
    .into_any()
}

/// A member of a group: who rings, and why the others do not.
fn member(member: CandidateMember) -> AnyView {
    let rings = matches!(member.part, Part::Rung { .. } | Part::Bids { place: 1, .. });
    view! {
        <li data-rings=rings.then_some("true")><b>{member.name}</b><span>{member.part.sentence()}</span></li>
    }
    .into_any()
}

/// What a candidate would do for a call that came in now, in two short lines.
pub fn candidate_line(candidate: Candidate) -> AnyView {
    let (shape, word, sentence) = match &candidate.verdict {
        Verdict::Won { share_percent, .. } | Verdict::NotDrawn { share_percent, .. }
            if *share_percent < 100 =>
        {
            (
                State::Won,
                "May ring first",
                format!("Open. Gets {share_percent}% of calls right now."),
            )
        }
        Verdict::Won { .. } | Verdict::NotDrawn { .. } => (
            State::Won,
            "Rings first",
            "Open, and the only one in its priority.".to_owned(),
        ),
        Verdict::NotNeeded => (
            State::Neutral,
            "Waits",
            "Rings if nobody before it answers.".to_owned(),
        ),
        verdict => (State::No, verdict.word(), verdict.sentence()),
    };
    view! {
        <li>
            <div class="row-between"><b>{candidate.name}</b><Status state=shape text=word/></div>
            <p class="soft">{sentence}</p>
        </li>
    }
    .into_any()
}

fn legs(list: Vec<LegRow>) -> Option<AnyView> {
    if list.is_empty() {
        return None;
    }
    let rows = list
        .into_iter()
        .map(|leg| {
            view! {
                <tr>
                    <td class="soft">{leg.number.to_string()}</td>
                    <th scope="row"><span class="two">{leg.target}<small>{if leg.group.is_empty() { leg.buyer } else { format!("{}, group {}", leg.buyer, leg.group) }}</small></span></th>
                    <td class="nowrap">{leg.destination}</td>
                    <td class="nowrap">{leg.started.time}</td>
                    <td><Status state=leg_shape(&leg.shape) text=leg.result/></td>
                    <td class="num">{or_dash(&leg.rang)}</td>
                    <td class="num">{or_dash(&leg.talked)}</td>
                </tr>
            }
        })
        .collect_view();
    let table = view! {
        <TableRegion label="Legs in order">
            <table class="data">
                <thead><tr>
                    <th scope="col">"Leg"</th><th scope="col">"Target"</th><th scope="col">"Destination"</th><th scope="col">"Started"</th>
                    <th scope="col">"Result"</th><th scope="col" class="num">"Rang"</th><th scope="col" class="num">"Talked"</th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </TableRegion>
    };
    Some(table.into_any())
}

fn leg_shape(shape: &str) -> State {
    match shape {
        "live" => State::Live,
        "open" => State::Open,
        "failed" => State::Failed,
        "progress" => State::Progress,
        _ => State::Neutral,
    }
}

fn answers(list: Vec<AnswerView>, sid: String) -> Option<AnyView> {
    if list.is_empty() {
        return None;
    }
    let rows = list
        .into_iter()
        .map(|answer| {
            let copied = answer.twiml.clone();
            view! {
                <details>
                    <summary><Icon name="chevron-right"/><span>{answer.to}</span><span class="accordion-fact">{answer.at.time}</span></summary>
                    <div class="accordion-body">
                        <pre class="codebox" tabindex="0" aria-label="TwiML">{answer.twiml}</pre>
                        <CopyButton text=copied label="Copy TwiML" worded=true/>
                    </div>
                </details>
            }
        })
        .collect_view();
    let carrier = (!sid.is_empty()).then(|| view! { <p class="soft">"Carrier call "<span class="mono">{sid.clone()}</span>" "<CopyButton text=sid label="Copy carrier call ID"/></p> });
    Some(view! { <div class="accordion">{rows}</div>{carrier} }.into_any())
}

fn tags(list: Vec<(String, String)>) -> Option<AnyView> {
    if list.is_empty() {
        return None;
    }
    let rows = list.into_iter().map(|(name, value)| view! { <div><dt class="mono">{name}</dt><dd class="mono">{value}</dd></div> }).collect_view();
    Some(view! { <dl class="facts">{rows}</dl> }.into_any())
}
