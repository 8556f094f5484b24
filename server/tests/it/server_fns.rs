//! The addresses an open tab depends on.

use leptos::server_fn::axum::server_fn_paths;

/// Every address there is, in order.
pub(crate) fn all_paths() -> Vec<String> {
    let functions = server_fn_paths().map(|(path, method)| format!("{method} {path}"));
    // Not looked for anew: while Leptos does, a page of another test would wait for ever.
    let pages = server::router::page_paths()
        .into_iter()
        .map(|page| format!("PAGE {page}"));
    let routes = server::router::table()
        .into_iter()
        .map(|route| format!("{:?} {}", route.door, route.path));
    let mut all: Vec<String> = functions.chain(pages).chain(routes).collect();
    all.sort();
    all
}

#[tokio::test]
async fn addresses_do_not_change_by_accident() {
    insta::assert_snapshot!(all_paths().join("\n"));
}
