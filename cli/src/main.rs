//! The `drivetrain` command.

fn main() {}
