"""Methods: the registry of ways to make traces. Importing it loads no client."""

from __future__ import annotations

from collections.abc import Mapping

from models.teacher.direct import Direct
from models.teacher.imported import Imported
from models.teacher.method import GenerationMethod
from models.teacher.rationalize import Rationalize
from models.teacher.textualize.method import Textualize
from models.teacher.tree.method import Tree

METHODS: Mapping[str, GenerationMethod] = {method.name: method for method in (Direct(), Rationalize(), Tree(), Textualize(), Imported())}
"""Every method by name."""
