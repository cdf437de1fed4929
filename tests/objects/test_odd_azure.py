"""What is asked of Azure without obstore is signed as its emulator accepted it, and as SAS tokens want it."""

import datetime as dt

from preflight.objects.odd_azure import AzureContainer
from preflight.objects.stores import from_environment

KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's, which everybody knows."""
ACCOUNT = {
    "AZURE_STORAGE_ACCOUNT_NAME": "devstoreaccount1",
    "AZURE_STORAGE_ACCOUNT_KEY": KEY,
    "AZURE_STORAGE_ENDPOINT": "http://127.0.0.1:10000/devstoreaccount1",
}
NOW = dt.datetime(2026, 11, 29, 12, 0, 0, tzinfo=dt.UTC)


def signed(query: dict[str, str], headers: dict[str, str], **more: str) -> dict[str, str]:
    stores = from_environment(environment=ACCOUNT | more)
    return AzureContainer("material", stores).signature("/devstoreaccount1/material", query, headers, NOW)


def test_a_listing_and_a_range_are_signed_by_the_accounts_key() -> None:
    listing = signed({"restype": "container", "comp": "list", "prefix": "odd/"}, {})
    assert listing["Authorization"] == "SharedKey devstoreaccount1:8qqscZozKKmFL4otCrPYo8n4E9qSH4v3cAm4TTfA2GA="
    ranged = signed({}, {"Range": "bytes=0-99", "If-Match": '"0x1"'})
    assert ranged["Authorization"] == "SharedKey devstoreaccount1:FnbYYut7p/JDzNrXTwH4to9IcMagXFBg+7Va2IHF+dk="
    assert ranged["x-ms-date"] == "Sun, 29 Nov 2026 12:00:00 GMT"


def test_a_token_in_the_address_signs_instead_of_the_key() -> None:
    assert "Authorization" not in signed({}, {}, AZURE_STORAGE_SAS_TOKEN="?sig=x")  # noqa: S106 - nobody's
