//! Scalars in binary form.

use drivetrain_adapter_api::ValueRef;
use drivetrain_adapter_api::value::{Date, Interval, Time, TimeTz, Timestamp, TimestampTz, Uuid};

use super::super::decoded::{Decode, Decoded, Fault, Made, utf8};
use super::{Reader, network, numeric};
use crate::codec::text;
use crate::types::{Resolved, Scalar};

/// Days from 1970-01-01 to 2000-01-01, where Postgres counts from.
const EPOCH_SHIFT_DAYS: i32 = 10_957;
/// What Postgres's dates hold, in days from 2000-01-01: 4714-11-24 BC to 5874897-12-31.
const DATES: std::ops::Range<i32> = -2_451_545..2_145_031_949;
/// What Postgres's timestamps hold, in microseconds from 2000-01-01: 4714-11-24 BC to 294276-12-31.
const TIMESTAMPS: std::ops::Range<i64> = -211_813_488_000_000_000..9_223_371_331_200_000_000;
const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Less than 16 hours either way.
const MAX_OFFSET: i32 = 16 * 3600 - 1;

pub(super) fn decode<'a>(scalar: Scalar, ty: &'a Resolved, bytes: &'a [u8]) -> Decode<Decoded<'a>> {
    let mut reader = Reader(bytes);
    let value = match scalar {
        Scalar::Text | Scalar::Xml => return Ok(Decoded::Value(ValueRef::Text(utf8(bytes)?))),
        Scalar::Json => return Ok(Decoded::Value(ValueRef::Json(utf8(bytes)?))),
        Scalar::Bytea => return Ok(Decoded::Value(ValueRef::Bytes(bytes))),
        Scalar::Jsonb => {
            if reader.u8()? != 1 {
                return Err(Fault::new("the version of the jsonb is not 1"));
            }
            return Ok(Decoded::Value(ValueRef::Json(utf8(reader.0)?)));
        }
        Scalar::Char => {
            let byte = reader.u8()?;
            reader.end()?;
            return text::char_value(byte, bytes);
        }
        Scalar::Void => ValueRef::OtherText { type_name: &ty.name, text: "" },
        Scalar::Bits => return bits(bytes).map(Made::text),
        Scalar::Inet | Scalar::Cidr => {
            return network::address(bytes, scalar == Scalar::Cidr).map(Made::text);
        }
        Scalar::MacAddr => return network::mac(&reader.array::<6>()?, reader).map(Made::text),
        Scalar::MacAddr8 => return network::mac(&reader.array::<8>()?, reader).map(Made::text),
        Scalar::Numeric => return Ok(Decoded::Value(ValueRef::Decimal(numeric::decode(bytes)?.into()))),
        Scalar::Bool => match reader.u8()? {
            0 => ValueRef::Bool(false),
            1 => ValueRef::Bool(true),
            _ => return Err(Fault::new("the byte of a boolean is neither 0 nor 1")),
        },
        Scalar::Int2 => ValueRef::Int16(reader.i16()?),
        Scalar::Int4 => ValueRef::Int32(reader.i32()?),
        Scalar::Int8 => ValueRef::Int64(reader.i64()?),
        Scalar::Oid => ValueRef::Int64(reader.u32()?.into()),
        Scalar::Xid8 => ValueRef::UInt64(u64::from_be_bytes(reader.array()?)),
        Scalar::Float4 => ValueRef::Float32(f32::from_be_bytes(reader.array()?)),
        Scalar::Float8 => ValueRef::Float64(f64::from_be_bytes(reader.array()?)),
        Scalar::Uuid => ValueRef::Uuid(Uuid::from_bytes(reader.array()?)),
        Scalar::Date => ValueRef::Date(date(reader.i32()?)?),
        Scalar::Time => ValueRef::Time(time(reader.i64()?)?),
        Scalar::TimeTz => {
            let time = time(reader.i64()?)?;
            let west = reader.i32()?;
            if !(-MAX_OFFSET..=MAX_OFFSET).contains(&west) {
                return Err(Fault::new("the offset is 16 hours or more"));
            }
            ValueRef::TimeTz(TimeTz { time, offset_seconds: -west })
        }
        Scalar::Timestamp => ValueRef::Timestamp(timestamp(reader.i64()?)?),
        Scalar::TimestampTz => ValueRef::TimestampTz(TimestampTz::from_utc(timestamp(reader.i64()?)?)),
        Scalar::Interval => {
            let microseconds = reader.i64()?;
            let days = reader.i32()?;
            ValueRef::Interval(Interval { months: reader.i32()?, days, microseconds })
        }
    };
    reader.end()?;
    Ok(Decoded::Value(value))
}

fn date(days: i32) -> Decode<Date> {
    match days {
        i32::MAX => Ok(Date::INFINITY),
        i32::MIN => Ok(Date::NEG_INFINITY),
        days if DATES.contains(&days) => Ok(Date::from_unix_days(days + EPOCH_SHIFT_DAYS)),
        _ => Err(Fault::new("the date is beyond what Postgres holds")),
    }
}

fn time(microseconds: i64) -> Decode<Time> {
    if (0..=MICROS_PER_DAY).contains(&microseconds) {
        Ok(Time::from_microseconds(microseconds))
    } else {
        Err(Fault::new("the time is beyond a day"))
    }
}

fn timestamp(microseconds: i64) -> Decode<Timestamp> {
    let timestamp = Timestamp::from_y2k_microseconds(microseconds);
    if TIMESTAMPS.contains(&microseconds) || !timestamp.is_finite() {
        Ok(timestamp)
    } else {
        Err(Fault::new("the timestamp is beyond what Postgres holds"))
    }
}

/// The number of bits, then the bits from the highest of the first byte on.
fn bits(bytes: &[u8]) -> Decode<String> {
    let mut reader = Reader(bytes);
    let length = usize::try_from(reader.i32()?).map_err(|_| Fault::new("the number of bits is negative"))?;
    let packed = reader.take(length.div_ceil(8))?;
    reader.end()?;
    let bit = |index: usize| packed[index / 8] >> (7 - index % 8) & 1;
    if (length..8 * packed.len()).any(|index| bit(index) != 0) {
        return Err(Fault::new("there are bits behind the last one"));
    }
    Ok((0..length).map(|index| char::from(b'0' + bit(index))).collect())
}
