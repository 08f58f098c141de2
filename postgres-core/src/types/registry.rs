//! The types a session knows: the built-in ones, and those it has learnt from the catalog.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use drivetrain_adapter_api::DbType;

use super::builtin::{Sort, builtin};
use super::{ArrayType, Codec, Resolved, Scalar, TypeInfo, TypeKind};

/// How many steps from a type to its base are followed. A database has no cycles; a broken server might.
const MAX_STEPS: usize = 16;

/// The types of one database. Connections to the same database can share one.
#[derive(Debug, Default)]
pub struct TypeRegistry {
    learnt: RwLock<HashMap<u32, Arc<TypeInfo>>>,
}

impl TypeRegistry {
    /// One that knows the built-in types only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what the catalog says of some types. Built-in types stay as they are.
    pub fn learn(&self, types: impl IntoIterator<Item = TypeInfo>) {
        let mut learnt = self.learnt.write().unwrap_or_else(PoisonError::into_inner);
        for info in types {
            if builtin(info.oid).is_none() {
                learnt.insert(info.oid, Arc::new(info));
            }
        }
    }

    /// What is known of the type with that object id.
    pub fn get(&self, oid: u32) -> Option<Arc<TypeInfo>> {
        if let Some(builtin) = builtin(oid) {
            return Some(Arc::clone(&builtin.info));
        }
        self.learnt.read().unwrap_or_else(PoisonError::into_inner).get(&oid).cloned()
    }

    /// Those of `oids` of which something must be asked of the catalog before values are decoded well: the type
    /// itself or one it is made of is not known. In order, each once.
    pub fn unknown(&self, oids: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let mut unknown = Vec::new();
        for oid in oids {
            if !unknown.contains(&oid) && !self.is_known(oid) {
                unknown.push(oid);
            }
        }
        unknown
    }

    fn is_known(&self, mut oid: u32) -> bool {
        for _ in 0..MAX_STEPS {
            match self.get(oid).map(|info| info.kind) {
                None => return false,
                Some(
                    TypeKind::Domain(next) | TypeKind::Range(next) | TypeKind::Array { element: next, .. },
                ) => {
                    oid = next;
                }
                Some(_) => return true,
            }
        }
        // A cycle: asking again would not help.
        true
    }

    /// The type that values of it have: an enum's carries its name, a domain's is its base's. The type of a value
    /// that has no variant of its own is named too; [`DbType::Unknown`] if not even the name is known.
    pub fn db_type(&self, oid: u32) -> DbType {
        self.resolve(oid).db_type()
    }

    pub(crate) fn resolve(&self, oid: u32) -> Resolved {
        self.resolve_within(oid, MAX_STEPS)
    }

    fn resolve_within(&self, oid: u32, steps: usize) -> Resolved {
        let (Some(info), Some(steps)) = (self.get(oid), steps.checked_sub(1)) else {
            return Resolved::unknown(oid);
        };
        let codec = match info.kind {
            TypeKind::Domain(base) => return Resolved { oid, ..self.resolve_within(base, steps) },
            TypeKind::Enum => Codec::Enum,
            TypeKind::Array { element, delimiter } => {
                Codec::Array(Arc::new(ArrayType { element: self.resolve_within(element, steps), delimiter }))
            }
            TypeKind::Range(subtype) | TypeKind::Multirange(Some(subtype)) => {
                Codec::Range(Arc::new(self.resolve_within(subtype, steps)))
            }
            TypeKind::Composite | TypeKind::Multirange(None) => Codec::Other,
            TypeKind::Base => match builtin(oid).map(|builtin| builtin.sort) {
                Some(Sort::Scalar(scalar)) => Codec::Scalar(scalar),
                Some(Sort::Vector(element)) => Codec::Vector(Arc::new(self.resolve_within(element, steps))),
                Some(_) => Codec::Other,
                // The extension is older than nondeterministic collations, and common: its values are text.
                None if &*info.name == "citext" => Codec::Scalar(Scalar::Text),
                None => Codec::Other,
            },
        };
        Resolved {
            oid,
            base: oid,
            schema: info.schema.clone(),
            name: Arc::clone(&info.name),
            known: true,
            codec,
        }
    }
}
