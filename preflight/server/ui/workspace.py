"""The workspace: one project, what is known of it, and what a person may do with it.

    change ──► saved ──► measured, judged, planned in threads ──► told to every page that is open

Everything here may be called from any thread.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from preflight.errors import CallError
from preflight.flow.check import judge_whole
from preflight.locale import localized
from preflight.plan.request import RequestPlan
from preflight.plan.result import FixResult
from preflight.profiles.schema import Profile
from preflight.request.file import RequestSpec
from preflight.rules import judge
from preflight.server.answers import MissingError
from preflight.server.events import Events
from preflight.server.ui import views
from preflight.server.ui.editions import default_model, edition_of, refuse_foreign, understood
from preflight.server.ui.items import Choices, Item, Which, name_of, on_frames, part_of
from preflight.server.ui.measurer import Measurer
from preflight.server.ui.places import roles_of
from preflight.server.ui.planning import has_changed, plans_of, probed_as
from preflight.server.ui.project import Project, absolute
from preflight.server.ui.request_view import request_view
from preflight.server.ui.shelves import fresh, made_last, moved, of_kind, ordered, place_of, shelf_of
from preflight.server.ui.threads import SharedWork, Threads
from preflight.server.ui.words import WORDS, words_of
from preflight.values.assets import Asset, Kind, Role, Window
from preflight.values.choices import Strategy
from preflight.values.findings import Judged, Report
from preflight.values.phrase import error_words, phrase
from preflight.values.probed import Probed
from preflight.values.ready import ready

MOST_ITEMS = 500
"""Assets of one project; a request takes fifteen."""


class Workspace:
    """One open project.

    Args:
        project: where it is kept.
        profile: the edition of the limits.
        threads: in which the work is done.
        events: hears of every change.
    """

    def __init__(self, project: Project, profile: Profile, threads: Threads, events: Events) -> None:
        self.project, self.profile, self.threads, self.events = project, profile, threads, events
        self.turn = threading.RLock()
        self.items: dict[str, Item] = {}
        self.settings = RequestSpec(prompt="")
        self.report: Report | None = None
        self.planned: RequestPlan | None = None
        self.shared: list[dict[str, Any]] = []
        self.trouble = ""
        """What went wrong when the project was opened; told to each page."""
        self.share: Strategy = "proportion"
        self.follows = False
        """Whether the edition becomes that of a model that is chosen."""
        self.job_of: Callable[[str], dict[str, Any] | None] = lambda _: None
        """Tells what is being done for an item; set by whoever does it."""
        self.on_model: Callable[[], None] = lambda: None
        """Called when another model is chosen; set by who sends."""
        self.measurer = Measurer(threads, self._begins, self._measured)
        self._thinking = SharedWork(threads, self._judge, self._trouble)

    # ---- reading

    def item(self, id_: str) -> Item:
        """Find an item.

        Raises:
            MissingError: there is none.
        """
        with self.turn:
            if id_ not in self.items:
                raise MissingError(WORDS["error.gone"])
            return self.items[id_]

    def roles(self) -> dict[str, Role]:
        """Map id → role of what is sent."""
        with self.turn:
            return roles_of(self.items.values(), self.profile)

    def of_kind(self, kind: Kind) -> list[Item]:
        """List the items of a shelf, in order."""
        return of_kind(self.items, kind)

    def ordered(self) -> list[Item]:
        """List all items: images, clips, sounds, and what is no medium."""
        return ordered(self.items)

    def spec(self) -> RequestSpec:
        """Build the request as it is now."""
        with self.turn:
            roles = self.roles()
            assets = tuple(item.asset(roles[item.id]) for item in self.ordered() if item.id in roles)
            return msgspec.structs.replace(self.settings, assets=assets)

    def card(self, item: Item, role: Role | None) -> dict[str, Any]:
        """Build the state of an item for the page."""
        where = {"place": place_of(self.items, item), "job": self.job_of(item.id)}
        return views.card_view(item, role, self.profile) | where

    def whole(self) -> dict[str, Any]:
        """Gather all that the page is told."""
        with self.turn:
            roles = self.roles()
            cards = [self.card(item, roles.get(item.id)) for item in self.ordered()]
            return {"cards": cards, "request": request_view(self), "trouble": self.trouble}

    def paths(self) -> set[str]:
        """List every file that an item is, or was made into."""
        with self.turn:
            return {path for item in self.items.values() for path in (item.source, item.fixed) if path}

    @property
    def is_thinking(self) -> bool:
        """Whether something is still to be judged or planned anew."""
        return self._thinking.is_busy

    # ---- changing

    def open(self, paths: Iterable[Asset] = ()) -> None:
        """Take up the project, and files that are opened in place beside what it holds already.

        Raises:
            PreflightError: the project cannot be read or written.
        """
        found = self.project.open()
        self.settings, self.profile = found.settings, self._edition(found.settings.model)
        self.items = {item.id: item for item in found.items}
        for item in found.items:
            self._measure(item)
        given = list(paths)
        assets = given[: max(MOST_ITEMS - len(self.items), 0)]
        if len(assets) < len(given):
            self.trouble = words_of("drop.too-many", most=len(assets), all=len(given))
        self.measurer.walked |= {absolute(asset.path) for asset in assets if asset.walked}
        self.add((asset.path, name_of(asset.path)) for asset in assets)

    def add(self, files: Iterable[tuple[str, str]]) -> list[Item]:
        """Add files by path and the name that a person knows them by; what is there already is not added again.

        Raises:
            CallError: there are too many.
            NotDone: the project cannot be written.
        """
        with self.changing() as changed:
            added = fresh(self.items, files, MOST_ITEMS)
            changed.extend(added)
            self.items |= {item.id: item for item in added}
            for item in added:
                self._measure(item)
        return added

    def remove(self, id_: str) -> None:
        """Take an item off the table; its files stay."""
        with self.changing():
            item = self.item(id_)
            del self.items[id_]
            self.events.tell("gone", lambda: {"id": item.id})

    def move(self, id_: str, place: int) -> None:
        """Give an item another place on its shelf, from 1."""
        with self.changing():
            self.items = moved(self.items, self.item(id_), place)

    def keep(self, id_: str, window: Window | None) -> None:
        """Mark the part of an original to keep; a new file that was made before does not fit any more."""
        with self.changing() as changed:
            changed.append(item := self.item(id_))
            item.keep, item.message = window and on_frames(window, item), ""
            self._settle(item)

    def choose(self, id_: str, choices: Choices) -> None:
        """Choose how an item is made to comply."""
        with self.changing() as changed:
            changed.append(item := self.item(id_))
            item.choices, item.message = choices, ""
            self._settle(item)

    def take(self, id_: str, which: Which) -> None:
        """Choose which file of an item is sent: the original, or the new one.

        Raises:
            CallError: there is no new file.
        """
        with self.changing() as changed:
            changed.append(item := self.item(id_))
            if which == "fixed" and item.fixed is None:
                raise CallError(WORDS["error.no-new"])
            item.taken = which == "fixed"
            item.version += 1

    def fixed(self, id_: str, made_by: str, result: FixResult, after: Judged) -> None:
        """Put a new file in the place of its original, which stays as it is."""
        with self.changing() as changed:
            if id_ not in self.items:
                return
            changed.append(item := self.items[id_])
            item.fixed, item.fixed_by, item.fixed_part = absolute(after.asset.path), made_by, part_of(result.plan)
            item.taken, item.message, item.result = True, "", result
            item.probed["fixed"] = Probed(asset=after.asset, facts=after.facts, identity=after.identity)
            item.judged["fixed"] = after
            item.version += 1

    def set(self, changes: dict[str, Any]) -> None:
        """Change settings of the request, or the prompt; None returns to the usual.

        Raises:
            CallError: a setting has another type.
        """
        with self.changing():
            now = {name: getattr(self.settings, name) for name in RequestSpec.__struct_fields__ if name != "assets"}
            try:
                settings = msgspec.convert(now | changes, ready(RequestSpec))
            except msgspec.ValidationError as error:
                raise CallError(phrase("settings: {why}", why=error_words(error))) from None
            profile = self._edition(settings.model) if "model" in changes else self.profile
            if "model" in changes:
                refuse_foreign(settings.model, profile)
            prompt = "" if settings.prompt is None else settings.prompt
            self.settings = msgspec.structs.replace(settings, prompt=prompt)
            if "model" in changes:
                self._follow(profile)
        if "model" in changes:
            self.on_model()

    def _edition(self, model: str | None) -> Profile:
        return edition_of(model or default_model(), self.profile) if self.follows else self.profile

    def _follow(self, profile: Profile) -> None:
        """Judge everything by another edition."""
        if profile is not self.profile:
            self.profile = profile
            for item in self.items.values():
                item.judged = {which: judge(probed, profile) for which, probed in item.probed.items()}
                item.plan = None
                item.version += 1
                self._tell(item)
        self.settings = understood(self.settings, profile)

    def place(self, id_: str, field: str) -> None:
        """Choose the field of the request in which an item stands; "" for its array."""
        with self.changing():
            item = self.item(id_)
            for other in self.of_kind(item.kind):
                if field and other.field == field:
                    other.field = ""
            item.field = field

    def set_share(self, share: Strategy) -> None:
        """Choose who gives up seconds where clips, or sounds, are together too long."""
        with self.changing():
            self.share = share

    def note(self, item: Item, message: str) -> None:
        """Say beside an item what came of it."""
        with self.turn:
            item.message = message
            self._tell(item)

    def _settle(self, item: Item) -> None:
        """Go back to the original where the new file was made by other choices; take it where by these."""
        item.taken = item.fixed is not None and item.fixed_by == item.made_by
        item.version += 1

    @contextmanager
    def changing(self) -> Iterator[list[Item]]:
        """Change within, and name the items that are changed; save it, tell of it, and judge anew.

        The disk is not waited for in turn, unless the caller has it: what is measured meanwhile is told at once.
        """
        changed: list[Item] = []
        with self.turn:
            before = self.roles()
            yield changed
            after, snapshot = self.roles(), self.project.snapshot(self.ordered(), self.spec())
            self.think()
        self.project.write(snapshot)
        named = {item.id for item in changed}
        with self.turn:
            for item in self.ordered():
                if item.id in named or before.get(item.id) != after.get(item.id):
                    self._tell(item)

    def _trouble(self, words: str) -> None:
        self.events.tell("trouble", lambda: {"message": localized(words)})

    def _tell(self, item: Item) -> None:
        self.events.tell("card", lambda: self.card(item, self.roles().get(item.id)))

    # ---- measuring and judging

    def _measure(self, item: Item) -> None:
        item.state = "waiting"
        self.measurer.add(item)

    def _begins(self, item: Item) -> bool:
        """Say that an item is being measured, where it is still there."""
        if item.id not in self.items:
            return False
        if item.state == "waiting":
            item.state = "measuring"
            self.threads.do("thinking", self._tell_of, item)
        return True

    def _tell_of(self, item: Item) -> None:
        """Tell of an item that may have been removed meanwhile."""
        with self.turn:
            if item.id in self.items:
                self._tell(item)

    def _measured(self, item: Item, which: Which, probed: Probed) -> None:
        """Put down what was found of one file of an item."""
        if probed.is_bystander:
            with suppress(MissingError):
                self.remove(item.id)
            return
        with self.turn:
            if item.id not in self.items:
                return
            item.probed[which] = probed
            item.judged[which] = judge(probed, self.profile)
            item.version += 1
            if which == item.which:
                item.state = "judged"
            if which == "original":
                self._shelve(item, probed)
            self._tell(item)
            self.think()

    def fetch(self, id_: str) -> None:
        """Fetch an item that lies at an address, and measure it.

        Raises:
            CallError: it is a file.
        """
        item = self.item(id_)
        if not Asset(path=item.source).is_url:
            raise CallError("only what lies at an address is fetched")
        item.state = "waiting"
        self.measurer.fetch(item)

    def _shelve(self, item: Item, probed: Probed) -> None:
        """Put an item on the shelf of what it turned out to be, which is not what its name promised."""
        kind = shelf_of(probed)
        if kind not in (item.kind, "unknown"):
            with self.changing() as changed:
                changed.append(item)
                item.kind = kind
                self.items = made_last(self.items, item)

    def look_again(self) -> bool:
        """Measure anew what has changed on the disk since it was measured; tell whether anything has."""
        with self.turn:
            changed = [item for item in self.items.values() if item.state == "judged" and has_changed(item)]
            for item in changed:
                self._measure(item)
                self._tell(item)
        return bool(changed)

    def think(self) -> None:
        """Judge and plan anew, soon; while that is done, once more at its end."""
        self._thinking.ask()

    def _judge(self) -> None:
        """Judge the request of what is measured, plan each asset, and tell of what is new."""
        with self.turn:
            roles, spec = self.roles(), self.spec()
            ours = [item for item in self.ordered() if item.id in roles and item.which in item.probed]
            probed = tuple(probed_as(item.probed[item.which], item.asset(roles[item.id])) for item in ours)
            options = {item.id: msgspec.structs.replace(item.options, share=self.share) for item in ours}
        spec = msgspec.structs.replace(spec, assets=tuple(one.asset for one in probed))
        report = judge_whole(spec, probed, self.profile)
        plans, shared = plans_of(report, [options[item.id] for item in ours], self.profile)
        with self.turn:
            self.report, self.shared = report, shared
            self.planned = RequestPlan(plans=tuple(zip(report.assets, plans, strict=True)))
            before = {item.id: views.card_view(item, roles.get(item.id), self.profile) for item in ours}
            for item, judged, plan in zip(ours, report.assets, plans, strict=True):
                item.judged[item.which], item.plan = judged, plan
            told = self.roles()
            for item in self.ordered():
                if item.id in before and before[item.id] == views.card_view(item, told.get(item.id), self.profile):
                    continue
                self._tell(item)
            self.events.tell("request", lambda: request_view(self))
