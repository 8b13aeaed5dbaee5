"""What every printed document of ours shares: the fonts, and a page to draw on. Imports nothing of ours."""
