//! Writes the first inputs of each target, from the recorded traffic of the real endpoint: a file of exchanges, one JSON
//! object a line, whose path is the argument.

use std::error::Error;
use std::fs;
use std::path::Path;

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("the argument is the path of the recorded traffic")?;
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let write = |target: &str, number: usize, bytes: &[u8]| -> Result<(), Box<dyn Error>> {
        let folder = corpus.join(target);
        fs::create_dir_all(&folder)?;
        Ok(fs::write(folder.join(format!("seed-{number}")), bytes)?)
    };
    for (number, line) in fs::read_to_string(path)?.lines().enumerate() {
        let exchange: Value = serde_json::from_str(line)?;
        let text = |key: &str| exchange[key].as_str().unwrap_or_default().as_bytes();
        let body = text("resp");
        let status = exchange["status"].as_u64().unwrap_or(200) as u16;
        if status != 200 {
            // The other parts of the input are taken from its end.
            write("error", number, &[&status.to_le_bytes()[..], body].concat())?;
        } else if body.starts_with(b"{\"results\"") {
            write("batch", number, body)?;
        } else {
            write("response", number, body)?;
        }
        if let Some(url) = exchange["headers"]["Neon-Connection-String"].as_str() {
            write("config", number, url.as_bytes())?;
        }
        let response: Value = serde_json::from_slice(body).unwrap_or_default();
        let (Some(fields), Some(rows)) = (response["fields"].as_array(), response["rows"].as_array()) else {
            continue;
        };
        for (row, cells) in rows.iter().filter_map(Value::as_array).enumerate() {
            for (column, (field, cell)) in fields.iter().zip(cells).enumerate() {
                if let (Some(oid), Some(cell)) = (field["dataTypeID"].as_u64(), cell.as_str()) {
                    let input = [&(oid as u16).to_le_bytes()[..], cell.as_bytes()].concat();
                    write("cell", number * 10_000 + row * 100 + column, &input)?;
                }
            }
        }
    }
    let keys = "endpoint=https://e/sql&websocket_endpoint=wss://w/v2&transport=auto&server_version=17.2\
                &options=-c%20geqo%3Doff%20endpoint%3Dep-1&sslmode=require&statement_timeout=30s&pool_max=3";
    write("config", 1_000_000, keys.as_bytes())?;
    write("config", 1_000_001, format!("postgres://us%20er:p%40w@[::1]:5433/my%20db?{keys}").as_bytes())?;
    Ok(())
}
