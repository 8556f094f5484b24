//! What becomes of the rows, or became.

use domain::api::sheet::{Fate, ImportReport, Note, ROWS_SHOWN, RowReport};
use leptos::prelude::*;

use super::{Draft, FORM, REFUSED, WRITE};
use crate::page::parts::{counted, grouped, or_dash};
use crate::route;
use crate::state::use_scripted;
use crate::ui::{
    Button, ButtonKind, Choice, LinkButton, Metric, Metrics, Panel, Segmented, State, Status,
    TableRegion,
};

/// All rows, or the refused ones.
const ALL: &str = "all";

/// Counts, what can be done, and the rows.
#[component]
pub(super) fn Fates(draft: Draft, report: ImportReport, fresh: Memo<bool>) -> impl IntoView {
    let number = |n: u32| grouped(u64::from(n));
    let title = if report.written {
        "Done"
    } else {
        "What will happen"
    };
    let also =
        (!report.also.is_empty()).then(|| view! { <p class="soft">{report.also.clone()}</p> });
    let refused = report.refused;
    let bad = (refused > 0).then(|| {
        let words = format!("Save {}", counted(u64::from(refused), "refused row", "refused rows"));
        view! { <Button form=FORM name="act" value=REFUSED submit=true icon="download">{words}</Button> }
    });
    let nothing = (report.good() == 0 && !report.written)
        .then(|| view! { <p class="soft">"No row would change anything."</p> });
    let ways = if report.written {
        view! { <LinkButton href=route::list(draft.list)>"To the list"</LinkButton> }.into_any()
    } else if report.good() > 0 {
        let words = format!(
            "Import {}",
            counted(u64::from(report.good()), "row", "rows")
        );
        let go = move || {
            if fresh.get() {
                let words = words.clone();
                view! { <Button kind=ButtonKind::Primary form=FORM name="act" value=WRITE submit=true busy=draft.action.pending()>{words}</Button> }.into_any()
            } else {
                view! { <span class="warn">"Something was changed since. Check the rows again."</span> }.into_any()
            }
        };
        go.into_any()
    } else {
        ().into_any()
    };
    view! {
        <div role="status">
            <Panel title=title note=counted(u64::from(report.total()), "row", "rows")>
                <div class="stack">
                    <Metrics label="Rows">
                        <Metric label="New" value=number(report.new)/>
                        <Metric label="Changed" value=number(report.changed)/>
                        <Metric label="Unchanged" value=number(report.unchanged)/>
                        <Metric label="Repeated" value=number(report.repeated)/>
                        <Metric label="Refused" value=number(refused)/>
                    </Metrics>
                    {also}{nothing}
                    <div class="form-foot">{ways}{bad}</div>
                </div>
            </Panel>
        </div>
        <Lines report=report/>
    }
    .into_any()
}

/// The rows and their fates.
#[component]
fn Lines(report: ImportReport) -> impl IntoView {
    let scripted = use_scripted();
    let shown = RwSignal::new(ALL.to_owned());
    let refused = report.refused > 0;
    let cut = [
        report.new,
        report.changed,
        report.unchanged,
        report.repeated,
        report.refused,
    ]
    .iter()
    .any(|n| *n > ROWS_SHOWN);
    let note = if cut {
        format!("The first {ROWS_SHOWN} of each fate")
    } else {
        String::new()
    };
    let choose =
        move || {
            (refused && scripted.get()).then(|| {
            let options = vec![Choice::new(ALL, "All rows"), Choice::new(REFUSED, "Refused")];
            view! { <Segmented name="shown" id="f-shown" label="Show" options=options bind=shown/> }
        })
        };
    let rows = StoredValue::new(report.rows);
    let list = move || {
        let only = shown.with(|shown| shown == REFUSED);
        rows.with_value(|rows| {
            let wanted = rows.iter().filter(|row| !only || row.fate == Fate::Refused);
            wanted.cloned().map(line).collect_view()
        })
    };
    view! {
        {choose}
        <Panel title="Rows of the file" note=note flush=true>
            <TableRegion label="Rows of the file" stick=true>
                <table class="data phone-cards">
                    <thead><tr>
                        <th scope="col" class="num">"Line"</th><th scope="col">"Row"</th><th scope="col">"Fate"</th><th scope="col">"Why"</th>
                    </tr></thead>
                    <tbody>{list}</tbody>
                </table>
            </TableRegion>
        </Panel>
    }
    .into_any()
}

fn line(row: RowReport) -> AnyView {
    let shape = match row.fate {
        Fate::New => State::Open,
        Fate::Changed => State::Attention,
        Fate::Unchanged => State::Neutral,
        Fate::Repeated => State::No,
        Fate::Refused => State::Failed,
    };
    let why = match row.notes.is_empty() {
        true => or_dash(""),
        false => row.notes.into_iter().map(reason).collect_view().into_any(),
    };
    view! {
        <tr>
            <td class="num" data-label="Line">{grouped(u64::from(row.line))}</td>
            <th scope="row" class="name">{row.label}</th>
            <td data-label="Fate"><Status state=shape text=row.fate.word()/></td>
            <td data-label="Why" data-wide="">{why}</td>
        </tr>
    }
    .into_any()
}

/// "cap_daily: Enter a whole number."
fn reason(note: Note) -> AnyView {
    let field = (note.field != "line")
        .then(|| view! { <span class="mono">{note.field.clone()}</span>": " });
    view! { <div>{field}{note.text}</div> }.into_any()
}
