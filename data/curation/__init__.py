"""Curation: small filters that keep a trace or say why not."""
