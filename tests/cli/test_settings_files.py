"""Which settings file counts: the nearest of the same work, said aloud where it is not plain; never a stranger's."""

import os
from pathlib import Path

import pytest

from preflight.cli.searched import folders, has_own_settings, has_settings, own_file
from preflight.cli.settings import read_policy, read_settings
from preflight.errors import CallError
from preflight.system.files import me
from tests.cli.conftest import MEDIA, Program
from tests.posix import give_away, make_pipe

OK, TOO_LARGE = MEDIA / "image-ok.jpeg", MEDIA / "video-1920x1080.mp4"
IGNORE = '[[ignore]]\nrule = "video/pixels"\nreason = "old"\nuntil = 2999-12-31\n'


@pytest.fixture
def inner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder within a repository, and make it the working folder."""
    (tmp_path / ".git").mkdir()
    folder = tmp_path / "footage" / "legacy"
    folder.mkdir(parents=True)
    (folder / "large.mp4").symlink_to(TOO_LARGE)
    monkeypatch.chdir(folder)
    return folder


def wrong(here: Path) -> str:
    with pytest.raises(CallError) as caught:
        read_policy(here)
    return caught.value.message


# ---- above the working folder ---------------------------------------------------------------------------------------


def test_from_a_subfolder_of_a_repository_the_same_policy_counts(program: Program, inner: Path, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_text(f'{IGNORE}paths = ["footage/legacy/**"]\n')
    os.chdir(inner)
    for path in ("large.mp4", ".", str(inner / "large.mp4")):
        ended = program("check", path)
        assert (ended.status, "1 finding ignored by policy" in ended.err) == (0, True), path
    os.chdir(tmp_path)
    assert program("check", "footage").status == 0


@pytest.mark.usefixtures("inner")
def test_globs_start_from_the_folder_of_the_settings_and_not_from_the_working_folder(
    program: Program, tmp_path: Path
) -> None:
    (tmp_path / "preflight.toml").write_text(f'{IGNORE}paths = ["legacy/*"]\n')
    assert program("check", "footage/legacy").status == 1
    os.chdir(tmp_path / "footage")
    assert program("check", "legacy").status == 1


def test_of_two_above_each_other_the_nearer_one_counts_alone(inner: Path, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_text('fail_on = "warning"\ndepth = "full"\n')
    (inner.parent / "pyproject.toml").write_text('[tool.preflight]\ndepth = "header"\n')
    (inner / "pyproject.toml").write_text("[tool.other]\n")
    assert read_settings(inner) == {"depth": "header"}
    assert has_settings(inner)


def test_what_lies_above_the_repository_does_not_count(inner: Path, tmp_path: Path) -> None:
    (inner / ".git").write_text("gitdir: elsewhere")
    (tmp_path / "preflight.toml").write_text('depth = "full"')
    assert list(folders(inner)) == [inner]
    assert read_settings(inner) == {}


def test_without_a_repository_nothing_above_counts_but_below_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "a" / "b"
    here.mkdir(parents=True)
    monkeypatch.setenv("HOME", "/nowhere")
    assert list(folders(here)) == [here]
    monkeypatch.setenv("HOME", str(tmp_path))
    assert list(folders(here)) == [here, here.parent, tmp_path]


@pytest.mark.skipif(me() != 0, reason="only root can give a file away")
def test_a_file_above_that_is_somebody_else_s_is_passed_over_aloud(
    inner: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "preflight.toml").write_text('base_url = "https://example.com"')
    give_away(tmp_path / "preflight.toml", 12345)
    assert read_settings(inner) == {}
    assert capsys.readouterr().err == "preflight: ../../preflight.toml belongs to somebody else, and was passed over\n"
    give_away(inner, 12345)
    assert read_settings(inner) == {"base_url": "https://example.com"}


def test_files_that_settings_name_lie_where_the_settings_do(inner: Path, tmp_path: Path) -> None:
    (tmp_path / "house.toml").write_text('extends = "seedance-2.0-2026-04"')
    text = 'profile = "{}"\nbaseline = "known.json"\noutput = "/ready"\nledger = "l.sqlite3"\nfit = "pad"\n'
    (tmp_path / "preflight.toml").write_text(text.format("house.toml"))
    assert read_settings(inner) == {
        "profile_name": "../../house.toml",
        "baseline": "../../known.json",
        "output": os.path.relpath("/ready", inner),
        "ledger_path": "../../l.sqlite3",
        "fit": "pad",
    }
    (tmp_path / "preflight.toml").write_text('profile = "seedance-2.0-2026-04"\n')
    assert read_settings(inner) == {"profile_name": "seedance-2.0-2026-04"}
    (tmp_path / "preflight.toml").write_text(text.format("house.toml"))
    assert read_settings(tmp_path)["baseline"] == "known.json"


def test_a_fault_of_a_file_above_names_it_from_the_working_folder(inner: Path, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_text('depht = "full"')
    assert wrong(inner) == "../../preflight.toml: depht: unknown key; did you mean 'depth'?"


# ---- beside each other ----------------------------------------------------------------------------------------------


def test_of_two_in_a_folder_it_is_said_once_which_counts(program: Program, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_text('fail_on = "error"')
    (tmp_path / "pyproject.toml").write_text("[tool.other]\n")
    assert program("check", OK).err == ""
    (tmp_path / "pyproject.toml").write_text('[tool.preflight]\nfail_on = "warning"')
    said = "preflight: preflight.toml counts; [tool.preflight] of pyproject.toml beside it is passed over\n"
    assert program("check", OK).err == said
    (tmp_path / "pyproject.toml").write_text("[tool.preflight")
    assert program("check", OK).err == ""


def test_settings_that_are_a_folder_or_lead_nowhere_are_an_error(program: Program, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").mkdir()
    ended = program("check", OK)
    assert (ended.status, "preflight.toml: is a folder" in ended.err) == (2, True)
    (tmp_path / "preflight.toml").rmdir()
    (tmp_path / "preflight.toml").symlink_to("gone")
    ended = program("check", OK)
    assert (ended.status, "preflight.toml: cannot be read: No such file or directory" in ended.err) == (2, True)


# ---- what they say --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (IGNORE + 'path = ["a"]', "ignore.0.path: unknown key; did you mean 'paths'?"),
        (IGNORE + IGNORE + 'reasons = "a"', "ignore.1.reasons: unknown key; did you mean 'reason'?"),
        ('[[override]]\npath = ["a"]\nseverity = {}', "override.0.path: unknown key; did you mean 'paths'?"),
        (
            '[[override]]\npaths = ["a"]\nseverities = {}',
            "override.0.severities: unknown key; did you mean 'severity'?",
        ),
        ("[[ignores]]", "ignores: unknown key; did you mean 'ignore'?"),
        ('[severity]\n"video/pixel" = "off"', "severity: no rule named 'video/pixel'; did you mean 'video/pixels'?"),
        (
            '[[ignore]]\nrule = "a"\nreason = "b"\nuntil = "tomorrow"',
            "ignore.0.until: expected a date such as 2027-03-31",
        ),
        ('[[override]]\npaths = ["a"]\nseverity = {"video/pixels" = {}}', "override.0.severity.video/pixels: expected"),
        ("a = [", "not TOML: "),
    ],
)
def test_a_fault_names_the_place_and_the_nearest_right_name(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "preflight.toml").write_text(text)
    assert wrong(tmp_path).startswith(f"preflight.toml: {said}")


def test_settings_that_are_no_utf_8_are_called_that(tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_bytes(b'output = "caf\xe9"')
    assert wrong(tmp_path) == "preflight.toml: not UTF-8 text (byte 13), which it has to be; save it as UTF-8"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"jobs = " + b"9" * 5_000, "not TOML: "),
        (b"jobs = 0x" + b"f" * 500_000, "jobs: a number of more than 30 digits"),
        (b".".join([b"a"] * 20_000) + b" = 1", "nested"),
        (b"#" * (1 << 20) + b"#", "larger than 1,048,576 bytes: no settings"),
    ],
)
def test_settings_that_nobody_means_are_refused_in_words(content: bytes, said: str, tmp_path: Path) -> None:
    (tmp_path / "preflight.toml").write_bytes(content)
    words = wrong(tmp_path)
    assert words.startswith("preflight.toml: ")
    assert said in words
    assert len(words) < 400


def test_settings_that_are_a_pipe_are_not_waited_for(tmp_path: Path) -> None:
    make_pipe(tmp_path / "preflight.toml")
    assert wrong(tmp_path) == "preflight.toml: cannot be read: is no plain file"


@pytest.mark.parametrize("where", ["at home", "XDG_CONFIG_HOME", "nowhere", "XDG_CONFIG_HOME, empty"])
def test_the_glance_at_a_user_s_own_settings_sees_what_reading_them_finds(
    where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    folder = tmp_path / ".config" / "preflight"
    if where.startswith("XDG"):
        monkeypatch.setenv("XDG_CONFIG_HOME", "" if "empty" in where else str(tmp_path / "elsewhere"))
        folder = folder if "empty" in where else tmp_path / "elsewhere" / "preflight"
    if where != "nowhere":
        folder.mkdir(parents=True)
        (folder / "preflight.toml").write_text("")
    assert has_own_settings() == own_file().exists() == (where != "nowhere")
