"""Compat: how published code reads and scores a text, fact for fact, where it does otherwise than the strict scorer.

Numbers are in the space that the model writes, as that code has them. A function raises what that code raises.
"""
