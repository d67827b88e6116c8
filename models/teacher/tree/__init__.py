"""Tree: Monte Carlo search over grounded steps (ViGoRL, arXiv 2505.23678, section 4.2 and its released code).

A *step* is one reply: a thought about one place, or the answer. A *node* is a step that follows on those of its parent; the *root* is
the question. A *simulation* chooses a *leaf* by UCT, *expands* it by children that are asked for at once, and lets *rollouts* go on
from each new child to an answer; they do not enter the tree. Only whether the answer is right comes back along the path as *reward*.
"""
