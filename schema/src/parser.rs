//! Tokens to syntax tree. Recovers at the end of a line or block, so that one run finds several mistakes.

mod block;
mod expr;
mod string;

use crate::ast::{Comment, CommentKind, FileAst, SchemaAst};
use crate::diagnostic::{Diagnostic, Rule};
use crate::lexer::{self, Token, TokenKind};
use crate::source::{SourceFile, SourceId, Span};

/// Reads `sources` as one schema.
///
/// Always gives a tree: it holds all that could be read, and is complete where no finding is an error.
/// Findings are in source order.
pub fn parse(sources: &[SourceFile]) -> (SchemaAst, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let files = sources
        .iter()
        .enumerate()
        .map(|(index, source)| {
            let mut parser = Parser::new(SourceId(index), &source.text);
            let items = parser.items();
            findings.append(&mut parser.findings);
            FileAst { source: SourceId(index), items, comments: parser.comments }
        })
        .collect();
    (SchemaAst { files }, findings)
}

/// The statement could not be read; a finding says why. The caller goes on after the line.
struct Failed;

type Parsed<T> = Result<T, Failed>;

struct Parser<'a> {
    text: &'a str,
    /// All tokens but comments, which are apart.
    tokens: Vec<Token>,
    comments: Vec<Comment>,
    next: usize,
    findings: Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    fn new(source: SourceId, text: &'a str) -> Self {
        let mut parser =
            Self { text, tokens: Vec::new(), comments: Vec::new(), next: 0, findings: Vec::new() };
        for token in lexer::tokens(source, text) {
            let kind = match token.kind {
                TokenKind::Comment => CommentKind::Line,
                TokenKind::DocComment => CommentKind::Doc,
                TokenKind::BlockComment => CommentKind::Block,
                TokenKind::OpenBlockComment => {
                    let start = Span { end: token.span.start + 2, ..token.span };
                    parser.findings.push(
                        Diagnostic::error(Rule::Syntax, start, "this comment is never closed")
                            .help("write `*/` where it ends"),
                    );
                    CommentKind::Block
                }
                _ => {
                    parser.tokens.push(token);
                    continue;
                }
            };
            parser.comments.push(Comment { kind, span: token.span });
        }
        parser
    }

    fn peek(&self) -> Token {
        self.peek_at(0)
    }

    /// The token `ahead` places on; the last one, `End`, for ever after the end.
    fn peek_at(&self, ahead: usize) -> Token {
        self.tokens[(self.next + ahead).min(self.tokens.len() - 1)]
    }

    fn advance(&mut self) -> Token {
        let token = self.peek();
        self.next = (self.next + 1).min(self.tokens.len() - 1);
        token
    }

    fn at(&self, kind: TokenKind) -> bool {
        self.peek().kind == kind
    }

    fn at_symbol(&self, symbol: char) -> bool {
        self.at(TokenKind::Symbol(symbol))
    }

    fn take_symbol(&mut self, symbol: char) -> Option<Span> {
        self.at_symbol(symbol).then(|| self.advance().span)
    }

    fn slice(&self, span: Span) -> &'a str {
        &self.text[span.start..span.end]
    }

    fn word(&self) -> Option<&'a str> {
        self.at(TokenKind::Word).then(|| self.slice(self.peek().span))
    }

    fn skip_newlines(&mut self) {
        while self.at(TokenKind::Newline) {
            self.advance();
        }
    }

    /// Moves to the end of the line, which is not consumed.
    fn skip_line(&mut self) {
        while !matches!(self.peek().kind, TokenKind::Newline | TokenKind::End) {
            self.advance();
        }
    }

    /// Reports the next token as not being what is expected.
    fn unexpected(&mut self, expected: &str) -> Failed {
        let mut token = self.peek();
        if token.kind == TokenKind::Newline {
            token.span.end = token.span.start;
        }
        let finding = if token.kind == TokenKind::OpenString {
            Diagnostic::error(Rule::InvalidString, token.span, "this string is never closed")
                .help("write `\"` where it ends; a string cannot go on to the next line")
        } else {
            Diagnostic::error(
                Rule::Syntax,
                token.span,
                format!("expected {expected}, found {}", self.describe(token)),
            )
            .label(format!("expected {expected}"))
            .help(match expected {
                "the end of the line" => {
                    "each field, value, property or block attribute has a line of its own".to_owned()
                }
                _ => format!("write {expected} here"),
            })
        };
        self.findings.push(finding);
        Failed
    }

    fn describe(&self, token: Token) -> String {
        match token.kind {
            TokenKind::Newline => "the end of the line".to_owned(),
            TokenKind::End => "the end of the file".to_owned(),
            TokenKind::String => "a string".to_owned(),
            _ => format!("`{}`", self.slice(token.span)),
        }
    }

    /// The documentation in the comment lines directly above the token that is next: no empty line and no
    /// code between.
    fn documentation_above(&self) -> Vec<Span> {
        let mut start = self.peek().span.start;
        let mut docs = Vec::new();
        let above = self.comments.partition_point(|comment| comment.span.start < start);
        for comment in self.comments[..above].iter().rev() {
            let between = &self.text[comment.span.end..start];
            let line_start = self.text[..comment.span.start].rfind('\n').map_or(0, |end| end + 1);
            let alone = self.text[line_start..comment.span.start].trim().is_empty();
            if !alone || between.matches('\n').count() > 1 || !between.trim().is_empty() {
                break;
            }
            if comment.kind == CommentKind::Doc {
                docs.push(comment.span);
            }
            start = comment.span.start;
        }
        docs.reverse();
        docs
    }

    /// The documentation after `end` on the same line.
    fn documentation_after(&self, end: usize) -> Option<Span> {
        let index = self.comments.partition_point(|comment| comment.span.start < end);
        let comment = self.comments.get(index).filter(|comment| comment.kind == CommentKind::Doc)?;
        self.text[end..comment.span.start].trim_matches([' ', '\t']).is_empty().then_some(comment.span)
    }

    /// The text of documentation comments, one line each.
    fn documentation(&self, spans: impl IntoIterator<Item = Span>) -> Option<String> {
        let lines: Vec<&str> = spans
            .into_iter()
            .map(|span| {
                let line = self.slice(span).trim_start_matches('/');
                line.strip_prefix(' ').unwrap_or(line).trim_end()
            })
            .collect();
        (!lines.is_empty()).then(|| lines.join("\n"))
    }
}
