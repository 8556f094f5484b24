//! The ways from a list to its file and back.

use domain::api::sheet::ListName;
use leptos::prelude::*;

use crate::route;
use crate::ui::{ButtonKind, Icon, LinkButton, Menu, MenuLink, MenuSeparator};

/// "Import" for those who may, and "Export" with the filters of the page.
#[component]
pub fn SheetLinks(
    list: ListName,
    edit: Signal<bool>,
    #[prop(into)] export: Signal<String>,
) -> impl IntoView {
    let import = move || {
        edit.get().then(|| {
            let label = format!("Import {}", list.words());
            view! { <LinkButton href=route::import(list) icon="upload" attr:aria-label=label>"Import"</LinkButton> }
        })
    };
    view! { {import}<ExportLink href=export what=list.words()/> }.into_any()
}

/// A link to a list as a file; the browser saves it and stays on the page.
#[component]
pub fn ExportLink(#[prop(into)] href: Signal<String>, what: &'static str) -> impl IntoView {
    view! {
        <a class="btn" data-variant=ButtonKind::Outline.word() data-size="md" href=move || href.get() rel="external" aria-label=format!("Export {what}")>
            <Icon name="download"/>"Export"
        </a>
    }
    .into_any()
}

/// Both ways for buyers and for their targets, which stand on one page.
#[component]
pub fn BuyerSheets(edit: Signal<bool>) -> impl IntoView {
    let lists = [ListName::Buyers, ListName::Targets];
    let imports = move || {
        edit.get().then(|| {
            let links = lists.into_iter().map(|list| {
                view! { <MenuLink href=route::import(list) icon="upload">{format!("Import {}", list.words())}</MenuLink> }
            });
            view! { {links.collect_view()}<MenuSeparator/> }
        })
    };
    let exports = lists.into_iter().map(|list| {
        view! { <MenuLink href=route::export(list.code(), &[]) icon="download" attr:rel="external">{format!("Export {}", list.words())}</MenuLink> }
    });
    view! {
        <Menu id="buyer-sheets" label="Import and export" text="Import, export" kind=ButtonKind::Outline>
            {imports}{exports.collect_view()}
        </Menu>
    }
    .into_any()
}
