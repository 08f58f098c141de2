//! The reports as one HTML page that needs nothing else: filters by adapter, group, level and status.

use super::Report;

const PAGE: &str = include_str!("page.html");

/// The page for those reports.
///
/// # Panics
/// Never: reports are plain data, and those can be written as JSON.
pub fn html(reports: &[Report]) -> String {
    let data = serde_json::to_string(reports).expect("a report is plain data");
    // Within a script element nothing but the end tag and comments are special.
    PAGE.replacen("/*REPORTS*/", &data.replace('<', "\\u003c"), 1)
}

#[cfg(test)]
mod tests {
    use super::super::data::tests::report;

    #[test]
    fn the_data_cannot_end_the_script() {
        let page = super::html(&[report()]);
        assert!(page.contains(r"\u003c/script>"), "the reason of a case is data");
        assert_eq!(page.matches("</script>").count(), 2);
        assert!(!page.contains("/*REPORTS*/"));
        assert!(!page.contains("http://") && !page.contains("https://"), "nothing is fetched");
    }
}
