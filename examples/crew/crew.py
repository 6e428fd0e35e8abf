"""Answers a question about a project with a crew: a plain CrewAI program with MCP tools.

    crew.py QUESTION

Environment: OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL say which model to ask, MCP_SERVER_URL where the tools are.
Prints the answer and nothing else.
"""

import os
import sys

from crewai import LLM, Agent, Crew, Task
from crewai_tools import MCPServerAdapter


def crew(tools):
    historian = Agent(
        role="Project historian",
        goal="Answer questions about a project from its git history and its documents",
        backstory="You quote commit hashes and documents exactly.",
        llm=LLM(model=os.environ["OPENAI_MODEL"], provider="openai", temperature=0),
        tools=tools,
    )
    answer = Task(description="{question}", expected_output="The commits and the sentences, quoted", agent=historian)
    return Crew(agents=[historian], tasks=[answer])


if __name__ == "__main__":
    with MCPServerAdapter({"url": os.environ["MCP_SERVER_URL"], "transport": "streamable-http"}) as tools:
        print(crew(tools).kickoff({"question": " ".join(sys.argv[1:])}))
