//! Generates a client for each schema.

fn main() {
    for name in ["blog", "kinds"] {
        drivetrain_codegen::build::Builder::new()
            .schema(format!("schemas/{name}.prisma"))
            .config("drivetrain.toml")
            .out(format!("{name}.rs"))
            .run_or_exit();
    }
}
