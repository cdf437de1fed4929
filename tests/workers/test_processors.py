"""How many processors this program may use."""

import os
from pathlib import Path

import pytest

from preflight.workers.pool import WorkerPool
from preflight.workers.processors import contention, processors, quota
from tests.posix import bound_to_one_processor


def groups(folder: Path, line: str, **limits: str) -> tuple[Path, Path]:
    """Make a process's list of groups, and what is mounted: a limit's place, its slashes as double underscores."""
    mounted = folder / "mounted"
    for place, content in limits.items():
        path = mounted / place.replace("__", "/").replace("_DOT_", ".").replace("_AND_", ",")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    (folder / "cgroup").write_text(line)
    return folder / "cgroup", mounted


@pytest.mark.parametrize(
    ("line", "limits", "granted"),
    [
        ("0::/\n", {"cpu_DOT_max": "150000 100000\n"}, 1.5),
        ("0::/\n", {"cpu_DOT_max": "max 100000\n"}, None),
        ("0::/a/b\n", {"a__b__cpu_DOT_max": "400000 100000", "a__cpu_DOT_max": "200000 100000"}, 2.0),
        ("0::/of/the/host\n", {"cpu_DOT_max": "100000 100000"}, 1.0),
        (
            "3:cpu,cpuacct:/box\n1:memory:/box\n",
            {
                "cpu_AND_cpuacct__box__cpu_DOT_cfs_quota_us": "300000",
                "cpu_AND_cpuacct__box__cpu_DOT_cfs_period_us": "100000",
            },
            3.0,
        ),
        ("3:cpu:/\n", {"cpu__cpu_DOT_cfs_quota_us": "-1", "cpu__cpu_DOT_cfs_period_us": "100000"}, None),
        ("3:cpu:/\n", {"cpu__cpu_DOT_cfs_quota_us": "junk", "cpu__cpu_DOT_cfs_period_us": "0"}, None),
        ("junk", {"cpu_DOT_max": "1 1"}, None),
    ],
)
def test_the_quota_is_the_least_of_a_control_group_and_those_above_it(
    tmp_path: Path, line: str, limits: dict[str, str], granted: float | None
) -> None:
    assert quota(*groups(tmp_path, line, **limits)) == granted


def test_where_there_are_no_groups_everything_is_granted(tmp_path: Path) -> None:
    assert quota(tmp_path / "absent", tmp_path) is None


def test_a_process_that_is_bound_to_one_processor_measures_in_one_child() -> None:
    with bound_to_one_processor():
        assert processors() == 1
        assert WorkerPool("header").jobs == 1


@pytest.mark.parametrize(
    ("told", "others"),
    [
        ("0.00 0.00 0.00 1/100 7\n", 0),
        ("8.00 3.00 1.00 1/100 7\n", 0),
        ("0.00 0.00 0.00 9/100 7\n", 0),
        ("6.00 3.00 1.00 9/100 7\n", 6),
        ("40.0 3.00 1.00 9/100 7\n", 8),
    ],
)
def test_other_programs_count_where_they_run_now_and_have_run_for_a_while(
    tmp_path: Path, told: str, others: int
) -> None:
    loads, cores = tmp_path / "loadavg", os.cpu_count() or 1
    loads.write_text(told)
    assert contention(loads) == (max(1, (others + 1) / cores), max(1, (others + cores) / cores))


@pytest.mark.parametrize("told", [None, "", "1 2 3", "a b c d e", "1 2 3 x/y 5"])
def test_where_the_system_does_not_tell_nothing_else_runs(tmp_path: Path, told: str | None) -> None:
    loads = tmp_path / "loadavg"
    if told is not None:
        loads.write_text(told)
    assert contention(loads) == (1, 1)
