"""Linearise: the chains of thought that a search tree holds (ViGoRL, arXiv 2505.23678, section 4.2 and its released code).

A *direct* chain goes from the root to a right answer. A *corrected* one says the steps of a wrong rollout, a *turn-back* thought, and the
steps of a right rollout of the same node. A chain that a filter or the balance leaves out is a trace as well, with ``selected`` false and
the reason in ``left_out``. All chains of a tree are chains of its sample, so that a split by sample holds for them.
"""
