# SPDX-License-Identifier: Apache-2.0
"""The parts of Benchmarks/compare: peers, load, measures, and how figures are shown."""
