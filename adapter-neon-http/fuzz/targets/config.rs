//! A URL: no panic, and what is taken has endpoints.
#![no_main]

use drivetrain_adapter_neon_http::NeonConfig;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|url: &str| {
    for url in [url.to_owned(), format!("postgres://u:p@h/d?{url}"), format!("postgres://{url}")] {
        if let Ok(config) = NeonConfig::from_url(&url) {
            let endpoint = config.endpoint_url().expect("what is taken has an endpoint");
            assert!(endpoint.is_ascii() || url.contains("endpoint"));
            config.websocket_url().expect("what is taken has an endpoint for WebSockets");
        }
    }
});
