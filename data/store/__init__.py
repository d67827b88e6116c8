"""The store: immutable versions of tables and checkpoints, and the live rows of runs."""

from data.store.draft import Draft
from data.store.errors import StoreError, UnknownVersionError
from data.store.manifest import Manifest, StoredFile, Version
from data.store.run import RunFolder
from data.store.store import Store

__all__ = ["Draft", "Manifest", "RunFolder", "Store", "StoreError", "StoredFile", "UnknownVersionError", "Version"]
