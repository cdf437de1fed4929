"""The provider's own three examples, with nothing changed but the base URL and addresses of assets that exist."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from preflight.sandbox import Sandbox
from tests.server.gateway.conftest import CLEAN, Gateway
from tests.server.gateway.hosts import Host
from tests.specimens import MEDIA

CURL = r"""
curl -sS -X POST {base}/v1/videos/generations \
  -H "Authorization: Bearer YOUR_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{{
    "model": "seedance-2.0-reference-to-video",
    "prompt": "Replicate video 1'"'"'s camera pacing. Use audio 1 as the soundtrack. Style: image 1.",
    "image_urls": ["{image}"],
    "video_urls": ["{video}"],
    "audio_urls": ["{audio}"],
    "duration": 10,
    "quality": "720p",
    "aspect_ratio": "16:9"
  }}'
"""
PYTHON = """
import requests

response = requests.post(
    "{base}/v1/videos/generations",
    headers={{
        "Authorization": "Bearer YOUR_API_KEY",
        "Content-Type": "application/json"
    }},
    json={{
        "model": "seedance-2.0-reference-to-video",
        "prompt": "The overall art style references the 3 provided images. Scene: a small-town summer market at dusk.",
        "image_urls": [
            "{image}?1",
            "{image}?2",
            "{image}?3"
        ],
        "duration": 8,
        "aspect_ratio": "16:9"
    }}
)

task = response.json()
print(f"Task ID: {{task['id']}}")
"""
NODE = """
const res = await fetch("{base}/v1/videos/generations", {{
  method: "POST",
  headers: {{
    "Authorization": "Bearer YOUR_API_KEY",
    "Content-Type": "application/json"
  }},
  body: JSON.stringify({{
    model: "seedance-2.0-reference-to-video",
    prompt: "Replicate video 1's orbital camera movement and velocity curve. Subject: a classical sculpture.",
    video_urls: ["{video}"],
    duration: 8,
    quality: "720p",
    aspect_ratio: "16:9"
  }})
}});

const task = await res.json();
console.log("Task ID:", task.id);
"""


@pytest.fixture(scope="module")
def urls(host: Host) -> dict[str, str]:
    names = {"image": CLEAN, "video": "video-854x480.mp4", "audio": "audio-5s.wav"}
    return {kind: host.put(MEDIA / name, name) for kind, name in names.items()}


def ran(words: list[str], folder: Path) -> str:
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
def test_curl(gateway: Gateway, sandbox: Sandbox, urls: dict[str, str], tmp_path: Path) -> None:
    said = ran(["sh", "-c", CURL.format(base=gateway.serving.url, **urls)], tmp_path)
    (task,) = sandbox.tasks
    assert json.loads(said)["id"] == task.id
    assert list(task.body) == sorted(task.body)


def test_python(gateway: Gateway, sandbox: Sandbox, urls: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("requests", reason="requests is not installed here")
    (tmp_path / "example.py").write_text(PYTHON.format(base=gateway.serving.url, **urls))
    said = ran([sys.executable, "example.py"], tmp_path)
    assert said.strip() == f"Task ID: {sandbox.tasks[0].id}"


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node here")
def test_node(gateway: Gateway, sandbox: Sandbox, urls: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "example.mjs").write_text(NODE.format(base=gateway.serving.url, **urls))
    said = ran(["node", "example.mjs"], tmp_path)
    assert said.strip() == f"Task ID: {sandbox.tasks[0].id}"
