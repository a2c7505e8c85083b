"""The walk that holds the access matrix: every URL × method × role × ownership, and what no page may show to whom."""
