"""ViGoRL's published rewards and judge (arXiv 2505.23678), to the letter: they raise what that code raises."""
