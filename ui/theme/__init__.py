"""Colours, sizes, fonts, icons and the one style sheet built from them."""
