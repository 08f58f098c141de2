//! Generates a client for each schema.

fn main() {
    for (name, config) in [
        ("blog", "drivetrain"),
        ("kinds", "drivetrain"),
        ("names", "drivetrain"),
        ("choices", "choices"),
        ("postgres_only", "postgres_only"),
    ] {
        drivetrain_codegen::build::Builder::new()
            .schema(format!("schemas/{name}.prisma"))
            .config(format!("{config}.toml"))
            .out(format!("{name}.rs"))
            .run_or_exit();
    }
}
