//! What was written: the syntax tree, in source order, with places.
//!
//! Documentation is attached to what it documents. Every comment, documentation included, is also in
//! [`FileAst::comments`], so that the text can be written anew without losing any.

use std::fmt;

use crate::source::{SourceId, Span};

/// The syntax trees of all files.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SchemaAst {
    /// One per source, in the same order.
    pub files: Vec<FileAst>,
}

impl SchemaAst {
    /// The blocks of all files in order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.files.iter().flat_map(|file| &file.items)
    }
}

/// The syntax tree of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct FileAst {
    /// The file.
    pub source: SourceId,
    /// The blocks in order.
    pub items: Vec<Item>,
    /// All comments in order.
    pub comments: Vec<Comment>,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Which sort.
    pub kind: CommentKind,
    /// The place, delimiters included.
    pub span: Span,
}

/// Which sort of comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentKind {
    /// `// ..`
    Line,
    /// `/// ..`, documentation.
    Doc,
    /// `/* .. */`
    Block,
}

/// A top-level block.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `datasource` or `generator`.
    Config(ConfigBlock),
    /// `model`, `view` or `type`.
    Model(ModelBlock),
    /// `enum`.
    Enum(EnumBlock),
}

/// A name and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The name.
    pub text: String,
    /// The place.
    pub span: Span,
}

/// The keyword of a [`ConfigBlock`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigKeyword {
    /// `datasource`
    Datasource,
    /// `generator`
    Generator,
}

/// A `datasource` or `generator` block.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigBlock {
    /// Which of the two.
    pub keyword: ConfigKeyword,
    /// The block's name.
    pub name: Ident,
    /// The documentation above it.
    pub documentation: Option<String>,
    /// The properties in order.
    pub properties: Vec<Property>,
    /// From the keyword to the closing brace.
    pub span: Span,
}

/// `name = value`.
#[derive(Debug, Clone, PartialEq)]
pub struct Property {
    /// The name.
    pub name: Ident,
    /// The value.
    pub value: Expr,
    /// The whole of it.
    pub span: Span,
}

/// The keyword of a [`ModelBlock`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelKeyword {
    /// `model`
    Model,
    /// `view`
    View,
    /// `type`, a composite type
    Type,
}

/// A `model`, `view` or `type` block.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelBlock {
    /// Which of the three.
    pub keyword: ModelKeyword,
    /// The block's name.
    pub name: Ident,
    /// The documentation above it.
    pub documentation: Option<String>,
    /// The fields in order.
    pub fields: Vec<FieldAst>,
    /// The block attributes in order.
    pub attributes: Vec<Attribute>,
    /// Whether a line of the block could not be read and is missing here.
    pub incomplete: bool,
    /// From the keyword to the closing brace.
    pub span: Span,
}

/// `name Type @attributes`.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldAst {
    /// The name.
    pub name: Ident,
    /// The type.
    pub ty: TypeAst,
    /// The attributes in order.
    pub attributes: Vec<Attribute>,
    /// The documentation above it and after it.
    pub documentation: Option<String>,
    /// From the name to the last attribute.
    pub span: Span,
}

/// A field's type as written.
#[derive(Debug, Clone, PartialEq)]
pub struct TypeAst {
    /// The name.
    pub name: TypeName,
    /// `[]` or `?` after it.
    pub arity: crate::model::Arity,
    /// The whole of it.
    pub span: Span,
}

/// The name of a type.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeName {
    /// A scalar, enum or model.
    Named(Ident),
    /// `Unsupported("..")`.
    Unsupported(StringLit),
}

/// An `enum` block.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumBlock {
    /// The block's name.
    pub name: Ident,
    /// The documentation above it.
    pub documentation: Option<String>,
    /// The values in order.
    pub values: Vec<EnumValueAst>,
    /// The block attributes in order.
    pub attributes: Vec<Attribute>,
    /// Whether a line of the block could not be read and is missing here.
    pub incomplete: bool,
    /// From the keyword to the closing brace.
    pub span: Span,
}

/// One value of an enum.
#[derive(Debug, Clone, PartialEq)]
pub struct EnumValueAst {
    /// The name.
    pub name: Ident,
    /// The attributes in order.
    pub attributes: Vec<Attribute>,
    /// The documentation above it and after it.
    pub documentation: Option<String>,
    /// From the name to the last attribute.
    pub span: Span,
}

/// `@path(args)` or `@@path(args)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The name, with dots: `id`, `db.VarChar`.
    pub name: Ident,
    /// The arguments; empty also where there are no parentheses.
    pub args: Vec<Argument>,
    /// From the `@` to the closing parenthesis.
    pub span: Span,
}

/// One argument.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// The name before the colon.
    pub name: Option<Ident>,
    /// The value.
    pub value: Expr,
    /// The whole of it.
    pub span: Span,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// `"text"`.
    String(StringLit),
    /// A number as written.
    Number(Ident),
    /// A name, perhaps with dots.
    Path(Ident),
    /// `name(args)`.
    Call(Call),
    /// `[a, b]`.
    Array(Vec<Self>, Span),
    /// `{ name: value }`, in `where:` only.
    Object(Vec<(Ident, Self)>, Span),
}

impl Expr {
    /// The whole of it.
    pub fn span(&self) -> Span {
        match self {
            Self::String(string) => string.span,
            Self::Number(ident) | Self::Path(ident) => ident.span,
            Self::Call(call) => call.span,
            Self::Array(_, span) | Self::Object(_, span) => *span,
        }
    }

    /// What sort of value it is, for messages.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Number(_) => "a number",
            Self::Path(_) => "a name",
            Self::Call(_) => "a function call",
            Self::Array(..) => "a list",
            Self::Object(..) => "an object",
        }
    }
}

/// `name(args)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function's name.
    pub name: Ident,
    /// The arguments.
    pub args: Vec<Argument>,
    /// The whole of it.
    pub span: Span,
}

/// A string: its value, and its place with the quotes.
#[derive(Clone, PartialEq, Eq)]
pub struct StringLit {
    /// The value, escapes resolved.
    pub value: String,
    /// The place, quotes included.
    pub span: Span,
}

/// Shows the place only: the value may be a connection string.
impl fmt::Debug for StringLit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StringLit").field("span", &self.span).finish_non_exhaustive()
    }
}
