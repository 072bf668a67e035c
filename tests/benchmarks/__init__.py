"""The benchmarks' form and their floors; the benchmarks themselves run in ``.ci/run``."""
