use super::*;

fn by_email() -> Select {
    Select {
        projections: vec![Projection::new(Expr::column("id"))],
        from: Some(Source::table("User")),
        filter: Some(Expr::column("email").equal(Expr::slot(0, DbType::Text))),
        ..Select::default()
    }
}

#[test]
fn equal_statements_have_one_shape_and_others_have_another() {
    let first = Statement::new(by_email());
    assert_eq!(first.shape(), Statement::new(by_email()).shape());
    let limited = Select { limit: Some(Expr::slot(1, DbType::Int64)), ..by_email() };
    assert_ne!(first.shape(), Statement::new(limited).shape());
}

#[test]
fn slots_are_found_by_number() {
    let select = Select { limit: Some(Expr::slot(1, DbType::Int64)), ..by_email() };
    assert_eq!(Statement::new(select).slots(), [DbType::Text, DbType::Int64]);
}

#[test]
#[should_panic(expected = "slot 0 of the statement is not used")]
fn a_gap_in_the_numbers_is_a_mistake_of_the_builder() {
    Statement::new(Select { limit: Some(Expr::slot(1, DbType::Int64)), ..Select::default() });
}

#[test]
fn features_and_access_are_those_of_all_parts() {
    assert_eq!(Statement::new(by_email()).access(), Access::Read);
    assert_eq!(Statement::new(by_email()).features(), Features::NONE);
    let delete = Delete {
        with: vec![],
        table: "User".into(),
        filter: None,
        returning: vec![Projection::new(Expr::column("id"))],
    };
    let select = Select {
        with: vec![Cte { name: "gone".into(), columns: vec![], body: CteBody::Delete(Box::new(delete)) }],
        from: Some(Source::table("gone")),
        ..Select::default()
    };
    let statement = Statement::new(select);
    assert_eq!(statement.access(), Access::Write);
    let features: Vec<_> = statement.features().iter().collect();
    assert_eq!(features, [Feature::ReturningDelete, Feature::DataModifyingCtes]);
}

#[test]
fn raw_sql_has_as_many_slots_as_it_is_told() {
    let statement = Statement::raw("select $1, $2", 2);
    assert_eq!(statement.slots().len(), 2);
    assert_eq!(statement.access(), Access::Unknown);
}
