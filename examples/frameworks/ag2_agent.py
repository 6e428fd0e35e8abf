"""Answers a question about a project: a plain AG2 program with MCP tools. Environment: as ../notes/agent.py."""

import asyncio
import os
import sys

from ag2 import Agent
from ag2.config import OpenAIConfig
from ag2.tools import MCPToolkit


async def main():
    agent = Agent(
        "historian",
        prompt="You answer questions about a project.",
        config=OpenAIConfig(os.environ["OPENAI_MODEL"]),
        tools=[MCPToolkit(os.environ["MCP_SERVER_URL"])],
    )
    print((await agent.ask(" ".join(sys.argv[1:]))).body)


asyncio.run(main())
