//! The gateway as a command of its own.

fn main() {}
