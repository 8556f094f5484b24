//! Agents: the list, the page of one, and an agent's own page.

use serde::{Deserialize, Serialize};

use super::number::phone;
use super::page::{Activity, Availability, Choice, Stamp};
use crate::agent::{AgentStatus, NOTE_CHARS_MAX, WRAP_UP_S_MAX, WrapUp};
use crate::id::{BuyerId, CallId, TargetId};
use crate::invalid::{FieldErrors, name, whole};
use crate::target::{Destination, SipUri};

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentRow {
    pub id: TargetId,
    /// The person's.
    pub name: String,
    pub email: String,
    pub buyer: BuyerId,
    pub buyer_name: String,
    pub destination: String,
    /// Of the target behind it.
    pub activity: Activity,
    pub status: AgentStatus,
    /// How the agent stands: "Available", "On a call", "Away since 2:15 pm ET".
    pub now: Availability,
    /// Calls that rang there today, those that were taken, and how long they lasted.
    pub rang: u32,
    pub taken: u32,
    /// "1:04:10".
    pub talked: String,
    /// The last one; none since this morning.
    pub last: Option<Stamp>,
}

/// The page of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentDetail {
    pub row: AgentRow,
    pub form: AgentSettingsForm,
    pub history: AgentHistory,
    /// Whether this role may give the person another password.
    pub may_reset: bool,
    /// A password that was just made, where it was asked for without the page's script.
    pub fresh: Option<String>,
}

/// What the form for a new agent offers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentChoices {
    pub buyers: Vec<Choice>,
}

/// A new agent, with the password that is shown once; none for a person who had one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeAgent {
    pub id: TargetId,
    pub name: String,
    pub email: String,
    pub password: Option<String>,
}

/// What was sent to an agent, the last first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentHistory {
    pub calls: Vec<AgentCall>,
    /// Cursor of the next older page.
    pub older: Option<String>,
}

/// A call that an agent was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentCall {
    pub call: CallId,
    pub at: Stamp,
    /// As the agent's phone showed it.
    pub caller: String,
    pub campaign: String,
    /// "Connected", "No answer".
    pub result: String,
    pub connected: bool,
    /// "3:58"; empty for a call that was not taken.
    pub talked: String,
    /// None until something is written.
    pub wrap_up: Option<WrapUp>,
}

/// A call that rings at an agent's phone, or is being talked in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RingingCall {
    pub call: CallId,
    pub caller: String,
    pub campaign: String,
    pub talking: bool,
    /// Since when it rings or is talked in.
    pub since: Stamp,
}

/// An agent's own page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MyCalls {
    /// None for somebody who is no agent.
    pub agent: Option<AgentRow>,
    pub live: Vec<RingingCall>,
    /// Conversations of the last day that nothing was written of.
    pub open: Vec<AgentCall>,
    pub history: AgentHistory,
    /// The call that is being written up, by the address.
    pub writing: Option<AgentCall>,
    /// What can come of a call.
    pub dispositions: Vec<String>,
}

/// What a person types about a new agent, as text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentForm {
    pub name: String,
    pub email: String,
    /// The buyer's id.
    pub buyer: String,
    /// A phone number or a SIP address.
    pub rings: String,
    pub wrap_up_s: String,
    /// A box: whoever answers must press 1.
    pub accept_key: String,
}

impl Default for AgentForm {
    fn default() -> Self {
        let none = String::new;
        Self {
            name: none(),
            email: none(),
            buyer: none(),
            rings: none(),
            wrap_up_s: "60".to_owned(),
            accept_key: "on".to_owned(),
        }
    }
}

/// A checked agent to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentInput {
    pub name: String,
    pub email: String,
    pub buyer: BuyerId,
    pub destination: Destination,
    pub settings: AgentSettings,
}

/// What can be changed of an agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AgentSettings {
    pub wrap_up_s: u32,
    pub accept_key: bool,
}

impl AgentForm {
    /// Checks all fields at once. Whether the address is one, the service says.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<AgentInput, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take(name("name", &self.name));
        let email = self.email.trim().to_lowercase();
        if email.is_empty() {
            errors.add("email", "required", "Enter the address to sign in with.");
        }
        let buyer = self.buyer.parse::<BuyerId>().ok();
        if buyer.is_none() {
            errors.add("buyer", "required", "Choose who pays for the calls.");
        }
        let rings = self.rings.trim();
        let is_sip = rings
            .get(..4)
            .is_some_and(|start| start.eq_ignore_ascii_case("sip:"));
        let destination = if is_sip {
            SipUri::parse(rings)
                .map(Destination::Sip)
                .map_err(|e| FieldErrors::one("rings", "invalid_sip", e))
        } else {
            phone("rings", rings).map(Destination::Number)
        };
        let destination = errors.take(destination);
        let settings = errors.take(settings(&self.wrap_up_s, &self.accept_key));
        match (name, buyer, destination, settings) {
            (Some(name), Some(buyer), Some(destination), Some(settings)) if errors.is_empty() => {
                Ok(AgentInput {
                    name,
                    email,
                    buyer,
                    destination,
                    settings,
                })
            }
            _ => Err(errors),
        }
    }
}

fn settings(wrap_up_s: &str, accept_key: &str) -> Result<AgentSettings, FieldErrors> {
    Ok(AgentSettings {
        wrap_up_s: whole("wrap_up_s", wrap_up_s, 0, WRAP_UP_S_MAX)?,
        accept_key: !accept_key.is_empty(),
    })
}

/// What a person types about an agent that is there, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AgentSettingsForm {
    pub wrap_up_s: String,
    /// A box: whoever answers must press 1.
    pub accept_key: String,
}

impl AgentSettingsForm {
    /// The form that shows stored settings.
    #[must_use]
    pub fn of(settings: AgentSettings) -> Self {
        Self {
            wrap_up_s: settings.wrap_up_s.to_string(),
            accept_key: if settings.accept_key { "on" } else { "" }.to_owned(),
        }
    }

    /// Checks all fields at once.
    ///
    /// # Errors
    /// At the field's own name.
    pub fn check(&self) -> Result<AgentSettings, FieldErrors> {
        settings(&self.wrap_up_s, &self.accept_key)
    }
}

/// What an agent writes of a call, as text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WrapUpForm {
    pub note: String,
    pub dispositions: Vec<String>,
}

impl WrapUpForm {
    /// The form that shows what was written.
    #[must_use]
    pub fn of(wrap_up: &WrapUp) -> Self {
        Self {
            note: wrap_up.note.clone(),
            dispositions: wrap_up.dispositions.clone(),
        }
    }

    /// Checks all fields at once. Which dispositions there are, the service says.
    ///
    /// # Errors
    /// At `note` or `dispositions`.
    pub fn check(&self) -> Result<WrapUp, FieldErrors> {
        let note = self.note.trim();
        let mut dispositions: Vec<String> = Vec::new();
        for one in self.dispositions.iter().map(|text| text.trim()) {
            if !one.is_empty() && !dispositions.iter().any(|other| other == one) {
                dispositions.push(one.to_owned());
            }
        }
        let mut errors = FieldErrors::default();
        if note.chars().count() > NOTE_CHARS_MAX {
            let message = format!("Use at most {NOTE_CHARS_MAX} characters.");
            errors.add("note", "too_long", message);
        }
        if note
            .chars()
            .any(|c| c.is_control() && !"\n\r\t".contains(c))
        {
            errors.add("note", "malformed", "Remove the control characters.");
        }
        if note.is_empty() && dispositions.is_empty() {
            let message = "Choose what came of the call, or write a note.";
            errors.add("dispositions", "required", message);
        }
        errors.check()?;
        Ok(WrapUp {
            note: note.to_owned(),
            dispositions,
        })
    }
}

/// What an agent wrote of a call, for those who read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrapUpView {
    pub agent: String,
    pub at: Stamp,
    pub wrap_up: WrapUp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(errors: &FieldErrors) -> Vec<&str> {
        errors.0.iter().map(|e| e.field.as_str()).collect()
    }

    #[test]
    fn a_new_agent_says_who_where_and_for_whom() {
        let form = AgentForm {
            name: "Priya Nair".to_owned(),
            email: " Priya@Dryright.example ".to_owned(),
            buyer: "3".to_owned(),
            rings: "(214) 555-0187".to_owned(),
            ..AgentForm::default()
        };
        let input = form.check().expect("an agent");
        assert_eq!(input.email, "priya@dryright.example");
        assert_eq!(
            input.settings,
            AgentSettings {
                wrap_up_s: 60,
                accept_key: true
            }
        );
        assert_eq!(
            AgentSettingsForm::of(input.settings).check(),
            Ok(input.settings)
        );
        let empty = AgentForm {
            wrap_up_s: "9999".to_owned(),
            ..AgentForm::default()
        };
        let errors = empty.check().expect_err("nothing said");
        assert_eq!(
            fields(&errors),
            ["name", "email", "buyer", "rings", "wrap_up_s"]
        );
        let sip = AgentForm {
            rings: "sip:priya".to_owned(),
            ..form
        };
        assert_eq!(fields(&sip.check().expect_err("no host")), ["rings"]);
    }

    #[test]
    fn a_wrap_up_says_something() {
        let form = |note: &str, all: &[&str]| WrapUpForm {
            note: note.to_owned(),
            dispositions: all.iter().map(|one| (*one).to_owned()).collect(),
        };
        let wrap_up = form(" Wants a quote.\n", &["Sale", "", "Sale"]).check();
        let wrap_up = wrap_up.expect("a wrap-up");
        assert_eq!(wrap_up.note, "Wants a quote.");
        assert_eq!(wrap_up.dispositions, ["Sale"]);
        assert_eq!(WrapUpForm::of(&wrap_up).check(), Ok(wrap_up));
        assert_eq!(
            fields(&form(" ", &[""]).check().expect_err("nothing")),
            ["dispositions"]
        );
        let long = "x".repeat(NOTE_CHARS_MAX + 1);
        assert_eq!(
            fields(&form(&long, &[]).check().expect_err("long")),
            ["note"]
        );
    }
}
