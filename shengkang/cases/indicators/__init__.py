"""What is worth counting about disputes and calls; each module hangs its own figures."""

from shengkang.cases.indicators import calls, disputes, lasting

__all__ = ["calls", "disputes", "lasting"]
