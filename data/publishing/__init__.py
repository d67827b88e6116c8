"""Publishing: kept traces become training conversations, the rows of ``sft``.

A *choice* says which trace is taken in which dialect, the *split* which part of the data it belongs to, the *balance* how many of a kind
there are. A *refusal* is a kept trace that becomes no conversation, as a row of ``rejects`` (without ``run_id``) whose locator is the
trace's id, with ``/`` and the dialect behind it where the trace was up for several dialects. A *card* says of a version what it is.
"""
