"""The shell's child: it is given one input, and answers with how many capabilities it holds and what it found with them."""

import sys

import ambit

held = [each["name"] for each in ambit.handles()]
log = ambit.tool_call("git.git_log", {"repo_path": "/work/project", "max_count": 1})
print(f"You said {sys.argv[-1]!r}. I hold {', '.join(held)}, and the last commit is:\n{log}")
