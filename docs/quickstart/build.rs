//! Generates the client from `schema.prisma`.

fn main() {
    drivetrain_codegen::build::Builder::new().run_or_exit();
}
