//! How long the compiler takes to check the client of a large schema.
//!
//! `cargo run -p drivetrain-bench --bin client-check` generates the client of 100 models with six relations each and 200
//! functions that query it, checks that crate alone five times (its dependencies are checked before), and prints minimum,
//! median and maximum.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use drivetrain_codegen::{Options, generate};
use drivetrain_schema::Schema;

const MODELS: usize = 100;
const RUNS: usize = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("the package is in a workspace")?;
    let sources = folder.path().join("src");
    std::fs::create_dir_all(&sources)?;
    std::fs::write(
        folder.path().join("Cargo.toml"),
        format!(
            "[package]\nname = \"large\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\ndrivetrain = {{ path = {:?} }}\n",
            root.join("client")
        ),
    )?;
    std::fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock"))?;
    let client = generate(&Schema::parse("schema.prisma", schema())?, &Options::new())?;
    let library = sources.join("lib.rs");
    std::fs::write(sources.join("db.rs"), &client)?;
    std::fs::write(&library, queries())?;
    println!("{MODELS} models, {} functions, {} lines of client", 2 * MODELS, client.lines().count());

    check(folder.path())?;
    let mut times = Vec::with_capacity(RUNS);
    for run in 0..RUNS {
        // A change of the crate itself, so that it is checked again and nothing else is.
        std::fs::write(&library, format!("{}// run {run}\n", queries()))?;
        times.push(check(folder.path())?);
    }
    times.sort();
    println!(
        "cargo check of the crate alone: {:.1?} to {:.1?}, median {:.1?}",
        times[0],
        times[RUNS - 1],
        times[RUNS / 2]
    );
    Ok(())
}

fn check(folder: &Path) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    let status = Command::new("cargo")
        .args(["check", "--quiet"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env("CARGO_INCREMENTAL", "0")
        .status()?;
    if status.success() { Ok(start.elapsed()) } else { Err("the generated crate does not compile".into()) }
}

/// Models in a ring, each with ten columns and six relations.
fn schema() -> String {
    let mut text = String::from("datasource db {\n  provider = \"postgresql\"\n}\n");
    for index in 0..MODELS {
        let (next, last) = ((index + 1) % MODELS, (index + MODELS - 1) % MODELS);
        write!(
            text,
            r#"
model Item{index} {{
  id        Int      @id @default(autoincrement())
  email     String   @unique
  note      String?
  count     Int      @default(0)
  price     Decimal
  active    Boolean  @default(true)
  createdAt DateTime @default(now())
  updatedAt DateTime @updatedAt
  nextId    Int
  otherId   Int?
  next      Item{next}   @relation("next{index}", fields: [nextId], references: [id])
  other     Item{next}?  @relation("other{index}", fields: [otherId], references: [id])
  previous  Item{last}[] @relation("next{last}")
  others    Item{last}[] @relation("other{last}")
  tags      Item{next}[] @relation("tags{index}")
  tagged    Item{last}[] @relation("tags{last}")
}}
"#
        )
        .expect("writing into a String cannot fail");
    }
    text
}

/// Two functions a model: a nested find, and a create that reads a relation back.
fn queries() -> String {
    let mut text = String::from("mod db;\nuse db::*;\nuse drivetrain::Result;\n");
    for index in 0..MODELS {
        let next = (index + 1) % MODELS;
        write!(
            text,
            r#"
pub async fn find{index}(db: &Client) -> Result<usize> {{
    let items = db
        .item{index}()
        .find_many()
        .filter(item{index}::active.equals(true) & item{index}::tags.some(item{next}::count.gt(3)))
        .include(item{index}::tags.order_by(item{next}::email.asc()).include(item{next}::next))
        .include(item{index}::next.include(item{next}::others))
        .await?;
    Ok(items.iter().map(|item| item.tags.len() + item.next.others.len()).sum())
}}

pub async fn create{index}(db: &Client, price: drivetrain::Decimal) -> Result<i32> {{
    let new = item{index}::new().email("a").price(price).next_id(1);
    let item = db.item{index}().create(new).include(item{index}::next).await?;
    Ok(item.next.id)
}}
"#
        )
        .expect("writing into a String cannot fail");
    }
    text
}
