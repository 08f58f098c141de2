//! Values, arguments and attributes.

use super::{Failed, Parsed, Parser};
use crate::ast::{Argument, Attribute, Call, Expr, Ident};
use crate::diagnostic::{Diagnostic, Rule};
use crate::lexer::TokenKind;
use crate::source::Span;

/// How deep lists, calls and objects may be nested. No valid schema needs more than four levels.
const MAX_DEPTH: usize = 32;

impl Parser<'_> {
    pub(super) fn ident(&mut self, expected: &str) -> Parsed<Ident> {
        if !self.at(TokenKind::Word) {
            return Err(self.unexpected(expected));
        }
        let span = self.advance().span;
        Ok(Ident { text: self.slice(span).to_owned(), span })
    }

    /// A name, perhaps with dots, written without spaces.
    fn path(&mut self, expected: &str) -> Parsed<Ident> {
        let mut path = self.ident(expected)?;
        while self.at_symbol('.') {
            self.advance();
            let part = self.ident("a name after `.`")?;
            path.text = format!("{}.{}", path.text, part.text);
            path.span = path.span.to(part.span);
        }
        Ok(path)
    }

    /// After `@` or `@@`, whose place is `start`.
    pub(super) fn attribute(&mut self, start: Span) -> Parsed<Attribute> {
        let name = self.path("the name of an attribute")?;
        let (args, end) = if self.at_symbol('(') { self.args(0)? } else { (Vec::new(), name.span) };
        Ok(Attribute { name, args, span: start.to(end) })
    }

    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.expr_at(0)
    }

    fn expr_at(&mut self, depth: usize) -> Parsed<Expr> {
        let token = self.peek();
        if depth > MAX_DEPTH {
            self.findings.push(
                Diagnostic::error(Rule::TooDeep, token.span, "values are nested too deep here")
                    .help(format!("at most {MAX_DEPTH} levels are allowed")),
            );
            return Err(Failed);
        }
        match token.kind {
            TokenKind::String => {
                self.advance();
                Ok(Expr::String(self.string_value(token.span)))
            }
            TokenKind::Number => {
                self.advance();
                Ok(Expr::Number(Ident { text: self.slice(token.span).to_owned(), span: token.span }))
            }
            TokenKind::Word => {
                let name = self.path("a value")?;
                if !self.at_symbol('(') {
                    return Ok(Expr::Path(name));
                }
                let (args, end) = self.args(depth)?;
                let span = name.span.to(end);
                Ok(Expr::Call(Call { name, args, span }))
            }
            TokenKind::Symbol('[') => {
                let (items, span) = self.list('[', ']', |parser| parser.expr_at(depth + 1))?;
                Ok(Expr::Array(items, span))
            }
            TokenKind::Symbol('{') => {
                let (entries, span) = self.list('{', '}', |parser| {
                    let name = parser.ident("the name of a field")?;
                    parser.colon()?;
                    Ok((name, parser.expr_at(depth + 1)?))
                })?;
                Ok(Expr::Object(entries, span))
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    /// `(a, name: b)`.
    fn args(&mut self, depth: usize) -> Parsed<(Vec<Argument>, Span)> {
        self.list('(', ')', |parser| parser.argument(depth))
    }

    fn argument(&mut self, depth: usize) -> Parsed<Argument> {
        let named = self.at(TokenKind::Word) && self.peek_at(1).kind == TokenKind::Symbol(':');
        let name = if named {
            let name = self.ident("a name")?;
            self.colon()?;
            Some(name)
        } else {
            None
        };
        let value = self.expr_at(depth + 1)?;
        let span = name.as_ref().map_or(value.span(), |name| name.span.to(value.span()));
        Ok(Argument { name, value, span })
    }

    fn colon(&mut self) -> Parsed<()> {
        if self.take_symbol(':').is_none() {
            return Err(self.unexpected("`:`"));
        }
        self.skip_newlines();
        Ok(())
    }

    /// Items between `open` and `close`, separated by commas; lines may break anywhere between them. When
    /// the list is not closed, the finding points at `open` and reading goes on after its line.
    fn list<T>(
        &mut self,
        open: char,
        close: char,
        item: impl Fn(&mut Self) -> Parsed<T>,
    ) -> Parsed<(Vec<T>, Span)> {
        let start = self.advance().span;
        let line = self.next;
        let mut items = Vec::new();
        loop {
            self.skip_newlines();
            if let Some(end) = self.take_symbol(close) {
                return Ok((items, start.to(end)));
            }
            if !self.at_other_line(close) {
                items.push(item(self)?);
                self.skip_newlines();
                if self.take_symbol(',').is_some() || self.at_symbol(close) {
                    continue;
                }
            }
            let broken = self.tokens[line..self.next].iter().any(|t| t.kind == TokenKind::Newline);
            if !broken && !self.at(TokenKind::End) {
                return Err(self.unexpected(&format!("`,` or `{close}`")));
            }
            self.findings.push(
                Diagnostic::error(Rule::Syntax, start, format!("this `{open}` is never closed"))
                    .help(format!("write `{close}` after the last value")),
            );
            self.next = line;
            return Err(Failed);
        }
    }

    /// Whether what is next can only belong to another line or end the block.
    fn at_other_line(&self, close: char) -> bool {
        match self.peek().kind {
            TokenKind::DoubleAt | TokenKind::End | TokenKind::Symbol('@') => true,
            TokenKind::Symbol('}') => close != '}',
            _ => false,
        }
    }
}
