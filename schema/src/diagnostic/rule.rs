//! The rules a schema must keep, each with a stable code.

macro_rules! rules {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal,)+) => {
        /// A rule of the language. Its [`code`](Self::code) never changes; new rules may come.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Rule {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Rule {
            /// All rules.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable code shown in diagnostics.
            pub fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

rules! {
    // The text.
    /// The text follows the grammar.
    Syntax = "syntax",
    /// Strings are closed on their line and have only known escapes.
    InvalidString = "invalid-string",
    /// A block begins with one of the six keywords.
    UnknownBlock = "unknown-block",
    /// A block ends with `}`.
    UnclosedBlock = "unclosed-block",
    /// Values are not nested without end.
    TooDeep = "too-deep",
    /// SQL databases have no composite types; type aliases do not exist.
    CompositeType = "composite-type",
    /// A type is followed by one of `[]` and `?`, once.
    InvalidArity = "invalid-arity",

    // Names.
    /// Names of models, views and enums differ; so do those of generators and datasources.
    DuplicateName = "duplicate-name",
    /// Names of a model's fields differ.
    DuplicateField = "duplicate-field",
    /// Names of an enum's values differ, in the schema and in the database.
    DuplicateEnumValue = "duplicate-enum-value",
    /// A name begins with a letter and has only letters, digits and `_`, all of ASCII.
    InvalidName = "invalid-name",
    /// A name does not mean something else already.
    ReservedName = "reserved-name",
    /// A database name is not empty.
    EmptyName = "empty-name",
    /// A database name is not longer than the database allows.
    NameTooLong = "name-too-long",
    /// Tables, views and types of a database schema have different names.
    DuplicateTable = "duplicate-table",
    /// Columns of a table have different names.
    DuplicateColumn = "duplicate-column",
    /// Constraints and indexes have different names wherever the database asks for it.
    DuplicateConstraint = "duplicate-constraint",
    /// The client can tell the keys of a model apart, from each other and from fields.
    DuplicateKeyName = "duplicate-key-name",

    // Datasource and generators.
    /// The schema or its user names a kind of database.
    MissingDatasource = "missing-datasource",
    /// There is one `datasource`.
    MultipleDatasources = "multiple-datasources",
    /// The provider is one the language knows.
    UnknownProvider = "unknown-provider",
    /// A block has the properties it needs.
    MissingProperty = "missing-property",
    /// A `datasource` has only known properties.
    UnknownProperty = "unknown-property",
    /// A property is stated once.
    DuplicateProperty = "duplicate-property",
    /// A property's value is of the right sort.
    InvalidProperty = "invalid-property",
    /// `@@schema` names a schema the `datasource` lists.
    UnknownDbSchema = "unknown-db-schema",
    /// Where the `datasource` lists schemas, every model and enum says which it is in.
    MissingDbSchema = "missing-db-schema",
    /// Everything used exists on every database the schema is checked for.
    UnsupportedByProvider = "unsupported-by-provider",

    // Enums, fields, attributes.
    /// An enum has a value.
    EmptyEnum = "empty-enum",
    /// A field's type exists.
    UnknownType = "unknown-type",
    /// An attribute exists.
    UnknownAttribute = "unknown-attribute",
    /// An attribute that can stand once does so.
    RepeatedAttribute = "repeated-attribute",
    /// An attribute stands where it means something.
    MisplacedAttribute = "misplaced-attribute",
    /// An argument's name exists.
    UnknownArgument = "unknown-argument",
    /// Arguments that must be given are.
    MissingArgument = "missing-argument",
    /// An argument is given once.
    RepeatedArgument = "repeated-argument",
    /// An argument's value is of the right sort.
    InvalidArgument = "invalid-argument",
    /// `@updatedAt` stands at a `DateTime` that is no list.
    InvalidUpdatedAt = "invalid-updated-at",
    /// `@ignore` is not used within something ignored.
    RedundantIgnore = "redundant-ignore",
    /// `@rust(path)` in documentation holds a path to a type.
    InvalidRustType = "invalid-rust-type",
    /// `@db.X` names a type of the database.
    UnknownNativeType = "unknown-native-type",
    /// The database's type can hold the field's.
    NativeTypeMismatch = "native-type-mismatch",
    /// The arguments of a database type fit it.
    InvalidNativeType = "invalid-native-type",

    // Defaults.
    /// A default is of the field's type.
    DefaultTypeMismatch = "default-type-mismatch",
    /// A default's function exists.
    UnknownFunction = "unknown-function",
    /// A default's function fits the field and has right arguments.
    InvalidDefault = "invalid-default",
    /// A default names a value of the field's enum.
    UnknownEnumValue = "unknown-enum-value",
    /// `autoincrement()` stands where the database can number rows.
    InvalidAutoincrement = "invalid-autoincrement",

    // Keys and indexes.
    /// A model has one primary key.
    MultipleIds = "multiple-ids",
    /// The fields of a primary key are required.
    OptionalId = "optional-id",
    /// A key or index is made of columns the database can compare.
    InvalidKeyField = "invalid-key-field",
    /// A key's or relation's fields exist.
    UnknownField = "unknown-field",
    /// A key or relation names a field once.
    RepeatedField = "repeated-field",
    /// A key has a field.
    EmptyKey = "empty-key",
    /// A model has a key whose fields are required.
    MissingKey = "missing-key",
    /// A field that is the primary key is not stated to be unique as well (a warning).
    RedundantUnique = "redundant-unique",
    /// The parts of an index fit each other.
    InvalidIndex = "invalid-index",
    /// An operator class exists and fits index and field.
    InvalidOperatorClass = "invalid-operator-class",
    /// A view has no primary key and no indexes of its own.
    KeyOnView = "key-on-view",

    // Relations.
    /// A relation has a field at both ends.
    MissingOpposite = "missing-opposite",
    /// Where two models have several relations, names tell which fields belong together.
    AmbiguousRelation = "ambiguous-relation",
    /// A relation's name is not empty.
    EmptyRelationName = "empty-relation-name",
    /// One end of a relation states its columns.
    MissingRelationFields = "missing-relation-fields",
    /// `fields` and `references` are stated together, at one end, which is no list.
    MisplacedRelationFields = "misplaced-relation-fields",
    /// `fields` and `references` are equally many.
    RelationLengthMismatch = "relation-length-mismatch",
    /// Each of `fields` has the type of the field it references.
    RelationTypeMismatch = "relation-type-mismatch",
    /// `references` are a key of the other model.
    ReferencesNotUnique = "references-not-unique",
    /// In a one-to-one relation `fields` are a key.
    OneToOneNotUnique = "one-to-one-not-unique",
    /// The end of a one-to-one relation without columns is optional.
    RequiredBackRelation = "required-back-relation",
    /// A relation with optional columns is optional.
    OptionalColumnRequiredRelation = "optional-column-required-relation",
    /// Referential actions are stated where the columns are.
    MisplacedAction = "misplaced-action",
    /// The database can carry out a referential action.
    UnsupportedAction = "unsupported-action",
    /// `SetNull` stands where the columns are optional.
    SetNullOnRequired = "set-null-on-required",
    /// `SetDefault` stands where the columns have defaults (a warning).
    SetDefaultWithoutDefault = "set-default-without-default",
    /// Models of an implicit many-to-many relation have a primary key of one field.
    ManyToManyWithoutId = "many-to-many-without-id",
    /// A relation to something ignored is ignored too.
    RelationToIgnored = "relation-to-ignored",
}

impl std::fmt::Display for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Rule;
    use std::collections::HashSet;

    #[test]
    fn codes_are_unique_kebab_case() {
        let codes: HashSet<&str> = Rule::ALL.iter().map(|rule| rule.code()).collect();
        assert_eq!(codes.len(), Rule::ALL.len());
        assert!(codes.iter().all(|code| code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
    }
}
