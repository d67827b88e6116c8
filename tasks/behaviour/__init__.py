"""Behaviour: what the chains of a version do on their way, counted without a model or marked by one, as rows of ``judgements``.

Who imports it imports one of its modules, so that what a judge is made of is no part of what is counted without.
"""
