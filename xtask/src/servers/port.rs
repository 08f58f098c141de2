//! Free TCP ports.

use std::net::{Ipv4Addr, TcpListener};

/// A port of the loopback address that nobody listens on. Another process may take it before it is used.
pub(crate) fn free() -> Result<u16, String> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(|error| format!("cannot find a free port on 127.0.0.1: {error}"))
}
