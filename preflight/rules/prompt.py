"""Rules for the prompt: its length, and the references it mentions."""

from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from preflight.profiles.schema import Profile, PromptLength
from preflight.rules.rule import rule
from preflight.rules.whole import WholeRequest
from preflight.values.assets import printable
from preflight.values.findings import Finding

if TYPE_CHECKING:
    from preflight.request.prompt import (  # late: a check of files needs no grammar
        Doubt,
        Length,
        Mention,
    )


@rule("request/prompt-length", "request.prompt")
def prompt_length(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The prompt is empty or longer than allowed.

    Why: The document gives one budget on two scales: so many Korean or Chinese characters, or so many English words.
    Mixed text spends from both: the used share of the one and of the other are added, and together may not pass
    the whole. Spaces and punctuation count as neither, and a prompt that shows nothing is empty. Where an edition also
    has a hard maximum in tokens, a prompt that passes it by every way of counting is an error, by some ways a warning.

    Fix: Shorten it.
    """
    prompt, limit = whole.spec.prompt, profile.request.prompt
    if prompt is None:
        return
    from preflight.request.prompt import is_blank, length

    if is_blank(prompt):
        said, source = "the prompt is empty", limit.source if limit else profile.service.source
        yield Finding(rule="request/prompt-length", severity="error", message=said, measured=0, source=source)
    elif limit:
        used = length(prompt)
        yield from _beyond_budget(used, limit)
        yield from _beyond_tokens(used, limit)


def _beyond_budget(used: "Length", limit: PromptLength) -> Iterator[Finding]:
    """Judge the shares of both scales, whose sum is limited."""
    share = Fraction(used.characters, limit.characters) + Fraction(used.words, limit.words)
    if share > 1:
        asked = "allowed" if limit.severity == "error" else "recommended"
        yield Finding(
            rule="request/prompt-length",
            severity=limit.severity,
            message=f"the prompt has {_counted(used)}; up to {limit.characters:,} of the one or {limit.words:,} of the "
            f"other {asked} ({float(share):.1%} of the budget)",
            measured=used.characters or used.words,
            limit=f"1..{limit.characters if used.characters else limit.words}",
            unit="characters" if used.characters else "words",
            source=limit.source,
        )


def _beyond_tokens(used: "Length", limit: PromptLength) -> Iterator[Finding]:
    """Judge the tokens: too many by every tokeniser is an error, by some a warning."""
    if limit.max_tokens is None or used.most_tokens <= limit.max_tokens:
        return
    sure = used.fewest_tokens > limit.max_tokens
    bounds = f"{used.fewest_tokens:,} to {used.most_tokens:,} tokens, by whoever counts"
    yield Finding(
        rule="request/prompt-length",
        severity="error" if sure else "warning",
        message=f"the prompt has {_counted(used)}: {bounds}; at most {limit.max_tokens:,} tokens allowed",
        measured=used.fewest_tokens if sure else used.most_tokens,
        limit=f"1..{limit.max_tokens}",
        unit="tokens",
        source=limit.source,
    )


def _counted(used: "Length") -> str:
    return f"{used.characters:,} Korean/Chinese characters and {used.words:,} words"


@rule("request/prompt-reference", "request.tags")
def prompt_reference(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The prompt names a reference that is not sent, or a reference is sent that the prompt never names.

    Why: "image 3" is the third entry of the array. Beyond the array it means nothing and the model guesses: an error.
    Where the words may be something else ("Clip 2: the door opens" as a heading, "image 1 and 3 friends" as a count) it
    is a warning that says how each reading would go. An asset that is never named may be ignored: an info.

    Fix: Correct the number, add the missing asset, or say in the prompt what each asset is for.
    """
    prompt, tags = whole.spec.prompt, profile.request.tags
    if prompt is None or tags is None:
        return
    from preflight.request.prompt import composed, mentions

    found = mentions(prompt)
    for mention in dict.fromkeys(found):
        if mention.number is not None and not 1 <= mention.number <= whole.count(mention.kind):
            yield _stray(mention, whole.count(mention.kind), composed(prompt), tags.source)
    named = {(mention.kind, mention.number) for mention in found}
    for asset in whole.spec.assets:
        if asset.role and not {(asset.role.kind, asset.role.number), (asset.role.kind, None)} & named:
            message = f"the prompt never mentions {asset.role}"
            yield Finding(rule="request/prompt-reference", severity="info", message=message, source=tags.source)


DOUBTS: "dict[Doubt, str]" = {
    "heading": "a heading",
    "count": "a count of what follows",
    "name": "part of a name",
    "year": "a year",
    "word": "a word for something else",
}
"""Doubt → words."""


def _stray(mention: "Mention", sent: int, prompt: str, source: str) -> Finding:
    """Report a mention of an asset that is not sent, or may not be."""
    have = f"{sent} {mention.kind}{'s' if sent != 1 else ''} sent" if sent else f"no {mention.kind} is sent"
    message = f'the prompt names "{mention.kind} {mention.number}", but {have}'
    if mention.doubt:
        from preflight.request.prompt import excerpt

        quoted = printable(excerpt(prompt, mention))
        reference = f"{mention.kind} {mention.number}"
        message = (
            f'"{quoted}" may name {reference}, and then it is missing ({have}); or it is {DOUBTS[mention.doubt]}, and '
            "nothing is missing"
        )
    return Finding(
        rule="request/prompt-reference",
        severity="warning" if mention.doubt else "error",
        message=message,
        measured=mention.number,
        limit=f"1..{sent}",
        source=source,
    )


@rule("request/prompt-tag", "request.tags")
def prompt_tag(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The prompt names a reference by a tag such as @Image1.

    Why: By the document there is no tag syntax; the model takes plain words like "image 1".

    Fix: Write "image 1". The prompt is never rewritten for you.
    """
    limit = profile.request.tags
    if whole.spec.prompt is None or limit is None or limit.understood:
        return
    from preflight.request.prompt import mentions

    tags = dict.fromkeys(mention.text.strip() for mention in mentions(whole.spec.prompt) if mention.tag)
    if tags:
        message = f"the prompt uses tags ({', '.join(map(printable, tags))}); this edition knows plain words only"
        yield Finding(
            rule="request/prompt-tag", severity=limit.severity, message=message, measured=len(tags), source=limit.source
        )
