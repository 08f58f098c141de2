//! The attribute behind [`drivetrain_adapter_api::async_trait`], so that authors of adapters write no `cfg`.
//!
//! On native targets the futures of an adapter are `Send`; on `wasm32` they are not, because nothing there is.
//!
//! [`drivetrain_adapter_api::async_trait`]: https://docs.rs/drivetrain-adapter-api

use proc_macro::TokenStream;
use quote::quote;

/// Makes the `async fn`s of a trait or an `impl` block object safe, with the bounds that the target asks for.
///
/// Expands to [`async_trait`](https://docs.rs/async-trait) with `Send` futures on native targets, and with
/// `?Send` on `wasm32`. It takes no arguments.
#[proc_macro_attribute]
pub fn async_trait(attribute: TokenStream, item: TokenStream) -> TokenStream {
    if !attribute.is_empty() {
        let message =
            "`drivetrain_adapter_api::async_trait` takes no arguments; the target decides about `Send`";
        return quote!(compile_error!(#message);).into();
    }
    let item = proc_macro2::TokenStream::from(item);
    quote! {
        #[cfg_attr(target_arch = "wasm32", ::drivetrain_adapter_api::__private::async_trait(?Send))]
        #[cfg_attr(not(target_arch = "wasm32"), ::drivetrain_adapter_api::__private::async_trait)]
        #item
    }
    .into()
}
