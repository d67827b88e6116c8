"""Errors of the embedded teacher, in the form that OpenAI's API gives them."""

from __future__ import annotations


class RequestError(ValueError):
    """A request that cannot be answered as it is."""

    def __init__(self, message: str, *, param: str | None = None, status: int = 400, code: str | None = None) -> None:
        super().__init__(message)
        self.param = param
        self.status = status
        self.code = code

    def body(self) -> dict[str, object]:
        """The reply's JSON."""
        return {"error": {"message": str(self), "type": "invalid_request_error", "param": self.param, "code": self.code}}
