use super::super::CASES;
use super::*;

#[test]
fn every_section_is_run_by_a_case_that_is_there() {
    let known: Vec<_> = CASES.iter().copied().flatten().map(|case| case.id).collect();
    let mut names = std::collections::HashSet::new();
    for section in sections() {
        assert!(names.insert(&section.name), "{} is there twice", section.name);
        assert!(!section.entries.is_empty() && !section.sides.is_empty(), "{} holds nothing", section.name);
        assert!(section.entries.len() < 900, "{} holds too much", section.name);
        for case in &section.cases {
            assert!(known.contains(&case.as_str()), "{}: there is no case {case}", section.name);
        }
    }
}

#[test]
fn bits_days_and_microseconds_are_what_they_say() {
    let read = |ty: &str, text: &str| {
        let raw: toml::Table = format!("v = {text}").parse().unwrap();
        build::value(&build::db_type(ty).unwrap(), "other", &raw["v"])
    };
    assert_eq!(read("float8", "\"8000000000000000\""), Ok(Value::Float64(-0.0)));
    assert_eq!(read("float4", "\"00000001\""), Ok(Value::Float32(1e-45)));
    assert_eq!(read("date", "-1"), Ok(Value::Date("1969-12-31".parse().unwrap())));
    assert_eq!(read("timestamp", "0"), Ok(Value::Timestamp("2000-01-01 00:00:00".parse().unwrap())));
    assert_eq!(read("bytes", "\"00fF\""), Ok(Value::Bytes(vec![0, 255])));
    assert_eq!(
        read("uuid", "\"00000000-0000-0000-0000-00000000000f\"").map(|uuid| uuid.db_type()),
        Ok(DbType::Uuid)
    );
    let Ok(Value::Array(array)) =
        read("int4[]", r#"{ items = ["1", { null = true }], dimensions = [[2, 0]] }"#)
    else {
        panic!("an array")
    };
    assert_eq!((array.values(), array.dimensions()[0].lower_bound), (&[Value::Int32(1), Value::NULL][..], 0));
    for (ty, text) in
        [("int2", "\"32768\""), ("int2", "1"), ("bytes", "\"0\""), ("date", "\"2024\""), ("bool", "\"t\"")]
    {
        assert!(read(ty, text).is_err(), "{ty} {text}");
    }
}

#[test]
fn a_file_that_is_wrong_says_where() {
    let wrong = |text: &str| parse::file(text).unwrap_err();
    let head = "[[section]]\ncases = []\nname = \"s\"\ntype = \"int2\"\n";
    assert!(wrong(&format!("{head}values = [{{ value = \"x\" }}]")).contains("no value"));
    assert!(wrong(&format!("{head}values = []\nnope = 1")).contains("nope"));
    assert!(
        wrong(&format!("{head}values = [{{ value = \"1\", sqlite.refused = \"Nope\" }}]")).contains("Nope")
    );
}
