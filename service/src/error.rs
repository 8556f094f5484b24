//! What a use case can answer instead of a result.

use domain::access::Permission;
use domain::invalid::FieldErrors;
use store::{Constraint, StoreError};

/// The taxonomy: eight kinds, and no other. What the client sees and what the log gets are
/// different things: sources never reach `public_message`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no such {0}")]
    NotFound(&'static str),
    #[error("conflict: {code}")]
    Conflict { code: &'static str, message: String },
    #[error("invalid input")]
    Invalid(FieldErrors),
    #[error("not allowed to {}", .0.words())]
    Denied(Permission),
    #[error("not signed in")]
    Unauthenticated,
    #[error("too many requests")]
    Limited { retry_after_s: u32 },
    #[error("unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A stable word for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound(_) => "not_found",
            Self::Conflict { .. } => "conflict",
            Self::Invalid(_) => "invalid",
            Self::Denied(_) => "denied",
            Self::Unauthenticated => "unauthenticated",
            Self::Limited { .. } => "limited",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// The HTTP status that says it.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::NotFound(_) => 404,
            Self::Conflict { .. } => 409,
            Self::Invalid(_) => 422,
            Self::Denied(_) => 403,
            Self::Unauthenticated => 401,
            Self::Limited { .. } => 429,
            Self::Unavailable(_) => 503,
            Self::Internal(_) => 500,
        }
    }

    /// A sentence for people, without anything internal.
    #[must_use]
    pub fn public_message(&self) -> String {
        match self {
            Self::NotFound(kind) => format!("There is no such {kind}. It may have been removed."),
            Self::Conflict { message, .. } => message.clone(),
            Self::Invalid(errors) => match errors.0.len() {
                1 => "One field needs fixing.".to_owned(),
                n => format!("{n} fields need fixing."),
            },
            Self::Denied(permission) => format!("Your role may not {}.", permission.words()),
            Self::Unauthenticated => "Sign in to go on.".to_owned(),
            Self::Limited { retry_after_s } => {
                format!("Too many tries. Try again in {retry_after_s} seconds.")
            }
            Self::Unavailable(_) => {
                "This is not available right now. Nothing was lost; try again.".to_owned()
            }
            Self::Internal(_) => "Something went wrong on our side. It has been noted.".to_owned(),
        }
    }

    /// What is wrong at which field.
    #[must_use]
    pub fn fields(&self) -> FieldErrors {
        match self {
            Self::Invalid(errors) => errors.clone(),
            _ => FieldErrors::default(),
        }
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<StoreError> for Error {
    fn from(err: StoreError) -> Self {
        match err {
            StoreError::NotFound => Self::NotFound("entry"),
            StoreError::Stale => Self::Conflict {
                code: "stale",
                message: "Somebody else changed this meanwhile. Your edits are kept; compare before you save again.".to_owned(),
            },
            StoreError::Conflict(Constraint::Reference) => {
                Self::Conflict { code: "reference", message: "Something this refers to does not exist any more.".to_owned() }
            }
            err @ StoreError::Busy(_) => Self::Unavailable(Box::new(err)),
            err @ (StoreError::Conflict(_) | StoreError::Corrupt { .. } | StoreError::Db(_)) => Self::Internal(Box::new(err)),
        }
    }
}

/// Names the thing that was not found.
pub(crate) trait OrMissing<T> {
    fn or_missing(self, kind: &'static str) -> Result<T, Error>;
}

impl<T> OrMissing<T> for Result<T, StoreError> {
    fn or_missing(self, kind: &'static str) -> Result<T, Error> {
        self.map_err(|e| match e {
            StoreError::NotFound => Error::NotFound(kind),
            e => e.into(),
        })
    }
}

/// Says at a field of a form that what it names is not there.
pub(crate) trait OrUnknown<T> {
    fn or_unknown(self, field: &str, kind: &str) -> Result<T, Error>;
}

impl<T> OrUnknown<T> for Result<T, StoreError> {
    fn or_unknown(self, field: &str, kind: &str) -> Result<T, Error> {
        self.map_err(|e| match e {
            StoreError::NotFound => {
                let message = format!("There is no such {kind}. Choose one from the list.");
                Error::Invalid(FieldErrors::one(field, "unknown", &message))
            }
            e => e.into(),
        })
    }
}

/// Says at a field that a name is taken.
pub(crate) trait OrTaken<T> {
    fn or_taken(self, constraint: Constraint, field: &str, message: &str) -> Result<T, Error>;
}

impl<T> OrTaken<T> for Result<T, StoreError> {
    fn or_taken(self, constraint: Constraint, field: &str, message: &str) -> Result<T, Error> {
        self.map_err(|e| match e {
            StoreError::Conflict(c) if c == constraint => {
                Error::Invalid(FieldErrors::one(field, "taken", message))
            }
            e => e.into(),
        })
    }
}
