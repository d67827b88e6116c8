"""Trees: a search tree as a person sees it.

A *layout* says where each node of one tree is drawn: the question at the left, what followed on it to its right, and as dots the rollouts
that went on from there. It is drawn as pixels here and as SVG in a report. Places are numbered in the order in which the tree names them.
"""
