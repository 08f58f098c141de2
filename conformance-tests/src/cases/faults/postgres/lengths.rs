//! Messages whose lengths, counts and ends are not what they say.

use drivetrain_adapter_api::ErrorKind;

use super::super::bench::{Bench, must_not_connect, setup};
use super::frames::{Tamper, announced, message};
use super::tampered::{ROWS, is_refused};
use crate::case::{Case, Need, P, case};
use crate::faults::{Accept, Plan};
use crate::outcome::must_fail;
use crate::{Context, Outcome};

pub(in super::super) const CASES: &[Case] = &[
    case!(
        "FLT-13",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-6"],
        "a length that no message has is refused at once, and nothing is reserved for it",
        lying_lengths
    ),
    case!(
        "FLT-13.greeting",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-5"],
        "the same in the first message of a connection",
        lying_greeting
    ),
    case!(
        "FLT-15",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-6", "A-22"],
        "a row of more or fewer columns than were described is refused",
        wrong_counts
    ),
    case!(
        "FLT-16",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-6", "A-21"],
        "a value longer than its message is refused",
        long_values
    ),
    case!(
        "FLT-17",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-6", "A-21"],
        "a value of negative length that is not NULL is refused",
        negative_values
    ),
    case!(
        "FLT-18",
        Faults,
        R,
        P,
        [Need::PlainFaults],
        ["A-6"],
        "a text without its end is refused",
        endless_texts
    ),
];

const LENGTHS: [i32; 7] = [i32::MIN, -1, 0, 3, 1 << 30, i32::MAX - 1, i32::MAX];

async fn lying_lengths(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    for length in LENGTHS {
        for tag in [b'D', b'C', b'Z'] {
            let tamper = Tamper::each(tag, move |frame| announced(tag, length, &frame.body));
            let what = format!("`{}` of length {length}", char::from(tag));
            is_refused(&bench, &what, &tamper, ROWS).await?;
        }
    }
    Ok(())
}

async fn lying_greeting(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    for length in LENGTHS {
        for tag in [b'R', b'E'] {
            let answer = announced(tag, length, b"\0\0\0\0");
            proxy.set(Plan { accept: Accept::Canned { after_request: true, answer }, ..Plan::default() });
            let what = format!("a greeting `{}` of length {length}", char::from(tag));
            let error = must_not_connect(&cx, setup(&cx, &proxy), &what).await?;
            must_fail::<()>(Err(error), &[ErrorKind::Protocol, ErrorKind::Connect], &what)?;
        }
    }
    Ok(())
}

/// Row messages whose first two bytes, the count of columns, are changed.
fn with_count(change: fn(i16) -> i16) -> Tamper {
    Tamper::each(b'D', move |frame| {
        let mut body = frame.body.clone();
        if let Some(count) = body.first_chunk_mut::<2>() {
            *count = change(i16::from_be_bytes(*count)).to_be_bytes();
        }
        message(b'D', &body)
    })
}

async fn wrong_counts(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    type Changed = fn(i16) -> i16;
    let changes: [(&str, Changed); 5] = [
        ("one column more", |count| count + 1),
        ("one column less", |count| count - 1),
        ("no column", |_| 0),
        ("a negative count", |_| -1),
        ("the largest count", |_| i16::MAX),
    ];
    for (what, change) in changes {
        is_refused(&bench, what, &with_count(change), ROWS).await?;
    }
    // Bytes that match the count, and not the description.
    let whole = |count: i16| {
        Tamper::each(b'D', move |_| {
            let mut body = count.to_be_bytes().to_vec();
            for _ in 0..count {
                body.extend([0, 0, 0, 1, b'1']);
            }
            message(b'D', &body)
        })
    };
    for count in [0, 1, 3] {
        is_refused(&bench, &format!("{count} whole columns"), &whole(count), ROWS).await?;
    }
    let cut = Tamper::each(b'D', |_| message(b'D', &[0]));
    is_refused(&bench, "half a count", &cut, ROWS).await?;
    Ok(())
}

/// Row messages whose first value says that it has that length.
fn with_length(length: impl Fn(i32) -> i32 + Send + Sync + 'static) -> Tamper {
    Tamper::each(b'D', move |frame| {
        let mut body = frame.body.clone();
        if let Some(first) = body.get_mut(2..).and_then(|rest| rest.first_chunk_mut::<4>()) {
            *first = length(i32::from_be_bytes(*first)).to_be_bytes();
        }
        message(b'D', &body)
    })
}

async fn long_values(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    for more in [1, 100, 1 << 20, (1 << 30) - 10] {
        is_refused(&bench, &format!("{more} bytes more"), &with_length(move |own| own + more), ROWS).await?;
    }
    is_refused(&bench, "the largest length", &with_length(|_| i32::MAX), ROWS).await?;
    // The message ends within a length, and has bytes left over.
    let short = Tamper::each(b'D', |frame| message(b'D', &frame.body[..5]));
    is_refused(&bench, "half a length", &short, ROWS).await?;
    let long = Tamper::each(b'D', |frame| message(b'D', &[&frame.body[..], b"over"].concat()));
    is_refused(&bench, "bytes left over", &long, ROWS).await?;
    Ok(())
}

async fn negative_values(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    for length in [-2, -4, i32::MIN, i32::MIN + 1] {
        is_refused(&bench, &format!("length {length}"), &with_length(move |_| length), ROWS).await?;
    }
    Ok(())
}

async fn endless_texts(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    let endless = |tag: u8, body: &'static [u8]| Tamper::each(b'C', move |_| message(tag, body));
    let messages: [(&str, u8, &[u8]); 6] = [
        ("a command's tag", b'C', b"SELECT 3"),
        ("a column's name", b'T', b"\x00\x01name"),
        ("a parameter's value", b'S', b"TimeZone\0UTC"),
        ("a notification's payload", b'A', b"\0\0\0\x01channel\0payload"),
        ("a field of an error", b'E', b"SERROR\0C22012\0Mno end"),
        ("a field of a notice", b'N', b"SNOTICE\0C00000\0Mno end"),
    ];
    for (what, tag, body) in messages {
        is_refused(&bench, what, &endless(tag, body), ROWS).await?;
    }
    is_refused(&bench, "an empty tag", &endless(b'C', b""), ROWS).await?;
    Ok(())
}
