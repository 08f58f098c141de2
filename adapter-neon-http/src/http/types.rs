//! Types of the database's own: asked for once, by one more request.

use drivetrain_adapter_api::{Access, Result};
use drivetrain_postgres_core::types::{catalog_query, parse_catalog_row};

use super::{HttpSide, Until};
use crate::wire::error::Asked;
use crate::wire::{self, Statement};

impl HttpSide {
    /// Asks the catalog for the types with those object ids. What it does not know is not asked for again.
    ///
    /// # Errors
    /// What the endpoint reports, and what the transport meets.
    pub(super) async fn learn(&self, oids: &[u32], until: Until) -> Result<()> {
        let question = Statement::new(catalog_query(oids));
        let body = wire::request::single(&question, self.config.max_request_bytes)?;
        let answer = self.post(&[], body, Asked::single(Access::Read), until).await?;
        let rows = wire::response::single(&answer)?.rows;
        // A type that is not understood stays unknown: its values are handed over as text with its object id.
        self.shared.types().learn(rows.texts().filter_map(|row| parse_catalog_row(&row).ok()));
        self.shared.asked(oids);
        Ok(())
    }
}
