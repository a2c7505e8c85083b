"""How one comes in and goes out: open sessions, passwords, the second factor, the printed card, and patience with who guesses."""
