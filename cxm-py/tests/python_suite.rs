//! The Python tests as part of `cargo test --workspace`.
//!
//! Makes a virtual environment below the target directory, installs the package with its test
//! dependencies into it, built as users get it, and runs pytest. The environment is kept as long as
//! `pyproject.toml` does not change. Needs Python 3.11 or newer with `venv`, and the Python package
//! index on the first run; `CXM_SKIP_PYTHON=1` leaves it out, `CXM_PYTHON` names the interpreter.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const INTERPRETERS: [&str; 6] =
    ["python3", "python3.14", "python3.13", "python3.12", "python3.11", "python"];
const IS_NEW_ENOUGH: &str = "import sys, venv; sys.exit(sys.version_info < (3, 11))";

fn run(what: &str, command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{what}: {command:?}: {error}"));
    if !output.status.success() {
        panic!(
            "{what} failed: {command:?}\n{}\n{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn interpreter() -> String {
    if let Ok(chosen) = env::var("CXM_PYTHON") {
        return chosen;
    }
    let works = |name: &&&str| {
        let status = Command::new(**name).args(["-c", IS_NEW_ENOUGH]).output();
        status.is_ok_and(|output| output.status.success())
    };
    INTERPRETERS.iter().find(works).map(ToString::to_string).expect(
        "no Python 3.11 or newer with venv: install one, name it in CXM_PYTHON, or set CXM_SKIP_PYTHON=1",
    )
}

/// The environment's Python; the environment is made anew when the requirements have changed.
fn environment(package: &Path, home: &Path) -> PathBuf {
    let folder = if cfg!(windows) { "Scripts" } else { "bin" };
    let python = home.join(folder).join("python");
    let stamp = home.join("requirements.stamp");
    let wanted = fs::read_to_string(package.join("pyproject.toml")).expect("pyproject.toml");
    if fs::read_to_string(&stamp).is_ok_and(|made_for| made_for == wanted) {
        return python;
    }
    if home.exists() {
        fs::remove_dir_all(home).expect("the old environment can be removed");
    }
    run("making the environment", Command::new(interpreter()).args(["-m", "venv"]).arg(home));
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let tools = requirements(&wanted);
    run("installing the test dependencies", Command::new(&python).args(install).args(tools));
    fs::write(stamp, wanted).expect("the stamp can be written");
    python
}

/// The quoted names of the build backend and of the extra `test`.
fn requirements(pyproject: &str) -> Vec<String> {
    let list = |start: &str| {
        let rest = pyproject.split_once(start).unwrap_or_else(|| panic!("no {start}")).1;
        let list = rest.split_once(']').expect("a closed list").0;
        list.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    };
    [list("\nrequires = ["), list("\ntest = [")].concat()
}

#[test]
fn the_python_tests_pass() {
    if env::var("CXM_SKIP_PYTHON").is_ok_and(|value| value == "1") {
        eprintln!("CXM_SKIP_PYTHON=1: the Python tests were left out");
        return;
    }
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("python");
    fs::create_dir_all(&target).expect("the target directory is writable");
    let python = environment(package, &target.join("environment"));

    // The backend is there already, so pip need not make a build environment of its own; the build
    // has its own target directory, since cargo may hold the lock of this one.
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let again = ["--no-build-isolation", "--no-deps", "--force-reinstall"];
    let folder = python.parent().expect("the environment has a folder of programs");
    let paths = env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(folder.to_path_buf()).chain(env::split_paths(&paths));
    run(
        "building the package",
        Command::new(&python)
            .args(install)
            .args(again)
            .arg(package)
            .env("PATH", env::join_paths(paths).expect("paths without separators"))
            .env("CARGO_TARGET_DIR", target.join("build"))
            // Variables of the cargo that runs this test are not meant for the one inside.
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS"),
    );
    run(
        "pytest",
        Command::new(&python)
            .args(["-m", "pytest", "-q", "-p", "no:cacheprovider"])
            .current_dir(package)
            .env("MPLBACKEND", "Agg"),
    );
}
