//! Generates the typed client.

fn main() {
    drivetrain_codegen::build::Builder::new().schema("schema.prisma").out("client.rs").run_or_exit();
}
