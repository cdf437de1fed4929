"""A project is its request.toml; what the page remembers beside it may be lost, damaged or old without harm."""

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.errors import CallError, NotDone
from preflight.request.file import RequestSpec
from preflight.server.ui.items import Choices, Item
from preflight.server.ui.project import MAX_BYTES, OWN, Project, absolute
from preflight.values.assets import Role, Window
from tests.specimens import media

CLIP, IMAGE = media("video-5s.mp4"), media("image-ok.png")


def item(source: str = CLIP, **fields: object) -> Item:
    kind = "video" if source.endswith(".mp4") else "image"
    made = Item(name=Path(source).name, source=source, kind=kind, probed={}, judged={})  # type: ignore[arg-type]
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def spec(*items: Item, prompt: str = "A rider.") -> RequestSpec:
    roles = {"image": 0, "video": 0}
    assets = []
    for one in items:
        roles[one.kind] += 1
        assets.append(one.asset(Role(one.kind, roles[one.kind], one.field)))
    return RequestSpec(prompt=prompt, assets=tuple(assets))


@pytest.fixture
def project(tmp_path: Path) -> Project:
    one = Project(tmp_path / "mine" / "request.toml")
    one.open()
    return one


def again(project: Project) -> Project:
    return Project(project.request)


def test_a_project_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    project = Project(tmp_path / "new" / "request.toml")
    found = project.open()
    assert (found.items, found.settings) == ([], RequestSpec(prompt=""))
    assert (project.name, project.own.name) == ("new", OWN)
    assert not project.request.exists()


def test_everything_of_it_lies_in_its_folder_and_tries_apart_from_what_was_paid(project: Project) -> None:
    paths = [project.originals, project.ready, project.videos, project.own]
    ledgers = [project.ledger(sandbox=True), project.ledger(sandbox=False)]
    assert len({*paths, *ledgers}) == 6
    assert all(one.is_relative_to(project.folder) for one in (*paths, *ledgers))


def test_what_was_saved_is_there_again(project: Project) -> None:
    one = item(keep=Window(Fraction(1), Fraction("3.5")), choices=Choices(fit="pad"), name="My clip")
    project.save([one], spec(one))
    found = again(project).open()
    (back,) = found.items
    assert (back.id, back.name, back.keep, back.choices) == (one.id, "My clip", one.keep, one.choices)
    assert found.settings == RequestSpec(prompt="A rider.")


def test_a_new_file_that_is_sent_leads_back_to_its_original(project: Project) -> None:
    one = item(fixed=media("video-2s.mp4"), taken=True, fixed_by="x")
    project.save([one], spec(one))
    (back,) = again(project).open().items
    assert (back.source, back.path, back.which) == (CLIP, media("video-2s.mp4"), "fixed")


def test_what_is_no_medium_is_remembered_though_it_is_in_no_request(project: Project) -> None:
    note = Item(name="notes", source=media("text-named.mp4"), kind="unknown", probed={}, judged={})
    project.save([note], spec())
    (back,) = again(project).open().items
    assert (back.name, back.kind) == ("notes", "unknown")


def test_what_the_request_holds_counts_whatever_is_remembered(project: Project) -> None:
    project.save([one := item()], spec(one))
    text = f'prompt = "Another."\nimages = ["{IMAGE}"]\nvideos = [{{ path = "{CLIP}", keep = "0-2" }}]\n'
    project.request.write_text(text)
    found = again(project).open()
    image, clip = sorted(found.items, key=lambda one: one.kind)
    assert (image.source, image.kind, found.settings.prompt) == (IMAGE, "image", "Another.")
    assert (clip.id, clip.keep) == (one.id, Window(Fraction(0), Fraction(2)))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no JSON",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"schema": "preflight.page/2"}',
        b'{"items": [{"name": 7}]}',
        b'{"items": [{"name": "a", "source": "/a", "keep": ["1/0", "2"]}]}',
        b'{"items": [{"name": "a", "source": "/a", "keep": {"start_s": "1/0", "end_s": "2"}}]}',
        b'{"items": [{"name": "a", "source": "/a", "choices": {"pad_color": "pinkish"}}]}',
    ],
)
def test_a_memory_that_cannot_be_read_is_none_and_the_request_is_there(project: Project, content: bytes) -> None:
    project.save([one := item()], spec(one))
    (project.own / "page.json").write_bytes(content)
    (back,) = again(project).open().items
    assert (back.source, back.name) == (CLIP, "video-5s.mp4")


@given(st.binary(max_size=60))
def test_no_memory_stops_a_project_from_being_opened(content: bytes) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        (Path(folder) / OWN).mkdir()
        (Path(folder) / OWN / "page.json").write_bytes(content)
        assert Project(Path(folder) / "request.toml").open().items == []


def test_a_memory_of_any_size_is_read_no_further_than_its_limit(project: Project) -> None:
    with (project.own / "page.json").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert again(project).open().items == []


def test_a_run_that_was_killed_before_the_request_was_written_is_taken_up(project: Project) -> None:
    project.save([one := item()], spec(one))
    before = project.request.read_bytes()
    project.save([one], spec(one, prompt="Later."))
    project.request.write_bytes(before)
    assert again(project).open().settings.prompt == "Later."


def test_a_request_that_was_changed_meanwhile_is_not_undone(project: Project) -> None:
    project.save([one := item()], spec(one))
    project.save([one], spec(one, prompt="Later."))
    project.request.write_text(f'prompt = "By hand."\nvideos = ["{CLIP}"]\n')
    assert again(project).open().settings.prompt == "By hand."


def test_a_request_that_cannot_be_used_is_said_and_not_overwritten(project: Project) -> None:
    project.request.write_text("prompt = 7\n")
    with pytest.raises(CallError, match="prompt"):
        again(project).open()
    assert project.request.read_text() == "prompt = 7\n"


def test_a_request_is_written_only_where_it_changes(project: Project) -> None:
    project.save([one := item()], spec(one))
    written = project.request.stat().st_mtime_ns, project.request.stat().st_ino
    one.message = "something else"
    project.save([one], spec(one))
    assert (project.request.stat().st_mtime_ns, project.request.stat().st_ino) == written


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotDone, match="cannot be written"):
        Project(tmp_path / "file" / "request.toml").open()


@pytest.mark.parametrize(("path", "whole"), [("/a/../b", "/b"), ("/a/./b//c", "/a/b/c"), ("/", "/")])
def test_a_path_is_whole_and_without_ways_up(path: str, whole: str) -> None:
    assert absolute(path) == whole
    assert Path(absolute("a")).is_absolute()


def test_what_is_written_late_undoes_nothing_of_what_came_after_it(project: Project) -> None:
    first = project.snapshot([one := item()], spec(one, prompt="First."))
    second = project.snapshot([one], spec(one, prompt="Second."))
    project.write(second)
    project.write(first)
    found = again(project).open()
    assert (found.settings.prompt, [back.id for back in found.items]) == ("Second.", [one.id])
