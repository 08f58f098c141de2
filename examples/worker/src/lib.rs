//! A worker that keeps users and what they have to do, on Neon.
//!
//! Queries and nested creates are one HTTP request each, by `fetch`; the transaction opens a WebSocket for itself. A
//! client is made for each request: workers may not use a socket that another request has opened.
//!
//! | request | |
//! |---|---|
//! | `POST /users {"email": .., "todos": [..]}` | creates a user with todos |
//! | `GET /users` | every user, with their todos |
//! | `POST /done {"email": ..}` | marks all todos of a user as done, or none |
//! | `GET /exact` | values that a JSON number would not hold |

#[cfg(target_arch = "wasm32")]
pub mod worker;
