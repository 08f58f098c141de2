//! What is read: conditions, order, limits and the relations that come along.

use std::fmt;

use crate::filter::{Node, OrderNode};
use crate::include::RelatedParts;
use crate::model::ModelMeta;

/// How relations are loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadStrategy {
    /// With the records themselves, in one statement.
    Joined,
    /// By one more query for each relation. It works on every database.
    Separate,
}

/// What is read of a model.
#[derive(Clone)]
pub(crate) struct Selection {
    pub(crate) model: &'static ModelMeta,
    pub(crate) filter: Node,
    pub(crate) order: Vec<OrderNode>,
    pub(crate) skip: Option<u64>,
    pub(crate) take: Option<u64>,
    pub(crate) includes: Vec<(usize, Self)>,
    pub(crate) strategy: Option<LoadStrategy>,
}

impl Selection {
    pub(crate) fn new(model: &'static ModelMeta) -> Self {
        Self {
            model,
            filter: Node::And(Vec::new()),
            order: Vec::new(),
            skip: None,
            take: None,
            includes: Vec::new(),
            strategy: None,
        }
    }

    /// Narrows it down.
    pub(crate) fn filter(&mut self, node: Node) {
        match &mut self.filter {
            Node::And(nodes) => nodes.push(node),
            other => {
                let old = std::mem::replace(other, Node::And(Vec::new()));
                *other = Node::And(vec![old, node]);
            }
        }
    }

    pub(crate) fn include(&mut self, parts: RelatedParts) {
        self.includes.push((parts.relation, parts.selection));
    }

    /// The models of it and of its relations.
    pub(crate) fn models(&self) -> Vec<&'static ModelMeta> {
        let mut models = vec![self.model];
        for (_, related) in &self.includes {
            models.extend(related.models());
        }
        models
    }
}

impl fmt::Debug for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let includes: Vec<_> =
            self.includes.iter().map(|(relation, _)| self.model.relations[*relation].field).collect();
        f.debug_struct(self.model.name)
            .field("filter", &self.filter)
            .field("skip", &self.skip)
            .field("take", &self.take)
            .field("includes", &includes)
            .finish()
    }
}
