"""Variables by which stores are reached, under obstore's names; their values are kept out of messages."""

import re
from collections.abc import Iterable, Mapping
from typing import Literal

Scheme = Literal["s3", "gs", "az"]
CREDENTIALS: dict[str, tuple[tuple[str, ...], ...]] = {
    "s3": (
        ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE",),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI",),
    ),
    "gs": (
        ("GOOGLE_APPLICATION_CREDENTIALS",),
        ("GOOGLE_SERVICE_ACCOUNT",),
        ("GOOGLE_SERVICE_ACCOUNT_PATH",),
        ("GOOGLE_SERVICE_ACCOUNT_KEY",),
    ),
    "az": (
        ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_ACCOUNT_KEY"),
        ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_STORAGE_CLIENT_ID", "AZURE_STORAGE_CLIENT_SECRET"),
        ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"),
        ("AZURE_STORAGE_ACCOUNT_NAME", "AZURE_FEDERATED_TOKEN_FILE"),
    ),
}
"""Scheme → alternative sets of variables. Without any, obstore would ask the network for credentials."""
PREFIXES = {"s3": "AWS_", "gs": "GOOGLE_", "az": "AZURE_"}
KNOWN = {
    "s3": """access_key_id secret_access_key session_token default_region region endpoint endpoint_url endpoint_url_s3
        endpoint_url_sts virtual_hosted_style_request unsigned_payload checksum_algorithm metadata_endpoint
        container_credentials_relative_uri container_credentials_full_uri container_authorization_token_file
        web_identity_token_file role_arn role_session_name skip_signature imdsv1_fallback request_payer""",
    "gs": """service_account service_account_path service_account_key application_credentials bearer_token base_url
        skip_signature""",
    "az": """storage_account_name storage_account_key storage_access_key storage_client_id storage_client_secret
        client_id client_secret tenant_id storage_tenant_id authority_id storage_authority_id authority_host
        storage_authority_host storage_sas_key storage_sas_token storage_token storage_use_emulator storage_endpoint
        endpoint msi_endpoint identity_endpoint federated_token_file skip_signature use_fabric_endpoint msi_resource_id
        object_id""",
}
"""Settings of a store that its variables may hold; others of the same beginning are other programs'."""
PLACES = {
    "s3": ("endpoint", "endpoint_url", "endpoint_url_s3", "default_region", "region", "virtual_hosted_style_request"),
    "gs": ("base_url",),
    "az": ("storage_account_name", "storage_endpoint", "endpoint", "storage_use_emulator"),
}
"""Settings that are no credentials: what anonymous reading needs."""
ENDPOINTS = (
    *("AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AWS_ENDPOINT_URL_S3"),
    *("AZURE_STORAGE_ENDPOINT", "AZURE_ENDPOINT", "GOOGLE_BASE_URL"),
)
ALLOW_HTTP = ("AWS_ALLOW_HTTP", "GOOGLE_ALLOW_HTTP", "AZURE_ALLOW_HTTP")
ANONYMOUS = {scheme: f"{prefix}SKIP_SIGNATURE" for scheme, prefix in PREFIXES.items()}
SECRET = re.compile(r"(AWS|GOOGLE|AZURE)_\w*(KEY|KEY_ID|SECRET|TOKEN|ACCOUNT|PASSWORD)", re.ASCII)
"""Variables whose values are kept out of messages."""
SECRET_LENGTH = 8
"""Shorter values are no secrets, and may be parts of words."""
YES = ("1", "true", "yes")


def has_credentials(scheme: str, environment: Mapping[str, str]) -> bool:
    """Tell whether an environment holds enough to sign requests to a kind of store."""
    return any(all(environment.get(name) for name in names) for names in CREDENTIALS[scheme])


def enough_for(scheme: str) -> str:
    """Name the variables that would be enough, as a sentence's part."""
    return "; or ".join(" and ".join(names) for names in CREDENTIALS[scheme])


def settings_of(scheme: str, environment: Mapping[str, str], *, anonymous: bool) -> dict[str, str]:
    """Pick a store's settings out of an environment, under obstore's names.

    Args:
        scheme: s3, gs or az.
        environment: variables and values.
        anonymous: whether to leave credentials behind, and ask unsigned.
    """
    prefix, names = PREFIXES[scheme], PLACES[scheme] if anonymous else KNOWN[scheme].split()
    found = {f"{prefix}{name}".lower(): environment.get(f"{prefix}{name}".upper(), "") for name in names}
    found = {name: value for name, value in found.items() if value}
    if not anonymous:
        return found
    nobody = {"aws_access_key_id": "nobody", "aws_secret_access_key": "nobody"} if scheme == "s3" else {}
    return found | nobody | {f"{prefix}skip_signature".lower(): "true"}  # obstore looks into the environment, too


def secrets_in(environment: Mapping[str, str]) -> list[str]:
    """List the values of an environment that no message may hold, longest first."""
    named = (value for name, value in environment.items() if SECRET.fullmatch(name.upper()))
    return sorted({value for value in named if len(value) >= SECRET_LENGTH}, key=len, reverse=True)


def without(secrets: Iterable[str], text: str) -> str:
    """Put a placeholder for each secret in a text."""
    for value in secrets:
        text = text.replace(value, "[credential]")
    return text
