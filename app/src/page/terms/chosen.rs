//! The choices that other fields hang under, which the browser's own reset does not put back.

use domain::api::buyer::BuyerForm;
use domain::api::filter::FilterForm;
use domain::api::rtb_id::RtbIdForm;
use domain::api::target::{DayForm, TargetForm};
use domain::api::target_group::TargetGroupForm;
use leptos::prelude::*;

/// Signals of a form of a buyer or target; what the form does not have stays as it is.
#[derive(Clone, Copy)]
pub struct Chosen {
    pub kind: RwSignal<String>,
    pub caller_id: RwSignal<String>,
    pub hours: RwSignal<String>,
    pub holidays: RwSignal<String>,
    pub restrict: RwSignal<String>,
    pub recovery: RwSignal<String>,
    /// Calls at the same time and calls begun.
    pub matrices: [RwSignal<String>; 2],
    /// Which days are open, from Monday.
    pub days: [RwSignal<bool>; 7],
    pub inherit: Inherit,
    pub filter: RwSignal<FilterForm>,
}

/// What is taken from the buyer.
#[derive(Clone, Copy)]
pub struct Inherit {
    pub ring: RwSignal<bool>,
    pub caller_id: RwSignal<bool>,
    pub hours: RwSignal<bool>,
    pub caps: RwSignal<bool>,
}

/// The same as plain values.
#[derive(Clone)]
pub struct Values {
    texts: [String; 8],
    flags: [bool; 11],
    filter: FilterForm,
}

impl Chosen {
    /// As in the form of a target.
    pub fn of_target(start: &TargetForm) -> Self {
        let on = |text: &String| RwSignal::new(!text.is_empty());
        let text = |text: &String| RwSignal::new(text.clone());
        Self {
            kind: text(&start.kind),
            caller_id: text(&start.caller_id),
            hours: text(&start.hours),
            holidays: text(&start.holidays),
            restrict: text(&start.restrict),
            recovery: text(&start.recovery),
            matrices: [text(&start.matrix_concurrent), text(&start.matrix_volume)],
            days: open(&start.days),
            inherit: Inherit {
                ring: on(&start.inherit_ring),
                caller_id: on(&start.inherit_caller_id),
                hours: on(&start.inherit_hours),
                caps: on(&start.inherit_caps),
            },
            filter: RwSignal::new(start.filter.clone().without_spare()),
        }
    }

    /// As in the form of a buyer.
    pub fn of_buyer(start: &BuyerForm) -> Self {
        Self {
            caller_id: RwSignal::new(start.caller_id.clone()),
            hours: RwSignal::new(start.hours.clone()),
            holidays: RwSignal::new(start.holidays.clone()),
            restrict: RwSignal::new(start.restrict.clone()),
            recovery: RwSignal::new(start.recovery.clone()),
            days: open(&start.days),
            filter: RwSignal::new(start.filter.clone().without_spare()),
            ..Self::of_target(&TargetForm::default())
        }
    }

    /// As in the form of a group; `kind` is how it rings.
    pub fn of_group(start: &TargetGroupForm) -> Self {
        Self {
            kind: RwSignal::new(start.order.clone()),
            hours: RwSignal::new(start.hours.clone()),
            holidays: RwSignal::new(start.holidays.clone()),
            days: open(&start.days),
            ..Self::of_target(&TargetForm::default())
        }
    }

    /// As in the form of an RTB id: its hours.
    pub fn of_rtb_id(start: &RtbIdForm) -> Self {
        Self {
            hours: RwSignal::new(start.hours.clone()),
            holidays: RwSignal::new(start.holidays.clone()),
            days: open(&start.days),
            ..Self::of_target(&TargetForm::default())
        }
    }

    fn texts(self) -> [RwSignal<String>; 8] {
        let [concurrent, volume] = self.matrices;
        [
            self.kind,
            self.caller_id,
            self.hours,
            self.holidays,
            self.restrict,
            self.recovery,
            concurrent,
            volume,
        ]
    }

    fn flags(self) -> [RwSignal<bool>; 11] {
        let [a, b, c, d, e, f, g] = self.days;
        let Inherit {
            ring,
            caller_id,
            hours,
            caps,
        } = self.inherit;
        [a, b, c, d, e, f, g, ring, caller_id, hours, caps]
    }

    /// What is chosen now.
    pub fn values(self) -> Values {
        Values {
            texts: self.texts().map(|text| text.get_untracked()),
            flags: self.flags().map(|flag| flag.get_untracked()),
            filter: self.filter.get_untracked(),
        }
    }

    /// Chooses again what was chosen then.
    pub fn put_back(self, then: &Values) {
        for (signal, text) in self.texts().into_iter().zip(&then.texts) {
            signal.set(text.clone());
        }
        for (signal, on) in self.flags().into_iter().zip(then.flags) {
            signal.set(on);
        }
        self.filter.set(then.filter.clone());
    }
}

fn open(days: &[DayForm]) -> [RwSignal<bool>; 7] {
    std::array::from_fn(|day| RwSignal::new(days.get(day).is_some_and(|d| !d.open.is_empty())))
}
