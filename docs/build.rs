//! Generates the clients that the snippets of the guide use.

use drivetrain_codegen::build::Builder;

fn main() {
    Builder::new().config("schemas/guide.toml").out("guide.rs").run_or_exit();
    Builder::new().config("schemas/chosen.toml").out("chosen.rs").run_or_exit();
    Builder::new().folder("quickstart").out("db.rs").run_or_exit();
}
