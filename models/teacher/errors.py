"""Errors of asking a teacher; each text is one sentence a person can act on."""

from __future__ import annotations


class TeacherError(Exception):
    """The base of what a person has to put right before a teacher can be asked."""


class TeacherUnreachableError(TeacherError):
    """Nothing answers at the base URL."""


class TeacherFailedError(TeacherError):
    """The teacher answers, and not one call was served."""


class TeacherRefusedError(TeacherError):
    """The teacher answers, and will not serve: a wrong key, or a model it does not have."""
