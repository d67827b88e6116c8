"""Parts: does each part of the methods do something?

A *part* is taken as an arm of a claim has it, and again *broken*: a plugin, the module of that name here, takes what it knows away and
leaves all else as it was. Figures are what the part should move; differences are paired by seed. What the claim has made is found again,
so that a part costs its broken half alone.
"""
