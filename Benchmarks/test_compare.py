# SPDX-License-Identifier: Apache-2.0
"""Tests of what `Benchmarks/compare` makes of samples; `Scripts/check-selftest` runs them."""
import pathlib
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.dont_write_bytecode = True

from comparison import budgets, chart, configurations, delay_error, figures, publish, rounds, table
from comparison.measures import MEASURES
from comparison.peers import BY_NAME, PEERS, REFERENCES
from comparison.processes import Failure, free_ports
from comparison.rounds import Row


def measured(name, **rows):
    """A part of the results: each peer's samples, or why there are none."""
    what = next(measure for measure in MEASURES if measure.name == name)
    return figures.measured(what, {peer.replace("_", "-"): row for peer, row in rows.items()}, 3)


def samples(key, *values):
    """One of each round; a round without is None."""
    return Row([{"round": turn, key: value}
                for turn, value in enumerate(values) if value is not None])


def document(*parts):
    made = {"format": publish.FORMAT, "date": "2026-01-02T03:04:05+00:00",
            "machine": {"cpu": "A <CPU> & more", "cores": 2, "virtual": False, "kernel": "6.1",
                        "system": "Debian", "architecture": "x86_64", "pinned": "no"},
            "versions": {"nginx": "1.22"}, "measures": list(parts),
            "quiet": {"busy_before_percent": 1, "busy_after_percent": 2, "stolen_percent": 0}}
    made["budgets"] = budgets.judged(made)
    return made


def verdict(title, *parts):
    return next(line for line in document(*parts)["budgets"] if line["title"] == title)


class Figures(unittest.TestCase):
    def test_a_ratio_is_made_within_a_round(self):
        # In the third round the machine was ten times slower; the second has no neighbour.
        part = measured("requests", chaosproxy_tcp=samples("cpu", 12, 99, 120),
                        haproxy_tcp=samples("cpu", 10, None, 100))
        ours = figures.find(part, "chaosproxy-tcp")
        self.assertEqual(ours["ratios"]["cpu"], {"min": 1.2, "median": 1.2, "max": 1.2})
        self.assertEqual(ours["figures"]["cpu"], {"min": 12, "median": 99, "max": 120})

    def test_what_is_added_is_the_difference_within_a_round(self):
        both = [{"round": turn, "p50": at, "p99": 2 * at} for turn, at in enumerate((10, 20))]
        ours = [{"round": turn, "p50": at, "p99": 50} for turn, at in enumerate((15, 21))]
        part = measured("latency", direct=Row(both), chaosproxy_tcp=Row(ours))
        found = figures.find(part, "chaosproxy-tcp")["figures"]
        self.assertEqual(found["added_p50"], {"min": 1, "median": 3, "max": 5})
        self.assertEqual(found["added_p99"]["min"], 10)

    def test_a_peer_that_is_not_there_or_fails_has_a_line_that_says_so(self):
        part = measured("requests", envoy_tcp=Row(absent="PyPI gave none"),
                        nginx_stream=Row([{"round": 0, "cpu": 1.0}], ["socket errors"]))
        shown = table.text(document(part))
        self.assertIn("not measured: PyPI gave none", shown)
        self.assertIn("failed 1 of 3 rounds: socket errors", shown)

    def test_a_quantile_lies_between_the_bounds_of_its_bucket(self):
        counts = [(0.001, 0), (0.002, 100), (float("inf"), 100)]
        self.assertAlmostEqual(delay_error.quantile(counts, 0.5), 0.0015)
        beyond = [(0.001, 1), (float("inf"), 100)]
        self.assertEqual(delay_error.quantile(beyond, 0.99), 0.001)


class Budgets(unittest.TestCase):
    title = "TCP, CPU per request, beside HAProxy"

    def judge(self, ours):
        return verdict(self.title, measured("requests", chaosproxy_tcp=samples("cpu", ours),
                                            haproxy_tcp=samples("cpu", 100)))

    def test_a_budget_is_met_up_to_its_limit(self):
        self.assertEqual(self.judge(115)["verdict"], "met")

    def test_a_budget_is_missed_by_how_much(self):
        self.assertEqual(self.judge(230)["verdict"], "missed by 100 %")
        self.assertEqual(self.judge(115.5)["verdict"], "missed by under 1 %")

    def test_a_budget_without_figures_is_neither(self):
        line = verdict(self.title, measured("requests", chaosproxy_tcp=samples("cpu", 1),
                                            haproxy_tcp=Row(absent="no haproxy")))
        self.assertEqual((line["met"], line["verdict"]), (None, "not measured: no haproxy"))

    def test_a_delay_that_is_as_late_as_the_neighbour_s_is_a_miss(self):
        line = verdict("`delay`: 10 ms late, 99 %, beside Envoy", measured(
            "delay", chaosproxy_delay_10=samples("p99", 5), envoy_delay_10=samples("p99", 5)))
        self.assertIs(line["met"], False)

    def test_every_budget_names_a_figure_that_is_measured(self):
        values = {m.name: ({v.key for v in m.values}, m.peers) for m in MEASURES}
        for budget in budgets.BUDGETS:
            keys, peers = values[budget.measure]
            self.assertIn(budget.key, keys)
            self.assertLessEqual({budget.peer, budget.other or budget.peer}, set(peers))


class Pages(unittest.TestCase):
    def test_only_what_stands_between_the_marks_changes(self):
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.md"
            page.write_text(f"before\n{publish.BEGIN}\nold\n{publish.END}\nafter\n")
            self.assertEqual(publish.replaced(page, "new"),
                             f"before\n{publish.BEGIN}\n\nnew\n\n{publish.END}\nafter\n")

    def test_a_page_without_marks_keeps_both_pages_as_they_were(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "Documentation").mkdir()
            marked = f"{publish.BEGIN}\nold\n{publish.END}"
            (root / "Documentation/Performance.md").write_text(marked)
            (root / "README.md").write_text("no marks")
            with self.assertRaises(publish.Unfit):
                publish.publish(document(), root)
            self.assertEqual((root / "Documentation/Performance.md").read_text(), marked)

    def test_a_file_that_holds_no_results_is_refused(self):
        with self.assertRaises(publish.Unfit):
            publish.read(pathlib.Path(__file__))

    def test_the_picture_is_xml_and_shows_who_was_not_measured(self):
        part = measured("requests", chaosproxy_tcp=samples("cpu", 12, 13),
                        haproxy_tcp=samples("cpu", 10, 10), envoy_tcp=Row(absent="none"))
        picture = chart.picture(document(part))
        texts = [text.text for text in xml.etree.ElementTree.fromstring(picture).iter()
                 if text.tag.endswith("text")]
        self.assertIn("12.50", texts)
        self.assertIn("not measured", texts)

    def test_a_cell_cannot_break_its_row(self):
        self.assertIn("a \\| b", table.markdown(("h",), [("a | b",)], ()))


class Runs(unittest.TestCase):
    def test_each_round_has_every_peer_and_begins_with_another(self):
        orders = [rounds.turned(PEERS, turn, 5) for turn in range(5)]
        for order in orders:
            self.assertEqual({peer.name for peer in order}, set(BY_NAME))
        self.assertEqual(len({order[0].name for order in orders}), 5)

    def test_references_are_measured_along_with_whom_they_are_for(self):
        chosen = {"chaosproxy-tcp"}
        self.assertTrue(rounds.wanted(BY_NAME["haproxy-tcp"], chosen))
        self.assertTrue(rounds.wanted(BY_NAME["direct"], chosen))
        self.assertFalse(rounds.wanted(BY_NAME["haproxy-http"], chosen))

    def test_a_failure_is_noted_and_goes_no_further(self):
        row = Row()
        with rounds.noting(row):
            raise Failure("no answer")
        self.assertEqual(row.failures, ["no answer"])

    def test_a_port_is_given_once(self):
        ports = free_ports()
        given = [next(ports) for _ in range(50)]
        self.assertEqual(len(set(given)), 50)

    def test_every_reference_is_a_peer_of_its_family(self):
        for family, name in REFERENCES.items():
            self.assertEqual(BY_NAME[name].family, family)

    def test_idle_rules_match_nothing_that_is_asked(self):
        self.assertNotIn('"GET /api/v1/swarms"', configurations.idle_rules(100))
        self.assertEqual(configurations.idle_rules(100).count('"id"'), 100)


if __name__ == "__main__":
    unittest.main()
