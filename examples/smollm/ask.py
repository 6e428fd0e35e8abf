"""Asks a model and prints the tokens as they come: a plain OpenAI client.

    ask.py QUESTION

Environment: OPENAI_BASE_URL, OPENAI_API_KEY, OPENAI_MODEL (smollm2 if not set).
"""

import os
import sys

from openai import OpenAI

stream = OpenAI().chat.completions.create(
    model=os.environ.get("OPENAI_MODEL", "smollm2"),
    messages=[{"role": "user", "content": " ".join(sys.argv[1:])}],
    temperature=0,
    max_tokens=200,
    stream=True,
)
for chunk in stream:
    if chunk.choices:
        print(chunk.choices[0].delta.content or "", end="", flush=True)
print()
