"""The head's phone: my homes, what I saw there, what became of it. Every page works without JavaScript."""
