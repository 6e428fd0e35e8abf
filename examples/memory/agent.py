"""A support agent that believes whatever it is told: the agent of docs/guides/memory.md.

    agent.py MESSAGE

"remember KEY: TEXT" keeps a note for this customer, "propose KEY: TEXT" a line for the handbook of all customers, "look up QUESTION" searches the
documents. Everything else is a question, which it answers with all that it knows.
"""

import sys

import ambit


def known():
    """Everything that is mapped here, by key."""
    for entry in ambit.tool_call("memory.list", {})["entries"]:
        value = ambit.memory_read(entry["key"])
        print(f'  {entry["key"]} ({entry["trust"]}): {value}')


def keep(namespace, order):
    key, _, text = order.partition(":")
    ambit.memory_write(f"{namespace}/{key.strip()}", text.strip())
    print(f"I keep {namespace}/{key.strip()}")


def look_up(question):
    """What the documents say; an answer that is not proved to be of these namespaces and this question raises."""
    for chunk in ambit.tool_call("retriever.search", {"query": question, "k": 2})["chunks"]:
        print(f'  {chunk["namespace"]}, {chunk["source"]}: {chunk["text"]}')


message = sys.argv[1]
word, _, rest = message.partition(" ")
try:
    if word == "remember":
        keep("user/notes", rest)
    elif word == "propose":
        keep("tenant/handbook", rest)
    elif message.startswith("look up "):
        print("The documents say:")
        look_up(rest.removeprefix("up "))
    else:
        print("What I know:")
        known()
    ambit.memory_write("summary", f"The customer said: {message}"[:500])
except ambit.Denied as refusal:
    print(f"refused: {refusal.code}")
