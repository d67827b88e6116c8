"""Judge: a word on what a scorer cannot measure, between 0 and 1, or none where it could not be had."""
