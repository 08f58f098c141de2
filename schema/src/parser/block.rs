//! Blocks and the lines in them.

use super::{Failed, Parsed, Parser};
use crate::ast::{
    Attribute, ConfigBlock, ConfigKeyword, EnumBlock, EnumValueAst, FieldAst, Item, ModelBlock, ModelKeyword,
    Property, TypeAst, TypeName,
};
use crate::diagnostic::{Diagnostic, Rule};
use crate::lexer::TokenKind;
use crate::model::Arity;
use crate::source::Span;
use crate::suggest::did_you_mean;

const KEYWORDS: [&str; 6] = ["model", "enum", "datasource", "generator", "view", "type"];

enum Entry {
    Field(FieldAst),
    Value(EnumValueAst),
    Property(Property),
    Attribute(Attribute),
}

#[derive(Clone, Copy, PartialEq)]
enum Body {
    Fields,
    Values,
    Properties,
}

impl Parser<'_> {
    pub(super) fn items(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        loop {
            self.skip_newlines();
            if self.at(TokenKind::End) {
                return items;
            }
            match self.item() {
                Ok(item) => items.push(item),
                Err(Failed) => self.skip_line(),
            }
        }
    }

    fn item(&mut self) -> Parsed<Item> {
        let documentation = self.documentation(self.documentation_above());
        let keyword = self.keyword()?;
        let start = self.advance().span;
        if keyword == "type" && self.peek_at(1).kind == TokenKind::Symbol('=') {
            return Err(self.type_alias(start));
        }
        let name = self.ident(&format!("the name of the {keyword}"))?;
        let body = match keyword {
            "enum" => Body::Values,
            "datasource" | "generator" => Body::Properties,
            _ => Body::Fields,
        };
        let before = self.findings.len();
        let (entries, end) = self.body(keyword, start.to(name.span), body)?;
        let incomplete = self.findings.len() > before;
        let span = start.to(end);
        let (mut fields, mut values, mut properties, mut attributes) = (vec![], vec![], vec![], vec![]);
        for entry in entries {
            match entry {
                Entry::Field(field) => fields.push(field),
                Entry::Value(value) => values.push(value),
                Entry::Property(property) => properties.push(property),
                Entry::Attribute(attribute) => attributes.push(attribute),
            }
        }
        let model = |keyword| ModelBlock {
            keyword,
            name: name.clone(),
            documentation: documentation.clone(),
            fields,
            attributes: attributes.clone(),
            incomplete,
            span,
        };
        let config = |keyword| ConfigBlock {
            keyword,
            name: name.clone(),
            documentation: documentation.clone(),
            properties,
            span,
        };
        Ok(match keyword {
            "enum" => Item::Enum(EnumBlock { name, documentation, values, attributes, incomplete, span }),
            "datasource" => Item::Config(config(ConfigKeyword::Datasource)),
            "generator" => Item::Config(config(ConfigKeyword::Generator)),
            "view" => Item::Model(model(ModelKeyword::View)),
            "type" => Item::Model(model(ModelKeyword::Type)),
            _ => Item::Model(model(ModelKeyword::Model)),
        })
    }

    /// The keyword that is next. A misspelt one is reported and taken for the one it is nearest to, so that
    /// what is in the block is known to the rest.
    fn keyword(&mut self) -> Parsed<&'static str> {
        let Some(word) = self.word() else {
            return Err(self.unexpected("a block such as `model Name {`"));
        };
        if let Some(keyword) = KEYWORDS.iter().find(|keyword| **keyword == word) {
            return Ok(keyword);
        }
        let span = self.peek().span;
        let mut finding = Diagnostic::error(Rule::UnknownBlock, span, format!("there is no block `{word}`"));
        finding.help = did_you_mean(word, KEYWORDS);
        self.findings.push(finding);
        let is_block =
            self.peek_at(1).kind == TokenKind::Word && self.peek_at(2).kind == TokenKind::Symbol('{');
        match crate::suggest::nearest(word, KEYWORDS) {
            Some(keyword) if is_block => Ok(keyword),
            _ if is_block => {
                // Nothing in it can be understood; go on after it.
                self.skip_block();
                Err(Failed)
            }
            _ => Err(Failed),
        }
    }

    fn skip_block(&mut self) {
        while !self.at(TokenKind::End) && self.take_symbol('}').is_none() {
            self.advance();
        }
    }

    fn type_alias(&mut self, start: Span) -> Failed {
        let name = self.advance();
        self.findings.push(
            Diagnostic::error(
                Rule::CompositeType,
                start.to(name.span),
                "type aliases are not part of the language",
            )
            .help("write the type and its attributes at each field"),
        );
        Failed
    }

    /// `{`, the lines and `}`. `head` is the place of keyword and name.
    fn body(&mut self, keyword: &str, head: Span, body: Body) -> Parsed<(Vec<Entry>, Span)> {
        if self.take_symbol('{').is_none() {
            return Err(self.unexpected("`{`"));
        }
        let mut entries = Vec::new();
        loop {
            self.skip_newlines();
            if let Some(end) = self.take_symbol('}') {
                self.end_of_line();
                return Ok((entries, end));
            }
            if self.at(TokenKind::End) || self.at_next_block() {
                self.findings.push(
                    Diagnostic::error(Rule::UnclosedBlock, head, format!("this {keyword} is never closed"))
                        .help("write `}` after its last line"),
                );
                let here = Span { end: self.peek().span.start, start: self.peek().span.start, ..head };
                return Ok((entries, here));
            }
            match self.entry(body) {
                Ok(entry) => {
                    entries.push(entry);
                    if !self.at_symbol('}') {
                        self.end_of_line();
                    }
                }
                Err(Failed) => self.skip_line_in_block(),
            }
        }
    }

    /// Whether a new block begins here, which cannot be inside another.
    fn at_next_block(&self) -> bool {
        self.word().is_some_and(|word| KEYWORDS.contains(&word))
            && self.peek_at(1).kind == TokenKind::Word
            && self.peek_at(2).kind == TokenKind::Symbol('{')
    }

    fn end_of_line(&mut self) {
        if !matches!(self.peek().kind, TokenKind::Newline | TokenKind::End) {
            let Failed = self.unexpected("the end of the line");
            self.skip_line();
        }
    }

    /// As [`skip_line`](Self::skip_line), but a `}` that ends the block on the same line is left to be seen.
    fn skip_line_in_block(&mut self) {
        self.skip_line();
        let last = self.tokens[self.next.saturating_sub(1)];
        if last.kind == TokenKind::Symbol('}') && self.next > 0 {
            self.next -= 1;
        }
    }

    fn entry(&mut self, body: Body) -> Parsed<Entry> {
        if self.at(TokenKind::DoubleAt) {
            let start = self.advance().span;
            return Ok(Entry::Attribute(self.attribute(start)?));
        }
        if self.at_symbol('@') {
            let place = self.peek().span;
            self.findings.push(
                Diagnostic::error(Rule::MisplacedAttribute, place, "an attribute must stand after a field")
                    .help("move it to the line of its field, or write `@@` for an attribute of the block"),
            );
            return Err(Failed);
        }
        match body {
            Body::Fields => self.field().map(Entry::Field),
            Body::Values => self.enum_value().map(Entry::Value),
            Body::Properties => self.property().map(Entry::Property),
        }
    }

    fn property(&mut self) -> Parsed<Property> {
        let name = self.ident("the name of a property")?;
        if self.take_symbol('=').is_none() {
            return Err(self.unexpected("`=`"));
        }
        let value = self.expr()?;
        let span = name.span.to(value.span());
        Ok(Property { name, value, span })
    }

    fn enum_value(&mut self) -> Parsed<EnumValueAst> {
        let above = self.documentation_above();
        let name = self.ident("the name of a value")?;
        let (attributes, end) = self.attributes(name.span)?;
        let documentation = self.documentation(above.into_iter().chain(self.documentation_after(end.end)));
        Ok(EnumValueAst { span: name.span.to(end), name, attributes, documentation })
    }

    fn field(&mut self) -> Parsed<FieldAst> {
        let above = self.documentation_above();
        let name = self.ident("the name of a field")?;
        if self.take_symbol(':').is_some() {
            let place = name.span;
            self.findings.push(
                Diagnostic::error(Rule::Syntax, place, format!("`:` after the field name `{}`", name.text))
                    .help(format!("write `{} Type`, with a space and no colon", name.text)),
            );
            return Err(Failed);
        }
        let ty = self.type_(&name.text)?;
        let (attributes, end) = self.attributes(ty.span)?;
        let documentation = self.documentation(above.into_iter().chain(self.documentation_after(end.end)));
        Ok(FieldAst { span: name.span.to(end), name, ty, attributes, documentation })
    }

    fn attributes(&mut self, before: Span) -> Parsed<(Vec<Attribute>, Span)> {
        let mut attributes = Vec::new();
        let mut end = before;
        while self.at_symbol('@') {
            let start = self.advance().span;
            let attribute = self.attribute(start)?;
            end = attribute.span;
            attributes.push(attribute);
        }
        if self.at(TokenKind::DoubleAt) {
            let place = self.peek().span;
            self.findings.push(
                Diagnostic::error(
                    Rule::MisplacedAttribute,
                    place,
                    "a block attribute must stand on a line of its own",
                )
                .help("write one `@` for an attribute of this line"),
            );
            return Err(Failed);
        }
        Ok((attributes, end))
    }

    fn type_(&mut self, field: &str) -> Parsed<TypeAst> {
        let ident = self.ident(&format!("the type of the field `{field}`"))?;
        let mut span = ident.span;
        let name = if ident.text == "Unsupported" && self.take_symbol('(').is_some() {
            if !self.at(TokenKind::String) {
                return Err(self.unexpected("the database's type as a string"));
            }
            let token = self.advance();
            let text = self.string_value(token.span);
            match self.take_symbol(')') {
                Some(end) => span = span.to(end),
                None => return Err(self.unexpected("`)`")),
            }
            TypeName::Unsupported(text)
        } else {
            TypeName::Named(ident)
        };
        let (arity, span) = self.arity(span)?;
        Ok(TypeAst { name, arity, span })
    }

    fn arity(&mut self, ty: Span) -> Parsed<(Arity, Span)> {
        let mut arity = Arity::Required;
        let mut span = ty;
        loop {
            let next = if let Some(mark) = self.take_symbol('?') {
                span = span.to(mark);
                Arity::Optional
            } else if self.take_symbol('[').is_some() {
                match self.take_symbol(']') {
                    Some(mark) => span = span.to(mark),
                    None => return Err(self.unexpected("`]`")),
                }
                Arity::List
            } else if let Some(mark) = self.take_symbol('!') {
                self.findings.push(
                    Diagnostic::error(Rule::InvalidArity, mark, "fields are required unless marked with `?`")
                        .help("remove the `!`"),
                );
                continue;
            } else {
                return Ok((arity, span));
            };
            if arity != Arity::Required {
                let (message, help) = match (arity, next) {
                    (Arity::List, Arity::List) => ("a list of lists is not possible", "leave one `[]`"),
                    (Arity::Optional, Arity::Optional) => ("`?` is written twice", "leave one `?`"),
                    _ => ("a list cannot be optional", "leave `[]`; a list may be empty"),
                };
                self.findings.push(Diagnostic::error(Rule::InvalidArity, span, message).help(help));
                arity = Arity::List;
                continue;
            }
            arity = next;
        }
    }
}
