//! Finds the name that was probably meant.

/// The known name nearest to `name` as a question, or all of them.
pub(crate) fn help(name: &str, known: &[&str]) -> String {
    let wanted = name.to_lowercase();
    let allowed = (wanted.chars().count() / 3).max(1);
    let near = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance);
    match near {
        Some((_, candidate)) => format!("did you mean `{candidate}`?"),
        None => format!("known here: `{}`", known.join("`, `")),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_nearest_name_or_all() {
        let known = ["DateTime", "Decimal"];
        assert_eq!(super::help("Datetime", &known), "did you mean `DateTime`?");
        assert_eq!(super::help("Timestamp", &known), "known here: `DateTime`, `Decimal`");
    }
}
