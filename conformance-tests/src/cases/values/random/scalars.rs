//! Random booleans, numbers, texts, bytes and UUIDs.

use drivetrain_adapter_api::value::Uuid;
use drivetrain_adapter_api::{Dialect, Value};

use super::{Drawn, Shown};
use crate::Random;

pub(super) fn bool(random: &mut Random, dialect: Dialect) -> Drawn {
    let yes = random.below(2) == 1;
    let shown = match (dialect, yes) {
        (Dialect::Postgres, true) => "true",
        (Dialect::Postgres, false) => "false",
        (_, true) => "1",
        (_, false) => "0",
    };
    Drawn::new(Value::Bool(yes), shown)
}

/// An integer of so many bits: small ones, ones near a power of two, any.
fn integer(random: &mut Random, bits: u32) -> i64 {
    let any = random.bits().cast_signed() >> (64 - bits);
    match random.below(4) {
        0 => any >> random.below(u64::from(bits)),
        1 => {
            let near = (1_i64 << random.below(u64::from(bits) - 1)).wrapping_add(any % 3);
            if random.below(2) == 0 { near } else { near.wrapping_neg() }
        }
        _ => any,
    }
}

pub(super) fn int2(random: &mut Random, _: Dialect) -> Drawn {
    let number = i16::try_from(integer(random, 16)).unwrap_or(i16::MIN);
    Drawn::new(Value::Int16(number), number.to_string())
}

pub(super) fn int4(random: &mut Random, _: Dialect) -> Drawn {
    let number = i32::try_from(integer(random, 32)).unwrap_or(i32::MIN);
    Drawn::new(Value::Int32(number), number.to_string())
}

pub(super) fn int8(random: &mut Random, _: Dialect) -> Drawn {
    let number = integer(random, 64);
    Drawn::new(Value::Int64(number), number.to_string())
}

/// Any bits that are a number, and not -0.0, which some columns lose.
pub(super) fn float8(random: &mut Random, _: Dialect) -> Drawn {
    loop {
        let number = match random.below(3) {
            0 => integer(random, 40) as f64 / 1000.0,
            _ => f64::from_bits(random.bits()),
        };
        if number.is_finite() && number.to_bits() != (-0.0_f64).to_bits() {
            return Drawn { value: Value::Float64(number), shown: Shown::Number(number) };
        }
    }
}

pub(super) fn float4(random: &mut Random, dialect: Dialect) -> Drawn {
    loop {
        let number = match random.below(3) {
            0 => integer(random, 20) as f32 / 100.0,
            _ => f32::from_bits((random.bits() >> 32) as u32),
        };
        if !number.is_finite() || number.to_bits() == (-0.0_f32).to_bits() {
            continue;
        }
        // SQLite shows the 64-bit float that it holds instead.
        let shown = match dialect {
            Dialect::Sqlite => Shown::Number(number.into()),
            _ => Shown::Single(number),
        };
        return Drawn { value: Value::Float32(number), shown };
    }
}

fn digits(random: &mut Random, count: u64) -> String {
    (0..count).map(|_| char::from(b'0' + random.below(10) as u8)).collect()
}

/// With any scale where the database keeps it; on SQLite of 15 digits at most, the last of which is not 0.
pub(super) fn decimal(random: &mut Random, dialect: Dialect) -> Drawn {
    let sign = if random.below(2) == 0 { "" } else { "-" };
    let (whole, fraction) = match dialect {
        Dialect::Sqlite => (1 + random.below(8), random.below(7)),
        _ => (1 + random.below(60), random.below(40)),
    };
    let mut text = format!("{}{}", 1 + random.below(9), digits(random, whole - 1));
    if fraction > 0 {
        text = format!("{text}.{}{}", digits(random, fraction - 1), 1 + random.below(9));
        if dialect != Dialect::Sqlite && random.below(3) == 0 {
            text.push_str("00");
        }
    }
    let text = format!("{sign}{text}");
    let value = Value::Decimal(text.parse().unwrap_or_else(|_| 0.into()));
    match dialect {
        Dialect::Sqlite => Drawn { value, shown: Shown::Number(text.parse().unwrap_or(f64::NAN)) },
        _ => Drawn::new(value, text),
    }
}

/// Ranges that characters are drawn from.
const CHARACTERS: &[(u32, u32)] = &[
    (0x01, 0x1f),
    (0x20, 0x7e),
    (0x20, 0x7e),
    (0x80, 0xff),
    (0x300, 0x36f),
    (0x5d0, 0x5ea),
    (0x2000, 0x206f),
    (0x4e00, 0x9fff),
    (0xe000, 0xe0ff),
    (0xfff0, 0xffff),
    (0x1f300, 0x1f6ff),
    (0x10_fff0, 0x10_ffff),
];

pub(super) fn characters(random: &mut Random, most: u64) -> String {
    let count = random.below(most + 1);
    let mut text = String::new();
    for _ in 0..count {
        let (from, to) = *random.choose(CHARACTERS);
        let code = from + random.below(u64::from(to - from + 1)) as u32;
        text.extend(char::from_u32(code));
        if random.below(6) == 0 {
            text.push(*random.choose(&['\'', '"', '\\', '$', '?', '{', '}', ',', ';', '%', ' ']));
        }
    }
    text
}

pub(super) fn text(random: &mut Random, _: Dialect) -> Drawn {
    let text = characters(random, 40);
    Drawn::new(Value::Text(text.clone()), text)
}

pub(super) fn bytes(random: &mut Random, _: Dialect) -> Drawn {
    let count = random.below(100);
    let bytes: Vec<u8> = (0..count).map(|_| random.below(256) as u8).collect();
    let shown: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    Drawn::new(Value::Bytes(bytes), shown)
}

pub(super) fn uuid(random: &mut Random, _: Dialect) -> Drawn {
    let number = u128::from(random.bits()) << 64 | u128::from(random.bits());
    let digits = format!("{number:032x}");
    let shown = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-");
    Drawn::new(Value::Uuid(Uuid::from_bytes(number.to_be_bytes())), shown)
}
