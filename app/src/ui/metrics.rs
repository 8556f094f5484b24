//! Headline numbers, and money as an equation.

use leptos::prelude::*;

/// A strip of headline numbers.
#[component]
pub fn Metrics(
    /// What the numbers are about.
    #[prop(default = "Totals".into(), into)]
    label: String,
    children: Children,
) -> impl IntoView {
    view! { <dl class="metrics" aria-label=label>{children()}</dl> }.into_any()
}

/// One headline number and how it changed.
#[component]
pub fn Metric(
    #[prop(into)] label: String,
    #[prop(into)] value: Signal<String>,
    /// A second figure beside it, for example its share.
    #[prop(optional, into)]
    note: Signal<String>,
    /// The change in words, for example "+8.4%".
    #[prop(optional, into)]
    change: Signal<String>,
    /// What it is compared with, for example "from 1,206".
    #[prop(optional, into)]
    from: Signal<String>,
    /// Whether the change is good; none leaves it uncoloured.
    #[prop(optional_no_strip, into)]
    good: Signal<Option<bool>>,
    /// The calls behind the number.
    #[prop(optional, into)]
    href: String,
) -> impl IntoView {
    let tint = move || match good.get() {
        Some(true) => "ok",
        Some(false) => "bad",
        None => "",
    };
    let number = if href.is_empty() {
        (move || value.get()).into_any()
    } else {
        view! { <a href=href>{move || value.get()}</a> }.into_any()
    };
    let note = move || {
        note.with(|n| !n.is_empty())
            .then(|| view! { <span class="metric-note">{note.get()}</span> })
    };
    view! {
        <div class="metric">
            <dt>{label}</dt>
            <dd class="metric-value">{number}" "{note}</dd>
            <dd class="metric-from"><span class=tint>{move || change.get()}</span>" "{move || from.get()}</dd>
        </div>
    }
    .into_any()
}

/// Revenue minus payout minus cost is profit; all four already in words.
#[component]
pub fn Equation(
    #[prop(into)] revenue: Signal<String>,
    #[prop(into)] payout: Signal<String>,
    #[prop(into)] cost: Signal<String>,
    #[prop(into)] profit: Signal<String>,
    /// The profit is a loss.
    #[prop(optional, into)]
    loss: Signal<bool>,
) -> impl IntoView {
    let part = |term: &'static str, value: Signal<String>| view! { <div><dt>{term}</dt><dd>{move || value.get()}</dd></div> };
    let op = |sign: &'static str| view! { <div class="op"><dt class="visually-hidden">"then"</dt><dd class="op">{sign}</dd></div> };
    view! {
        <dl class="equation">
            {part("Revenue", revenue)}{op("−")}{part("Payout", payout)}{op("−")}{part("Cost", cost)}{op("=")}
            <div><dt>"Profit"</dt><dd class=move || if loss.get() { "" } else { "ok" }>{move || profit.get()}</dd></div>
        </dl>
    }
    .into_any()
}
