# SPDX-License-Identifier: Apache-2.0
"""Tests of what `Benchmarks/bench` makes of figures; `Scripts/check-selftest` runs them."""
import collections
import pathlib
import tempfile
import unittest

import counting
import thresholds

DUMP = """\
version: 1
positions: line
events: Ir
summary: 74

fn=(1) work
0 10
cfn=(2) malloc
calls=3 0
0 45
cfn=(3) swift_retain
calls=2 0
0 8

fn=(2)
0 45

fn=(3)
0 8

fn=(4) work'2
+0 11
cfn=(1)
calls=0 0
0 63
"""


def read(text: str) -> counting.Profile:
    with tempfile.TemporaryDirectory() as folder:
        dump = pathlib.Path(folder) / "dump"
        dump.write_text(text)
        return counting.read(dump)


def figures(
    name: str, instructions: float, allocations: float, kind: str = "exact"
) -> counting.Figures:
    empty = collections.Counter()
    return counting.Figures(
        name, "unit", kind, instructions, allocations, 0, counting.Profile(empty, empty, empty)
    )


class Reading(unittest.TestCase):
    def test_a_function_has_its_own_cost_and_that_of_what_it_calls(self) -> None:
        profile = read(DUMP)
        self.assertEqual(profile.instructions, 74)
        self.assertEqual(profile.own["work"], 21)
        self.assertEqual(profile.inclusive["work"], 74)

    def test_calls_are_counted_by_who_is_called(self) -> None:
        profile = read(DUMP)
        self.assertEqual(profile.calls_of(counting.ALLOCATORS), 3)
        self.assertEqual(profile.calls_of(counting.RETAINS), 2)

    def test_a_control_that_does_not_allocate_once_is_refused(self) -> None:
        counting.check_control([figures(counting.CONTROL, 1, 1)])
        with self.assertRaises(counting.Failure):
            counting.check_control([figures(counting.CONTROL, 1, 0)])


class Comparing(unittest.TestCase):
    known = {
        "for": {},
        "tolerance": {
            "exact": {"instructions": 0.05, "allocations": 0},
            "timed": {"instructions": 0.1, "allocations": 0.1},
        },
        "costs": {"one": {"instructions": 1_000, "allocations": 2}},
    }

    def verdicts(self, *found: counting.Figures, is_whole: bool = True) -> tuple[int, int]:
        faults, gains = thresholds.verdicts(list(found), self.known, is_whole)
        return len(faults), len(gains)

    def test_what_is_within_the_tolerance_is_neither_over_nor_better(self) -> None:
        self.assertEqual(self.verdicts(figures("one", 1_050, 2)), (0, 0))
        self.assertEqual(self.verdicts(figures("one", 950, 2)), (0, 0))

    def test_what_is_beyond_the_tolerance_is_over(self) -> None:
        self.assertEqual(self.verdicts(figures("one", 1_051, 2)), (1, 0))

    def test_a_hundredth_of_an_allocation_more_is_over(self) -> None:
        self.assertEqual(self.verdicts(figures("one", 1_000, 2.01)), (1, 0))

    def test_what_costs_less_is_said(self) -> None:
        self.assertEqual(self.verdicts(figures("one", 949, 1.99)), (0, 2))

    def test_what_depends_on_time_has_a_wider_margin_that_ends(self) -> None:
        self.assertEqual(self.verdicts(figures("one", 1_100, 3.2, "timed")), (0, 0))
        self.assertEqual(self.verdicts(figures("one", 1_101, 3.21, "timed")), (2, 0))

    def test_a_benchmark_without_a_threshold_is_a_fault(self) -> None:
        self.assertEqual(self.verdicts(figures("one", 1, 2), figures("two", 1, 1)), (1, 1))

    def test_a_threshold_without_a_benchmark_is_a_fault_where_all_were_counted(self) -> None:
        self.assertEqual(self.verdicts(), (1, 0))
        self.assertEqual(self.verdicts(is_whole=False), (0, 0))


if __name__ == "__main__":
    unittest.main()
