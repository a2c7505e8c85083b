"""The papers of a file: what each says (content), how it looks (forms), and both ways it leaves the house (word, pdf)."""
