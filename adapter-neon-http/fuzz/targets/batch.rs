//! The response to a batch: no panic, whatever number of statements it is for.
#![no_main]

use drivetrain_adapter_neon_http::wire::response;
use drivetrain_postgres_core::types::TypeRegistry;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    for statements in 0..4 {
        let Ok(results) = response::batch(body, statements) else { continue };
        assert_eq!(results.len(), statements);
        for result in results {
            result.into_result(&TypeRegistry::new()).expect("rows fit their columns");
        }
    }
});
