//! An answer of any status: no panic, always an error with a message.
#![no_main]

use std::time::Duration;

use drivetrain_adapter_neon_http::wire::error::{Answered, Asked, failure};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u16, Option<&str>, &[u8])| {
    let (status, retry_after, body) = input;
    let answer = Answered { status, retry_after, body };
    for asked in [Asked::Read, Asked::Write, Asked::ReadTransaction, Asked::WriteTransaction] {
        let failure = failure(&answer, asked, Duration::from_secs(1 << 31));
        assert!(!failure.error.to_string().is_empty());
        assert!(failure.error.message().lines().count() == 1);
    }
});
