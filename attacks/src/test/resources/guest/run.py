"""Runs the Python program given as the last argument, with everything of kernel.py in reach.

What the program hands to say(), by name, is printed as one line of JSON when it ends.
"""

import json
import sys
import traceback

sys.path.insert(0, "/guest")
import kernel  # noqa: E402

names = dict(vars(kernel))
failed = False
try:
    exec(compile(sys.argv[-1], "attack", "exec"), names)
except Exception:
    traceback.print_exc()
    failed = True
print(json.dumps(kernel.SAID), flush=True)
sys.exit(1 if failed else 0)
