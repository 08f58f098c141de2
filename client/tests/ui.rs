//! What must not compile, and what the compiler says of it.
//!
//! After a change of the messages, `TRYBUILD=overwrite cargo test -p drivetrain --test ui` writes them anew: read them as
//! somebody would who made the mistake.

#[test]
fn mistakes_do_not_compile() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
