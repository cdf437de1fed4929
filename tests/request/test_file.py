"""request.toml: what it asks for in order, or the place where it is wrong."""

from fractions import Fraction
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preflight.errors import RequestFileError
from preflight.profiles.index import index
from preflight.request.file import RequestSpec, dump_spec, load_spec, with_roles
from preflight.values.assets import Asset, Role, Window
from tests.specimens import FIXTURES


def written(folder: Path, text: str | bytes) -> Path:
    for name in ("a.png", "b.png", "c.mp4", "d.mp3", "-x.mp4", "파일 (1).mp4", "img%03d.png"):
        (folder / name).touch()
    path = folder / "request.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def complaint(folder: Path, text: str | bytes) -> str:
    path = written(folder, text)
    with pytest.raises(RequestFileError) as caught:
        load_spec(path)
    said = str(caught.value)
    assert caught.value.exit_code == 2
    assert said.startswith(f"{path}: ")
    return said.removeprefix(f"{path}: ")


def test_everything_that_a_request_can_say_is_read(tmp_path: Path) -> None:
    spec = load_spec(
        written(
            tmp_path,
            """
            model = "m"
            prompt = "p"
            images = ["b.png", "https://example.com/rider.png", "a.png"]
            videos = [{ path = "c.mp4", keep = "3.0-9.5" }]
            audios = ["d.mp3"]
            duration = 10
            quality = "720p"
            aspect_ratio = "16:9"
            generate_audio = false
            callback_url = "https://example.com/hook"
            content_filter = true
            """,
        )
    )
    assert [asset.path for asset in spec.of_kind("image")] == [
        str(tmp_path / "b.png"),
        "https://example.com/rider.png",
        str(tmp_path / "a.png"),
    ]
    assert [str(asset.role) for asset in spec.assets] == ["image 1", "image 2", "image 3", "video 1", "audio 1"]
    assert spec.of_kind("video")[0].keep == Window(Fraction(3), Fraction("9.5"))
    assert (spec.model, spec.prompt, spec.duration, spec.quality) == ("m", "p", 10, "720p")
    assert (spec.aspect_ratio, spec.generate_audio, spec.content_filter) == ("16:9", False, True)
    assert spec.callback_url == "https://example.com/hook"


def test_what_is_not_said_is_not_known(tmp_path: Path) -> None:
    assert load_spec(written(tmp_path, 'prompt = "p"')) == RequestSpec(prompt="p")


def test_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, 'prompt = "p"\nimages = ["a.png"]')
    monkeypatch.chdir(tmp_path.parent)
    spec = load_spec(Path(tmp_path.name) / "request.toml")
    assert spec.assets[0].path == str(Path(tmp_path.name) / "a.png")


@pytest.mark.parametrize("name", ["-x.mp4", "파일 (1).mp4", "img%03d.png"])
def test_a_name_is_only_a_name(name: str, tmp_path: Path) -> None:
    spec = load_spec(written(tmp_path, f'prompt = "p"\nvideos = ["{name}"]'))
    assert spec.assets[0].path == str(tmp_path / name)


def test_an_absolute_path_stays(tmp_path: Path) -> None:
    elsewhere = tmp_path / "a.png"
    assert load_spec(written(tmp_path, f'prompt = "p"\nimages = ["{elsewhere}"]')).assets[0].path == str(elsewhere)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('images = ["a.png"]', "prompt: missing"),
        ("prompt = 3", "prompt: expected text, got 3"),
        ('prompt = "p"\nduration = "10"', "duration: expected a whole number, got '10'"),
        ('prompt = "p"\nduration = 10.5', "duration: expected a whole number, got 10.5"),
        ('prompt = "p"\ndurations = 10', "durations: unknown key; did you mean 'duration'?"),
        ('prompt = "p"\nimage_strat = "a.png"', "image_strat: unknown key; did you mean 'image_start'?"),
        ('prompt = "p"\nimage = ["a.png"]', "image: unknown key; did you mean 'images'?"),
        ('prompt = "p"\nimages = "a.png"', "images: expected a list, got 'a.png'"),
        ('prompt = "p"\nimages = ["a.png", 3]', "images.1: expected text or a table, got 3"),
        ('prompt = "p"\nvideos = [{ path = 3 }]', "videos.0.path: expected text, got 3"),
        ('prompt = "p"\nvideos = [{ keep = "1-2" }]', "videos.0.path: missing"),
        ('prompt = "p"\nvideos = [{ path = "c.mp4", kep = "1-2" }]', "videos.0.kep: unknown key; did you mean 'keep'?"),
        ('prompt = "p"\ngenerate_audio = "no"', "generate_audio: expected true or false, got 'no'"),
        (
            'prompt = "p"\nvideos = [{ path = "c.mp4", keep = "9-3" }]',
            "videos.0.keep: expected an end after the start, got '9-3'",
        ),
        (
            'prompt = "p"\nvideos = ["c.mp4", { path = "c.mp4", keep = "first" }]',
            (
                "videos.1.keep: expected START-END in seconds, such as 3.0-9.5, or in minutes, such as 1:20-1:35, "
                "got 'first'"
            ),
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, text) == message


@pytest.mark.parametrize(
    ("address", "scheme"),
    [
        ("file:///etc/passwd", "file:"),
        ("file:/etc/passwd", "file:"),
        ("ftp://user:secret@example.com/a.png", "ftp:"),
        ("GOPHER://host/a.png", "gopher:"),
        ("data:image/png;base64,AAAA", "data:"),
    ],
)
def test_an_address_of_another_scheme_is_refused_by_its_scheme_alone(address: str, scheme: str, tmp_path: Path) -> None:
    said = complaint(tmp_path, f'prompt = "p"\nimages = ["{address}"]')
    assert said == f"images.0: {scheme} is not supported: give a path, or http:, https:, s3:, gs: or az:"


def test_a_file_that_is_called_like_an_address_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file:a.png").touch()
    assert load_spec(written(tmp_path, 'prompt = "p"\nimages = ["file:a.png"]')).assets[0].path.endswith("/file:a.png")


def test_a_picture_has_no_part_to_keep(tmp_path: Path) -> None:
    said = complaint(tmp_path, 'prompt = "p"\nimages = ["b.png", { path = "a.png", keep = "1-4" }]')
    assert said == "images.1.keep: a picture has no part to keep"


def test_an_absent_file_is_named_with_its_place(tmp_path: Path) -> None:
    said = complaint(tmp_path, 'prompt = "p"\nimages = ["a.png", "gone.png"]')
    assert said == f"images.1: {tmp_path / 'gone.png'}: no such file"


def test_a_folder_is_no_asset(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    assert complaint(tmp_path, 'prompt = "p"\naudios = ["folder"]') == f"audios.0: {tmp_path / 'folder'}: is a folder"


def test_an_empty_path_is_no_asset(tmp_path: Path) -> None:
    assert complaint(tmp_path, 'prompt = "p"\naudios = [""]').endswith("is a folder")


def test_a_name_too_long_for_the_file_system_is_no_such_file(tmp_path: Path) -> None:
    assert complaint(tmp_path, f'prompt = "p"\naudios = ["{"x" * 5000}"]').startswith("audios.0: ")


def test_a_name_with_a_null_byte_is_no_such_file(tmp_path: Path) -> None:
    assert complaint(tmp_path, 'prompt = "p"\naudios = ["a\\u0000b"]').startswith("audios.0: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"prompt = ", "not TOML: "),
        (b"\xff\xfe\x00", "not UTF-16 text"),
        (b"\0\0\0", "not TOML: "),
        (b"a = " + b"[" * 100_000, "not TOML: "),
    ],
)
def test_what_is_no_toml_is_refused_in_words(content: bytes, words: str, tmp_path: Path) -> None:
    assert complaint(tmp_path, content).startswith(words)


def test_a_request_file_that_is_absent_is_told(tmp_path: Path) -> None:
    with pytest.raises(RequestFileError, match="cannot be read: No such file or directory"):
        load_spec(tmp_path / "gone.toml")


def test_a_folder_is_no_request_file(tmp_path: Path) -> None:
    with pytest.raises(RequestFileError, match="cannot be read: Is a directory"):
        load_spec(tmp_path)


def test_assets_given_by_options_are_numbered_in_the_order_given() -> None:
    assets = with_roles("image", ["b.png", "a.png"])
    assert [(asset.path, asset.role) for asset in assets] == [("b.png", Role("image", 1)), ("a.png", Role("image", 2))]


@pytest.mark.parametrize("path", sorted((FIXTURES / "requests").glob("*.toml")), ids=lambda path: path.stem)
def test_every_specimen_of_a_request_is_read(path: Path) -> None:
    spec = load_spec(path)
    assert spec.prompt is not None or spec.model in index().prompt_optional


seconds = st.integers(0, 10**7).map(lambda thousandths: Fraction(thousandths, 1000))
windows = st.tuples(seconds, st.integers(1, 10**5)).map(lambda w: Window(w[0], w[0] + Fraction(w[1], 1000)))


pictures = st.lists(st.sampled_from(["a.png", "b.png", "https://example.com/x.png"]), max_size=3)
requests = st.builds(
    RequestSpec,
    prompt=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40),
    duration=st.none() | st.integers(-5, 50),
    generate_audio=st.none() | st.booleans(),
    quality=st.none() | st.just("720p"),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    requests,
    st.lists(st.sampled_from(["a.png", "b.png", "https://example.com/x.png"]), max_size=3),
    st.none() | windows,
)
def test_a_request_that_is_written_out_is_read_back_the_same(
    tmp_path: Path, settings_: RequestSpec, images: list[str], keep: Window | None
) -> None:
    path = written(tmp_path, "")
    paths = [image if image.startswith("https") else str(tmp_path / image) for image in images]
    clip = Asset(path=str(tmp_path / "c.mp4"), role=Role("video", 1), keep=keep)
    spec = msgspec.structs.replace(settings_, assets=(*with_roles("image", paths), clip))
    path.write_text(dump_spec(spec, tmp_path), encoding="utf-8")
    assert load_spec(path) == spec
