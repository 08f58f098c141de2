//! Pages made of several reports.

use std::path::PathBuf;

use crate::report::{Report, files, html, page};

/// What is to be made.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pub(super) reports: Vec<PathBuf>,
    pub(super) markdown: Option<PathBuf>,
    pub(super) html: Option<PathBuf>,
}

impl Pages {
    /// Reads the reports and writes the pages.
    ///
    /// # Errors
    /// Which file cannot be read or written.
    pub(super) fn write(&self) -> Result<(), String> {
        if self.reports.is_empty() || (self.markdown.is_none() && self.html.is_none()) {
            return Err("name the reports, and a file for --markdown or --html".to_owned());
        }
        let reports = self.reports.iter().map(|path| Report::read(path)).collect::<Result<Vec<_>, _>>()?;
        if let Some(path) = &self.markdown {
            files::write(path, &page(&reports))?;
        }
        if let Some(path) = &self.html {
            files::write(path, &html(&reports))?;
        }
        Ok(())
    }
}
