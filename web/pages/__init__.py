"""HTML pages, one router per desk."""
