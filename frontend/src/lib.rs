//! The browser's entry point: takes over the page that the server rendered, once its code is here.

use wasm_bindgen::prelude::wasm_bindgen;

/// Called once by the page's script.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    wasm_bindgen_futures::spawn_local(async {
        // Without its chunk a page stays as the server rendered it: its links and forms work.
        if app::lazy::load_current().await {
            leptos::mount::hydrate_body(app::App);
        }
    });
}
