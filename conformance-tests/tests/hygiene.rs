//! The runner of the suite, by running the suite on SQLite again and again: on one thread and on eight, in another
//! order, twice in one folder, in another time zone and language. Told so by a variable, this program is the suite.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use drivetrain_adapter_api::{Error, async_trait};
use drivetrain_conformance_tests::builtin::SqliteHarness;
use drivetrain_conformance_tests::harness::Namespace;
use drivetrain_conformance_tests::report::Report;
use drivetrain_conformance_tests::{Environment, Harness, Level, Status, Suite, Waiver, shell};
use libtest_mimic::{Arguments, Failed, Trial};

/// The folder that the files of the suite are made in, when this program is the suite.
const FOLDER: &str = "HYGIENE_SUITE_FOLDER";

/// What takes long and shows nothing here: parameters, rows and results of many megabytes.
const LONG: [&str; 6] = ["CAN-05", "CAN-06", "RES-14", "RES-16", "TX-40", "TYPE-046"];

/// Whether the runs leave the case out.
fn is_long(id: &str) -> bool {
    LONG.iter().any(|long| id.contains(long))
}

fn main() -> ExitCode {
    if let Some(folder) = std::env::var_os(FOLDER) {
        return match SqliteHarness::from_url(&format!("sqlite:{}", folder.to_string_lossy())) {
            Ok(harness) => shell::main(harness, drivetrain_env::default_runtime),
            Err(error) => {
                eprintln!("error: {error}");
                ExitCode::FAILURE
            }
        };
    }
    let trials = vec![
        Trial::test("hyg_01_the_files_of_every_case_are_gone_afterwards", || nothing_is_left(plain()?)),
        #[cfg(target_os = "linux")]
        Trial::test("hyg_02_neither_files_nor_threads_are_leaked", no_leaks),
        Trial::test("hyg_03_one_thread_and_eight_find_the_same", || same(plain()?, many()?)),
        Trial::test("hyg_04_another_order_finds_the_same", || same(plain()?, shuffled()?)),
        Trial::test("hyg_05_the_second_run_in_a_folder_finds_the_same", || same(plain()?, many()?)),
        Trial::test("hyg_06_no_case_sleeps_for_more_than_a_second", no_long_sleeps),
        Trial::test("hyg_07_the_core_level_takes_less_than_a_minute", core_within_a_minute),
        Trial::test("hyg_08_another_time_zone_and_language_find_the_same", || same(plain()?, elsewhere()?)),
        Trial::test("hyg_10_every_case_is_accounted_for", || accounted_for(plain()?)),
        Trial::test("hyg_10_a_waiver_for_no_case_is_refused", unknown_waiver),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// A run of the suite.
#[derive(Debug)]
struct Run {
    report: Report,
    /// What is in the folder of its files afterwards.
    left: Vec<PathBuf>,
}

type Runs = OnceLock<Result<Run, String>>;

fn once(runs: &'static Runs, run: impl FnOnce() -> Result<Run, String>) -> Result<&'static Run, Failed> {
    runs.get_or_init(run).as_ref().map_err(Failed::from)
}

/// The folder that all runs share.
fn folder() -> Result<&'static Path, String> {
    static FOLDER: OnceLock<Result<tempfile::TempDir, String>> = OnceLock::new();
    let made = FOLDER.get_or_init(|| tempfile::tempdir().map_err(|error| error.to_string()));
    made.as_ref().map(tempfile::TempDir::path).map_err(Clone::clone)
}

fn plain() -> Result<&'static Run, Failed> {
    static RUN: Runs = OnceLock::new();
    once(&RUN, || run(&["--test-threads", "1"], &[]))
}

fn many() -> Result<&'static Run, Failed> {
    plain()?;
    static RUN: Runs = OnceLock::new();
    once(&RUN, || run(&["--test-threads", "8"], &[]))
}

fn shuffled() -> Result<&'static Run, Failed> {
    static RUN: Runs = OnceLock::new();
    once(&RUN, || run(&["--test-threads", "2", "--shuffle", "20"], &[]))
}

fn elsewhere() -> Result<&'static Run, Failed> {
    static RUN: Runs = OnceLock::new();
    let variables = [("TZ", "Asia/Kolkata"), ("LANG", "tr_TR.UTF-8"), ("LC_ALL", "tr_TR.UTF-8")];
    once(&RUN, || run(&["--test-threads", "2"], &variables))
}

/// Runs the suite, and reads its report.
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Result<Run, String> {
    static NUMBER: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let files = folder()?.join("files");
    let reports = folder()?.join(format!("report-{number}"));
    std::fs::create_dir_all(&files).map_err(|error| error.to_string())?;
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(program);
    command.env(FOLDER, &files).envs(variables.iter().copied()).arg("--report").arg(&reports).args(arguments);
    for id in LONG {
        command.args(["--skip", id]);
    }
    let output = command.output().map_err(|error| error.to_string())?;
    let report = std::fs::read_to_string(reports.join("conformance.json"))
        .map_err(|error| format!("no report: {error}; {}", String::from_utf8_lossy(&output.stderr)))?;
    let report = serde_json::from_str(&report).map_err(|error| error.to_string())?;
    let left = std::fs::read_dir(&files).map_err(|error| error.to_string())?;
    let left = left.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>();
    Ok(Run { report, left: left.map_err(|error| error.to_string())? })
}

fn statuses(run: &Run) -> BTreeMap<&str, Status> {
    run.report.cases.iter().map(|case| (case.id.as_str(), case.status)).collect()
}

fn same(one: &Run, other: &Run) -> Result<(), Failed> {
    let (one, other) = (statuses(one), statuses(other));
    if one.len() < 30 {
        return Err(format!("only {} cases were run", one.len()).into());
    }
    let ids: BTreeSet<_> = one.keys().chain(other.keys()).copied().collect();
    let differ: Vec<_> = ids
        .into_iter()
        .filter(|id| one.get(id) != other.get(id) || one.get(id) == Some(&Status::Fail))
        .map(|id| format!("{id}: {:?} and {:?}", one.get(id), other.get(id)))
        .collect();
    if differ.is_empty() { Ok(()) } else { Err(differ.join("; ").into()) }
}

fn nothing_is_left(run: &Run) -> Result<(), Failed> {
    if run.left.is_empty() { Ok(()) } else { Err(format!("left behind: {:?}", run.left).into()) }
}

fn accounted_for(run: &Run) -> Result<(), Failed> {
    let mut wanted: Vec<_> = Suite::cases().map(|case| case.id).filter(|id| !is_long(id)).collect();
    let mut found: Vec<_> = run.report.cases.iter().map(|case| case.id.as_str()).collect();
    wanted.sort_unstable();
    found.sort_unstable();
    if wanted == found {
        return Ok(());
    }
    let missing: Vec<_> = wanted.iter().filter(|id| !found.contains(id)).collect();
    Err(format!("{} cases, {} in the report; missing: {missing:?}", wanted.len(), found.len()).into())
}

fn core_within_a_minute() -> Result<(), Failed> {
    let core = plain()?.report.cases.iter().filter(|case| case.level == Level::L0);
    let (cases, took) = core.fold((0, 0), |(cases, took), case| (cases + 1, took + case.ms));
    match (cases, took) {
        (0, _) => Err("no case of the core was run".into()),
        (_, ..60_000) => Ok(()),
        _ => Err(format!("{cases} cases took {took} ms on one thread").into()),
    }
}

/// Threads and open files of this process.
#[cfg(target_os = "linux")]
fn of_this_process() -> Result<(usize, usize), Failed> {
    let count = |what| std::fs::read_dir(format!("/proc/self/{what}")).map(Iterator::count);
    Ok((count("task")?, count("fd")?))
}

/// Runs some cases in this process.
#[cfg(target_os = "linux")]
fn run_some() -> Result<usize, Failed> {
    let mut cases = 0;
    for case in Suite::cases()
        .filter(|case| ["CAN-02", "POOL-0", "HYG", "TX-", "INFO"].iter().any(|id| case.id.starts_with(id)))
    {
        let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let report = tokio.block_on(async {
            let environment = Environment::new(drivetrain_env::default_runtime());
            let suite = Suite::prepare(Arc::new(SqliteHarness::new()), environment).await?;
            Ok::<_, Error>(suite.run(case).await)
        });
        cases += usize::from(report.map_err(|error| error.to_string())?.status == Status::Pass);
    }
    Ok(cases)
}

#[cfg(target_os = "linux")]
fn no_leaks() -> Result<(), Failed> {
    // What is made once for ever is made by the first round.
    run_some()?;
    let before = of_this_process()?;
    let passed = run_some()?;
    if passed < 20 {
        return Err(format!("only {passed} cases passed").into());
    }
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let after = of_this_process()?;
        // Other trials of this program come and go meanwhile, with one pipe and one thread each.
        if after.0 <= before.0 + 4 && after.1 <= before.1 + 8 {
            return Ok(());
        }
        if Instant::now() > end {
            return Err(
                format!("threads and files: {before:?} before {passed} cases, {after:?} after").into()
            );
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn no_long_sleeps() -> Result<(), Failed> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cases")];
    let mut sleeps = 0;
    let mut long = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path)?;
            for (_, call) in text.match_indices(".sleep(").map(|(at, _)| text.split_at(at)) {
                sleeps += 1;
                let call = call.split(';').next().unwrap_or(call);
                let of = |unit: &str| {
                    let (_, rest) = call.split_once(&format!("from_{unit}("))?;
                    let digits: String =
                        rest.chars().filter(|c| *c != '_').take_while(char::is_ascii_digit).collect();
                    digits.parse::<u64>().ok()
                };
                if of("secs").is_some_and(|secs| secs > 1) || of("millis").is_some_and(|ms| ms > 1000) {
                    long.push(format!("{}: {call}", path.display()));
                }
            }
        }
    }
    match (sleeps, long.is_empty()) {
        (0, _) => Err("no sleep was found at all".into()),
        (_, true) => Ok(()),
        _ => Err(long.join("; ").into()),
    }
}

/// SQLite, with a waiver for a case that there is not.
#[derive(Debug)]
struct Waived(SqliteHarness);

#[async_trait]
impl Harness for Waived {
    fn name(&self) -> &str {
        self.0.name()
    }

    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error> {
        self.0.namespace(label).await
    }

    fn inner(&self) -> Option<&dyn Harness> {
        Some(&self.0)
    }

    fn waivers(&self) -> Vec<Waiver> {
        vec![Waiver::new("TX-999", "it fails", "a limit of the server")]
    }
}

fn unknown_waiver() -> Result<(), Failed> {
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let prepared = tokio.block_on(async {
        let environment = Environment::new(drivetrain_env::default_runtime());
        Suite::prepare(Arc::new(Waived(SqliteHarness::new())), environment).await
    });
    match prepared {
        Ok(_) => Err("a waiver for no case was taken".into()),
        Err(error) if error.to_string().contains("TX-999") => Ok(()),
        Err(error) => Err(format!("the error does not name the waiver: {error}").into()),
    }
}
