//! What is wrong with a schema, where, and how to mend it.

mod mask;
mod render;
mod rule;

use std::fmt;

pub use render::RenderOptions;
pub use rule::Rule;

use crate::source::{SourceFile, Span};

/// How grave a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The schema cannot be used.
    Error,
    /// The schema can be used but probably does not do what is meant.
    Warning,
}

/// A place and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The words; may be empty.
    pub text: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How grave.
    pub severity: Severity,
    /// The rule that is broken. Its [`code`](Rule::code) is stable.
    pub rule: Rule,
    /// What is wrong, in one sentence that names the thing.
    pub message: String,
    /// Where.
    pub primary: Label,
    /// Further places that explain it.
    pub labels: Vec<Label>,
    /// The mend.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error with no further words.
    pub fn error(rule: Rule, span: Span, message: impl Into<String>) -> Self {
        let primary = Label { span, text: String::new() };
        Self {
            severity: Severity::Error,
            rule,
            message: message.into(),
            primary,
            labels: Vec::new(),
            help: None,
        }
    }

    /// A warning with no further words.
    pub fn warning(rule: Rule, span: Span, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(rule, span, message) }
    }

    /// The same, with words at the place.
    #[must_use]
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// The same, with a further place.
    #[must_use]
    pub fn and(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// The same, with a mend.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Whether the schema cannot be used.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Findings together with the sources they point into. `Display` renders them all without colour.
#[derive(Clone, PartialEq, Eq)]
pub struct Diagnostics {
    sources: Vec<SourceFile>,
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// The findings `list` about `sources`, ordered by their place.
    pub fn new(sources: Vec<SourceFile>, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by_key(|d| (d.primary.span.source, d.primary.span.start));
        Self { sources, list }
    }

    /// The sources.
    pub fn sources(&self) -> &[SourceFile] {
        &self.sources
    }

    /// The findings, ordered by source and place.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.list.iter()
    }

    /// How many findings.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether one of them is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(Diagnostic::is_error)
    }

    /// All findings as text: for each the rule's code, the message, file, line and column, the line itself
    /// with the place marked, and the mend. Of more than a hundred the rest is only counted. Connection
    /// strings in the shown lines are replaced by asterisks.
    pub fn render(&self, options: RenderOptions) -> String {
        render::render_all(&self.sources, &self.list, options)
    }
}

impl<'a> IntoIterator for &'a Diagnostics {
    type Item = &'a Diagnostic;
    type IntoIter = std::slice::Iter<'a, Diagnostic>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(RenderOptions::default()))
    }
}

/// The same text as `Display`, so that `unwrap` in a build script shows something readable.
impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f)?;
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Diagnostics {}
