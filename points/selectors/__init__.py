"""Questions about points: what a person has and why, what a shop offers, whether the ledger is sound."""
