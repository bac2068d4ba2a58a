"""How the handbook is built: Sphinx reads Markdown (MyST) and writes pages that fetch nothing from outside."""

from importlib.metadata import version as installed_version

project = "hoshimori"
author = "The hoshimori developers"
project_copyright = "The hoshimori developers, Apache-2.0"
release = version = installed_version("hoshimori")

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"hoshimori {version}"
html_copy_source = False
