"""Rules for the prompt: its length, and the references it mentions."""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import TYPE_CHECKING

from preflight.profiles.schema import Profile
from preflight.profiles.settings import PromptLength, Tags
from preflight.rules.rule import rule
from preflight.rules.whole import WholeRequest, sent_words
from preflight.values.assets import Kind, printable
from preflight.values.findings import Finding
from preflight.values.phrase import joined, phrase
from preflight.values.units import distinct_decimal

if TYPE_CHECKING:
    from preflight.request.prompt import Doubt, Length, Mention  # late: a check of files needs no grammar


BUDGET_ALLOWED = (
    "the prompt has {n1} Korean/Chinese characters and {n2} words; up to {n3} of the one or {n4} of the other allowed"
    " ({w} of the budget)"
)
BUDGET_RECOMMENDED = (
    "the prompt has {n1} Korean/Chinese characters and {n2} words; up to {n3} of the one or {n4} of the other"
    " recommended ({w} of the budget)"
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
        yield from _beyond_characters(prompt, used, limit)


def _beyond_budget(used: "Length", limit: PromptLength) -> Iterator[Finding]:
    """Judge the shares of both scales, whose sum is limited."""
    if limit.characters is None or limit.words is None:
        return
    share = Fraction(used.characters, limit.characters) + Fraction(used.words, limit.words)
    if share > 1:
        yield Finding(
            rule="request/prompt-length",
            severity=limit.weight,
            message=phrase(
                BUDGET_ALLOWED if limit.severity == "error" else BUDGET_RECOMMENDED,
                n1=f"{used.characters:,}",
                n2=f"{used.words:,}",
                n3=f"{limit.characters:,}",
                n4=f"{limit.words:,}",
                w=_percent(share),
            ),
            measured=used.characters or used.words,
            limit=f"1..{limit.characters if used.characters else limit.words}",
            unit="characters" if used.characters else "words",
            source=limit.source,
        )


def _percent(share: Fraction) -> str:
    """Format a share above the whole, with as many digits as show that it is."""
    short = f"{float(share):.1%}"
    return f"{distinct_decimal(share * 100, 100)}%" if short == "100.0%" else short


def _beyond_characters(prompt: str, used: "Length", limit: PromptLength) -> Iterator[Finding]:
    """Judge the characters of any script; where wide ones weigh more, each takes more of the budget."""
    most, wide = limit.max_characters, limit.max_wide_characters
    if most is None:
        return
    from preflight.request.prompt import composed

    count = len(composed(prompt))
    share = (
        Fraction(count, most)
        if wide is None
        else Fraction(used.characters, wide) + Fraction(max(count - used.characters, 0), most)
    )
    if share > 1:
        said = phrase(
            "the prompt has {n1} characters; at most {n2} characters allowed", n1=f"{count:,}", n2=f"{most:,}"
        )
        if wide is not None:
            said = phrase(
                "the prompt has {n1} characters; at most {n2} characters, or {n3} Korean/Chinese ones, allowed",
                n1=f"{count:,}",
                n2=f"{most:,}",
                n3=f"{wide:,}",
            )
        if limit.cut:
            said = phrase("{said}: what is beyond is cut off without a word", said=said)
        yield Finding(
            rule="request/prompt-length",
            severity="warning" if limit.cut or limit.doubtful else "error",
            message=limit.told(said),
            measured=count,
            limit=f"1..{most}",
            unit="characters",
            source=limit.source,
            doubtful=limit.doubtful,
        )


def _beyond_tokens(used: "Length", limit: PromptLength) -> Iterator[Finding]:
    """Judge the tokens: too many by every tokeniser is an error, by some a warning."""
    if limit.max_tokens is None or used.most_tokens <= limit.max_tokens:
        return
    sure = used.fewest_tokens > limit.max_tokens
    yield Finding(
        rule="request/prompt-length",
        severity="error" if sure else "warning",
        message=phrase(
            "the prompt has {n1} Korean/Chinese characters and {n2} words: {n3} to {n4} tokens, by whoever counts;"
            " at most {n5} tokens allowed",
            n1=f"{used.characters:,}",
            n2=f"{used.words:,}",
            n3=f"{used.fewest_tokens:,}",
            n4=f"{used.most_tokens:,}",
            n5=f"{limit.max_tokens:,}",
        ),
        measured=used.fewest_tokens if sure else used.most_tokens,
        limit=f"1..{limit.max_tokens}",
        unit="tokens",
        source=limit.source,
        doubtful=not sure,
    )


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
        sent = whole.count(mention.kind) + (f"{mention.kind}_url" in whole.spec.singles())
        if mention.number is not None and not 1 <= mention.number <= sent:
            yield _stray(mention, sent, composed(prompt), tags.source)
    named = {(mention.kind, mention.number) for mention in found} | _required_named(prompt, tags)
    for asset in whole.spec.assets:
        if (
            asset.role
            and not asset.role.field
            and not {(asset.role.kind, asset.role.number), (asset.role.kind, None)} & named
        ):
            message = phrase("the prompt never mentions {q}", q=str(asset.role))
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
    have = sent_words(mention.kind, sent)
    reference = f"{mention.kind} {mention.number}"
    message = phrase('the prompt names "{q}", but {have}', q=reference, have=have)
    if mention.doubt:
        from preflight.request.prompt import excerpt

        quoted = printable(excerpt(prompt, mention))
        message = phrase(
            '"{q}" may name {q2}, and then it is missing ({have}); or it is {what}, and nothing is missing',
            q=quoted,
            q2=reference,
            have=have,
            what=DOUBTS[mention.doubt],
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
        message = phrase(
            "the prompt uses tags ({q}); this edition knows plain words only", q=joined(map(printable, tags))
        )
        yield Finding(
            rule="request/prompt-tag",
            severity=limit.weight,
            message=limit.told(message),
            measured=len(tags),
            source=limit.source,
        )


@rule("request/prompt-style", "request.tags")
def prompt_style(whole: WholeRequest, profile: Profile) -> Iterator[Finding]:
    """The prompt does not name its references in the way that the model's documents write them.

    Why: Models differ: @image1, Image 1, <<<image_1>>>, character1. Another writing may be understood, or be read as
    plain words. Where a writing is mandatory, an image without it is an error.

    Fix: Write the references as the message says. The prompt is never rewritten for you.
    """
    limit, prompt = profile.request.tags, whole.spec.prompt
    if prompt is None or limit is None:
        return
    if limit.required:
        yield from _unnamed(prompt, limit, whole)
    elif limit.preferred:
        yield from _otherwise_written(prompt, limit, limit.preferred)


def _has_word(prompt: str, word: str) -> bool:
    """Tell whether a word stands in a prompt by itself, whatever its case."""
    return re.search(rf"(?<![^\W_]){re.escape(word)}(?!\d)", prompt, re.IGNORECASE) is not None


def _required_named(prompt: str, tags: Tags) -> set[tuple[Kind, int | None]]:
    """List the images that are named by their mandatory words."""
    if not tags.required:
        return set()
    pattern = re.escape(tags.required).replace(r"\{n\}", r"(\d{1,6})")
    return {("image", int(number)) for number in re.findall(pattern, prompt, re.IGNORECASE)}


def _unnamed(prompt: str, limit: Tags, whole: WholeRequest) -> Iterator[Finding]:
    """Yield a finding for the images whose mandatory word is not in the prompt: an error where none of them is."""
    words = [str(limit.required).format(n=number) for number in range(1, whole.count("image") + 1)]
    missing = [word for word in words if not _has_word(prompt, word)]
    if missing:
        yield Finding(
            rule="request/prompt-style",
            severity=limit.weight if len(missing) == len(words) else "warning",
            message=limit.told(phrase("the prompt has to name each image, and does not name {l}", l=joined(missing))),
            measured=len(missing),
            source=limit.source,
        )


def _otherwise_written(prompt: str, limit: Tags, preferred: str) -> Iterator[Finding]:
    """Yield an info for references that are written in another way than the preferred one."""
    from preflight.request.prompt import mentions

    shown = {
        mention.text.strip(): preferred.format(kind=mention.kind, Kind=mention.kind.title(), n=mention.number)
        for mention in mentions(prompt)
        if mention.number is not None and mention.is_certain and (limit.understood or not mention.tag)
    }
    other = {said: wanted for said, wanted in shown.items() if wanted.lower() not in prompt.lower()}
    if other:
        said, wanted = next(iter(other.items()))
        yield Finding(
            rule="request/prompt-style",
            severity="info",
            message=limit.told(
                phrase(
                    'the prompt writes "{q}"; the documents of this model write "{q2}"', q=printable(said), q2=wanted
                )
            ),
            measured=len(other),
            source=limit.source,
        )
