//! Network addresses in binary form, to the text that Postgres writes.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::super::decoded::{Decode, Fault};
use super::Reader;

/// Address families as Postgres numbers them on the wire, whatever the server's platform calls them.
const V4: u8 = 2;
const V6: u8 = 3;

/// Family, bits of the network, whether it is a `cidr`, length, address.
pub(super) fn address(bytes: &[u8], cidr: bool) -> Decode<String> {
    let mut reader = Reader(bytes);
    let family = reader.u8()?;
    let bits = reader.u8()?;
    if reader.u8()? != u8::from(cidr) {
        return Err(Fault::new("an inet and a cidr are mixed up"));
    }
    let length = reader.u8()?;
    let (text, all) = match (family, length) {
        (V4, 4) => (Ipv4Addr::from(reader.array::<4>()?).to_string(), 32),
        (V6, 16) => (v6(reader.array()?), 128),
        _ => return Err(Fault::new("the address is neither of IPv4 nor of IPv6")),
    };
    reader.end()?;
    match bits {
        bits if bits > all => Err(Fault::new("the network has more bits than the address")),
        bits if bits == all && !cidr => Ok(text),
        bits => Ok(format!("{text}/{bits}")),
    }
}

/// Postgres shows the last four bytes as IPv4 where all in front of them is 0 (`::1.2.3.4`).
fn v6(bytes: [u8; 16]) -> String {
    let address = Ipv6Addr::from(bytes);
    let segments = address.segments();
    let zeros = segments.iter().take_while(|segment| **segment == 0).count();
    let [.., a, b, c, d] = bytes;
    let last = Ipv4Addr::new(a, b, c, d);
    match zeros {
        6 => format!("::{last}"),
        5 if segments[5] == 0xffff => format!("::ffff:{last}"),
        _ => address.to_string(),
    }
}

pub(super) fn mac(bytes: &[u8], rest: Reader<'_>) -> Decode<String> {
    rest.end()?;
    let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(pairs.join(":"))
}
