//! What others made: fetched once in pinned versions, kept under the target folder, used from there.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::LazyLock,
};

/// Where the programs and what they need are kept.
pub(crate) fn cache() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("interop");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A file of `tests/interop/`.
pub(crate) fn own(name: &str) -> PathBuf {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
    above.map(|folder| folder.join("tests/interop")).find(|it| it.is_dir()).unwrap().join(name)
}

/// Runs to the end, and fails with what was said where the program fails. `install` says what to do where it is missing.
pub(crate) fn run(command: &mut Command, install: &str) -> Vec<u8> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output =
        command.output().unwrap_or_else(|error| panic!("{program} does not run ({error}); {install}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?} failed with {}: {said}", output.status);
    output.stdout
}

/// A folder that `fill` has filled from these files. It is kept until one of them changes.
fn kept(name: &str, sources: &[&str], fill: impl FnOnce(&Path)) -> PathBuf {
    let folder = cache().join(name);
    let stamp = folder.join("made-from");
    let wanted: String = sources.iter().map(|source| fs::read_to_string(own(source)).unwrap()).collect();
    if fs::read_to_string(&stamp).is_ok_and(|found| found == wanted) {
        return folder;
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).unwrap();
    }
    fs::create_dir_all(&folder).unwrap();
    fill(&folder);
    fs::write(stamp, wanted).unwrap();
    folder
}

const PYTHON: &str = "install Python 3.10 or newer with venv (Debian: python3-venv)";
const NODE: &str = "install Node.js 20 or newer with npm (Debian: nodejs, npm)";

/// An environment of Python with the packages that a file of requirements pins; its interpreter.
pub(crate) fn environment(name: &str, requirements: &str) -> PathBuf {
    let folder = kept(name, &[requirements], |folder| {
        run(Command::new("python3").args(["-m", "venv"]).arg(folder), PYTHON);
        let mut pip = Command::new(folder.join("bin/python"));
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--only-binary",
            ":all:",
        ]);
        run(pip.arg("--requirement").arg(own(requirements)), PYTHON);
    });
    folder.join("bin/python")
}

static PYTHON_OF_SHOPS: LazyLock<PathBuf> = LazyLock::new(|| environment("python", "requirements.txt"));

/// The version that the SDK and `AsyncAPI`'s command line run on.
fn check_node() {
    let version = String::from_utf8(run(Command::new("node").arg("--version"), NODE)).unwrap();
    let major = version.trim_start_matches('v').split('.').next().and_then(|it| it.parse().ok());
    assert!(major.is_some_and(|it: u32| it >= 20), "node is version {}; {NODE}", version.trim());
}

fn node_modules(name: &str, of: &str) -> PathBuf {
    check_node();
    let sources = [&*format!("{of}package.json"), &*format!("{of}package-lock.json")];
    let folder = kept(name, &sources, |folder| {
        for source in sources {
            fs::copy(own(source), folder.join(Path::new(source).file_name().unwrap())).unwrap();
        }
        // Nothing of what is fetched runs while it is installed.
        let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"];
        run(Command::new("npm").args(arguments).current_dir(folder), NODE);
    });
    folder.join("node_modules")
}

/// Made once, however many tests ask for it at a time.
static PYTHON_OF_TRACES: LazyLock<PathBuf> = LazyLock::new(|| environment("python-traces", "traces.txt"));

static MODULES: LazyLock<PathBuf> = LazyLock::new(|| node_modules("node", ""));
static ASYNCAPI: LazyLock<PathBuf> = LazyLock::new(|| node_modules("asyncapi", "asyncapi/"));
static WEBHOOKS: LazyLock<PathBuf> = LazyLock::new(|| node_modules("webhooks", "webhooks/"));
static PYTHON_OF_WEBHOOKS: LazyLock<PathBuf> =
    LazyLock::new(|| environment("python-webhooks", "webhooks/requirements.txt"));

static OPENAPI: LazyLock<PathBuf> = LazyLock::new(|| node_modules("openapi-node", "openapi/"));

/// A linter for OpenAPI documents, by the place of its program.
pub(crate) fn linter(program: &str) -> Command {
    let mut command = Command::new("node");
    command
        .arg(OPENAPI.join(program))
        .env_remove("NODE_OPTIONS")
        .env("REDOCLY_TELEMETRY", "off")
        .stdin(Stdio::null());
    command
}

/// One of our programs for Python.
pub(crate) fn python(program: &str) -> Command {
    let mut command = Command::new(&*PYTHON_OF_SHOPS);
    command.arg("-I").arg(own(program));
    command
}

/// One of our programs for Node.js.
pub(crate) fn node(program: &str) -> Command {
    let mut command = Command::new("node");
    command.env("NODE_PATH", &*MODULES).env_remove("NODE_OPTIONS").arg(own(program));
    command
}

/// One of our programs for Python that verify webhooks.
pub(crate) fn python_of_webhooks(program: &str) -> Command {
    let mut command = Command::new(&*PYTHON_OF_WEBHOOKS);
    command.arg("-I").arg(own("webhooks").join(program));
    command
}

/// Our program for Python that reads spans.
pub(crate) fn python_of_traces() -> Command {
    let mut command = Command::new(&*PYTHON_OF_TRACES);
    command.arg("-I").arg(own("traces.py"));
    command
}

/// One of our programs for Node.js that verify webhooks.
pub(crate) fn node_of_webhooks(program: &str) -> Command {
    let mut command = Command::new("node");
    command.env("NODE_PATH", &*WEBHOOKS).env_remove("NODE_OPTIONS").arg(own("webhooks").join(program));
    command
}

/// `AsyncAPI`'s own command line on a document: whether it is content, and what it said.
pub(crate) fn validate(document: &Path) -> (bool, String) {
    let mut command = Command::new("node");
    command.arg(ASYNCAPI.join("@asyncapi/cli/bin/run_bin")).arg("validate").arg(document);
    command.args(["--fail-severity", "warn"]);
    // It reports its use to its makers, unless it is told that nobody is there.
    command.env("CI", "true").env("ASYNCAPI_METRICS_CONFIG_PATH", cache().join("asyncapi-metrics"));
    command.env("SUPPRESS_NO_CONFIG_WARNING", "1").env_remove("NODE_ENV").stdin(Stdio::null());
    judge(&mut command)
}

/// The events of a folder against the schemas of a document: whether each is as it says, and what is not.
pub(crate) fn check_examples(document: &Path, events: &Path) -> (bool, String) {
    let mut command = Command::new("node");
    command.env("NODE_PATH", &*ASYNCAPI).env_remove("NODE_OPTIONS").arg(own("asyncapi/examples.js"));
    judge(command.arg(document).arg(events))
}

/// Whether a program is content, and what it said.
pub(crate) fn judge(command: &mut Command) -> (bool, String) {
    let output = command.output().unwrap_or_else(|error| panic!("node does not run ({error}); {NODE}"));
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}
