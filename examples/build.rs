//! Generates the typed client of the quickstart.

fn main() {
    drivetrain_codegen::build::Builder::new().config("drivetrain.toml").out("quickstart.rs").run_or_exit();
}
