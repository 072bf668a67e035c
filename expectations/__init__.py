"""The guard: Great Expectations on frames, at two gates."""
