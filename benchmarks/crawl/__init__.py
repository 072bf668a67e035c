"""A crawl of a large site beside those of others."""
