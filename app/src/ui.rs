//! The kit: every control, panel and page part, in one look.
//!
//! Invariants: native elements first, so forms and links work before the page's script runs;
//! the same markup on the server and in the browser (ids come from props, never from counters or
//! clocks); classes only, no style of a component's own. `docs/ui.md` lists the parts for page
//! authors, `style/` holds the look.

mod badge;
mod button;
mod chart;
mod choice;
mod combobox;
mod copy;
mod date_range;
mod dialog;
pub(crate) mod dom;
mod drawer;
pub(crate) mod edits;
mod field;
mod filter;
mod filter_editor;
mod hotkeys;
mod icon;
mod input;
mod leaving;
mod matrix;
mod menu;
mod metrics;
mod page;
mod palette;
mod panel;
mod player;
mod popover;
mod savebar;
mod state;
mod table;
mod tabs;
mod toast;
mod tooltip;

pub use badge::*;
pub use button::*;
pub use chart::*;
pub use choice::*;
pub use combobox::*;
pub use copy::*;
pub use date_range::*;
pub use dialog::*;
pub use drawer::*;
pub use field::*;
pub use filter::*;
pub use filter_editor::*;
pub use hotkeys::*;
pub use icon::*;
pub use input::*;
pub use leaving::*;
pub use matrix::*;
pub use menu::*;
pub use metrics::*;
pub use page::*;
pub use palette::*;
pub use panel::*;
pub use player::*;
pub use popover::*;
pub use savebar::*;
pub use state::*;
pub use table::*;
pub use tabs::*;
pub use toast::*;
pub use tooltip::*;
