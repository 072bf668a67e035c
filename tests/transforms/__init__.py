"""Tests of transforms/: tiny frames, values worked out by hand."""
