"""A new clip against its source: what is spoiled on the way is caught, whoever spoiled it."""

from fractions import Fraction
from pathlib import Path

import msgspec
import pytest

from fixtures.recipe import ffmpeg
from fixtures.recipe_color import card
from preflight.apply.ffmpeg import find_tool
from preflight.apply.similarity import compared, dissimilarity, ends_of
from preflight.apply.stills import own_stills, second_stills, seeks
from preflight.plan import Plan, Step
from preflight.plan.steps import Crop, Cut, Encode, Pad, Resize, Write
from preflight.values.assets import Asset
from preflight.values.facts import VideoFacts
from tests.apply.conftest import Program
from tests.specimens import media, video

X264 = ("-c:v", "libx264", "-crf", "14", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
TAGGED = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setparams=colorspace=bt709:color_primaries=bt709"
ENCODE = Encode(codec="libx264", loss="lossy", clears=())
WRITE = Write(format="mp4", loss="lossless", clears=())
GRID = "drawgrid=w=120:h=90:t=1:color=black,drawbox=x=40:y=30:w=300:h=1:t=fill"
LINES = f"color=c=white:s=960x540:r=25:d=1,format=gbrp,{GRID}"
MOVING = "testsrc2=s=640x360:r=25:d=1"


TURNS = """for one in "$@"; do
  case "$one" in scale=*) one="hflip,$one";; esac
  set -- "$@" "$one"; shift
done
exec {real} "$@" """


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make the card, line art, and something that moves."""
    folder = tmp_path_factory.mktemp("sources")
    drawn = {"card": card("960x540"), "lines": LINES, "moving": MOVING}
    for name, source in drawn.items():
        given = ("-f", "lavfi", "-t", "1", "-i", source)
        ffmpeg(*given, "-vf", f"{TAGGED}:color_trc=bt709", *X264, to=folder / f"{name}.mp4")
    return {name: folder / f"{name}.mp4" for name in drawn}


def plan(source: Path, *steps: Step) -> Plan:
    return Plan(asset=Asset(path=str(source)), kind="video", steps=(*steps, ENCODE, WRITE))


def said(source: Path, made: Path, *steps: Step) -> str | None:
    """Return what our own reading finds unlike."""
    todo, facts = plan(source, *steps), video(source)
    return compared(todo, ends_of(todo, facts), str(made), video(made)).unlike


def proved(source: Path, made: Path, *steps: Step, before: VideoFacts | None = None) -> str | None:
    """Return what both decoders find unlike."""
    todo, facts = plan(source, *steps), before or video(source)
    return dissimilarity(todo, facts, ends_of(todo, facts), made, video(made))


def spoiled(source: Path, target: Path, through: str, *options: str) -> Path:
    ffmpeg("-i", f"file:{source}", "-vf", through, *X264, *options, to=target)
    return target


HALF = Resize(width_px=640, height_px=360, loss="lossy", clears=())


@pytest.mark.parametrize("name", ["card", "lines"])
def test_what_was_made_faithfully_is_found_alike(sources: dict[str, Path], name: str, tmp_path: Path) -> None:
    made = spoiled(sources[name], tmp_path / "made.mp4", "scale=640:360:flags=lanczos")
    assert proved(sources[name], made, HALF) is None


@pytest.mark.parametrize(
    "through",
    [
        "scale=640:360,hflip",
        "scale=640:360,vflip",
        "transpose=clock,scale=640:360",
        "crop=iw*0.9:ih*0.9,scale=640:360",
        "crop=iw*0.96:ih*0.96:0:0,scale=640:360",
        "scale=600:360,pad=640:360:20:0",
        "scale=640:360,hue=s=0",
        "scale=640:360,hue=s=0.6",
        "scale=640:360,hue=h=20",
        "scale=640:360,eq=brightness=0.15",
        "scale=640:360,eq=contrast=0.7",
        "scale=640:360,pad=660:360:20:0,crop=640:360:0:0",
        "scale=640:360,drawbox=c=gray:t=fill",
        "scale=640:360,drawbox=c=0x008000:t=fill",
        "scale=640:360,negate",
    ],
)
def test_what_is_spoiled_is_caught(sources: dict[str, Path], through: str, tmp_path: Path) -> None:
    made = spoiled(sources["card"], tmp_path / "made.mp4", through)
    assert said(sources["card"], made, HALF) == "its first picture does not look like its source's"


@pytest.mark.parametrize("through", ["hflip", "crop=iw*0.9:ih*0.9,scale=960:540", "negate", "drawbox=c=white:t=fill"])
def test_thin_lines_are_seen(sources: dict[str, Path], through: str, tmp_path: Path) -> None:
    made = spoiled(sources["lines"], tmp_path / "made.mp4", through)
    assert said(sources["lines"], made) == "its first picture does not look like its source's"


@pytest.mark.parametrize("frames", [0, 1, 6])
def test_frames_that_are_shown_at_another_time_are_caught(
    sources: dict[str, Path], frames: int, tmp_path: Path
) -> None:
    late = spoiled(sources["moving"], tmp_path / "late.mp4", f"trim=start_frame={frames},setpts=PTS-STARTPTS")
    found = said(sources["moving"], late)
    assert (found is None) is (frames <= 1)


@pytest.mark.parametrize("ending", ["mp4", "mkv", "ts"])
def test_the_middle_moment_lies_right_behind_a_keyframe_that_is_not_far(ending: str, tmp_path: Path) -> None:
    """So that no decoder goes through a long stretch; where none is near, or nothing is sought, it is the middle."""
    for keyframes, wanted in ((70, Fraction(70, 25)), (250, Fraction(99, 25))):
        long = tmp_path / f"{keyframes}.{ending}"
        fixed = ("-g", str(keyframes), "-sc_threshold", "0")
        ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=8", *X264, *fixed, to=long)
        facts = video(long)
        sought = ends_of(plan(long), facts)
        assert sought.middle_s is not None
        near = Fraction(99, 25) if ending == "ts" else wanted
        assert near <= sought.middle_s <= near + Fraction(5, 25)
        frame = Fraction(1, 25)
        around = [sought.middle_s - frame, sought.middle_s, sought.middle_s + frame]
        assert sought.frames["middle"] == own_stills(str(long), facts, around)


def test_the_middle_of_a_part_is_counted_from_its_beginning(tmp_path: Path) -> None:
    long = tmp_path / "long.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=12", *X264, "-g", "35", "-sc_threshold", "0", to=long)
    cut = Cut(start_s=Fraction(2), length_s=Fraction(8), loss="lossy", clears=())
    made = spoiled(long, tmp_path / "made.mp4", "trim=2:10,setpts=PTS-STARTPTS")
    assert ends_of(plan(long, cut), video(long)).middle_s == Fraction(4 * 35 + 1, 25) - 2
    assert proved(long, made, cut) is None
    late = spoiled(long, tmp_path / "late.mp4", "trim=2:10,setpts='if(between(N,60,140),N+5,N)/25/TB'")
    assert said(long, late, cut) == "its middle picture does not look like its source's"


def test_a_clip_whose_middle_is_gone_is_caught(sources: dict[str, Path], tmp_path: Path) -> None:
    gray = "drawbox=c=gray:t=fill:enable='between(n,5,20)'"
    made = spoiled(sources["moving"], tmp_path / "made.mp4", gray)
    assert said(sources["moving"], made) == "its middle picture does not look like its source's"


def test_what_was_cropped_off_and_put_around_is_heeded(sources: dict[str, Path], tmp_path: Path) -> None:
    crop = Crop(width_px=540, height_px=540, loss="creative", clears=())
    made = spoiled(sources["card"], tmp_path / "cropped.mp4", "crop=540:540")
    assert said(sources["card"], made, crop) is None
    pad = Pad(width_px=960, height_px=960, loss="creative", clears=())
    made = spoiled(sources["card"], tmp_path / "padded.mp4", "pad=960:960:0:210")
    assert said(sources["card"], made, pad) is None


def test_nothing_is_called_fixed_whose_source_two_decoders_show_differently(
    sources: dict[str, Path], tmp_path: Path
) -> None:
    """Let our own reading miss a turn that ffmpeg applies, and squash what it then takes for its shape."""
    turned = tmp_path / "turned.mp4"
    ffmpeg("-display_rotation", "90", "-i", f"file:{sources['card']}", "-c", "copy", to=turned)
    facts = video(turned)
    assert facts.rotation_deg in (90, 270)
    missed = msgspec.structs.replace(facts, rotation_deg=0, width_px=facts.height_px, height_px=facts.width_px)
    made = spoiled(sources["card"], tmp_path / "made.mp4", "null")
    found = proved(turned, made, before=missed)
    assert found == "two decoders show its source differently, so that nobody can say which is right"


def test_an_ffmpeg_that_lies_about_everything_is_caught(
    sources: dict[str, Path], program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program that shows gray, of the source and of the new file alike, is contradicted by the other decoder."""
    real = find_tool().path
    made = spoiled(sources["card"], tmp_path / "made.mp4", "hue=s=0")
    monkeypatch.setenv("PREFLIGHT_FFMPEG", program(f'{real} "$@"'))
    assert proved(sources["card"], made) == "its first picture does not look like its source's"


def test_an_ffmpeg_that_shows_another_source_is_contradicted(
    sources: dict[str, Path], program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One that turns whatever it is given is no witness, and where there is no other nothing is called fixed."""
    real = find_tool().path
    made = spoiled(sources["card"], tmp_path / "made.mp4", "null")
    monkeypatch.setenv("PREFLIGHT_FFMPEG", program(TURNS.format(real=real)))
    assert proved(sources["card"], made) is not None


def test_an_ffmpeg_that_shows_nothing_is_no_witness(sources: dict[str, Path], program: Program) -> None:
    facts = video(sources["card"])
    places = seeks(str(sources["card"]), facts, [Fraction(0)])
    for body in ("exit 1", "exit 0"):
        assert second_stills(program(body), str(sources["card"]), facts, places, plain=False) is None


def test_high_dynamic_range_is_witnessed_by_how_light_it_is() -> None:
    facts = video("video-card-ictcp.mp4")
    todo = plan(Path(media("video-card-ictcp.mp4")))
    assert all(frame.plain for frames in ends_of(todo, facts).frames.values() for frame in frames)
