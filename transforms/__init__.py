"""Source-blind computation in Polars: frames in, frames out; no files, no clock, no globals."""
