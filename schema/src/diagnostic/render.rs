//! Diagnostics as text for people.

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::mask::masked;
use super::{Diagnostic, Label, Severity};
use crate::source::{SourceFile, SourceId};

/// How [`Diagnostics::render`](super::Diagnostics::render) writes. The default is plain text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RenderOptions {
    /// Whether to colour the text with ANSI escapes.
    pub colour: bool,
}

/// No more findings than these are written; nobody reads on.
const MOST: usize = 100;

pub(super) fn render_all(sources: &[SourceFile], list: &[Diagnostic], options: RenderOptions) -> String {
    let shown: Vec<String> = sources.iter().map(|source| masked(&source.text)).collect();
    let rendered: Vec<String> =
        list.iter().take(MOST).map(|diagnostic| render_one(sources, &shown, diagnostic, options)).collect();
    let mut text = rendered.join("\n\n");
    if !text.is_empty() {
        text.push('\n');
    }
    if list.len() > MOST {
        text.push_str(&format!("\n{} more findings are not shown\n", list.len() - MOST));
    }
    text
}

fn render_one(
    sources: &[SourceFile],
    shown: &[String],
    diagnostic: &Diagnostic,
    options: RenderOptions,
) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let mut group = level.primary_title(&*diagnostic.message).id(diagnostic.rule.code()).elements(
        sources_of(diagnostic).into_iter().filter_map(|id| {
            let text = shown.get(id.0)?;
            let mut snippet = Snippet::source(&**text).path(&*sources.get(id.0)?.name);
            if diagnostic.primary.span.source == id {
                snippet = annotate(snippet, text, &diagnostic.primary, AnnotationKind::Primary);
            }
            for label in diagnostic.labels.iter().filter(|label| label.span.source == id) {
                snippet = annotate(snippet, text, label, AnnotationKind::Context);
            }
            Some(snippet)
        }),
    );
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(&**help));
    }
    let renderer = if options.colour { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

fn annotate<'a>(
    snippet: Snippet<'a, annotate_snippets::Annotation<'a>>,
    text: &str,
    label: &'a Label,
    kind: AnnotationKind,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let start = label.span.start.min(text.len());
    let end = label.span.end.clamp(start, text.len());
    let annotation = kind.span(start..end);
    snippet.annotation(if label.text.is_empty() { annotation } else { annotation.label(&*label.text) })
}

/// The sources a diagnostic points into, that of its primary place first.
fn sources_of(diagnostic: &Diagnostic) -> Vec<SourceId> {
    let mut ids = vec![diagnostic.primary.span.source];
    for label in &diagnostic.labels {
        if !ids.contains(&label.span.source) {
            ids.push(label.span.source);
        }
    }
    ids
}
