"""What may be chosen where files are fixed; said alike in every command that fixes."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

from preflight.cli.options.option import Group, Option
from preflight.cli.unforeseen import said_of
from preflight.errors import CallError
from preflight.values.choices import Allow, Bits, Fit, Keep, Lengthen, Strategy
from preflight.values.phrase import phrase

if TYPE_CHECKING:
    from preflight.flow.choosing import Choice
    from preflight.plan import FixOptions
    from preflight.plan.marks import Mark

BEST = "best"
"""What `--keep` says where the parts are to be ranked."""
MostLoss = Annotated[Allow, Option("The most loss that is allowed; creative changes what is shown.", kept=True)]


class AllowOptions(Group, frozen=True, kw_only=True):
    """The most loss, where nothing else is to be chosen."""

    allow: MostLoss = "lossy"


class FixChoices(Group, frozen=True, kw_only=True):
    """What a person allows and asks for when something is to be fixed."""

    allow: MostLoss = "lossy"
    keeps: Annotated[
        tuple[str, ...],
        Option(
            "What stays of what is too long: start, middle, end, best (whole shots, motion, loudness), or "
            "FILE=3.0-9.5, 'video 1=3.0-9.5', or 1:20-1:35 of the only clip or sound; repeatable.",
            flags=("--keep",),
            metavar="WHERE",
        ),
    ] = ()
    fit: Annotated[
        Fit,
        Option(
            "How a refused shape is made to fit: blur pads with a blurred copy of the picture. Needs --allow creative, "
            "unless it stands here.",
            kept=True,
        ),
    ] = "crop"
    pad_color: Annotated[
        str | None,
        Option("Pad with black, white or #rrggbb; black if not said.  [implies --fit pad]", metavar="COLOR"),
    ] = None
    extend: Annotated[
        Lengthen | None,
        Option("Make what is too short long enough: repeat it, hold its last frame (add silence), or slow it down."),
    ] = None
    bits: Annotated[
        Bits,
        Option(
            "How deep a sound that is written as WAV is: 16 bits, which every reader plays, or up to 24 where its "
            "source is deeper.",
            kept=True,
        ),
    ] = "16"
    share: Annotated[
        Strategy, Option("Who gives up seconds where a request's clips, or its sounds, are together too long.")
    ] = "proportion"

    also: Annotated[
        tuple[str, ...],
        Option(
            "Mend warnings too: location, alpha, hdr, color, bit-depth, ... or all; with commas, or repeated. "
            "Transparency is put on black, or on --pad-color.",
            metavar="NAMES",
        ),
    ] = ()
    crops: Annotated[
        tuple[str, ...],
        Option(
            "Crop FILE=x,y,width,height in pixels, or keep FILE=top, bottom, left, right or center of a refused shape; "
            "FILE= may be left out of the only picture or clip; repeatable.",
            flags=("--crop",),
            metavar="FILE=PART",
        ),
    ] = ()

    def choice(self, preview: Path | None = None) -> "Choice":
        """Read how to fix, and which parts stay.

        Args:
            preview: the folder for pictures of the parts among which would be chosen.

        Raises:
            CallError: as `options` and `marks`.
        """
        from preflight.flow.choosing import Choice

        return Choice(
            fix_options=self.options(),
            marks=tuple(self.marks()),
            best=BEST in self.keeps,
            crops=self.crops,
            preview=preview,
        )

    def options(self) -> "FixOptions":
        """Read how to fix; parts of single files are `marks`.

        Raises:
            CallError: the word of `--keep`, a name of `--also` or a color is none, or nothing is padded with it.
        """
        from preflight.plan import FixOptions
        from preflight.plan.also import read_also

        named, color = "fit" in self.typed, self.pad_color
        if color and named and self.fit != "pad":
            advice = "Say --fit pad, or leave it out."
            raise CallError(phrase("--pad-color: --fit {w} pads with no color", w=self.fit), advice=advice)
        try:
            return FixOptions(
                allow=self.allow,
                fit="pad" if color else self.fit,
                fit_named=named or color is not None,
                pad_color=color or "black",
                extend=self.extend,
                bits=self.bits,
                share=self.share,
                keep=_word_of(self.keeps),
                keep_named=bool(self.keeps),
                also=read_also(self.also),
            )
        except ValueError as error:
            raise CallError(phrase("--pad-color: {why}", why=said_of(error))) from None

    def marks(self) -> "list[Mark]":
        """Read what `--keep` says of single files.

        Raises:
            CallError: it says something else than FILE=START-END.
        """
        from preflight.plan.marks import Mark

        try:
            return [Mark.parse(keep) for keep in self.keeps if _is_mark(keep)]
        except ValueError as error:
            raise CallError(phrase("--keep: {why}", why=said_of(error))) from None


def _is_mark(keep: str) -> bool:
    """Tell whether a value of `--keep` names a part, and not which part is to be chosen."""
    return "=" in keep or any(one.isdigit() for one in keep)


def _word_of(keeps: Sequence[str]) -> Keep:
    """Read the word that is meant for all files: the last one counts; what has no best part keeps its start.

    Raises:
        CallError: it is none.
    """
    words = [keep for keep in keeps if not _is_mark(keep)]
    if not words or words[-1] == BEST:
        return "start"
    for keep in get_args(Keep):
        if keep == words[-1]:
            return keep  # type: ignore[no-any-return] # one of them
    raise CallError(
        phrase("--keep: expected start, middle, end, best, START-END or FILE=START-END, got {q}", q=repr(words[-1]))
    )
