"""What every test stands on: nothing of the person who runs them is read or written."""

import gc
import os
import shutil
import signal
import ssl
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import pytest
from _pytest.assertion import rewrite
from httpx._config import create_ssl_context
from hypothesis import HealthCheck, settings

from preflight.sandbox import service
from preflight.sandbox.isolated import Isolated
from preflight.system import processes as system
from preflight.system.signals import STOPS
from preflight.workers import process
from preflight.workers.child import LATER
from preflight.workers.session import session

TESTS = Path(__file__).parent
MACHINES = "TEST_MACHINES_FFMPEG"
"""Variable; where it is set, tests use the ffmpeg that the machine has on its PATH."""
SHM = Path("/dev/shm")  # noqa: S108 - another file system, where there is one

READ = (
    "numpy",
    "av.subtitles.stream",
    *(f"PIL.{name}ImagePlugin" for name in ("Bmp", "Gif", "Jpeg", "Png", "Ppm")),
    "PIL.ImageChops",
    *(f"preflight.apply.{name}" for name in ("alike", "image", "isolated", "record", "remux", "strip")),
    *(f"preflight.apply.{name}imilarity" for name in ("s", "audio_s", "image_s")),
    *(f"preflight.apply.{name}" for name in ("source_reading", "start_offset", "stills")),
    *(f"preflight.media.{name}" for name in ("candidates", "preview", "second", "thumbnails")),
    "preflight.plan.cut_points",
    *(f"preflight.probe.{name}" for name in ("admission", "claims", "complete", "elsewhere", "encryption", "foreign")),
    "preflight.workers.measuring",
    *LATER,
)
"""What children of many tests load; a server that has it need not load it in each."""

# A shared machine may be slow for a moment; how fast things are is a benchmark's business.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=30)
settings.register_profile("thorough", settings.get_profile("patient"), max_examples=500)
settings.load_profile("patient")

# Hundreds of interpreters are started, of this package or with it: without bytecode each would compile it anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Rewrite the assertions of one worker's share of the tests; the others find them rewritten, and need not do so."""
    worker, workers = os.environ.get("PYTEST_XDIST_WORKER", ""), int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1 or session.config.args != list(session.config.getini("testpaths")):
        return
    state = session.config.stash[rewrite.assertstate_key]
    for path in sorted(TESTS.rglob("test_*.py"))[int(worker.removeprefix("gw")) :: workers]:
        folder = rewrite.get_cache_dir(path)
        written = folder / f"{path.stem}{rewrite.PYC_TAIL}"
        if rewrite._read_pyc(path, written) is None and rewrite.try_makedirs(folder):  # noqa: SLF001 - no public way
            about, code = rewrite._rewrite_test(path, session.config)  # noqa: SLF001 - as above
            rewrite._write_pyc(state, code, about, written)  # noqa: SLF001 - as above


def pytest_configure() -> None:
    """Let signals be heard by what tests start: a program behind a shell, or `nohup`, is begun deaf to some."""
    for number in STOPS:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def pytest_collection_finish() -> None:
    """Sixteen thousand tests are no garbage: looking through them for some takes a second each time."""
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def nobody_s_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Caches and ledgers of the person's own stay out of it, in child processes too."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(home / name))
        for name in [name for name in os.environ if name.startswith("PREFLIGHT_") and name != process.START]:
            patch.delenv(name)  # how children are started is what `make test-spawn` is for
        patch.setenv("PREFLIGHT_LANG", "en")  # whatever the locale of whoever runs them
        yield home


@pytest.fixture(autouse=True, scope="session")
def one_ffmpeg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The ffmpeg of the wheel comes first on the PATH: its version is that of every machine.

    It also starts in a fifth of the time that a distribution's takes, which loads two hundred libraries. How plans fare
    with another is what `make test-ffmpeg` is for.
    """
    if os.environ.get(MACHINES) or not system.CAN_FORK:
        yield
        return
    folder = tmp_path_factory.mktemp("bin")
    (folder / "ffmpeg").symlink_to(imageio_ffmpeg.get_ffmpeg_exe())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(folder), prepend=os.pathsep)
        yield


@pytest.fixture(autouse=True)
def nobody_s_ledgers(nobody_s_home: Path, request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test has folders of its own: what one has sent or set, the next does not know."""
    mine = nobody_s_home / str(abs(hash(request.node.nodeid)))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME"):
            patch.setenv(name, str(mine / name))
        yield


@pytest.fixture(autouse=True, scope="session")
def one_server() -> Iterator[None]:
    """One server forks the children of all tests: each need not load the libraries anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "BOOT", process.BOOT.replace("from ", f"import {', '.join(READ)}; from ", 1))
        begun = process.begin_server() if process.can_fork() else None
    with session(begun):
        yield


class KeptReader(Isolated):
    """A reader of files that outlives the sandboxes that ask it."""

    def close(self) -> None:
        """Stay for the next sandbox."""


@pytest.fixture(autouse=True, scope="session")
def one_reader() -> Iterator[None]:
    """One child measures the files of all sandboxes in this process: each need not start an interpreter anew."""
    reader = KeptReader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "Isolated", lambda: reader)
        yield
    Isolated.close(reader)


@pytest.fixture(autouse=True, scope="session")
def one_trust() -> Iterator[None]:
    """Clients of tests share the authorities that they trust: reading those takes 20 ms each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("httpx._transports.default.create_ssl_context", trusting)
        yield


def trusting(verify: ssl.SSLContext | bool = True, cert: None = None, trust_env: bool = True) -> ssl.SSLContext:
    """Return the one context of all clients that name none, else the one that httpx makes."""
    if verify is not True:
        return create_ssl_context(verify, cert, trust_env)
    return _trusting(trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))


@cache
def _trusting(trust_env: bool, *_: str | None) -> ssl.SSLContext:
    return create_ssl_context(trust_env=trust_env)


@pytest.fixture
def bare() -> dict[str, str]:
    """The environment without what measures coverage, for tests that ask what a fresh start loads."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system than the test's own."""
    if not SHM.is_dir() or not os.access(SHM, os.W_OK) or SHM.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no second file system to write to")
    folder = Path(tempfile.mkdtemp(dir=SHM, prefix="preflight-test-"))
    yield folder
    shutil.rmtree(folder)
