//! The library as a C program sees it: the C and C++ programs of `examples/` and `tests/c/` are
//! compiled without a warning, linked to the library of this build, and run.
//!
//! `CC` and `CXX` name the compilers. A missing compiler is a failure; `CXM_SKIP_C=1` leaves these
//! tests out. AddressSanitizer and valgrind are used where they are installed, and the output
//! (`--nocapture`) says which ran.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const WARNINGS: &[&str] = &["-Wall", "-Wextra", "-Wpedantic", "-Werror"];
/// What a Rust static library needs on Linux besides itself.
const SYSTEM: &[&str] = &["-lgcc_s", "-lutil", "-lrt", "-lpthread", "-lm", "-ldl"];
const ASAN: &[&str] = &["-g", "-fsanitize=address", "-fno-omit-frame-pointer"];

fn skipped() -> bool {
    let skipped = std::env::var_os("CXM_SKIP_C").is_some_and(|value| value == "1");
    if skipped {
        println!("left out: CXM_SKIP_C=1");
    }
    skipped
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where cargo put the library of this very build: beside the test program.
fn library(name: &str) -> PathBuf {
    let beside = std::env::current_exe().unwrap().parent().unwrap().join(name);
    assert!(beside.exists(), "{} was not built", beside.display());
    beside
}

fn output_folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("c");
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Link {
    Shared,
    Static,
    /// The static library, under AddressSanitizer.
    Sanitized,
}

fn compiler(source: &Path) -> (String, &'static str) {
    let (variable, fallback, standard) = match source.extension().and_then(|end| end.to_str()) {
        Some("cpp") => ("CXX", "c++", "-std=c++17"),
        _ => ("CC", "cc", "-std=c99"),
    };
    (std::env::var(variable).unwrap_or_else(|_| fallback.to_owned()), standard)
}

fn must_succeed(mut command: Command) -> String {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?} does not start ({error}); CXM_SKIP_C=1 leaves the C tests out")
    });
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{text}\n{errors}", output.status);
    text
}

/// Compiles a program; the file stands under `cxm-ffi/`.
fn compile(source: &str, link: Link) -> PathBuf {
    let source = root().join(source);
    let (compiler, standard) = compiler(&source);
    let stem = source.file_stem().unwrap().to_str().unwrap();
    let language = source.extension().unwrap().to_str().unwrap();
    let kind = match link {
        Link::Shared => "shared",
        Link::Static => "static",
        Link::Sanitized => "asan",
    };
    let program = output_folder().join(format!("{stem}-{language}-{kind}"));
    let mut command = Command::new(compiler);
    command.arg(standard).args(WARNINGS);
    command.arg("-O1").arg("-I").arg(root().join("include"));
    if link == Link::Sanitized {
        command.args(ASAN);
    }
    command.arg("-o").arg(&program).arg(&source);
    if link == Link::Shared {
        let shared = library("libcxm.so");
        let folder = soname_folder(&shared);
        command.arg(format!("-Wl,-rpath,{}", folder.display())).arg(&shared);
    } else {
        command.arg(library("libcxm.a")).args(SYSTEM);
    }
    must_succeed(command);
    program
}

/// A folder that holds the shared library under its SONAME, as an installation does.
fn soname_folder(shared: &Path) -> PathBuf {
    let folder = output_folder().join("lib");
    fs::create_dir_all(&folder).unwrap();
    let name = format!("libcxm.so.{}", abi());
    let link = folder.join(name);
    if fs::read_link(&link).ok().as_deref() != Some(shared) {
        let fresh =
            folder.join(format!("{}.{:?}", std::process::id(), std::thread::current().id()));
        std::os::unix::fs::symlink(shared, &fresh).unwrap();
        fs::rename(&fresh, &link).unwrap();
    }
    folder
}

/// The version in the SONAME.
fn abi() -> String {
    let mut parts = env!("CARGO_PKG_VERSION").split('.');
    match (parts.next().unwrap(), parts.next().unwrap()) {
        ("0", minor) => format!("0.{minor}"),
        (major, _) => major.to_owned(),
    }
}

fn run(program: &Path, arguments: &[PathBuf]) -> String {
    let mut command = Command::new(program);
    command.args(arguments);
    must_succeed(command)
}

fn asan_works() -> bool {
    let probe = output_folder().join(format!("probe-{:?}.c", std::thread::current().id()));
    fs::write(&probe, "int main(void) { return 0; }\n").unwrap();
    let (compiler, _) = compiler(&probe);
    let program = probe.with_extension("out");
    let built = Command::new(compiler).args(ASAN).arg("-o").arg(&program).arg(&probe).output();
    built.is_ok_and(|built| built.status.success())
        && Command::new(&program).output().is_ok_and(|ran| ran.status.success())
}

/// Runs a program linked to the shared and to the static library, under AddressSanitizer and
/// valgrind where they are installed.
fn run_everywhere(source: &str, arguments: &[PathBuf]) {
    for (link, word) in [(Link::Shared, "shared"), (Link::Static, "static")] {
        println!("{source}, {word}: {}", run(&compile(source, link), arguments).trim_end());
    }
    if asan_works() {
        run(&compile(source, Link::Sanitized), arguments);
        println!("{source}: AddressSanitizer found nothing");
    } else {
        println!("{source}: AddressSanitizer is not installed");
    }
    let valgrind = Command::new("valgrind").arg("--version").output();
    if valgrind.is_ok_and(|output| output.status.success()) {
        let mut command = Command::new("valgrind");
        command.args(["--error-exitcode=9", "--leak-check=full", "--show-leak-kinds=all", "-q"]);
        // Symbolising a backtrace keeps memory for good.
        command.env("RUST_BACKTRACE", "0").arg(compile(source, Link::Shared)).args(arguments);
        must_succeed(command);
        println!("{source}: valgrind found nothing");
    } else {
        println!("{source}: valgrind is not installed");
    }
}

#[test]
fn the_examples_run() {
    if skipped() {
        return;
    }
    for source in ["examples/quickstart.c", "examples/quickstart.cpp"] {
        for link in [Link::Shared, Link::Static] {
            let text = run(&compile(source, link), &[]);
            let expected = if source.ends_with("cpp") {
                "spring +14.3, summer +100.0\nboth +40.0\nnot_found: "
            } else {
                "first half NPS +60.0, 95 % between "
            };
            assert!(text.starts_with(expected), "{text}");
        }
    }
    let text = run(&compile("examples/lifetime_value.c", Link::Shared), &[]);
    assert!(text.contains("2 repeats, last at 30.43 of 38.86 weeks: alive 0.7"), "{text}");
    let text = run(&compile("examples/journey_stream.c", Link::Shared), &[]);
    let expected = "journeys 2, events 5, waiting 4, late 0\n\
                    journeys 4, events 8, waiting 0, late 1\npurchase: 2 2 2\n";
    assert_eq!(text, expected);
    let text = run(&compile("examples/account.c", Link::Shared), &[]);
    assert!(text.starts_with("customer, cents so far 4990.00, mean score 6.33"), "{text}");
    assert!(text.contains("last on phone: day 9, call\n") && text.contains("open since day 40\n"));
    assert!(text.ends_with("worth 120.50, lost with 0.31\n"), "{text}");
    let text = run(&compile("examples/churn.c", Link::Shared), &[]);
    assert!(text.contains("  rate                       0.5000"), "{text}");
    assert!(text.contains("  movements.expansion     5000.0000"), "{text}");
    let ratings = output_folder().join("ratings.txt");
    fs::write(&ratings, "gold 9\nblue 3\n10\n").unwrap();
    let text = run(&compile("examples/quickstart.c", Link::Shared), &[ratings]);
    assert!(text.contains("blue       NPS -100.0") && text.contains("2 promoters, 1 detractors"));
}

/// What the READMEs show in C is a program, compiled and run as it stands there.
#[test]
fn the_readmes_run() {
    if skipped() {
        return;
    }
    for (readme, name, expected) in
        [("README.md", "readme", "NPS +14.3, 95 % between "), ("../README.md", "front", "NPS ")]
    {
        let text = fs::read_to_string(root().join(readme)).unwrap();
        let (_, after) = text.split_once("```c\n").unwrap();
        let (program, _) = after.split_once("```").unwrap();
        let source = output_folder().join(name).with_extension("c");
        fs::write(&source, program).unwrap();
        let printed = run(&compile(source.to_str().unwrap(), Link::Shared), &[]);
        assert!(printed.starts_with(expected), "{readme}: {printed}");
    }
}

#[test]
fn the_header_compiles_alone() {
    if skipped() {
        return;
    }
    for (name, define) in [("alone.c", ""), ("alone.cpp", ""), ("arrow.c", "#define CXM_ARROW\n")] {
        let source = output_folder().join(name);
        fs::write(
            &source,
            format!(
                "{define}#include \"cxm.h\"\n#include \"cxm.h\"\nint main(void) {{ return 0; }}\n"
            ),
        )
        .unwrap();
        let (compiler, standard) = compiler(&source);
        let mut command = Command::new(compiler);
        command.arg(standard).args(WARNINGS).arg("-I").arg(root().join("include"));
        command.arg("-fsyntax-only").arg(&source);
        must_succeed(command);
    }
}

#[test]
fn the_laws_hold() {
    if !skipped() {
        run_everywhere("tests/c/laws.c", &[]);
    }
}

#[test]
fn bad_input_is_refused() {
    if !skipped() {
        run_everywhere("tests/c/bad_input.c", &[]);
    }
}

#[test]
fn survival_is_reached_by_name() {
    if !skipped() {
        run_everywhere("tests/c/survival.c", &[]);
    }
}

#[test]
fn arrow_arrays_are_moved() {
    if !skipped() {
        run_everywhere("tests/c/arrow.c", &[]);
    }
}

#[test]
fn damaged_and_crafted_bytes_are_refused() {
    if skipped() {
        return;
    }
    let text = run(&compile("tests/c/fuzz.c", Link::Static), &["2000".into()]);
    println!("{text}");
    if asan_works() {
        run(&compile("tests/c/fuzz.c", Link::Sanitized), &["500".into()]);
    }
}

/// Installs into a folder and builds a program as a vendor does.
#[test]
fn an_installation_is_found() {
    if skipped() {
        return;
    }
    let build = library("libcxm.so").parent().unwrap().to_owned();
    let prefix = output_folder().join("installed");
    let mut install = Command::new("sh");
    install.arg(root().join("packaging/install.sh")).arg(&prefix).arg(&build);
    must_succeed(install);
    let multiarch = output_folder().join("multiarch");
    let mut install = Command::new("sh");
    install.env("LIBDIR", "lib/x86_64-linux-gnu").arg(root().join("packaging/install.sh"));
    install.arg(&multiarch).arg(&build);
    must_succeed(install);
    for (prefix, libdir) in [(&prefix, "lib"), (&multiarch, "lib/x86_64-linux-gnu")] {
        let config = prefix.join(libdir).join("cmake/cxm");
        let text = fs::read_to_string(config.join("cxm-config.cmake")).unwrap();
        let (_, after) = text.split_once("_cxm_prefix \"${CMAKE_CURRENT_LIST_DIR}/").unwrap();
        let (back, _) = after.split_once('"').unwrap();
        assert!(config.join(back).join("include/cxm.h").exists(), "{libdir}: {back}");
    }
    let found = Command::new("pkg-config").arg("--version").output();
    if found.is_ok_and(|output| output.status.success()) {
        let mut flags = Command::new("pkg-config");
        flags.env("PKG_CONFIG_PATH", prefix.join("lib/pkgconfig"));
        flags.args(["--cflags", "--libs", "cxm"]);
        let flags = must_succeed(flags);
        let program = output_folder().join("quickstart-pkg-config");
        let (compiler, standard) = compiler(Path::new("quickstart.c"));
        let mut command = Command::new(compiler);
        command.arg(standard).args(WARNINGS).arg(root().join("examples/quickstart.c"));
        command.args(flags.split_whitespace()).arg("-o").arg(&program);
        must_succeed(command);
        let mut program = Command::new(program);
        program.env("LD_LIBRARY_PATH", prefix.join("lib"));
        assert!(must_succeed(program).starts_with("first half NPS +60.0"));
        println!("pkg-config finds it");
    } else {
        println!("pkg-config is not installed");
    }
    if Command::new("cmake").arg("--version").output().is_ok_and(|output| output.status.success()) {
        let tree = output_folder().join("cmake");
        let mut configure = Command::new("cmake");
        configure.arg("-S").arg(root().join("tests/cmake")).arg("-B").arg(&tree);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", prefix.display()));
        must_succeed(configure);
        let mut build = Command::new("cmake");
        build.arg("--build").arg(&tree);
        must_succeed(build);
        for program in ["shared", "static"] {
            assert!(run(&tree.join(program), &[]).starts_with("first half NPS +60.0"));
        }
        println!("CMake finds it");
    } else {
        println!("CMake is not installed");
    }
}

/// The golden files of the core, without `numeric/`: functions below the statistics, which have no
/// name outside Rust.
fn golden_files() -> Vec<PathBuf> {
    let folder = root().join("../cxm-core/tests/golden");
    let areas = fs::read_dir(folder).unwrap().map(|area| area.unwrap().path());
    let mut files: Vec<PathBuf> = areas
        .filter(|area| area.is_dir() && !area.ends_with("numeric"))
        .flat_map(|area| fs::read_dir(area).unwrap().map(|file| file.unwrap().path()))
        .filter(|file| file.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Models are fitted to the sample that the golden cases name, and asked what they ask.
#[test]
fn the_golden_models_come_out() {
    if !skipped() {
        let folder = root().join("../cxm-core/tests/golden/clv");
        let data = ["cdnow_summary.csv", "donations_summary.csv"].map(|name| folder.join(name));
        let arguments: Vec<_> = data.into_iter().chain(golden_files()).collect();
        run_everywhere("tests/c/models.c", &arguments);
    }
}

/// Covariates, limits of counts, draws and progress.
#[test]
fn posteriors_come_out() {
    if !skipped() {
        let folder = root().join("../cxm-core/tests/golden/clv");
        let arguments = ["cdnow_summary.csv", "covariates.json"].map(|name| folder.join(name));
        run_everywhere("tests/c/posteriors.c", &arguments);
    }
}

#[test]
fn logs_of_other_systems_are_read() {
    if !skipped() {
        let log = root().join("../cxm-core/tests/logs/orders.xes");
        run_everywhere("tests/c/interactions.c", &[log]);
    }
}

#[test]
fn the_golden_values_come_out() {
    if !skipped() {
        let text = run(&compile("tests/c/golden.c", Link::Shared), &golden_files());
        println!("{text}");
    }
}

/// What the library exports is written down: a symbol that disappears breaks programs.
#[test]
fn the_symbols_are_those_of_the_list() {
    if skipped() {
        return;
    }
    let mut nm = Command::new("nm");
    nm.args(["-D", "--defined-only", "--format=posix"]).arg(library("libcxm.so"));
    let text = must_succeed(nm);
    let mut symbols: Vec<_> = text.lines().filter_map(|line| line.split(' ').next()).collect();
    symbols.sort_unstable();
    let exported = symbols.join("\n") + "\n";
    let path = root().join("tests/symbols.txt");
    if std::env::var_os("CXM_BLESS").is_some() {
        fs::write(&path, &exported).unwrap();
    }
    assert_eq!(fs::read_to_string(&path).unwrap(), exported);
    let header = fs::read_to_string(root().join("include/cxm.h")).unwrap();
    for symbol in symbols {
        assert!(header.contains(&format!("{symbol}(")), "{symbol} is not in the header");
    }
    let mut readelf = Command::new("readelf");
    readelf.arg("-d").arg(library("libcxm.so"));
    let soname = format!("[libcxm.so.{}]", abi());
    assert!(must_succeed(readelf).contains(&soname), "the SONAME is not {soname}");
}
