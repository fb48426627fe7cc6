//! An address in, the checkpoint behind it out: only headers and the tensors that are asked for come over the network.
//!
//! What comes is kept in files of full length with holes ([`sparse`]) in the user's cache, which the readers map like
//! any other file. A second run, or a run after one that was interrupted, asks only for what is missing.

mod address;
mod blocks;
mod cache;
mod http;
mod hub;
mod mirror;
mod options;
mod patience;
mod sparse;
mod store;
mod store_client;
mod store_problem;
mod store_variables;
mod web;

use std::path::{Path, PathBuf};

pub use options::RemoteOptions;

use crate::catalogue::Catalogue;
use crate::remote::address::Address;
use crate::{Error, TensorSource, detect};

/// Opens a checkpoint as [`open`](crate::open) does, with these options in place of the environment's.
///
/// # Errors
/// As of [`open`](crate::open), and everything that can go wrong between a server and this machine.
pub fn open_with(path: &Path, options: &RemoteOptions) -> Result<Box<dyn TensorSource>, Error> {
    match detect::address_in(path) {
        Some(address) => {
            let found = open_address(address, options);
            Ok(Box::new(found.map_err(|error| error.in_file(&PathBuf::from(address)))?))
        }
        None => crate::open(path),
    }
}

/// Opens what is at an address.
fn open_address(address: &str, options: &RemoteOptions) -> Result<Catalogue, Error> {
    match Address::parse(address)? {
        Address::Hub(model) => hub::open(address, &model, options),
        Address::Store(bucket) => store::open(address, &bucket, options),
        Address::Web(url) => web::open(&url, options),
    }
}
