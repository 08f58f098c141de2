//! Binds arguments to the parameters of attributes and functions, and reads their values.

use super::Context;
use crate::ast::{Argument, Attribute, Call, Expr, Ident};
use crate::diagnostic::{Diagnostic, Rule};
use crate::source::Span;
use crate::suggest::{did_you_mean, list};

/// The arguments of one attribute or function, each under the name of its parameter.
pub(super) struct Args<'a> {
    /// `@name`, `@@name` or `name()`, for messages.
    owner: String,
    span: Span,
    bound: Vec<(&'static str, &'a Argument)>,
    /// Whether something was reported already.
    pub(super) failed: bool,
}

/// The parameters of an attribute or function: the one that may stand without a name, and the others.
pub(super) struct Params {
    pub(super) positional: Option<&'static str>,
    pub(super) named: &'static [&'static str],
}

impl<'a> Args<'a> {
    pub(super) fn of_attribute(
        cx: &mut Context,
        attribute: &'a Attribute,
        block: bool,
        params: &Params,
    ) -> Self {
        let mark = if block { "@@" } else { "@" };
        Self::bind(cx, format!("{mark}{}", attribute.name.text), attribute.span, &attribute.args, params)
    }

    pub(super) fn of_call(cx: &mut Context, call: &'a Call, params: &Params) -> Self {
        Self::bind(cx, format!("{}()", call.name.text), call.span, &call.args, params)
    }

    fn bind(cx: &mut Context, owner: String, span: Span, args: &'a [Argument], params: &Params) -> Self {
        let mut this = Self { owner, span, bound: Vec::new(), failed: false };
        let mut unnamed = 0;
        for arg in args {
            let known = match &arg.name {
                Some(name) => {
                    let known =
                        params.positional.iter().chain(params.named).find(|known| **known == name.text);
                    if known.is_none() {
                        this.unknown(cx, name, params);
                    }
                    known
                }
                None => {
                    unnamed += 1;
                    if unnamed > 1 || params.positional.is_none() {
                        this.too_many(cx, arg, params);
                        continue;
                    }
                    params.positional.as_ref()
                }
            };
            let Some(known) = known else { continue };
            match this.argument(known) {
                Some(earlier) => {
                    let finding = Diagnostic::error(
                        Rule::RepeatedArgument,
                        arg.span,
                        format!("`{known}` is given twice to `{}`", this.owner),
                    )
                    .and(earlier.span, "first given here")
                    .help("remove one of them");
                    this.fail(cx, finding);
                }
                None => this.bound.push((known, arg)),
            }
        }
        this
    }

    fn unknown(&mut self, cx: &mut Context, name: &Ident, params: &Params) {
        let known = params.positional.iter().chain(params.named).copied();
        let message = format!("`{}` has no argument `{}`", self.owner, name.text);
        let mut finding = Diagnostic::error(Rule::UnknownArgument, name.span, message);
        finding.help = did_you_mean(&name.text, known);
        self.fail(cx, finding);
    }

    fn too_many(&mut self, cx: &mut Context, arg: &Argument, params: &Params) {
        let message = match params.positional {
            Some(_) => format!("`{}` takes one argument without a name", self.owner),
            None if params.named.is_empty() => format!("`{}` takes no arguments", self.owner),
            None => format!("`{}` takes no argument without a name", self.owner),
        };
        let finding = Diagnostic::error(Rule::InvalidArgument, arg.span, message);
        let finding = match (params.positional, params.named) {
            (_, []) => finding.help("remove it"),
            (_, named) => {
                finding.help(format!("remove it, or give it a name: {}", list(named.iter().copied())))
            }
        };
        self.fail(cx, finding);
    }

    fn fail(&mut self, cx: &mut Context, finding: Diagnostic) {
        self.failed = true;
        cx.report(finding);
    }

    pub(super) fn argument(&self, name: &str) -> Option<&'a Argument> {
        self.bound.iter().find(|(known, _)| *known == name).map(|(_, arg)| *arg)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Expr> {
        self.argument(name).map(|arg| &arg.value)
    }

    /// The value of a parameter that must be given.
    pub(super) fn require(&mut self, cx: &mut Context, name: &str, example: &str) -> Option<&'a Expr> {
        let value = self.get(name);
        if value.is_none() && !self.failed {
            let message = format!("`{}` needs the argument `{name}`", self.owner);
            let finding = Diagnostic::error(Rule::MissingArgument, self.span, message)
                .help(format!("write `{example}`"));
            self.fail(cx, finding);
        }
        value
    }

    pub(super) fn string(&self, cx: &mut Context, name: &str) -> Option<(String, Span)> {
        string(cx, self.get(name)?)
    }

    pub(super) fn number(&self, cx: &mut Context, name: &str) -> Option<(u32, Span)> {
        let value = self.get(name)?;
        if let Expr::Number(number) = value
            && let Ok(parsed) = number.text.parse()
        {
            return Some((parsed, number.span));
        }
        expected(cx, value, "a whole number, for example `10`");
        None
    }
}

/// The string an argument must be.
pub(super) fn string(cx: &mut Context, value: &Expr) -> Option<(String, Span)> {
    match value {
        Expr::String(string) => Some((string.value.clone(), string.span)),
        _ => {
            expected(cx, value, "a string in double quotes");
            None
        }
    }
}

/// The name an argument must be.
pub(super) fn path<'a>(cx: &mut Context, value: &'a Expr, what: &str) -> Option<&'a Ident> {
    match value {
        Expr::Path(path) => Some(path),
        _ => {
            expected(cx, value, what);
            None
        }
    }
}

/// The items of a list; a value alone is a list of one.
pub(super) fn as_list(value: &Expr) -> (&[Expr], Span) {
    match value {
        Expr::Array(items, span) => (items, *span),
        _ => (std::slice::from_ref(value), value.span()),
    }
}

/// The names an argument must be a list of.
pub(super) fn paths<'a>(cx: &mut Context, value: &'a Expr) -> Option<(Vec<&'a Ident>, Span)> {
    let (items, span) = as_list(value);
    let paths: Option<Vec<&Ident>> = items.iter().map(|item| path(cx, item, "the name of a field")).collect();
    Some((paths?, span))
}

pub(super) fn expected(cx: &mut Context, value: &Expr, what: &str) {
    cx.report(
        Diagnostic::error(
            Rule::InvalidArgument,
            value.span(),
            format!("expected {what}, found {}", value.describe()),
        )
        .label(format!("expected {what}"))
        .help(format!("write {what} here")),
    );
}
