"""Compat: how published code reads and scores a text, fact for fact, where it does otherwise than the strict scorer.

Numbers are in the space that the model writes, as that code has them. What rewards use raises on no text; what protocols use raises
what that code raises.
"""
