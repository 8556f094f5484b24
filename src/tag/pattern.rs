//! Regular expressions in tag filters, bounded so that no pattern can make a call wait.
//!
//! The engine is there with the crate's `regex` feature only: servers turn it on, the browser's
//! build does not carry it. Without it a [`Pattern`] is a type without values, so nothing can
//! pretend to have matched.

/// The longest pattern, in characters.
pub const PATTERN_CHARS_MAX: usize = 200;
/// How much of a tag's value a pattern looks at, in bytes. A value has at most
/// [`super::VALUE_CHARS_MAX`] characters, so only long text outside of ASCII is cut.
pub const INPUT_BYTES_MAX: usize = 2_000;

/// Why a pattern cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("Enter a pattern, for example ^San .*")]
    Empty,
    #[error("A pattern has at most {PATTERN_CHARS_MAX} characters.")]
    TooLong,
    #[error(
        "That is not a regular expression. Look for unclosed brackets; look-around and back-references are not supported."
    )]
    Malformed,
    #[error("That pattern grows too large. Use smaller repetitions.")]
    TooLarge,
    #[error("Patterns are only matched on the server.")]
    NoEngine,
}

/// What can be said of a pattern without the engine; the browser says this much as one types.
///
/// # Errors
/// `Empty` or `TooLong`.
pub fn bounds(text: &str) -> Result<(), PatternError> {
    if text.is_empty() {
        Err(PatternError::Empty)
    } else if text.chars().count() > PATTERN_CHARS_MAX {
        Err(PatternError::TooLong)
    } else {
        Ok(())
    }
}

impl PatternError {
    /// A stable word for programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "required",
            Self::TooLong => "too_long",
            Self::Malformed => "malformed",
            Self::TooLarge => "too_large",
            Self::NoEngine => "unsupported",
        }
    }
}

#[cfg(feature = "regex")]
mod engine {
    use super::{INPUT_BYTES_MAX, PatternError, bounds};

    /// The compiled size of one pattern, in bytes. Matching takes time in proportion to this and
    /// the input, never more: the engine does not backtrack.
    const COMPILED_BYTES_MAX: usize = 256 * 1024;

    /// A compiled pattern. Letters of either case match; `(?-i)` in the pattern undoes that.
    #[derive(Debug, Clone)]
    pub struct Pattern(regex::Regex);

    impl Pattern {
        /// Compiles a pattern.
        ///
        /// # Errors
        /// Says what does not fit.
        pub fn new(text: &str) -> Result<Self, PatternError> {
            bounds(text)?;
            regex::RegexBuilder::new(text)
                .case_insensitive(true)
                .size_limit(COMPILED_BYTES_MAX)
                .nest_limit(30)
                .build()
                .map(Self)
                .map_err(|error| match error {
                    regex::Error::CompiledTooBig(_) => PatternError::TooLarge,
                    _ => PatternError::Malformed,
                })
        }

        /// Whether it is found anywhere in the first [`INPUT_BYTES_MAX`] of a value.
        #[must_use]
        pub fn found_in(&self, value: &str) -> bool {
            self.0
                .is_match(&value[..value.floor_char_boundary(INPUT_BYTES_MAX)])
        }
    }
}

#[cfg(not(feature = "regex"))]
mod engine {
    use super::{PatternError, bounds};

    /// No pattern exists without the engine.
    #[derive(Debug, Clone)]
    pub enum Pattern {}

    impl Pattern {
        /// Checks the bounds, and cannot do more.
        ///
        /// # Errors
        /// Always.
        pub fn new(text: &str) -> Result<Self, PatternError> {
            bounds(text)?;
            Err(PatternError::NoEngine)
        }

        /// Never called: there is no value to call it on.
        #[must_use]
        pub fn found_in(&self, _value: &str) -> bool {
            match *self {}
        }
    }
}

pub use engine::Pattern;

#[cfg(all(test, feature = "regex"))]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> Option<PatternError> {
        Pattern::new(text).err()
    }

    #[test]
    fn patterns_match_either_case_anywhere_unless_anchored() {
        let pattern = Pattern::new("^san ").expect("a pattern");
        assert!(pattern.found_in("San Antonio"));
        assert!(!pattern.found_in("Old San Juan"));
        assert!(
            !Pattern::new("(?-i)san")
                .expect("a pattern")
                .found_in("San Antonio")
        );
    }

    #[test]
    fn a_pattern_that_cannot_be_used_says_why() {
        assert_eq!(refused(""), Some(PatternError::Empty));
        assert_eq!(refused(&"a".repeat(201)), Some(PatternError::TooLong));
        for bad in ["(", "[a", "a{2,1}", "(?=x)", r"(a)\1", "*"] {
            assert_eq!(refused(bad), Some(PatternError::Malformed), "{bad}");
        }
        assert_eq!(refused("((a{99}){99}){99}"), Some(PatternError::TooLarge));
    }

    #[test]
    fn only_the_beginning_of_a_long_value_is_looked_at() {
        let value = format!("{}needle", "é".repeat(INPUT_BYTES_MAX / 2));
        assert!(!Pattern::new("needle").expect("a pattern").found_in(&value));
        assert!(Pattern::new("é$").expect("a pattern").found_in(&value));
    }

    proptest! {
        #[test]
        fn no_text_panics(pattern in "\\PC{0,40}", value in "\\PC{0,40}") {
            if let Ok(pattern) = Pattern::new(&pattern) {
                let _ = pattern.found_in(&value);
            }
        }
    }
}
