"""Everything that knows a particular site; nothing else does."""
