"""Everything that persists: the archive, the lake, the releases. The only folder that opens DuckDB or Parquet files."""
